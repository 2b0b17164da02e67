"""Which Spark types a Parquet column can be read as.

Source: Spark's `ParquetVectorUpdaterFactory` and `ParquetRowConverter`; checked against Spark 4.2.
"""

from __future__ import annotations

from collections.abc import Mapping

from hiveframe.lake.file_types import FileType, Find, by_name
from hiveframe.plan import types as t
from hiveframe.plan.types import ArrayType, DataType, DecimalType, MapType, StructType, simple_string


def check_readable(file: FileType, wanted: DataType, find: Find = by_name) -> Mapping[str, str] | None:
    """None when `file` can be read as `wanted`, else the message parameters of the mismatch."""
    match wanted:
        case ArrayType(element) if isinstance(file.spark, ArrayType):
            return check_readable(file.fields[0], element, find)
        case MapType(key, value) if isinstance(file.spark, MapType):
            return check_readable(file.fields[0], key, find) or check_readable(file.fields[1], value, find)
        case StructType(fields) if isinstance(file.spark, StructType):
            child = find(file.fields)
            pairs = ((child(f), f) for f in fields)
            found = (check_readable(stored, f.dtype, find) for stored, f in pairs if stored is not None)
            return next((m for m in found if m is not None), None)
        case t.VariantType() if [(f.name, f.duck) for f in file.fields] in _VARIANT_FIELDS:
            return None
    if not file.fields and _leaf_is_readable(file, wanted):
        return None
    path = "[" + ", ".join(file.path) + "]"
    return {"column": path, "expectedType": simple_string(wanted), "actualType": file.stored}


def _leaf_is_readable(file: FileType, wanted: DataType) -> bool:
    stored = file.spark
    if stored is None:
        return False
    if stored == wanted or isinstance(wanted, t.NullType) or file.duck == "NULL":
        return True
    if isinstance(wanted, DecimalType):
        return _fits_decimal(stored, wanted)
    return isinstance(wanted, _READABLE.get(type(stored), ()))


def _fits_decimal(stored: DataType, wanted: DecimalType) -> bool:
    narrow = stored if isinstance(stored, DecimalType) else t.INTEGRAL_DECIMAL.get(stored)
    if narrow is None:
        return False
    grows = wanted.scale - narrow.scale
    return grows >= 0 and wanted.precision - narrow.precision >= grows


# The two byte strings of a VARIANT in a group that is not marked as one, in either order.
_VARIANT_FIELDS = [[("value", "BLOB"), ("metadata", "BLOB")], [("metadata", "BLOB"), ("value", "BLOB")]]
_TEXT = (t.StringType, t.CharType, t.VarcharType, t.BinaryType)
_MOMENT = (t.TimestampType, t.TimestampNTZType)

_READABLE: Mapping[type[DataType], tuple[type[DataType], ...]] = {
    t.ByteType: (t.ByteType, t.ShortType, t.IntegerType, t.LongType, t.DoubleType),
    t.ShortType: (t.ByteType, t.ShortType, t.IntegerType, t.LongType, t.DoubleType),
    t.IntegerType: (t.ByteType, t.ShortType, t.LongType, t.DoubleType, t.DateType, t.YearMonthIntervalType),
    t.LongType: (t.LongType, t.TimestampType, t.DayTimeIntervalType),
    t.FloatType: (t.DoubleType,),
    t.DateType: (t.TimestampNTZType,),
    t.StringType: _TEXT,
    t.BinaryType: _TEXT,
    t.TimestampType: _MOMENT,
    t.TimestampNTZType: _MOMENT,
    t.TimeType: (t.TimeType,),
}
