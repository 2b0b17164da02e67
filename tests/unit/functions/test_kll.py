"""KLL sketches beyond k values: sound, near enough, and readable by the library of Apache DataSketches."""

import numpy as np
import pytest

from hiveframe.functions import kll
from hiveframe.functions.hll_sketch import library


@pytest.mark.parametrize("count", [1, 2, 200, 201, 1_000, 99_999])
def test_the_library_reads_a_sketch_and_agrees_about_it(count: int) -> None:
    values = np.random.default_rng(count).permutation(count).astype(np.float64)
    sketch = kll.of_values(values, 200)
    read = library().kll_doubles_sketch.deserialize(kll.write(sketch))
    assert (read.n, read.num_retained, read.is_estimation_mode()) == (count, sketch.retained, sketch.is_estimate)
    for share in (0.1, 0.5, 0.77):  # its C++ form does not know of the extremes, as its Java form does
        assert kll.quantiles(sketch, np.array([share]))[0] == read.get_quantile(share, True)
    for value in (-1.0, count / 3, count):
        assert kll.ranks(sketch, np.array([value]))[0] == pytest.approx(read.get_rank(value, True))


@pytest.mark.parametrize("count", [500, 10_000, 300_000])
def test_ranks_err_less_than_spark_promises(count: int) -> None:
    values = np.random.default_rng(0).permutation(count)
    sketch = kll.of_values(values, 200)
    points = np.linspace(0, count - 1, 50).astype(np.int64)
    assert np.abs(kll.ranks(sketch, points) - (points + 1) / count).max() < 0.0133


def test_merged_sketches_keep_their_count_extremes_and_error() -> None:
    parts = np.random.default_rng(1).permutation(60_000).reshape(30, -1)
    whole = kll.Sketch(parts.dtype)
    for part in parts:
        whole = kll.merged(whole, kll.of_values(part, 200))
    weights = sum(len(level) << h for h, level in enumerate(whole.levels))
    assert (whole.count, whole.least, whole.most, weights) == (60_000, 0, 59_999, 60_000)
    assert abs(float(kll.ranks(whole, np.array([30_000]))[0]) - 0.5) < 0.0133
    read = kll.read(kll.write(whole), parts.dtype)
    assert [level.tolist() for level in read.levels] == [level.tolist() for level in whole.levels]
