"""The query that reads Parquet files: one part for all files with the same columns, NULL for columns a file lacks."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field, replace
from functools import reduce
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlglot import exp

from hiveframe.dataclass import dataclass
from hiveframe.errors import SparkException
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import (
    Sql,
    cast,
    column,
    ident,
    null,
    number,
    op,
    physical_type,
    physical_type_text,
    text,
    true,
)
from hiveframe.lake.file_types import FileType, Find, by_name, convert
from hiveframe.lake.kept_columns import Reading
from hiveframe.lake.parquet_types import check_readable
from hiveframe.lake.partition_columns import PATH, partition_value, partitioned_select, reader_arguments
from hiveframe.lake.scan import (
    FILE_PATH_COLUMN,
    ROW_INDEX_COLUMN,
    ScanFile,
    ScanSource,
    ScanSql,
    empty_scan,
    path_columns,
    reading_order,
    scan_column,
)
from hiveframe.lake.sources.parquet_footer import Footer
from hiveframe.lake.table_function import call, map_literal, path_list, select_from, struct_literal, subquery
from hiveframe.plan.types import StructField

FOOTERS_READ: Final = 64
"""Of more files the first one's footer stands for all, and the engine fits the others to it."""

_ROW_NUMBER: Final = "file_row_number"
_names = itertools.count()

RowNumbers = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class StoredAlike:
    """Files with the same columns, as they are stored. What every scan asks of the columns is worked out once."""

    columns: tuple[FileType, ...]
    files: tuple[ScanFile, ...]
    _finders: dict[Find, Callable[[StructField], FileType | None]] = field(default_factory=dict)
    _delivered: list[tuple[tuple[str, str], ...]] = field(default_factory=list)

    def finder(self, find: Find) -> Callable[[StructField], FileType | None]:
        """`find` of the columns."""
        found = self._finders.get(find)
        if found is None:
            found = self._finders[find] = find(self.columns)
        return found

    def delivered(self) -> tuple[tuple[str, str], ...]:
        """Each column's name, and the type that DuckDB's reader delivers."""
        if not self._delivered:
            self._delivered.append(tuple((f.name, f.duck) for f in self.columns))
        return self._delivered[0]


@dataclass(frozen=True, slots=True, eq=False)
class ParquetDetail:
    """The files by what is stored in them. `is_sampled`: only the first file's footer is known.

    `find` says which stored column holds a field. `deleted` are rows, by file, that are no longer there.
    """

    groups: tuple[StoredAlike, ...]
    is_sampled: bool = False
    find: Find = by_name
    deleted: Mapping[str, RowNumbers] = field(default_factory=dict)

    def restricted(self, paths: Collection[str]) -> ParquetDetail:
        """What is known of these of the files."""
        groups = (replace(g, files=tuple(f for f in g.files if f.path in paths)) for g in self.groups)
        return replace(self, groups=tuple(g for g in groups if g.files))


@dataclass(frozen=True, slots=True, eq=False)
class UnopenedFiles:
    """Files that a table's metadata name, of which a query opens those that its filters leave.

    `footers` reads what is stored in some of them, and `find_deleted` which of their rows are gone. `may_sample`: of
    many files the first one's footer may stand for all.
    """

    footers: Callable[[Sequence[ScanFile]], Sequence[Footer]]
    find_deleted: Callable[[ScanFile], RowNumbers | None]
    find: Find
    may_sample: bool = False
    _deleted: dict[str, RowNumbers | None] = field(default_factory=dict)

    def restricted(self, paths: Collection[str]) -> UnopenedFiles:
        """What is known, which is by file."""
        return self

    def deleted(self, files: Sequence[ScanFile]) -> dict[str, RowNumbers]:
        """By path, the rows of these files that are gone; a file that lost none is left out."""
        for file in files:
            if file.path not in self._deleted:
                self._deleted[file.path] = self.find_deleted(file)
        found = ((file.path, self._deleted[file.path]) for file in files)
        return {path: rows for path, rows in found if rows is not None}

    def opened(self, files: Sequence[ScanFile]) -> ParquetDetail:
        """What these files hold."""
        is_sampled = self.may_sample and len(files) > FOOTERS_READ
        footers = self.footers(files[:1] if is_sampled else files) if files else ()
        groups = grouped(files, footers, is_sampled=is_sampled) if files else ()
        return ParquetDetail(groups, is_sampled, self.find, self.deleted(files))


def opened(source: ScanSource) -> ScanSource:
    """The source with what its files hold; FAILED_READ_FILE's kin name the first that cannot be read as asked."""
    if not isinstance(source.detail, UnopenedFiles):
        return source
    made = replace(source, detail=source.detail.opened(source.files))
    check_groups(made)
    return made


def deleted_rows(source: ScanSource) -> Mapping[str, RowNumbers]:
    """By path, the rows of the source's files that are gone."""
    detail = source.detail
    found: Mapping[str, RowNumbers] = (
        detail.deleted(source.files) if isinstance(detail, UnopenedFiles) else detail.deleted
    )
    return found


def grouped(
    files: Sequence[ScanFile], footers: Sequence[Footer], *, is_sampled: bool = False
) -> tuple[StoredAlike, ...]:
    """The files in groups; with `is_sampled`, the one footer stands for all."""
    if is_sampled:
        return (StoredAlike(footers[0].columns, tuple(files)),)
    groups: dict[tuple[FileType, ...], list[ScanFile]] = {}
    for file, footer in zip(files, footers, strict=True):
        groups.setdefault(footer.columns, []).append(file)
    return tuple(StoredAlike(columns, tuple(alike)) for columns, alike in groups.items())


def check_groups(source: ScanSource) -> None:
    """FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH for a column that cannot be read as its type."""
    detail: ParquetDetail = source.detail
    for group in detail.groups:
        find = group.finder(detail.find)
        for i, f in enumerate(source.schema.fields):
            file = find(f) if i not in source.partitions else None
            mismatch = check_readable(file, f.dtype, detail.find) if file is not None else None
            if mismatch is not None:
                params = {"path": f"file://{group.files[0].path}", **mismatch}
                raise SparkException("FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH", params)


def scan_parquet(
    source: ScanSource, needed: Sequence[int], context: EmitContext | None = None, *, with_path: bool = False
) -> ScanSql:
    """`SELECT column AS f<i> … FROM read_parquet(…)`, one for each group of files with the same columns.

    Where the `context` keeps their columns, these are read in the place of files.
    """
    if not source.files:
        return empty_scan(source, needed, with_path)
    source = opened(source)
    detail: ParquetDetail = source.detail
    parts: list[ScanSql] = []
    for group in detail.groups:
        if not detail.deleted:
            parts.append(ScanSql(_part(source, group, needed, context, with_path)))
            continue
        whole = tuple(f for f in group.files if f.path not in detail.deleted)
        thinned = tuple(f for f in group.files if f.path in detail.deleted)
        if whole:
            parts.append(ScanSql(_part(source, replace(group, files=whole), needed, context, with_path)))
        if thinned:
            parts.append(_thinned(source, replace(group, files=thinned), needed, context, with_path))
    return union_of(parts, [scan_column(i) for i in needed] + (path_columns(source) if with_path else []))


def union_of(parts: Sequence[ScanSql], names: Sequence[str]) -> ScanSql:
    """The rows of all parts, each of which has the columns `names`."""
    if len(parts) == 1:
        return parts[0]
    union: exp.Query = parts[0].select
    for other in parts[1:]:
        union = exp.Union(this=union, expression=other.select, distinct=False)
    arrow = {name: data for part in parts for name, data in part.arrow.items()}
    return ScanSql(select_from(subquery(union, "__parts"), [(n, column(n)) for n in names]), arrow)


def _part(
    source: ScanSource,
    group: StoredAlike,
    needed: Sequence[int],
    context: EmitContext | None,
    with_path: bool,
    *,
    numbers_rows: bool = False,
) -> exp.Select:
    """The rows of one group. Of sampled files each may lack columns of the first or store them as narrower types."""
    detail: ParquetDetail = source.detail
    fits = detail.is_sampled
    find = group.finder(detail.find)
    projections: list[tuple[str, Sql]] = []
    wanted: dict[str, FileType] = {}
    for i in needed:
        f = source.schema.fields[i]
        stored = find(f)
        if i in source.partitions:
            value = partition_value(source, i)
        elif stored is not None:
            value = convert(column(stored.name), stored, f.dtype, detail.find)
            wanted[stored.name] = stored
        elif fits:
            value = column(f.name)
            wanted[f.name] = FileType(f.name, f.dtype, physical_type_text(f.dtype), "")
        else:
            value = cast(null(), physical_type(f.dtype))
        projections.append((scan_column(i), value))
    if with_path:
        projections += [(ROW_INDEX_COLUMN, column(_ROW_NUMBER)), (FILE_PATH_COLUMN, column(PATH))]
    alike = source if len(group.files) == len(source.files) else replace(source, files=group.files)
    named = reader_arguments(source, with_path or numbers_rows)
    if with_path or numbers_rows:
        named["file_row_number"] = true()
    if fits and "hive_types" in named:
        named["union_by_name"] = true()
    elif fits and wanted:
        named = {k: v for k, v in named.items() if k != "hive_partitioning"}
        named["schema"] = map_literal((name, _schema_entry(name, f)) for name, f in wanted.items())
    if context is not None and not fits:
        folders = source.partitions if source.hive_layout else ()
        delivered = [*wanted, *(source.schema.fields[i].name for i in needed if i in folders)]
        reader = _kept_or_read(alike, group.delivered(), delivered, named, context)
    else:
        reader = _reader(group.files, named)
    return partitioned_select(alike, reader, projections)


def _reader(files: Sequence[ScanFile], named: Mapping[str, Sql]) -> Sql:
    return call("read_parquet", path_list(reading_order(files)), **named)


def _kept_or_read(
    source: ScanSource,
    stored: tuple[tuple[str, str], ...],
    wanted: Sequence[str],
    named: Mapping[str, Sql],
    context: EmitContext,
) -> Sql:
    """The call of the reader, or of what the context keeps in its place and of the reader for the rest."""
    adding = {PATH: ("filename", text(PATH)), _ROW_NUMBER: ("file_row_number", true())}
    added = {name for name, _ in adding.values()}
    columns = tuple(dict.fromkeys((*wanted, *(name for name, (argument, _) in adding.items() if argument in named))))
    reading = Reading(
        "read_parquet",
        source.paths,
        source.files,
        stored,
        columns,
        {name: value for name, value in named.items() if name not in added},
        adding,
        source.state is not None,
    )
    kept = context.kept_columns(reading)
    if not kept:
        return _reader(source.files, named)
    rest = [f for f in source.files if not any(f.path in part.paths for part in kept)]
    queries: list[exp.Query] = [part.query for part in kept]
    if rest:
        queries.append(select_from(_reader(rest, named), [(name, column(name)) for name in columns]))
    return subquery(reduce(lambda a, b: exp.Union(this=a, expression=b, distinct=False), queries), "__kept")


def _schema_entry(name: str, file: FileType) -> Sql:
    return struct_literal(
        [
            ("name", text(name)),
            ("type", text("INTEGER" if file.duck == "NULL" else file.duck)),
            ("default_value", null()),
        ]
    )


def _thinned(
    source: ScanSource, group: StoredAlike, needed: Sequence[int], context: EmitContext | None, with_path: bool
) -> ScanSql:
    """The rows of files of which some are deleted: those that the table of deleted rows does not name."""
    detail: ParquetDetail = source.detail
    select = _part(source, group, needed, context, with_path, numbers_rows=True)
    name = f"__deleted_{next(_names)}"
    same_file = op("=", column("path", name), column(PATH))
    same_row = op("=", column("row", name), column(_ROW_NUMBER))
    named = exp.alias_(exp.Table(this=ident(name)), name, quoted=True, table=True)
    inner = exp.Select(expressions=[number(1)]).from_(named).where(exp.and_(same_file, same_row))
    return ScanSql(select.where(exp.Not(this=exp.Exists(this=inner)), copy=False), {name: _deleted(group, detail)})


def _deleted(group: StoredAlike, detail: ParquetDetail) -> pa.Table:
    """A row for each deleted row."""
    sets: list[Any] = [detail.deleted[f.path] for f in group.files]
    counts = [len(rows) for rows in sets]
    numbers = np.concatenate(sets).astype(np.int64)
    places = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    paths = pa.DictionaryArray.from_arrays(pa.array(places), pa.array([f.path for f in group.files]))
    return pa.table({"path": paths.cast(pa.string()), "row": pa.array(numbers)})
