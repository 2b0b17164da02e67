"""How many groups there will be, told by the first pieces."""

import pytest

from hiveframe.cache.aggregates.making import foreseen_rows


@pytest.mark.parametrize(
    ("sizes", "counts", "rows"),
    [
        ((), (), 0),
        ((10, 20, 40), (5,), 5),  # one piece tells no growth
        ((10, 10, 40), (5, 5), 10),
        ((10, 20, 40), (5, 5), 15),  # the same groups in each
        ((10, 20, 40), (5, 10), 35),  # groups of their own
        ((10, 40, 160, 640), (4, 8), 4 + 8 + 16 + 32),
        ((10, 20, 40), (5, 40), 45 + 80),  # at most as the rows
        ((10, 20, 40), (5, 0), 5),
        ((0, 20, 40), (0, 10), 10),
        ((10, 20, 40), (5, 10, 20), 35),
    ],
)
def test_groups_grow_as_a_power_of_the_rows(sizes: tuple[int, ...], counts: tuple[int, ...], rows: float) -> None:
    assert foreseen_rows(sizes, counts) == pytest.approx(rows)
