"""Calls of the table of functions from analysis: the seam to `functions.binding`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hiveframe import sql
from hiveframe.analysis.frame import Context, context_of
from hiveframe.analysis.naming import described, typed_sql
from hiveframe.functions.binding import CallBinder, bind_function
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan.types import DataType

if TYPE_CHECKING:
    from hiveframe.analysis.expressions.binder import Binder


def call_binder(context: Context, at: spec.Expr | spec.Relation | None) -> CallBinder:
    """Services for a call at `at`."""
    run = context.run
    return CallBinder(
        context.env.settings,
        context_of(at.origin) if at is not None else None,
        evaluate=context.env.evaluate,
        describe=lambda expr: described(expr, run),
        qualify=lambda expr: typed_sql(expr, run),
        session={
            "catalog": context.env.catalog,
            "namespace": ".".join(context.env.namespace),
            "user": context.env.user,
        },
        collation=context.collation,
        parse_schema=lambda text: sql.parse_type_or_columns(text, conf=context.env.settings),
    )


def binder_at(binder: Binder, at: spec.Expr) -> CallBinder:
    """`call_binder` for one of the binder's own nodes: its services are put together once."""
    if binder.services is None:
        binder.services = call_binder(binder.context, None)
    return binder.services.at(context_of(at.origin))


def call_row(binder: Binder, at: spec.Expr, name: str, args: Sequence[lg.Expr]) -> lg.Expr:
    """The row `name` called with typed arguments."""
    return bind_function(name, args, binder_at(binder, at))


def implicit_cast(
    context: Context, expr: lg.Expr, dtype: DataType, at: spec.Expr | spec.Relation | None = None
) -> lg.Expr:
    """`expr` as `dtype` by an implicit cast; unchanged when it has the type already."""
    return call_binder(context, at).cast(expr, dtype)
