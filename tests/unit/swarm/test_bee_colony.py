"""The search over discrete solutions: nothing is asked twice, the best is kept, and it beats chance."""

from __future__ import annotations

import math
from itertools import pairwise
from random import Random
from statistics import mean

import pytest

from hiveframe.swarm.bee_colony import BeeColony

Bits = tuple[bool, ...]
COUNT = 12


def flipped(bits: Bits, draw: Random) -> Bits:
    at = draw.randrange(len(bits))
    return tuple(not bit if i == at else bit for i, bit in enumerate(bits))


def drawn(draw: Random) -> Bits:
    return tuple(draw.random() < 0.5 for _ in range(COUNT))


def cost_of(bits: Bits) -> float:
    """Ones are good, and each pair of neighbours that are alike is, too."""
    return COUNT - sum(bits) + sum(a != b for a, b in pairwise(bits)) / 2


def colony(seed: int) -> BeeColony[Bits]:
    draw = Random(seed)
    return BeeColony([drawn(draw) for _ in range(5)], flipped, drawn, random=draw)


@pytest.mark.parametrize("seed", range(5))
def test_no_solution_is_asked_for_twice(seed: int) -> None:
    bees = colony(seed)
    costs: dict[Bits, float] = {}
    for _ in range(100):
        solution = bees.ask()
        assert solution is not None
        assert solution not in costs
        costs[solution] = cost_of(solution)
        bees.tell(solution, costs[solution])


def test_it_finds_better_ones_than_chance() -> None:
    found, chance = [], []
    for seed in range(20):
        bees, draw = colony(seed), Random(seed)
        costs = []
        for _ in range(60):
            solution = bees.ask()
            assert solution is not None
            costs.append(cost_of(solution))
            bees.tell(solution, costs[-1])
        found.append(min(costs))
        chance.append(min(cost_of(drawn(draw)) for _ in range(60)))
    assert mean(found) < mean(chance) - 1


def test_failures_are_left_and_a_small_space_is_exhausted() -> None:
    draw = Random(1)
    bees = BeeColony([0], lambda n, r: (n + r.choice((1, 4))) % 5, lambda r: r.randrange(5), random=draw)
    asked = []
    while (solution := bees.ask()) is not None:
        asked.append(solution)
        bees.tell(solution, 1.0 if solution == 3 else math.inf)
    assert sorted(asked) == [0, 1, 2, 3, 4]


def test_a_source_that_turned_out_worse_gives_way_to_its_neighbour() -> None:
    bees = BeeColony([0], lambda n, r: n + 1, lambda r: 100, random=Random(1))
    assert bees.ask() == 0
    bees.tell(0, 1.0)
    bees.tell(0, 9.0)
    assert bees.ask() == 1
    bees.tell(1, 5.0)
    assert bees.ask() == 2


def test_it_needs_something_to_begin_with() -> None:
    with pytest.raises(ValueError, match="at least one solution"):
        BeeColony([], flipped, drawn, random=Random(1))
