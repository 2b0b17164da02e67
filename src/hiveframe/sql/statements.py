"""Which statement a text is: by its first words.

Source: rules singleStatement and statement of SqlBaseParser.g4.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hiveframe.plan import spec
from hiveframe.sql.namespaces import NAMESPACE
from hiveframe.sql.table_evolution import TableEvolutionGrammar


class StatementGrammar(TableEvolutionGrammar):
    """Reads any statement."""

    __slots__ = ()

    def statement(self) -> spec.Relation | spec.Command:
        kind = self.kind
        reader = _READERS.get(kind)
        if reader is not None:
            return reader(self)
        if kind == "WITH":
            return self._with_statement()
        if kind == "FROM" and self._is_multi_insert():
            return self.dml()
        if self.at_query(self.i) or kind in ("(", "SELECT", "VALUES", "TABLE", "FROM", "MAP", "REDUCE"):
            return self.query()
        operation = self.table_operation()
        if operation is not None:
            return operation
        if kind in _REFUSED:
            raise self.not_valid(self._native_command(), self.i)
        raise self.syntax_error("a statement")

    def _with_statement(self) -> spec.Relation | spec.Command:
        """`WITH …` before a query or a DML statement."""
        start = self.i
        ctes = self.ctes()
        if self.kind in ("INSERT", "DELETE", "UPDATE", "MERGE") or (self.kind == "FROM" and self._is_multi_insert()):
            return self.dml(ctes)
        plan = self.query_body()
        return spec.WithCtes(plan, ctes[0], ctes[1], origin=self.origin(start))

    def _is_multi_insert(self) -> bool:
        """Whether INSERT follows the FROM clause here, at its own level."""
        depth = 0
        i = self.i
        while True:
            kind = self.kinds[i]
            if kind == "(":
                depth += 1
            elif kind == ")":
                depth -= 1
                if depth < 0:
                    return False
            elif kind == "eof" or (kind == "SELECT" and depth == 0):
                return False
            elif kind == "INSERT" and depth == 0 and self.kinds[i + 1] in ("INTO", "OVERWRITE"):
                return True
            i += 1

    def _create(self) -> spec.Command:
        i = self.i + 1
        if self.kinds[i] == "OR" and self.kinds[i + 1] == "REPLACE":
            i += 2
        while self.kinds[i] in ("GLOBAL", "TEMPORARY", "EXTERNAL"):
            i += 1
        kind = self.kinds[i]
        if kind == "TABLE":
            return self.create_table()
        if kind == "VIEW":
            return self.create_view()
        if kind == "FUNCTION":
            return self.create_function()
        if kind in NAMESPACE and i == self.i + 1:
            return self.create_namespace()
        if kind in ("MATERIALIZED", "STREAMING", "FLOW"):
            raise self.unsupported(f"CREATE {kind}", self.i)
        if kind == "INDEX":
            raise self.unsupported("CREATE INDEX", self.i)
        if kind in ("ROLE", "MACRO"):
            raise self.not_valid("CREATE TEMPORARY MACRO" if kind == "MACRO" else "CREATE ROLE", self.i)
        raise self.syntax_error("TABLE, VIEW, DATABASE or FUNCTION", i)

    def _alter(self) -> spec.Command:
        kind = self.peek()
        if kind in ("TABLE", "VIEW"):
            return self.alter_table()
        if kind in NAMESPACE:
            return self.alter_namespace()
        if kind == "INDEX":
            raise self.not_valid("ALTER INDEX", self.i)
        raise self.syntax_error("TABLE, VIEW or DATABASE", self.i + 1)

    def _cursor(self) -> spec.Command:
        raise self.no_cursor(self.i)

    def _native_command(self) -> str:
        """The words by which Spark names a Hive command that it does not run."""
        second = self.peek()
        return f"{self.kind} {second}" if second in _REFUSED[self.kind] else self.kind


_READERS: Final[dict[str, Callable[[StatementGrammar], spec.Relation | spec.Command]]] = {
    "SELECT": StatementGrammar.query,
    "INSERT": StatementGrammar.dml,
    "DELETE": StatementGrammar.dml,
    "UPDATE": StatementGrammar.dml,
    "MERGE": StatementGrammar.dml,
    "LOAD": StatementGrammar.load_data,
    "CREATE": StatementGrammar._create,
    "REPLACE": StatementGrammar.create_table,
    "ALTER": StatementGrammar._alter,
    "DROP": StatementGrammar.drop,
    "DECLARE": StatementGrammar.declare,
    "SHOW": StatementGrammar.show,
    "DESC": StatementGrammar.describe,
    "DESCRIBE": StatementGrammar.describe,
    "SET": StatementGrammar.set_statement,
    "RESET": StatementGrammar.reset_statement,
    "USE": StatementGrammar.use,
    "CACHE": StatementGrammar.cache,
    "UNCACHE": StatementGrammar.uncache,
    "CLEAR": StatementGrammar.clear_cache,
    "REFRESH": StatementGrammar.refresh,
    "ANALYZE": StatementGrammar.analyze,
    "COMMENT": StatementGrammar.comment_on,
    "TRUNCATE": StatementGrammar.truncate,
    "MSCK": StatementGrammar.repair,
    "REPAIR": StatementGrammar.repair,
    "CALL": StatementGrammar.call_procedure,
    "ADD": StatementGrammar.resource,
    "LIST": StatementGrammar.resource,
    "EXPLAIN": StatementGrammar.explain,
    "EXECUTE": StatementGrammar.execute_immediate,
    "BEGIN": StatementGrammar.script,
    "OPEN": StatementGrammar._cursor,
    "FETCH": StatementGrammar._cursor,
    "CLOSE": StatementGrammar._cursor,
}

_REFUSED: Final[dict[str, tuple[str, ...]]] = {
    "GRANT": ("ROLE",),
    "REVOKE": ("ROLE",),
    "EXPORT": ("TABLE",),
    "IMPORT": ("TABLE",),
    "LOCK": ("TABLE", "DATABASE"),
    "UNLOCK": ("TABLE", "DATABASE"),
    "START": ("TRANSACTION",),
    "COMMIT": (),
    "ROLLBACK": (),
    "DFS": (),
}
