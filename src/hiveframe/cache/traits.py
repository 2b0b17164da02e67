"""What a plan's rows depend on beside its sources, and whether a second run must give the very same rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.functions.binding import SPECIAL_WORDS
from hiveframe.functions.datetime_text import is_time_alone
from hiveframe.functions.registry import FunctionKind, lookup
from hiveframe.lake.exact_state import XSD
from hiveframe.lake.scan import ScanSource
from hiveframe.plan import logical as lg
from hiveframe.plan import types as t
from hiveframe.plan.walk import preorder


@dataclass(frozen=True, slots=True)
class Traits:
    """`is_repeatable`: another run gives rows that the first might have given: nothing depends on chance, on the
    moment, or on a user's code. `is_determined`: it gives the same rows in the same order, down to the last bit.
    `is_dated`: the rows may depend on the day, as the TIMESTAMP of a time alone is one of today.
    """

    is_repeatable: bool
    is_determined: bool
    is_dated: bool
    sources: tuple[ScanSource, ...]


_NEVER: Final = Traits(False, False, False, ())


def traits(plan: lg.Relation) -> Traits:
    """The plan's traits."""
    rows = _Rows()
    sources: list[ScanSource] = []
    is_dated = False
    for node in reversed(list(preorder(plan, lg.Node))):
        if isinstance(node, _USERS_CODE) or not _is_steady(node):
            return _NEVER
        if isinstance(node, lg.Scan):
            sources.append(node.source)
        is_dated = is_dated or _is_dated(node)
        rows.add(node)
    return Traits(True, rows.is_determined(plan), is_dated, tuple(sources))


# --------------------------------------------------------------------------------------------------- repeatable

_USERS_CODE: Final = (
    lg.PyUdf,
    lg.PyUdtf,
    lg.MapPartitions,
    lg.GroupMap,
    lg.CoGroupMap,
    lg.CollectMetrics,  # what it observes is found by a run alone
    lg.LocalData,
    lg.StreamSource,
)
_RAISING: Final = frozenset({"raise_error", "assert_true", "checked_row"})  # kept from folding, but not by chance
_WITHOUT_ARGUMENTS: Final = frozenset(
    {"pi", "e", "array", "map", "struct", "named_struct", "current_timezone", "version"}
)
_BY_CHANCE: Final = frozenset({"current_time", "aes_encrypt", "try_aes_encrypt"})  # the moment; a random vector
_WITH_XSD: Final = frozenset({"from_xml", "schema_of_xml"})
_MOMENTS: Final = (t.DateType, t.TimestampType, t.TimestampNTZType)
_MOMENT: Final = (t.TimestampType,)
_TEXT: Final = (t.StringType, t.VariantType)
_BY_PATTERN: Final = frozenset(
    {"read_unix_seconds", "read_date", "read_timestamp", "read_timestamp_ntz"}
    | {"try_read_date", "try_read_timestamp", "try_read_timestamp_ntz"}
)
_SHORT_YEAR: Final = re.compile("(?<![yY])[yY]{1,2}(?![yY])")


def _is_steady(node: lg.Node) -> bool:
    if isinstance(node, lg.Call):
        row = lookup(node.function)
        if row is None or row.name in _BY_CHANCE:
            return False
        if not node.args and row.kind is not FunctionKind.WINDOW and row.name not in _WITHOUT_ARGUMENTS:
            return False  # now(), current_user() and their kin
        if row.name in _WITH_XSD and _mentions_xsd(node):
            return False
        return row.deterministic or row.name in _RAISING
    if isinstance(node, lg.Cast) and _from_text_to_moment(node) and not isinstance(node.child, lg.Column):
        return _names_no_moment(node.child)
    return True


def _mentions_xsd(node: lg.Call) -> bool:
    """Whether the options name a file that has a say in the rows."""
    texts = (part.value for part in preorder(node, lg.Expr) if isinstance(part, lg.Literal))
    return any(XSD.lower() in repr(value).lower() for value in texts)


def _from_text_to_moment(node: lg.Cast) -> bool:
    return isinstance(node.child.dtype, t.StringType) and isinstance(node.dtype, _MOMENTS)


def _names_no_moment(text: lg.Expr) -> bool:
    """Whether a constant text that becomes a moment is not one of `now`, `today` and the like, nor computed."""
    if isinstance(text, lg.Literal):
        return text.value is None or str(text.value).strip().lower() not in SPECIAL_WORDS
    return any(isinstance(part, (lg.Column, lg.LambdaVar)) for part in preorder(text, lg.Expr))


def _is_dated(node: lg.Node) -> bool:
    """Whether a text may be read as a moment of today: a time alone is one where a TIMESTAMP is read by Spark's cast.

    A DATE or a TIMESTAMP_NTZ has no such texts, and where a pattern has no day it is 1970-01-01; but a year of two
    digits may be told by today's (`spark.sql.legacy.timeParserPolicy`).
    """
    match node:
        case lg.Scan():
            is_text = node.source.format.lower() in ("csv", "json", "xml")
            return is_text and any(_mentions(f.dtype, _MOMENT) for f in node.source.schema.fields)
        case lg.Cast():
            return _mentions(node.dtype, _MOMENT) and _may_be_time(node.child)
        case lg.Call() if node.function in _BY_PATTERN:
            return not (isinstance(node.args[1], lg.Literal) and not _SHORT_YEAR.search(str(node.args[1].value)))
        case lg.Call():
            is_given = any(_mentions(a.dtype, _MOMENT) for a in node.args)  # whose texts are units, zones, keys
            return _mentions(node.dtype, _MOMENT) and not is_given and any(_mentions(a.dtype, _TEXT) for a in node.args)
    return False


def _may_be_time(text: lg.Expr) -> bool:
    """Whether an expression's texts may be a time alone."""
    if isinstance(text, lg.Literal) and isinstance(text.value, str):
        return is_time_alone(text.value)
    return _mentions(text.dtype, _TEXT)


def _mentions(dtype: t.DataType, kinds: tuple[type[t.DataType], ...]) -> bool:
    return any(isinstance(part, kinds) for part in _parts(dtype))


def _parts(dtype: t.DataType) -> Iterator[t.DataType]:
    pending = [dtype]
    while pending:
        part = pending.pop()
        yield part
        match part:
            case t.ArrayType(element):
                pending.append(element)
            case t.MapType(key, value):
                pending += [key, value]
            case t.StructType(fields):
                pending += [f.dtype for f in fields]


# --------------------------------------------------------------------------------------------------- determined


@dataclass(frozen=True, slots=True)
class _Fact:
    """Of a relation's rows: whether every run gives the same ones, and gives them in the same order.

    `unique` are columns of which no two rows have the same values, None where none are known.
    """

    is_same: bool
    is_ordered: bool
    unique: frozenset[int] | None


_UNKNOWN: Final = _Fact(False, False, None)


class _Rows:
    """Facts about relations, told from the leaves up."""

    def __init__(self) -> None:
        self._facts: dict[int, _Fact] = {}
        self._is_exact = True

    def add(self, node: lg.Node) -> None:
        """The next node, all of whose parts came before."""
        if isinstance(node, lg.Relation):
            tell = _TELL.get(type(node))
            self._facts[id(node)] = tell(node, self) if tell is not None else _UNKNOWN
        elif isinstance(node, lg.WindowCall):
            self._is_exact = self._is_exact and _is_exact_window(node)
        elif isinstance(node, lg.AggCall):
            self._is_exact = self._is_exact and _is_exact_aggregate(node)
        elif isinstance(node, (lg.ScalarSubquery, lg.Exists, lg.InSubquery)):
            self._is_exact = self._is_exact and self.of(node.plan).is_same

    def of(self, relation: lg.Relation) -> _Fact:
        """What is known of a relation that came before."""
        return self._facts[id(relation)]

    def is_determined(self, root: lg.Relation) -> bool:
        """Whether the whole plan gives the same rows in the same order."""
        fact = self.of(root)
        return self._is_exact and fact.is_same and fact.is_ordered


_COUNTS: Final = frozenset({"count", "count_if", "grouping", "grouping_id"})
_EXTREMES: Final = frozenset({"min", "max", "bool_and", "bool_or", "bit_and", "bit_or", "bit_xor"})
_EXACT_SUMS: Final = frozenset({"sum", "try_sum", "avg", "try_avg"})
_RANKS: Final = frozenset({"rank", "dense_rank", "percent_rank", "cume_dist"})
_PLAIN: Final = (
    t.BooleanType,
    t.IntegralType,
    t.DecimalType,
    t.BinaryType,
    t.DateType,
    t.TimestampType,
    t.TimestampNTZType,
    t.TimeType,
    t.YearMonthIntervalType,
    t.DayTimeIntervalType,
)


def is_exact(dtype: t.DataType) -> bool:
    """Whether values that compare equal are the same: not 0.0 and -0.0, nor texts that differ in case alone."""
    return isinstance(dtype, _PLAIN) or dtype == t.STRING


def _is_exact_aggregate(call: lg.AggCall) -> bool:
    row = lookup(call.function)
    if row is None or call.order_by:
        return False
    if row.name in _RANKS:
        return True
    if row.name in _EXACT_SUMS:
        return isinstance(call.args[0].dtype, (t.IntegralType, t.DecimalType))
    return row.name in _COUNTS or (row.name in _EXTREMES and all(is_exact(a.dtype) for a in call.args))


def _is_exact_window(call: lg.WindowCall) -> bool:
    """Whether rows that the order leaves beside each other all get the same value."""
    if not all(is_exact(e.dtype) for e in call.partition_by):
        return False
    frame = call.frame
    if not isinstance(call.function, lg.AggCall):
        return False
    if frame is None or frame.unit == "range" or call.function.function in _RANKS:
        return True
    return (frame.lower.kind, frame.upper.kind) == ("unbounded_preceding", "unbounded_following")


def _leaf(node: lg.Relation, rows: _Rows) -> _Fact:
    return _Fact(True, False, None)  # in the order of files and threads


def _one_row(node: lg.OneRow, rows: _Rows) -> _Fact:
    return _Fact(True, True, frozenset())


def _same(node: Any, rows: _Rows) -> _Fact:
    return rows.of(node.child)


def _unordered(node: Any, rows: _Rows) -> _Fact:
    below = rows.of(node.child)
    return _Fact(below.is_same, False, below.unique)


def _generate(node: lg.Generate, rows: _Rows) -> _Fact:
    return _Fact(rows.of(node.child).is_same, False, None)


def _project(node: lg.Project, rows: _Rows) -> _Fact:
    below = rows.of(node.child)
    if below.unique is None:
        return below
    passed = {item.expr.id: item.column.id for item in node.items if isinstance(item.expr, lg.Column)}
    unique = frozenset(passed[i] for i in below.unique) if below.unique <= passed.keys() else None
    return _Fact(below.is_same, below.is_ordered, unique)


def _aggregate(node: lg.Aggregate, rows: _Rows) -> _Fact:
    is_same = rows.of(node.child).is_same and all(is_exact(k.column.dtype) for k in node.keys)
    unique = frozenset(k.column.id for k in node.keys) if node.grouping_sets is None else None
    return _Fact(is_same, not node.keys, unique)


def _distinct(node: lg.Distinct, rows: _Rows) -> _Fact:
    is_same = rows.of(node.child).is_same and not node.keys and all(is_exact(c.dtype) for c in node.output)
    return _Fact(is_same, False, frozenset(c.id for c in node.output))


def _sort(node: lg.Sort, rows: _Rows) -> _Fact:
    below = rows.of(node.child)
    if not node.is_global:
        return _Fact(below.is_same, False, below.unique)
    by = {k.child.id for k in node.keys if isinstance(k.child, lg.Column) and is_exact(k.child.dtype)}
    total = (below.unique is not None and below.unique <= by) or all(c.id in by for c in node.output)
    return _Fact(below.is_same, total, below.unique)


def _limit(node: lg.Limit | lg.Tail, rows: _Rows) -> _Fact:
    below = rows.of(node.child)
    cuts = isinstance(node, lg.Tail) or node.count is not None or node.offset > 0
    return _Fact(below.is_same and (below.is_ordered or not cuts), below.is_ordered, below.unique)


def _join(node: lg.Join, rows: _Rows) -> _Fact:
    left, right = rows.of(node.left), rows.of(node.right)
    unique = left.unique
    if node.kind not in ("semi", "anti"):
        known = left.unique is not None and right.unique is not None and node.kind in ("inner", "cross")
        unique = (left.unique or frozenset()) | (right.unique or frozenset()) if known else None
    return _Fact(left.is_same and right.is_same, unique == frozenset(), unique)  # one row has but one order


def _set_operation(node: lg.SetOperation, rows: _Rows) -> _Fact:
    is_same = all(rows.of(c).is_same for c in node.children)
    plain = (node.kind == "union" and node.is_all) or all(is_exact(c.dtype) for c in node.output)
    return _Fact(is_same and plain, False, None)


def _with_ctes(node: lg.WithCtes, rows: _Rows) -> _Fact:
    below = rows.of(node.child)
    is_same = all(cte.step is None and rows.of(cte.plan).is_same for cte in node.ctes)
    return _Fact(below.is_same and is_same, below.is_ordered, below.unique)


_TELL: Final[Mapping[type[lg.Relation], Callable[[Any, _Rows], _Fact]]] = {
    lg.OneRow: _one_row,
    lg.Values: _leaf,
    lg.Range: _leaf,
    lg.Scan: _leaf,
    lg.CteRef: _leaf,
    lg.Project: _project,
    lg.Filter: _same,
    lg.Window: _unordered,
    lg.Generate: _generate,
    lg.Repartition: _unordered,
    lg.Join: _join,
    lg.Aggregate: _aggregate,
    lg.Distinct: _distinct,
    lg.Sort: _sort,
    lg.Limit: _limit,
    lg.Tail: _limit,
    lg.SetOperation: _set_operation,
    lg.WithCtes: _with_ctes,
}
