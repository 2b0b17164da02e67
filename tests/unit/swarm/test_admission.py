from __future__ import annotations

from random import Random

import pytest

from hiveframe.swarm.admission import Admission, Kind, State, Ticket, TurnedAway
from hiveframe.swarm.costs import Costs
from hiveframe.swarm.temperature import Temperature

INTERACTIVE, BATCH = Kind.INTERACTIVE, Kind.BATCH


class Never(Random):
    """Draws the number that only a sure chance admits."""

    def random(self):
        return 1.0 - 1e-12


class Always(Random):
    """Draws the number that any chance admits."""

    def random(self):
        return 0.0


def door(places=2, random=None):
    return Admission(Temperature(places, places), random or Always(), interactive_s=0.25)


def learn(admission, key, seconds, now_s=0.0):
    ticket = admission.offer(key, None, now_s)
    admission.finish(ticket, now_s + seconds)


def test_who_finds_a_place_is_never_turned_away():
    admission = door(4, Never())
    assert [admission.offer(i, INTERACTIVE, 0.0).state for i in range(4)] == [State.RUNNING] * 4
    assert isinstance(admission.offer(4, INTERACTIVE, 0.0), TurnedAway)


def test_one_after_another_is_never_turned_away_however_long_each_takes():
    admission = door(2, Never())
    for i in range(200):
        ticket = admission.offer(i % 3, None, i * 10.0)
        assert ticket.state is State.RUNNING
        assert admission.finish(ticket, i * 10.0 + 9.0) == []


def test_batch_work_never_takes_the_last_place():
    admission = door(3)
    states = [admission.offer(i, BATCH, 0.0).state for i in range(3)]
    assert states == [State.RUNNING, State.RUNNING, State.WAITING]
    assert admission.offer("q", INTERACTIVE, 0.0).state is State.RUNNING


def test_interactive_work_passes_batch_work_that_came_before():
    admission = door(2)
    running = [admission.offer(i, INTERACTIVE, 0.0) for i in range(2)]
    report = admission.offer("report", BATCH, 0.001)
    question = admission.offer("question", INTERACTIVE, 0.002)
    assert list(admission.waiting()) == [question, report]
    assert admission.finish(running[0], 0.01) == [question]
    assert report.state is State.WAITING


def test_each_kind_keeps_its_order():
    admission = door(2)
    first = [admission.offer(i, INTERACTIVE, 0.0) for i in range(2)]
    waiting = [admission.offer(10 + i, INTERACTIVE, 0.001) for i in range(4)]
    started = []
    for i, ticket in enumerate([*first, *waiting]):
        started += admission.finish(ticket, 0.002 + i / 1000)
    assert started == waiting


def test_batch_work_that_has_waited_for_half_its_patience_is_next():
    admission = door(2)
    running = [admission.offer(i, INTERACTIVE, 0.0) for i in range(2)]
    report = admission.offer("report", BATCH, 0.0)
    late = report.patience_s * 0.6
    question = admission.offer("question", INTERACTIVE, late)
    assert admission.finish(running[0], late) == [report]
    assert admission.finish(running[1], late) == [question]


def test_a_query_known_to_be_long_is_batch_and_one_known_to_be_short_is_not():
    admission = door(4)
    learn(admission, "long", 3.0)
    learn(admission, "short", 0.1, 10.0)
    assert admission.offer("long", None, 20.0).kind is BATCH
    assert admission.offer("short", None, 20.0).kind is INTERACTIVE
    assert admission.offer("new", None, 20.0).kind is INTERACTIVE


def test_what_short_queries_take_does_not_say_what_an_unknown_long_one_will():
    admission = door(4)
    learn(admission, "long", 8.0)
    for i in range(100):
        learn(admission, i, 0.01, 10.0 + i)
    assert admission.offer("new report", BATCH, 200.0).cost_s == pytest.approx(8.0)
    assert admission.offer("new question", INTERACTIVE, 200.0).cost_s == pytest.approx(0.01)


def test_batch_work_starts_when_the_crowd_is_over_though_nobody_comes_or_goes():
    admission = door(2)
    running = [admission.offer(i, INTERACTIVE, 0.0) for i in range(2)]
    for i in range(50):
        admission.withdraw(admission.offer(10 + i, INTERACTIVE, 0.0), 0.0)
    report = admission.offer("report", BATCH, 0.0)
    for ticket in running:
        assert admission.finish(ticket, 0.01) == []
    assert admission.advance(0.02) == []
    assert admission.advance(4.0) == [report]


def test_what_somebody_says_of_a_query_counts_more_than_what_was_learnt():
    admission = door(4)
    learn(admission, "long", 3.0)
    assert admission.offer("long", INTERACTIVE, 5.0).kind is INTERACTIVE


def test_a_query_that_turns_out_to_be_long_leaves_the_last_place_to_others():
    admission = door(2)
    admission.offer("unknown", None, 0.0)
    assert admission.offer("report", BATCH, 1.0).state is State.WAITING
    assert admission.offer("question", INTERACTIVE, 1.0).state is State.RUNNING


def test_paused_work_gives_its_place_and_takes_it_back_at_once():
    admission = door(2)
    first, second = (admission.offer(i, INTERACTIVE, 0.0) for i in range(2))
    third = admission.offer(2, INTERACTIVE, 0.0)
    assert admission.pause(first, 0.1) == [third]
    admission.resume(first, 0.2)
    assert set(admission.running()) == {first, second, third}
    assert admission.finish(first, 0.3) == []
    assert first.ran_s == pytest.approx(0.2)


def test_paused_work_may_end_without_going_on():
    admission = door(2)
    first = admission.offer(0, INTERACTIVE, 0.0)
    admission.pause(first, 0.1)
    admission.finish(first, 5.0, whole=False)
    assert first.ran_s == pytest.approx(0.1)
    assert list(admission.running()) == []


def test_withdrawn_work_does_not_start_and_does_not_stand_before_others():
    admission = door(2)
    first = admission.offer(0, INTERACTIVE, 0.0)
    admission.offer(1, INTERACTIVE, 0.0)
    gone, kept = (admission.offer(2 + i, INTERACTIVE, 0.0) for i in range(2))
    assert admission.withdraw(gone, 0.01) == []
    assert admission.finish(first, 0.02) == [kept]


def test_the_pheromone_rises_with_the_wait_with_slowness_and_with_failures_and_evaporates():
    admission = door(2)
    resting = admission.pheromone(INTERACTIVE, 0.0, 1.0, 0.0)
    assert resting < 0
    assert admission.pheromone(INTERACTIVE, 0.5, 1.0, 0.0) == pytest.approx(0.0)
    assert admission.pheromone(INTERACTIVE, 1e300, 1e-300, 0.0) > 0
    for i in range(50):
        admission.finish(admission.offer("q", None, i / 50), (i + 1) / 50, failed=i % 2 == 0)
    risen = admission.pheromone(INTERACTIVE, 0.0, 1.0, 1.0)
    assert risen > resting + 3
    assert admission.pheromone(INTERACTIVE, 0.0, 1.0, 60.0) == pytest.approx(resting, abs=0.01)


def test_a_refusal_says_when_to_come_again_and_not_all_at_once():
    admission = Admission(Temperature(2, 2), Random(1), interactive_s=0.25, lottery=False)
    for i in range(2):
        admission.offer(i, INTERACTIVE, 0.0)
    delays = {admission.offer(i, INTERACTIVE, 0.0).retry_s for i in range(20)}
    assert len(delays) == 20
    assert all(0 < delay < 1 for delay in delays)


def test_an_estimate_falls_at_once_and_does_not_rise_by_runs_in_company():
    costs = Costs()
    costs.learn("q", 1.0, was_alone=True)
    for _ in range(5):
        costs.learn("q", 0.1, was_alone=False)
    low = costs.known_s("q")
    assert low < 0.15
    for _ in range(20):
        costs.learn("q", 0.5, was_alone=False)
    assert costs.known_s("q") < 0.2
    for _ in range(20):
        costs.learn("q", 0.5, was_alone=True)
    assert costs.known_s("q") == pytest.approx(0.5, rel=0.05)


def test_only_so_many_estimates_are_kept():
    costs = Costs(capacity=3)
    for key in range(5):
        costs.learn(key, 1.0, was_alone=True)
    assert [costs.known_s(key) for key in range(5)] == [None, None, 1.0, 1.0, 1.0]


@pytest.mark.parametrize("seed", range(20))
def test_whatever_comes_and_goes_places_are_kept_and_nothing_is_lost(seed):
    """Random calls: no more run than there are places, none waits while there is a place, all tickets are somewhere."""
    random = Random(seed)
    admission = Admission(Temperature(3, 9), Random(seed), interactive_s=0.25)
    now_s, alive = 0.0, set()
    for _ in range(3000):
        now_s += random.expovariate(200)
        running = [t for t in alive if t.state is State.RUNNING]
        paused = [t for t in alive if t.state is State.PAUSED]
        waiting = [t for t in alive if t.state is State.WAITING]
        for late in [t for t in waiting if t.deadline_s <= now_s]:
            admission.give_up(late, now_s)
        waiting = [t for t in waiting if t.state is State.WAITING]
        match random.choice(["offer", "offer", "offer", "finish", "finish", "pause", "resume", "withdraw"]):
            case "offer":
                offered = admission.offer(random.randrange(8), random.choice([None, None, *Kind]), now_s)
                if isinstance(offered, Ticket):
                    alive.add(offered)
            case "finish" if running:
                admission.finish(random.choice(running), now_s, failed=random.random() < 0.05)
            case "pause" if running:
                admission.pause(random.choice(running), now_s)
            case "resume" if paused:
                admission.resume(random.choice(paused), now_s)
            case "withdraw" if waiting:
                admission.withdraw(random.choice(waiting), now_s)
        alive = {t for t in alive if t.state is not State.DONE}
        resumed = sum(t.state is State.RUNNING and t.resumed_s > t.started_s for t in alive)
        assert set(admission.running()) == {t for t in alive if t.state is State.RUNNING}
        assert set(admission.waiting()) == {t for t in alive if t.state is State.WAITING}
        assert len(set(admission.running())) <= 9 + resumed
