"""SELECT lists and the DataFrame API's ways to add, replace, rename and drop columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hiveframe.analysis.aggregates import Grouping
from hiveframe.analysis.expose import expose
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.frame import Context, Input, Resolved, failure, quoted
from hiveframe.analysis.generators import is_generator
from hiveframe.analysis.relations.reconcile import reconciled
from hiveframe.analysis.scope import Scope
from hiveframe.analysis.select import Select, finish, needs_aggregation
from hiveframe.analysis.select_list import ItemList, alias_metadata
from hiveframe.analysis.suggestions import unresolved
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.walk import preorder


def project(node: spec.Project, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """A SELECT without GROUP BY; with aggregates in its list it is a global aggregate."""
    return select_items(context, inputs[0], node.items, at=node, lateral_aliases=True)


def select_items(
    context: Context,
    child: Resolved,
    items: Sequence[spec.Expr],
    *,
    at: spec.Relation | None,
    lateral_aliases: bool = False,
) -> Resolved:
    """`items` over `child`."""
    source = Input(child.scope, (child,))
    flag = "spark.sql.lateralColumnAlias.enableImplicitResolution"
    uses_aliases = lateral_aliases and context.env.settings.flag(flag)
    binder = Binder(context, source, aliases={} if uses_aliases else None, at=at)
    listed = ItemList(binder)
    listed.add_all(items)
    grouping = Grouping((), None, at) if needs_aggregation(listed.items) else None
    return finish(Select(child, source, tuple(listed.items), grouping), context.run)


def with_columns(node: spec.WithColumns, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """Columns added at the end, or replaced where they stand."""
    child = inputs[0]
    scope = child.scope
    new: dict[str, spec.Alias] = {}
    for item in node.items:
        key = scope.key(item.names[0])
        if key in new:
            raise failure("COLUMN_ALREADY_EXISTS", node, columnName=quoted(key))
        new[key] = item
    binder = Binder(context, Input(scope, (child,)), at=node)
    exprs = {key: binder.bind_root(item.child) for key, item in new.items()}
    if any(not _is_plain(expr) for expr in exprs.values()):
        return _with_special_columns(context, child, node, new)
    run = context.run
    replaced: dict[int, lg.Column] = {}
    added: list[lg.Column] = []
    computed: dict[int, lg.Named] = {}
    for key, item in new.items():
        expr = exprs[key]
        run.bound[item] = expr
        positions = scope.positions(key)
        for i in positions or (len(scope.columns) + len(added),):
            column = run.column(item.names[0], expr.dtype, expr.nullable, alias_metadata(item, expr))
            computed[i] = lg.Named(column, expr)
            if positions:
                replaced[i] = column
            else:
                added.append(column)
    items = [*scope.passed(), *(computed[len(scope.columns) + i] for i in range(len(added)))]
    for i in replaced:
        items[i] = computed[i]
    plan = lg.Project(expose(child.plan, binder.input.missing.values()), tuple(items))
    return Resolved(plan, scope.updated(replaced, added), (child,), below=child)


def _is_plain(expr: lg.Expr) -> bool:
    """Whether a value is computed from its row alone."""
    return not any(
        isinstance(e, (lg.AggCall, lg.WindowCall, lg.PyUdtf)) or is_generator(e) for e in preorder(expr, lg.Expr)
    )


def _with_special_columns(
    context: Context, child: Resolved, node: spec.WithColumns, new: Mapping[str, spec.Alias]
) -> Resolved:
    """Columns that windows, aggregates or generators compute: an ordinary SELECT list."""
    scope = child.scope
    listed = ItemList(Binder(context, Input(scope, (child,)), at=node))
    for column, qualifier in zip(scope.columns, scope.qualifiers, strict=True):
        item = new.get(scope.key(column.name))
        if item is None:
            listed.append(column, column.name, qualifier=qualifier)
        else:
            listed.add(item)
    for key, item in new.items():
        if not scope.positions(key):
            listed.add(item)
    grouping = Grouping((), None, node) if needs_aggregation(listed.items) else None
    return finish(Select(child, listed.binder.input, tuple(listed.items), grouping), context.run)


def _renamed(context: Context, child: Resolved, names: Mapping[int, str]) -> Resolved:
    """`child` with the columns at the given positions under new names (and new ids)."""
    columns: list[lg.Column] = []
    items: list[lg.Named] = []
    for i, column in enumerate(child.scope.columns):
        name = names.get(i)
        new = column if name is None else context.run.column(name, column.dtype, column.nullable, column.metadata)
        columns.append(new)
        items.append(lg.Named(new, column))
    qualifiers = [() if i in names else q for i, q in enumerate(child.scope.qualifiers)]
    scope = Scope(columns, qualifiers, case_sensitive=child.scope.case_sensitive)
    return Resolved(lg.Project(child.plan, tuple(items)), scope, (child,), below=child)


def to_df(node: spec.ToDF, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """`toDF(names)`."""
    child = inputs[0]
    width = len(child.scope.columns)
    if len(node.names) != width:
        raise failure("ASSIGNMENT_ARITY_MISMATCH", node, numExpr=str(len(node.names)), numTarget=str(width))
    return _renamed(context, child, dict(enumerate(node.names)))


def with_columns_renamed(node: spec.WithColumnsRenamed, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """`withColumnsRenamed`: each rename sees the ones before it; unknown names are no error."""
    child = inputs[0]
    scope = child.scope
    current = [c.name for c in scope.columns]
    for old, new in node.renames:
        current = [new if scope.key(name) == scope.key(old) else name for name in current]
    changed = {i: n for i, (n, c) in enumerate(zip(current, scope.columns, strict=True)) if n != c.name}
    return _renamed(context, child, changed)


def drop(node: spec.Drop, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """Columns removed, by name (all of that name) or by reference; unknown ones are no error."""
    child = inputs[0]
    scope = child.scope
    gone = {i for name in node.names for i in scope.positions(name)}
    binder = Binder(context, Input(scope, (child,)))
    for reference in node.columns:
        gone |= _positions(binder, reference)
    if not gone:
        return Resolved(child.plan, scope, (child,), below=child)
    kept = [i for i in range(len(scope.columns)) if i not in gone]
    columns = [scope.columns[i] for i in kept]
    new = Scope(columns, [scope.qualifiers[i] for i in kept], case_sensitive=scope.case_sensitive)
    items = tuple(lg.Named(c, c) for c in columns)
    return Resolved(lg.Project(child.plan, items), new, (child,), below=child)


def _positions(binder: Binder, reference: spec.Expr) -> set[int]:
    """Where the column that `reference` means stands; nowhere when there is none."""
    scope = binder.input.scope
    if isinstance(reference, spec.Attribute) and reference.plan_id is None:
        match = scope.match(reference.parts)
        if match is None or match.nested:
            return set()
    try:
        expr = binder.bind(reference)
    except Exception as error:
        if getattr(error, "condition", "") != "CANNOT_RESOLVE_DATAFRAME_COLUMN":
            raise
        return set()
    if not isinstance(expr, lg.Column):
        return set()
    return {i for i, c in enumerate(scope.columns) if c.id == expr.id}


def to_schema(node: spec.ToSchema, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """`DataFrame.to(schema)`: columns matched by name, put in order and cast."""
    child = inputs[0]
    names: list[str] = []
    items: list[lg.Named] = []
    for field in node.schema.fields:
        if field.name in names:
            raise failure("COLUMN_ALREADY_EXISTS", node, columnName=quoted(field.name.lower()))
        names.append(field.name)
        expr = _matched(context, node, child, field)
        column = context.run.column(field.name, expr.dtype, expr.nullable, _metadata(field, expr))
        items.append(lg.Named(column, expr))
    scope = Scope([i.column for i in items], [()] * len(items), case_sensitive=child.scope.case_sensitive)
    return Resolved(lg.Project(child.plan, tuple(items)), scope, (child,), below=child)


def _metadata(field: t.StructField, expr: lg.Expr) -> Mapping[str, Any]:
    own = expr.metadata if isinstance(expr, lg.Column) else {}
    return {**own, **field.metadata}


def _matched(context: Context, node: spec.ToSchema, child: Resolved, field: t.StructField) -> lg.Expr:
    positions = child.scope.positions(field.name)
    if not positions:
        if field.nullable:
            return lg.Literal(None, field.dtype)
        names = [(c.name,) for c in child.scope.columns]
        raise unresolved(spec.Attribute((field.name,)), names)
    if len(positions) > 1:
        raise failure("AMBIGUOUS_COLUMN_OR_FIELD", node, name=quoted(field.name), n=str(len(positions)))
    return reconciled(context, node, child.scope.columns[positions[0]], field, (field.name,))
