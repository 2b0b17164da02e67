"""Who may run, who waits, and who is turned away: the state of one engine's door, without threads and without a clock.

Work is interactive (someone waits for it) or batch. A place is free or it is not (`Limit`); batch never takes the last
one. Who finds a place starts at once and is never turned away. Who finds none waits, if the lottery lets it: it is
admitted with probability `1 / (1 + e^pheromone)`, where the pheromone rises with

- the queue: the wait that is to be expected, in shares of the patience of that kind of work,
- latency: how much slower than alone finished queries were, beyond what places side by side explain,
- errors: the share of queries that failed for want of memory,

from a resting level below 0. The last two are trails, which evaporate: with nothing finishing, work is tried again. So
is the crowd, the share of those who came and found no place: without one a burst is waited out, as patience is then
`_CALM_PATIENCE` times what it is in a crowd.

Of those that wait, interactive ones go first, each kind in its order, and in a crowd batch work does not start at all;
but where none is running, and its patience is half over, it does before all others: it is never starved. Who has
waited for `_GIVE_UP` patiences is turned away.

What is learnt of a query is how long it takes alone. Unless somebody says what it is, a query counts as batch if it is
known to take longer than `interactive_s`, or once it has run for longer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Final

from hiveframe.swarm.costs import Costs, Usual
from hiveframe.swarm.pheromone import RESTING, Trail, acceptance
from hiveframe.swarm.temperature import LOWEST, Finished, Limit


class Kind(Enum):
    """What work is."""

    INTERACTIVE = "interactive"
    BATCH = "batch"


class State(Enum):
    """Where work is."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"


_PULL: Final = -2.0 * RESTING
"""At half of one's patience the chance is even; at all of it, it is as low as it is high at rest."""

_LATENCY_PULL: Final = 4.0
_ERROR_PULL: Final = 16.0
_TRAIL_HALF_LIFE_S: Final = 1.0
_TRAIL_SHARE: Final = 0.1

_GIVE_UP: Final = 2.0
_PATIENCE: Final = 1.5
_CALM_PATIENCE: Final = 8.0
_CROWD: Final = 0.5
_LEAST_PATIENCE_S: Final = 0.005
_BATCH_PATIENCE_S: Final = 5.0
_OWN_COSTS: Final = 4.0
_HALF_DONE: Final = 0.5
_LONGEST_RETRY_S: Final = 30.0


@dataclass(slots=True, eq=False)
class Ticket:
    """One piece of work at the door. Seconds are of the clock that every call is given."""

    key: Hashable
    asked: Kind | None
    kind: Kind
    cost_s: float
    alone_s: float | None
    arrived_s: float
    deadline_s: float
    patience_s: float
    state: State = State.WAITING
    started_s: float = 0.0
    resumed_s: float = 0.0
    ran_s: float = 0.0


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """No place, now. `retry_s` is when to ask again; `expected_s` the wait that was to be expected."""

    retry_s: float
    expected_s: float


class Admission:
    """The door. Every call must come from one thread at a time; `now_s` never goes back.

    `lottery` False turns away whoever finds no place, as limits without a queue do.
    """

    def __init__(self, limit: Limit, random: Random, *, interactive_s: float, lottery: bool = True) -> None:
        self.limit = limit
        self.costs = Costs()
        self.usual = {kind: Usual() for kind in Kind}
        self.turned_away = dict.fromkeys(Kind, 0)
        self.started = dict.fromkeys(Kind, 0)
        self._random = random
        self._interactive_s = interactive_s
        self._lottery = lottery
        self._running: set[Ticket] = set()
        self._waiting: dict[Kind, deque[Ticket]] = {kind: deque() for kind in Kind}
        self._slowness = Trail(_TRAIL_HALF_LIFE_S)
        self._errors = Trail(_TRAIL_HALF_LIFE_S)
        self._crowd = Trail(_TRAIL_HALF_LIFE_S)

    # ------------------------------------------------------------------------------------------------- coming, going

    def offer(self, key: Hashable, asked: Kind | None, now_s: float) -> Ticket | TurnedAway:
        """Work comes: its ticket, running or waiting; or how it is turned away. `asked` None leaves its kind to us."""
        alone_s = self.costs.known_s(key)
        kind = asked or self._kind_of(alone_s)
        cost_s = alone_s if alone_s is not None else self.usual[kind].seconds
        patience_s = self._patience_s(kind, cost_s, now_s)
        ticket = Ticket(key, asked, kind, cost_s, alone_s, now_s, now_s + _GIVE_UP * patience_s, patience_s)
        has_place = self._is_free(kind, now_s)
        if kind is Kind.INTERACTIVE:
            self._crowd.follow(now_s, float(not has_place), _TRAIL_SHARE)
        if has_place:
            self._start(ticket, now_s)
            return ticket
        expected_s = self.expected_wait_s(kind, now_s)
        if not self._lottery or self._random.random() >= acceptance(
            self.pheromone(kind, expected_s, patience_s, now_s)
        ):
            self.turned_away[kind] += 1
            return TurnedAway(self._retry_s(patience_s, expected_s), expected_s)
        self._waiting[kind].append(ticket)
        return ticket

    def finish(
        self, ticket: Ticket, now_s: float, *, failed: bool = False, whole: bool = True, utilisation: float = 1.0
    ) -> list[Ticket]:
        """Running work is over; those that start in its place. `failed`: for want of memory; `whole`: at its end."""
        self._clock_off(ticket, now_s)
        in_flight = len(self._running)
        self._running.discard(ticket)
        ticket.state = State.DONE
        slowdown = ticket.ran_s / ticket.alone_s if ticket.alone_s else None
        waiting = sum(map(len, self._waiting.values()))
        if whole or failed:
            self.limit.finished(Finished(ticket.ran_s, slowdown, in_flight, waiting, failed, utilisation))
            self._errors.follow(now_s, float(failed), _TRAIL_SHARE)
        if whole and not failed:
            alone_s = self.costs.learn(ticket.key, ticket.ran_s, was_alone=in_flight == 1)
            self.usual[self._kind_of(alone_s)].follow(alone_s)
        if slowdown is not None and ticket.kind is Kind.INTERACTIVE:
            self._slowness.follow(now_s, max(slowdown / max(in_flight, 1) - 1.0, 0.0), _TRAIL_SHARE)
        return self.advance(now_s)

    def withdraw(self, ticket: Ticket, now_s: float) -> list[Ticket]:
        """Waiting work is not wanted any more; those that may start as it no longer stands before them."""
        self._waiting[ticket.kind].remove(ticket)
        ticket.state = State.DONE
        return self.advance(now_s)

    def give_up(self, ticket: Ticket, now_s: float) -> TurnedAway:
        """Waiting work whose `deadline_s` has come."""
        self._waiting[ticket.kind].remove(ticket)
        ticket.state = State.DONE
        self.turned_away[ticket.kind] += 1
        expected_s = self.expected_wait_s(ticket.kind, now_s)
        return TurnedAway(self._retry_s(ticket.patience_s, expected_s), expected_s)

    def pause(self, ticket: Ticket, now_s: float) -> list[Ticket]:
        """Running work waits for its reader: it needs no place meanwhile; those that start in it."""
        if ticket.state is not State.RUNNING:
            return []
        self._clock_off(ticket, now_s)
        self._running.discard(ticket)
        ticket.state = State.PAUSED
        return self.advance(now_s)

    def resume(self, ticket: Ticket, now_s: float) -> None:
        """Paused work goes on, at once: beyond the limit if need be, as it holds memory that only its end frees."""
        if ticket.state is State.PAUSED:
            self._clock_on(ticket, now_s)

    def advance(self, now_s: float) -> list[Ticket]:
        """Those of the waiting that start now. To be called from time to time: batch work starts when a crowd is
        over, or half of its patience is, whether anybody comes or goes then or not."""
        started: list[Ticket] = []
        while True:
            ticket = self._next(now_s)
            if ticket is None:
                return started
            self._waiting[ticket.kind].popleft()
            self._start(ticket, now_s)
            started.append(ticket)

    # ---------------------------------------------------------------------------------------------------- what is so

    def pheromone(self, kind: Kind, expected_s: float, patience_s: float, now_s: float) -> float:
        """The level that work meets which would have to wait for `expected_s`."""
        queue = _PULL * expected_s / patience_s
        return RESTING + queue + _LATENCY_PULL * self._slowness.level(now_s) + _ERROR_PULL * self._errors.level(now_s)

    def pheromone_of(self, kind: Kind, now_s: float) -> float:
        """The level that usual work of this kind would meet now."""
        patience_s = self._patience_s(kind, self.usual[kind].seconds, now_s)
        return self.pheromone(kind, self.expected_wait_s(kind, now_s), patience_s, now_s)

    def expected_wait_s(self, kind: Kind, now_s: float) -> float:
        """How long work of this kind that comes now would wait: what stands before it, by its places."""
        if self._is_free(kind, now_s):
            return 0.0
        before_s = sum(t.cost_s for t in self._waiting[kind])
        if kind is Kind.BATCH:
            before_s += sum(t.cost_s for t in self._waiting[Kind.INTERACTIVE])
        long = [t for t in self._running if self._is_long(t, now_s)]
        short = [t for t in self._running if not self._is_long(t, now_s)]
        if kind is Kind.INTERACTIVE:
            places = max(self.limit.places - len(long), 1)
            ends_s = [_left_s(t, now_s) for t in (short or long)]
        else:
            places = max(self.limit.places - 1, 1)
            ends_s = [_left_s(t, now_s) for t in (long or short)]
        first_s = min(ends_s, default=0.0)
        return first_s + before_s * self._slowdown(now_s) / places

    def crowd(self, now_s: float) -> float:
        """The share, 0 to 1, of interactive work that lately found no place when it came."""
        return self._crowd.level(now_s)

    def waiting(self) -> Iterator[Ticket]:
        """All that wait, in the order in which they would start."""
        for kind in Kind:
            yield from self._waiting[kind]

    def running(self) -> Iterator[Ticket]:
        """All that have a place."""
        yield from self._running

    # ------------------------------------------------------------------------------------------------------ helpers

    def _kind_of(self, alone_s: float | None) -> Kind:
        return Kind.BATCH if alone_s is not None and alone_s > self._interactive_s else Kind.INTERACTIVE

    def _patience_s(self, kind: Kind, cost_s: float, now_s: float) -> float:
        """Interactive work may wait for some times as long as it usually takes, batch work for some times its cost."""
        if kind is Kind.BATCH:
            return max(_OWN_COSTS * cost_s, _BATCH_PATIENCE_S)
        calm = max(1.0 - self.crowd(now_s) / _CROWD, 0.0)
        return max(self.usual[kind].seconds, _LEAST_PATIENCE_S) * (_PATIENCE + (_CALM_PATIENCE - _PATIENCE) * calm)

    def _retry_s(self, patience_s: float, expected_s: float) -> float:
        """Spread, so that those who were turned away together do not come back together."""
        return min((patience_s + expected_s) * (0.5 + self._random.random()), _LONGEST_RETRY_S)

    def _is_long(self, ticket: Ticket, now_s: float) -> bool:
        if ticket.asked is not None or ticket.kind is Kind.BATCH:
            return ticket.kind is Kind.BATCH
        return ticket.ran_s + now_s - ticket.resumed_s > self._interactive_s

    def _has_place(self, kind: Kind, now_s: float) -> bool:
        places = self.limit.places
        if len(self._running) >= places:
            return False
        if kind is Kind.INTERACTIVE or places < LOWEST:
            return True
        return sum(self._is_long(t, now_s) for t in self._running) < places - 1

    def _is_free(self, kind: Kind, now_s: float) -> bool:
        """Whether work that comes now starts at once."""
        is_held_back = kind is Kind.BATCH and self.crowd(now_s) > _CROWD
        return not self._waiting[kind] and not is_held_back and self._has_place(kind, now_s)

    def _next(self, now_s: float) -> Ticket | None:
        interactive, batch = self._waiting[Kind.INTERACTIVE], self._waiting[Kind.BATCH]
        can_batch = bool(batch) and self._has_place(Kind.BATCH, now_s)
        if can_batch and (interactive or self.crowd(now_s) > _CROWD):
            is_due = now_s - batch[0].arrived_s > _HALF_DONE * batch[0].patience_s
            can_batch = is_due and not any(self._is_long(t, now_s) for t in self._running)
        if can_batch:
            return batch[0]
        return interactive[0] if interactive and self._has_place(Kind.INTERACTIVE, now_s) else None

    def _slowdown(self, now_s: float) -> float:
        return max(float(len(self._running)), 1.0) * (1.0 + self._slowness.level(now_s))

    def _start(self, ticket: Ticket, now_s: float) -> None:
        ticket.started_s = now_s
        self.started[ticket.kind] += 1
        self._clock_on(ticket, now_s)

    def _clock_on(self, ticket: Ticket, now_s: float) -> None:
        ticket.state = State.RUNNING
        ticket.resumed_s = now_s
        self._running.add(ticket)

    def _clock_off(self, ticket: Ticket, now_s: float) -> None:
        if ticket.state is State.RUNNING:
            ticket.ran_s += now_s - ticket.resumed_s


def _left_s(ticket: Ticket, now_s: float) -> float:
    """What a running query may still take: no less than a quarter of its cost, as costs are not exact."""
    return max(ticket.cost_s - (now_s - ticket.started_s), 0.25 * ticket.cost_s)
