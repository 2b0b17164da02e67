"""Tables by name: WITH entries, temporary and stored views, catalog tables, paths; time travel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hiveframe.analysis.environment import DataTable, ViewTable
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import call_binder
from hiveframe.analysis.expressions.misc import identifier_parts
from hiveframe.analysis.frame import Context, Input, Resolved, failure, quoted
from hiveframe.analysis.relations.ctes import reference
from hiveframe.analysis.relations.leaves import EMPTY, constant, from_table
from hiveframe.analysis.scope import Scope
from hiveframe.functions.cast_rules import can_up_cast
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t

_MOST_NESTED_VIEWS = 100


def table(node: spec.Table, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """A table or view by name."""
    parts = name_parts(node.name, context)
    if len(parts) == 1:
        cte = context.ctes.get(parts[0].lower())
        if cte is not None:
            return reference(cte, parts[0], context)
    found = context.env.resolve_table(
        parts,
        options=node.options or {},
        version=constant(context, node.version, t.STRING) if node.version is not None else None,
        timestamp_us=_timestamp(node, context),
    )
    if found is None:
        raise not_found(node, parts, context)
    if isinstance(found, DataTable):
        return from_table(context, found)
    return view(node, found, context)


def name_parts(name: spec.TableName, context: Context) -> tuple[str, ...]:
    """The name, `IDENTIFIER(…)` evaluated."""
    if name.clause is None:
        return name.parts
    binder = Binder(context, Input(EMPTY))
    return (*identifier_parts(binder, name.clause), *name.parts)


def _timestamp(node: spec.Table, context: Context) -> int | None:
    if node.timestamp is None:
        return None
    value = constant(context, node.timestamp, t.TIMESTAMP)
    if not isinstance(value, int):
        raise failure("INVALID_TIME_TRAVEL_TIMESTAMP_EXPR.INPUT", node, expr="timestamp")
    return value


def not_found(node: spec.Relation, parts: tuple[str, ...], context: Context) -> Exception:
    """TABLE_OR_VIEW_NOT_FOUND with the search path."""
    env = context.env
    current = quoted((env.catalog, *env.namespace))
    path = f"[`system`.`builtin`, `system`.`session`, {current}]"
    return failure("TABLE_OR_VIEW_NOT_FOUND", node, relationName=quoted(parts), searchPath=path)


def view(node: spec.Relation, found: ViewTable, context: Context) -> Resolved:
    """A view: its plan under its own surroundings, its columns under its name."""
    if len(context.views) > _MOST_NESTED_VIEWS:
        raise failure(
            "VIEW_EXCEED_MAX_NESTED_DEPTH",
            node,
            viewName=quoted(found.qualifier),
            maxNestedDepth=str(_MOST_NESTED_VIEWS),
        )
    name = ".".join(found.qualifier)
    if name in context.views and found.environment is not None:
        raise failure(
            "RECURSIVE_VIEW", node, viewIdent=quoted(found.qualifier), newPath=" -> ".join((*context.views, name))
        )
    inner = Context(context.run, found.environment or context.env, views=(*context.views, name))
    child = context.run.analysis.resolve(found.plan, inner)
    if found.schema is not None:
        child = _as_promised(node, found, child, context)
    return Resolved(child.plan, child.scope.without_metadata().requalified(found.qualifier), (child,))


def _as_promised(node: spec.Relation, found: ViewTable, child: Resolved, context: Context) -> Resolved:
    """The view's columns under the names and types that it was created with."""
    assert found.schema is not None
    fields = found.schema.fields
    columns = child.scope.columns
    if len(columns) != len(fields):
        raise failure(
            "INCOMPATIBLE_VIEW_SCHEMA_CHANGE",
            node,
            viewName=quoted(found.qualifier),
            colName=quoted(fields[0].name if fields else ""),
            expectedNum=str(len(fields)),
            actualCols="[" + ",".join(c.name for c in columns) + "]",
            suggestion="CREATE OR REPLACE VIEW",
        )
    items: list[lg.Named] = []
    for field, column in zip(fields, columns, strict=True):
        expr: lg.Expr = column
        if not t.same_type(field.dtype, column.dtype):
            if not can_up_cast(column.dtype, field.dtype):
                raise failure(
                    "CANNOT_UP_CAST_DATATYPE",
                    node,
                    expression=column.name,
                    sourceType=f'"{t.sql_name(column.dtype)}"',
                    targetType=f'"{t.sql_name(field.dtype)}"',
                    details="The type path of the target object is:\n\nYou can either add an explicit cast to the "
                    "input data or choose a higher precision type of the field in the target object",
                )
            expr = call_binder(context, node).cast(column, field.dtype)
        made = context.run.column(field.name, expr.dtype, expr.nullable, field.metadata)
        items.append(lg.Named(made, expr))
    scope = Scope([i.column for i in items], [()] * len(items), case_sensitive=child.scope.case_sensitive)
    return replace(child, plan=lg.Project(child.plan, tuple(items)), scope=scope, below=None, select=None)
