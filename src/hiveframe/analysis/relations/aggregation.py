"""GROUP BY: keys by column, alias, ordinal or ALL; grouping sets; the SELECT list over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, product

from hiveframe.analysis.aggregates import Grouping, aggregates_in, has_aggregate, is_aggregate
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.fingerprint import Fingerprints
from hiveframe.analysis.frame import Context, Input, Resolved, failure
from hiveframe.analysis.generators import is_generator
from hiveframe.analysis.naming import describe, output_name
from hiveframe.analysis.relations.pivot import pivot_aggregate
from hiveframe.analysis.relations.time_windows import time_window_in, with_time_window
from hiveframe.analysis.scope import Scope
from hiveframe.analysis.select import GeneratorItem, Item, Select, finish, over_aliases
from hiveframe.analysis.select_list import ItemList
from hiveframe.dataclass import dataclass
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.walk import children, preorder

SetKeys = tuple[spec.Expr, ...]


def aggregate(node: spec.Aggregate, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """Groups of the child's rows; a time window among the keys becomes a column first."""
    child = inputs[0]
    window = time_window_in(node.keys)
    if window is not None:
        child = with_time_window(context, child, window, keys=node.keys)
    if node.kind == "pivot":
        return pivot_aggregate(node, child, context)
    sets = _grouping_sets(node)
    keys = node.keys if sets is None else tuple(k for one in sets for k in one)
    source = Input(child.scope, (child,))
    items, binder = _bind_items(node, child, source, context)
    bound = _bind_keys(node, keys, items, binder)
    named, positions = _unique(bound)
    if sets is None:
        grouping = Grouping(tuple(_key_column(k, context) for k in named), None, node)
    else:
        numbered = iter(positions)
        used = tuple(tuple(dict.fromkeys(next(numbered) for _ in one)) for one in sets)
        grouping, items = _with_sets(node, named, used, child, items, context)
    listed = _with_keys(grouping, named, items, context) if node.keeps_keys else items
    made = finish(Select(child, source, tuple(listed), grouping), context.run)
    _refuse_generators(node, bound, binder)
    return made


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """A bound key: its expression and the name it has where keys are output."""

    name: str
    expr: lg.Expr
    node: spec.Expr


def _bind_items(
    node: spec.Aggregate, child: Resolved, source: Input, context: Context
) -> tuple[list[Item | GeneratorItem], Binder]:
    flag = "spark.sql.lateralColumnAlias.enableImplicitResolution"
    binder = Binder(context, source, aliases={} if context.env.settings.flag(flag) else None)
    listed = ItemList(binder)
    listed.add_all(node.items)
    return listed.items, binder


def _grouping_sets(node: spec.Aggregate) -> tuple[SetKeys, ...] | None:
    """The sets of keys, or None for a plain GROUP BY."""
    if node.analytics:
        lists = [_sets_of(kind, sets) for kind, sets in node.analytics]
        return tuple(tuple(k for part in choice for k in part) for choice in product(*lists))
    if node.kind in ("rollup", "cube"):
        return _sets_of(node.kind, tuple((k,) for k in node.keys))
    if node.kind == "grouping_sets":
        return node.grouping_sets
    return None


def _sets_of(kind: str, elements: tuple[SetKeys, ...]) -> tuple[SetKeys, ...]:
    match kind:
        case "rollup":
            return tuple(tuple(k for e in elements[:n] for k in e) for n in range(len(elements), -1, -1))
        case "cube":
            sizes = range(len(elements), -1, -1)
            return tuple(tuple(k for e in chosen for k in e) for n in sizes for chosen in combinations(elements, n))
        case "groupby":
            return (tuple(k for e in elements for k in e),)
    return elements


# ------------------------------------------------------------------------------------------------------------ keys


def _bind_keys(
    node: spec.Aggregate, keys: Sequence[spec.Expr], items: Sequence[Item | GeneratorItem], binder: Binder
) -> list[Key]:
    if node.kind == "all":
        return _all_keys(node, items, binder)
    known: dict[spec.Expr, Key] = {}
    bound: list[Key] = []
    for key in keys:
        if key not in known:
            known[key] = _bind_key(node, key, items, binder)
        bound.append(known[key])
    return bound


def _all_keys(node: spec.Aggregate, items: Sequence[Item | GeneratorItem], binder: Binder) -> list[Key]:
    """GROUP BY ALL: every item without an aggregate; columns beside an aggregate need one that is a key."""
    keys: list[Key] = []
    has_stray_column = False
    marker = spec.Attribute(("all",))
    for item in items:
        if isinstance(item, GeneratorItem):
            continue
        expr = over_aliases(items, item.expr)
        if has_aggregate(expr):
            has_stray_column = has_stray_column or _has_column_outside(expr)
        elif not isinstance(expr, lg.Literal):
            keys.append(Key(item.column.name, expr, marker))
    if has_stray_column and not keys:
        raise failure("UNRESOLVED_ALL_IN_GROUP_BY", node)
    return keys


def _has_column_outside(expr: lg.Expr) -> bool:
    if is_aggregate(expr):
        return False
    return isinstance(expr, lg.Column) or any(_has_column_outside(part) for part in children(expr, lg.Expr))


def _bind_key(node: spec.Aggregate, key: spec.Expr, items: Sequence[Item | GeneratorItem], binder: Binder) -> Key:
    settings = binder.context.env.settings
    inner = key.child if isinstance(key, spec.Alias) else key
    if isinstance(inner, spec.Literal) and inner.dtype == t.INT and settings.flag("spark.sql.groupByOrdinal"):
        return _ordinal(node, inner, items, binder)
    plain = replace(binder, aliases=None)
    alias = None
    if settings.flag("spark.sql.groupByAliases") and not node.keeps_keys:
        alias = _aliased(inner, items, plain)
    if alias is not None:
        expr, name = alias.expr, alias.column.name
        binder.context.run.shown[inner] = name
    else:
        expr = plain.bind(inner)
        name = key.names[0] if isinstance(key, spec.Alias) else output_name(inner, binder.context.run)
    expr = over_aliases(items, expr)
    _check_key(inner, expr, binder)
    return Key(name, expr, inner)


def _aliased(key: spec.Expr, items: Sequence[Item | GeneratorItem], binder: Binder) -> Item | None:
    """The item whose alias `key` names, when no input column has that name."""
    if not isinstance(key, spec.Attribute) or len(key.parts) != 1 or key.plan_id is not None:
        return None
    scope = binder.input.scope
    if scope.match(key.parts) is not None:
        return None
    wanted = scope.key(key.parts[0])
    return next((i for i in items if isinstance(i, Item) and scope.key(i.column.name) == wanted), None)


def _ordinal(node: spec.Aggregate, key: spec.Literal, items: Sequence[Item | GeneratorItem], binder: Binder) -> Key:
    if not 1 <= key.value <= len(items):
        raise failure("GROUP_BY_POS_OUT_OF_RANGE", key, index=str(key.value), size=str(len(items)))
    item = items[key.value - 1]
    expr = over_aliases(items, item.expr)
    name = item.column.name if isinstance(item, Item) else item.columns[0].name
    if has_aggregate(expr):
        text = describe(expr, binder.context.run)
        shown = f"{text} AS `{name}`"
        raise failure("GROUP_BY_POS_AGGREGATE", key, index=str(key.value), aggExpr=shown)
    return Key(name, expr, key)


def _check_key(node: spec.Expr, expr: lg.Expr, binder: Binder) -> None:
    if aggregates_in(expr):
        raise failure("GROUP_BY_AGGREGATE", node, sqlExpr=binder.text(node))
    if not is_groupable(expr.dtype):
        raise failure(
            "GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE",
            node,
            sqlExpr=f'"{binder.text(node)}"',
            dataType=f'"{t.sql_name(expr.dtype)}"',
        )


def _refuse_generators(node: spec.Aggregate, keys: Sequence[Key], binder: Binder) -> None:
    calls = [e for key in keys for e in preorder(key.expr, lg.Expr) if is_generator(e)]
    if calls:
        shown = ", ".join(f'"{describe(call, binder.context.run)}"' for call in calls)
        raise failure("UNSUPPORTED_EXPR_FOR_OPERATOR", node, invalidExprSqls=shown)


def is_groupable(dtype: t.DataType) -> bool:
    """Whether equal values of the type can be found: all but VARIANT."""
    match dtype:
        case t.VariantType():
            return False
        case t.ArrayType(element):
            return is_groupable(element)
        case t.MapType(key, value):
            return is_groupable(key) and is_groupable(value)
        case t.StructType(fields):
            return all(is_groupable(f.dtype) for f in fields)
    return True


def _unique(keys: Sequence[Key]) -> tuple[list[Key], list[int]]:
    """Keys without repetitions, and the place of each given key among them."""
    prints = Fingerprints()
    places: dict[object, int] = {}
    unique: list[Key] = []
    positions: list[int] = []
    for key in keys:
        print_ = prints.of(key.expr)
        if print_ not in places:
            places[print_] = len(unique)
            unique.append(key)
        positions.append(places[print_])
    return unique, positions


def _key_column(key: Key, context: Context) -> lg.Named:
    if isinstance(key.expr, lg.Column):
        return lg.Named(key.expr, key.expr)
    return lg.Named(context.run.column(key.name, key.expr.dtype, key.expr.nullable), key.expr)


def _with_sets(
    node: spec.Aggregate,
    keys: Sequence[Key],
    used: tuple[tuple[int, ...], ...],
    child: Resolved,
    items: list[Item | GeneratorItem],
    context: Context,
) -> tuple[Grouping, list[Item | GeneratorItem]]:
    """Grouping sets: keys that a set leaves out are NULL there, so items over them may be NULL too."""
    everywhere = set(range(len(keys))).intersection(*map(set, used)) if used else set()
    named: list[lg.Named] = []
    widened: dict[int, lg.Column] = {}
    for i, key in enumerate(keys):
        may_be_null = key.expr.nullable or i not in everywhere
        named.append(lg.Named(context.run.column(key.name, key.expr.dtype, may_be_null), key.expr))
        if isinstance(key.expr, lg.Column) and may_be_null and not key.expr.nullable:
            widened[key.expr.id] = replace(key.expr, nullable=True)
    grouping = Grouping(tuple(named), used, node)
    if widened:
        scope = child.scope
        columns = [widened.get(c.id, c) for c in scope.columns]
        loose = Scope(columns, scope.qualifiers, scope.hidden, case_sensitive=scope.case_sensitive)
        items, _ = _bind_items(node, child, Input(loose, (child,)), context)
    return grouping, items


def _with_keys(
    grouping: Grouping, keys: Sequence[Key], items: Sequence[Item | GeneratorItem], context: Context
) -> list[Item | GeneratorItem]:
    """Keys, then items: the DataFrame API's output."""
    listed: list[Item | GeneratorItem] = []
    for key, named in zip(keys, grouping.keys, strict=True):
        if isinstance(key.expr, lg.Column) and key.name == key.expr.name and named.column.id == key.expr.id:
            listed.append(Item(key.expr, key.expr))
        else:
            dtype, may_be_null = key.expr.dtype, named.column.nullable
            listed.append(Item(context.run.column(key.name, dtype, may_be_null), key.expr))
    return [*listed, *items]
