"""The catalogs that keep Iceberg tables, as `pyiceberg` opens them.

Source: Iceberg's documentation, "Spark Configuration", "Catalog Configuration"; PyIceberg's "Configuration".
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any, Final

from pyiceberg.catalog import Catalog, load_catalog
from pyiceberg.exceptions import RESTError
from pyiceberg.utils.config import Config, merge_config
from sqlalchemy.exc import SQLAlchemyError

from hiveframe.errors import SparkException, analysis_error

FAILURES: Final = (RESTError, SQLAlchemyError, OSError)
"""How a catalog fails that cannot be reached, or that does not answer."""

CATALOG_FILE: Final = "iceberg.db"
_BUSY_S: Final = 60
_TYPES: Final[Mapping[str, str]] = {"rest": "rest", "sql": "sql", "jdbc": "sql", "in-memory": "in-memory"}
_CLASSES: Final[Mapping[str, str]] = {
    "org.apache.iceberg.rest.RESTCatalog": "rest",
    "org.apache.iceberg.jdbc.JdbcCatalog": "sql",
}
_opened: dict[str, Catalog] = {}
_lock = threading.Lock()


def warehouse_catalog(folder: str) -> Catalog:
    """The catalog of the warehouse's own Iceberg tables: a SQLite file beside the metastore."""
    with _lock:
        found = _opened.get(folder)
        if found is None:
            os.makedirs(folder, exist_ok=True)
            file = os.path.join(folder, CATALOG_FILE)
            found = _opened[folder] = load("spark_catalog", {"type": "sql", "uri": f"sqlite:///{file}"} | _at(folder))
    return found


def _at(folder: str) -> dict[str, str]:
    return {"warehouse": f"file://{folder}"}


def load(name: str, options: Mapping[str, str]) -> Catalog:
    """The catalog that options describe as Spark's settings do."""
    kind = _kind(name, options)
    given = {k: v for k, v in options.items() if k not in ("type", "catalog-impl", "io-impl")}
    uri = given.get("uri", "")
    if kind == "sql":
        uri = uri.removeprefix("jdbc:")
        if uri.startswith("sqlite:") and not uri.startswith("sqlite://"):
            uri = f"sqlite:///{uri.removeprefix('sqlite:')}"
        given["uri"] = f"{uri}?timeout={_BUSY_S}" if uri.startswith("sqlite:///") and "?" not in uri else uri
    if not uri and kind != "in-memory":
        raise _wrong(name, "uri", "", f"a catalog of type {kind} needs it")
    if "warehouse" in given and given["warehouse"].startswith("/"):
        given["warehouse"] = f"file://{given['warehouse']}"
    try:
        return load_catalog(name, type=kind, **given) if kind == "rest" else _in_a_database(name, kind, given)
    except (*FAILURES, ValueError) as error:
        raise _wrong(name, "uri", uri, f"The catalog could not be opened: {error}") from error


def _in_a_database(name: str, kind: str, given: Mapping[str, str]) -> Catalog:
    """A SQL catalog, or one in memory; PyIceberg's own configuration of that name counts, as `load_catalog` has it."""
    from hiveframe.lake.iceberg.sql_catalogs import OrderedMemoryCatalog, OrderedSqlCatalog

    made = OrderedSqlCatalog if kind == "sql" else OrderedMemoryCatalog
    configured: Any = merge_config(Config().get_catalog_config(name) or {}, {**given})
    return made(name, **configured)


def _kind(name: str, options: Mapping[str, str]) -> str:
    chosen = options.get("catalog-impl")
    if chosen is not None:
        if chosen not in _CLASSES:
            raise SparkException("CATALOG_IMPLEMENTATION_NOT_FOUND", {"catalog": name, "implementation": chosen})
        return _CLASSES[chosen]
    kind = options.get("type", "")
    if kind not in _TYPES:
        raise _wrong(name, "type", kind, f"one of {', '.join(_TYPES)}")
    return _TYPES[kind]


def _wrong(name: str, option: str, value: str, requirement: str) -> Exception:
    return analysis_error(
        "INVALID_CONF_VALUE.REQUIREMENT",
        confName=f"spark.sql.catalog.{name}.{option}",
        confValue=value,
        confRequirement=requirement,
    )


def catalog_of(home: Any) -> Catalog:
    """The catalog behind what an entry was found in: a warehouse's folder, or a store of Iceberg tables."""
    if isinstance(home, str):
        return warehouse_catalog(home)
    found: Catalog = home.catalog
    return found
