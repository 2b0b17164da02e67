"""Sketches of frequent items: exact while they have room, sound when they are full."""

import random
from collections import Counter

import numpy as np
import pytest

from hiveframe.functions.items_sketch import ItemsSketch, lg_size_for, scattered

HASHES = scattered(np.arange(5_000))


@pytest.mark.parametrize(("tracked", "lg_size"), [(1, 1), (5, 3), (6, 3), (7, 4), (100, 8), (10_000, 14)])
def test_the_table_has_room_for_what_is_tracked(tracked: int, lg_size: int) -> None:
    assert lg_size_for(tracked) == lg_size


def test_counts_are_exact_while_there_is_room() -> None:
    stream = random.Random(1).choices(range(90), k=2_000)
    sketch = ItemsSketch(HASHES, 7)
    for item in stream:
        sketch.update(item)
    assert dict(sketch.frequent()) == Counter(stream)
    assert (sketch.weight, sketch.offset, sketch.lg_size) == (2_000, 0, 7)


def test_a_full_sketch_keeps_the_heavy_items_within_its_error() -> None:
    draw = random.Random(2)
    stream = [draw.choice(range(4)) if draw.random() < 0.5 else draw.randrange(5_000) for _ in range(20_000)]
    sketch = ItemsSketch(HASHES, 6)
    for item in stream:
        sketch.update(item)
    exact = Counter(stream)
    found = dict(sketch.frequent())
    assert set(range(4)) <= set(found)
    assert all(0 <= estimate - exact[item] <= sketch.offset for item, estimate in found.items())
    assert len(sketch.counters()) <= sketch.capacity
    for item, count in sketch.counters():
        assert exact[item] - sketch.offset <= count <= exact[item]
