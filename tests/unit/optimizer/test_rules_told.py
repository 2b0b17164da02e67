"""The driver tells which rules changed a plan, and plans are the same whether anybody listens or not."""

from __future__ import annotations

from collections import Counter

from hiveframe.optimizer.driver import optimize
from hiveframe.plan import logical as lg
from hiveframe.plan import types as t
from hiveframe.plan.canonical import canonical_key

A = lg.Column(1, "a", t.LONG, False)
B = lg.Column(2, "b", t.LONG, False)


def plan() -> lg.Relation:
    numbers = lg.Range((A,), 0, 10, 1)
    first = lg.Filter(numbers, lg.Call(">", (A, lg.Literal(1, t.LONG)), t.BOOLEAN, False))
    second = lg.Filter(first, lg.Call("<", (A, lg.Literal(9, t.LONG)), t.BOOLEAN, False))
    return lg.Project(second, (lg.Named(A, A),))


def test_rules_that_changed_something_are_told():
    told: Counter[str] = Counter()
    changed = optimize(plan(), note=lambda rule: told.update([rule]))
    assert told["merge_filters"] == 1
    assert told["remove_noop"] == 1
    assert canonical_key(changed) == canonical_key(optimize(plan()))


def test_nothing_is_told_of_a_plan_that_is_as_it_should_be():
    told: list[str] = []
    optimize(lg.Range((A,), 0, 10, 1), note=told.append)
    assert told == []
