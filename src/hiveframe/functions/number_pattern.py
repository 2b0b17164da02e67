"""Number patterns of `to_number` and `to_char`: `99,999.9S` (org.apache.spark.sql.catalyst.util.ToNumberParser)."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

from hiveframe.dataclass import dataclass

_TOKEN: Final = re.compile(r"0[09]*|9[09]*|[,G]|[.D]|\$|S|MI|PR|.", re.DOTALL)
_BLANKS: Final = " \t\n\r\f\v"
_ORDER: Final = ("sign", "$", "digits", ".", "digits", "$", "end")


class BadPattern(ValueError):
    """A pattern that Spark refuses: an INVALID_FORMAT subclass and its parameters."""

    def __init__(self, subclass: str, **params: str) -> None:
        super().__init__(subclass)
        self.subclass = subclass
        self.params = params


@dataclass(frozen=True, slots=True)
class Digits:
    """Places for digits: all of them must be there when `is_exact`, else at most `count`."""

    count: int
    is_exact: bool


@dataclass(frozen=True, slots=True)
class NumberPattern:
    """A pattern in its parts; groups before the point are those between thousands separators."""

    text: str
    lead: str  # "", "S" or "MI"
    has_currency: bool
    before: tuple[Digits, ...]
    has_point: bool
    after: tuple[Digits, ...]
    trail: str  # "", "S", "MI" or "PR"

    @property
    def scale(self) -> int:
        """Digits after the point."""
        return sum(d.count for d in self.after)

    @property
    def precision(self) -> int:
        """All digits."""
        return self.scale + sum(d.count for d in self.before)

    def parse(self, text: str) -> Decimal | None:
        """The number that a text stands for; None when it is not of this shape."""
        rest = "".join(c for c in text if c not in _BLANKS)
        is_negative = False  # each sign turns it round
        if self.trail == "PR" and rest.startswith("<"):
            if not rest.endswith(">"):
                return None
            is_negative, rest = True, rest[1:-1]
        if rest and rest[0] in _signs(self.lead):
            is_negative, rest = is_negative != (rest[0] == "-"), rest[1:]
        if rest and rest[-1] in _signs(self.trail):
            is_negative, rest = is_negative != (rest[-1] == "-"), rest[:-1]
        if self.has_currency:
            if not rest.startswith("$"):
                return None
            rest = rest[1:]
        whole, point, fraction = rest.partition(".")
        if (
            (point and not self.has_point)
            or not re.fullmatch(r"[0-9,]*", whole)
            or not re.fullmatch(r"[0-9]*", fraction)
        ):
            return None
        if not (whole or fraction) or not self._groups_fit(whole) or len(fraction) > self.scale:
            return None
        digits = int(whole.replace(",", "") + fraction.ljust(self.scale, "0"))
        return Decimal(-digits if is_negative else digits).scaleb(-self.scale)

    def _groups_fit(self, whole: str) -> bool:
        found = [len(group) for group in whole.split(",")]
        if len(found) > 1 and 0 in found:
            return False
        wanted = self.before[::-1]
        found.reverse()
        if len(found) > len(wanted) and any(found[len(wanted) :]):
            return False
        found += [0] * (len(wanted) - len(found))
        return all(n == d.count if d.is_exact else n <= d.count for d, n in zip(wanted, found, strict=False))

    def format(self, value: Decimal) -> str:
        """A number as text; `#` for each digit when it has more than the pattern."""
        whole, _, fraction = format(value.copy_abs(), "f").partition(".")
        whole, fraction = whole.lstrip("0"), fraction.rstrip("0")
        places = self.precision - self.scale
        if len(whole) > places or len(fraction) > self.scale:
            whole, fraction = "#" * places, "#" * self.scale
        made: list[str] = []
        if self.trail == "PR" and value < 0:
            made.append("<")
        made += _sign(self.lead, value)
        if self.has_currency:
            made.append("$")
        self._put_whole(made, whole.rjust(places))
        if self.has_point:
            if made and made[-1] == " ":
                made[-1] = "0"
            made += [".", *fraction.ljust(self.scale, "0")] if self.scale else " "
        if self.trail == "PR":
            _put_last(made, ">" if value < 0 else "  ")
        _put_last(made, _sign(self.trail, value))
        return "".join(made)

    def _put_whole(self, made: list[str], digits: str) -> None:
        """The digits before the point; a sign moves to the right until it meets one."""
        at = 0
        for i, group in enumerate(self.before):
            if i:
                _put(made, "," if made and made[-1].isdigit() else " ")
            for _ in range(group.count):
                _put(made, "0" if digits[at] == " " and group.is_exact else digits[at])
                at += 1


def _put(made: list[str], char: str) -> None:
    if char == " " and made and made[-1] in ("-", "+", "<"):
        made.insert(len(made) - 1, char)
    else:
        made.append(char)


def _put_last(made: list[str], mark: str) -> None:
    """A mark at the end, before blanks."""
    blanks = len(made) - len("".join(made).rstrip(" "))
    made.insert(len(made) - blanks, mark)


def _signs(kind: str) -> str:
    return {"S": "+-", "MI": "-"}.get(kind, "")


def _sign(kind: str, value: Decimal) -> str:
    if kind not in ("S", "MI"):
        return ""
    if value < 0:
        return "-"
    return "+" if kind == "S" else " "


@lru_cache(maxsize=256)
def number_pattern(text: str) -> NumberPattern:
    """The pattern that a text spells; BadPattern when Spark would refuse it."""
    text = text.upper()
    tokens = _TOKEN.findall(text)
    if not tokens:
        raise BadPattern("EMPTY")
    _check(tokens)
    point = next((i for i, token in enumerate(tokens) if token in (".", "D")), len(tokens))
    first = next(i for i, token in enumerate(tokens) if token[0] in "09")
    before = tuple(Digits(len(t), t[0] == "0") for t in tokens[:point] if t[0] in "09")
    after = tuple(Digits(len(t), False) for t in tokens[point:] if t[0] in "09")
    signs = [(i, t) for i, t in enumerate(tokens) if t in ("S", "MI")]
    trail = "PR" if "PR" in tokens else ""
    return NumberPattern(
        text,
        lead=next((t for i, t in signs if i < first), ""),
        has_currency="$" in tokens,
        before=before,
        has_point=point < len(tokens),
        after=after,
        trail=next((t for i, t in signs if i > first), trail),
    )


def _kind(token: str) -> str:
    if token[0] in "09":
        return "digits"
    return {"G": ",", "D": ".", "S": "sign", "MI": "sign"}.get(token, token)


def _check(tokens: list[str]) -> None:
    kinds = [_kind(token) for token in tokens]
    if "digits" not in kinds:
        raise BadPattern("WRONG_NUM_DIGIT")
    point = kinds.index(".") if "." in kinds else len(kinds)
    if "$" in kinds:
        if kinds.index("digits") < kinds.index("$"):
            raise BadPattern("CUR_MUST_BEFORE_DIGIT" if kinds.index("digits") < point else "CUR_MUST_BEFORE_DEC")
        if point < kinds.index("$"):
            raise BadPattern("CUR_MUST_BEFORE_DEC")
    if "," in kinds[point:]:
        raise BadPattern("THOUSANDS_SEPS_MUST_BEFORE_DEC")
    for i, kind in enumerate(kinds):
        if kind == "," and not (0 < i < len(kinds) - 1 and kinds[i - 1] == kinds[i + 1] == "digits"):
            raise BadPattern("CONT_THOUSANDS_SEPS")
    for name, count in ((". or D", kinds.count(".")), ("S", tokens.count("S")), ("MI", tokens.count("MI"))):
        if count > 1:
            raise BadPattern("WRONG_NUM_TOKEN", token=name)
    for name in ("$", "PR"):
        if tokens.count(name) > 1:
            raise BadPattern("WRONG_NUM_TOKEN", token=name)
    _check_order(tokens, kinds)


def _check_order(tokens: list[str], kinds: list[str]) -> None:
    at = 0
    for token, kind in zip(tokens, kinds, strict=True):
        if kind == ",":
            continue
        stages = [
            i for i in range(at, len(_ORDER)) if _ORDER[i] == kind or (_ORDER[i] == "end" and kind in ("sign", "PR"))
        ]
        if not stages:
            raise BadPattern("UNEXPECTED_TOKEN", token=_described(token, kind))
        is_digits_again = kind == "digits"  # separators keep groups of one stage
        at = stages[0] if is_digits_again else stages[0] + 1


def _described(token: str, kind: str) -> str:
    if kind == "digits":
        return "digit sequence"
    if kind in (".", "$", "sign", "PR"):
        return {".": ". or D"}.get(kind, token)
    return f"character '{token}''"  # Spark's own quotes
