"""An Iceberg catalog of its own for tests, from Spark and by the library."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.typedef import Record
from pyspark.sql import SparkSession

import hiveframe
from hiveframe.lake.iceberg.columns import arrow_schema
from hiveframe.lake.iceberg.commit import commit
from hiveframe.lake.iceberg.conflicts import Job

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


@contextmanager
def session(tmp_path: Path) -> Iterator[SparkSession]:
    """A session with the catalog `ice`, which has a database `db`."""
    conf = {"spark.sql.warehouse.dir": str(tmp_path / "warehouse"), "spark.sql.session.timeZone": "UTC"}
    made = hiveframe.session(**conf, **settings(tmp_path))
    made.sql("create namespace ice.db")
    yield made
    for key in settings(tmp_path):
        made.conf.unset(key)
    made.stop()


@pytest.fixture
def spark(tmp_path: Path) -> Iterator[SparkSession]:
    """`session` for a test."""
    with session(tmp_path) as made:
        yield made


def delete_equal(
    folder: Path, table: str, columns: dict[str, list[Any]], partition: tuple[Any, ...] | None = None
) -> None:
    """Commit an equality delete file: the rows that hold these values go. `partition` None: in all partitions."""
    found = library(folder).load_table(table)
    fields = [found.schema().find_field(name) for name in columns]
    schema = pa.schema([arrow_schema(found.schema()).field(f.name) for f in fields])
    metadata = found.metadata
    if partition is None:
        spec = next(s for s in metadata.partition_specs if s.is_unpartitioned())
    else:
        spec = metadata.spec()
    path = f"{metadata.location}/data/{uuid.uuid4()}-equality.parquet"
    local = path.removeprefix("file://")
    os.makedirs(os.path.dirname(local), exist_ok=True)
    pq.write_table(pa.table(list(columns.values()), schema=schema), local)
    file = DataFile.from_args(
        content=DataFileContent.EQUALITY_DELETES,
        file_path=path,
        file_format=FileFormat.PARQUET,
        partition=Record(*(partition or ())),
        record_count=len(next(iter(columns.values()))),
        file_size_in_bytes=os.path.getsize(local),
        equality_ids=[f.field_id for f in fields],
        column_sizes={},
        value_counts={},
        null_value_counts={},
        nan_value_counts={},
    )
    file.spec_id = spec.spec_id
    job = Job(found, "main", "DELETE", metadata, deletes=(file,))
    commit(library(folder), tuple(table.split(".")), found, job)
