"""HLL sketches: what the goldens cannot say."""

import sys

import pyarrow as pa
import pytest

from hiveframe.errors import UnsupportedOperationException
from hiveframe.functions import hll_sketch


def test_a_missing_library_is_an_error_that_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasketches", None)
    with pytest.raises(UnsupportedOperationException, match=r"hiveframe\[sketches\]"):
        hll_sketch.library()


@pytest.mark.parametrize("lg_k", [4, 8, 12])
@pytest.mark.parametrize("count", [1, 7, 8, 40, 600, 20_000])
def test_an_image_is_that_of_the_library_updated_value_by_value(lg_k: int, count: int) -> None:
    values = [(i * i) % (count // 2 + 1) for i in range(count)]
    plain = hll_sketch.library().hll_sketch(lg_k)
    for value in values:
        plain.update(value)
    image = hll_sketch.agg("f", pa.array([values, None]), pa.array([lg_k, lg_k]))[0].as_py()
    read = hll_sketch.library().hll_sketch.deserialize(image)
    assert read.get_estimate() == plain.get_estimate()
