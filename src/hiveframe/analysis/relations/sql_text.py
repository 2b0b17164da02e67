"""`spark.sql(text, args)` used as a relation: parsed, its markers bound, its own views in sight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hiveframe.analysis.environment import DataTable, Environment, ViewTable
from hiveframe.analysis.frame import Context, Resolved
from hiveframe.analysis.relations.leaves import from_table
from hiveframe.dataclass import dataclass
from hiveframe.plan import spec
from hiveframe.sql.parameters import bind_parameters


def sql_query(node: spec.SqlQuery, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """The query's relation; a command runs and gives its rows."""
    tree = context.env.parse_query(node.text)
    if node.named_args or node.positional_args:
        tree = bind_parameters(tree, node.named_args or {}, node.positional_args)
    if isinstance(tree, spec.Command):
        return from_table(context, context.env.run_command(tree))
    env = context.env
    if node.views:
        env = _with_views(env, {name.lower(): plan for name, plan in node.views})
    inner = Context(context.run, env, views=context.views)
    child = context.run.analysis.resolve(tree, inner)
    return Resolved(child.plan, child.scope, (child,), below=child.below, select=child.select)


def _with_views(env: Environment, views: Mapping[str, spec.Relation]) -> Environment:
    wrapped: Environment = _Views(env, views)
    return wrapped


@dataclass(frozen=True, slots=True, eq=False)
class _Views:
    """An environment with the DataFrames that were passed to `spark.sql` as views of their own."""

    env: Environment
    views: Mapping[str, spec.Relation]

    def resolve_table(
        self,
        parts: tuple[str, ...],
        *,
        options: Mapping[str, str],
        version: Any = None,
        timestamp_us: int | None = None,
    ) -> DataTable | ViewTable | None:
        """The query's own views first."""
        found = self.views.get(parts[0].lower()) if len(parts) == 1 else None
        if found is not None:
            return ViewTable(found, (parts[0],), environment=self.env)
        return self.env.resolve_table(parts, options=options, version=version, timestamp_us=timestamp_us)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.env, name)
