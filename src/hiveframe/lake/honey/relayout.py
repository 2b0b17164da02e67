"""Segments made anew of others' rows: sorted by what filters ask for, as Vortex, or as Parquet again."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import duckdb
import pyarrow as pa
from sqlglot import exp

from hiveframe.dataclass import dataclass
from hiveframe.functions.sql import column, ident
from hiveframe.lake.batch_stream import BatchStream
from hiveframe.lake.honey import vortex_files
from hiveframe.lake.honey.columns import stored_name, stored_schema
from hiveframe.lake.honey.commit import NewSegment
from hiveframe.lake.honey.reading import open_snapshot, segment_query
from hiveframe.lake.honey.segment_files import FOLDER, write_segments
from hiveframe.lake.honey.snapshot import VORTEX, Segment, Snapshot
from hiveframe.lake.options import Options
from hiveframe.lake.scan import scan_column
from hiveframe.lake.sources.source import ReadContext
from hiveframe.lake.write.request import Build
from hiveframe.lake.write.staging import sync_folder
from hiveframe.plan.types import DataType
from hiveframe.settings import Settings

_RANKS: Final = 1024
_RANK_BITS: Final = 10
_BATCH_ROWS: Final = 65_536
_UTC: Final = Settings({"spark.sql.session.timeZone": "UTC"})


@dataclass(frozen=True, slots=True)
class _Context:
    """What emitting a scan and folder names asks of a session: nothing that depends on one."""

    ansi: bool = True
    time_zone: str = "UTC"

    def setting(self, name: str) -> str | None:
        return None

    def kept_columns(self, reading: Any) -> Sequence[Any]:
        return ()

    def arrow_type(self, dtype: DataType) -> pa.DataType:
        return vortex_files.arrow_type(dtype)


class _StoredRows:
    """The rows of segments, in an order, for the writer of segments."""

    def __init__(self, snapshot: Snapshot, segments: Sequence[Segment], order: Sequence[str], threads: int) -> None:
        source = open_snapshot(snapshot, Options(), ReadContext(_UTC))
        source = source.restricted({snapshot.path_of(s) for s in segments})
        positions = range(len(source.schema.fields))
        self._scan = segment_query(source, list(positions), _Context(), with_path=False)  # type: ignore[arg-type]
        self._fields = source.schema.fields
        self._order = order
        self._threads = threads

    def copy(self, build: Build) -> int:
        """Write them."""
        names = tuple(stored_name(f) for f in self._fields)
        with self._connection() as connection:
            statement = build(self._query(), names, _Context())  # type: ignore[arg-type]
            (count,) = connection.execute(statement.sql("duckdb")).fetchall()[0]
        return int(count)

    def stream(self, build: Build) -> Iterator[pa.RecordBatch]:
        """Their batches."""
        names = tuple(stored_name(f) for f in self._fields)
        with self._connection() as connection:
            statement = build(self._query(), names, _Context())  # type: ignore[arg-type]
            yield from connection.sql(statement.sql("duckdb")).to_arrow_reader(_BATCH_ROWS)

    def _connection(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(config={"threads": self._threads, "async_threads": 0})
        connection.execute("SET TimeZone = 'UTC'")
        for name, data in self._scan.arrow.items():
            is_stream = isinstance(data, BatchStream)
            reader = pa.RecordBatchReader.from_batches(data.schema, data.batches()) if is_stream else data
            connection.register(name, reader)
        return connection

    def _query(self) -> exp.Select:
        """The rows under their stored names, near ones together."""
        named = [exp.alias_(column(scan_column(i)), stored_name(f), quoted=True) for i, f in enumerate(self._fields)]
        rows = exp.Select(expressions=named).from_(exp.Subquery(this=self._scan.select, alias=_alias("__scan")))
        if not self._order:
            return rows
        if len(self._order) == 1:
            return rows.order_by(column(scan_column(self._position(self._order[0]))), copy=False)
        ranks = [
            exp.alias_(_rank(column(scan_column(self._position(name)))), f"__rank{n}", quoted=True)
            for n, name in enumerate(self._order)
        ]
        ranked = exp.Select(expressions=[*named, *ranks]).from_(
            exp.Subquery(this=self._scan.select, alias=_alias("__scan"))
        )
        outer = exp.Select(expressions=[column(stored_name(f)) for f in self._fields])
        placed = outer.from_(exp.Subquery(this=ranked, alias=_alias("__ranked")))
        return placed.order_by(_interleaved(len(self._order)), copy=False)

    def _position(self, stored: str) -> int:
        return next(i for i, f in enumerate(self._fields) if stored_name(f) == stored)


def clustered(snapshot: Snapshot, segments: Sequence[Segment], order: Sequence[str], threads: int) -> list[NewSegment]:
    """New segments with the rows that are left of `segments`, near ones together by the stored columns `order`."""
    rows = _StoredRows(snapshot, segments, order, threads)
    made = write_segments(snapshot.place, snapshot.definition, rows, _UTC, is_ordered=True)
    return [replace(segment, level=1, clustered_by=tuple(order)) for segment in made]


def as_vortex(snapshot: Snapshot, segment: Segment) -> NewSegment:
    """The segment with each row in its place, deleted ones too, as a Vortex file."""
    path = os.path.join(FOLDER, f"{uuid.uuid4()}.vortex")
    target = os.path.join(snapshot.place.location, path)
    whole = replace(snapshot, deleted={})
    rows = _StoredRows(whole, [segment], (), 1)
    partitioned = {*segment.partition_values}
    kept = [f for f in stored_schema(snapshot.definition.schema).fields if f.name not in partitioned]

    def build(query: exp.Query, names: tuple[str, ...], context: object) -> exp.Select:
        inner = exp.Subquery(this=query, alias=_alias("__rows"))
        return exp.Select(expressions=[column(f.name) for f in kept]).from_(inner)

    batches = rows.stream(build)
    first = next(batches)
    stream = pa.RecordBatchReader.from_batches(first.schema, _chain(first, batches))
    vortex_files.write_file(target, stream)
    sync_folder(os.path.dirname(target))
    stat = os.stat(target)
    made = NewSegment(path, VORTEX, segment.row_count, stat.st_size, stat.st_mtime_ns // 1000, segment.zones)
    return _in_place_of(snapshot, segment, made)


def as_parquet(snapshot: Snapshot, segment: Segment) -> NewSegment:
    """The segment with each row in its place, deleted ones too, as a Parquet file."""
    rows = _StoredRows(replace(snapshot, deleted={}), [segment], (), 1)
    (made,) = write_segments(snapshot.place, snapshot.definition, rows, _UTC, is_one=True)
    return _in_place_of(snapshot, segment, made)


def _in_place_of(snapshot: Snapshot, segment: Segment, made: NewSegment) -> NewSegment:
    """A new segment with the same rows in the same order has all else in common with the old one."""
    return replace(
        made,
        partition_values=segment.partition_values,
        level=segment.level,
        clustered_by=segment.clustered_by,
        locators=snapshot.locators.get(segment.id, {}),
        deleted=snapshot.deleted.get(segment.id),
    )


def _chain(first: pa.RecordBatch, others: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield first
    yield from others


def column_of(snapshot: Snapshot, segment: Segment, name: str) -> pa.ChunkedArray:
    """A stored column of a segment, deleted rows included, in the order of its rows."""
    path = snapshot.path_of(segment)
    if segment.kind == VORTEX:
        return pa.Table.from_batches(vortex_files.read_batches(path, [name])).column(0)
    import pyarrow.parquet as pq

    return pq.read_table(path, columns=[name], partitioning=None).column(0)


def _alias(name: str) -> exp.TableAlias:
    return exp.TableAlias(this=ident(name))


def _rank(value: exp.Expression) -> exp.Expression:
    """Among 1,024, the place of a value by its order."""
    ordered = exp.Order(expressions=[exp.Ordered(this=value)])
    tile = exp.Window(this=exp.Anonymous(this="ntile", expressions=[exp.Literal.number(_RANKS)]), order=ordered)
    return exp.Sub(this=tile, expression=exp.Literal.number(1))


def _interleaved(count: int) -> exp.Expression:
    """One bit of each rank in turn, the highest first."""
    total: exp.Expression | None = None
    for bit in range(_RANK_BITS):
        for n in range(count):
            rank = exp.cast(column(f"__rank{n}"), "BIGINT")
            one = exp.BitwiseAnd(
                this=exp.Paren(this=exp.BitwiseRightShift(this=rank, expression=exp.Literal.number(bit))),
                expression=exp.Literal.number(1),
            )
            moved = exp.Paren(
                this=exp.BitwiseLeftShift(
                    this=exp.Paren(this=one), expression=exp.Literal.number(bit * count + count - 1 - n)
                )
            )
            total = moved if total is None else exp.BitwiseOr(this=total, expression=moved)
    assert total is not None
    return total
