from __future__ import annotations

from random import Random

import pytest

from hiveframe.swarm.temperature import LOWEST, Finished, Temperature


def crowded(temperature, *, slowdown=1.0, utilisation=0.2, failed=False):
    return Finished(0.01, slowdown, temperature.places, 5, failed, utilisation)


def at_ease(slowdown=1.0):
    return Finished(0.01, slowdown, 1, 0)


def repeat(temperature, make, times=200):
    for _ in range(times):
        temperature.finished(make())
    return temperature


def test_it_heats_while_others_wait_for_something_else_than_processors():
    temperature = Temperature(4, 16)
    repeat(temperature, lambda: crowded(temperature), 2000)
    assert temperature.places == 16


def test_it_does_not_heat_where_the_processors_are_busy():
    temperature = Temperature(4, 16)
    repeat(temperature, lambda: crowded(temperature, utilisation=0.99))
    assert temperature.places == 4


def test_it_does_not_heat_where_queries_slow_each_other_down():
    temperature = Temperature(4, 16)
    repeat(temperature, lambda: crowded(temperature, slowdown=2.0))
    assert temperature.degrees == pytest.approx(4.0, abs=0.5)


def test_it_cools_when_queries_are_much_slower_than_alone_and_never_below_two_places():
    temperature = Temperature(8, 32)
    repeat(temperature, lambda: crowded(temperature, slowdown=9.0))
    assert temperature.places == LOWEST == 2


def test_it_cools_at_once_when_memory_is_short():
    temperature = Temperature(8, 32)
    temperature.finished(crowded(temperature, failed=True))
    assert temperature.places == 6


@pytest.mark.parametrize("slowdown", [1.0, 9.0])
def test_from_hot_and_from_cold_it_comes_back_to_where_it_rests(slowdown):
    temperature = Temperature(8, 32)
    repeat(temperature, lambda: crowded(temperature, slowdown=slowdown), 1000)
    assert temperature.places != 8
    repeat(temperature, at_ease, 400)
    assert temperature.degrees == pytest.approx(8.0, abs=0.01)


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_measured_it_stays_within_its_bounds(seed):
    random = Random(seed)
    temperature = Temperature(6, 24)
    for _ in range(5000):
        query = Finished(
            random.expovariate(10),
            random.choice([None, 0.0, random.expovariate(0.5), 1e12]),
            random.randrange(1, 40),
            random.randrange(3),
            random.random() < 0.01,
            random.random(),
        )
        temperature.finished(query)
        assert LOWEST <= temperature.places <= 24
