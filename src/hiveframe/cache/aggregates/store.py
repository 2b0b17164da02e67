"""The kept aggregates of a process: noted after runs, made by a thread beside them, found before others."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import duckdb

from hiveframe.cache.aggregates.asked import Asked, asked, hint_of
from hiveframe.cache.aggregates.choosing import (
    LEAST_USES,
    Template,
    TemplateKey,
    template_key,
    widened,
)
from hiveframe.cache.aggregates.definition import Definition, Kept, answered, states_of
from hiveframe.cache.aggregates.entries import Entries, Entry, ShownAggregate
from hiveframe.cache.aggregates.making import Maker
from hiveframe.cache.aggregates.states import SourceState
from hiveframe.cache.keys import settings_text
from hiveframe.cache.traits import traits
from hiveframe.dataclass import dataclass
from hiveframe.engine.background import Background
from hiveframe.engine.database import Database
from hiveframe.errors import SparkError
from hiveframe.optimizer.costs import SUBQUERIES, holds, those_of
from hiveframe.optimizer.expressions import expressions
from hiveframe.optimizer.inputs import inputs, rewrite_relations
from hiveframe.optimizer.rewrite import with_expressions
from hiveframe.plan import logical as lg
from hiveframe.plan.logical import Expr, Relation
from hiveframe.settings import Settings

SLOW_S: Final = 0.02
"""Faster queries are not looked at."""

_WAITING: Final = 32
_SERVED_WAITING: Final = 512
_MOST_TEMPLATES: Final = 500
_IDLE_S: Final = 0.5
_SOON_S: Final = 1.0
_LONG_REST_S: Final = 3600.0
_LONGEST: Final = 10.0  # what takes longer than so many runs is given up
_LEAST_S: Final = 2.0
_LEAST_ROWS: Final = 100_000  # so many are kept whatever they are made of
_SHARE: Final = 0.25  # else at most this part of the rows of the largest source
_MOST_SIBLINGS: Final = 20
_DOUBT: Final = 20.0  # groups by several columns are expected to be far more than they turn out to be
_ROW_S: Final = 25e-9  # that it takes to aggregate a row, before any was measured
_ROWS_A_GROUP: Final = 4.0  # a group takes as long as so many rows
_LEARNT: Final = 0.2  # the weight of the latest measurement

_FAILURES: Final = (duckdb.Error, SparkError, OSError)

Rows = Callable[[Relation], float]
"""About how many rows a relation has."""


@dataclass(frozen=True, slots=True, eq=False)
class _Noted:
    plan: Relation
    settings: Settings
    seconds: float
    rows: Rows
    but: frozenset[int]


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A plan with aggregations made of what is kept; `parts` are the identities of those in the plan before."""

    plan: Relation
    parts: frozenset[int]


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """A template, and what of the latest run it takes to make something of it."""

    template: Template
    settings: Settings
    text: str  # of the settings
    rows: Rows


class KeptAggregates:
    """The aggregates, with at most `limit_bytes`. Thread-safe."""

    def __init__(self, database: Database, limit_bytes: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit_bytes = limit_bytes
        self.entries = Entries(limit_bytes)
        self.served = self.made = self.failed = 0
        self._database = database
        self._clock = clock
        self._filling = threading.Lock()
        self._noted: deque[_Noted] = deque(maxlen=_WAITING)
        self._served: deque[tuple[Asked, str]] = deque(maxlen=_SERVED_WAITING)
        self._known: OrderedDict[TemplateKey, _Known] = OrderedDict()  # of the filling thread alone
        self._forgets = False
        self._touched: set[Template] = set()  # that were asked for since they were last found to lack nothing
        self._row_s = _ROW_S
        self._thread = Background("hiveframe-aggregates", self._step, self._may_wait)
        database.background(self._thread)

    # -------------------------------------------------------------------------------------------- asked by statements

    def note(
        self, plan: Relation, settings: Settings, seconds: float, rows: Rows, *, but: frozenset[int] = frozenset()
    ) -> None:
        """An analysed plan was run in so many seconds, of which the parts `but` these took none."""
        if seconds >= SLOW_S:
            self._noted.append(_Noted(plan, settings.copy(), seconds, rows, but))
            self._thread.wake()

    def with_kept(self, plan: Relation, settings: Settings, *, is_use: bool = True) -> Made:
        """The plan with aggregations made of what is kept; `is_use`: it is run, which keeps the groups alive."""
        if not self.entries.is_any:
            return Made(plan, frozenset())
        found: dict[int, Relation] = {}
        text: str | None = None
        pending = [plan]
        while pending:
            node = pending.pop()
            hint = hint_of(node)
            entries, leases = self.entries.leased(hint) if hint is not None else ((), ())
            if entries:
                text = text or settings_text(settings)
                made = self._answer(node, [e for e in entries if e.settings == text], settings, is_use=is_use)
                del leases
                if made is not None:
                    found[id(node)] = made
                    continue
            pending += _below(node)
        return Made(_replaced(plan, found) if found else plan, frozenset(found))

    def _answer(self, node: Relation, entries: Sequence[Entry], settings: Settings, *, is_use: bool) -> Relation | None:
        taken = asked(node, ansi=settings.ansi) if entries else None
        states = states_of(taken) if taken is not None else None
        if taken is None or states is None:
            return None
        for entry in sorted(entries, key=lambda e: e.row_count):
            if entry.kept.definition.asked.family != taken.family:
                continue
            made = answered(entry.kept, taken, states, ansi=settings.ansi)
            if made is not None and is_use:
                self.served += 1
                entry.uses.lay(self._clock(), 1.0)
                self._served.append((taken, entry.settings))
                self._thread.wake()
            if made is not None:
                return made
        return None

    # ------------------------------------------------------------------------------------------------ asked by users

    def shown(self) -> list[ShownAggregate]:
        """What is kept, the most used first."""
        return self.entries.shown(self._clock())

    def counts(self) -> dict[str, int]:
        """What was counted since the process began."""
        return {
            "aggregates_served": self.served,
            "aggregates_made": self.made,
            "aggregates_failed": self.failed,
            "aggregate_bytes": self.entries.size_bytes,
        }

    def clear(self) -> None:
        """Let all go, and forget what was asked for."""
        self._noted.clear()
        self._served.clear()
        self._forgets = True
        self.entries.clear()
        self._thread.wake()

    # ------------------------------------------------------------------------------------------------- the filling

    def _step(self) -> bool:
        return self.fill_once(is_idle=self._database.is_idle_for(_IDLE_S))

    def _may_wait(self) -> bool:
        return bool(self._touched) or self.entries.is_dropping

    def fill_once(self, *, is_idle: bool) -> bool:
        """Drop what may go and make what is wanted most; False when there was nothing to do."""
        with self._filling:
            self._drop_unread()
            if self._forgets:
                self._forgets = False
                self._known.clear()
                self._touched.clear()
            while self._noted:
                self._take_in(self._noted.popleft())
            while self._served:
                self._remember(*self._served.popleft())
            wanted = self._wanted(is_idle=is_idle)
            if wanted is None or self._thread.is_closed:
                return False
            wanted.template.rests_until_s = self._clock() + self._made(wanted)
            return True

    def _take_in(self, noted: _Noted) -> None:
        """Remember the aggregations of a plan."""
        text = settings_text(noted.settings)
        for node in _aggregations(noted.plan, noted.but):
            taken = asked(node, ansi=noted.settings.ansi)
            if taken is not None and taken.sources:
                self._remember(taken, text, noted)

    def _remember(self, taken: Asked, text: str, noted: _Noted | None = None) -> None:
        """An aggregation was asked for; without `noted` it was answered, as a relative of what is known."""
        key = template_key(taken, text)
        known = self._known.get(key)
        if noted is not None:
            template = known.template if known is not None else Template(taken, noted.settings.ansi)
            known = self._known[key] = _Known(template, noted.settings, text, noted.rows)
        elif known is None:
            relative = next(self._relatives(taken, text), None)
            if relative is None:
                return
            template = Template(taken, relative.template.ansi, seconds=relative.template.seconds)
            known = self._known[key] = replace(relative, template=template)
        known.template.note(taken, noted.seconds if noted is not None else None, self._clock())
        self._touched.add(known.template)
        self._known.move_to_end(key)
        if len(self._known) > _MOST_TEMPLATES:
            self._known.popitem(last=False)

    def _relatives(self, taken: Asked, text: str) -> Iterator[_Known]:
        """What is known of the same leaves, the latest first."""
        return (k for k in reversed(self._known.values()) if k.text == text and k.template.asked.family == taken.family)

    def _wanted(self, *, is_idle: bool) -> _Known | None:
        """The template whose runs take longest, of those that come often enough and that nothing answers.

        While others run something is made only once the runs that lacked it took as long as making it will.
        """
        now_s = self._clock()
        best: tuple[float, _Known] | None = None
        for known in self._known.values():
            template = known.template
            if template not in self._touched:
                continue
            level = template.uses.level(now_s)
            if level < LEAST_USES or template.rests_until_s > now_s + _SOON_S or self._is_answered(known):
                self._touched.discard(template)
            elif template.rests_until_s <= now_s:
                weight = level * template.seconds
                if is_idle or self._usable(known) or weight >= self._making_s(known):
                    best = max(best or (weight, known), (weight, known), key=lambda b: b[0])
        return best[1] if best is not None else None

    def _making_s(self, known: _Known) -> float:
        """About how long it takes to make what answers a template."""
        template = known.template
        if template.rows is None:
            narrow = next(reversed(template.definitions()), None)
            groups = known.rows(narrow.plan()) if narrow is not None else 0.0
            read = max(map(known.rows, template.asked.leaves), default=0.0)
            template.rows = read + _ROWS_A_GROUP * min(groups / _DOUBT, _SHARE * read)
        return template.rows * self._row_s

    def _is_answered(self, known: _Known) -> bool:
        """Whether what was asked last would be answered, from all its rows as they are now."""
        return any(not missing for missing in self._usable(known))

    def _usable(self, known: _Known) -> list[frozenset[str]]:
        """Of each entry that can answer a template, if not with all its rows, the files that are missing in it."""
        able = self._able(known)
        states = states_of(known.template.asked) if able else None
        if states is None:
            return []
        usable = [(entry.kept, entry.kept.usable(states)) for entry in able]
        return [kept.missing(states, pieces) for kept, pieces in usable if pieces]

    def _able(self, known: _Known) -> list[Entry]:
        """What is kept that has the dimensions and aggregates of a template."""
        taken = known.template.asked
        entries, _ = self.entries.leased(hint_of(taken.node) or ())
        return [
            entry
            for entry in entries
            if entry.settings == known.text
            and entry.kept.definition.asked.family == taken.family
            and entry.kept.definition.can_answer(taken, ansi=known.template.ansi)
        ]

    def _made(self, known: _Known) -> float:
        """Make something that answers a template's aggregations; for how many seconds it then rests."""
        taken = known.template.asked
        states = states_of(taken)
        if states is None:
            return _LONG_REST_S
        if not all(state.is_current for state in states):
            self._touched.discard(known.template)  # until it is asked of the files as they are now
            return 0.0
        if not all(state.is_settled for state in states):
            return _SOON_S
        able = self._able(known)
        stays = {id(piece) for entry in able for piece in entry.kept.pieces}
        now_s = self._clock()
        used = max(known.template.uses.level(now_s), *(e.uses.level(now_s) for e in able), 0.0)
        for attempt, most_rows in self._attempts(known, able, self._maker(known, states)):
            began_s = time.monotonic()
            try:
                kept = attempt()
            except _FAILURES:  # what conditions kept away, a file that went, a full disk, the end
                self.failed += 1
                continue
            if kept is None:
                continue
            if not stays.intersection(map(id, kept.pieces)):
                self._learn(known, kept, time.monotonic() - began_s)
            entry = Entry(kept, known.text, hint_of(taken.node) or ())
            entry.uses.lay(self._clock(), used)
            is_current = all(state.is_current for state in states)
            if is_current and entry.row_count <= most_rows and self.entries.add(entry, self._clock()):
                self.made += 1
                return 0.0
            self.entries.drop(piece.table for piece in kept.pieces if id(piece) not in stays)
        return _LONG_REST_S if all(state.is_current for state in states) else 0.0

    def _learn(self, known: _Known, kept: Kept, seconds: float) -> None:
        """All of an entry was made in so many seconds."""
        groups = sum(piece.table.row_count for piece in kept.pieces)
        rows = max(map(known.rows, known.template.asked.leaves), default=0.0) + _ROWS_A_GROUP * groups
        if rows >= _LEAST_ROWS:
            self._row_s += _LEARNT * (seconds / rows - self._row_s)

    def _attempts(
        self, known: _Known, able: Sequence[Entry], maker: Maker
    ) -> list[tuple[Callable[[], Kept | None], float]]:
        """What may be tried until one gives what answers a template, and how many groups are too many then."""
        template = known.template
        try:
            attempts: list[tuple[Callable[[], Kept | None], float]] = [
                (
                    partial(maker.renewed, e.kept, template.asked, ansi=template.ansi),
                    _most_rows(e.kept.definition, known),
                )
                for e in able
            ]
            for definition in self._worth_while(known):
                most_rows = _most_rows(definition, known)
                attempts.append((partial(maker.all, definition, most_rows), most_rows))
            return attempts
        except _FAILURES:  # a file that went while what is in it was estimated
            self.failed += 1
            return []

    def _worth_while(self, known: _Known) -> list[Definition]:
        """The definitions to try, the best first: the narrowest last, others only where they are surely small.

        The widest takes in what others of the same leaves ask for, too, as long as it stays small.
        """
        definitions = [d for d in known.template.definitions() if _is_steady(d)]
        if not definitions:
            return []
        *wide, narrow = definitions

        def is_small(definition: Definition) -> bool:
            return known.rows(definition.plan()) <= _LEAST_ROWS

        first = widened(definitions[0], self._siblings(known), is_small) if is_small(definitions[0]) else narrow
        made = [first] + [d for d in (*wide, narrow) if d is not first and (d is narrow or is_small(d))]
        most = _DOUBT * _most_rows(narrow, known)
        return [d for d in made if d is not narrow or known.rows(d.plan()) <= most]

    def _siblings(self, known: _Known) -> list[Definition]:
        """What others of the same leaves ask for, the most used first."""
        now_s = self._clock()
        others = [k.template for k in self._relatives(known.template.asked, known.text) if k is not known]
        others.sort(key=lambda template: -template.uses.level(now_s))
        found = (next(iter(template.definitions()), None) for template in others[:_MOST_SIBLINGS])
        return [definition for definition in found if definition is not None and _is_steady(definition)]

    def _maker(self, known: _Known, states: tuple[SourceState, ...]) -> Maker:
        longest_s = max(_LEAST_S, _LONGEST * known.template.seconds)
        return Maker(states, known.settings, self._database, longest_s, self.entries.drop)

    def _drop_unread(self) -> None:
        for table in self.entries.to_drop(self._clock()):
            try:
                self._database.kept_tables.drop(table)
            except duckdb.Error:  # a full disk, the end
                self.entries.drop([table])
                self.failed += 1


def _aggregations(plan: Relation, but: frozenset[int]) -> list[Relation]:
    """The aggregations of a plan and of its subqueries, but for these and what is under them."""
    found: list[Relation] = []
    pending = [plan]
    while pending:
        node = pending.pop()
        if id(node) in but:
            continue
        if isinstance(node, (lg.Aggregate, lg.Distinct)):
            found.append(node)
        pending += _below(node)
    return found


def _below(node: Relation) -> list[Relation]:
    """The relations under one, those of its subqueries too."""
    return inputs(node) + [e.plan for e in those_of(expressions(node), SUBQUERIES)]


def _replaced(plan: Relation, found: dict[int, Relation]) -> Relation:
    def told(node: Relation) -> Relation:
        made = found.get(id(node))
        if made is not None:
            return made
        return with_expressions(node, in_subqueries) if holds(expressions(node), SUBQUERIES) else node

    def in_subqueries(e: Expr) -> Expr:
        if isinstance(e, SUBQUERIES):
            inner = _replaced(e.plan, found)
            return e if inner is e.plan else replace(e, plan=inner)
        return e

    return rewrite_relations(plan, told)


def _is_steady(definition: Definition) -> bool:
    """Whether its rows depend on nothing but its sources."""
    found = traits(definition.plan())
    return found.is_repeatable and not found.is_dated


def _most_rows(definition: Definition, known: _Known) -> float:
    """How many groups are worth keeping."""
    return max(_LEAST_ROWS, _SHARE * max(map(known.rows, definition.asked.leaves), default=0.0))
