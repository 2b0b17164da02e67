"""ORC files, read through Arrow: DuckDB has no ORC reader. Column and row-group pruning are Arrow's."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa
from sqlglot import exp

from hiveframe.dataclass import dataclass
from hiveframe.errors import AnalysisException, SparkException
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import Sql, cast, column, ident, null, physical_type, text
from hiveframe.lake.file_listing import list_request, settle_schema
from hiveframe.lake.file_types import FileType, convert
from hiveframe.lake.partition_columns import partition_literal
from hiveframe.lake.paths import file_uri
from hiveframe.lake.scan import FILE_PATH_COLUMN, ScanFile, ScanSource, ScanSql, empty_scan, scan_column
from hiveframe.lake.schema_merge import merge_schemas
from hiveframe.lake.sources.source import ReadContext, ReadRequest
from hiveframe.lake.table_function import select_from, subquery
from hiveframe.plan import types as t
from hiveframe.plan.type_json import type_from_json
from hiveframe.plan.types import ArrayType, DataType, DecimalType, MapType, StructField, StructType

_CATALYST_TYPE: Final = b"spark.sql.catalyst.type"
_names = itertools.count()


@dataclass(frozen=True, slots=True, eq=False)
class OrcDetail:
    """The stored type of each column by lower-case name."""

    stored: Mapping[str, FileType]


class OrcSource:
    """Reads ORC."""

    label = "ORC"

    def open(self, request: ReadRequest, context: ReadContext) -> ScanSource:
        """Lists the files and reads the schema of the first, or of all with `mergeSchema`."""
        listed = list_request(request, context)
        merges = request.options.flag("mergeSchema", context.settings.flag("spark.sql.orc.mergeSchema"))
        heads = [_columns(f.path) for f in (listed.files if merges and request.schema is None else listed.files[:1])]
        schema, partitions = settle_schema(request, listed, self.label, lambda: _merged(heads))
        stored: dict[str, FileType] = {}
        for head in heads:
            for f in head:
                stored.setdefault(f.name.lower(), f)
        return ScanSource(
            "orc",
            request.paths,
            listed.files,
            schema,
            request.options,
            partitions,
            listed.hive_layout,
            context.settings.time_zone,
            OrcDetail(stored),
        )

    def scan(
        self, source: ScanSource, needed: Sequence[int], context: EmitContext, *, with_path: bool = False
    ) -> ScanSql:
        """One Arrow dataset for each set of partition values (each file, where paths are asked for)."""
        if not source.files:
            return empty_scan(source, needed, with_path)
        groups: dict[Any, list[ScanFile]] = {}
        for file in source.files:
            groups.setdefault((file.partition_values, file.path if with_path else None), []).append(file)
        parts: list[exp.Select] = []
        arrow: dict[str, Any] = {}
        for files in groups.values():
            name = f"__orc_{next(_names)}"
            dataset = _dataset(files, source)
            arrow[name] = dataset
            parts.append(_part(source, needed, files[0], name, dataset.schema, with_path))
        if len(parts) == 1:
            return ScanSql(parts[0], arrow)
        union: exp.Query = parts[0]
        for other in parts[1:]:
            union = exp.Union(this=union, expression=other, distinct=False)
        names = [scan_column(i) for i in needed] + ([FILE_PATH_COLUMN] if with_path else [])
        return ScanSql(select_from(subquery(union, "__parts"), [(n, column(n)) for n in names]), arrow)


def _part(
    source: ScanSource, needed: Sequence[int], file: ScanFile, name: str, schema: pa.Schema, with_path: bool
) -> exp.Select:
    detail: OrcDetail = source.detail
    present = {n.lower(): n for n in schema.names}
    outputs: list[tuple[str, Sql]] = []
    for i in needed:
        f = source.schema.fields[i]
        if i in source.partitions:
            value = partition_literal(source, file, i)
        elif (stored := detail.stored.get(f.name.lower())) is not None and f.name.lower() in present:
            value = convert(column(present[f.name.lower()]), stored, f.dtype)
        else:
            value = cast(null(), physical_type(f.dtype))
        outputs.append((scan_column(i), value))
    if with_path:
        outputs.append((FILE_PATH_COLUMN, text(file.path)))
    return select_from(ident(name), outputs)


def _dataset(files: Sequence[ScanFile], source: ScanSource) -> Any:
    import pyarrow.dataset as ds

    paths = [f.path for f in files]
    try:
        schemas = [ds.dataset(p, format="orc").schema for p in paths] if len(paths) > 1 else None
        merged = pa.unify_schemas([s.remove_metadata() for s in schemas]) if schemas else None
        return ds.dataset(paths, schema=merged, format="orc")
    except (pa.ArrowInvalid, OSError) as error:
        raise _unreadable(paths[0]) from error


def _columns(path: str) -> tuple[FileType, ...]:
    from pyarrow import orc

    try:
        schema = orc.ORCFile(path).schema
    except (pa.ArrowInvalid, OSError) as error:
        raise _unreadable(path) from error
    return tuple(_file_type(f) for f in schema)


def _unreadable(path: str) -> SparkException:
    return SparkException("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", {"path": file_uri(path)})


def _merged(heads: Sequence[Sequence[FileType]]) -> StructType | None:
    return merge_schemas(_schema(head) for head in heads)


def _schema(head: Sequence[FileType]) -> StructType:
    return StructType(tuple(StructField(f.name, _spark_type(f)) for f in head))


def _spark_type(file: FileType) -> DataType:
    match file.spark:
        case ArrayType():
            return ArrayType(_spark_type(file.fields[0]))
        case MapType():
            return MapType(_spark_type(file.fields[0]), _spark_type(file.fields[1]))
        case StructType():
            return _schema(file.fields)
        case None:
            raise AnalysisException("UNSUPPORTED_FEATURE.HIVEFRAME", {"feature": f"the ORC type {file.stored}"})
    return file.spark


def _file_type(f: pa.Field) -> FileType:
    """A column's type. The type that Spark noted beside it tells NTZ timestamps, times and intervals from numbers."""
    kind = f.type
    if pa.types.is_list(kind):
        item = _file_type(kind.value_field)
        return FileType(f.name, ArrayType(t.NULL), f"{item.duck}[]", str(kind), (f.name,), (item,))
    if pa.types.is_map(kind):
        key, value = _file_type(kind.key_field), _file_type(kind.item_field)
        return FileType(f.name, MapType(t.NULL, t.NULL), f"MAP({key.duck}, {value.duck})", str(kind), (), (key, value))
    if pa.types.is_struct(kind):
        fields = tuple(_file_type(kind.field(i)) for i in range(kind.num_fields))
        quoted = ", ".join('"' + c.name.replace('"', '""') + f'" {c.duck}' for c in fields)
        return FileType(f.name, StructType(), f"STRUCT({quoted})", str(kind), (), fields)
    if pa.types.is_decimal(kind):
        decimal = DecimalType(kind.precision, kind.scale)
        return FileType(f.name, decimal, f"DECIMAL({kind.precision},{kind.scale})", str(kind))
    spark, duck = _LEAVES.get(_kind_name(kind), (None, ""))
    noted = _noted_type(f)
    if noted == t.TIMESTAMP_NTZ and spark == t.LONG:
        duck = "MICROSECONDS"
    elif isinstance(noted, t.TimeType):
        duck = "NANOSECONDS"
    if noted is not None and spark != t.STRING:
        spark = noted
    return FileType(f.name, spark, duck, str(kind))


def _kind_name(kind: pa.DataType) -> str:
    if pa.types.is_timestamp(kind):
        return "timestamp" if kind.tz is None else "instant"
    return str(kind)


def _noted_type(f: pa.Field) -> DataType | None:
    note = (f.metadata or {}).get(_CATALYST_TYPE)
    if note is None:
        return None
    return type_from_json('"' + note.decode() + '"')


_LEAVES: Final[Mapping[str, tuple[DataType, str]]] = {
    "bool": (t.BOOLEAN, "BOOLEAN"),
    "int8": (t.BYTE, "TINYINT"),
    "int16": (t.SHORT, "SMALLINT"),
    "int32": (t.INT, "INTEGER"),
    "int64": (t.LONG, "BIGINT"),
    "float": (t.FLOAT, "FLOAT"),
    "double": (t.DOUBLE, "DOUBLE"),
    "string": (t.STRING, "VARCHAR"),
    "binary": (t.BINARY, "BLOB"),
    "date32[day]": (t.DATE, "DATE"),
    "timestamp": (t.TIMESTAMP, "TIMESTAMP_NS"),
    "instant": (t.TIMESTAMP, "TIMESTAMP_NS WITH TIME ZONE"),
}
