"""Catalogs of other systems, as settings describe them: `spark.sql.catalog.NAME` and its options below it."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Mapping
from typing import Final

from hiveframe.catalog.entities import DEFAULT_CATALOG
from hiveframe.catalog.store import Store
from hiveframe.errors import SparkException
from hiveframe.settings import Settings

_PREFIX: Final = "spark.sql.catalog."

# What a setting may name, and the function that opens it: given the catalog's name and its options, a `Store`.
IMPLEMENTATIONS: Final[Mapping[str, tuple[str, str]]] = {
    "org.apache.iceberg.spark.SparkCatalog": ("hiveframe.lake.iceberg.store", "open_store"),
    "org.apache.iceberg.spark.SparkSessionCatalog": ("hiveframe.lake.iceberg.store", "open_store"),
}


class ConfiguredCatalogs:
    """Opens a catalog when it is first named, and anew when its options change. Thread-safe."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opened: dict[str, tuple[dict[str, str], Store]] = {}
        self._lock = threading.Lock()

    def find(self, name: str) -> Store | None:
        """The catalog of that name; CATALOG_OPERATION names an implementation that nobody has."""
        kind = self._settings.get(f"{_PREFIX}{name}")
        if kind is None:
            return None
        options = self._options(name)
        with self._lock:
            known = self._opened.get(name)
            if known is None or known[0] != options:
                known = self._opened[name] = (options, _open(kind, name, options))
        return known[1]

    def names(self) -> list[str]:
        """The catalogs that settings name."""
        below = (key.removeprefix(_PREFIX) for key, _ in self._settings.all(_PREFIX))
        return sorted(name for name in below if "." not in name and name.lower() != DEFAULT_CATALOG)

    def _options(self, name: str) -> dict[str, str]:
        prefix = f"{_PREFIX}{name}."
        return {key.removeprefix(prefix): value for key, value in self._settings.all(prefix)}


def _open(kind: str, name: str, options: dict[str, str]) -> Store:
    found = IMPLEMENTATIONS.get(kind)
    if found is None:
        raise SparkException("CATALOG_IMPLEMENTATION_NOT_FOUND", {"catalog": name, "implementation": kind})
    made: Store = getattr(importlib.import_module(found[0]), found[1])(name, options)
    return made
