"""Numbers in other notations: HEX, UNHEX, BIN, CONV."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from hiveframe.errors import ArithmeticException
from hiveframe.functions.arithmetic import overflow_params
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let
from hiveframe.functions.registry import Function, Param, always_null, register
from hiveframe.functions.sql import Sql, case, cast, false, func, text, true
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_UNSIGNED: Final = 1 << 64
_LONGEST: Final = _UNSIGNED - 1


def _emit_unhex(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """NULL for text that is not hexadecimal."""
    digits = text("[0-9a-fA-F]*")
    return let(args[0], ctx, lambda v: case((func("regexp_full_match", v, digits), func("unhex", v))))


def _emit_conv(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    kernel = ctx.kernel("conv", _conversions, [t.STRING, t.INT, t.INT, t.BOOLEAN], t.STRING)
    return func(kernel, *args, true() if ctx.ansi else false())


def _conversions(numbers: pa.Array, sources: pa.Array, targets: pa.Array, raises: pa.Array) -> pa.Array:
    rows = zip(numbers.to_pylist(), sources.to_pylist(), targets.to_pylist(), raises.to_pylist(), strict=True)
    return pa.array([convert(*row) for row in rows], pa.string())


def convert(written: str | None, source: int | None, target: int | None, raises: bool) -> str | None:
    """`written` in base `source` as text in base `target`; a negative target shows a signed number.

    Digits are read up to the first that is none; values are 64-bit unsigned. Source: Spark's `NumberConverter`.
    """
    if written is None or source is None or target is None:
        return None
    if not 2 <= source <= 36 or not 2 <= abs(target) <= 36:
        return None
    body = written.strip(" ")
    if not body:
        return None
    negative = body.startswith("-")
    value = _read(body[1:] if negative else body, source, raises=raises)
    if negative:
        value = _LONGEST if target > 0 and value >= 1 << 63 else -value
    value %= _UNSIGNED
    if target < 0 and value >= 1 << 63:
        return "-" + _written(_UNSIGNED - value, -target)
    return _written(value, abs(target))


def _read(body: str, base: int, *, raises: bool) -> int:
    value = 0
    for character in body.upper():
        digit = _DIGITS.find(character)
        if not 0 <= digit < base:
            break
        value = value * base + digit
        if value > _LONGEST:
            if raises:
                raise ArithmeticException("ARITHMETIC_OVERFLOW", overflow_params("", "Overflow in function conv()"))
            return _LONGEST
    return value


def _written(value: int, base: int) -> str:
    if value == 0:
        return "0"
    digits: list[str] = []
    while value:
        value, digit = divmod(value, base)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))


register(
    Function(
        "hex",
        (Param((t.LONG, t.BINARY, t.STRING)),),
        t.STRING,
        emit=lambda call, args, ctx: func("hex", args[0]),
        doc="Hexadecimal digits of a number, text or bytes.",
        group="math_funcs",
    ),
    Function(
        "unhex",
        (t.STRING,),
        t.BINARY,
        nullable=always_null,
        emit=_emit_unhex,
        doc="The bytes that hexadecimal digits stand for.",
        group="math_funcs",
    ),
    Function(
        "bin",
        (t.LONG,),
        t.STRING,
        emit=lambda call, args, ctx: func("bin", cast(args[0], "BIGINT")),
        doc="Binary digits of a number.",
        group="math_funcs",
    ),
    Function(
        "conv",
        (t.STRING, t.INT, t.INT),
        t.STRING,
        nullable=always_null,
        emit=_emit_conv,
        doc="A number's text brought from one base to another.",
        group="math_funcs",
    ),
)
