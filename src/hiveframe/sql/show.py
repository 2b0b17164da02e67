"""SHOW and DESCRIBE.

Source: the SHOW and DESCRIBE alternatives of rule statement in SqlBaseParser.g4. What is shown is named as in
`commands.Show`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.sql.drops import DropGrammar
from hiveframe.sql.keywords import words
from hiveframe.sql.namespaces import NAMESPACE


class ShowGrammar(DropGrammar):
    """Reads statements that tell what there is."""

    __slots__ = ()

    def show(self) -> spec.Command:
        """Any SHOW statement."""
        start = self.i
        self.expect("SHOW")
        kind = self.kind
        if kind in _SHOWN and (kind != "CURRENT" or self.peek() in NAMESPACE):
            return _SHOWN[kind](self, start)
        if kind in _NOT_SHOWN:
            more = self.peek() if self.peek() in _NOT_SHOWN[kind] else ""
            raise self.not_valid(f"SHOW {kind} {more}".rstrip(), start)
        if kind in self.identifiers and self.peek() == "FUNCTIONS":
            scope = self.identifier()
            return self._functions(start, scope)
        raise self.syntax_error("what to show, such as TABLES, DATABASES or COLUMNS")

    def _shown(self, start: int, what: str, name: spec.TableName | None = None, **rest: Any) -> spec.Command:
        pattern = rest.pop("pattern", None)
        return c.Show(what, name, pattern, rest or None, origin=self.origin(start))

    def _from(self) -> spec.TableName | None:
        """`FROM|IN name`, if it follows."""
        return self.table_name() if self.accept_any(("FROM", "IN")) else None

    def _pattern(self) -> str | None:
        """`[LIKE] 'pattern'`, if it follows."""
        if self.accept("LIKE") or self.kind == "string":
            return self.string()
        return None

    def _listed(self, start: int) -> spec.Command:
        """`SHOW DATABASES|TABLES|VIEWS [FROM name] [[LIKE] pattern]`."""
        what = "databases" if self.kind in ("NAMESPACES", "SCHEMAS") else self.kind.lower()
        self.advance()
        name = self._from()
        return self._shown(start, what, name, pattern=self._pattern())

    def _catalogs(self, start: int) -> spec.Command:
        what = self.kind.lower()
        self.advance()
        return self._shown(start, what, pattern=self._pattern())

    def _table_extended(self, start: int) -> spec.Command:
        self.expect("TABLE", "EXTENDED")
        name = self._from()
        self.expect("LIKE")
        pattern = self.string()
        return self._shown(start, "table_extended", name, pattern=pattern, partition=self.optional_static_partition())

    def _table_properties_of(self, start: int) -> spec.Command:
        self.expect("TBLPROPERTIES")
        name = self.table_name()
        if self.accept("("):
            key = self.property_key()
            self.expect(")")
            return self._shown(start, "tblproperties", name, key=key)
        return self._shown(start, "tblproperties", name)

    def _columns(self, start: int) -> spec.Command:
        self.expect("COLUMNS")
        self.expect_any("FROM", "IN")
        name = self.table_name()
        namespace = self._from()
        if namespace is not None and name.parts and namespace.parts:
            if len(name.parts) > 1 and tuple(p.lower() for p in name.parts[:-1]) != tuple(
                p.lower() for p in namespace.parts
            ):
                raise self.error(
                    "SHOW_COLUMNS_WITH_CONFLICT_NAMESPACE",
                    start,
                    namespaceA=".".join(f"`{p}`" for p in namespace.parts),
                    namespaceB=".".join(f"`{p}`" for p in name.parts[:-1]),
                )
            name = spec.TableName((*namespace.parts, name.parts[-1]))
        return self._shown(start, "columns", name)

    def _partitions(self, start: int) -> spec.Command:
        self.expect("PARTITIONS")
        name = self.table_name()
        return self._shown(start, "partitions", name, partition=self.optional_static_partition())

    def _functions(self, start: int, scope: str | None = None) -> spec.Command:
        """`SHOW [USER|SYSTEM|ALL] FUNCTIONS [FROM name] [[LIKE] pattern|name]`."""
        self.expect("FUNCTIONS")
        if scope is not None and scope.lower() not in ("user", "system", "all"):
            raise self.error("INVALID_SQL_SYNTAX.SHOW_FUNCTIONS_INVALID_SCOPE", start, scope=f"`{scope}`")
        namespace = self._from()
        liked = self.accept("LIKE")
        rest: dict[str, Any] = {"scope": (scope or "all").lower()}
        if self.kind == "string":
            rest["pattern"] = self.string()
        elif liked or self.kind in self.identifiers:
            function = self.multipart_name()
            rest["pattern"] = function[-1]
            if len(function) > 1 and namespace is None:
                namespace = spec.TableName(function[:-1])
        return self._shown(start, "functions", namespace, **rest)

    def _create_table_text(self, start: int) -> spec.Command:
        self.expect("CREATE", "TABLE")
        if self.kind in ("eof", ";"):
            raise self.not_valid("SHOW CREATE TABLE", start)
        name = self.table_name()
        as_serde = self.accept("AS", "SERDE")
        return self._shown(start, "create_table", name, as_serde=as_serde)

    def _current(self, start: int) -> spec.Command:
        self.expect("CURRENT")
        self.expect_any(*NAMESPACE)
        return self._shown(start, "current_namespace")

    def _procedures(self, start: int) -> spec.Command:
        self.expect("PROCEDURES")
        return self._shown(start, "procedures", self._from())

    # ------------------------------------------------------------------------------------------------- describe

    def describe(self) -> spec.Command:
        """Any DESCRIBE statement."""
        start = self.i
        self.expect_any("DESC", "DESCRIBE")
        kind = self.kind
        after = self.peek()
        if kind == "FUNCTION" and after not in ("eof", ";", "."):
            return self._describe_function(start)
        if kind in NAMESPACE and (after == "EXTENDED" or after in self.identifiers) and after != "AS":
            self.advance()
            extended = self.accept("EXTENDED")
            return c.DescribeNamespace(self.table_name(), extended, origin=self.origin(start))
        if kind == "PROCEDURE" and after in self.identifiers:
            raise self.unsupported("procedures", start)
        if kind == "QUERY" and (self.at_query(self.i + 1) or after == "("):
            self.advance()
            return c.DescribeQuery(self.query(), origin=self.origin(start))
        if (self.at_query(self.i) and (kind != "TABLE" or self._is_table_query())) or kind == "(":
            return c.DescribeQuery(self.query(), origin=self.origin(start))
        return self._describe_table(start)

    def _is_table_query(self) -> bool:
        """`DESCRIBE TABLE t` describes the table; only `TABLE t` with more of a query behind it is a query."""
        return False

    def _describe_function(self, start: int) -> spec.Command:
        self.expect("FUNCTION")
        extended = self.kind == "EXTENDED" and self.peek() not in ("eof", ";")
        if extended:
            self.advance()
        if self.kind == "string":
            return c.DescribeFunction((self.string(),), extended, origin=self.origin(start))
        if self.kind == "IDENTIFIER" and self.peek() == "(":
            name = self.table_name()
            if name.clause is not None:
                raise self.unsupported("DESCRIBE FUNCTION IDENTIFIER(expression)", start)
            return c.DescribeFunction(name.parts, extended, origin=self.origin(start))
        if self.kind in self.identifiers:
            return c.DescribeFunction(self.multipart_name(), extended, origin=self.origin(start))
        if self.kind not in _OPERATORS:
            self.fail("a function")
        name_text = self.token_text()
        self.advance()
        return c.DescribeFunction((name_text,), extended, origin=self.origin(start))

    def _describe_table(self, start: int) -> spec.Command:
        if self.kind == "TABLE" and self.peek() in self.identifiers:
            self.advance()
        extended = self.kind in ("EXTENDED", "FORMATTED") and self.peek() in self.identifiers
        if extended:
            self.advance()
        name = self.table_name()
        partition = self.optional_static_partition()
        column: tuple[str, ...] = ()
        if self.kind in self.identifiers and not self.at("AS", "JSON"):
            column = self.multipart_name()
        as_json = self.accept("AS", "JSON")
        if as_json and not extended:
            raise self.error("DESCRIBE_JSON_NOT_EXTENDED", start, tableName=".".join(name.parts))
        if as_json and column:
            raise self.error("UNSUPPORTED_FEATURE.DESC_TABLE_COLUMN_JSON", start)
        if column and partition:
            raise self.error("UNSUPPORTED_FEATURE.DESC_TABLE_COLUMN_PARTITION", start)
        return c.DescribeTable(name, extended, column, partition, as_json, origin=self.origin(start))


_SHOWN: Final[dict[str, Callable[[ShowGrammar, int], spec.Command]]] = {
    "DATABASES": ShowGrammar._listed,
    "NAMESPACES": ShowGrammar._listed,
    "SCHEMAS": ShowGrammar._listed,
    "TABLES": ShowGrammar._listed,
    "VIEWS": ShowGrammar._listed,
    "CATALOGS": ShowGrammar._catalogs,
    "COLLATIONS": ShowGrammar._catalogs,
    "TABLE": ShowGrammar._table_extended,
    "TBLPROPERTIES": ShowGrammar._table_properties_of,
    "COLUMNS": ShowGrammar._columns,
    "PARTITIONS": ShowGrammar._partitions,
    "FUNCTIONS": ShowGrammar._functions,
    "CREATE": ShowGrammar._create_table_text,
    "CURRENT": ShowGrammar._current,
    "PROCEDURES": ShowGrammar._procedures,
}

# What Hive shows and Spark does not -> the words that may follow it in Spark's refusal.
_NOT_SHOWN: Final[dict[str, tuple[str, ...]]] = {
    "GRANT": (),
    "ROLE": ("GRANT",),
    "PRINCIPALS": (),
    "ROLES": (),
    "CURRENT": ("ROLES",),
    "COMPACTIONS": (),
    "TRANSACTIONS": (),
    "INDEXES": (),
    "LOCKS": (),
}

_OPERATORS: Final = words("= <=> <> != < <= > >= + - * / % ~ & | || ^ << >> >>> !")
