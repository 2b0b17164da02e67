"""Theta and tuple sketches against the library of Apache DataSketches, and against inserting hash by hash."""

import numpy as np
import pyarrow as pa
import pytest

from hiveframe.functions import theta_bytes, theta_sketch
from hiveframe.functions.hll_sketch import library
from hiveframe.functions.quick_select import selected, table_order


@pytest.mark.parametrize("lg_k", [5, 8, 12])
@pytest.mark.parametrize("count", [1, 2, 61, 1_000, 30_000])
def test_a_theta_sketch_is_read_by_the_library_as_its_own(lg_k: int, count: int) -> None:
    plain = library().update_theta_sketch(lg_k)
    for value in range(count):
        plain.update(value)
    plain.trim()
    image = theta_sketch.agg("f", pa.array([list(range(count))]), pa.array([lg_k]))[0].as_py()
    read = library().compact_theta_sketch.deserialize(image)
    assert sorted(read) == sorted(plain)
    assert read.theta == plain.theta
    assert theta_bytes.write(theta_bytes.read(bytes(plain.compact().serialize()))) == image


@pytest.mark.parametrize("count", [0, 1, 20, 29])
def test_the_order_of_a_table_is_that_of_inserting_one_by_one(count: int) -> None:
    random = np.random.default_rng(count)
    hashes = random.integers(1, 1 << 62, count) & ~np.int64(0x18)  # many ways begin alike
    table: list[int | None] = [None] * 32
    for hash_ in hashes.tolist():
        slot = hash_ & 31
        while table[slot] is not None:
            slot = (slot + ((hash_ >> 5) & 127) * 2 + 1) & 31
        table[slot] = hash_
    assert hashes[table_order(hashes, 5)].tolist() == [h for h in table if h is not None]


def test_a_full_sketch_keeps_the_least_hashes_below_theta() -> None:
    hashes = np.random.default_rng(1).permutation(np.arange(1, 10_001, dtype=np.int64))
    kept = selected(hashes, 6)
    assert 64 <= len(kept.hashes) <= 120
    assert sorted(kept.hashes.tolist()) == list(range(1, kept.theta))
