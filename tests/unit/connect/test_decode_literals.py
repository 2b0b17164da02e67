"""Types and values that Spark 4.2 gives to the same messages."""

from __future__ import annotations

from decimal import Decimal

import pyspark.sql.connect.proto as pb
import pytest

from hiveframe.connect.decode.literals import decode_literal
from hiveframe.errors import SparkError
from hiveframe.plan import types as t

Literal = pb.Expression.Literal
INT = pb.DataType(integer=pb.DataType.Integer())


@pytest.mark.parametrize(
    ("text", "precision", "scale", "dtype"),
    [
        ("1.50", 10, 0, t.DecimalType(10, 2)),
        ("0.05", 10, 0, t.DecimalType(10, 2)),
        ("1E+3", 10, 0, t.DecimalType(10, 0)),
        ("123456789012.5", 10, 0, t.DecimalType(13, 1)),
        ("0.000000000001", 10, 0, t.DecimalType(12, 12)),
        ("1.5", None, None, t.DecimalType(2, 1)),
        ("1.5", 3, None, t.DecimalType(3, 1)),
        ("1E+3", None, None, t.DecimalType(4, 0)),
        ("0.05", None, None, t.DecimalType(2, 2)),
        ("-1.5", None, None, t.DecimalType(2, 1)),
    ],
)
def test_a_decimal_has_room_for_its_digits_and_for_what_is_asked(text, precision, scale, dtype):
    message = Literal(decimal=Literal.Decimal(value=text, precision=precision, scale=scale))
    literal = decode_literal(message)
    assert (literal.value, literal.dtype) == (Decimal(text), dtype)


@pytest.mark.parametrize("text", ["abc", "NaN", "Infinity", ""])
def test_a_decimal_that_is_no_number_is_refused(text):
    with pytest.raises(SparkError, match="UNSUPPORTED_LITERAL_TYPE"):
        decode_literal(Literal(decimal=Literal.Decimal(value=text)))


def test_arrays_hold_nulls():
    message = Literal(array=Literal.Array(element_type=INT, elements=[Literal(integer=1), Literal(null=INT)]))
    literal = decode_literal(message)
    assert (literal.value, literal.dtype) == ((1, None), t.ArrayType(t.INT, True))


def test_maps_are_pairs_and_structs_are_tuples():
    entries = Literal.Map(key_type=INT, value_type=INT, keys=[Literal(integer=1)], values=[Literal(integer=2)])
    assert decode_literal(Literal(map=entries)).value == ((1, 2),)
    field = pb.DataType.StructField(name="a", data_type=INT, nullable=True)
    row = Literal.Struct(
        struct_type=pb.DataType(struct=pb.DataType.Struct(fields=[field])), elements=[Literal(integer=5)]
    )
    literal = decode_literal(Literal(struct=row))
    assert (literal.value, literal.dtype) == ((5,), t.StructType((t.StructField("a", t.INT),)))


@pytest.mark.parametrize(
    ("message", "condition"),
    [
        (Literal(array=Literal.Array()), "ARRAY_LITERAL_MISSING_DATA_TYPE"),
        (Literal(map=Literal.Map()), "MAP_LITERAL_MISSING_DATA_TYPE"),
        (Literal(struct=Literal.Struct()), "STRUCT_LITERAL_MISSING_DATA_TYPE"),
        (Literal(null=pb.DataType()), "DATA_TYPE_UNSUPPORTED_PROTO_TO_CATALYST"),
        (Literal(integer=3, data_type=pb.DataType(long=pb.DataType.Long())), "INCOMPATIBLE_LITERAL_DATA_TYPE"),
        (Literal(), "INVALID_ONE_OF_FIELD_NOT_SET"),
    ],
)
def test_a_literal_without_its_type_is_an_invalid_plan(message, condition):
    with pytest.raises(SparkError) as caught:
        decode_literal(message)
    assert caught.value.condition == f"CONNECT_INVALID_PLAN.{condition}"


def test_intervals_and_times_are_kept_as_stored():
    assert decode_literal(Literal(year_month_interval=14)).dtype == t.YearMonthIntervalType(0, 1)
    assert decode_literal(Literal(day_time_interval=14)).dtype == t.DayTimeIntervalType(0, 3)
    assert decode_literal(Literal(time=Literal.Time(nano=5))).dtype == t.TimeType(6)
    parts = Literal.CalendarInterval(months=1, days=2, microseconds=3)
    assert decode_literal(Literal(calendar_interval=parts)).value == (1, 2, 3)
