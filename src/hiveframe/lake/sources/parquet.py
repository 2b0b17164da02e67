"""Parquet files, with Spark's schema rules. A column that is already right costs nothing over DuckDB's reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from hiveframe.errors import SparkException
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import Sql, cast, column, null, physical_type, physical_type_text, text, true
from hiveframe.lake.file_listing import Listed, list_request, settle_schema
from hiveframe.lake.file_types import FileType, convert
from hiveframe.lake.parquet_types import check_readable
from hiveframe.lake.partition_columns import PATH, partition_value, partitioned_select, reader_arguments
from hiveframe.lake.scan import FILE_PATH_COLUMN, ScanSource, ScanSql, empty_scan, scan_column
from hiveframe.lake.schema_merge import merge_schemas
from hiveframe.lake.sources.parquet_footer import Footer, FooterCache
from hiveframe.lake.sources.source import ReadContext, ReadRequest
from hiveframe.lake.table_function import call, map_literal, path_list, struct_literal
from hiveframe.plan.types import StructType


@dataclass(frozen=True, slots=True, eq=False)
class ParquetDetail:
    """The stored type of each column by lower-case name, from the first file that has it."""

    stored: Mapping[str, FileType]


class ParquetSource:
    """Reads Parquet through DuckDB's own reader."""

    label = "Parquet"

    def __init__(self) -> None:
        self._footers = FooterCache()

    def open(self, request: ReadRequest, context: ReadContext) -> ScanSource:
        """Lists the files and reads the footers that the schema needs: one, or all with `mergeSchema`."""
        listed = list_request(request, context)
        merge_default = context.settings.flag("spark.sql.parquet.mergeSchema")
        footers = self._needed_footers(request, listed, context, request.options.flag("mergeSchema", merge_default))
        schema, partitions = settle_schema(request, listed, self.label, lambda: _merged(footers))
        stored: dict[str, FileType] = {}
        for footer in footers:
            for f in footer.columns:
                stored.setdefault(f.name.lower(), f)
        _check(schema, partitions, stored, listed)
        return ScanSource(
            "parquet",
            request.paths,
            listed.files,
            schema,
            request.options,
            partitions,
            listed.hive_layout,
            context.settings.time_zone,
            ParquetDetail(stored),
        )

    def _needed_footers(self, request: ReadRequest, listed: Listed, context: ReadContext, merge: bool) -> list[Footer]:
        files = listed.files if merge and request.schema is None else listed.files[:1]
        return [self._footers.get(f, context.runner) for f in files]

    def scan(
        self, source: ScanSource, needed: Sequence[int], context: EmitContext, *, with_path: bool = False
    ) -> ScanSql:
        """`SELECT column AS f<i> … FROM read_parquet(…)`."""
        if not source.files:
            return empty_scan(source, needed, with_path)
        detail: ParquetDetail = source.detail
        folders = set(source.partitions)
        projections: list[tuple[str, Sql]] = []
        wanted: dict[str, FileType] = {}
        for i in needed:
            f = source.schema.fields[i]
            stored = detail.stored.get(f.name.lower())
            if i in folders:
                value = partition_value(source, i)
            elif stored is not None:
                value = convert(column(stored.name), stored, f.dtype)
                wanted[stored.name] = stored
            elif len(source.files) == 1:
                value = cast(null(), physical_type(f.dtype))
            else:
                value = column(f.name)
                wanted[f.name] = FileType(f.name, f.dtype, physical_type_text(f.dtype), "")
            projections.append((scan_column(i), value))
        if with_path:
            projections.append((FILE_PATH_COLUMN, column(PATH)))
        return ScanSql(partitioned_select(source, self._reader(source, wanted, with_path), projections))

    def _reader(self, source: ScanSource, wanted: Mapping[str, FileType], with_path: bool) -> exp.Expression:
        named = reader_arguments(source, with_path)
        if len(source.files) > 1:
            # Files may lack columns of the first one: Spark reads NULL there.
            if "hive_types" in named:
                named["union_by_name"] = true()
            elif wanted:
                named = {k: v for k, v in named.items() if k != "hive_partitioning"}
                named["schema"] = map_literal((name, _schema_entry(name, f)) for name, f in wanted.items())
        return call("read_parquet", path_list([f.path for f in source.files]), **named)


def _schema_entry(name: str, file: FileType) -> Sql:
    return struct_literal([("name", text(name)), ("type", text(file.duck)), ("default_value", null())])


def _merged(footers: Sequence[Footer]) -> StructType | None:
    return merge_schemas([f.schema() for f in footers]) if footers else None


def _check(schema: StructType, partitions: tuple[int, ...], stored: Mapping[str, FileType], listed: Listed) -> None:
    for i, f in enumerate(schema.fields):
        file = stored.get(f.name.lower())
        if file is not None and i not in partitions:
            mismatch = check_readable(file, f.dtype)
            if mismatch is not None:
                params = {"path": f"file://{listed.files[0].path}", **mismatch}
                raise SparkException("FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH", params)
