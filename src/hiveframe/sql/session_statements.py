"""EXPLAIN, EXECUTE IMMEDIATE, CALL, ADD and LIST.

Source: the matching alternatives of rule statement in SqlBaseParser.g4.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Final

from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.sql.maintenance import MaintenanceGrammar


class SessionGrammar(MaintenanceGrammar):
    """Reads statements that run others."""

    __slots__ = ()

    @abstractmethod
    def statement(self) -> spec.Relation | spec.Command:
        """Any statement."""

    def call_procedure(self) -> spec.Command:
        """`CALL name(arguments)`."""
        start = self.i
        self.expect("CALL")
        name = self.multipart_name()
        self.expect("(")
        args: list[spec.Expr] = []
        if self.kind != ")":
            args.append(self.function_argument())
            while self.accept(","):
                args.append(self.function_argument())
        self.expect(")")
        return c.CallProcedure(name, tuple(args), origin=self.origin(start))

    def resource(self) -> spec.Command:
        """`ADD|LIST JAR|FILE|ARCHIVE paths`."""
        start = self.i
        action = self.expect_any("ADD", "LIST").lower()
        kind = self.identifier().upper().rstrip("S")
        if kind not in ("JAR", "FILE", "ARCHIVE"):
            shown = self.token_text(self.i - 1).lower()
            raise self.operation_not_allowed(f"{action.upper()} with resource type '{shown}'", start)
        paths = [double or single or bare for double, single, bare in _PATHS.findall(self.rest_of_text().rstrip(";"))]
        return c.AddResource(action, kind.lower(), tuple(paths), origin=self.origin(start))

    def explain(self) -> spec.Command:
        """`EXPLAIN [EXTENDED|CODEGEN|COST|FORMATTED|ANALYZE] statement`, or `EXPLAIN (ANALYZE, FORMAT JSON) query`.

        `EXPLAIN ANALYZE TABLE` explains the statement ANALYZE TABLE, as in Spark.
        """
        start = self.i
        self.expect("EXPLAIN")
        mode, is_json = "simple", False
        if self.kind in _EXPLAIN_MODES and self.peek() != "eof":
            mode = self.kind.lower()
            self.advance()
        elif self.kind == "ANALYZE" and self.peek() not in ("TABLE", "TABLES"):
            mode = "analyze"
            self.advance()
        elif self.kind == "(" and self.token_text(self.i + 1).upper() in _EXPLAIN_OPTIONS:
            mode, is_json = self._explain_options()
        if mode == "logical":
            raise self.not_valid("EXPLAIN LOGICAL", start)
        at = self.i
        found = self.statement()
        child = spec.CommandResult(found, origin=self.origin(at)) if isinstance(found, spec.Command) else found
        return c.Explain(child, mode, is_json, origin=self.origin(start))

    def _explain_options(self) -> tuple[str, bool]:
        """`(ANALYZE, FORMAT JSON|TEXT)` in any order: the mode, and whether the answer is JSON."""
        mode, is_json = "simple", False
        self.expect("(")
        while True:
            option = self.token_text().upper()
            if option not in _EXPLAIN_OPTIONS:
                self.fail("ANALYZE or FORMAT")
            self.advance()
            if option == "ANALYZE":
                mode = "analyze"
            else:
                if self.token_text().upper() not in ("JSON", "TEXT"):
                    self.fail("JSON or TEXT")
                is_json = self.identifier().upper() == "JSON"
            if not self.accept(","):
                break
        self.expect(")")
        return mode, is_json

    def execute_immediate(self) -> spec.Command:
        """`EXECUTE IMMEDIATE text [INTO variables] [USING arguments]`."""
        start = self.i
        self.expect("EXECUTE", "IMMEDIATE")
        text = self.expression()
        into = self.multipart_names() if self.accept("INTO") else ()
        using: tuple[spec.Expr, ...] = ()
        if self.accept("USING"):
            if self.kind == "(" and not self.at_query(self.i + 1):
                using = self._enclosed_arguments()
            else:
                using = self.named_expressions()
            names = [argument.names[0].lower() for argument in using if isinstance(argument, spec.Alias)]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                aliases = ", ".join(f"`{name}`" for name in twice)
                raise self.error("EXEC_IMMEDIATE_DUPLICATE_ARGUMENT_ALIASES", start, aliases=aliases)
        return c.ExecuteImmediate(text, into, using, origin=self.origin(start))

    def _enclosed_arguments(self) -> tuple[spec.Expr, ...]:
        self.expect("(")
        found = self.named_expressions()
        self.expect(")")
        return found


_PATHS: Final = re.compile(r"\"([^\"]+)\"|'([^']+)'|(\S+)")
_EXPLAIN_OPTIONS: Final = ("ANALYZE", "FORMAT")
_EXPLAIN_MODES: Final = frozenset(("LOGICAL", "FORMATTED", "EXTENDED", "CODEGEN", "COST"))
