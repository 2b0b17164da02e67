"""Iceberg tables below any session: rows in, rows out, without an engine around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hiveframe.lake.iceberg.catalogs import warehouse_catalog
from hiveframe.lake.iceberg.deletes import deleted_rows
from hiveframe.lake.iceberg.table import IcebergState, IcebergTable
from hiveframe.lake.iceberg.writing import IcebergWrite
from hiveframe.lake.runner import PrivateRunner
from hiveframe.lake.tables.table import Definition, TablePlace
from hiveframe.plan import types as t
from hiveframe.plan.types import StructField, StructType
from hiveframe.settings import Settings

SCHEMA = StructType((StructField("id", t.LONG), StructField("value", t.LONG)))
RUNNER = PrivateRunner(1)
Row = tuple[int, int]


class ArrowRows:
    """Rows to write, as `lake.write` takes them."""

    def __init__(self, rows: Sequence[Row]) -> None:
        columns = [pa.array([r[i] for r in rows], pa.int64()) for i in range(2)]
        self._table = pa.table(columns, names=["id", "value"])

    def stream(self, build: Any) -> Iterator[pa.RecordBatch]:
        yield from self._table.to_batches()


def at(folder: Path) -> IcebergTable:
    """The table `db.t` of a warehouse, there or not."""
    return IcebergTable(TablePlace(str(folder / "db.db/t"), name=("db", "t"), home=str(folder)))


def make(folder: Path) -> IcebergTable:
    """An empty table."""
    table = at(folder)
    write = table.begin(None)
    write.define(Definition(SCHEMA))
    write.commit("CREATE TABLE", {}, reads=False)
    return table


def add(write: IcebergWrite, rows: Sequence[Row]) -> None:
    """Stage rows."""
    write.add_rows(ArrowRows(rows), Settings({}))  # type: ignore[arg-type]


def state(table: IcebergTable) -> IcebergState:
    """The table now."""
    found = table.state()
    assert found is not None
    return found


def delete(write: IcebergWrite, now: IcebergState, ids: set[int]) -> None:
    """Stage the deletion of rows, which the state holds."""
    found: dict[str, list[int]] = {}
    for path, place, row in places(now):
        if row[0] in ids:
            found.setdefault(path, []).append(place)
    write.delete_rows({path: np.array(rows, dtype=np.uint64) for path, rows in found.items()})


def places(now: IcebergState) -> list[tuple[str, int, Row]]:
    """Every row with its file and its place there."""
    files = now.pinned.files()
    gone = deleted_rows(files, now.pinned.table.io, now.pinned.table.metadata, RUNNER)
    found: list[tuple[str, int, Row]] = []
    for file in files:
        dead = set(gone.get(file.path, np.array([])).tolist())
        read = pq.ParquetFile(file.path).read().to_pylist()
        found += [(file.path, n, (r["id"], r["value"])) for n, r in enumerate(read) if n not in dead]
    return found


def rows(now: IcebergState) -> list[Row]:
    """Every row, in order."""
    return sorted(row for _, _, row in places(now))


def library_rows(folder: Path) -> list[Row]:
    """Every row, in order, as the Iceberg library reads them."""
    found = warehouse_catalog(str(folder)).load_table("db.t").scan().to_arrow().to_pylist()
    return sorted((r["id"], r["value"]) for r in found)


def duckdb_rows(folder: Path) -> list[Row]:
    """Every row, in order, of the files that the library plans to read, less those in its delete files, by DuckDB."""
    found: list[Row] = []
    for task in warehouse_catalog(str(folder)).load_table("db.t").scan().plan_files():
        path = task.file.file_path
        rows = duckdb.read_parquet(path.removeprefix("file://"), file_row_number=True)
        gone = {
            place
            for file in task.delete_files
            for held, place in duckdb.read_parquet(file.file_path.removeprefix("file://"))
            .select("file_path, pos")
            .fetchall()
            if held == path
        }
        found += [(i, v) for n, i, v in rows.select("file_row_number, id, value").fetchall() if n not in gone]
    return sorted(found)
