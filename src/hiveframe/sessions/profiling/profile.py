"""A profile: what a run did, as values, and as the JSON document that `docs/explain.md` describes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.plan.statistics import q_error

VERSION: Final = 1


@dataclass(frozen=True, slots=True, eq=False)
class Scanned:
    """What a scan read. `filters` were told to the reader, `join_filters` came from joins above while they ran; these
    are on `join_columns`. `is_kept`: not the files were read but columns that the engine keeps in its own form."""

    paths: tuple[str, ...] = ()
    file_count: int = 0
    files_left_out: int = 0
    row_groups: int | None = None
    row_groups_read: int | None = None
    filters: tuple[str, ...] = ()
    join_filters: tuple[str, ...] = ()
    join_columns: tuple[str, ...] = ()
    is_kept: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ProfiledOperator:
    """One operator. `estimated_rows` is HiveFrame's estimate and `origin` what it rests on; None where it has none.

    `is_reduced`: joins further up have told the scans below which rows they need, so that fewer come by than expected.
    """

    name: str
    detail: str
    rows: int
    size_bytes: int
    seconds: float
    estimated_rows: float | None = None
    origin: str | None = None
    engine_estimated_rows: int | None = None
    scanned: Scanned | None = None
    is_reduced: bool = False
    children: tuple[ProfiledOperator, ...] = ()

    @property
    def error(self) -> float | None:
        """By which factor the estimate is off; None where there is none, or joins above keep rows out."""
        if self.estimated_rows is None or self.is_reduced:
            return None
        return q_error(self.estimated_rows, self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class RunFirst:
    """A part of the plan that was run before the rest, whose `keys` were told to what it is joined with.

    `is_used` False: it gave too much, and the rest was planned without it.
    """

    tree: str
    keys: tuple[str, ...]
    rows: int
    seconds: float
    is_used: bool


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """A run of a query. `rules` are the optimiser's that changed the plan, each with how often.

    `cache` is "kept" where the result is kept, so that a plain run would be served, "fragments" where parts of the plan
    were, "aggregates" where they were made of kept groups, else "none". `run_first` are parts that the run began with.
    """

    rows: int
    plan: ProfiledOperator
    seconds: float
    analysis_seconds: float
    optimizer_seconds: float
    compile_seconds: float
    engine_planning_seconds: float
    peak_memory_bytes: int
    spilled_bytes: int
    bytes_read: int
    rules: Mapping[str, int] = field(default_factory=dict)
    cache: str = "none"
    run_first: tuple[RunFirst, ...] = ()

    @property
    def first_seconds(self) -> float:
        """What the parts took that the run began with."""
        return sum(part.seconds for part in self.run_first)

    @property
    def run_seconds(self) -> float:
        """What is left of the engine's time when its planning is taken away."""
        before = self.analysis_seconds + self.optimizer_seconds + self.first_seconds + self.compile_seconds
        return max(self.seconds - before - self.engine_planning_seconds, 0.0)

    def document(self) -> dict[str, Any]:
        """The profile as JSON values."""
        return {
            "version": VERSION,
            "rows": self.rows,
            "time_ms": {
                "total": _ms(self.seconds),
                "analysis": _ms(self.analysis_seconds),
                "optimizer": _ms(self.optimizer_seconds),
                "first": _ms(self.first_seconds),
                "compile": _ms(self.compile_seconds),
                "engine_planning": _ms(self.engine_planning_seconds),
                "run": _ms(self.run_seconds),
            },
            "peak_memory_bytes": self.peak_memory_bytes,
            "spilled_bytes": self.spilled_bytes,
            "bytes_read": self.bytes_read,
            "rules": [{"name": name, "times": times} for name, times in self.rules.items()],
            "cache": self.cache,
            "run_first": [
                {
                    "plan": part.tree.split("\n"),
                    "keys": list(part.keys),
                    "rows": part.rows,
                    "time_ms": _ms(part.seconds),
                    "is_used": part.is_used,
                }
                for part in self.run_first
            ],
            "plan": operator_document(self.plan),
        }


def operator_document(root: ProfiledOperator) -> dict[str, Any]:
    """An operator and all below it as JSON values."""
    made = _plain(root)
    pending = [(root, made)]
    while pending:
        node, document = pending.pop()
        for child in node.children:
            below = _plain(child)
            document["children"].append(below)
            pending.append((child, below))
    return made


def _plain(node: ProfiledOperator) -> dict[str, Any]:
    document: dict[str, Any] = {
        "operator": node.name,
        "detail": node.detail,
        "rows": node.rows,
        "estimated_rows": None if node.estimated_rows is None else round(node.estimated_rows, 1),
        "estimate_origin": node.origin,
        "error": None if node.error is None else round(node.error, 2),
        "engine_estimated_rows": node.engine_estimated_rows,
        "is_reduced": node.is_reduced,
        "time_ms": _ms(node.seconds),
        "size_bytes": node.size_bytes,
    }
    if node.scanned is not None:
        document["scan"] = {
            "paths": list(node.scanned.paths),
            "files": node.scanned.file_count,
            "files_left_out": node.scanned.files_left_out,
            "row_groups": node.scanned.row_groups,
            "row_groups_read": node.scanned.row_groups_read,
            "filters": list(node.scanned.filters),
            "join_filters": list(node.scanned.join_filters),
            "kept_columns": node.scanned.is_kept,
        }
    return {**document, "children": []}


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
