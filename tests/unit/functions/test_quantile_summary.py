"""Quantile summaries stay within the error asked for, whatever the order of the values."""

import numpy as np
import pytest

from hiveframe.functions.quantile_summary import of_values


@pytest.mark.parametrize("error", [0.1, 0.01, 0.001])
@pytest.mark.parametrize("count", [1, 10, 999, 130_000])
def test_ranks_are_within_the_error(error: float, count: int) -> None:
    values = np.random.default_rng(count).permutation(count)
    summary = of_values(values, error)
    shares = np.linspace(0, 1, 21)
    found = np.array(summary.quantiles(shares))
    assert (np.abs(found - np.ceil(shares * count) + 1) <= error * count + 1).all()


def test_a_summary_is_much_smaller_than_its_values() -> None:
    assert len(of_values(np.arange(200_000), 0.01).values) < 2_000
