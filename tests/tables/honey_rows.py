"""HoneyStore tables below any session: rows in, rows out, without an engine around them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import vortex
from sqlglot import exp

from hiveframe.lake.honey.snapshot import Snapshot
from hiveframe.lake.honey.table import HoneyState, HoneyTable, HoneyWrite
from hiveframe.lake.tables.table import AsOf, Definition
from hiveframe.plan import types as t
from hiveframe.plan.types import StructField, StructType
from hiveframe.settings import Settings

SCHEMA = StructType((StructField("id", t.LONG), StructField("value", t.LONG)))
Row = tuple[int, int]


class ArrowRows:
    """Rows to write, as `lake.write` takes them."""

    def __init__(self, rows: Sequence[Row]) -> None:
        columns = [pa.array([r[i] for r in rows], pa.int64()) for i in range(2)]
        self._table = pa.table(columns, names=["id", "value"])

    def copy(self, build: Any) -> int:
        with duckdb.connect(config={"threads": 1}) as connection:
            connection.register("given", self._table)
            statement = build(exp.select("*").from_("given"), ("id", "value"), None)
            return int(connection.execute(statement.sql("duckdb")).fetchone()[0])


def make(location: Path, root: Path | None = None, **properties: str) -> HoneyTable:
    """An empty table."""
    table = HoneyTable(str(location), str(root) if root else None)
    write = table.begin(None)
    write.define(Definition(SCHEMA, properties=properties))
    write.commit("CREATE TABLE", {}, reads=False)
    return table


def add(write: HoneyWrite, rows: Sequence[Row]) -> None:
    """Stage rows."""
    write.add_rows(ArrowRows(rows), Settings({}))


def state(table: HoneyTable, version: int | None = None) -> HoneyState:
    """The table now or then."""
    found = table.state(AsOf(version) if version is not None else None)
    assert found is not None
    return found


def delete(write: HoneyWrite, snapshot: Snapshot, ids: set[int]) -> None:
    """Stage the deletion of rows, which the snapshot holds."""
    found: dict[str, list[int]] = {}
    for path, place, row in places(snapshot):
        if row[0] in ids:
            found.setdefault(path, []).append(place)
    write.delete_rows({path: np.array(rows, dtype=np.uint64) for path, rows in found.items()})


def places(snapshot: Snapshot) -> list[tuple[str, int, Row]]:
    """Every row with its file and its place there, as the formats' own readers see them."""
    segments = {snapshot.path_of(segment): segment for segment in snapshot.segments}
    gone = {path: set(snapshot.deleted.get(s.id, np.array([])).tolist()) for path, s in segments.items()}
    read: list[tuple[str, int, int, int]] = []
    parquet = [path for path, s in segments.items() if s.kind == "parquet"]
    if parquet:
        found = duckdb.read_parquet(parquet, filename=True, file_row_number=True)
        read += found.select("filename, file_row_number, id, value").fetchall()
    for path in segments.keys() - set(parquet):
        table = vortex.open(path).to_arrow().read_all()
        read += [(path, n, r["id"], r["value"]) for n, r in enumerate(table.to_pylist())]
    return [(path, n, (i, v)) for path, n, i, v in read if n not in gone[path]]


def rows(snapshot: Snapshot) -> list[Row]:
    """Every row, in order."""
    return sorted(row for _, _, row in places(snapshot))
