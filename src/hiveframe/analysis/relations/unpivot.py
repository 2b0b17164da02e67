"""UNPIVOT: columns to rows, one row for each group of value columns."""

from __future__ import annotations

from collections.abc import Sequence

from hiveframe.analysis.expressions import stars
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import implicit_cast
from hiveframe.analysis.frame import Context, Input, Resolved, failure
from hiveframe.analysis.scope import Scope
from hiveframe.functions.coercion import common_type_without_strings
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t

Group = tuple[tuple[lg.Column, ...], str]


def unpivot(node: spec.Unpivot, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """`ids`, the name of the value's column, and the values."""
    child = inputs[0]
    binder = Binder(context, Input(child.scope, (child,)))
    ids = None if node.ids is None else [c for e in node.ids for c in _columns(binder, node, e)]
    groups = None if node.values is None else [g for v in node.values for g in _groups(binder, node, v)]
    if ids is None:
        assert groups is not None
        used = {c.id for columns, _ in groups for c in columns}
        ids = [c for c in child.scope.columns if c.id not in used]
    if groups is None:
        named = {c.id for c in ids}
        groups = [((c,), c.name) for c in child.scope.columns if c.id not in named]
    if not groups:
        raise failure("UNPIVOT_REQUIRES_VALUE_COLUMNS", node)
    if any(len(columns) != len(node.value_names) for columns, _ in groups):
        raise failure("UNPIVOT_VALUE_SIZE_MISMATCH", node, names=str(len(node.value_names)))
    return _generated(node, child, ids, groups, context)


def _columns(binder: Binder, node: spec.Unpivot, expr: spec.Expr) -> list[lg.Column]:
    """The columns that an id or value expression means; anything but a column is refused."""
    if isinstance(expr, spec.Star):
        bound = [e for _, e, _ in stars.expand(binder, expr)]
    else:
        bound = [binder.bind(expr)]
    columns = [e for e in bound if isinstance(e, lg.Column)]
    if len(columns) != len(bound):
        kind = "Id" if node.ids is not None and expr in node.ids else "Value"
        raise failure(
            "UNPIVOT_REQUIRES_ATTRIBUTES",
            node,
            given=kind.lower(),
            empty="value" if kind == "Id" else "id",
            expressions=f'"{binder.text(expr)}"',
        )
    return columns


def _groups(binder: Binder, node: spec.Unpivot, value: tuple[tuple[spec.Expr, ...], str | None]) -> list[Group]:
    exprs, label = value
    if len(exprs) == 1 and isinstance(exprs[0], spec.Star):
        return [((c,), c.name) for c in _columns(binder, node, exprs[0])]
    columns = tuple(c for e in exprs for c in _columns(binder, node, e))
    return [(columns, label if label is not None else "_".join(c.name for c in columns))]


def _generated(
    node: spec.Unpivot, child: Resolved, ids: list[lg.Column], groups: Sequence[Group], context: Context
) -> Resolved:
    types = [_common_type(node, [g[0][i] for g in groups], context) for i in range(len(node.value_names))]
    cells: list[lg.Expr] = []
    for columns, label in groups:
        cells.append(lg.Literal(label, t.STRING))
        cells += [implicit_cast(context, c, d, node) for c, d in zip(columns, types, strict=True)]
    run = context.run
    made = [run.column(node.variable_name, t.STRING, False)]
    width = 1 + len(types)
    for i, (name, dtype) in enumerate(zip(node.value_names, types, strict=True)):
        may_be_null = any(cells[row * width + 1 + i].nullable for row in range(len(groups)))
        made.append(run.column(name, dtype, may_be_null))
    fields = tuple(t.StructField(c.name, c.dtype, c.nullable) for c in made)
    generator = lg.Call("stack", tuple(cells), t.StructType(fields), False)
    plan: lg.Relation = lg.Generate(child.plan, generator, tuple(made))
    if not node.include_nulls:
        plan = lg.Filter(plan, _any_present(node, made[1:], context))
    output = [*ids, *made]
    plan = lg.Project(plan, tuple(lg.Named(c, c) for c in output))
    scope = Scope(output, [()] * len(output), case_sensitive=child.scope.case_sensitive)
    return Resolved(plan, scope, (child,))


def _any_present(node: spec.Unpivot, columns: Sequence[lg.Column], context: Context) -> lg.Expr:
    from hiveframe.analysis.expressions.calls import call_binder

    binder = call_binder(context, node)
    found: lg.Expr | None = None
    for column in columns:
        present = binder.call("isnotnull", column)
        found = present if found is None else binder.call("or", found, present)
    assert found is not None
    return found


def _common_type(node: spec.Unpivot, columns: Sequence[lg.Column], context: Context) -> t.DataType:
    dtype = common_type_without_strings([c.dtype for c in columns], ansi=context.ansi)
    if dtype is None:
        named: dict[t.DataType, list[str]] = {}
        for column in columns:
            named.setdefault(column.dtype, []).append(f"`{column.name}`")
        texts = [f'"{t.sql_name(d)}" ({", ".join(names)})' for d, names in named.items()]
        raise failure("UNPIVOT_VALUE_DATA_TYPE_MISMATCH", None, types=", ".join(sorted(texts)))
    return dtype
