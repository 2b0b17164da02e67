"""`java.text.DecimalFormat` with US symbols: numbers by a pattern such as `#,##0.00`."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.errors import IllegalArgumentException

_EXACT: Final = Context(prec=1200)


@dataclass(frozen=True, slots=True)
class DecimalFormat:
    """A pattern in its parts."""

    prefix: str
    suffix: str
    negative_prefix: str
    negative_suffix: str
    least_whole: int
    least_fraction: int
    most_fraction: int
    group: int  # 0: no groups
    power: int  # of ten that numbers are multiplied by: 2 for percent

    def format(self, value: Decimal | float | int) -> str:
        """A number as text; halves are rounded to even digits."""
        if isinstance(value, float):
            if value != value:
                return "NaN"
            is_negative = str(value).startswith("-")
            if abs(value) == float("inf"):
                return self._signed("∞", is_negative)
        else:
            is_negative = value < 0
        exact = _EXACT.scaleb(abs(_digits(value, self.most_fraction)), self.power)
        rounded = exact.quantize(Decimal(1).scaleb(-self.most_fraction), ROUND_HALF_EVEN, _EXACT)
        whole, _, fraction = format(rounded, "f").partition(".")
        whole = whole.lstrip("0").rjust(self.least_whole, "0")
        fraction = fraction.rstrip("0").ljust(self.least_fraction, "0")
        if not whole and not fraction:
            whole = "0"
        return self._signed(self._grouped(whole) + ("." + fraction if fraction else ""), is_negative)

    def _grouped(self, whole: str) -> str:
        if not self.group:
            return whole
        first = len(whole) % self.group or self.group
        return ",".join([whole[:first], *(whole[i : i + self.group] for i in range(first, len(whole), self.group))])

    def _signed(self, digits: str, is_negative: bool) -> str:
        if is_negative:
            return self.negative_prefix + digits + self.negative_suffix
        return self.prefix + digits + self.suffix


def _digits(value: Decimal | float | int, places: int) -> Decimal:
    """The number itself; a float by its shortest digits when there is room for all of them, zeros after them."""
    if not isinstance(value, float):
        return Decimal(value)
    shortest = Decimal(repr(value))
    exponent = shortest.as_tuple().exponent
    return shortest if isinstance(exponent, int) and -exponent <= places else Decimal(value)


@lru_cache(maxsize=256)
def decimal_format(pattern: str) -> DecimalFormat:
    """The format that a pattern spells; INVALID_FORMAT_STRING for one that Java would refuse."""
    positive, semicolon, negative = _split(pattern)
    prefix, number, suffix = _parts(positive, pattern)
    negative_prefix, negative_suffix = "-" + _plain(prefix), _plain(suffix)
    if semicolon:
        before, _, after = _parts(negative, pattern)
        negative_prefix, negative_suffix = _plain(before), _plain(after)
    whole, point, fraction = number.partition(".")
    if any(c not in "#0," for c in whole) or any(c not in "#0" for c in fraction):
        raise _refused(pattern, "digits are written with # and 0 only")
    group = len(whole) - whole.rindex(",") - 1 if "," in whole else 0
    digits = whole.replace(",", "")
    left = len(digits) - len(digits.lstrip("#"))
    if "#" in digits.lstrip("#") or "0" in fraction.lstrip("0"):
        raise _refused(pattern, "a # stands between zeros")
    least_whole, least_fraction = len(digits) - left, fraction.count("0")
    if point and not least_whole and not least_fraction and (digits or fraction):
        # '###.###' is read as '##0.###', '.###' as '.0##'
        least_whole, least_fraction = (1, 0) if digits else (0, 1)
    affixes = prefix + suffix
    power = 2 if _has(affixes, "%") else 3 if _has(affixes, "‰") else 0
    return DecimalFormat(
        _plain(prefix), _plain(suffix), negative_prefix, negative_suffix,
        least_whole, least_fraction, len(fraction), group, power,
    )  # fmt: skip


def _refused(pattern: str, reason: str) -> IllegalArgumentException:
    return IllegalArgumentException("INVALID_FORMAT_STRING", {"format": pattern, "reason": reason})


def _split(pattern: str) -> tuple[str, str, str]:
    """The pattern of positive numbers, and that of negative ones after a `;` outside of quotes."""
    quoted = False
    for i, char in enumerate(pattern):
        if char == "'":
            quoted = not quoted
        elif char == ";" and not quoted:
            return pattern[:i], ";", pattern[i + 1 :]
    return pattern, "", ""


def _parts(text: str, pattern: str) -> tuple[str, str, str]:
    """What stands before the digits, the digits, and what stands after."""
    quoted, start, end = False, len(text), len(text)
    for i, char in enumerate(text):
        if char == "'":
            quoted = not quoted
        is_digit = char in "#0,." and not quoted
        if is_digit and start == len(text):
            start = i
        if not is_digit and start < len(text):
            end = i
            break
    if text[end : end + 1] == "E" and text[end + 1 : end + 2] == "0":
        raise _refused(pattern, "exponents are not supported")
    return text[:start], text[start:end], text[end:]


def _has(affix: str, symbol: str) -> bool:
    return symbol in "".join(affix.split("'")[::2])


def _plain(affix: str) -> str:
    """An affix without its quotes; two in a row are one that is meant."""
    return affix.replace("''", "\0").replace("'", "").replace("\0", "'")
