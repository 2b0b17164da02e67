"""Options of the functions that read and write JSON and CSV: names ignore case, wrong values are refused when they run.

Source: Spark's `JSONOptions` and `CSVOptions`, which check most options one way and some by Java's own parsers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from hiveframe.errors import (
    NO_CONDITION,
    IllegalArgumentException,
    PlainIllegalArgument,
    SparkError,
    SparkException,
    SparkRuntimeException,
)

CHARSETS: Final = ("iso-8859-1", "us-ascii", "utf-16", "utf-16be", "utf-16le", "utf-32", "utf-8")
_JAVA_DOUBLE: Final = re.compile(
    r"[\x00-\x20]*[+-]?(NaN|Infinity|((\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)[fFdD]?)[\x00-\x20]*"
)

_JAVA_HEX: Final = re.compile(r"[\x00-\x20]*[+-]?0[xX][0-9a-fA-F]*\.?[0-9a-fA-F]*[pP][+-]?\d+[fFdD]?[\x00-\x20]*")


class TextOptions:
    """The options of one call; keys are in lower case."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._values

    def get(self, *names: str) -> str | None:
        """The value of the first name that is set."""
        return next((self._values[n.lower()] for n in names if n.lower() in self._values), None)

    def text(self, name: str, default: str) -> str:
        """The value of a name, or `default`."""
        found = self.get(name)
        return default if found is None else found

    def flag(self, name: str, default: bool = False) -> bool:
        """`true` or `false`, in any case of ASCII."""
        value = self.get(name)
        if value is None:
            return default
        lowered = value.lower()
        if lowered not in ("true", "false"):
            raise SparkException("_LEGACY_ERROR_TEMP_2147", {"paramName": name})
        return lowered == "true"

    def java_flag(self, name: str, default: bool = False) -> bool:
        """What Scala's `toBoolean` takes."""
        value = self.get(name)
        if value is None:
            return default
        raised = value.upper()
        if raised not in ("TRUE", "FALSE"):
            raise not_parsed(value)
        return raised == "TRUE"

    def integer(self, name: str, default: int) -> int:
        """A whole number."""
        value = self.get(name)
        found = default if value is None else java_long(value, 32)
        if found is None:
            raise SparkRuntimeException("_LEGACY_ERROR_TEMP_2146", {"paramName": name, "value": str(value)})
        return found

    def java_integer(self, name: str, default: int) -> int:
        """What Java's `parseInt` takes."""
        value = self.get(name)
        found = default if value is None else java_long(value, 32)
        if found is None:
            raise not_parsed(str(value))
        return found

    def java_double(self, name: str, default: float) -> float:
        """What Java's `parseDouble` takes."""
        value = self.get(name)
        if value is None:
            return default
        found = java_double(value)
        if found is None:
            raise not_parsed(value)
        return found

    def character(self, name: str, default: str) -> str:
        """One character, or nothing."""
        value = self.get(name)
        if value is None:
            return default
        if len(value.encode("utf-16-le")) > 2 and value != "\\u0000":
            raise SparkRuntimeException("OPTION_VALUE_EXCEEDS_ONE_CHARACTER", {"paramName": name, "actualValue": value})
        return "" if value in ("", "\0", "\\u0000") else value

    def check_charset(self, function: str) -> None:
        """Refuses a charset that there is none of; texts in memory have one already."""
        value = self.get("encoding", "charset")
        if value is not None and value.lower() not in CHARSETS:
            params = {
                "functionName": f"`{function}`",
                "parameter": "`charset`",
                "charset": value,
                "charsets": ", ".join(CHARSETS),
            }
            raise IllegalArgumentException("INVALID_PARAMETER_VALUE.CHARSET", params)

    def check_line_separator(self, *, most: int | None = None) -> None:
        """Refuses a line separator that is empty or longer than `most` characters."""
        value = self.get("lineSep")
        if value == "":
            raise refused("requirement failed: 'lineSep' cannot be an empty string.")
        if value is not None and most is not None and len(value) > most:
            raise refused("requirement failed: 'lineSep' can contain only 1 character.")


def refused(message: str) -> SparkError:
    """An error that Spark leaves to Java's words."""
    return PlainIllegalArgument(NO_CONDITION, {"message": message})


def not_parsed(value: str) -> SparkError:
    """The error of Java's own parsers."""
    return refused(f'For input string: "{value}"')


def java_double(value: str) -> float | None:
    """What Java's `parseDouble` reads; None for other text."""
    if _JAVA_DOUBLE.fullmatch(value) is None:
        return _hexadecimal(value)
    return float(value.strip().rstrip("fFdD")) if "N" not in value and "I" not in value else float(value.strip())


def _hexadecimal(value: str) -> float | None:
    """`0x1.8p3`, which needs its exponent."""
    if _JAVA_HEX.fullmatch(value) is None:
        return None
    return float.fromhex(value.strip().rstrip("fFdD"))


def java_long(value: str, bits: int) -> int | None:
    """What Java's `parseInt` and its like read, digits of any script among them; None beyond so many bits."""
    if not value.isdigit() and re.fullmatch(r"[+-]?\d+", value) is None:
        return None
    try:
        found = int(value)
    except ValueError:  # too many digits, or ones that count nothing
        return None
    return found if -(1 << bits - 1) <= found < 1 << bits - 1 else None
