"""`java.util.Formatter`: what `%[index$][flags][width][.precision]conversion` makes of the values of rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, Final

import numpy as np

from hiveframe.dataclass import dataclass
from hiveframe.errors import NO_CONDITION, PlainIllegalArgument
from hiveframe.functions.java_numbers import float_text

_SPECIFIER: Final = re.compile(r"%(?:(\d+)\$|(<))?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])")
_INTEGRAL: Final = frozenset("dxXo")
_FLOATING: Final = frozenset("eEfgG")
_GENERAL: Final = frozenset("sSbBhHcC")
_LAST_CODE_POINT: Final = 0x10FFFF


@dataclass(frozen=True, slots=True)
class Argument:
    """A value with what Java would do with its class: `bits` of an integer, single precision of a float."""

    value: Any
    bits: int = 0  # of an integer
    is_single: bool = False


@dataclass(frozen=True, slots=True)
class Specifier:
    """One `%…` of a format."""

    text: str
    index: int | None  # from 1
    repeats: bool  # `%<s`: the argument before
    flags: str
    width: int
    precision: int | None
    conversion: str


class _Wrong(ValueError):
    """Why a format does not fit."""


def format_text(pattern: str, arguments: Sequence[Argument]) -> str:
    """The text; Java's own refusal of a format that is wrong or does not fit its arguments."""
    made: list[str] = []
    following, last = 0, -1
    try:
        for part in _parsed(pattern):
            if isinstance(part, str):
                made.append(part)
                continue
            if part.conversion == "n":
                made.append("\n")
                continue
            if part.conversion == "%":
                made.append(_padded("%", part))
                continue
            if part.repeats:
                at = last
            elif part.index is not None:
                at = part.index - 1
            else:
                at, following = following, following + 1
            if not 0 <= at < len(arguments):
                raise _Wrong(f"Format specifier '{part.text}'")
            last = at
            made.append(_converted(part, arguments[at]))
    except _Wrong as reason:
        raise PlainIllegalArgument(NO_CONDITION, {"message": str(reason)}) from None
    return "".join(made)


def parts_of(pattern: str) -> tuple[str | Specifier, ...]:
    """The parts of a format, none for one that is wrong."""
    try:
        return _parsed(pattern)
    except _Wrong:
        return ()


@lru_cache(maxsize=256)
def _parsed(pattern: str) -> tuple[str | Specifier, ...]:
    made: list[str | Specifier] = []
    at = 0
    while at < len(pattern):
        start = pattern.find("%", at)
        if start < 0:
            made.append(pattern[at:])
            break
        if start > at:
            made.append(pattern[at:start])
        found = _SPECIFIER.match(pattern, start)
        if found is None:
            raise _Wrong(f"Conversion = '{pattern[start + 1 : start + 2] or '%'}'")
        index, again, flags, width, precision, conversion = found.groups()
        if conversion not in _INTEGRAL | _FLOATING | _GENERAL | {"n", "%"}:
            raise _Wrong(f"Conversion = '{conversion}'")
        made.append(
            Specifier(
                found[0],
                int(index) if index else None,
                bool(again),
                flags,
                int(width) if width else 0,
                int(precision) if precision is not None else None,
                conversion,
            )
        )
        at = found.end()
    return tuple(made)


def _converted(spec: Specifier, argument: Argument) -> str:
    kind = spec.conversion
    if kind in "bB":
        value = argument.value
        return _general(spec, "false" if value is None else str(value).lower() if isinstance(value, bool) else "true")
    if argument.value is None:
        return _general(spec, "null")
    if kind in "sS":
        return _general(spec, text_of(argument))
    if kind in "cC":
        if not argument.bits:
            raise _Wrong(f"{kind} != {_java_class(argument)}")
        if not 0 <= argument.value <= _LAST_CODE_POINT:
            raise _Wrong(f"Code point = 0x{argument.value & 0xFFFFFFFF:x}")
        return _general(spec, chr(argument.value))
    if kind in "hH":
        if not argument.bits or argument.bits > 32:
            raise _Wrong(f"{kind} != {_java_class(argument)}")
        return _general(spec, format(argument.value & 0xFFFFFFFF, "x"))
    if kind in _INTEGRAL:
        if not argument.bits:
            raise _Wrong(f"{kind} != {_java_class(argument)}")
        return _integer(spec, argument.value, argument.bits)
    if not isinstance(argument.value, float):
        raise _Wrong(f"{kind} != {_java_class(argument)}")
    return _floating(spec, argument)


def _java_class(argument: Argument) -> str:
    value = argument.value
    if argument.bits:
        return f"java.lang.{ {8: 'Byte', 16: 'Short', 32: 'Integer', 64: 'Long'}[argument.bits] }"
    if isinstance(value, bool):
        return "java.lang.Boolean"
    if isinstance(value, float):
        return "java.lang.Float" if argument.is_single else "java.lang.Double"
    spark = "Decimal" if isinstance(value, Decimal) else "UTF8String"
    return f"org.apache.spark.{'sql' if isinstance(value, Decimal) else 'unsafe'}.types.{spark}"


def _general(spec: Specifier, text: str) -> str:
    if spec.precision is not None:
        text = text[: spec.precision]
    return _padded(text.upper() if spec.conversion.isupper() else text, spec)


def _padded(text: str, spec: Specifier) -> str:
    width = spec.width - sum(c > "\uffff" for c in text)  # Java counts UTF-16 units
    return text.ljust(width) if "-" in spec.flags else text.rjust(width)


def _integer(spec: Specifier, value: int, bits: int) -> str:
    if spec.conversion == "d":
        return _signed(spec, value < 0, format(abs(value), ",d" if "," in spec.flags else "d"))
    digits = format(value & (2**bits - 1), "o" if spec.conversion == "o" else "x")
    prefix = ("0" if spec.conversion == "o" else "0x") if "#" in spec.flags else ""
    if "0" in spec.flags:
        digits = digits.rjust(spec.width - len(prefix), "0")
    text = prefix + digits
    return _padded(text.upper() if spec.conversion == "X" else text, spec)


def _signed(spec: Specifier, is_negative: bool, digits: str) -> str:
    """Digits with their sign, zeros between the two when asked for."""
    before, after = "", ""
    if is_negative:
        before, after = ("(", ")") if "(" in spec.flags else ("-", "")
    elif "+" in spec.flags:
        before = "+"
    elif " " in spec.flags:
        before = " "
    if "0" in spec.flags:
        digits = digits.rjust(spec.width - len(before) - len(after), "0")
    return _padded(before + digits + after, spec)


def _floating(spec: Specifier, argument: Argument) -> str:
    value = argument.value
    if value != value:  # NaN
        return _padded("NaN", spec)
    is_negative = value < 0 or str(value).startswith("-")
    if abs(value) == float("inf"):
        whole = replace(spec, flags=spec.flags.replace("0", ""))
        return _signed(whole, is_negative, "Infinity")
    exact = abs(Decimal(str(np.float32(value)) if argument.is_single else _digits(value)))
    precision = 6 if spec.precision is None else spec.precision
    kind = spec.conversion.lower()
    if kind == "g":
        text = _shorter(exact, precision or 1, grouped="," in spec.flags)
    elif kind == "e":
        text = _scientific(exact, precision)
    else:
        text = _plain(exact, precision, grouped="," in spec.flags)
    text = _signed(spec, is_negative, text)
    return text.upper() if spec.conversion.isupper() else text


def _digits(value: float) -> str:
    """The shortest that give the number back; Java has a second one for the least of all."""
    return repr(value).replace("5e-324", "4.9e-324")


def _plain(value: Decimal, precision: int, *, grouped: bool) -> str:
    rounded = _rounded(value, -precision)
    return format(rounded, f"{',' if grouped else ''}.{precision}f")


def _rounded(value: Decimal, exponent: int) -> Decimal:
    sign, digits, place = value.as_tuple()
    assert isinstance(place, int)  # neither NaN nor infinite
    if place >= exponent:
        return value
    cut = len(digits) + place - exponent
    kept = Decimal((sign, digits, 0)).scaleb(place - exponent) if cut >= 0 else Decimal(0)
    return kept.to_integral_value(ROUND_HALF_UP).scaleb(exponent)


def _scientific(value: Decimal, precision: int) -> str:
    if not value:
        return _plain(value, precision, grouped=False) + "e+00"
    exponent = value.adjusted()
    rounded = _rounded(value, exponent - precision)
    exponent = rounded.adjusted()
    mantissa = format(rounded.scaleb(-exponent), f".{precision}f")
    return f"{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _shorter(value: Decimal, precision: int, *, grouped: bool) -> str:
    """Plain from 0.0001 up to as many digits as the precision, else with an exponent."""
    if not value:
        return _plain(value, precision - 1, grouped=False)
    rounded = _rounded(value, value.adjusted() - precision + 1)
    if Decimal("0.0001") <= rounded < Decimal(10) ** precision:
        return _plain(value, precision - rounded.adjusted() - 1, grouped=grouped)
    return _scientific(value, precision - 1)


def text_of(argument: Argument) -> str:
    """`String.valueOf`."""
    value = argument.value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return float_text(value, single=argument.is_single)
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)
