"""What a Parquet footer says: the tree of types, and the schema that Spark itself left in the key-value metadata."""

from __future__ import annotations

import itertools
import os
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any, Final

import duckdb
from sqlglot import exp

from hiveframe.dataclass import dataclass
from hiveframe.errors import IllegalArgumentException, SparkException, analysis_error, unsupported
from hiveframe.functions.sql import Sql, column, func, text
from hiveframe.lake.file_types import FileType
from hiveframe.lake.old_calendar import KEYS, LEGACY_DATES, LEGACY_INT96, VERSION, ZONE
from hiveframe.lake.paths import file_uri
from hiveframe.lake.runner import QueryRunner
from hiveframe.lake.scan import ScanFile
from hiveframe.lake.stamps import Stamp, have_settled
from hiveframe.lake.table_function import call, path_list, select_from
from hiveframe.plan import types as t
from hiveframe.plan.type_json import type_from_json
from hiveframe.plan.types import ArrayType, DataType, DecimalType, MapType, StructField, StructType

ROW_METADATA: Final = "org.apache.spark.sql.parquet.row.metadata"


@dataclass(frozen=True, slots=True)
class Footer:
    """A file's columns, and the schema that Spark wrote beside them, if it did."""

    columns: tuple[FileType, ...]
    declared: StructType | None

    def schema(self) -> StructType:
        """The schema that Spark reads; PARQUET_TYPE_ILLEGAL names the first type that it refuses."""
        if self.declared is not None:
            return self.declared
        return StructType(tuple(StructField(c.name, _readable(c)) for c in self.columns))


def _readable(file: FileType) -> DataType:
    """The Spark type of a file's type."""
    match file.spark:
        case None if file.stored.startswith("Geo"):
            raise unsupported(f"Parquet's type {file.stored}")
        case None:
            raise analysis_error("PARQUET_TYPE_ILLEGAL", parquetType=file.stored)
        case ArrayType():
            return ArrayType(_readable(file.fields[0]))
        case MapType():
            return MapType(_readable(file.fields[0]), _readable(file.fields[1]))
        case StructType():
            return StructType(tuple(StructField(f.name, _readable(f)) for f in file.fields))
    return file.spark


@dataclass(frozen=True, slots=True)
class _Element:
    """One row of DuckDB's `parquet_schema` with the rows below it; `numbers` are precision and scale."""

    name: str
    physical: str | None
    repetition: str
    converted: str
    logical: str
    numbers: tuple[int, int]
    duck: str
    children: tuple[_Element, ...]
    field_id: int | None


_COLUMNS: Final = (
    "name", "type", "repetition_type", "num_children", "converted_type", "logical_type", "scale", "precision",
    "duckdb_type", "field_id",
)  # fmt: skip


_Key = tuple[str, int, int, Stamp | None]


class FooterCache:
    """Footers by path, size, time of change and stamp; the oldest go first. Thread-safe."""

    def __init__(self, capacity: int = 10_000) -> None:
        self._capacity = capacity
        self._footers: OrderedDict[_Key, Footer] = OrderedDict()
        self._lock = Lock()

    def get(self, files: Sequence[ScanFile], runner: QueryRunner) -> list[Footer]:
        """The files' footers; FAILED_READ_FILE's kin name the first that is not there or no Parquet file.

        Those of a file that changed a moment ago are not kept: it may change once more and keep its stamp.
        """
        with self._lock:
            found = {key: known for f in files if (known := self._footers.get(key := _key(f))) is not None}
        missing = {key: f for f in files if (key := _key(f)) not in found}
        if missing:
            began_ns = time.time_ns()
            read = read_footers([f.path for f in missing.values()], runner)
            found |= {key: read[f.path] for key, f in missing.items()}
            with self._lock:
                for key, f in missing.items():
                    if f.stamp is None or have_settled([f.stamp], began_ns):
                        self._footers[key] = found[key]
                while len(self._footers) > self._capacity:
                    self._footers.popitem(last=False)
        return [found[_key(f)] for f in files]


def _key(file: ScanFile) -> _Key:
    return file.path, file.size_bytes, file.modified_us, file.stamp


def read_footers(paths: Sequence[str], runner: QueryRunner) -> dict[str, Footer]:
    """The footers of the files at `paths`, read now, all in two or three questions."""
    try:
        return _footers(paths, runner)
    except (duckdb.Error, UnicodeDecodeError) as error:
        if len(paths) > 1:  # one of them: the question for it alone names it
            return {path: read_footers([path], runner)[path] for path in paths}
        if not os.path.exists(paths[0]):
            raise SparkException("FAILED_READ_FILE.FILE_NOT_EXIST", {"path": file_uri(paths[0])}) from error
        if "MAP_KEY_VALUE requires two children" in str(error):
            raise analysis_error("_LEGACY_ERROR_TEMP_3071", msg="Invalid map type: a map without values") from error
        raise SparkException("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", {"path": file_uri(paths[0])}) from error


def _footers(paths: Sequence[str], runner: QueryRunner) -> dict[str, Footer]:
    rows = _rows(call("parquet_schema", path_list(paths)), _COLUMNS, runner)
    metadata = _metadata(paths, runner)
    footers: dict[str, Footer] = {}
    for path, group in itertools.groupby(rows, key=lambda row: row[0]):
        root = _element(iter([row[1:] for row in group]))
        noted = metadata.get(path, {})
        declared = _declared(noted[ROW_METADATA]) if ROW_METADATA in noted else None
        footers[path] = Footer(tuple(_with_calendar(_file_type(child, ()), noted) for child in root.children), declared)
    fractional = [path for path, footer in footers.items() if any(map(_holds_fractions, footer.columns))]
    for path in _hiding_nan(fractional, runner):
        footers[path] = replace(footers[path], columns=tuple(map(_with_hidden_nan, footers[path].columns)))
    return footers


_TELL_OF_NAN: Final = ("DuckDB", "parquet-mr")
"""Writers that give a column without statistics where there is NaN, or say that NaN is the greatest."""


def _hiding_nan(paths: Sequence[str], runner: QueryRunner) -> list[str]:
    """Those of the files whose writers may leave NaN out of statistics, as Parquet's specification wants it."""
    if not paths:
        return []
    names = ("file_name", "created_by")
    query = select_from(call("parquet_file_metadata", path_list(paths)), [(n, column(n)) for n in names])
    found = runner.rows(query, time_zone="UTC")
    return [path for path, writer in found if not (writer or "").startswith(_TELL_OF_NAN)]


def _holds_fractions(file: FileType) -> bool:
    """Whether it is a floating-point number or a struct with one; statistics say nothing of lists and maps."""
    if isinstance(file.spark, StructType):
        return any(map(_holds_fractions, file.fields))
    return isinstance(file.spark, (t.FloatType, t.DoubleType))


def _with_hidden_nan(file: FileType) -> FileType:
    if isinstance(file.spark, StructType):
        return replace(file, fields=tuple(map(_with_hidden_nan, file.fields)))
    return replace(file, hides_nan=True) if _holds_fractions(file) else file


def _with_calendar(file: FileType, metadata: Mapping[str, str]) -> FileType:
    """A column's type with the zone of its old timestamps, where the footer says that they are old."""
    version = metadata.get(VERSION)
    if version is None:
        return file
    dates = LEGACY_DATES in metadata or version < "3.0.0"
    int96 = LEGACY_INT96 in metadata or version < "3.1.0"
    return _with_zone(file, metadata.get(ZONE) or "UTC", dates=dates, int96=int96) if dates or int96 else file


def _with_zone(file: FileType, zone: str, *, dates: bool, int96: bool) -> FileType:
    if file.fields:
        return replace(file, fields=tuple(_with_zone(f, zone, dates=dates, int96=int96) for f in file.fields))
    is_old = int96 if file.is_utc_clock else dates
    has_calendar = isinstance(file.spark, (t.DateType, t.TimestampType))
    return replace(file, old_calendar=zone) if is_old and has_calendar else file


def _rows(source: Sql, columns: Sequence[str], runner: QueryRunner) -> list[tuple[Any, ...]]:
    projections = [(n, column(n)) for n in ("file_name", *columns)]
    return runner.rows(select_from(source, projections), time_zone="UTC")


def _metadata(paths: Sequence[str], runner: QueryRunner) -> dict[str, dict[str, str]]:
    """What Spark left beside the columns, by path: its schema, and how it wrote dates."""
    source = call("parquet_kv_metadata", path_list(paths))
    key = func("decode", column("key"))
    query = select_from(source, [("file_name", column("file_name")), ("key", key), ("value", column("value"))])
    query = query.where(exp.In(this=key.copy(), expressions=[text(k) for k in (ROW_METADATA, *KEYS)]))
    found: dict[str, dict[str, str]] = {}
    for path, name, value in runner.rows(query, time_zone="UTC"):
        found.setdefault(path, {})[name] = bytes(value or b"").decode()
    return found


def _declared(metadata: str) -> StructType | None:
    """Spark's own schema; text that it cannot read is passed over, as Spark does."""
    try:
        dtype = type_from_json(metadata)
    except IllegalArgumentException:
        return None
    return dtype if isinstance(dtype, StructType) else None


def _element(elements: Iterator[tuple[Any, ...]]) -> _Element:
    """The next element with everything below it."""
    name, physical, repetition, child_count, converted, logical, scale, precision, duck, field_id = next(elements)
    children = tuple(_element(elements) for _ in range(child_count or 0))
    numbers = (precision or 0, scale or 0)
    known = (converted or "", logical or "", numbers, duck or "")
    return _Element(name, physical, repetition or "", *known, children, field_id)


def _file_type(element: _Element, above: tuple[str, ...], *, repeated: bool = True) -> FileType:
    """The type of an element; a repeated one outside LIST and MAP is an array of itself."""
    made = _type_of(element, above, repeated=repeated)
    return made if element.field_id is None else replace(made, field_id=element.field_id)


def _type_of(element: _Element, above: tuple[str, ...], *, repeated: bool) -> FileType:
    path = (*above, element.name)
    if element.duck == "VARIANT":
        return FileType(element.name, t.VARIANT, "VARIANT", "group", path)
    if repeated and element.repetition == "REPEATED":
        item = _file_type(element, above, repeated=False)
        return FileType(element.name, ArrayType(t.NULL), f"{item.duck}[]", "group", path, (item,))
    if not element.children:
        return _leaf(element, path)
    inner = element.children[0]
    if element.converted == "LIST" and len(element.children) == 1 and inner.repetition == "REPEATED":
        item = _list_item(element, inner, path)
        return FileType(element.name, ArrayType(t.NULL), f"{item.duck}[]", "group", path, (item,))
    if element.converted in ("MAP", "MAP_KEY_VALUE") and len(inner.children) == 2:
        key, value = (_file_type(c, (*path, inner.name)) for c in inner.children)
        duck = f"MAP({key.duck}, {value.duck})"
        return FileType(element.name, MapType(t.NULL, t.NULL), duck, "group", path, (key, value))
    fields = tuple(_file_type(c, path) for c in element.children)
    quoted = ", ".join('"' + f.name.replace('"', '""') + f'" {f.duck}' for f in fields)
    return FileType(element.name, StructType(), f"STRUCT({quoted})", "group", path, fields)


def _list_item(outer: _Element, inner: _Element, path: tuple[str, ...]) -> FileType:
    """The element of a LIST group: two-level and three-level forms (Parquet's LogicalTypes, backward compatibility)."""
    is_wrapper = len(inner.children) == 1 and inner.name not in ("array", f"{outer.name}_tuple")
    if is_wrapper:
        return _file_type(inner.children[0], (*path, inner.name))
    return _file_type(inner, path, repeated=False)


def _leaf(element: _Element, path: tuple[str, ...]) -> FileType:
    duck = element.duck.removesuffix("[]") if element.repetition == "REPEATED" else element.duck
    duck = duck.strip('"')
    stored = element.physical or ""
    spark = _spark_leaf(element, duck)
    if duck == "JSON":
        duck = "VARCHAR"
    if element.logical.startswith(("GeometryType", "GeographyType")):
        stored = element.logical
    return FileType(element.name, spark, duck, stored, path, (), _is_utc_clock(element))


def _is_utc_clock(element: _Element) -> bool:
    """Whether this is a moment that DuckDB reads as a clock's reading: INT96, and the types from before 2018."""
    is_old = element.converted in ("TIMESTAMP_MILLIS", "TIMESTAMP_MICROS") and not element.logical
    return element.physical == "INT96" or is_old


def _spark_leaf(element: _Element, duck: str) -> DataType | None:
    """What Spark reads the leaf as; None for what it refuses (PARQUET_TYPE_ILLEGAL)."""
    if _is_utc_clock(element):
        return t.TIMESTAMP
    if duck.startswith("DECIMAL("):
        return DecimalType(*element.numbers)
    if element.logical.startswith("TimeType") and "MICROS=MicroSeconds" not in element.logical:
        return None
    if element.logical.startswith("Float16"):
        return None
    return _LEAVES.get(duck)


_LEAVES: Final[Mapping[str, DataType]] = {
    "BOOLEAN": t.BOOLEAN,
    "TINYINT": t.BYTE,
    "SMALLINT": t.SHORT,
    "INTEGER": t.INT,
    "BIGINT": t.LONG,
    "UTINYINT": t.SHORT,
    "USMALLINT": t.INT,
    "UINTEGER": t.LONG,
    "UBIGINT": DecimalType(20, 0),
    "FLOAT": t.FLOAT,
    "DOUBLE": t.DOUBLE,
    "VARCHAR": t.STRING,
    "JSON": t.STRING,
    "BLOB": t.BINARY,
    "UUID": t.STRING,
    "DATE": t.DATE,
    "TIME": t.TIME,
    "TIMESTAMP": t.TIMESTAMP_NTZ,
    "TIMESTAMP WITH TIME ZONE": t.TIMESTAMP,
    "NULL": t.INT,
}
