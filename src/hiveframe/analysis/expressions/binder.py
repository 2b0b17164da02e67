"""The binder: one operator's expressions made typed against what the operator can see.

Handlers for each class of `spec.Expr` stand in `HANDLERS` (see `table`). The binder remembers, for every node it bound,
the typed expression and (for attributes) the text that Spark shows, so that `naming` can give columns their names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from hiveframe.analysis.frame import Context, Input, Resolved, failure
from hiveframe.analysis.scope import Scope
from hiveframe.functions.binding import CallBinder
from hiveframe.plan import logical as lg
from hiveframe.plan import spec

Handler = Callable[["Binder", Any], lg.Expr]

_LIMIT: Final = 40
"""How deep binding may recurse before the rest of an expression is bound from its innermost part."""


@dataclass(slots=True, eq=False)
class LateralAlias:
    """An alias of the SELECT list being bound, usable by the items after it."""

    name: str
    column: lg.Column
    level: int


@dataclass(slots=True, eq=False)
class Binder:
    """Binds expressions of one operator.

    `fallback` is asked for a name that `input` does not know, then the relations below it (ORDER BY, HAVING and Filter
    see columns below the SELECT); `aggregate_input` comes first for arguments of aggregates. `aliases` are the lateral
    column aliases so far, by lower-case name; `used_level` is the highest level of alias met since it was last reset.
    `generated` are the columns of the list's generators; `lambdas` are the parameters in sight, innermost last.
    `window` and `aggregate` are the calls being bound, `root` the whole expression, `clause` and `at` where it stands,
    `place` the innermost node that knows where it was written; `done` holds what was bound from the inside out.
    `services` are those of every call, once one was bound.
    """

    context: Context
    input: Input
    fallback: Resolved | None = None
    aliases: dict[str, list[LateralAlias]] | None = None
    used_level: int = 0
    lambdas: tuple[Mapping[str, lg.LambdaVar], ...] = ()
    window: spec.Window | None = None
    aggregate: spec.Expr | None = None
    aggregate_input: Input | None = None
    at: spec.Relation | None = None
    place: spec.Expr | None = None
    generated: Scope | None = None
    root: spec.Expr | None = None
    clause: str = ""
    depth: int = 0
    done: Mapping[spec.Expr, lg.Expr] = field(default_factory=dict)
    services: CallBinder | None = None

    def bind(self, node: spec.Expr) -> lg.Expr:
        """`node` typed."""
        known = self.done.get(node)
        if known is not None:
            return known
        handler = _handlers().get(type(node))
        if handler is None:
            raise failure("UNSUPPORTED_FEATURE.HIVEFRAME", node, feature=f"the expression {type(node).__name__}")
        around, done = self.place, self.done
        if node.origin is not None:
            self.place = node
        self.depth += 1
        try:
            if self.depth % _LIMIT == 0:
                from hiveframe.analysis.expressions.deep import bind_inside_out

                bind_inside_out(self, node)
            expr = handler(self, node)
        finally:
            self.place, self.done = around, done
            self.depth -= 1
        self.context.run.bound[node] = expr
        return expr

    def inputs(self) -> Iterator[Input]:
        """Where names are looked for, in order."""
        if self.aggregate is not None and self.aggregate_input is not None:
            yield self.aggregate_input
        yield self.input
        below = self.fallback
        while below is not None:
            yield Input(below.scope, (below,))
            below = below.below

    def bind_root(self, node: spec.Expr, clause: str = "") -> lg.Expr:
        """A whole expression of a clause (`Filter`, `Sort`; empty for a SELECT list), named so in messages."""
        self.root, self.clause = node, clause
        return self.bind(node)

    def nested_generator(self) -> Exception:
        """The error for a generator inside of another expression."""
        if self.clause and self.root is not None:
            from hiveframe.analysis.naming import numbered

            plan = f"'{self.clause} {numbered(self.root, self.context.run)}"
            return failure("UNSUPPORTED_GENERATOR.OUTSIDE_SELECT", None, plan=plan)
        shown = self.text(self.root) if self.root is not None else ""
        return failure("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", None, expression=f'"{shown}"')

    def bind_all(self, nodes: Sequence[spec.Expr]) -> tuple[lg.Expr, ...]:
        """Each of `nodes` typed."""
        return tuple([self.bind(node) for node in nodes])

    def text(self, node: spec.Expr) -> str:
        """`node` (bound already) as Spark shows it."""
        from hiveframe.analysis.naming import pretty

        return pretty(node, self.context.run)

    def error(self, condition: str, at: spec.Expr, /, **params: str) -> Exception:
        """An AnalysisException placed at `at`."""
        return failure(condition, at, **params)


@cache
def _handlers() -> Mapping[type[spec.Expr], Handler]:
    """The table of handlers, which themselves import the binder."""
    from hiveframe.analysis.expressions.table import HANDLERS

    return HANDLERS
