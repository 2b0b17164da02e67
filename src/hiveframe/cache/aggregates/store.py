"""The kept aggregates of a process: noted after runs, made by a thread beside them, found before others."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import duckdb

from hiveframe.cache.aggregates.asked import Asked, asked, hint_of
from hiveframe.cache.aggregates.choosing import (
    USES_WHEN_BUSY,
    USES_WHEN_IDLE,
    Template,
    TemplateKey,
    template_key,
)
from hiveframe.cache.aggregates.definition import Definition, Kept, answered, states_of
from hiveframe.cache.aggregates.entries import Entries, Entry, ShownAggregate
from hiveframe.cache.aggregates.making import made_table
from hiveframe.cache.aggregates.states import is_settled
from hiveframe.cache.keys import settings_text
from hiveframe.cache.traits import traits
from hiveframe.dataclass import dataclass
from hiveframe.engine.background import Background
from hiveframe.engine.database import Database
from hiveframe.engine.kept_tables import KeptTable, Lease
from hiveframe.errors import SparkError
from hiveframe.optimizer.costs import SUBQUERIES, holds, those_of
from hiveframe.optimizer.expressions import expressions
from hiveframe.optimizer.inputs import inputs, rewrite_relations
from hiveframe.optimizer.rewrite import with_expressions
from hiveframe.plan import logical as lg
from hiveframe.plan.logical import Column, Expr, Relation
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
_COLUMN_BYTES: Final = 4
_DOUBT: Final = 20.0  # groups by several columns are expected to be far more than they turn out to be

Rows = Callable[[Relation], float]
"""About how many rows a relation has."""


@dataclass(frozen=True, slots=True, eq=False)
class _Noted:
    plan: Relation
    settings: Settings
    seconds: float
    rows: Rows


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
        self._served: deque[tuple[Template, Asked]] = deque(maxlen=_SERVED_WAITING)
        self._known: OrderedDict[TemplateKey, _Known] = OrderedDict()  # of the filling thread alone
        self._forgets = False
        self._touched: set[Template] = set()  # that were asked for since they were last found to lack nothing
        self._thread = Background("hiveframe-aggregates", self._step, self._may_wait)
        database.background(self._thread)

    # -------------------------------------------------------------------------------------------- asked by statements

    def note(self, plan: Relation, settings: Settings, seconds: float, rows: Rows) -> None:
        """An analysed plan was run in so many seconds."""
        if seconds >= SLOW_S:
            self._noted.append(_Noted(plan, settings.copy(), seconds, rows))
            self._thread.wake()

    def with_kept(self, plan: Relation, settings: Settings) -> Relation:
        """The plan with aggregations made of what is kept; the same object where nothing helps."""
        if not self.entries.is_any:
            return plan
        found: dict[int, Relation] = {}
        text: str | None = None
        pending = [plan]
        while pending:
            node = pending.pop()
            hint = hint_of(node)
            entries = self.entries.leased(hint) if hint is not None else ()
            if entries:
                text = text or settings_text(settings)
                made = self._answer(node, [(e, lease) for e, lease in entries if e.settings == text], settings)
                if made is not None:
                    found[id(node)] = made
                    continue
            pending += _below(node)
        return _replaced(plan, found) if found else plan

    def _answer(self, node: Relation, entries: Sequence[tuple[Entry, Lease]], settings: Settings) -> Relation | None:
        taken = asked(node, ansi=settings.ansi) if entries else None
        states = states_of(taken) if taken is not None else None
        if taken is None or states is None:
            return None
        for entry, lease in sorted(entries, key=lambda e: e[0].table.row_count):
            if entry.definition.asked.family != taken.family:
                continue
            kept = Kept(entry.definition, entry.states, partial(_rows_of, entry.table, lease))
            made = answered(kept, taken, states, ansi=settings.ansi)
            if made is not None:
                self.served += 1
                self._served.append((entry.template, taken))
                self._thread.wake()
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
                template, taken = self._served.popleft()
                template.note_served(taken, self._clock())
                self._touched.add(template)
            wanted = self._wanted(USES_WHEN_IDLE if is_idle else USES_WHEN_BUSY)
            if wanted is None or self._thread.is_closed:
                return False
            wanted.template.rests_until_s = self._clock() + self._made(wanted)
            return True

    def _take_in(self, noted: _Noted) -> None:
        """Remember the aggregations of a plan."""
        now_s = self._clock()
        text = settings_text(noted.settings)
        for node in _aggregations(noted.plan):
            taken = asked(node, ansi=noted.settings.ansi)
            if taken is None or not taken.sources:
                continue
            key = template_key(taken, text)
            known = self._known.get(key)
            template = known.template if known is not None else Template(taken, noted.settings.ansi)
            template.note(taken, noted.seconds, now_s)
            self._touched.add(template)
            self._known[key] = _Known(template, noted.settings, text, noted.rows)
            self._known.move_to_end(key)
            if len(self._known) > _MOST_TEMPLATES:
                self._known.popitem(last=False)

    def _wanted(self, uses: float) -> _Known | None:
        """The template whose runs take longest, of those that come often enough and that nothing answers."""
        now_s = self._clock()
        best: tuple[float, _Known] | None = None
        for known in self._known.values():
            template = known.template
            if template not in self._touched:
                continue
            level = template.uses.level(now_s)
            if level < USES_WHEN_IDLE or template.rests_until_s > now_s + _SOON_S or self._is_answered(known):
                self._touched.discard(template)
            elif template.rests_until_s <= now_s and level >= uses:
                weight = level * template.seconds
                best = max(best or (weight, known), (weight, known), key=lambda b: b[0])
        return best[1] if best is not None else None

    def _is_answered(self, known: _Known) -> bool:
        """Whether what was asked last would be answered, from all its rows as they are now."""
        taken = known.template.asked
        able = [
            entry
            for entry, _ in self.entries.leased(hint_of(taken.node) or ())
            if entry.settings == known.text
            and entry.definition.asked.family == taken.family
            and entry.definition.can_answer(taken, ansi=known.template.ansi)
        ]
        return bool(able) and states_of(taken) in [entry.states for entry in able]

    def _made(self, known: _Known) -> float:
        """Make something that answers a template's aggregations; for how many seconds it then rests."""
        template = known.template
        states = states_of(template.asked)
        if states is None:
            return _LONG_REST_S
        if not all(map(is_settled, states)):
            return _SOON_S
        for definition in _worth_while(template.definitions(), known.rows):
            longest_s = max(_LEAST_S, _LONGEST * template.seconds)
            try:
                table = made_table(definition.plan(), known.settings, self._database, longest_s)
            except (
                duckdb.Error,
                SparkError,
            ):  # values that conditions kept away, a file that went, a full disk, the end
                self.failed += 1
                continue
            is_same = states_of(template.asked) == states
            hint = hint_of(template.asked.node) or ()
            entry = Entry(definition, states, table, template, known.text, hint, _size_bytes(table, definition))
            is_small = table.row_count <= _most_rows(definition, known.rows)
            if is_same and is_small and self.entries.add(entry, self._clock()):
                self.made += 1
                return 0.0
            self.entries.drop(table)
            if not is_same:
                return _SOON_S
        return _LONG_REST_S

    def _drop_unread(self) -> None:
        for table in self.entries.to_drop(self._clock()):
            try:
                self._database.kept_tables.drop(table)
            except duckdb.Error:  # a full disk, the end
                self.entries.drop(table)
                self.failed += 1


def _aggregations(plan: Relation) -> list[Relation]:
    """The aggregations of a plan and of its subqueries."""
    found: list[Relation] = []
    pending = [plan]
    while pending:
        node = pending.pop()
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


def _rows_of(table: KeptTable, lease: Lease, columns: Sequence[tuple[Column, int]]) -> lg.KeptRows:
    names = tuple(f"k{place}" for _, place in columns)
    return lg.KeptRows(tuple(c for c, _ in columns), names, table.source, table.row_count, lease)


def _worth_while(definitions: Sequence[Definition], rows: Rows) -> list[Definition]:
    """The definitions to try, the best first: all but the narrowest only where they are surely small."""
    made: list[Definition] = []
    for definition in definitions:
        plan = definition.plan()
        found = traits(plan)
        most = _DOUBT * _most_rows(definition, rows) if definition is definitions[-1] else _LEAST_ROWS
        if found.is_repeatable and not found.is_dated and rows(plan) <= most:
            made.append(definition)
    return made


def _most_rows(definition: Definition, rows: Rows) -> float:
    """How many groups are worth keeping."""
    return max(_LEAST_ROWS, _SHARE * max(map(rows, definition.asked.leaves), default=0.0))


def _size_bytes(table: KeptTable, definition: Definition) -> int:
    """What a table takes, at least about what its rows do: the last ones fill no block before they are many."""
    return max(table.size_bytes, table.row_count * len(definition.exprs) * _COLUMN_BYTES)
