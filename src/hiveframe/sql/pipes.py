"""Pipe syntax: `FROM t |> WHERE … |> AGGREGATE … GROUP BY … |> ORDER BY …`.

Source: rule operatorPipeRightSide of SqlBaseParser.g4; Spark SQL reference, "Pipe syntax".
"""

from __future__ import annotations

from abc import abstractmethod

from hiveframe.plan import spec
from hiveframe.sql.named_expressions import CLAUSES
from hiveframe.sql.select import SelectGrammar


class PipeGrammar(SelectGrammar):
    """Reads what follows `|>`."""

    __slots__ = ()

    @abstractmethod
    def query_primary(self) -> spec.Relation:
        """A query without set operations."""

    def pipe_operator(self, left: spec.Relation) -> spec.Relation:
        """`left` with the pipe operator at the cursor applied."""
        start = self.i
        kind = self.kind
        if kind == "SELECT":
            return self.select(left)
        if kind == "WHERE":
            self.advance()
            return spec.Filter(left, self.expression(), origin=self.origin(start))
        if kind == "EXTEND":
            self.advance()
            items = self.named_expressions()
            return spec.Project(left, (spec.Star(), *items), origin=self.origin(start))
        if kind == "SET":
            return self._replace_columns(start, left)
        if kind == "DROP":
            self.advance()
            star = spec.Star((), except_=self.multipart_names(), origin=self.origin(start))
            return spec.Project(left, (star,), origin=self.origin(start))
        if kind == "AS":
            self.advance()
            return spec.SubqueryAlias(left, self.name(), origin=self.origin(start))
        if kind == "AGGREGATE":
            return self._aggregate_operator(start, left)
        if kind == "PIVOT" or kind == "UNPIVOT":
            return self._pivot_operator(start, left)
        if kind == "TABLESAMPLE":
            return self.sample(left)
        if self.at_join():
            return self.join(left)
        if kind in ("UNION", "EXCEPT", "MINUS", "INTERSECT"):
            self.advance()
            is_all = self.accept_any(("ALL", "DISTINCT")) == "ALL"
            right = self.query_primary()
            name = "except" if kind == "MINUS" else kind.lower()
            return spec.SetOperation(left, right, name, is_all, origin=self.origin(start))
        plan = self.organization(left)
        if plan is left:
            self.fail("a pipe operator such as WHERE, SELECT or AGGREGATE")
        return plan

    def _replace_columns(self, start: int, left: spec.Relation) -> spec.Relation:
        """`SET name = expression, …`: each replaces a column and sees the replacements before it."""
        self.advance()
        while True:
            at = self.i
            parts = self.multipart_name()
            if len(parts) > 1:
                message = f"SQL pipe syntax |> SET operator with multi-part assignment key {_MULTI_PART}"
                raise self.error("_LEGACY_ERROR_TEMP_0035", start, message=message)
            self.expect("=")
            value = self.expression()
            alias = spec.Alias(value, parts, origin=self.origin(at))
            star = spec.Star((), replace=(alias,), origin=self.origin(at))
            left = spec.Project(left, (star,), origin=self.origin(start))
            if not self.accept(","):
                return left

    def _aggregate_operator(self, start: int, left: spec.Relation) -> spec.Relation:
        self.advance()
        items: tuple[spec.Expr, ...] = ()
        if self.kind in _ENDS or self.at_query_tail():
            raise self.operation_not_allowed(_EMPTY_AGGREGATE, start)
        if not (self.kind == "GROUP" and self.peek() == "BY"):
            items = self.named_expressions()
        if self.kind == "GROUP" and self.peek() == "BY":
            return self.group_by(keeps_keys=True).of(left, items, keeps_keys=True)
        return spec.Aggregate(left, (), items, keeps_keys=True, origin=self.origin(start))

    def _pivot_operator(self, start: int, left: spec.Relation) -> spec.Relation:
        is_pivot = self.kind == "PIVOT"
        plan = self.pivot(left) if is_pivot else self.unpivot(left)
        other = "UNPIVOT" if is_pivot else "PIVOT"
        if self.kind == other and self.peek() in CLAUSES[other]:
            raise self.error("NOT_ALLOWED_IN_FROM.UNPIVOT_WITH_PIVOT", start)
        return plan


_EMPTY_AGGREGATE = (
    "The AGGREGATE clause requires a list of aggregate expressions or a list of grouping expressions, or both"
)
_ENDS = ("eof", ")", ";")
_MULTI_PART = "(only single-part keys are allowed)"
