"""The door of a server's engine: operations come in by `enter`, wait there if need be, and go by `leave`.

One operation enters once, before it analyses anything and while it holds no lock; whatever it then runs (subqueries,
stages of Python functions, statements of a script) belongs to it and enters no more: nothing ever waits for a place
that its own parent holds. Sessions in this process have no door.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Final
from weakref import WeakSet

from hiveframe.clock import Clock
from hiveframe.dataclass import dataclass
from hiveframe.engine.database import default_threads
from hiveframe.engine.process import database
from hiveframe.errors import OperationCanceled, ServerOverloaded
from hiveframe.plan import spec
from hiveframe.sessions.query_key import query_key
from hiveframe.settings import Settings, duration_s
from hiveframe.swarm.admission import Admission, Kind, State, Ticket, TurnedAway
from hiveframe.swarm.shares import Shares
from hiveframe.swarm.temperature import Temperature

logger = logging.getLogger("hiveframe.admission")

ENABLED: Final = "spark.hiveframe.admission.enabled"
CLASS: Final = "spark.hiveframe.query.class"
POOL: Final = "spark.scheduler.pool"
INTERACTIVE_TIME: Final = "spark.hiveframe.admission.interactiveTime"
MOST: Final = "spark.hiveframe.admission.maxConcurrency"

_HIGHEST_A_CORE: Final = 4
_QUIET_S: Final = 60.0
_LOOK_S: Final = 0.25
_TICK_S: Final = 0.25


@dataclass(frozen=True, slots=True)
class Seen:
    """One operation at the door, for whoever looks."""

    operation_id: str
    user: str
    kind: str
    state: str
    waited_ms: int
    ran_ms: int
    expected_ms: int | None


@dataclass(frozen=True, slots=True)
class Visitor:
    """An operation with its ticket; `called` is set when it may stop waiting."""

    ticket: Ticket
    operation_id: str
    user: str
    called: threading.Event


class Door:
    """Thread-safe; decisions are `admission`'s."""

    def __init__(
        self,
        admission: Admission,
        clock: Clock | None = None,
        *,
        cores: int = 1,
        divide: Callable[[int, int], None] | None = None,
    ) -> None:
        self.admission = admission
        self._cores = cores
        self._divide = divide
        self._divided = self._to_divide = (cores, 1)
        self._is_dividing = False
        self._shares = Shares(cores)
        self._used = 1.0
        self._looked = (0.0, 0.0)
        self._now_s: Callable[[], float] = (clock or Clock()).monotonic
        self._lock = threading.Lock()
        self._visitors: dict[Ticket, Visitor] = {}
        self._noted_s = float("-inf")
        self._unnoted = 0
        _doors.add(self)

    def enter(
        self,
        asked: spec.Relation | spec.Command,
        settings: Settings,
        *,
        operation_id: str,
        user: str,
        on_cancel: Callable[[Callable[[], None]], None],
    ) -> Visitor:
        """Returns when the operation may run; ServerOverloaded if it is turned away, OPERATION_CANCELED if that."""
        key, kind = query_key(asked), kind_asked(settings)
        with self._lock:
            offered = self.admission.offer(key, kind, self._now_s())
            if isinstance(offered, Ticket):
                visitor = self._visitors[offered] = Visitor(offered, operation_id, user, threading.Event())
            self._share()
        if isinstance(offered, TurnedAway):
            raise self._refused(offered)
        if offered.state is State.WAITING:
            on_cancel(lambda: self._withdraw(visitor))
            self._wait(visitor)
        return visitor

    def leave(self, visitor: Visitor, *, failed: bool = False, whole: bool = True) -> None:
        """The operation is done; `failed` for want of memory, `whole` when it gave all of its rows."""
        with self._lock:
            if self._visitors.pop(visitor.ticket, None) is not None:
                now_s, used = self._now_s(), self._utilisation()
                self._call(self.admission.finish(visitor.ticket, now_s, failed=failed, whole=whole, utilisation=used))
                self._share()

    def pause(self, visitor: Visitor) -> None:
        """The operation waits for its client to take what it made."""
        with self._lock:
            self._call(self.admission.pause(visitor.ticket, self._now_s()))

    def resume(self, visitor: Visitor) -> None:
        """The client took it."""
        with self._lock:
            self.admission.resume(visitor.ticket, self._now_s())

    def seen(self) -> list[Seen]:
        """The operations that wait, in their order, and those that run."""
        with self._lock:
            now_s = self._now_s()
            waiting = list(self.admission.waiting())
            others = [t for t in self._visitors if t.state is not State.WAITING]
            return [self._shown(self._visitors[ticket], now_s) for ticket in (*others, *waiting)]

    def counts(self) -> dict[str, float]:
        """The controller's state and what was counted since the server began."""
        with self._lock:
            return dict(self._counted())

    def _counted(self) -> Iterator[tuple[str, float]]:
        admission, now_s = self.admission, self._now_s()
        yield "places", admission.limit.places
        if isinstance(admission.limit, Temperature):
            yield "temperature", admission.limit.degrees
            yield "slowdown", admission.limit.slowdown
        yield "utilisation", self._used
        yield "crowd", admission.crowd(now_s)
        yield "threads", self._divided[0]
        yield "memory_share", 1 / self._divided[1]
        yield "running", sum(1 for _ in admission.running())
        for kind in Kind:
            expected_s = admission.expected_wait_s(kind, now_s)
            yield f"{kind.value}.waiting", sum(t.kind is kind for t in admission.waiting())
            yield f"{kind.value}.expected_wait_ms", expected_s * 1000
            yield f"{kind.value}.pheromone", admission.pheromone_of(kind, now_s)
            yield f"{kind.value}.started", admission.started[kind]
            yield f"{kind.value}.turned_away", admission.turned_away[kind]

    def _share(self) -> None:
        """Have the engine divided anew where that is due; not on this thread, as it takes until tasks end."""
        if self._divide is None:
            return
        crowd = self.admission.crowd(self._now_s())
        self._to_divide = self._shares.now(crowd, self.admission.limit.places)
        if self._to_divide != self._divided and not self._is_dividing:
            self._is_dividing = True
            threading.Thread(target=self._apply, name="hiveframe-shares", daemon=True).start()

    def _apply(self) -> None:
        assert self._divide is not None
        while True:
            with self._lock:
                wanted = self._to_divide
                if wanted == self._divided:
                    self._is_dividing = False
                    return
            self._divide(*wanted)
            with self._lock:
                self._divided = wanted

    def _utilisation(self) -> float:
        """The share of the cores that this process used lately, looked at every so often."""
        now_s, used_s = time.monotonic(), time.process_time()
        passed_s = now_s - self._looked[0]
        if passed_s > _LOOK_S:
            self._used = min((used_s - self._looked[1]) / (passed_s * self._cores), 1.0)
            self._looked = (now_s, used_s)
        return self._used

    def _wait(self, visitor: Visitor) -> None:
        """Until it is called or its deadline comes. Batch work asks again now and then: a crowd ends unheard."""
        ticket = visitor.ticket
        longest_s = _TICK_S if ticket.kind is Kind.BATCH else threading.TIMEOUT_MAX
        while (left_s := ticket.deadline_s - self._now_s()) > 0 and not visitor.called.wait(min(left_s, longest_s)):
            with self._lock:
                self._call(self.admission.advance(self._now_s()))
        with self._lock:
            if ticket.state is State.RUNNING:
                return
            if ticket.state is State.DONE:
                raise OperationCanceled("OPERATION_CANCELED")
            del self._visitors[ticket]
            given_up = self.admission.give_up(ticket, self._now_s())
        raise self._refused(given_up)

    def _withdraw(self, visitor: Visitor) -> None:
        with self._lock:
            if visitor.ticket.state is State.WAITING:
                del self._visitors[visitor.ticket]
                self._call(self.admission.withdraw(visitor.ticket, self._now_s()))
                visitor.called.set()

    def _call(self, started: list[Ticket]) -> None:
        for ticket in started:
            self._visitors[ticket].called.set()

    def _refused(self, refusal: TurnedAway) -> ServerOverloaded:
        self._note()
        return ServerOverloaded.after(refusal.retry_s)

    def _note(self) -> None:
        """Say in the log that work is turned away, at most once a minute."""
        with self._lock:
            now_s = self._now_s()
            self._unnoted += 1
            if now_s - self._noted_s < _QUIET_S:
                return
            count, self._unnoted, self._noted_s = self._unnoted, 0, now_s
        logger.warning("overloaded: %d operations were told to come again later", count)

    def _shown(self, visitor: Visitor, now_s: float) -> Seen:
        ticket = visitor.ticket
        waited_s = (now_s if ticket.state is State.WAITING else ticket.started_s) - ticket.arrived_s
        ran_s = ticket.ran_s + (now_s - ticket.resumed_s if ticket.state is State.RUNNING else 0.0)
        expected_ms = None if ticket.alone_s is None else round(ticket.alone_s * 1000)
        return Seen(
            visitor.operation_id,
            visitor.user,
            ticket.kind.value,
            ticket.state.value,
            round(waited_s * 1000),
            round(ran_s * 1000),
            expected_ms,
        )


def doors() -> list[Door]:
    """The doors of this process: one for each of its servers."""
    return list(_doors)


_doors: WeakSet[Door] = WeakSet()


def kind_asked(settings: Settings) -> Kind | None:
    """What the session says of its queries: by `spark.hiveframe.query.class`, else by the name of its pool."""
    named = settings.require(CLASS).lower()
    if named == "auto":
        named = (settings.get(POOL) or "").lower()
    return next((kind for kind in Kind if kind.value == named), None)


def door_for(settings: Settings) -> Door | None:
    """A server's door; None where `spark.hiveframe.admission.enabled` is false."""
    if not settings.flag(ENABLED):
        return None
    threads = settings.get("spark.hiveframe.threads")
    cores = int(threads) if threads else default_threads()
    most = settings.get(MOST)
    highest = int(most) if most else _HIGHEST_A_CORE * cores
    interactive_s = duration_s(settings.require(INTERACTIVE_TIME))
    admission = Admission(Temperature(min(cores, highest), highest), Random(), interactive_s=interactive_s)
    return Door(admission, cores=cores, divide=lambda threads, queries: database(settings).share(threads, queries))
