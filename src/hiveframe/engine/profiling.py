"""What DuckDB measures of one statement: its operators with their rows and times, memory, and what was read.

DuckDB (2.0) measures while `enable_profiling` is set on the connection; nothing is measured of other statements. An
operator's time is the sum over threads. Rows that a join's filter keeps out of a scan are not among the scan's.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from hiveframe.dataclass import dataclass
from hiveframe.engine.database import Connection


@dataclass(frozen=True, slots=True, eq=False)
class EngineOperator:
    """One of DuckDB's operators. `info` is what it says of itself, each entry a list of texts."""

    name: str
    info: Mapping[str, tuple[str, ...]]
    rows: int
    size_bytes: int
    seconds: float
    row_groups: int | None = None
    row_groups_read: int | None = None
    rows_scanned: int | None = None
    children: tuple[EngineOperator, ...] = ()

    def first(self, name: str) -> str:
        """The first text of an entry, empty where there is none."""
        return next(iter(self.info.get(name, ())), "")

    @property
    def filters(self) -> tuple[str, ...]:
        """The conditions by which a scan leaves out rows, or whole files."""
        return (*self.info.get("Filters", ()), *self.info.get("File Filters", ()))

    @property
    def file_count(self) -> int | None:
        """The files that a scan opened; None where that is not counted."""
        text = self.first("Total Files Read")
        return int(text) if text.isdecimal() else None

    @property
    def estimated_rows(self) -> int | None:
        """DuckDB's own estimate."""
        text = self.first("Estimated Cardinality")
        return int(text) if text.isdecimal() else None


@dataclass(frozen=True, slots=True, eq=False)
class EngineProfile:
    """A run: `planning_seconds` are DuckDB's own; memory is the whole database's peak while it ran."""

    rows: int
    operators: tuple[EngineOperator, ...]
    seconds: float
    planning_seconds: float
    peak_memory_bytes: int
    spilled_bytes: int
    bytes_read: int
    bytes_written: int


@contextlib.contextmanager
def profiling(connection: Connection) -> Iterator[None]:
    """The connection's statements are measured inside."""
    connection.execute("SET enable_profiling = 'no_output'")
    try:
        yield
    finally:
        connection.execute("PRAGMA disable_profiling")


def last_profile(connection: Connection, rows: int) -> EngineProfile:
    """What was measured of the last statement, which has given so many rows."""
    told: dict[str, Any] = json.loads(connection.get_profiling_information(format="json"))
    query, system, moved = (told.get(part, {}) for part in ("query", "system", "io"))
    planning = sum(told.get(part, {}).get("total_time", 0.0) for part in ("planner", "optimizer", "physical_planner"))
    return EngineProfile(
        rows,
        tuple(_operator(o) for o in told.get("operator", ())),
        query.get("total_time", 0.0),
        planning,
        system.get("peak_buffer_memory", 0),
        system.get("peak_temp_dir_size", 0),
        moved.get("total_bytes_read", 0),
        moved.get("total_bytes_written", 0),
    )


def _operator(root: dict[str, Any]) -> EngineOperator:
    """An operator with all below it, made from the innermost out: plans are deep."""
    order: list[dict[str, Any]] = []
    pending = [root]
    while pending:
        node = pending.pop()
        order.append(node)
        pending.extend(node.get("children", ()))
    made: dict[int, EngineOperator] = {}
    for node in reversed(order):
        made[id(node)] = EngineOperator(
            node["type"],
            {name: _texts(value) for name, value in node.get("extra_info", {}).items()},
            node.get("intermediate_rows", 0),
            node.get("intermediate_size_bytes", 0),
            node.get("timing", 0.0),
            node.get("total_row_groups_to_scan"),
            node.get("row_groups_scanned"),
            node.get("rows_scanned"),
            tuple(made[id(child)] for child in node.get("children", ())),
        )
    return made[id(root)]


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),) if value != "" else ()
