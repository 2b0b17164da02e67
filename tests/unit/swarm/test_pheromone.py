from __future__ import annotations

import math
from random import Random

import pytest

from hiveframe.swarm.pheromone import RESTING, Trail, acceptance


@pytest.mark.parametrize("level", [1e308, -1e308, 1e6, -1e6, 745.0, -745.0, math.inf, -math.inf])
def test_no_level_overflows(level):
    assert acceptance(level) == pytest.approx(0.0 if level > 0 else 1.0, abs=1e-300)


def test_at_zero_half_is_turned_away_and_at_rest_hardly_anything():
    assert acceptance(0.0) == 0.5
    assert acceptance(RESTING) > 0.999


def test_what_is_no_number_admits_nothing():
    assert acceptance(math.nan) == 0.0


def test_the_chance_falls_with_the_level_and_both_sides_are_mirrored():
    levels = sorted(Random(1).uniform(-50, 50) for _ in range(500))
    chances = [acceptance(level) for level in levels]
    assert chances == sorted(chances, reverse=True)
    assert all(acceptance(-level) == pytest.approx(1 - chance) for level, chance in zip(levels, chances, strict=True))


def test_a_trail_halves_in_its_half_life_and_a_thousand_years_leave_nothing():
    trail = Trail(2.0)
    trail.follow(10.0, 8.0, 1.0)
    assert trail.level(10.0) == 8.0
    assert trail.level(12.0) == 4.0
    assert trail.level(14.0) == 2.0
    assert trail.level(3e10) == pytest.approx(0.0)


def test_a_trail_follows_what_it_is_told():
    trail = Trail(1e9)
    for _ in range(100):
        trail.follow(0.0, 3.0, 0.1)
    assert trail.level(0.0) == pytest.approx(3.0, rel=1e-3)
