"""A table's columns after rows with others, or with wider types, have come into it.

Source: Delta's documentation, "Update table schema automatically", and its SchemaMergingUtils.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final

from hiveframe.lake.options import Options
from hiveframe.lake.tables.table import Definition
from hiveframe.plan import types as t
from hiveframe.plan.types import ArrayType, DataType, MapType, StructField, StructType, as_nullable, json_value
from hiveframe.settings import Settings

TYPE_CHANGES: Final = "delta.typeChanges"
_WIDENS: Final = "delta.enableTypeWidening"


def merges_schema(options: Options, settings: Settings) -> bool:
    """Whether a write may change the table's columns."""
    return options.flag("mergeSchema", settings.flag("spark.databricks.delta.schema.autoMerge.enabled"))


def merged(definition: Definition, given: StructType, only: Collection[str] | None = None) -> Definition:
    """The definition with what `given` has and it lacks: columns and fields, and (where it lets them widen) types.

    `only` names, in lower case, the columns that count. The same object when nothing is new.
    """
    chosen = tuple(f for f in given.fields if only is None or f.name.lower() in only)
    widens = definition.properties.get(_WIDENS, "false").lower() == "true"
    schema = _merged(definition.schema, StructType(chosen), widens)
    assert isinstance(schema, StructType)
    return definition if schema == definition.schema else replace(definition, schema=schema)


def _merged(held: DataType, given: DataType, widens: bool) -> DataType:
    match held, given:
        case StructType(old), StructType(new):
            by_name = {f.name.lower(): f for f in new}
            known = {f.name.lower() for f in old}
            kept = (_field(f, by_name.get(f.name.lower()), widens) for f in old)
            added = (_new(f) for f in new if f.name.lower() not in known)
            return StructType((*kept, *added))
        case ArrayType(old_element, contains_null), ArrayType(new_element):
            return ArrayType(_merged(old_element, new_element, False), contains_null)
        case MapType(key, old_value, contains_null), MapType(_, new_value):
            return MapType(key, _merged(old_value, new_value, False), contains_null)
    return given if widens and may_widen(held, given) else held


def _field(held: StructField, given: StructField | None, widens: bool) -> StructField:
    if given is None:
        return held
    dtype = _merged(held.dtype, given.dtype, widens)
    if isinstance(dtype, (StructType, ArrayType, MapType)) or dtype == held.dtype:
        return replace(held, dtype=dtype)
    return replace(held, dtype=dtype, metadata=with_type_change(held.metadata, held.dtype, dtype))


def _new(f: StructField) -> StructField:
    return StructField(f.name, as_nullable(f.dtype), True, f.metadata)


def with_type_change(metadata: Mapping[str, Any], held: DataType, wanted: DataType) -> dict[str, Any]:
    """A field's notes with the change of its type, which readers of older files need."""
    change = {"toType": json_value(wanted), "fromType": json_value(held)}
    return {**metadata, TYPE_CHANGES: [*metadata.get(TYPE_CHANGES, ()), change]}


def may_widen(held: DataType, wanted: DataType) -> bool:
    """Whether every value of one type is one of the other, as Delta's type widening allows."""
    if isinstance(held, t.DecimalType) and isinstance(wanted, t.DecimalType):
        grows = wanted.scale >= held.scale and wanted.precision - wanted.scale >= held.precision - held.scale
        return grows and wanted != held
    return type(wanted) in _WIDENING.get(type(held), ())


_WIDENING: Final[Mapping[type[DataType], tuple[type[DataType], ...]]] = {
    t.ByteType: (t.ShortType, t.IntegerType, t.LongType, t.DoubleType),
    t.ShortType: (t.IntegerType, t.LongType, t.DoubleType),
    t.IntegerType: (t.LongType, t.DoubleType),
    t.FloatType: (t.DoubleType,),
    t.DateType: (t.TimestampNTZType,),
}
