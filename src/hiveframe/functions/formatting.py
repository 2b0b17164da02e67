"""Texts from values by a format: printf's, numbers' groups of digits, number patterns; and numbers from such texts."""

from __future__ import annotations

import functools
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa

from hiveframe.errors import IllegalArgumentException
from hiveframe.functions.binding import wrong_input
from hiveframe.functions.by_row import by_nullable_row, by_row
from hiveframe.functions.decimal_format import decimal_format
from hiveframe.functions.decimals import USER_DEFAULT, decimal_for
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.format_columns import doubles_shown, format_columns
from hiveframe.functions.internal_text import internal_text, internal_value
from hiveframe.functions.java_formatter import Argument, format_text
from hiveframe.functions.number_columns import parsed_column, shown_column
from hiveframe.functions.number_pattern import BadPattern, NumberPattern, number_pattern
from hiveframe.functions.registry import (
    ANY,
    TYPED_STRING,
    Binder,
    Function,
    Kind,
    always_null,
    either,
    register,
    rest,
)
from hiveframe.functions.sql import Sql, func
from hiveframe.functions.strings import by_kernel, constant_of, is_bytes
from hiveframe.functions.text_buffers import single_value
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr
from hiveframe.plan.types import DataType

_BITS: Final[dict[type[DataType], int]] = {
    t.ByteType: 8,
    t.ShortType: 16,
    t.IntegerType: 32,
    t.LongType: 64,
    t.DateType: 32,
    t.TimestampType: 64,
    t.TimestampNTZType: 64,
    t.TimeType: 64,
    t.YearMonthIntervalType: 32,
    t.DayTimeIntervalType: 64,
}
_SHOWN_BY_THEMSELVES: Final = (
    t.ArrayType,
    t.MapType,
    t.StructType,
    t.BinaryType,
    t.CalendarIntervalType,
    t.VariantType,
)
_GROUPED: Final = "#,###,###,###,###,###,##0"
_INT: Final = Kind("INT", lambda d: isinstance(d, t.IntegerType), null_as=t.INT)
_NUMBERS: Final = Kind("NUMERIC", lambda d: isinstance(d, t.NumericType), null_as=t.DOUBLE)


def _check_indices(binder: Binder, args: tuple[Expr, ...]) -> None:
    """INVALID_PARAMETER_VALUE.ZERO_INDEX: arguments count from 1."""
    pattern = constant_of(args[0])
    if isinstance(pattern, str) and "%0$" in pattern:
        raise binder.error("INVALID_PARAMETER_VALUE.ZERO_INDEX", parameter="`strfmt`", functionName="`format_string`")


def _emit_format_string(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    types = [a.dtype for a in call.args]
    kernel = functools.partial(_format_each, types=tuple(types[1:]))
    return func(ctx.kernel("format_string", kernel, types, t.STRING), *args)


def _format_each(*columns: pa.Array, types: tuple[DataType, ...]) -> pa.Array:
    def formatted(pattern: str | None, *values: Any) -> str | None:
        if pattern is None:
            return None
        return format_text(pattern, [_argument(v, d) for v, d in zip(values, types, strict=True)])

    is_constant, pattern = single_value(columns[0])
    made = format_columns(pattern, columns[1:], types) if is_constant and pattern is not None else None
    return made if made is not None else by_nullable_row(formatted, pa.string(), columns)


def _argument(value: Any, dtype: DataType) -> Argument:
    """A value as Spark hands it over: dates and times are integers, what has parts is shown by its own text."""
    if value is None:
        return Argument(None)
    if isinstance(dtype, _SHOWN_BY_THEMSELVES):
        return Argument(internal_text(value, dtype))
    return Argument(internal_value(value), _BITS.get(type(dtype), 0), isinstance(dtype, t.FloatType))


def number_by_places(value: Any, places: int) -> str | None:
    """A number with that many digits after the point, NULL for a negative count."""
    if places < 0:
        return None
    return decimal_format(f"{_GROUPED}.{'0' * places}" if places else _GROUPED).format(value)


def number_by_pattern(value: Any, pattern: str) -> str:
    """A number by a pattern, in groups of three without one."""
    return decimal_format(pattern or _GROUPED).format(value)


def places_each(values: pa.Array, places: pa.Array) -> pa.Array:
    """`number_by_places` of each row."""
    if pa.types.is_float64(values.type) and len(places.unique()) == 1 and (count := places[0].as_py() or 0) > 0:
        made = doubles_shown(values, f",.{count}f", count)
        if made is not None and not places.null_count:
            return made
    return by_row(number_by_places, pa.string(), [values, places])


def patterns_each(values: pa.Array, patterns: pa.Array) -> pa.Array:
    """`number_by_pattern` of each row."""
    return by_row(number_by_pattern, pa.string(), [values, patterns])


def _emit_format_number(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    is_pattern = isinstance(call.args[1].dtype, t.StringType)
    return by_kernel(patterns_each if is_pattern else places_each)(call, args, ctx)


def _pattern(binder: Binder, arg: Expr) -> NumberPattern | None:
    """The constant pattern; None for NULL. INVALID_FORMAT.* when it is none."""
    text = binder.fold(arg, "attributereference")  # Spark names the argument by its kind
    if text is None:
        return None
    try:
        return number_pattern(str(text))
    except BadPattern as bad:
        raise binder.error(f"INVALID_FORMAT.{bad.subclass}", format=f"'{str(text).upper()}'", **bad.params) from None


def _bind_to_number(name: str) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        pattern = _pattern(binder, args[1])
        dtype = t.DecimalType(pattern.precision, pattern.scale) if pattern else USER_DEFAULT
        return Call(name, args, dtype, name == "try_to_number" or args[0].nullable or args[1].nullable)

    return bind


def _parsed(value: str, text: str) -> Decimal:
    found = number_pattern(text).parse(value)
    if found is None:
        params = {"format": text.upper(), "input": value, "inputType": '"STRING"'}
        raise IllegalArgumentException("INVALID_FORMAT.MISMATCH_INPUT", params)
    return found


def _emit_to_number(convert: Callable[[str, str], Decimal | None]) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        kernel = functools.partial(_numbers_each, convert=convert, arrow_type=ctx.arrow_type(call.dtype))
        return func(ctx.kernel(call.function, kernel, [t.STRING, t.STRING], call.dtype), *args)

    return emit


def _numbers_each(
    values: pa.Array, patterns: pa.Array, *, convert: Callable[[str, str], Decimal | None], arrow_type: pa.DataType
) -> pa.Array:
    return parsed_column(values, patterns, arrow_type, lambda *columns: by_row(convert, arrow_type, columns))


def _try_parsed(value: str, text: str) -> Decimal | None:
    return number_pattern(text).parse(value)


def _bind_to_char(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    """Dates by their patterns, bytes by an encoding, anything else as a number."""
    value = args[0]
    if isinstance(value.dtype, (t.DateType, t.TimestampType, t.TimestampNTZType, t.TimeType)):
        return binder.call("date_format", *args)
    if is_bytes(value):
        return _bytes_shown(binder, args)
    number = _as_decimal(binder, value)
    _pattern(binder, args[1])
    return Call("to_char", (number, args[1]), t.STRING, number.nullable or args[1].nullable)


def _as_decimal(binder: Binder, value: Expr) -> Expr:
    match value.dtype:
        case t.DecimalType():
            return value
        case t.NumericType():
            return binder.cast(value, decimal_for(value.dtype))
        case t.StringType() | t.NullType():
            return binder.cast(value, t.DecimalType(38, 18))
    raise wrong_input(binder, (value,), 0, '"DECIMAL"')


def _bytes_shown(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    form = binder.fold(args[1], "format")
    match str(form).lower():
        case "base64":
            return binder.call("base64", args[0])
        case "hex":
            return binder.call("hex", args[0])
        case "utf-8":
            return binder.call("decode_charset", *args)
    raise _bad_form(binder, form)


def _bad_form(binder: Binder, form: object) -> Exception:
    return binder.error(
        "INVALID_PARAMETER_VALUE.BINARY_FORMAT",
        functionName="`to_char`",
        parameter="`format`",
        invalidFormat=f"'{form}'",
    )


def _shown_as(called: str, made: str) -> str:
    if made in ("to_char", "to_varchar"):
        return "to_char"
    if made != "date_format" and called == "to_varchar":
        return called
    return "decode" if made == "decode_charset" else made


def numbers_shown(values: pa.Array, patterns: pa.Array) -> pa.Array:
    """Numbers by their patterns."""
    return shown_column(values, patterns, lambda *columns: by_row(_shown, pa.string(), columns))


def _shown(value: Decimal, text: str) -> str:
    return number_pattern(text).format(value)


def _to_char(name: str) -> Function:
    return Function(
        name,
        (ANY, t.STRING),
        bind=_bind_to_char,
        emit=by_kernel(numbers_shown),
        label="to_char",
        site="to_char",
        shows_made=_shown_as,
        doc="A number, date or bytes as a text by a format.",
        group="string",
        since="3.4.0",
    )


register(
    Function(
        "format_string",
        (t.STRING, rest(ANY)),
        t.STRING,
        nullable=lambda args: args[0].nullable,
        emit=_emit_format_string,
        aliases=("printf",),
        checks=(_check_indices,),
        doc="A text by a format as printf's.",
        group="string",
        since="1.5.0",
    ),
    Function(
        "format_number",
        (_NUMBERS, either(_INT, TYPED_STRING)),
        t.STRING,
        nullable=always_null,
        emit=_emit_format_number,
        doc="A number in groups of three digits, with so many after the point; or by a pattern.",
        group="string",
        since="1.5.0",
    ),
    _to_char("to_char"),
    _to_char("to_varchar"),
    Function(
        "to_number",
        (t.STRING, t.STRING),
        bind=_bind_to_number("to_number"),
        emit=_emit_to_number(_parsed),
        doc="The number that a text of a format stands for.",
        group="string",
        since="3.3.0",
    ),
    Function(
        "try_to_number",
        (t.STRING, t.STRING),
        bind=_bind_to_number("try_to_number"),
        emit=_emit_to_number(_try_parsed),
        doc="The number that a text of a format stands for, NULL when it does not fit.",
        group="string",
        since="3.3.0",
    ),
)
