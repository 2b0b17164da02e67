"""What every file source does first: list files, find partition columns, put a schema together."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from hiveframe.dataclass import dataclass
from hiveframe.errors import analysis_error
from hiveframe.lake.partitions import Partitioned, discover, spelled_values
from hiveframe.lake.paths import Listing, list_files
from hiveframe.lake.scan import ScanFile
from hiveframe.lake.sources.source import ReadContext, ReadRequest
from hiveframe.plan.types import DataType, StructField, StructType, as_nullable


@dataclass(frozen=True, slots=True)
class Listed:
    """The files of a request with their partition values, and the partition columns that the folders spell."""

    files: tuple[ScanFile, ...]
    partition_schema: StructType
    hive_layout: bool = True


def list_request(request: ReadRequest, context: ReadContext) -> Listed:
    """Files and partition columns of a request; PATH_NOT_FOUND when a path does not exist (unless a table's)."""
    paths = _paths(request)
    if request.is_table:
        paths = tuple(p for p in paths if os.path.exists(p))
    zone = request.options.get("timeZone") or context.settings.time_zone
    listing = list_files(paths, request.options, zone)
    found = _partitions(request, context, listing, zone)
    files = tuple(ScanFile(f.path, f.size_bytes, f.modified_us, values) for f, values in found.files)
    if not request.elsewhere:
        return Listed(files, found.schema, found.hive_layout)
    moved = {os.path.join(path, spec) for path in paths for spec in request.elsewhere}
    files = tuple(f for f in files if os.path.dirname(f.path) not in moved)
    return Listed((*files, *_elsewhere(request, found.schema, zone)), found.schema, hive_layout=False)


def _elsewhere(request: ReadRequest, schema: StructType, zone: str) -> Iterator[ScanFile]:
    """The files of a table's partitions that lie outside of its folder."""
    for spec, location in request.elsewhere.items():
        if os.path.exists(location):
            values = spelled_values(spec, schema, zone)
            for f in list_files([location], request.options, zone).files:
                yield ScanFile(f.path, f.size_bytes, f.modified_us, values)


def _paths(request: ReadRequest) -> tuple[str, ...]:
    extra = request.options.get("path")
    if extra is None or extra in request.paths:
        return request.paths
    return (*request.paths, extra)


def _partitions(request: ReadRequest, context: ReadContext, listing: Listing, zone: str) -> Partitioned:
    given: dict[str, DataType] = {f.name.lower(): f.dtype for f in request.schema.fields} if request.schema else {}
    if request.is_table and not request.partition_columns:
        return Partitioned(StructType(), tuple((f, ()) for f in listing.files))
    infer = context.settings.flag("spark.sql.sources.partitionColumnTypeInference.enabled")
    found = discover(listing, request.options, given=given, infer_types=infer, time_zone=zone)
    if request.is_table and request.partition_columns and request.schema and not found.schema.fields:
        names = {n.lower() for n in request.partition_columns}
        declared = StructType(tuple(f for f in request.schema.fields if f.name.lower() in names))
        return Partitioned(declared, ())
    return found


def settle_schema(
    request: ReadRequest, listed: Listed, label: str, infer: Callable[[], StructType | None]
) -> tuple[StructType, tuple[int, ...]]:
    """The output schema, and where its partition columns stand.

    A partition column that the data (or the user's schema) names keeps that place and spelling, and has the folder's
    type; the others follow the data. Everything is nullable, as Spark reads files.
    """
    data = request.schema if request.schema is not None else infer()
    if data is None:
        raise analysis_error("UNABLE_TO_INFER_SCHEMA", format=label)
    by_name = {f.name.lower(): f for f in listed.partition_schema.fields}
    fields: list[StructField] = []
    for f in data.fields:
        folder = by_name.get(f.name.lower())
        dtype = folder.dtype if folder is not None else f.dtype
        fields.append(StructField(f.name, as_nullable(dtype), True, f.metadata))
    seen = {f.name.lower() for f in fields}
    fields += [f for f in listed.partition_schema.fields if f.name.lower() not in seen]
    _refuse_duplicates(fields)
    places = {f.name.lower(): i for i, f in enumerate(fields)}
    return StructType(tuple(fields)), tuple(places[f.name.lower()] for f in listed.partition_schema.fields)


def _refuse_duplicates(fields: list[StructField]) -> None:
    seen: set[str] = set()
    for f in fields:
        if f.name.lower() in seen:
            raise analysis_error("COLUMN_ALREADY_EXISTS", columnName=f"`{f.name.lower()}`")
        seen.add(f.name.lower())
