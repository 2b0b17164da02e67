"""Formats made column by column are those made row by row, or are left to the rows."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiveframe.functions.format_columns import doubles_shown, format_columns
from hiveframe.functions.formatting import number_by_places
from hiveframe.functions.java_formatter import Argument, format_text
from hiveframe.plan import types as t

INTS = st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=10)
DOUBLES = st.lists(
    st.floats()
    | st.integers(-10000, 10000).map(lambda n: n / 8)
    | st.integers(-(10**6), 10**6).map(lambda n: n / 1000),
    min_size=1,
    max_size=10,
)


@given(INTS, st.sampled_from(["%d", "%5d|", "<%05d>", "%s", "%12s %%", "%x", "%,d", "%1$d", "a%nb%d"]))
def test_integers(values, pattern):
    made = format_columns(pattern, [pa.array(values, pa.int32())], [t.INT])
    if made is not None:
        assert made.to_pylist() == [format_text(pattern, [Argument(v, 32)]) for v in values]


@given(DOUBLES, st.sampled_from(["%f", "%.2f", "%10.1f", "%08.3f", "%.0f", "%e"]))
def test_doubles(values, pattern):
    made = format_columns(pattern, [pa.array(values, pa.float64())], [t.DOUBLE])
    if made is not None:
        assert made.to_pylist() == [format_text(pattern, [Argument(v)]) for v in values]


@given(DOUBLES, st.integers(1, 6))
def test_numbers_in_groups(values, places):
    made = doubles_shown(pa.array(values, pa.float64()), f",.{places}f", places)
    if made is not None:
        assert made.to_pylist() == [number_by_places(v, places) for v in values]


def test_common_formats_are_made_column_by_column():
    columns = [pa.array([7, 12], pa.int32()), pa.array(["a", "b"]), pa.array([1.5, 2.25])]
    made = format_columns("%05d %s %.3f!", columns, [t.INT, t.STRING, t.DOUBLE])
    assert made.to_pylist() == ["00007 a 1.500!", "00012 b 2.250!"]


@pytest.mark.parametrize("pattern", ["%d", "%.2f", "%q", "plain", "%s %s"])
def test_what_does_not_fit_is_left_to_the_rows(pattern):
    assert format_columns(pattern, [pa.array(["x", None])], [t.STRING]) is None
