"""The analyser: unresolved relations to typed ones.

`Analyzer(env).relation(spec)` gives the typed relation. The walk keeps its own stack, so that a plan of thousands of
steps is no deeper than one; each handler in `relations` turns one kind of relation, its inputs resolved, into the
typed tree.
"""

from __future__ import annotations

from dataclasses import replace

from hiveframe.analysis.environment import Environment
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.file_columns import pass_metadata_on
from hiveframe.analysis.frame import Context, Input, Resolved, Run, failure
from hiveframe.analysis.relations.renew import renew
from hiveframe.analysis.relations.table import HANDLERS
from hiveframe.analysis.relations.time_windows import TimeWindowNeededError, with_time_window
from hiveframe.analysis.scope import Scope
from hiveframe.functions.time_gate import check_type
from hiveframe.plan import logical as lg
from hiveframe.plan import spec


class Analyzer:
    """One analysis after another under one environment; ids never repeat within an analyser."""

    def __init__(self, env: Environment) -> None:
        self.env = env
        self.run = Run(Analyzer, time_zone=env.settings.time_zone)

    def relation(self, node: spec.Relation) -> lg.Relation:
        """The typed relation of `node`."""
        plan = self.resolve(node, self.context()).plan
        setting = self.env.settings.get("spark.sql.timeType.enabled")
        if setting == "false":
            for column in plan.output:
                check_type(column.dtype, setting)
        return plan

    def expression(self, node: spec.Expr) -> lg.Expr:
        """A typed expression without columns: defaults, variables, options."""
        return Binder(self.context(), Input(Scope((), ()))).bind(node)

    def context(self) -> Context:
        """The surroundings of a whole query."""
        return Context(self.run, self.env)

    @property
    def warnings(self) -> list[str]:
        """What the user should hear."""
        return self.run.warnings

    @staticmethod
    def resolve(node: spec.Relation, context: Context) -> Resolved:
        """`node` resolved in `context`, without recursion over chains of relations."""
        work: list[tuple[spec.Relation, bool]] = [(node, False)]
        done: list[Resolved] = []
        while work:
            current, ready = work.pop()
            entry = HANDLERS.get(type(current))
            if entry is None:
                raise failure("UNSUPPORTED_FEATURE.HIVEFRAME", current, feature=type(current).__name__)
            if not ready:
                known = context.memo.get(current)
                if known is not None:
                    done.append(renew(known, context.run))
                    continue
                work.append((current, True))
                work.extend((child, False) for child in reversed(entry.inputs(current)))
                continue
            count = len(entry.inputs(current))
            inputs = done[len(done) - count :]
            del done[len(done) - count :]
            try:
                made = entry.handler(current, inputs, context)
            except TimeWindowNeededError as needed:
                is_shown = isinstance(current, (spec.Filter, spec.Having, spec.Sort))
                inputs[0] = with_time_window(context, inputs[0], needed.node, is_shown=is_shown)
                made = entry.handler(current, inputs, context)
            resolved = _named(current, pass_metadata_on(inputs, made), context.run)
            context.memo[current] = resolved
            done.append(resolved)
        return done[0]


def _named(node: spec.Relation, resolved: Resolved, run: Run) -> Resolved:
    """The relation under the DataFrame's plan id."""
    if node.plan_id is None:
        return resolved
    if resolved.plan_id is not None and resolved.plan_id != node.plan_id:
        resolved = replace(resolved, inputs=(resolved,), renewed=None)
    resolved.plan_id = node.plan_id
    run.plans.setdefault(node.plan_id, []).append(resolved)
    return resolved
