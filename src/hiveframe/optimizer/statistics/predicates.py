"""Which share of a relation's rows a condition lets pass.

Source: Selinger et al., SIGMOD 1979 (equality, ranges, lists, AND and OR of independent conditions); PostgreSQL's
`selfuncs.c` (most common values; what is assumed where nothing is known).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.optimizer.constants import MIRRORED, literal_start
from hiveframe.optimizer.statistics.estimate import ColumnEstimate, Estimate
from hiveframe.optimizer.statistics.expressions import CONSTANT, column_of
from hiveframe.optimizer.statistics.values import is_within, share_below, share_of_less
from hiveframe.plan.logical import Call, Exists, Expr, InSubquery, Literal, Relation

EQUAL: Final = 0.1  # System R's, where the number of values is not known
LESS: Final = 1 / 3
MATCHES: Final = 0.2  # text in the middle of a pattern, halved for each piece of it
UNKNOWN: Final = 1 / 3
_LAST: Final = "\U0010ffff"
_DEEPEST: Final = 40


def no_constant(e: Expr) -> Any:
    """Knows no constants but literals."""
    return None


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """What conditions are read with: the value of a constant expression (None where it has none), in storage form, and
    the estimate of a subquery's plan."""

    constant: Callable[[Expr], Any] = no_constant
    subplan: Callable[[Relation], Estimate] | None = None

    def value(self, e: Expr) -> Any:
        """A constant's value; None when it is NULL or no constant."""
        return e.value if isinstance(e, Literal) else self.constant(e)


@dataclass(frozen=True, slots=True)
class Share:
    """The shares of rows for which a condition is TRUE and FALSE; for the rest it is NULL."""

    true: float
    false: float


def share_of(e: Expr, estimate: Estimate, given: Given, depth: int = 0) -> Share:
    """The shares for one condition; of a chain of ANDs `filtered` makes more, for it sees ranges as one."""
    if depth > _DEEPEST:
        return Share(UNKNOWN, 1 - UNKNOWN)
    match e:
        case Literal(value=value):
            return Share(float(value is True), float(value is False))
        case Call(function="and"):
            parts = [share_of(a, estimate, given, depth + 1) for a in _chain(e)]
            return Share(math.prod(p.true for p in parts), 1 - math.prod(1 - p.false for p in parts))
        case Call(function="or"):
            parts = [share_of(a, estimate, given, depth + 1) for a in _chain(e)]
            return Share(1 - math.prod(1 - p.true for p in parts), math.prod(p.false for p in parts))
        case Call(function="not", args=(inner,)):
            share = share_of(inner, estimate, given, depth + 1)
            return Share(share.false, share.true)
        case Call(function="isnull" | "isnotnull" as name, args=(value,)):
            known = column_of(value, estimate)
            nulls = known.null_share if known is not None else 0.0
            return Share(nulls, 1 - nulls) if name == "isnull" else Share(1 - nulls, nulls)
        case Call(function="<=>", args=(left, right)):
            share = _among_values(_equal(left, right, estimate, given), left, right, estimate)
            return Share(share.true, 1 - share.true)
        case Call(function="=", args=(left, right)):
            return _among_values(_equal(left, right, estimate, given), left, right, estimate)
        case Call(function="<" | "<=" | ">" | ">=" as name, args=(left, right)):
            return _among_values(_less(name, left, right, estimate, given), left, right, estimate)
        case Call(function="in", args=(value, *listed)):
            found = sum(_equal(value, item, estimate, given) for item in listed)
            return _among_values(min(found, 1.0), value, value, estimate)
        case Call(function="inset", args=(value, Literal(value=listed))):
            column = column_of(value, estimate)
            found = sum(equal_to(column, item, rows=estimate.rows) for item in listed)
            return _among_values(min(found, 1.0), value, value, estimate)
        case Call(function="like" | "startswith" | "endswith" | "contains" | "rlike" | "ilike", args=(value, *_)):
            return _among_values(_matching(e, estimate, given), value, value, estimate)
        case InSubquery(values=values, plan=plan):
            return _in_subquery(values, plan, estimate, given)
        case Exists(plan=plan):
            if given.subplan is None:
                return Share(0.5, 0.5)
            met = -math.expm1(-given.subplan(plan).rows)  # matches of a row fall as in a Poisson distribution
            return Share(met, 1 - met)
    known = column_of(e, estimate)
    if known is not None and known.relation == CONSTANT:
        value = given.value(e)
        return Share(float(value is True), float(value is False))
    if known is not None and known.common:
        true = sum(share for value, share in known.common if value is True)
        return Share(true * (1 - known.null_share), (1 - true) * (1 - known.null_share))
    return Share(UNKNOWN, 1 - UNKNOWN)


def _chain(e: Call) -> list[Expr]:
    """The conditions that a chain of one connective joins."""
    parts: list[Expr] = []
    pending: list[Expr] = [e]
    while pending:
        node = pending.pop()
        if isinstance(node, Call) and node.function == e.function:
            pending.extend(reversed(node.args))
        else:
            parts.append(node)
    return parts


def equal_to(column: ColumnEstimate | None, value: Any, *, rows: float = math.inf) -> float:
    """The share of a column's values, NULL aside, that equal a constant (None: one that is not known)."""
    if column is None:
        return EQUAL
    if value is not None and not is_within(column, value):
        return 0.0
    common: dict[Any, float] = dict(column.common)
    if value is not None and value in common:
        return common[value]
    if column.distinct is None:
        return EQUAL
    distinct = min(column.distinct, max(rows, 1.0))
    rest = max(1 - sum(common.values()), 0.0)
    if value is None or not common:
        return 1 / max(distinct, 1.0)
    return rest / max(distinct - len(common), 1.0)


def between(column: ColumnEstimate, low: tuple[Any, bool] | None, high: tuple[Any, bool] | None) -> float | None:
    """The share of a column's values, NULL aside, from `low` to `high`, each a value and whether it belongs to them."""
    below = share_below(column, low[0], inclusive=not low[1]) if low is not None else 0.0
    up_to = share_below(column, high[0], inclusive=high[1]) if high is not None else 1.0
    if below is None or up_to is None:
        return None
    share = max(up_to - below, 0.0)
    if share == 0.0 and low is not None and high is not None and low[1] and high[1] and low[0] <= high[0]:
        return min(equal_to(column, low[0]), 1.0)  # narrower than what the bounds resolve
    return share


def _among_values(share: float, left: Expr, right: Expr, estimate: Estimate) -> Share:
    """The shares among all rows of a comparison's share among rows without NULL."""
    sides = [left] if left is right else [left, right]
    known = [column_of(side, estimate) for side in sides]
    there = math.prod(1 - c.null_share for c in known if c is not None)
    return Share(share * there, (1 - share) * there)


def _equal(left: Expr, right: Expr, estimate: Estimate, given: Given) -> float:
    a, b = column_of(left, estimate), column_of(right, estimate)
    if b is not None and b.relation == CONSTANT:
        return equal_to(a, given.value(right), rows=estimate.rows)
    if a is not None and a.relation == CONSTANT:
        return equal_to(b, given.value(left), rows=estimate.rows)
    domains = [c.domain for c in (a, b) if c is not None and c.domain is not None]
    return 1 / max(*domains, 1.0) if domains else EQUAL


def _less(name: str, left: Expr, right: Expr, estimate: Estimate, given: Given) -> float:
    a, b = column_of(left, estimate), column_of(right, estimate)
    if a is not None and a.relation == CONSTANT and (b is None or b.relation != CONSTANT):
        name, a, b, right = MIRRORED[name], b, a, left
    if a is None or b is None:
        return LESS
    if b.relation != CONSTANT:
        share = share_of_less(a, b)
        return LESS if share is None else share if name in ("<", "<=") else 1 - share
    value = given.value(right)
    if value is None:
        return LESS
    bounds = (None, (value, name == "<=")) if name in ("<", "<=") else ((value, name == ">="), None)
    share = between(a, *bounds)
    return LESS if share is None else share


def _matching(e: Call, estimate: Estimate, given: Given) -> float:
    """The share of texts that a pattern matches: of the common ones those that do, and a guess for the others."""
    column = column_of(e.args[0], estimate)
    pattern = given.value(e.args[1]) if len(e.args) > 1 else None
    if not isinstance(pattern, str):
        return MATCHES
    start, pieces, regex = _read(e.function, pattern)
    guess = _guess(start, pieces, column)
    if column is None or not column.common or regex is None:
        return guess
    covered = sum(share for _, share in column.common)
    met = sum(share for value, share in column.common if isinstance(value, str) and regex.fullmatch(value))
    return met + max(1 - covered, 0.0) * guess


def _guess(start: str, pieces: int, column: ColumnEstimate | None) -> float:
    middle = MATCHES * 0.5 ** (pieces - 1) if pieces else 1.0
    if not start:
        return middle
    if column is not None:
        share = between(column, (start, True), (start + _LAST, True))
        if share is not None:
            least = 1 / max(column.distinct or 1.0, 1.0) if is_within(column, start) or share else 0.0
            return max(share, least) * middle
    return MATCHES * middle


def _read(function: str, pattern: str) -> tuple[str, int, re.Pattern[str] | None]:
    """How texts begin that fit, how many pieces of text must follow, and the pattern for Python."""
    quoted = re.escape(pattern)
    match function:
        case "startswith":
            return pattern, 0, re.compile(quoted + ".*", re.DOTALL)
        case "endswith":
            return "", 1, re.compile(".*" + quoted, re.DOTALL)
        case "contains":
            return "", 1, re.compile(".*" + quoted + ".*", re.DOTALL)
        case "like" | "ilike" if "\\" not in pattern:
            start = literal_start(pattern, "\\") if function == "like" else ""
            pieces = [p for p in re.split("[%_]+", pattern[len(start) :]) if p]
            regex = "".join(".*" if c == "%" else "." if c == "_" else re.escape(c) for c in pattern)
            flags = re.DOTALL | (re.IGNORECASE if function == "ilike" else re.NOFLAG)
            return start, len(pieces), re.compile(regex, flags)
    return "", 1, None


def _in_subquery(values: Sequence[Expr], plan: Relation, estimate: Estimate, given: Given) -> Share:
    """Values of both sides are taken from one set: the share of it that the subquery has (Swami and Schiefer, 1994)."""
    columns = [column_of(v, estimate) for v in values]
    there = math.prod(1 - c.null_share for c in columns if c is not None)
    if given.subplan is None:
        return Share(0.5 * there, 0.5 * there)
    inner = given.subplan(plan)
    if inner.rows <= 0:
        return Share(0.0, 1.0)
    shares = []
    for outer, column in zip(columns, plan.output, strict=False):
        found = inner.distinct(inner.columns.get(column.id)) or inner.rows
        own = outer.domain if outer is not None and outer.domain is not None else max(estimate.rows, 1.0)
        shares.append(min(found / max(own, 1.0), 1.0))
    share = min(shares, default=0.5)
    return Share(share * there, (1 - share) * there)
