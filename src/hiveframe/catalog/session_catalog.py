"""The names of one session: temporary views, functions and variables, and where unqualified names lead."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from hiveframe.catalog.entities import DEFAULT_CATALOG, DEFAULT_DATABASE, GLOBAL_TEMP
from hiveframe.catalog.metastore import Metastore, matches, quoted
from hiveframe.errors import SparkException, analysis_error
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
    catalog: str = DEFAULT_CATALOG
    database: str = DEFAULT_DATABASE
    views: dict[str, TemporaryView] = field(default_factory=dict)
    functions: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)

    def search_path(self) -> str:
        """Where an unqualified name is looked for, as messages show it."""
        path = (quoted("system", "builtin"), quoted("system", "session"), quoted(self.catalog, self.database))
        return "[" + ", ".join(path) + "]"

    def qualify(self, parts: tuple[str, ...]) -> tuple[str, str, str]:
        """The full name of a table; REQUIRES_SINGLE_PART_NAMESPACE and unknown catalogs are refused."""
        match parts:
            case (name,):
                return (self.catalog, self.database, name.lower())
            case (database, name):
                return (self.catalog, database.lower(), name.lower())
            case (catalog, database, name) if catalog.lower() == DEFAULT_CATALOG:
                return (DEFAULT_CATALOG, database.lower(), name.lower())
            case (catalog, _, _):
                raise unknown_catalog(catalog)
        raise analysis_error(
            "REQUIRES_SINGLE_PART_NAMESPACE", identifier=quoted(*parts), sessionCatalog=DEFAULT_CATALOG
        )

    def database_name(self, parts: tuple[str, ...]) -> str:
        """The database that `parts` name (the current one when empty)."""
        match parts:
            case ():
                return self.database
            case (name,):
                return name.lower()
            case (catalog, name) if catalog.lower() == DEFAULT_CATALOG:
                return name.lower()
            case (catalog, _):
                raise unknown_catalog(catalog)
        raise analysis_error("REQUIRES_SINGLE_PART_NAMESPACE", sessionCatalog=DEFAULT_CATALOG, namespace=quoted(*parts))

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
        name = self.database_name(parts)
        self.metastore.database(name)
        self.catalog, self.database = DEFAULT_CATALOG, name

    def use_catalog(self, name: str) -> None:
        """Make a catalog the current one."""
        if name.lower() != DEFAULT_CATALOG:
            raise unknown_catalog(name)
        self.catalog, self.database = DEFAULT_CATALOG, DEFAULT_DATABASE

    def copy(self) -> SessionCatalog:
        """The same names for a cloned session."""
        return SessionCatalog(
            self.metastore,
            self.global_views,
            self.catalog,
            self.database,
            dict(self.views),
            dict(self.functions),
            dict(self.variables),
        )


def unknown_catalog(name: str) -> SparkException:
    """CATALOG_NOT_FOUND."""
    params = {"catalogName": quoted(name), "config": f'"spark.sql.catalog.{name}"'}
    return SparkException("CATALOG_NOT_FOUND", params)
