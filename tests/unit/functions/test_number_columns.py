"""Numbers by plain patterns, whole columns at once, are those of each row."""

from decimal import Decimal

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from hiveframe.functions.by_row import by_row
from hiveframe.functions.number_columns import parsed_column, shown_column
from hiveframe.functions.number_pattern import number_pattern

PATTERNS = st.sampled_from(["999.99", "9", "000.0", "99.", "0.9", "9,999.9", "S99.9", "99.9MI", "$9.9", "999999.999"])
TEXTS = st.lists(st.none() | st.text("0123456789.,-+$ ", max_size=7), max_size=10)
NUMBERS = st.lists(st.none() | st.decimals(-2000, 2000, places=2), max_size=10)


@given(TEXTS, PATTERNS)
def test_numbers_read(texts, pattern):
    shape = number_pattern(pattern)
    kind = pa.decimal128(shape.precision, shape.scale)

    def each(values, patterns):
        return by_row(lambda value, text: number_pattern(text).parse(value), kind, [values, patterns])

    columns = [pa.array(texts, pa.string()), pa.array([pattern] * len(texts), pa.string())]
    assert parsed_column(*columns, kind, each).to_pylist() == each(*columns).to_pylist()


@given(NUMBERS, PATTERNS)
def test_numbers_shown(numbers, pattern):
    def each(values, patterns):
        return by_row(lambda value, text: number_pattern(text).format(value), pa.string(), [values, patterns])

    columns = [pa.array(numbers, pa.decimal128(10, 2)), pa.array([pattern] * len(numbers), pa.string())]
    assert shown_column(*columns, each).to_pylist() == each(*columns).to_pylist()


def test_plain_patterns_need_no_rows():
    def never(*columns):
        raise AssertionError("by row")

    patterns = pa.array(["999.99"] * 3)
    read = parsed_column(pa.array(["1.5", "20", None]), patterns, pa.decimal128(5, 2), never)
    assert read.to_pylist() == [Decimal("1.50"), Decimal("20.00"), None]
    shown = shown_column(pa.array([Decimal("1.5"), None, Decimal("0")], pa.decimal128(5, 2)), patterns, never)
    assert shown.to_pylist() == ["  1.50", None, "  0.00"]
