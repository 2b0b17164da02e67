"""Arrow's types as Spark reads them, and tables brought to the Arrow types that Spark itself would send.

Source: `ArrowUtils.fromArrowType` and PySpark's `from_arrow_type`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pyarrow as pa

from hiveframe.errors import analysis_error
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

_ATOMIC: Final[Mapping[pa.DataType, DataType]] = {
    pa.null(): t.NULL,
    pa.bool_(): t.BOOLEAN,
    pa.int8(): t.BYTE,
    pa.int16(): t.SHORT,
    pa.int32(): t.INT,
    pa.int64(): t.LONG,
    pa.float32(): t.FLOAT,
    pa.float64(): t.DOUBLE,
    pa.string(): t.STRING,
    pa.large_string(): t.STRING,
    pa.string_view(): t.STRING,
    pa.binary(): t.BINARY,
    pa.large_binary(): t.BINARY,
    pa.binary_view(): t.BINARY,
    pa.date32(): t.DATE,
    pa.month_day_nano_interval(): t.CALENDAR_INTERVAL,
}


def spark_type(arrow: pa.DataType) -> DataType:
    """The Spark type of an Arrow type; UNSUPPORTED_ARROWTYPE when there is none."""
    found = _ATOMIC.get(arrow)
    if found is not None:
        return found
    if pa.types.is_decimal(arrow):
        return t.DecimalType(arrow.precision, arrow.scale)
    if pa.types.is_timestamp(arrow):
        return t.TIMESTAMP_NTZ if arrow.tz is None else t.TIMESTAMP
    if pa.types.is_duration(arrow):
        return t.DAY_TIME
    if pa.types.is_time(arrow):
        return t.TIME
    if str(arrow) == "month_interval":
        return t.YEAR_MONTH
    if pa.types.is_list(arrow) or pa.types.is_large_list(arrow) or pa.types.is_fixed_size_list(arrow):
        return t.ArrayType(spark_type(arrow.value_type), arrow.value_field.nullable)
    if pa.types.is_map(arrow):
        return t.MapType(spark_type(arrow.key_type), spark_type(arrow.item_type), arrow.item_field.nullable)
    if pa.types.is_struct(arrow):
        return _struct(arrow)
    if pa.types.is_dictionary(arrow):
        return spark_type(arrow.value_type)
    raise analysis_error("UNSUPPORTED_ARROWTYPE", typeName=str(arrow))


def _struct(arrow: pa.DataType) -> DataType:
    fields = [arrow.field(i) for i in range(arrow.num_fields)]
    if [f.name for f in fields] == ["value", "metadata"] and all(pa.types.is_binary(f.type) for f in fields):
        return t.VARIANT
    return t.StructType(tuple(t.StructField(f.name, spark_type(f.type), f.nullable) for f in fields))


def plain_table(table: pa.Table) -> pa.Table:
    """`table` with wide text, views, dictionaries and other units of time turned into Spark's own Arrow types."""
    fields = [pa.field(f.name, _plain(f.type), f.nullable, f.metadata) for f in table.schema]
    if all(f.type == old.type for f, old in zip(fields, table.schema, strict=True)):
        return table
    columns = [c if c.type == f.type else c.cast(f.type) for c, f in zip(table.columns, fields, strict=True)]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def _plain(arrow: pa.DataType) -> pa.DataType:
    if arrow in (pa.large_string(), pa.string_view()):
        return pa.string()
    if arrow in (pa.large_binary(), pa.binary_view()):
        return pa.binary()
    if pa.types.is_dictionary(arrow):
        return _plain(arrow.value_type)
    if pa.types.is_timestamp(arrow) and arrow.unit != "us":
        return pa.timestamp("us", arrow.tz)
    if pa.types.is_duration(arrow) and arrow.unit != "us":
        return pa.duration("us")
    if pa.types.is_time(arrow) and arrow != pa.time64("ns"):
        return pa.time64("ns")
    if pa.types.is_list(arrow) or pa.types.is_large_list(arrow) or pa.types.is_fixed_size_list(arrow):
        element = arrow.value_field
        return pa.list_(pa.field("element", _plain(element.type), element.nullable))
    if pa.types.is_struct(arrow):
        inner = [arrow.field(i) for i in range(arrow.num_fields)]
        return pa.struct([pa.field(f.name, _plain(f.type), f.nullable) for f in inner])
    if pa.types.is_map(arrow):
        key, item = arrow.key_field, arrow.item_field
        return pa.map_(pa.field("key", _plain(key.type), False), pa.field("value", _plain(item.type), item.nullable))
    return arrow
