"""Delta tables below any session: rows in, rows out, without an engine around them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from hiveframe.lake.delta.deletion_vectors import read_vector
from hiveframe.lake.delta.snapshot import Snapshot, Snapshots
from hiveframe.lake.delta.table import DeltaState, DeltaTable
from hiveframe.lake.delta.writing import DeltaWrite
from hiveframe.lake.tables.table import Definition
from hiveframe.settings import Settings
from tests.tables.honey_rows import SCHEMA, ArrowRows, Row


def make(location: Path, **properties: str) -> DeltaTable:
    """An empty table; `delta.` goes before the names of its properties."""
    table = DeltaTable(str(location))
    write = table.begin(None)
    write.define(Definition(SCHEMA, properties={f"delta.{k}": v for k, v in properties.items()}))
    write.commit("CREATE TABLE", {}, reads=False)
    return table


def state(table: DeltaTable) -> DeltaState:
    """The table now."""
    found = table.state()
    assert found is not None
    return found


def add(write: DeltaWrite, rows: Sequence[Row]) -> None:
    """Stage rows."""
    write.add_rows(ArrowRows(rows), Settings({}))


def delete(write: DeltaWrite, snapshot: Snapshot, ids: set[int]) -> None:
    """Stage the deletion of rows, which the snapshot holds: by their places, or by writing the others anew."""
    found: dict[str, list[tuple[int, Row]]] = {}
    for path, place, row in places(snapshot):
        found.setdefault(path, []).append((place, row))
    touched = {path: held for path, held in found.items() if any(row[0] in ids for _, row in held)}
    if write.copies_files:
        add(write, [row for held in touched.values() for _, row in held if row[0] not in ids])
        write.remove_files(list(touched))
        return
    gone = {path: [place for place, row in held if row[0] in ids] for path, held in touched.items()}
    write.delete_rows({path: np.array(rows, dtype=np.uint64) for path, rows in gone.items()})


def places(snapshot: Snapshot) -> list[tuple[str, int, Row]]:
    """Every row with its file and its place there, as DuckDB alone reads them."""
    adds = {snapshot.path_of(file): file for file in snapshot.files.values()}
    if not adds:
        return []
    found = duckdb.read_parquet(list(adds), filename=True, file_row_number=True)
    gone = {
        path: set(read_vector(snapshot.location, add.deletion_vector).tolist()) if add.deletion_vector else set()
        for path, add in adds.items()
    }
    read = found.select("filename, file_row_number, id, value").fetchall()
    return [(path, n, (i, v)) for path, n, i, v in read if n not in gone[path]]


def rows(location: Path | str) -> list[Row]:
    """Every row, in order, of the log as it stands."""
    snapshot = Snapshots().load(str(location))
    assert snapshot is not None
    return sorted(row for _, _, row in places(snapshot))


def library_rows(location: Path | str) -> list[Row]:
    """Every row, in order, as the Delta library reads them."""
    return [(i, v) for i, v in library_table(location, ["id", "value"])]


def library_table(location: Path | str, columns: Sequence[str] | None = None) -> list[tuple[Any, ...]]:
    """Columns of every row, in order, of any table, as the Delta library reads them."""
    from deltalake import DeltaTable as Library

    found = pa.table(Library(str(location)).scan().read_all())
    found = found if columns is None else found.select(columns)
    return sorted(tuple(row.values()) for row in found.to_pylist())


def duckdb_rows(location: Path | str) -> list[Row]:
    """Every row, in order, of the files that the Delta library names: for a table without deletion vectors."""
    from deltalake import DeltaTable as Library

    files = Library(str(location)).file_uris()
    return sorted(duckdb.read_parquet(files).select("id, value").fetchall()) if files else []
