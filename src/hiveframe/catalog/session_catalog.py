"""The names of one session: temporary views, functions and variables, and where unqualified names lead."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from hiveframe.catalog.entities import DEFAULT_CATALOG, DEFAULT_DATABASE, GLOBAL_TEMP
from hiveframe.catalog.metastore import Metastore, matches, quoted
from hiveframe.catalog.store import Catalogs, NoCatalogs, Store
from hiveframe.errors import AnalysisException, SparkException, analysis_error
from hiveframe.plan.logical import Literal
from hiveframe.plan.spec import Relation
from hiveframe.plan.types import DataType


@dataclass(frozen=True, slots=True, eq=False)
class TemporaryView:
    """A view of the session (or of the process, for `global_temp`)."""

    name: str
    plan: Relation
    text: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    """A session variable."""

    name: str
    dtype: DataType
    value: Literal
    default_text: str = "null"


@dataclass(slots=True)
class GlobalViews:
    """The views of `global_temp`, shared by the sessions of one process."""

    views: dict[str, TemporaryView] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    changes: int = 0


@dataclass(slots=True)
class SessionCatalog:
    """One session's names over the shared metastore. Names are kept in lower case, as Spark keeps them."""

    metastore: Metastore
    global_views: GlobalViews = field(default_factory=GlobalViews)
    others: Catalogs = field(default_factory=NoCatalogs)
    catalog: str = DEFAULT_CATALOG
    database: str = DEFAULT_DATABASE
    views: dict[str, TemporaryView] = field(default_factory=dict)
    functions: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)

    def table_path(self) -> str:
        """Where an unqualified table is looked for, as messages show it."""
        return "[" + ", ".join((quoted("system", "session"), quoted(self.catalog, self.database))) + "]"

    def search_path(self) -> str:
        """Where another unqualified name is looked for, as messages show it."""
        path = (quoted("system", "builtin"), quoted("system", "session"), quoted(self.catalog, self.database))
        return "[" + ", ".join(path) + "]"

    def store(self, catalog: str) -> Store:
        """What holds the entries of a catalog; CATALOG_NOT_FOUND names one that no setting describes."""
        found = self._find_store(catalog)
        if found is None:
            raise unknown_catalog(catalog)
        return found

    def catalogs(self, pattern: str | None = None) -> list[str]:
        """The names of the catalogs that fit `pattern`."""
        return sorted(name for name in (DEFAULT_CATALOG, *self.others.names()) if matches(name, pattern))

    def is_catalog(self, name: str) -> bool:
        """Whether there is a catalog of that name."""
        return self._find_store(name) is not None

    def _find_store(self, catalog: str) -> Store | None:
        return self.metastore if catalog.lower() == DEFAULT_CATALOG else self.others.find(catalog)

    def qualify(self, parts: tuple[str, ...]) -> tuple[str, str, str]:
        """The full name of a table: catalog, database, name. Catalogs of other systems may nest databases."""
        if len(parts) == 1:
            return self._spelled(self.catalog, self.database, parts[0])
        catalog, database = self.namespace(parts[:-1])
        return self._spelled(catalog, database, parts[-1])

    def namespace(self, parts: tuple[str, ...]) -> tuple[str, str]:
        """The catalog and the database that `parts` name: the current ones where they say nothing."""
        if not parts:
            return self.catalog, self.database
        first, *rest = parts
        is_catalog = first.lower() == DEFAULT_CATALOG or self.others.find(first) is not None
        if is_catalog and (rest or first.lower() != DEFAULT_CATALOG):
            inner = rest or [DEFAULT_DATABASE]
            if first.lower() == DEFAULT_CATALOG and len(inner) > 1:
                raise _too_deep(parts)
            catalog = DEFAULT_CATALOG if first.lower() == DEFAULT_CATALOG else first
            return catalog, self._spelled(catalog, ".".join(inner), "")[1]
        if len(parts) == 1 or self.catalog != DEFAULT_CATALOG:
            return self.catalog, self._spelled(self.catalog, ".".join(parts), "")[1]
        if len(parts) == 2:
            raise unknown_catalog(first)
        raise _too_deep(parts)

    def _spelled(self, catalog: str, database: str, name: str) -> tuple[str, str, str]:
        """Spark's own catalog keeps names in lower case, others as they are."""
        if catalog == DEFAULT_CATALOG:
            return catalog, database.lower(), name.lower()
        return catalog, database, name

    def database_name(self, parts: tuple[str, ...]) -> str:
        """The database that `parts` name (the current one when empty)."""
        return self.namespace(parts)[1]

    def temporary_view(self, parts: tuple[str, ...]) -> TemporaryView | None:
        """The temporary view of that name: of the session, or of `global_temp`."""
        match parts:
            case (name,):
                return self.views.get(name.lower())
            case (database, name) if database.lower() == GLOBAL_TEMP:
                return self.global_views.views.get(name.lower())
        return None

    def create_temporary_view(self, view: TemporaryView, *, replace: bool, is_global: bool = False) -> None:
        """Add a temporary view; TEMP_TABLE_OR_VIEW_ALREADY_EXISTS unless it replaces one."""
        with self.global_views.lock:
            views = self.global_views.views if is_global else self.views
            key = view.name.lower()
            if key in views and not replace:
                parts = (GLOBAL_TEMP, key) if is_global else (key,)
                raise analysis_error("TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", relationName=quoted(*parts))
            views[key] = view
            self.global_views.changes += is_global

    def drop_temporary_view(self, parts: tuple[str, ...]) -> bool:
        """Remove a temporary view; False when there is none of that name."""
        with self.global_views.lock:
            match parts:
                case (name,):
                    return self.views.pop(name.lower(), None) is not None
                case (database, name) if database.lower() == GLOBAL_TEMP:
                    self.global_views.changes += 1
                    return self.global_views.views.pop(name.lower(), None) is not None
        return False

    def temporary_views(self, pattern: str | None = None) -> list[TemporaryView]:
        """The session's temporary views whose names fit `pattern`, by name."""
        return [v for k, v in sorted(self.views.items()) if matches(k, pattern)]

    def use_database(self, parts: tuple[str, ...]) -> None:
        """Make a database the current one."""
        catalog, name = self.namespace(parts)
        self.store(catalog).database(name)
        self.catalog, self.database = catalog, name

    def use_catalog(self, name: str) -> None:
        """Make a catalog the current one."""
        self.store(name)
        self.catalog = DEFAULT_CATALOG if name.lower() == DEFAULT_CATALOG else name
        self.database = DEFAULT_DATABASE

    def copy(self) -> SessionCatalog:
        """The same names for a cloned session."""
        return SessionCatalog(
            self.metastore,
            self.global_views,
            self.others,
            self.catalog,
            self.database,
            dict(self.views),
            dict(self.functions),
            dict(self.variables),
        )


def _too_deep(parts: tuple[str, ...]) -> AnalysisException:
    return analysis_error("REQUIRES_SINGLE_PART_NAMESPACE", sessionCatalog=DEFAULT_CATALOG, namespace=quoted(*parts))


def unknown_catalog(name: str) -> SparkException:
    """CATALOG_NOT_FOUND."""
    params = {"catalogName": quoted(name), "config": f'"spark.sql.catalog.{name}"'}
    return SparkException("CATALOG_NOT_FOUND", params)
