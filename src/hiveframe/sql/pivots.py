"""What reshapes a relation: PIVOT, UNPIVOT, LATERAL VIEW.

Source: rules pivotClause, unpivotClause and lateralView of SqlBaseParser.g4.
"""

from __future__ import annotations

from hiveframe.plan import spec
from hiveframe.sql.samples import SampleGrammar


class PivotGrammar(SampleGrammar):
    """Reads pivots, unpivots and lateral views."""

    __slots__ = ()

    def pivot(self, child: spec.Relation) -> spec.Relation:
        """`PIVOT (aggregates FOR columns IN (values)) [alias]`."""
        start = self.i
        self.expect("PIVOT", "(")
        aggregates = self.named_expressions()
        self.expect("FOR")
        columns = tuple(spec.Attribute((name,)) for name in self._pivot_columns())
        self.expect("IN", "(")
        values = [self._pivot_value()]
        while self.accept(","):
            values.append(self._pivot_value())
        self.expect(")", ")")
        pivot = spec.Pivot(child, aggregates, columns, tuple(values), origin=self.origin(start))
        return self.aliased(start, pivot)

    def _pivot_columns(self) -> tuple[str, ...]:
        return self.name_list() if self.kind == "(" else (self.name(),)

    def _pivot_value(self) -> spec.Expr:
        start = self.i
        value = self.expression()
        if self.accept("AS") or self.kind in self.identifiers:
            return spec.Alias(value, (self.name(),), origin=self.origin(start))
        return value

    def unpivot(self, child: spec.Relation) -> spec.Relation:
        """`UNPIVOT [INCLUDE|EXCLUDE NULLS] (values FOR name IN (columns)) [alias]`."""
        start = self.i
        self.expect("UNPIVOT")
        include_nulls = self.accept_any(("INCLUDE", "EXCLUDE"))
        if include_nulls:
            self.expect("NULLS")
        self.expect("(")
        many = self.kind == "("
        value_names = self.name_list() if many else (self.identifier(),)
        self.expect("FOR")
        variable = self.identifier()
        self.expect("IN", "(")
        groups = [self._unpivot_group(many)]
        while self.accept(","):
            groups.append(self._unpivot_group(many))
        self.expect(")", ")")
        unpivot = spec.Unpivot(
            child, None, tuple(groups), variable, value_names, include_nulls == "INCLUDE", origin=self.origin(start)
        )
        return self.aliased(start, unpivot)

    def _unpivot_group(self, many: bool) -> tuple[tuple[spec.Expr, ...], str | None]:
        if many:
            self.expect("(")
            columns = [self._column()]
            while self.accept(","):
                columns.append(self._column())
            self.expect(")")
        else:
            columns = [self._column()]
        named = self.accept("AS") or self.kind in self.identifiers
        return tuple(columns), self.name() if named else None

    def _column(self) -> spec.Expr:
        start = self.i
        return spec.Attribute(self.multipart_name(), origin=self.origin(start))

    def lateral_views(self, child: spec.Relation) -> spec.Relation:
        """`child` with each `LATERAL VIEW` that follows."""
        while self.kind == "LATERAL" and self.peek() == "VIEW":
            start = self.i
            self.skip(2)
            is_outer = self.kind == "OUTER" and self.peek() != "("
            if is_outer:
                self.advance()
            name_at = self.i
            name = self.multipart_name()
            self.expect("(")
            args = () if self.kind == ")" else self.expressions()
            self.expect(")")
            generator = spec.Function(name, args, origin=self.origin(name_at))
            table = self.identifier()
            columns: list[str] = []
            if self.accept("AS") or (self.kind in self.identifiers and self.at_alias()):
                columns.append(self.identifier())
                while self.accept(","):
                    columns.append(self.identifier())
            child = spec.LateralView(child, generator, is_outer, table, tuple(columns), origin=self.origin(start))
        return child
