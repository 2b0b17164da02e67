"""An Iceberg catalog of its own for tests, from Spark and by the library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyiceberg.catalog.sql import SqlCatalog
from pyspark.sql import SparkSession

import hiveframe

IMPLEMENTATION = "org.apache.iceberg.spark.SparkCatalog"


def settings(folder: Path, name: str = "ice") -> dict[str, str]:
    """What makes `name` a catalog kept in SQLite below a folder."""
    prefix = f"spark.sql.catalog.{name}"
    return {
        prefix: IMPLEMENTATION,
        f"{prefix}.type": "jdbc",
        f"{prefix}.uri": f"jdbc:sqlite:{folder}/catalog.db",
        f"{prefix}.warehouse": f"{folder}/lake",
    }


def library(folder: Path, name: str = "ice") -> SqlCatalog:
    """The same catalog, as the library opens it."""
    return SqlCatalog(name, uri=f"sqlite:///{folder}/catalog.db?timeout=60", warehouse=f"file://{folder}/lake")


def library_rows(folder: Path, table: str, **scan: Any) -> list[tuple[Any, ...]]:
    """What the library itself reads there."""
    found = library(folder).load_table(table).scan(**scan).to_arrow()
    return sorted(tuple(row.values()) for row in found.to_pylist())


@pytest.fixture
def spark(tmp_path: Path) -> Iterator[SparkSession]:
    """A session with the catalog `ice`, which has a database `db`."""
    conf = {"spark.sql.warehouse.dir": str(tmp_path / "warehouse"), "spark.sql.session.timeZone": "UTC"}
    session = hiveframe.session(**conf, **settings(tmp_path))
    session.sql("create namespace ice.db")
    yield session
    for key in settings(tmp_path):
        session.conf.unset(key)
    session.stop()
