"""Skewness and kurtosis of lists, as right as DOUBLEs can be."""

import math

import pyarrow as pa
import pytest

from hiveframe.functions.central_moments import kurtoses, skewnesses


def _lists(*values: list[float] | None) -> pa.ListArray:
    return pa.array(list(values), pa.list_(pa.float64()))


def test_a_mean_far_from_zero_costs_no_digits() -> None:
    near, far = [1.0, 2.0, 4.0, 9.0], [1e9 + x for x in (1.0, 2.0, 4.0, 9.0)]
    for moments in (skewnesses, kurtoses):
        first, second = moments(_lists(near, far)).to_pylist()
        assert first == pytest.approx(second, rel=1e-14)


def test_nothing_that_varies_is_null_whatever_the_mean_rounds_to() -> None:
    lists = _lists([0.1, 0.1, 0.1], [], None, [5.0])
    assert skewnesses(lists).to_pylist() == kurtoses(lists).to_pylist() == [None] * 4


def test_what_no_double_holds_is_no_number() -> None:
    lists = _lists([1.79e308, -1.79e308, 0.0], [math.inf, 1.0], [math.nan])
    assert all(math.isnan(x) for moments in (skewnesses, kurtoses) for x in moments(lists).to_pylist())
