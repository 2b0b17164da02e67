"""ALTER TABLE and ALTER VIEW.

Source: the ALTER alternatives of rule statement in SqlBaseParser.g4. Actions are those of `commands.AlterTable`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from hiveframe.errors import ParseException
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.sql.create_table import CreateTableGrammar
from hiveframe.sql.dml import Partition

Action = tuple[str, dict[str, Any]]


class AlterTableGrammar(CreateTableGrammar):
    """Reads changes to tables and views."""

    __slots__ = ()

    def alter_table(self) -> spec.Command:
        """`ALTER TABLE|VIEW name action`."""
        start = self.i
        self.expect("ALTER")
        is_view = self.expect_any("TABLE", "VIEW") == "VIEW"
        name = self.table_name()
        partition = self.optional_partition()
        action = _ACTIONS.get(self.kind)
        if is_view and self.kind == "DEFAULT":
            raise self.syntax_error("what to change, such as RENAME or SET")
        if action is None and is_view and (self.at_query(self.i) or self.kind in ("AS", "(")):
            action = AlterTableGrammar._set_query
        if action is None:
            self.fail("what to change, such as ADD, DROP, RENAME or SET")
        what, args = action(self, start)
        if partition:
            if what in ("rename_partition", "set_location"):
                empty = next((key for key, value in partition if value is None), None)
                if empty is not None:
                    raise self.error("INVALID_SQL_SYNTAX.EMPTY_PARTITION_VALUE", start, partKey=f"`{empty}`")
            if what == "rename_partition":
                args = {"old": partition, **args}
            elif what == "set_location":
                args = {**args, "partition": partition}
            elif what in _NOT_OF_PARTITIONS:
                raise self.not_valid(f"ALTER TABLE ... PARTITION ... {_NOT_OF_PARTITIONS[what]}", start)
            else:
                self.fail("RENAME TO PARTITION or SET LOCATION")
        elif is_view and what in ("add_partition", "drop_partition"):
            raise self.not_valid(f"ALTER VIEW ... {what.replace('_', ' ').upper()}", start)
        elif what == "rename_partition":
            self.fail("a table's new name")
        return c.AlterTable(name, what, args, is_view, origin=self.origin(start))

    def _add(self, start: int) -> Action:
        self.expect("ADD")
        if self.accept_any(("COLUMN", "COLUMNS")):
            return "add_columns", {"columns": self._column_list()}
        if self.at_constraint():
            name, text = self.constraint()
            return "add_constraint", {"name": name, "text": text}
        if_not_exists = self.accept_if_not_exists()
        partitions: list[tuple[Partition, str | None]] = []
        while self.kind == "PARTITION" or not partitions:
            spec_ = self.static_partition()
            location = self.string() if self.accept("LOCATION") else None
            partitions.append((spec_, location))
        return "add_partition", {"partitions": tuple(partitions), "if_not_exists": if_not_exists}

    def _column_list(self) -> tuple[c.ColumnDef, ...]:
        enclosed = self.accept("(")
        columns = [self.column_definition(multipart=True)[0]]
        while self.accept(","):
            columns.append(self.column_definition(multipart=True)[0])
        if enclosed:
            self.expect(")")
        return tuple(columns)

    def _drop(self, start: int) -> Action:
        self.expect("DROP")
        if self.accept_any(("COLUMN", "COLUMNS")):
            if_exists = self.accept_if_exists()
            enclosed = self.accept("(")
            names = self.multipart_names()
            if enclosed:
                self.expect(")")
            return "drop_columns", {"names": names, "if_exists": if_exists}
        if self.kind == "ident" and self.token_text().upper() == "FEATURE":
            self.advance()
            name = self.string() if self.kind == "string" else self.identifier()
            truncates = bool(self.accept("TRUNCATE"))
            if truncates:
                self.identifier()  # HISTORY
            return "drop_feature", {"name": name, "truncates": truncates}
        if self.accept("CONSTRAINT"):
            if_exists = self.accept_if_exists()
            name = self.identifier()
            cascade = self.accept_any(("RESTRICT", "CASCADE")) == "CASCADE"
            return "drop_constraint", {"name": name, "if_exists": if_exists, "cascade": cascade}
        if_exists = self.accept_if_exists()
        partitions = [self.static_partition()]
        while self.accept(","):
            partitions.append(self.static_partition())
        purge = self.accept("PURGE")
        return "drop_partition", {"partitions": tuple(partitions), "if_exists": if_exists, "purge": purge}

    def _rename(self, start: int) -> Action:
        self.expect("RENAME")
        if self.accept("COLUMN"):
            old = self.multipart_name()
            self.expect("TO")
            return "rename_column", {"old": old, "new": self.name()}
        self.expect("TO")
        if self.kind == "PARTITION" and self.peek() == "(":
            return "rename_partition", {"new": self.static_partition()}
        return "rename", {"to": self.multipart_name()}

    def _set_something(self, start: int) -> Action:
        self.expect("SET")
        if self.accept("TBLPROPERTIES"):
            return "set_properties", {"properties": self.properties()}
        if self.accept("LOCATION"):
            return "set_location", {"location": self.string(), "partition": ()}
        if self.kind in ("SERDE", "SERDEPROPERTIES"):
            raise self.unsupported("Hive's SERDE", start)
        if self.kind in ("SKEWED", "FILEFORMAT"):
            more = " LOCATION" if self.kind == "SKEWED" else ""
            raise self.not_valid(f"ALTER TABLE SET {self.kind}{more}", start)
        raise self.syntax_error("TBLPROPERTIES or LOCATION")

    def _unset(self, start: int) -> Action:
        self.expect("UNSET", "TBLPROPERTIES")
        if_exists = self.accept_if_exists()
        return "unset_properties", {"keys": self.property_keys(), "if_exists": if_exists}

    def _alter_columns(self, start: int) -> Action:
        """`ALTER|CHANGE [COLUMN] name change, …`; CHANGE has Hive's form too: `name newName type …`."""
        self.expect_any("ALTER", "CHANGE")
        self.accept("COLUMN")
        name = self.multipart_name()
        if self.kind not in _COLUMN_CHANGES:
            if self.kind in self.identifiers:
                return self._hive_change(start, name)
            raise self.operation_not_allowed(_NO_CHANGE, start)
        changes = [{"name": name, **self._column_change()}]
        while self.accept(","):
            name = self.multipart_name()
            if self.kind not in _COLUMN_CHANGES:
                raise self.operation_not_allowed(_NO_CHANGE, start)
            changes.append({"name": name, **self._column_change()})
        if len(changes) == 1:
            return "alter_column", changes[0]
        return "alter_columns", {"columns": tuple(changes)}

    def _column_change(self) -> dict[str, Any]:
        kind = self.kind
        if kind == "TYPE":
            self.advance()
            return {"dtype": self.data_type()}
        if kind == "COMMENT":
            self.advance()
            return {"comment": self.string()}
        if kind in ("FIRST", "AFTER"):
            return {"position": self.column_position()}
        self.advance()
        if self.accept_not_null():
            return {"nullable": kind == "DROP"}
        self.expect("DEFAULT")
        if kind == "DROP":
            return {"drop_default": True}
        at = self.i
        return {"default": self.expression(), "default_text": self.text_from(at)}

    def _hive_change(self, start: int, name: tuple[str, ...]) -> Action:
        column = self.column_type()
        if column.name.lower() != name[-1].lower():
            raise self._hive_style("Renaming column", "ALTER COLUMN", start, ", please run RENAME COLUMN instead")
        found: dict[str, Any] = {"name": name, "dtype": column.dtype}
        if "comment" in column.metadata:
            found["comment"] = column.metadata["comment"]
        if not column.nullable:
            advice = ", please run ALTER COLUMN ... SET/DROP NOT NULL instead"
            raise self._hive_style("NOT NULL", "ALTER COLUMN", start, advice)
        if self.kind in ("FIRST", "AFTER"):
            found["position"] = self.column_position()
        return "alter_column", found

    def _replace_all_columns(self, start: int) -> Action:
        self.expect("REPLACE", "COLUMNS")
        if self.kind != "(":
            self.fail("'('")
        columns = self._column_list()
        for column in columns:
            if len(column.name) > 1:
                raise self._hive_style("Replacing with a nested column", "REPLACE COLUMNS", start)
            if not column.nullable:
                raise self._hive_style("NOT NULL", "REPLACE COLUMNS", start)
            if column.position is not None:
                raise self._hive_style("Column position", "REPLACE COLUMNS", start)
            if column.default is not None:
                raise self.error("UNSUPPORTED_DEFAULT_VALUE.WITHOUT_SUGGESTION", start)
        return "replace_columns", {"columns": columns}

    def _hive_style(self, operation: str, command: str, start: int, advice: str = "") -> ParseException:
        return self.error("_LEGACY_ERROR_TEMP_0034", start, operation=operation, command=command, msg=advice)

    def _recover(self, start: int) -> Action:
        self.expect("RECOVER", "PARTITIONS")
        return "recover_partitions", {}

    def _cluster(self, start: int) -> Action:
        if self.accept("CLUSTER", "BY", "NONE"):
            return "cluster_by", {"columns": ()}
        return "cluster_by", {"columns": self.cluster_columns()}

    def _set_query(self, start: int) -> Action:
        self.accept("AS")
        at = self.i
        query = self.query()
        return "set_query", {"query": query, "text": self.text_from(at)}

    def _default_collation(self, start: int) -> Action:
        return "default_collation", {"collation": self.default_collation()}

    def _schema_binding(self, start: int) -> Action:
        return "schema_binding", {"binding": self.schema_binding()}

    def schema_binding(self) -> str:
        """`WITH SCHEMA BINDING|COMPENSATION|EVOLUTION|TYPE EVOLUTION`."""
        self.expect("WITH", "SCHEMA")
        kind = self.expect_any("BINDING", "COMPENSATION", "EVOLUTION", "TYPE")
        if kind == "TYPE":
            self.expect("EVOLUTION")
            return "TYPE EVOLUTION"
        return kind

    def _not_allowed(self, start: int) -> Action:
        words = [self.kind]
        if self.peek() in _SECOND_WORDS:
            words.append(self.peek())
        raise self.not_valid(f"ALTER TABLE {' '.join(words)}", start)


_SECOND_WORDS: Final = frozenset(("BY", "PARTITION", "CLUSTERED", "SORTED", "SKEWED"))
_NOT_OF_PARTITIONS: Final = {
    "alter_column": "CHANGE COLUMN",
    "alter_columns": "CHANGE COLUMN",
    "replace_columns": "REPLACE COLUMNS",
}
_NO_CHANGE: Final = "ALTER TABLE table ALTER COLUMN requires a TYPE, a SET/DROP, a COMMENT, or a FIRST/AFTER"
_COLUMN_CHANGES: Final = frozenset(("TYPE", "COMMENT", "FIRST", "AFTER", "SET", "DROP"))

_ACTIONS: Final[dict[str, Callable[[AlterTableGrammar, int], Action]]] = {
    "ADD": AlterTableGrammar._add,
    "DROP": AlterTableGrammar._drop,
    "RENAME": AlterTableGrammar._rename,
    "SET": AlterTableGrammar._set_something,
    "UNSET": AlterTableGrammar._unset,
    "ALTER": AlterTableGrammar._alter_columns,
    "CHANGE": AlterTableGrammar._alter_columns,
    "REPLACE": AlterTableGrammar._replace_all_columns,
    "RECOVER": AlterTableGrammar._recover,
    "CLUSTER": AlterTableGrammar._cluster,
    "DEFAULT": AlterTableGrammar._default_collation,
    "AS": AlterTableGrammar._set_query,
    "WITH": AlterTableGrammar._schema_binding,
    **dict.fromkeys(
        ("NOT", "CLUSTERED", "SKEWED", "EXCHANGE", "ARCHIVE", "UNARCHIVE", "TOUCH", "COMPACT", "CONCATENATE"),
        AlterTableGrammar._not_allowed,
    ),
}
