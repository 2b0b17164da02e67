"""`java_method` and its kin without a JVM: static methods of the standard library that have an exact twin in Python.

A class that is not in the table counts as not found, and so does a method, with the errors that Spark has for those.
"""

from __future__ import annotations

import functools
import math
import random
import re
import time
import urllib.parse
import uuid
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa

from hiveframe.errors import SparkException
from hiveframe.functions.binding import is_foldable, ordinal, wrong_count
from hiveframe.functions.by_row import by_nullable_row
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import ANY, Binder, Function, always_null, register, rest
from hiveframe.functions.sql import Sql, func
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal
from hiveframe.plan.types import DataType

Method = Callable[..., Any]

_LETTERS: Final[dict[type[DataType], str]] = {
    t.BooleanType: "Z",
    t.ByteType: "B",
    t.ShortType: "S",
    t.IntegerType: "I",
    t.LongType: "J",
    t.FloatType: "F",
    t.DoubleType: "D",
    t.StringType: "T",
}
_TAKEN: Final = '("BOOLEAN" or "TINYINT" or "SMALLINT" or "INT" or "BIGINT" or "FLOAT" or "DOUBLE" or "STRING")'


class _JavaFailure(Exception):
    """What a method throws: the exception's class and message."""


def _bind(name: str) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    called = name.removeprefix("try_")

    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        if len(args) < 2:
            raise wrong_count(called, "> 1", len(args))
        class_name, method = (_constant(binder, args[i], what) for i, what in enumerate(("class", "method")))
        letters = ""
        for position, arg in enumerate(args[2:], 2):
            letter = _LETTERS.get(type(arg.dtype))
            if letter is None:
                raise _unexpected(binder, position, arg)
            letters += letter
        methods = _METHODS.get(class_name)
        if methods is None:
            raise binder.error("DATATYPE_MISMATCH.UNEXPECTED_CLASS_TYPE", className=class_name)
        if f"{method} {letters}" not in methods:
            params = {"methodName": method, "className": class_name}
            raise binder.error("DATATYPE_MISMATCH.UNEXPECTED_STATIC_METHOD", **params)
        signature = Literal(f"{method} {letters}", t.STRING)
        return Call(name, (Literal(class_name, t.STRING), signature, *args[2:]), t.STRING, True)

    return bind


def _constant(binder: Binder, arg: Expr, name: str) -> str:
    value = binder.fold(arg, name) if is_foldable(arg) and isinstance(arg.dtype, t.StringType) else None
    if value is None:
        raise binder.error(
            "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
            inputName=f"`{name}`",
            inputType='"STRING"',
            inputExpr=binder.quoted(arg),
        )
    return str(value)


def _unexpected(binder: Binder, position: int, arg: Expr) -> Exception:
    return binder.error(
        "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
        paramIndex=ordinal(position),
        requiredType=_TAKEN,
        inputSql=binder.quoted(arg),
        inputType=f'"{t.sql_name(arg.dtype)}"',
    )


def _emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    class_name, signature = (str(a.value) for a in call.args[:2] if isinstance(a, Literal))
    method = _METHODS[class_name][signature]
    kernel = functools.partial(_called_each, method=method, fails=call.function != "try_reflect")
    if len(args) > 2:
        types = [a.dtype for a in call.args[2:]]
        return func(ctx.kernel("java_method", kernel, types, t.STRING, volatile=True), *args[2:])
    constant = functools.partial(_called_rows, method=method)
    return func(ctx.kernel("java_method", constant, [t.DOUBLE], t.STRING, volatile=True), func("random"))


def _called_rows(rows: pa.Array, *, method: Method) -> pa.Array:
    return pa.array([_text(method()) for _ in range(len(rows))], pa.string())


def _called_each(*columns: pa.Array, method: Method, fails: bool) -> pa.Array:
    def row(*values: Any) -> str | None:
        try:
            if any(value is None for value in values):
                raise _JavaFailure("java.lang.NullPointerException")
            return _text(method(*values))
        except _JavaFailure as failure:
            if not fails:
                return None
            raise SparkException("INTERNAL_ERROR", {"message": str(failure)}) from None

    return by_nullable_row(row, pa.string(), columns)


def _text(value: Any) -> str:
    """String.valueOf, which is `null` of a method that gives nothing."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return _double_text(value) if isinstance(value, float) else str(value)


def _double_text(value: float) -> str:
    """Double.toString: plain from 0.001 to below ten million, else as 1.5E10."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        plain = format(Decimal(repr(value)), "f")
        return plain if "." in plain else plain + ".0"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    places = "".join(map(str, digits))
    return f"{'-' if sign else ''}{places[0]}.{places[1:] or '0'}E{len(places) - 1 + int(exponent)}"


def _integer(bits: int) -> Method:
    """Integer.parseInt and Long.parseLong."""

    def parse(value: str, radix: int = 10) -> int:
        try:
            if not re.fullmatch(r"[+-]?[0-9A-Za-z]+", value):
                raise ValueError
            found = int(value, radix)
        except ValueError:
            found = 1 << bits
        if not -(1 << (bits - 1)) <= found < 1 << (bits - 1):
            raise _JavaFailure(f'java.lang.NumberFormatException: For input string: "{value}"')
        return found

    return parse


def _floating(value: str) -> float:
    """Double.parseDouble."""
    text = value.strip()
    if not re.fullmatch(r"[+-]?(NaN|Infinity|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[fFdD]?)", text):
        raise _JavaFailure(f'java.lang.NumberFormatException: For input string: "{value}"')
    return float(text.rstrip("fFdD") if "Inf" not in text else text)


def _uuid_of(value: str) -> str:
    """UUID.fromString: five groups of digits, each cut to its width."""
    groups = value.split("-")
    if len(value) > 36 or len(groups) != 5 or not all(re.fullmatch(r"[0-9A-Fa-f]+", g) for g in groups):
        raise _JavaFailure(f"java.lang.IllegalArgumentException: Invalid UUID string: {value}")
    widths = (8, 4, 4, 4, 12)
    return "-".join(f"{int(g, 16) & ((1 << 4 * w) - 1):0{w}x}" for g, w in zip(groups, widths, strict=True))


def _wrapped(value: int, bits: int) -> int:
    return (value + (1 << (bits - 1))) % (1 << bits) - (1 << (bits - 1))


def _rounded(bits: int) -> Method:
    def rounded(value: float) -> int:
        if math.isnan(value):
            return 0
        top = (1 << (bits - 1)) - 1
        return top if value >= top else -top - 1 if value <= -top - 1 else math.floor(value + 0.5)

    return rounded


def _encoded(value: str, charset: str = "UTF-8") -> str:
    _check_charset(charset)
    return urllib.parse.quote_plus(value, safe="*").replace("~", "%7E")


def _decoded(value: str, charset: str = "UTF-8") -> str:
    _check_charset(charset)
    if re.search("%(?![0-9A-Fa-f]{2})", value):
        message = "URLDecoder: Illegal hex characters in escape (%) pattern"
        raise _JavaFailure(f"java.lang.IllegalArgumentException: {message}")
    return urllib.parse.unquote_plus(value)


def _check_charset(charset: str) -> None:
    if charset.upper() not in ("UTF-8", "UTF8"):
        raise _JavaFailure(f"java.io.UnsupportedEncodingException: {charset}")


def _floor_mod(a: int, b: int) -> int:
    if b == 0:
        raise _JavaFailure("java.lang.ArithmeticException: / by zero")
    return a % b


def _floor_div(a: int, b: int) -> int:
    if b == 0:
        raise _JavaFailure("java.lang.ArithmeticException: / by zero")
    return a // b


def _root(value: float) -> float:
    return math.sqrt(value) if value >= 0 else value if value == 0 else math.nan


def _whole(change: Callable[[float], int]) -> Method:
    """Math.floor and Math.ceil, which keep the sign of zero."""
    return lambda value: math.copysign(float(change(value)), value) if math.isfinite(value) else value


def _signum(value: float) -> float:
    return value if value == 0 or math.isnan(value) else math.copysign(1.0, value)


def _require(holds: bool) -> None:
    if not holds:
        raise _JavaFailure("java.lang.IllegalArgumentException: requirement failed")


def _compare(a: Any, b: Any) -> int:
    return int(a > b) - int(a < b)


def _for(names: str, letters: Sequence[str], method: Method) -> dict[str, Method]:
    """One method under several names and argument types."""
    return {f"{name} {types}": method for name in names.split() for types in letters}


def _whole_numbers(letter: str, bits: int) -> dict[str, Method]:
    """What Integer and Long share."""
    mask, two = (1 << bits) - 1, letter * 2
    parse = _integer(bits)
    kind = "Int" if bits == 32 else "Long"
    return {
        **_for(f"valueOf parse{kind}", ["T", "TI"], parse),
        **_for("valueOf toString", [letter], lambda a: a),
        **_for("toHexString", [letter], lambda a: format(a & mask, "x")),
        **_for("toBinaryString", [letter], lambda a: format(a & mask, "b")),
        **_for("toOctalString", [letter], lambda a: format(a & mask, "o")),
        **_for("bitCount", [letter], lambda a: (a & mask).bit_count()),
        **_for("signum", [letter], lambda a: _compare(a, 0)),
        **_for("reverse", [letter], lambda a: _wrapped(int(format(a & mask, f"0{bits}b")[::-1], 2), bits)),
        **_for("numberOfLeadingZeros", [letter], lambda a: bits - (a & mask).bit_length()),
        **_for("compare", [two], _compare),
        **_for("max", [two], max),
        **_for("min", [two], min),
        **_for("sum", [two], lambda a, b: _wrapped(a + b, bits)),
    }


_METHODS: Final[dict[str, dict[str, Method]]] = {
    "java.util.UUID": {"fromString T": _uuid_of, "randomUUID ": lambda: str(uuid.uuid4())},
    "java.lang.Integer": _whole_numbers("I", 32),
    "java.lang.Long": _whole_numbers("J", 64),
    "java.lang.Double": {
        **_for("valueOf parseDouble", ["T"], _floating),
        **_for("valueOf toString", ["D"], lambda a: a),
        **_for("isNaN", ["D"], math.isnan),
        **_for("isInfinite", ["D"], math.isinf),
    },
    "java.lang.Boolean": {
        **_for("valueOf parseBoolean", ["T"], lambda a: a.lower() == "true"),
        **_for("valueOf toString", ["Z"], lambda a: a),
        **_for("logicalAnd", ["ZZ"], lambda a, b: a and b),
        **_for("logicalOr", ["ZZ"], lambda a, b: a or b),
        **_for("logicalXor", ["ZZ"], lambda a, b: a != b),
    },
    "java.lang.String": {
        **_for("valueOf", ["Z", "I", "J", "D"], lambda a: a),
        **_for("valueOf", ["T"], lambda a: a),
    },
    "java.lang.Math": {
        **_for("abs", ["I"], lambda a: _wrapped(abs(a), 32)),
        **_for("abs", ["J"], lambda a: _wrapped(abs(a), 64)),
        **_for("abs", ["D"], abs),
        **_for("max", ["II", "JJ"], max),
        **_for("min", ["II", "JJ"], min),
        **_for("floorMod", ["II", "JJ"], _floor_mod),
        **_for("floorDiv", ["II", "JJ"], _floor_div),
        **_for("sqrt", ["D"], _root),
        **_for("ceil", ["D"], _whole(math.ceil)),
        **_for("floor", ["D"], _whole(math.floor)),
        **_for("rint", ["D"], _whole(round)),
        **_for("round", ["D"], _rounded(64)),
        **_for("signum", ["D"], _signum),
        **_for("toRadians", ["D"], lambda a: a * 0.017453292519943295),
        **_for("toDegrees", ["D"], lambda a: a * 57.29577951308232),
        **_for("random", [""], random.random),
    },
    "java.lang.System": {
        **_for("currentTimeMillis", [""], lambda: time.time_ns() // 1_000_000),
        **_for("nanoTime", [""], time.monotonic_ns),
        **_for("lineSeparator", [""], lambda: "\n"),
    },
    "scala.Predef": _for("require assert assume", ["Z"], _require),
    "java.net.URLEncoder": _for("encode", ["T", "TT"], _encoded),
    "java.net.URLDecoder": _for("decode", ["T", "TT"], _decoded),
}


def _row(name: str, doc: str, since: str) -> Function:
    return Function(
        name,
        (rest(ANY),),
        t.STRING,
        always_null,
        site=name.removeprefix("try_"),
        bind=_bind(name),
        emit=_emit,
        deterministic=False,
        counted_as=name.removeprefix("try_"),
        doc=doc,
        group="misc",
        since=since,
    )


register(
    _row("java_method", "What a static method of Java's standard library gives.", "2.0.0"),
    _row("reflect", "What a static method of Java's standard library gives.", "2.0.0"),
    _row("try_reflect", "What a static method of Java's standard library gives, NULL where it throws.", "4.0.0"),
)
