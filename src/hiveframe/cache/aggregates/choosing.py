"""What to keep: a pure choice from what was asked for lately."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from hiveframe.cache.aggregates.asked import Asked
from hiveframe.cache.aggregates.definition import Definition, seen_by
from hiveframe.cache.aggregates.dims import suffice
from hiveframe.cache.aggregates.reaches import reach_of
from hiveframe.optimizer.aggregate_branches import conditions_of, leaves_of
from hiveframe.optimizer.costs import SUBQUERIES, holds
from hiveframe.optimizer.mentions import mentioned
from hiveframe.optimizer.partial_aggregates import partials_of
from hiveframe.plan.canonical import Fingerprints
from hiveframe.plan.logical import AggCall, Call, Column, Expr, LambdaVar, Literal
from hiveframe.plan.walk import preorder
from hiveframe.swarm.pheromone import Trail

LEAST_USES: Final = 1.9
FADED: Final = 0.25
HALF_LIFE_S: Final = 900.0
"""After so long a use counts for half."""

_REMEMBERED: Final = 8
_LOGICAL: Final = frozenset({"and", "or", "not"})

TemplateKey = tuple[object, ...]

E = TypeVar("E", bound=Expr)


@dataclass(eq=False)
class Template:
    """An aggregation that came with these constants lately: `seen` are digests of conditions and calls each time."""

    asked: Asked
    ansi: bool
    seen: deque[tuple[bytes, ...]] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    uses: Trail = field(default_factory=lambda: Trail(HALF_LIFE_S))
    seconds: float = 0.0
    rests_until_s: float = 0.0
    rows: float | None = None  # of which something that answers it is made, once somebody asked

    def note(self, asked: Asked, seconds: float | None, now_s: float) -> None:
        """It is asked for now, in a query that takes so long; None where it was answered from what is kept."""
        self.asked = asked
        self.seen.append((*asked.condition_prints, *map(asked.prints.of, asked.calls)))
        self.uses.lay(now_s, 1.0)
        self.seconds = self.seconds if seconds is None else seconds

    def definitions(self) -> list[Definition]:
        """What would answer all that was seen of it, the widest first; none where that needs what cannot be kept.

        The first leaves all conditions on one leaf open that compare with constants, others those alone whose
        constants changed. The last tells of one of these only how far a group reaches, where that will do.
        """
        conditions = self.asked.conditions
        changed = [len({seen[i] for seen in self.seen}) > 1 for i in range(len(conditions) + len(self.asked.calls))]
        changes, choices = changed[: len(conditions)], changed[len(conditions) :]
        if any(c and holds([e], SUBQUERIES) for c, e in zip(changes, conditions, strict=True)):
            return []
        is_open = [c or self._may_change(e) for c, e in zip(changes, conditions, strict=True)]
        made = [
            self._definition(opened, choices) for opened in ([changes] if is_open == changes else [is_open, changes])
        ]
        reaching = self._reaching(changes)
        if reaching is not None:
            made.append(self._definition(changes, choices, reaching))
        return [definition for definition in made if definition.can_answer(self.asked, ansi=self.ansi)]

    def _reaching(self, changes: Sequence[bool]) -> int | None:
        """The one condition whose constant changes, if groups need to tell no more of it than how far they reach."""
        places = [i for i, changed in enumerate(changes) if changed and reach_of(self.asked.conditions[i]) is not None]
        return places[0] if len(places) == 1 and all(call.distinct for call in self.asked.calls) else None

    def _may_change(self, condition: Expr) -> bool:
        """Whether a condition compares with something that might be another time's other constant.

        One on several leaves may be what joins them.
        """
        if holds([condition], SUBQUERIES) or not any(isinstance(part, Literal) for part in preorder(condition, Expr)):
            return False
        columns = mentioned([condition])
        return any(columns <= {c.id for c in leaf.output} for leaf in self.asked.leaves)

    def _definition(self, is_open: Sequence[bool], choices: Sequence[bool], reaching: int | None = None) -> Definition:
        """With these conditions and choices inside of aggregates open; `reaching` is the place of one told by reach."""
        asked = self.asked
        dims: dict[bytes, Expr] = {}
        baked: list[Expr] = []
        partials: dict[bytes, AggCall] = {}
        for i, (condition, changes) in enumerate(zip(asked.conditions, is_open, strict=True)):
            reach = reach_of(condition) if i == reaching else None
            if reach is not None:
                _add(partials, asked, [reach.furthest])
            elif changes:
                _add(dims, asked, _subjects(condition, asked.prints))
            else:
                baked.append(condition)
        _add(dims, asked, filter(_mentions, asked.keys))
        for call, changes in zip(asked.calls, choices, strict=True):
            if call.distinct:
                _add(dims, asked, seen_by(call))
                continue
            for part in partials_of(call, ansi=self.ansi) or ():
                if changes:
                    for condition in conditions_of(part):
                        _add(dims, asked, _subjects(condition, asked.prints))
                _add(partials, asked, leaves_of(part) if changes else [part])
        return Definition(asked, tuple(baked), tuple(dims.values()), tuple(partials.values()))


def widened(own: Definition, others: Iterable[Definition], is_small: Callable[[Definition], bool]) -> Definition:
    """The definition with as many of the others in it, the first ones first, as leave it small."""
    for other in others:
        wider = own.including(other)
        if wider is not None and is_small(wider):
            own = wider
    return own


def template_key(asked: Asked, settings: str) -> TemplateKey:
    """Equal for aggregations that differ in the constants of their conditions, and in versions of sources, alone."""
    prints, shapes = asked.prints, asked.shapes
    return (
        settings,
        asked.family,
        tuple(map(shapes.of, asked.conditions)),
        tuple(map(prints.of, asked.keys)),
        tuple(_call_key(call, asked) for call in asked.calls),
    )


def _call_key(call: AggCall, asked: Asked) -> tuple[bytes, ...]:
    """Equal for aggregates that differ in the constants by which they choose alone."""
    if call.distinct:
        return (asked.prints.of(call),)
    conditions = [asked.shapes.of(condition) for condition in conditions_of(call)]
    return (*conditions, *map(asked.prints.of, leaves_of(call)))


def _add(known: dict[bytes, E], asked: Asked, exprs: Iterable[E]) -> None:
    for e in exprs:
        known.setdefault(asked.prints.of(e), e)


def _subjects(condition: Expr, prints: Fingerprints) -> Iterator[Expr]:
    """What a condition compares with constants: of `year(d) = 2000` it is `year(d)`, else the columns themselves.

    Not these where groups by them do not tell it: of `length(t) + 1 = 3` it is the left side if `t` has a collation.
    """
    pending = [condition]
    while pending:
        node = pending.pop()
        if not isinstance(node, Call):
            yield from _columns(node)
        elif node.function in _LOGICAL:
            pending += node.args
        else:
            told, columns = list(filter(_mentions, node.args)), list(_columns(node))
            is_constant_outside = len(told) == 1 and not any(isinstance(e, Literal) for e in preorder(told[0], Expr))
            if is_constant_outside or not suffice(set(map(prints.of, columns)), told, prints):
                yield from told
            else:
                yield from columns


def _columns(expr: Expr) -> Iterator[Column]:
    return (part for part in preorder(expr, Expr) if isinstance(part, Column))


def _mentions(expr: Expr) -> bool:
    return any(isinstance(part, (Column, LambdaVar)) for part in preorder(expr, Expr))
