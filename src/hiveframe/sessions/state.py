"""What one session keeps between queries."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from hiveframe.catalog.session_catalog import SessionCatalog
from hiveframe.engine.inspector import Inspector
from hiveframe.lake.sources.source import ReadContext
from hiveframe.plan import spec
from hiveframe.plan.types import StructType
from hiveframe.sessions.analyses import Analyses
from hiveframe.sessions.catalogs import ConfiguredCatalogs
from hiveframe.sessions.results import SmallTable
from hiveframe.sessions.script_scopes import ScriptScopes
from hiveframe.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A computed relation: a checkpoint, a command's rows, a cached DataFrame."""

    schema: StructType
    table: pa.Table


@dataclass(slots=True, eq=False)
class CacheEntry:
    """A DataFrame or table that the user asked to keep; `kept` is None until it is first read."""

    plan: spec.Relation
    use_disk: bool = True
    use_memory: bool = True
    deserialized: bool = True
    replication: int = 1
    kept: Kept | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(slots=True, eq=False)
class SessionState:
    """Settings, names, and what was computed. `cached_plans` goes by plan id, `cached_tables` by full name.

    `early_results` has what a command gave whose schema was asked for before its rows, by plan id: it runs once.
    `changes` counts the commands, each at its begin and at its end: any of them may change names.
    """

    settings: Settings
    catalog: SessionCatalog
    kept: dict[str, Kept] = field(default_factory=dict)
    cached_plans: dict[int, CacheEntry] = field(default_factory=dict)
    cached_tables: dict[tuple[str, ...], CacheEntry] = field(default_factory=dict)
    resources: list[tuple[str, str]] = field(default_factory=list)
    data_sources: dict[str, Any] = field(default_factory=dict)
    analyses: Analyses = field(default_factory=Analyses)
    scripts: ScriptScopes = field(default_factory=ScriptScopes)
    changes: int = 0
    early_results: dict[int | None, SmallTable] = field(default_factory=dict)
    last_parsed: tuple[str, int, spec.Relation | spec.Command] | None = None

    @property
    def version(self) -> tuple[int, int, int]:
        """What an analysis under this state depends on: unequal once anything changed."""
        return (self.changes, self.settings.version, self.catalog.global_views.changes)

    def read_context(self) -> ReadContext:
        """What opening a data source needs."""
        return ReadContext(self.settings, Inspector(self.settings))

    def clone(self) -> SessionState:
        """An independent copy for a cloned session."""
        settings, catalog = self.settings.copy(), self.catalog.copy()
        catalog.others = ConfiguredCatalogs(settings)
        return SessionState(
            settings,
            catalog,
            dict(self.kept),
            dict(self.cached_plans),
            dict(self.cached_tables),
            list(self.resources),
            dict(self.data_sources),
        )
