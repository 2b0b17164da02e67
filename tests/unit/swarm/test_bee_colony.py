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
def test_no_solution_is_asked_for_twice_and_the_best_is_known(seed: int) -> None:
    bees = colony(seed)
    costs: dict[Bits, float] = {}
    for _ in range(100):
        solution = bees.ask()
        assert solution is not None
        assert solution not in costs
        costs[solution] = cost_of(solution)
        bees.tell(solution, costs[solution])
    best = bees.best
    assert best is not None
    assert best == (best[0], min(costs.values()))
    assert costs[best[0]] == best[1]


def test_it_finds_better_ones_than_chance() -> None:
    found, chance = [], []
    for seed in range(20):
        bees, draw = colony(seed), Random(seed)
        for _ in range(60):
            solution = bees.ask()
            assert solution is not None
            bees.tell(solution, cost_of(solution))
        assert bees.best is not None
        found.append(bees.best[1])
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
    assert bees.best == (3, 1.0)


def test_a_cost_may_change_later() -> None:
    bees = colony(1)
    first = bees.ask()
    assert first is not None
    bees.tell(first, 1.0)
    bees.tell(first, 9.0)
    second = bees.ask()
    assert second is not None
    bees.tell(second, 2.0)
    assert bees.best == (second, 2.0)


def test_it_needs_something_to_begin_with() -> None:
    with pytest.raises(ValueError, match="at least one solution"):
        BeeColony([], flipped, drawn, random=Random(1))
