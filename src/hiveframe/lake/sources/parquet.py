"""Parquet files, with Spark's schema rules. A column that is already right costs nothing over DuckDB's reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from sqlglot import exp

from hiveframe.dataclass import dataclass
from hiveframe.errors import SparkException
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import Sql, cast, column, null, physical_type, physical_type_text, text, true
from hiveframe.lake.file_listing import list_request, settle_schema
from hiveframe.lake.file_types import FileType, convert
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
from hiveframe.lake.schema_merge import merge_schemas
from hiveframe.lake.sources.parquet_footer import Footer, FooterCache
from hiveframe.lake.sources.source import ReadContext, ReadRequest
from hiveframe.lake.table_function import call, map_literal, path_list, select_from, struct_literal, subquery
from hiveframe.plan.types import StructType

# Up to so many files each footer is looked at; beyond, the first stands for all and the engine fits the others to it.
_FOOTERS_READ: Final = 64
_ROW_NUMBER: Final = "file_row_number"


@dataclass(frozen=True, slots=True, eq=False)
class StoredAlike:
    """Files with the same columns; `columns` are their stored types by lower-case name."""

    columns: Mapping[str, FileType]
    files: tuple[ScanFile, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ParquetDetail:
    """The files by what is stored in them. `is_sampled`: only the first file's footer is known."""

    groups: tuple[StoredAlike, ...]
    is_sampled: bool


class ParquetSource:
    """Reads Parquet through DuckDB's own reader."""

    label = "Parquet"

    def __init__(self) -> None:
        self._footers = FooterCache()

    def open(self, request: ReadRequest, context: ReadContext) -> ScanSource:
        """Lists the files and reads footers: with `mergeSchema` all of them make the schema, else the first."""
        listed = list_request(request, context)
        merges = request.options.flag("mergeSchema", context.settings.flag("spark.sql.parquet.mergeSchema"))
        merges = merges and request.schema is None
        is_sampled = len(listed.files) > _FOOTERS_READ and not merges
        files = listed.files[:1] if is_sampled else listed.files
        footers = self._footers.get(files, context.runner)
        schema, partitions = settle_schema(
            request, listed, self.label, lambda: merge_schemas(f.schema() for f in (footers if merges else footers[:1]))
        )
        groups = _grouped(listed.files, footers, is_sampled=is_sampled)
        for group in groups:
            _check(schema, partitions, group)
        return ScanSource(
            "parquet",
            request.paths,
            listed.files,
            schema,
            request.options,
            partitions,
            listed.hive_layout,
            context.settings.time_zone,
            ParquetDetail(groups, is_sampled),
        )

    def scan(
        self, source: ScanSource, needed: Sequence[int], context: EmitContext, *, with_path: bool = False
    ) -> ScanSql:
        """`SELECT column AS f<i> … FROM read_parquet(…)`, one for each group of files with the same columns."""
        if not source.files:
            return empty_scan(source, needed, with_path)
        detail: ParquetDetail = source.detail
        parts = [_part(source, group, needed, with_path, fits=detail.is_sampled) for group in detail.groups]
        if len(parts) == 1:
            return ScanSql(parts[0])
        union: exp.Query = parts[0]
        for other in parts[1:]:
            union = exp.Union(this=union, expression=other, distinct=False)
        names = [scan_column(i) for i in needed] + (path_columns(source) if with_path else [])
        return ScanSql(select_from(subquery(union, "__parts"), [(n, column(n)) for n in names]))


def _grouped(files: Sequence[ScanFile], footers: Sequence[Footer], *, is_sampled: bool) -> tuple[StoredAlike, ...]:
    if is_sampled:
        return (StoredAlike(_by_name(footers[0]), tuple(files)),)
    groups: dict[tuple[FileType, ...], list[ScanFile]] = {}
    by_columns: dict[tuple[FileType, ...], Footer] = {}
    for file, footer in zip(files, footers, strict=True):
        groups.setdefault(footer.columns, []).append(file)
        by_columns.setdefault(footer.columns, footer)
    return tuple(StoredAlike(_by_name(by_columns[columns]), tuple(alike)) for columns, alike in groups.items())


def _by_name(footer: Footer) -> dict[str, FileType]:
    return {f.name.lower(): f for f in reversed(footer.columns)}


def _part(source: ScanSource, group: StoredAlike, needed: Sequence[int], with_path: bool, *, fits: bool) -> exp.Select:
    """The rows of one group. `fits`: files may lack columns of the first or store them as narrower types."""
    projections: list[tuple[str, Sql]] = []
    wanted: dict[str, FileType] = {}
    for i in needed:
        f = source.schema.fields[i]
        stored = group.columns.get(f.name.lower())
        if i in source.partitions:
            value = partition_value(source, i)
        elif stored is not None:
            value = convert(column(stored.name), stored, f.dtype)
            wanted[stored.name] = stored
        elif fits:
            value = column(f.name)
            wanted[f.name] = FileType(f.name, f.dtype, physical_type_text(f.dtype), "")
        else:
            value = cast(null(), physical_type(f.dtype))
        projections.append((scan_column(i), value))
    if with_path:
        projections += [(ROW_INDEX_COLUMN, column(_ROW_NUMBER)), (FILE_PATH_COLUMN, column(PATH))]
    alike = replace(source, files=group.files)
    named = reader_arguments(source, with_path)
    if with_path:
        named["file_row_number"] = true()
    if fits and "hive_types" in named:
        named["union_by_name"] = true()
    elif fits and wanted:
        named = {k: v for k, v in named.items() if k != "hive_partitioning"}
        named["schema"] = map_literal((name, _schema_entry(name, f)) for name, f in wanted.items())
    reader = call("read_parquet", path_list(reading_order(group.files)), **named)
    return partitioned_select(alike, reader, projections)


def _schema_entry(name: str, file: FileType) -> Sql:
    return struct_literal(
        [
            ("name", text(name)),
            ("type", text("INTEGER" if file.duck == "NULL" else file.duck)),
            ("default_value", null()),
        ]
    )


def _check(schema: StructType, partitions: tuple[int, ...], group: StoredAlike) -> None:
    for i, f in enumerate(schema.fields):
        file = group.columns.get(f.name.lower())
        if file is not None and i not in partitions:
            mismatch = check_readable(file, f.dtype)
            if mismatch is not None:
                params = {"path": f"file://{group.files[0].path}", **mismatch}
                raise SparkException("FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH", params)
