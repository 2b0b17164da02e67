"""One cast to emit, and the ways in which it can fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.errors import QueryContext
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, null, physical_type, text
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

ANSI_SETTING: Final = '"spark.sql.ansi.enabled"'

# How a number's literal ends in messages: `300S`, `1.5BD`.
LITERAL_SUFFIX: Final[Mapping[type[DataType], str]] = {
    t.ByteType: "Y",
    t.ShortType: "S",
    t.IntegerType: "",
    t.LongType: "L",
    t.DecimalType: "BD",
    t.DoubleType: "D",
    t.FloatType: "",
}


@dataclass(frozen=True, slots=True, eq=False)
class CastJob:
    """`value` of type `src` to be made a `dst` in `mode`; `context` places a run-time error."""

    value: Sql
    src: DataType
    dst: DataType
    mode: str
    context: QueryContext | None
    ctx: EmitContext

    def of(self, value: Sql) -> CastJob:
        """The same cast of another expression."""
        return replace(self, value=value)

    def null(self) -> Sql:
        """NULL of the target type."""
        return cast(null(), physical_type(self.dst))

    def tried(self, attempt: Callable[[Sql], Sql], failure: Callable[[Sql], Sql]) -> Sql:
        """`attempt(value)`, which is NULL when the value doesn't convert; under ANSI `failure(value)` raises then."""
        if self.mode != "ansi":
            return attempt(self.value)
        return let(
            self.value,
            self.ctx,
            lambda v: func("coalesce", attempt(v), case((is_not_null(v), failure(v)))),
        )

    def invalid(self, value: Sql) -> Sql:
        """Raises CAST_INVALID_INPUT for a string."""
        escaped = func("replace", func("replace", value, text("\\"), text("\\\\")), text("'"), text("\\'"))
        return self.invalid_value(func("concat", text("'"), escaped, text("'")))

    def invalid_value(self, shown: Sql) -> Sql:
        """Raises CAST_INVALID_INPUT; `shown` is the value as a literal."""
        error = "NumberFormatException"
        if isinstance(self.dst, t.BooleanType):
            error = "SparkRuntimeException"
        elif not isinstance(self.dst, t.NumericType):
            error = "DateTimeException"
        return self.ctx.raise_error(
            error, "CAST_INVALID_INPUT", {"expression": shown, **self._types()}, self.dst, self.context
        )

    def overflow(self, shown: Sql) -> Sql:
        """Raises CAST_OVERFLOW; `shown` is the value as a literal."""
        return self.ctx.raise_error(
            "ArithmeticException", "CAST_OVERFLOW", {"value": shown, **self._types()}, self.dst, self.context
        )

    def out_of_range(self, shown: Sql) -> Sql:
        """Raises NUMERIC_VALUE_OUT_OF_RANGE for a value that the target decimal can't hold."""
        assert isinstance(self.dst, t.DecimalType)
        return self.ctx.raise_error(
            "ArithmeticException",
            "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION",
            {
                "value": shown,
                "precision": str(self.dst.precision),
                "scale": str(self.dst.scale),
                "config": ANSI_SETTING,
            },
            self.dst,
            self.context,
        )

    def _types(self) -> dict[str, str]:
        return {
            "sourceType": f'"{t.sql_name(self.src)}"',
            "targetType": f'"{t.sql_name(self.dst)}"',
            "ansiConfig": ANSI_SETTING,
        }
