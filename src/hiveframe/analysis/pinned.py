"""Columns pinned to a DataFrame: `df.x` names the column x of the plan that `df` stands for.

Source: Spark's `ColumnResolutionHelper.resolveDataFrameColumn`. The plan is looked for below the operator, among its
direct inputs first; a UNION hides what is below it. A column found must still be there: passed on, hidden by a USING
join, or (for Filter and Sort) droppable again. Found on both sides of a self-join it is ambiguous.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hiveframe.analysis.expressions.extract import extract_named
from hiveframe.analysis.frame import Input, Resolved, failure
from hiveframe.analysis.scope import Match, Qualifier
from hiveframe.plan import logical as lg
from hiveframe.plan import spec

if TYPE_CHECKING:
    from hiveframe.analysis.expressions.binder import Binder

Renewals = tuple[Resolved, ...]


def find(relations: Sequence[Resolved], plan_id: int) -> Iterator[tuple[Resolved, Renewals]]:
    """Every relation below that stands for `plan_id`, with the relations on the way that gave columns new ids."""
    stack: list[tuple[Resolved, Renewals]] = [(r, ()) for r in reversed(relations)]
    while stack:
        node, renewals = stack.pop()
        if node.plan_id == plan_id:
            yield node, renewals
            continue
        if node.renewed is not None:
            renewals = (node, *renewals)
        stack.extend((child, renewals) for child in reversed(node.inputs))


def current(column: lg.Column, renewals: Renewals) -> lg.Column | None:
    """The column as it is called above the relations that renewed it."""
    for node in renewals:
        assert node.renewed is not None
        found = node.renewed.get(column.id)
        if found is None:
            return None
        column = found
    return column


def bind_pinned(binder: Binder, node: spec.Attribute) -> lg.Expr:
    """`df.x`."""
    assert node.plan_id is not None
    place = binder.place or node
    for source in (*binder.inputs(), *binder.context.outer):
        found = _found(binder, node, source)
        if len(found) > 1:
            raise failure("AMBIGUOUS_COLUMN_REFERENCE", place, name=f'"{".".join(node.parts)}"')
        for column, match in found.values():
            return _reference(binder, node, source, column, match)
    raise failure("CANNOT_RESOLVE_DATAFRAME_COLUMN", place, name=f'"{".".join(node.parts)}"')


def _found(binder: Binder, node: spec.Attribute, source: Input) -> dict[int, tuple[lg.Column, Match]]:
    """The columns that the name means there: those of a direct input first, visible ones before hidden ones."""
    assert node.plan_id is not None
    known = _only_plan(binder, node, source)
    if known is not None:
        return known
    direct = [r for r in source.relations if r.plan_id == node.plan_id]
    visible: dict[int, tuple[lg.Column, Match]] = {}
    hidden: dict[int, tuple[lg.Column, Match]] = {}
    for target, renewals in find(direct or source.relations, node.plan_id):
        match = target.scope.match(node.parts, only_hidden=node.is_metadata)
        if match is None:
            continue
        column = current(_pick(binder, node, match), renewals)
        if column is None:
            continue
        if (seen := source.scope.visible(column)) is not None:
            visible[column.id] = (seen, match)
        elif (reached := source.scope.reachable(column)) is not None:
            hidden[column.id] = (reached, match)
    return visible or hidden


def _only_plan(binder: Binder, node: spec.Attribute, source: Input) -> dict[int, tuple[lg.Column, Match]] | None:
    """The answer without a search, for a plan that stands once in the whole query and passes its column on."""
    run = binder.context.run
    assert node.plan_id is not None
    targets = run.plans.get(node.plan_id, ())
    if len(targets) != 1 or run.has_renewed or node.is_metadata:
        return None
    match = targets[0].scope.match(node.parts)
    if match is None:
        return None
    column = source.scope.visible(_pick(binder, node, match))
    return {column.id: (column, match)} if column is not None else None


def _pick(binder: Binder, node: spec.Attribute, match: Match) -> lg.Column:
    from hiveframe.analysis.expressions.attributes import pick

    return pick(binder, node, match)


def _reference(binder: Binder, node: spec.Attribute, source: Input, column: lg.Column, match: Match) -> lg.Expr:
    from hiveframe.analysis.expressions.attributes import column_text, show, use

    name = column_text(node, match)
    expr: lg.Expr = use(source, column, shown=node.parts, match=match)
    text = name
    for part in match.nested:
        expr = extract_named(binder, node, expr, part, text)
        text = f"{text}.{part}"
    show(binder, node, text)
    return expr


def all_columns(binder: Binder, star: spec.Star) -> list[tuple[str, lg.Expr, Qualifier]]:
    """`df["*"]`: every column of that DataFrame that is still there."""
    assert star.plan_id is not None
    for target, renewals in find(binder.input.relations, star.plan_id):
        found: list[tuple[str, lg.Expr, Qualifier]] = []
        for column, qualifier in zip(target.scope.columns, target.scope.qualifiers, strict=True):
            now = current(column, renewals)
            now = binder.input.scope.reachable(now) if now is not None else None
            if now is None:
                raise failure("CANNOT_RESOLVE_DATAFRAME_COLUMN", star, name='"*"')
            found.append((now.name, now, qualifier))
        return found
    raise failure("CANNOT_RESOLVE_DATAFRAME_COLUMN", star, name='"*"')
