import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql.types import VariantVal

from hiveframe.errors import SparkRuntimeException
from hiveframe.functions.variant_builder import DuplicateKey, InvalidJson, VariantBuilder, of_json
from hiveframe.functions.variant_path import follow, parse_path
from hiveframe.functions.variant_reader import NodeKind, is_valid, keys_of, read, size_of
from hiveframe.functions.variant_text import json_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)


@given(JSON)
def test_the_client_reads_what_is_made(value: object) -> None:
    tree, metadata = of_json(json.dumps(value))
    assert VariantVal(tree, metadata).toPython() == value
    assert is_valid(tree, metadata)
    assert size_of(tree, 0) == len(tree)


@given(JSON)
def test_a_part_is_the_same_value_with_keys_of_its_own(value: object) -> None:
    whole, metadata = of_json(json.dumps({"other": 0, "part": value}))
    keys = keys_of(metadata)
    at = follow(whole, keys, parse_path("$.part", "variant_get"))
    assert at is not None
    builder = VariantBuilder()
    part = builder.finished(builder.rebuilt(whole, at, keys))
    assert VariantVal(*part).toPython() == value


@pytest.mark.parametrize("count", [0, 255, 256, 70_000])
def test_lists_of_every_size_are_read_back(count: int) -> None:
    value, metadata = of_json("[" + ",".join(["1"] * count) + "]")
    kind, places = read(value, 0, keys_of(metadata))
    assert kind is NodeKind.ARRAY
    assert len(places) == count
    assert all(read(value, at, ()) == (NodeKind.LONG, 1) for at in places[:3])


def test_members_lie_in_the_order_met_and_are_listed_in_javas_order() -> None:
    value, metadata = of_json('{"b":1,"\U0001f600":2,"\uffff":3,"a":4}')
    assert keys_of(metadata) == ("b", "\U0001f600", "\uffff", "a")
    assert [key for key, _ in read(value, 0, keys_of(metadata))[1]] == ["a", "b", "\U0001f600", "\uffff"]


def test_decimals_keep_their_zeros_in_the_bytes_and_lose_them_when_read() -> None:
    value, metadata = of_json("1.50")
    assert value == b" \x02\x96\x00\x00\x00"
    assert read(value, 0, ()) == (NodeKind.DECIMAL, Decimal("1.5"))
    assert json_of(value, metadata, "UTC") == "1.5"


@pytest.mark.parametrize("text", ["", "{", "[1,]", "NaN", "01", '{"a"}', "1x", "truex", '"\\ud800"', "'a'"])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(InvalidJson):
        of_json(text)


def test_a_key_comes_once() -> None:
    with pytest.raises(DuplicateKey):
        of_json('{"a":1,"a":2}')


@pytest.mark.parametrize("value", [b"", b"\x02", b"\x03\x05\x00", b"\x40\xff\xff\xff\x7f", b"\x05", b"\x7c"])
def test_bytes_that_point_outside_are_no_variant(value: bytes) -> None:
    assert not is_valid(value, b"\x01\x00\x00")
    with pytest.raises(SparkRuntimeException):
        read(value, 0, keys_of(b"\x01\x00\x00"))
