"""What every file source does first: list files, find partition columns, put a schema together."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from hiveframe.dataclass import dataclass
from hiveframe.errors import analysis_error
from hiveframe.lake.partitions import Partitioned, discover, is_hive_layout, spelled_values
from hiveframe.lake.paths import FoundFile, Listing, list_files
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
    if request.partitions is not None:
        return _known(request, request.partitions, listing, zone)
    found = _partitions(request, context, listing, zone)
    files = tuple([_scan_file(f, values) for f, values in found.files])
    return Listed(files, found.schema, found.hive_layout)


def _scan_file(file: FoundFile, partition_values: tuple[Any, ...]) -> ScanFile:
    return ScanFile(file.path, file.size_bytes, file.modified_us, partition_values, stamp=file.stamp)


def _known(request: ReadRequest, partitions: Mapping[str, str], listing: Listing, zone: str) -> Listed:
    """The files right in the folders of a catalog's partitions."""
    schema = _declared(request)
    below: dict[str, list[FoundFile]] = {}
    for f in listing.files:
        below.setdefault(os.path.dirname(f.path), []).append(f)
    files: list[ScanFile] = []
    for spec, location in partitions.items():
        found = below.get(location)
        if found is None:
            found = _files_in(location, request, zone) if _is_outside(location, listing) else []
        if found:
            values = spelled_values(spec, schema, zone)
            files += [_scan_file(f, values) for f in found]
    hive_layout = all(location.endswith(os.sep + spec) for spec, location in partitions.items())
    hive_layout = hive_layout and is_hive_layout(partitions.values(), [f.name for f in schema.fields])
    return Listed(tuple(files), schema, hive_layout)


def _is_outside(folder: str, listing: Listing) -> bool:
    return not any(folder.startswith(root + os.sep) for root in listing.roots)


def _files_in(folder: str, request: ReadRequest, zone: str) -> list[FoundFile]:
    if not os.path.exists(folder):
        return []
    return [f for f in list_files([folder], request.options, zone).files if os.path.dirname(f.path) == folder]


def _declared(request: ReadRequest) -> StructType:
    """The partition columns of a table, in order."""
    assert request.schema is not None
    by_name = {f.name.lower(): f for f in request.schema.fields}
    return StructType(tuple(by_name[name.lower()] for name in request.partition_columns or ()))


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
        return Partitioned(_declared(request), ())
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
