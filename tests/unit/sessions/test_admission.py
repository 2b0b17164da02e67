"""The door under threads: waiting, cancelling, giving up."""

from __future__ import annotations

import threading
from random import Random
from time import monotonic

import pytest

from hiveframe.errors import OperationCanceled, ServerOverloaded
from hiveframe.plan import spec
from hiveframe.sessions.admission import Door, door_for, kind_asked
from hiveframe.settings import Settings
from hiveframe.swarm.admission import Admission, Kind, State
from hiveframe.swarm.temperature import Temperature

QUERY = spec.SqlQuery("SELECT 1")
INTERACTIVE = Settings({"spark.hiveframe.query.class": "interactive"})
BATCH = Settings({"spark.scheduler.pool": "batch"})


class Always(Random):
    def random(self):
        return 0.0


class Operation:
    """What the connect side is to the door."""

    def __init__(self):
        self.callbacks = []

    def cancel(self):
        for callback in self.callbacks:
            callback()


def make_door(**options):
    return Door(Admission(Temperature(2, 2), Always(), interactive_s=0.25), **options)


def enter(door, settings=INTERACTIVE, name="o", operation=None):
    operation = operation or Operation()
    return door.enter(QUERY, settings, operation_id=name, user="u", on_cancel=operation.callbacks.append)


def start(door, settings, name, found, operation=None):
    """Enters on a thread of its own; what becomes of it lands in `found` under its name."""

    def run():
        try:
            found[name] = enter(door, settings, name, operation)
        except (OperationCanceled, ServerOverloaded) as error:
            found[name] = error

    thread = threading.Thread(target=run)
    thread.start()
    while not any(seen.operation_id == name for seen in door.seen()) and name not in found:
        pass
    return thread


def test_who_waits_is_seen_and_starts_when_a_place_is_free():
    door, found = make_door(), {}
    running = enter(door, BATCH, "a report")
    thread = start(door, BATCH, "another", found)
    assert [(s.operation_id, s.user, s.kind, s.state) for s in door.seen()] == [
        ("a report", "u", "batch", "running"),
        ("another", "u", "batch", "waiting"),
    ]
    door.leave(running)
    thread.join(60)
    assert found["another"].ticket.state is State.RUNNING
    assert door.counts()["batch.started"] == 2


def test_a_report_that_came_in_a_crowd_starts_when_that_is_over_though_nobody_goes():
    door, found = make_door(), {}
    admission = door.admission
    running = [enter(door, name=str(i)) for i in range(2)]
    for i in range(50):
        now_s = monotonic()
        admission.withdraw(admission.offer(i, Kind.INTERACTIVE, now_s), now_s)
    thread = start(door, BATCH, "a report", found)
    for visitor in running:
        door.leave(visitor)
    assert [s.state for s in door.seen()] == ["waiting"]
    thread.join(60)
    assert found["a report"].ticket.state is State.RUNNING
    assert door.counts()["batch.turned_away"] == 0


def test_who_waits_and_is_cancelled_stops_waiting():
    door, found, operation = make_door(), {}, Operation()
    running = enter(door, BATCH)
    thread = start(door, BATCH, "waits", found, operation)
    operation.cancel()
    thread.join(60)
    assert isinstance(found["waits"], OperationCanceled)
    assert [seen.operation_id for seen in door.seen()] == ["o"]
    door.leave(running)
    assert door.seen() == []


def test_who_was_cancelled_before_does_not_wait_at_all():
    door = make_door()
    enter(door, BATCH)

    def at_once(callback):
        callback()

    with pytest.raises(OperationCanceled):
        door.enter(QUERY, BATCH, operation_id="o", user="u", on_cancel=at_once)


def test_who_has_waited_for_too_long_is_told_when_to_come_again():
    door = make_door()
    for _ in range(2):
        enter(door)
    with pytest.raises(ServerOverloaded, match=r"SERVER_OVERLOADED.*again in \d+ ms") as caught:
        enter(door)
    assert caught.value.retry_s > 0
    assert door.counts()["interactive.turned_away"] == 1


def test_a_place_is_given_back_once():
    door = make_door()
    visitor = enter(door)
    door.leave(visitor)
    door.leave(visitor)
    assert door.seen() == []
    assert door.counts()["running"] == 0


def test_in_a_crowd_the_engine_is_divided():
    asked, changed = [], threading.Event()

    def divide(threads, queries):
        asked.append((threads, queries))
        changed.set()

    door = make_door(cores=2, divide=divide)
    for _ in range(2):
        enter(door)
    for _ in range(12):
        with pytest.raises(ServerOverloaded):
            enter(door)
    assert changed.wait(60)
    assert asked == [(1, 2)]


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({}, None),
        ({"spark.scheduler.pool": "batch"}, Kind.BATCH),
        ({"spark.scheduler.pool": "Interactive"}, Kind.INTERACTIVE),
        ({"spark.scheduler.pool": "production"}, None),
        ({"spark.hiveframe.query.class": "interactive", "spark.scheduler.pool": "batch"}, Kind.INTERACTIVE),
    ],
)
def test_a_session_says_of_what_kind_its_queries_are(settings, kind):
    assert kind_asked(Settings(settings)) is kind


def test_a_door_can_be_left_out_and_has_the_places_that_are_set():
    assert door_for(Settings({"spark.hiveframe.admission.enabled": "false"})) is None
    door = door_for(Settings({"spark.hiveframe.threads": "8", "spark.hiveframe.admission.maxConcurrency": "3"}))
    assert door is not None
    assert door.counts()["places"] == 3
