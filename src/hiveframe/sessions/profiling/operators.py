"""The engine's operators under Spark's names, projections folded into what they project."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from hiveframe.engine.profiling import EngineOperator
from hiveframe.plan import logical as lg
from hiveframe.sessions.profiling.engine_texts import Names, ids_in, resolved
from hiveframe.sessions.profiling.expected import Expected
from hiveframe.sessions.profiling.folders import FOLDER
from hiveframe.sessions.profiling.matching import HOT_COLUMNS, Known, matched, reduced
from hiveframe.sessions.profiling.profile import ProfiledOperator, Scanned

_FOLDED: Final = frozenset({"PROJECTION", "RESULT_COLLECTOR", "ARROW_RESULT_COLLECTOR", "EXPLAIN_ANALYZE"})
_TYPED: Final = re.compile(r"('(?:[^']|'')*')::[A-Z]+(?:\([\d, ]*\))?")
_FILTERED: Final = re.compile(r'"?(\w+)"? (?:IN|=|>=|<=|>|<) ')
_JOIN_TYPES: Final[Mapping[str, str]] = {
    "INNER": "Inner", "LEFT": "LeftOuter", "RIGHT": "RightOuter", "FULL": "FullOuter", "OUTER": "FullOuter",
    "SEMI": "LeftSemi", "ANTI": "LeftAnti", "RIGHT_SEMI": "RightSemi", "RIGHT_ANTI": "RightAnti",
    "MARK": "Exists", "SINGLE": "Single",
}  # fmt: skip


def profiled(
    root: EngineOperator, known: Known, expected: Expected, files: Mapping[int, int], shown: Callable[[lg.Expr], str]
) -> ProfiledOperator:
    """The operators with their estimates; `shown` writes an expression.

    `files` is how many files each of the plan's scans found, by its `id()`.
    """
    writer = _Writer(known, expected, files, shown)
    made: dict[int, ProfiledOperator] = {}
    pending: list[tuple[EngineOperator, tuple[EngineOperator, ...], bool]] = [(root, (), False)]
    while pending:
        node, above, is_ready = pending.pop()
        if is_ready:
            made[id(node)] = writer.operator(node, above, [made[id(child)] for child in node.children])
            continue
        if node.name == "TABLE_SCAN":
            writer.reduced |= reduced(node, above, known)
        pending.append((node, above, True))
        pending.extend((child, (node, *above), False) for child in node.children)
    return made[id(root)]


class _Writer:
    def __init__(
        self, known: Known, expected: Expected, files: Mapping[int, int], shown: Callable[[lg.Expr], str]
    ) -> None:
        self.reduced: set[int] = set()
        self._shown = shown
        self._known = known
        self._expected = expected
        self._files = files
        self._names = Names(known.names)

    def operator(
        self, node: EngineOperator, above: Sequence[EngineOperator], below: Sequence[ProfiledOperator]
    ) -> ProfiledOperator:
        """One operator over those below; a projection is the operator below it, with the time of both."""
        if node.name in _FOLDED and len(below) == 1:
            (child,) = below
            return _slower(child, node.seconds)
        name, detail = self._text(node)
        found = self._expected.of(node)
        rows = _ROWS[node.name](below) if node.name in _ROWS and below else node.rows
        is_read = node.name == "TABLE_SCAN" and node.first("Function") != "RANGE"
        scanned = self._scanned(node, above) if is_read else None
        return ProfiledOperator(
            name,
            detail if scanned is None or not scanned.paths else _place(node, scanned),
            rows,
            node.size_bytes,
            node.seconds,
            found.rows if found is not None else None,
            found.origin if found is not None else None,
            node.estimated_rows,
            scanned,
            id(node) in self.reduced,
            tuple(below),
        )

    def _text(self, node: EngineOperator) -> tuple[str, str]:
        if node.first("Function") == "RANGE":
            return "Range", ""
        name, describe = _OPERATORS.get(node.name, (_spark_like(node.name), None))
        if describe is _aggregate:
            texts = [resolved(text, node) for text in node.info.get("Groups", ())]
            found = self._known.aggregate(len(texts), ids_in(texts))
            if found is not None:
                keys = ", ".join(self._shown(k.expr) for k in found.keys)
                functions = ", ".join(self._shown(item.expr) for item in found.items)
                return name, " ".join(part for part in (f"[{keys}]" if keys else "", functions) if part)
        detail = describe(node, lambda text: self._names.shown(resolved(text, node))) if describe is not None else ""
        return name, detail

    def _scanned(self, node: EngineOperator, above: Sequence[EngineOperator]) -> Scanned:
        scan = matched(node, above, self._known)
        source = scan.source if scan is not None else None
        paths = source.paths if source is not None else node.info.get("Filename(s)", ())
        count = len(source.files) if source is not None else len(paths)
        found = self._files.get(id(scan), count) if scan is not None else count
        read = count if node.file_count is None else min(node.file_count, count)
        return Scanned(
            tuple(paths),
            read,
            max(found - read, 0),
            node.row_groups,
            node.row_groups_read,
            tuple(_plain(self._names.shown(text)) for text in node.filters),
            tuple(_plain(self._names.shown(text)) for text in node.info.get("Dynamic Filters", ())),
            _columns_of(node),
            node.first("Table").startswith(HOT_COLUMNS),
        )


def _slower(child: ProfiledOperator, seconds: float) -> ProfiledOperator:
    return replace(child, seconds=child.seconds + seconds)


def _place(node: EngineOperator, scanned: Scanned) -> str:
    """The table's name and the columns that are read."""
    names = ", ".join(os.path.basename(os.path.normpath(path)) for path in scanned.paths[:2])
    more = ", …" if len(scanned.paths) > 2 else ""
    read = (name.strip('"') for name in node.info.get("Projections", ()))
    columns = ", ".join(name for name in read if not name.startswith("__"))
    return f"{names}{more} [{columns}]"


def _plain(text: str) -> str:
    """A condition without the engine's marks: what it may leave out, and the types of constants."""
    return _TYPED.sub(r"\1", text.replace("optional: ", ""))


def _columns_of(node: EngineOperator) -> tuple[str, ...]:
    """The columns on which joins tell a scan which rows they need."""
    found = (name for text in node.info.get("Dynamic Filters", ()) for name in _FILTERED.findall(text))
    return tuple(dict.fromkeys(name for name in found if not name.startswith("__")))


def _spark_like(name: str) -> str:
    return "".join(word.title() for word in name.split("_"))


Show = Callable[[str], str]


def _join(node: EngineOperator, show: Show) -> str:
    kind = _JOIN_TYPES.get(node.first("Join Type"), node.first("Join Type").title())
    if any(FOLDER in text for text in node.info.get("Conditions", ())):
        return "with partition values"
    conditions = " AND ".join(show(text) for text in node.info.get("Conditions", ()))
    return f"{kind} ({conditions})" if conditions else kind


def _aggregate(node: EngineOperator, show: Show) -> str:
    keys = ", ".join(show(text) for text in node.info.get("Groups", ()) if not text.startswith("#["))
    functions = ", ".join(show(text) for text in node.info.get("Aggregates", ()))
    return f"[{keys}] {functions}".strip() if keys else functions


def _sort(node: EngineOperator, show: Show) -> str:
    keys = "[" + ", ".join(show(text) for text in node.info.get("Order By", ())) + "]"
    count = node.first("Top")
    return f"{count} {keys}" if count else keys


def _entry(name: str) -> Callable[[EngineOperator, Show], str]:
    return lambda node, show: ", ".join(show(text) for text in node.info.get(name, ()))


def _cte(node: EngineOperator, show: Show) -> str:
    """The name of a WITH; the engine's own for what it takes out of subqueries tell nobody anything."""
    name = node.first("CTE Name")
    return "" if name.startswith("__") else name


# The engine counts no rows of these.
_ROWS: Final[Mapping[str, Callable[[Sequence[ProfiledOperator]], int]]] = {
    "UNION": lambda below: sum(child.rows for child in below),
    "CTE": lambda below: below[-1].rows,
}

_OPERATORS: Final[Mapping[str, tuple[str, Callable[[EngineOperator, Show], str] | None]]] = {
    "TABLE_SCAN": ("FileScan", lambda node, show: node.first("Function").lower() or node.first("Table")),
    "ARROW_SCAN": ("ArrowScan", None),
    "COLUMN_DATA_SCAN": ("LocalTableScan", None),
    "DUMMY_SCAN": ("OneRowRelation", None),
    "EMPTY_RESULT": ("EmptyRelation", None),
    "HASH_JOIN": ("HashJoin", _join),
    "NESTED_LOOP_JOIN": ("NestedLoopJoin", _join),
    "BLOCKWISE_NL_JOIN": ("NestedLoopJoin", _join),
    "PIECEWISE_MERGE_JOIN": ("MergeJoin", _join),
    "IE_JOIN": ("RangeJoin", _join),
    "ASOF_JOIN": ("AsOfJoin", _join),
    "CROSS_PRODUCT": ("CartesianProduct", None),
    "HASH_GROUP_BY": ("HashAggregate", _aggregate),
    "PERFECT_HASH_GROUP_BY": ("HashAggregate", _aggregate),
    "UNGROUPED_AGGREGATE": ("Aggregate", _aggregate),
    "FILTER": ("Filter", _entry("Expression")),
    "ORDER_BY": ("Sort", _sort),
    "TOP_N": ("TopN", _sort),
    "LIMIT": ("Limit", None),
    "STREAMING_LIMIT": ("Limit", None),
    "WINDOW": ("Window", _entry("Projections")),
    "STREAMING_WINDOW": ("Window", _entry("Projections")),
    "UNION": ("Union", None),
    "CTE": ("WithCTE", _cte),
    "CTE_SCAN": ("CTEScan", None),
    "RECURSIVE_CTE_SCAN": ("CTEScan", None),
    "RECURSIVE_CTE": ("RecursiveCTE", _entry("CTE Name")),
}
