"""Constants in text: numbers, strings, typed literals, intervals, parameter markers.

Source: Spark SQL reference, "Literals"; rules constant, number and interval of SqlBaseParser.g4.
"""

from __future__ import annotations

import math
from decimal import Context, Decimal
from typing import Final

from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.decimal_type import MAX_PRECISION
from hiveframe.sql.keywords import INTERVAL_BOUNDS, INTERVAL_UNITS
from hiveframe.sql.type_grammar import TypeGrammar


class LiteralGrammar(TypeGrammar):
    """Reads constants."""

    __slots__ = ()

    def number(self, start: int, sign: str = "") -> spec.Expr:
        """The number at the cursor, `sign` (from token `start`) in front."""
        kind = self.kind
        written = sign + self.token_text()
        self.advance()
        if kind == "integer":
            value = int(written)
            if _INT.start <= value < _INT.stop:
                return spec.Literal(value, t.INT, origin=self.origin(start))
            if _LONG.start <= value < _LONG.stop:
                return spec.Literal(value, t.LONG, origin=self.origin(start))
            return self._decimal(start, written)
        if kind == "decimal":
            return self._decimal(start, written)
        if kind == "bigdecimal":
            return self._decimal(start, written[:-2])
        if kind == "exponent":
            return self._floating(start, written, t.DOUBLE)
        if kind == "double" or kind == "float":
            return self._floating(start, written[:-1], t.FLOAT if kind == "float" else t.DOUBLE)
        dtype, span = _SUFFIXED[kind]
        digits = written[:-1]
        value = int(digits)
        if not span.start <= value < span.stop:
            raise self._out_of_range(start, digits, str(span.start), str(span.stop - 1), dtype)
        return spec.Literal(value, dtype, origin=self.origin(start))

    def _decimal(self, start: int, written: str) -> spec.Expr:
        value = Decimal(written)
        if not value:
            value = value.copy_abs()  # Java's BigDecimal has no negative zero
        _, digits, exponent = value.as_tuple()
        assert isinstance(exponent, int)
        if exponent > 0:
            value = value.quantize(Decimal(1), context=_EXACT) if len(digits) + exponent <= MAX_PRECISION else value
            precision, scale = len(digits) + exponent, 0
        else:
            precision, scale = max(len(digits), -exponent), -exponent
        if precision > MAX_PRECISION:
            raise self.error(
                "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
                start,
                precision=str(precision),
                maxPrecision=str(MAX_PRECISION),
            )
        return spec.Literal(value, t.DecimalType(precision, scale), origin=self.origin(start))

    def _floating(self, start: int, written: str, dtype: t.DataType) -> spec.Expr:
        value = float(written)
        limit, shown = _LARGEST[dtype]
        if math.isinf(value) or abs(value) > limit:
            raise self._out_of_range(start, written, "-" + shown, shown, dtype)
        return spec.Literal(value, dtype, origin=self.origin(start))

    def _out_of_range(self, start: int, digits: str, low: str, high: str, dtype: t.DataType) -> Exception:
        return self.error(
            "INVALID_NUMERIC_LITERAL_RANGE",
            start,
            rawStrippedQualifier=digits,
            minValue=low,
            maxValue=high,
            typeName=t.simple_string(dtype),
        )

    def string_literal(self) -> spec.Expr:
        """A string constant; neighbours are joined."""
        start = self.i
        return spec.Literal(self.string(), t.STRING, origin=self.origin(start))

    def joined_text(self, start: int, first: spec.Expr) -> spec.Expr:
        """`first` with the constants and parameters that follow it: they alternate, since neighbours are joined."""
        parts = [first]
        while self.kind == "string" or (isinstance(parts[-1], spec.Literal) and self._at_parameter()):
            parts.append(self.string_literal() if self.kind == "string" else self.parameter())
        return first if len(parts) == 1 else spec.JoinedText(tuple(parts), origin=self.origin(start))

    def _at_parameter(self) -> bool:
        return self.kind == "?" or (self.kind == ":" and self.peek() not in ("[", "string"))

    def parameter(self) -> spec.Parameter:
        """`:name` or `?`."""
        start = self.i
        if self.kind == "?":
            self.advance()
            position = self.positional_count
            self.positional_count += 1
            return spec.Parameter(position=position, origin=self.origin(start))
        self.expect(":")
        return spec.Parameter(name=self.identifier(), origin=self.origin(start))

    def typed_literal(self) -> spec.Expr:
        """`DATE '…'`, `X'…'` and the like."""
        start = self.i
        kind = self.kind
        name = self.identifier()
        if kind not in _LITERAL_TYPES:
            self.advance()
            raise self.error(
                "UNSUPPORTED_TYPED_LITERAL",
                start,
                unsupportedType=f'"{name.upper()}"',
                supportedTypes=", ".join(f'"{known}"' for known in _LITERAL_TYPES),
            )
        token = self.token_text()
        self.advance()
        text = self.unquote(token)
        return spec.TypedLiteral(kind, text, origin=self.origin(start))

    def at_interval(self) -> bool:
        """Whether `INTERVAL` begins a literal here: a value and a unit follow."""
        i = self.i + 1
        if self.kinds[i] in ("integer", "decimal"):
            return True  # nothing else puts a number behind a word
        if self.kinds[i] in ("+", "-"):
            i += 1
        kind = self.kinds[i]
        if kind in ("integer", "decimal", "?"):
            i += 1
        elif kind == ":":
            i += 2
        elif kind == "string":
            while self.kinds[i] == "string":
                i += 1
        else:
            return False
        return self.kinds[i] in INTERVAL_UNITS

    def interval(self) -> spec.Expr:
        """`INTERVAL 1 DAY 2 HOURS` or `INTERVAL '1-2' YEAR TO MONTH`."""
        start = self.i
        self.expect("INTERVAL")
        parts: list[tuple[spec.Expr, str]] = []
        while True:
            value = self._interval_value()
            first = self.kind
            if first not in INTERVAL_UNITS:
                self.fail("an interval unit")
            unit = self.token_text()
            self.advance()
            if first in INTERVAL_BOUNDS and self.kind == "TO":
                literal = self._from_to(start, value, unit)
                if parts or self._at_interval_value():
                    raise self.error("_LEGACY_ERROR_TEMP_0024", start)
                return literal
            parts.append((value, unit.lower()))
            if not self._at_interval_value():
                return spec.IntervalParts(tuple(parts), origin=self.origin(start))

    def _at_interval_value(self) -> bool:
        """Whether another value and unit follow; a sign may as well begin an operation on the interval."""
        i = self.i
        if self.kinds[i] in ("+", "-"):
            i += 1
        if self.kinds[i] not in ("integer", "decimal", "string"):
            return False
        if i > self.i:
            return self.kinds[i + 1] in INTERVAL_UNITS
        return True

    def _from_to(self, start: int, value: spec.Expr, first: str) -> spec.Expr:
        self.expect("TO")
        last = self.kind
        if last not in INTERVAL_BOUNDS:
            self.fail("an interval unit")
        self.advance()
        if not isinstance(value, spec.Literal) or value.dtype != t.STRING:
            raise self.error("_LEGACY_ERROR_TEMP_0027", start)
        unit = f"{first.upper()} TO {last}"
        return spec.TypedLiteral("INTERVAL", str(value.value), unit, origin=self.origin(start))

    def _interval_value(self) -> spec.Expr:
        start = self.i
        sign = self.accept_any(("+", "-"))
        kind = self.kind
        if kind in ("integer", "decimal"):
            return self.number(start, sign or "")
        if kind == "string":
            text = self.string()
            if sign == "-":
                text = text[1:] if text.startswith("-") else "-" + text
            return spec.Literal(text, t.STRING, origin=self.origin(start))
        if kind in (":", "?"):
            marker = self.parameter()
            if sign == "-":
                return spec.Function(("negative",), (marker,), origin=self.origin(start))
            return marker
        raise self.syntax_error("a number or a string")


_INT: Final = range(-(2**31), 2**31)
_LONG: Final = range(-(2**63), 2**63)
_EXACT: Final = Context(prec=MAX_PRECISION)

_SUFFIXED: Final = {
    "bigint": (t.LONG, _LONG),
    "smallint": (t.SHORT, range(-(2**15), 2**15)),
    "tinyint": (t.BYTE, range(-(2**7), 2**7)),
}

_LARGEST: Final[dict[t.DataType, tuple[float, str]]] = {
    t.DOUBLE: (1.7976931348623157e308, "1.7976931348623157E+308"),
    t.FLOAT: (3.4028234663852886e38, "3.4028234663852886E+38"),
}

_LITERAL_TYPES: Final = ("DATE", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP", "INTERVAL", "X", "TIME")
