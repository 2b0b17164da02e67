"""TABLESAMPLE: a share of the rows, a number of them, or buckets.

Source: rules sample and sampleMethod of SqlBaseParser.g4.
"""

from __future__ import annotations

from typing import Final

from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.sql.table_references import TableReferenceGrammar


class SampleGrammar(TableReferenceGrammar):
    """Reads samples."""

    __slots__ = ()

    def sample(self, child: spec.Relation) -> spec.Relation:
        """`child` under the TABLESAMPLE that follows."""
        start = self.i
        return self.sample_spec().of(child, self.origin(start))

    def sample_spec(self) -> SampleSpec:
        """What the TABLESAMPLE at the cursor asks for."""
        start = self.i
        self.expect("TABLESAMPLE")
        self.accept_any(("BERNOULLI", "SYSTEM"))
        self.expect("(")
        if self.kind == ")":
            self.advance()
            raise self.error("_LEGACY_ERROR_TEMP_0014", start)
        found = self._sample_method(start)
        self.expect(")")
        if self.accept("REPEATABLE", "("):
            seed = self.integer()
            self.expect(")")
            return SampleSpec(found.fraction, found.rows, seed)
        return found

    def _sample_method(self, start: int) -> SampleSpec:
        if self.kind == "BUCKET" and self.peek() == "integer":
            self.advance()
            numerator = self.integer()
            self.expect("OUT", "OF")
            denominator = self.integer()
            if self.accept("ON"):
                raise self.error("_LEGACY_ERROR_TEMP_0016", start)
            return self._fraction(start, numerator / denominator)
        value = self.expression()
        if self.accept("ROWS"):
            return SampleSpec(None, value, None)
        if self.accept("PERCENT"):
            if isinstance(value, spec.Literal) and isinstance(value.dtype, t.NumericType):
                return self._fraction(start, float(value.value) / 100)
            raise self.unsupported("a TABLESAMPLE percentage that is not a number", start)
        raise self.error("_LEGACY_ERROR_TEMP_0015", start, msg="byte length literal")

    def _fraction(self, start: int, fraction: float) -> SampleSpec:
        if not -_SAMPLE_SLACK <= fraction <= 1 + _SAMPLE_SLACK:
            message = f"Sampling fraction ({fraction}) must be on interval [0, 1]"
            raise self.error("_LEGACY_ERROR_TEMP_0064", start, msg=message)
        return SampleSpec(fraction, None, None)


class SampleSpec:
    """What TABLESAMPLE asks for: a share of the rows or a number of them."""

    __slots__ = ("fraction", "rows", "seed")

    def __init__(self, fraction: float | None, rows: spec.Expr | None, seed: int | None) -> None:
        self.fraction = fraction
        self.rows = rows
        self.seed = seed

    def of(self, child: spec.Relation, origin: spec.Origin) -> spec.Relation:
        """`child` sampled."""
        if self.rows is not None:
            return spec.Limit(child, self.rows, origin=origin)
        return spec.Sample(child, 0.0, self.fraction or 0.0, seed=self.seed, origin=origin)


_SAMPLE_SLACK: Final = 1e-6
