"""INSERT, DELETE, UPDATE, MERGE, LOAD DATA.

Source: rules insertInto, dmlStatementNoWith and their parts in SqlBaseParser.g4.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.sql.queries import QueryGrammar

Partition = tuple[tuple[str, spec.Expr | None], ...]
Assignments = tuple[tuple[tuple[str, ...], spec.Expr], ...]
Ctes = tuple[tuple[spec.CteDefinition, ...], bool]


class DmlGrammar(QueryGrammar):
    """Reads statements that change rows."""

    __slots__ = ()

    def dml(self, ctes: Ctes | None = None) -> spec.Command:
        """The DML statement at the cursor; `ctes` are those written before it."""
        start = self.i
        self.in_dml = True
        kind = self.kind
        if kind == "INSERT":
            head = self._insert_head()
            return self._insert_query(start, head, ctes)
        if kind == "FROM":
            return self._multi_insert(start, ctes)
        if kind == "MERGE":
            return self._merge(start, ctes)
        if ctes is not None:
            raise self.unsupported(f"WITH before {kind}", start)
        return self._delete(start) if kind == "DELETE" else self._update(start)

    def partition_spec(self) -> Partition:
        """`PARTITION (name = constant, name, …)`."""
        self.expect("PARTITION", "(")
        start = self.i
        found = [self._partition_value()]
        while self.accept(","):
            found.append(self._partition_value())
        self.expect(")")
        if not self.in_dml and any(isinstance(value, spec.DefaultValue) for _, value in found):
            raise self.error("REF_DEFAULT_VALUE_IS_NOT_ALLOWED_IN_PARTITION", start)
        names = [name.lower() for name, _ in found]
        twice = next((name for n, name in enumerate(names) if name in names[:n]), None)
        if twice is not None:
            raise self.error("DUPLICATE_KEY", start, keyColumn=f"`{twice}`")
        return tuple(found)

    def optional_partition(self) -> Partition:
        """The partition spec if one follows."""
        return self.partition_spec() if self.kind == "PARTITION" and self.peek() == "(" else ()

    def static_partition(self) -> Partition:
        """A partition spec in which every name has a value."""
        start = self.i
        found = self.partition_spec()
        for name, value in found:
            if value is None:
                raise self.error("INVALID_SQL_SYNTAX.EMPTY_PARTITION_VALUE", start, partKey=f"`{name}`")
        return found

    def optional_static_partition(self) -> Partition:
        """The static partition spec if one follows."""
        return self.static_partition() if self.kind == "PARTITION" and self.peek() == "(" else ()

    def _partition_value(self) -> tuple[str, spec.Expr | None]:
        name = self.identifier()
        if not self.accept("="):
            return name, None
        if self.kind == "DEFAULT":
            start = self.i
            self.advance()
            return name, spec.DefaultValue(origin=self.origin(start))
        return name, self.value(1)

    def accept_if_not_exists(self) -> bool:
        """Step over `IF NOT EXISTS` if it is there."""
        if self.kind != "IF" or self.peek() not in ("NOT", "!") or self.peek(2) != "EXISTS":
            return False
        self.advance()
        self.expect_not()
        self.advance()
        return True

    def accept_if_exists(self) -> bool:
        """Step over `IF EXISTS` if it is there."""
        return self.accept("IF", "EXISTS")

    # --------------------------------------------------------------------------------------------------- insert

    def _insert_head(self) -> c.Insert | c.InsertDirectory:
        """What stands before an INSERT's query; the child is put in later."""
        start = self.i
        self.expect("INSERT")
        evolves = self.accept("WITH", "SCHEMA", "EVOLUTION")
        overwrite = self.expect_any("INTO", "OVERWRITE") == "OVERWRITE"
        if overwrite and (self.kind == "DIRECTORY" or self.at("LOCAL", "DIRECTORY")):
            return self._directory(start)
        self.accept("TABLE")
        table = self.table_name()
        if self.kind == "WITH" and self.peek() == "(":
            raise self.unsupported("options of INSERT", start)
        partition = self.optional_partition()
        if_not_exists = self.accept_if_not_exists()
        if if_not_exists and not overwrite:
            raise self.not_valid("INSERT INTO ... IF NOT EXISTS", start)
        dynamic = [key for key, value in partition if value is None]
        if if_not_exists and dynamic:
            message = f"IF NOT EXISTS with dynamic partitions: {', '.join(dynamic)}"
            raise self.operation_not_allowed(message, start)
        by_name = self.accept("BY", "NAME")
        columns: tuple[str, ...] = ()
        if self.kind == "(" and not by_name and not self.at_query(self.i + 1) and self.peek() != "(":
            columns = self.name_list()
        condition = None
        if self.kind == "REPLACE" and self.peek() in ("WHERE", "ON", "USING"):
            if self.peek() != "WHERE":
                raise self.unsupported(f"INSERT … REPLACE {self.peek()}", start)
            self.skip(2)
            condition = self.expression()
        return c.Insert(
            table,
            _NOTHING,
            overwrite,
            columns,
            partition,
            by_name,
            if_not_exists,
            condition,
            evolves,
            origin=self.origin(start),
        )

    def _directory(self, start: int) -> c.InsertDirectory:
        self.accept("LOCAL")
        self.expect("DIRECTORY")
        path = self.string() if self.kind == "string" else None
        format_ = None
        options: Mapping[str, str] = {}
        if self.accept("USING"):
            format_ = ".".join(self.multipart_name())
            if self.accept("OPTIONS"):
                options = self.properties()
        elif self.accept("STORED", "AS"):
            format_ = self.identifier()
        elif self.kind == "ROW":
            raise self.unsupported("Hive's ROW FORMAT", start)
        path = path if path is not None else options.get("path")
        if path is None:
            raise self.error("_LEGACY_ERROR_TEMP_0049", start)
        return c.InsertDirectory(path, format_, options, _NOTHING, origin=self.origin(start))

    def _insert_query(self, start: int, head: c.Insert | c.InsertDirectory, ctes: Ctes | None) -> spec.Command:
        child = self._with(start, ctes, self.query())
        return dataclasses.replace(head, child=child, origin=self.origin(start))

    def _with(self, start: int, ctes: Ctes | None, plan: spec.Relation) -> spec.Relation:
        if ctes is None:
            return plan
        return spec.WithCtes(plan, ctes[0], ctes[1], origin=self.origin(start))

    def _multi_insert(self, start: int, ctes: Ctes | None) -> spec.Command:
        """`FROM t INSERT INTO a SELECT … INSERT INTO b SELECT …`."""
        source = self.from_clause()
        inserts: list[c.Insert | c.InsertDirectory] = []
        while self.kind == "INSERT":
            at = self.i
            head = self._insert_head()
            plan = self._with(start, ctes, self.organization(self.select(source)))
            inserts.append(dataclasses.replace(head, child=plan, origin=self.origin(at)))
        if len(inserts) == 1:
            return inserts[0]
        return c.MultiInsert(tuple(inserts), origin=self.origin(start))

    def load_data(self) -> spec.Command:
        """`LOAD DATA [LOCAL] INPATH path [OVERWRITE] INTO TABLE name [PARTITION …]`."""
        start = self.i
        self.expect("LOAD", "DATA")
        is_local = self.accept("LOCAL")
        self.expect("INPATH")
        path = self.string()
        overwrite = self.accept("OVERWRITE")
        self.expect("INTO", "TABLE")
        table = self.table_name()
        partition = self.optional_static_partition()
        return c.LoadData(path, is_local, overwrite, table, partition, origin=self.origin(start))

    # ------------------------------------------------------------------------------------------- delete, update

    def _plain_alias(self, statement: str) -> str | None:
        start = self.i
        alias = self.table_alias()
        if alias is None:
            return None
        if alias[1]:
            raise self.error("COLUMN_ALIASES_NOT_ALLOWED", start, op=statement)
        return alias[0]

    def _delete(self, start: int) -> spec.Command:
        self.expect("DELETE")
        self.demand("FROM")
        table = self.table_name()
        alias = self._plain_alias("DELETE")
        condition = self.expression() if self.accept("WHERE") else None
        return c.Delete(table, alias, condition, origin=self.origin(start))

    def _update(self, start: int) -> spec.Command:
        self.expect("UPDATE")
        table = self.table_name()
        alias = self._plain_alias("UPDATE")
        self.expect("SET")
        assignments = self.assignments()
        condition = self.expression() if self.accept("WHERE") else None
        return c.Update(table, alias, assignments, condition, origin=self.origin(start))

    def assignments(self) -> Assignments:
        """`name = expression, …`."""
        found = [self._assignment()]
        while self.accept(","):
            found.append(self._assignment())
        return tuple(found)

    def _assignment(self) -> tuple[tuple[str, ...], spec.Expr]:
        name = self.multipart_name()
        self.demand("=")
        return name, self.expression()

    # ---------------------------------------------------------------------------------------------------- merge

    def _merge(self, start: int, ctes: Ctes | None) -> spec.Command:
        self.expect("MERGE")
        evolves = self.accept("WITH", "SCHEMA", "EVOLUTION")
        self.expect("INTO")
        table = self.table_name()
        alias = self._plain_alias("MERGE")
        self.expect("USING")
        source_at = self.i
        source: spec.Relation
        if self.accept("("):
            source = self.query()
            self.expect(")")
        else:
            source = spec.Table(self.table_name(), origin=self.origin(source_at))
        source = self._with(source_at, ctes, source)
        source_alias = self._plain_alias("MERGE")
        if source_alias is not None:
            source = spec.SubqueryAlias(source, source_alias, origin=self.origin(source_at))
        self.expect("ON")
        condition = self.expression()
        actions: list[c.MergeAction] = []
        rank = 0
        while self.kind == "WHEN":
            actions.append(self._merge_action(rank))
            rank = _MERGE_ORDER.index(actions[-1].when)
        if not actions:
            raise self.error("MERGE_WITHOUT_WHEN", start)
        self._check_merge(start, actions)
        return c.Merge(table, alias, source, condition, tuple(actions), evolves, origin=self.origin(start))

    def _merge_action(self, least: int) -> c.MergeAction:
        """One WHEN clause; those of an earlier kind than `least` come too late."""
        self.expect("WHEN")
        if self.kind == "MATCHED" and least > 0:
            self.fail("'NOT': WHEN MATCHED comes before WHEN NOT MATCHED")
        when = "matched"
        if self.kind in ("NOT", "!"):
            self.expect_not()
            self.expect("MATCHED")
            when = "not_matched"
            if self.accept("BY"):
                when = "not_matched" if self.expect_any("TARGET", "SOURCE") == "TARGET" else "not_matched_by_source"
            if when == "not_matched" and least == _MERGE_ORDER.index("not_matched_by_source"):
                self.fail("'BY SOURCE': WHEN NOT MATCHED comes before WHEN NOT MATCHED BY SOURCE")
        else:
            self.expect("MATCHED")
        condition = self.expression() if self.accept("AND") else None
        self.expect("THEN")
        if when == "not_matched":
            self.expect("INSERT")
            if self.accept("*"):
                return c.MergeAction(when, "insert_all", condition)
            return c.MergeAction(when, "insert", condition, self._merge_insert())
        if self.expect_any("DELETE", "UPDATE") == "DELETE":
            return c.MergeAction(when, "delete", condition)
        self.expect("SET")
        if when == "matched" and self.accept("*"):
            return c.MergeAction(when, "update_all", condition)
        return c.MergeAction(when, "update", condition, self.assignments())

    def _merge_insert(self) -> Assignments:
        start = self.i
        self.expect("(")
        columns = self.multipart_names()
        self.expect(")", "VALUES", "(")
        values = self.expressions()
        self.expect(")")
        if len(columns) != len(values):
            raise self.error(
                "MERGE_INSERT_VALUE_COUNT_MISMATCH",
                start,
                actualCount=str(len(values)),
                expectedCount=str(len(columns)),
            )
        return tuple(zip(columns, values, strict=True))

    def _check_merge(self, start: int, actions: list[c.MergeAction]) -> None:
        """Only the last clause of a kind may go without a condition."""
        for when, condition in zip(_MERGE_ORDER, _NON_LAST, strict=True):
            group = [action for action in actions if action.when == when]
            if any(action.condition is None for action in group[:-1]):
                raise self.error(condition, start)


_NOTHING: Final = spec.OneRow()
_MERGE_ORDER: Final = ("matched", "not_matched", "not_matched_by_source")
_NON_LAST: Final = (
    "NON_LAST_MATCHED_CLAUSE_OMIT_CONDITION",
    "NON_LAST_NOT_MATCHED_BY_TARGET_CLAUSE_OMIT_CONDITION",
    "NON_LAST_NOT_MATCHED_BY_SOURCE_CLAUSE_OMIT_CONDITION",
)
