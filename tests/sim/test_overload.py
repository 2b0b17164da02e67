"""Two simulated cores under four times the work that they can do, and after it; every run is drawn from a seed."""

from __future__ import annotations

from random import Random

import pytest

from benchmarks.overload.shared_processors import Machine
from benchmarks.overload.simulated import CORES, MINUTE, REPORTS, minute, p99_ms
from hiveframe.swarm.admission import Admission
from hiveframe.swarm.temperature import Temperature


def colony(seed):
    return Admission(Temperature(CORES, 4 * CORES), Random(seed), interactive_s=0.25)


@pytest.mark.parametrize("width", [1, CORES])
@pytest.mark.parametrize("seed", range(4))
def test_the_door_holds_p99_and_the_work_done_and_is_at_rest_again_afterwards(seed, width):
    random, admission = Random(seed), colony(seed)
    machine = Machine(CORES, width, admission)
    minute(machine, random, 0.2)
    calm = minute(machine, random, 0.2)
    loaded = minute(machine, random, 4.0)
    after = minute(machine, random, 0.2)
    assert p99_ms(loaded) <= 2 * p99_ms(calm)
    assert loaded.work_s >= 0.9 * CORES * MINUTE
    assert loaded.refused > 1000
    for report in REPORTS:
        assert len(loaded.latencies_s[report.name]) >= 5
    seen = sum(map(len, after.latencies_s.values()))
    assert after.refused <= 0.02 * seen
    assert p99_ms(after) <= 1.5 * p99_ms(calm)
    assert admission.limit.degrees == pytest.approx(CORES, abs=0.5)


def test_without_a_door_latency_grows_for_as_long_as_the_overload_lasts():
    random = Random(0)
    machine = Machine(CORES, 1, None)
    calm = minute(machine, random, 0.2)
    loaded = minute(machine, random, 4.0)
    assert p99_ms(loaded) > 50 * p99_ms(calm)


def test_at_half_the_load_hardly_anything_is_turned_away():
    random = Random(3)
    machine = Machine(CORES, 1, colony(3))
    minute(machine, random, 0.5)
    outcome = minute(machine, random, 0.5)
    assert outcome.refused <= 0.03 * sum(map(len, outcome.latencies_s.values()))
