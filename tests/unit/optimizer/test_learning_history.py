"""What a search may cost, and when a plan takes over: told by simulated times."""

from __future__ import annotations

from random import Random

from hiveframe.optimizer.learning.history import LONGEST, Learned
from hiveframe.swarm.bee_colony import BeeColony

GOOD, BAD = (frozenset({0, 1}),), (frozenset({1, 2}),)


def learned(*, surprise: float) -> Learned:
    """A query after its first run, which took long."""
    made = Learned(surprise=surprise)
    made.note_own("c", 5.0)
    made.colony = BeeColony([BAD, GOOD], lambda s, r: s, lambda r: GOOD, random=Random(1))
    return made


def test_without_a_surprise_a_search_has_to_wait_until_a_trial_is_a_tenth_of_the_runs() -> None:
    known = learned(surprise=0.0)
    for run in range(30):
        known.note_own("c", 1.0)
        assert known.may_try("c") == (5 + run + 1 >= 13), f"run {run}"


def test_where_the_engine_was_wrong_by_far_it_begins_at_once_and_ends_at_three_runs_worth() -> None:
    known = learned(surprise=1000.0)
    known.note_own("c", 1.0)
    assert not known.may_try("c")
    known.note_own("c", 1.0)
    trials = 0
    while known.may_try("c"):
        known.note_trial((frozenset({trials}),), "c", LONGEST, succeeded=False)
        known.note_own("c", 1.0)
        trials += 1
    assert trials == 2
    assert known.invested_s <= 3.0


def test_a_plan_that_is_faster_takes_over_and_what_it_saves_may_be_invested() -> None:
    known = learned(surprise=1000.0)
    known.note_own("c", 1.0)
    known.note_own("c", 1.0)
    known.note_trial(GOOD, "c", 0.2, succeeded=True)
    assert (known.best, known.expected_s("c")) == (GOOD, 0.2)
    for _ in range(10):
        known.note_best("c", 0.2)
    assert round(known.saved_s, 6) == 8.0
    assert known.invested_s == 0.0


def test_a_plan_that_is_hardly_faster_does_not() -> None:
    known = learned(surprise=1000.0)
    known.note_own("c", 1.0)
    known.note_own("c", 1.0)
    known.note_trial(GOOD, "c", 0.95, succeeded=True)
    assert known.best is None


def test_the_own_plan_is_timed_again_soon_and_then_ever_more_seldom() -> None:
    known = learned(surprise=1000.0)
    known.note_own("c", 1.0)
    known.note_own("c", 1.0)
    known.note_trial(GOOD, "c", 0.5, succeeded=True)
    looks = []
    for run in range(100):
        if known.looks_back():
            looks.append(run)
            known.note_own("c", 1.0)
        else:
            known.note_best("c", 0.5)
    assert looks == [2, 7, 16, 33, 66]
    for _ in range(7):
        known.note_own("c", 0.4)
    assert known.best is None


def test_plans_are_held_against_each_other_over_the_constants_that_both_had() -> None:
    known = learned(surprise=1000.0)
    for constants, seconds in (("few", 0.1), ("many", 1.0), ("many", 1.0)):
        known.note_own(constants, seconds)
    known.note_trial(GOOD, "many", 0.5, succeeded=True)
    assert known.expected_s("few") == 0.05
    known.note_best("few", 0.05)
    assert known.best == GOOD
    known.note_best("few", 0.3)
    assert known.best is None


def test_a_plan_goes_when_it_is_no_longer_faster() -> None:
    known = learned(surprise=1000.0)
    known.note_own("c", 1.0)
    known.note_own("c", 1.0)
    known.note_trial(GOOD, "c", 0.5, succeeded=True)
    for _ in range(3):
        known.note_best("c", 2.0)
    assert known.best is None
    assert known.expected_s("c") == 1.0


def test_vain_trials_come_ever_more_seldom() -> None:
    known = learned(surprise=1000.0)
    known.note_own("c", 1.0)
    known.note_own("c", 1.0)
    known.saved_s = 1000.0
    gaps, since = [], 0
    for number in range(200):
        if known.may_try("c"):
            known.note_trial((frozenset({number}),), "c", 1.2, succeeded=False)
            gaps.append(since)
            since = 0
        known.note_own("c", 1.0)
        since += 1
    assert gaps == sorted(gaps)
    assert gaps[-1] > 3
