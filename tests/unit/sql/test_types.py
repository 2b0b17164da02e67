"""Types and schemas in text, against Spark's reading of the same text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiveframe.errors import IllegalArgumentException, SparkError
from hiveframe.plan import types as t
from hiveframe.plan.type_json import type_from_json
from hiveframe.sql import parse_data_type, parse_schema, parse_schema_ddl

GOLDEN = Path(__file__).parents[2] / "golden" / "sql" / "types.jsonl"


def golden() -> list[dict[str, Any]]:
    """What Spark reads, a text a line."""
    return [json.loads(line) for line in GOLDEN.read_text().splitlines()]


@pytest.mark.parametrize("entry", golden(), ids=lambda entry: entry["text"])
def test_a_type_in_text_is_the_type_that_spark_reads(entry: dict[str, Any]) -> None:
    if "json" in entry:
        assert t.json_value(parse_schema(entry["text"])) == entry["json"]
        return
    with pytest.raises(SparkError) as caught:
        parse_schema(entry["text"])
    assert caught.value.condition == entry["condition"]


def test_a_schema_is_read_from_columns_pairs_or_json() -> None:
    schema = t.StructType((t.StructField("a", t.INT), t.StructField("b", t.STRING)))
    assert parse_schema_ddl("a int, b string") == schema
    assert parse_schema("a: int, b: string") == schema
    assert parse_schema(json.dumps(t.json_value(schema))) == schema


def test_text_that_is_no_type_in_json_is_refused() -> None:
    with pytest.raises(IllegalArgumentException) as caught:
        type_from_json('{"type": "foo"}')
    assert caught.value.condition == "INVALID_JSON_DATA_TYPE"


LEAVES = st.sampled_from(
    [
        t.BOOLEAN,
        t.BYTE,
        t.SHORT,
        t.INT,
        t.LONG,
        t.FLOAT,
        t.DOUBLE,
        t.STRING,
        t.BINARY,
        t.DATE,
        t.TIMESTAMP,
        t.TIMESTAMP_NTZ,
        t.TimeType(3),
        t.VARIANT,
        t.NULL,
        t.CALENDAR_INTERVAL,
        t.DecimalType(12, 3),
        t.CharType(4),
        t.VarcharType(9),
        t.YearMonthIntervalType(0, 1),
        t.DayTimeIntervalType(1, 3),
        t.DayTimeIntervalType(2, 2),
    ]
)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


def nested(inner: st.SearchStrategy[t.DataType]) -> st.SearchStrategy[t.DataType]:
    """Arrays, maps and structs of types."""
    fields = st.builds(t.StructField, NAMES, inner, st.booleans())
    return (
        st.builds(t.ArrayType, inner)
        | st.builds(t.MapType, inner, inner)
        | st.builds(lambda found: t.StructType(tuple(found)), st.lists(fields, max_size=3))
    )


TYPES = st.recursive(LEAVES, nested, max_leaves=6)


@given(TYPES)
def test_a_type_reads_back_from_its_json(dtype: t.DataType) -> None:
    assert type_from_json(json.dumps(t.json_value(dtype))) == dtype


@given(TYPES)
def test_a_type_reads_back_from_its_sql_name(dtype: t.DataType) -> None:
    assert parse_data_type(t.sql_name(dtype)) == dtype
