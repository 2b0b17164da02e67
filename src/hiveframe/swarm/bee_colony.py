"""Artificial bee colony search over discrete solutions, one costly evaluation at a time.

Employed bees try a neighbour of each food source in turn; onlookers choose sources by their quality and try neighbours
of those; a source that nobody improves is left, and a scout finds another. Source: D. Karaboga, "An idea based on honey
bee swarm for numerical optimization" (2005); moves between discrete solutions stand for steps between vectors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, Generic, TypeVar

S = TypeVar("S", bound=Hashable)

_TRIES: Final = 20


@dataclass
class _Source(Generic[S]):
    """A food source: its cost, infinite until it is known, and how often a neighbour was no better."""

    solution: S
    cost: float = math.inf
    trials: int = 0


class BeeColony(Generic[S]):
    """Asks for the cost of one solution after the other; none is asked for twice.

    `first` are the solutions to begin with, `neighbour` makes another one that is a little different, `scout` any. A
    source is left after `limit` neighbours that were no better. Lower cost is better; infinite is a failure.
    """

    def __init__(
        self,
        first: Sequence[S],
        neighbour: Callable[[S, Random], S],
        scout: Callable[[Random], S],
        *,
        limit: int = 4,
        random: Random,
    ) -> None:
        if not first:
            raise ValueError("a colony needs at least one solution to begin with")
        self._sources = [_Source(solution) for solution in first]
        self._neighbour = neighbour
        self._scout = scout
        self._limit = limit
        self._random = random
        self._costs: dict[S, float] = {}
        self._turn = 0
        self._asked: tuple[_Source[S], S] | None = None

    def ask(self) -> S | None:
        """The solution to evaluate next; None when nothing new was found to try."""
        for source in self._sources:
            if source.solution not in self._costs:
                self._asked = source, source.solution
                return source.solution
        for _ in range(_TRIES):
            source = self._next_source()
            candidate = self._neighbour(source.solution, self._random)
            if candidate not in self._costs:
                self._asked = source, candidate
                return candidate
            source.trials += 1
            self._leave_exhausted()
            if source.solution not in self._costs:  # a scout has found another
                self._asked = source, source.solution
                return source.solution
        return None

    def tell(self, solution: S, cost: float) -> None:
        """The cost of a solution: of the one that was asked for, or of one that turned out otherwise since."""
        self._costs[solution] = cost
        for source in self._sources:
            if source.solution == solution:
                source.cost = cost
        if self._asked is None or self._asked[1] != solution:
            return
        source, self._asked = self._asked[0], None
        if cost < source.cost:
            source.solution, source.cost, source.trials = solution, cost, 0
        elif source.solution != solution:
            source.trials += 1
        self._leave_exhausted()

    def _next_source(self) -> _Source[S]:
        """Each source once (employed bees), then as many by their quality (onlookers)."""
        count = len(self._sources)
        turn, self._turn = self._turn, (self._turn + 1) % (2 * count)
        if turn < count:
            return self._sources[turn]
        least = min(source.cost for source in self._sources)
        if not math.isfinite(least):
            return self._random.choice(self._sources)
        weights = [least / s.cost if s.cost > 0 else 1.0 for s in self._sources]
        return self._random.choices(self._sources, [max(w, 1e-3) for w in weights])[0]

    def _leave_exhausted(self) -> None:
        for source in self._sources:
            if source.trials >= self._limit:
                source.solution = self._scout(self._random)
                source.cost, source.trials = self._costs.get(source.solution, math.inf), 0
