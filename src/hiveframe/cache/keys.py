"""Keys of kept rows: what a plan computes, from which exact data, under which settings."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import cache
from importlib import metadata
from typing import Any, Final

import duckdb

from hiveframe.cache.traits import traits
from hiveframe.dataclass import dataclass
from hiveframe.lake.exact_state import exact_state
from hiveframe.lake.scan import ScanSource
from hiveframe.lake.stamps import Stamp, have_settled, stamp
from hiveframe.lake.zones import zone_of
from hiveframe.plan import logical as lg
from hiveframe.plan.canonical import NotExact, exact_key
from hiveframe.settings import Settings

# What has no say in a query's rows; whatever else is set may have one.
_WITHOUT_EFFECT: Final = (
    "spark.hiveframe.cache.",
    "spark.hiveframe.memory",
    "spark.hiveframe.threads",
    "spark.hiveframe.catalog.url",
    "spark.app.",
    "spark.driver.memory",
    "spark.local.dir",
    "spark.sql.warehouse.dir",
    "spark.connect.progress.reportInterval",
)


HINT_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Stamps:
    """The stamps of files at a moment, None for those that are gone."""

    of: Mapping[str, Stamp | None]
    taken_ns: int

    @staticmethod
    def now(paths: Iterable[str]) -> Stamps:
        """The stamps of these files."""
        taken_ns = time.time_ns()
        return Stamps({path: stamp(path) for path in paths}, taken_ns)

    def hold(self, paths: Iterable[str]) -> bool:
        """Whether they are known of all these files, and the same now."""
        return all(path in self.of and stamp(path) == self.of[path] for path in paths)

    @property
    def have_settled(self) -> bool:
        """Whether whatever changes after the moment gets other stamps than these."""
        return have_settled(self.of.values(), self.taken_ns)


@dataclass(frozen=True, slots=True)
class PlanKey:
    """A plan under its settings, without what may change from one moment to the next.

    `stamped` are the files whose stamps complete it; `time_zone` is that in which the day counts, None where no day
    does. `is_determined` as in `Traits`.
    """

    digest: bytes
    stamped: tuple[str, ...]
    time_zone: str | None
    is_determined: bool

    def at(self, stamps: Stamps, today: Callable[[str], date] | None = None) -> str:
        """The key for files of these stamps, today, without its hint."""
        h = hashlib.blake2b(self.digest, digest_size=16)
        h.update(repr([stamps.of.get(path) for path in self.stamped]).encode())
        if self.time_zone is not None:
            h.update((today or _today)(self.time_zone).isoformat().encode())
        return h.hexdigest()


def hint_of(plan: lg.Relation, sources: Iterable[ScanSource]) -> str:
    """The first part of a key, cheaper than the rest: plans of one key have the same hint."""
    told = sorted(repr(source.paths) for source in sources), [c.dtype for c in plan.output]
    return hashlib.blake2b(repr(told).encode(), digest_size=HINT_DIGITS // 2).hexdigest()


def plan_key(plan: lg.Relation, settings: Settings) -> PlanKey | None:
    """The key of a typed plan; None where its rows cannot be kept."""
    found = traits(plan)
    if not found.is_repeatable:
        return None
    stamped: list[str] = []

    def told(value: Any) -> bytes | None:
        if not isinstance(value, ScanSource):
            return None
        state = exact_state(value)
        if state is None:
            raise NotExact(value.format)
        stamped.extend(state.stamped)
        return state.token

    try:
        key = exact_key(plan, told)
    except NotExact:
        return None
    h = hashlib.blake2b(key.encode(), digest_size=16)
    h.update(settings_text(settings).encode())
    zone = settings.time_zone if found.is_dated else None
    return PlanKey(h.digest(), tuple(stamped), zone, found.is_determined)


def settings_text(settings: Settings) -> str:
    """Everything about a session that may have a say in its rows, and the versions of who computes them."""
    named = [(name, value) for name, value in settings.all() if not name.startswith(_WITHOUT_EFFECT)]
    return repr((*_versions(), settings.time_zone, settings.parallelism, named))


@cache
def _versions() -> tuple[str, str]:
    return metadata.version("hiveframe"), duckdb.__version__


def _today(zone: str) -> date:
    return datetime.now(zone_of(zone)).date()
