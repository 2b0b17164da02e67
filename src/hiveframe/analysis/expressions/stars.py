"""Stars: `*`, `t.*`, `struct.*`, EXCEPT, REPLACE, and columns by pattern."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hiveframe.analysis import pinned
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.extract import get_field
from hiveframe.analysis.frame import failure, quoted
from hiveframe.analysis.scope import Qualifier
from hiveframe.analysis.suggestions import unresolved_column
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.sql.identifiers import parse_multipart_identifier

_QUOTED_PATTERN = re.compile(r"(?:([^`.]+)\.)?`(.+)`")

Expanded = list[tuple[str, lg.Expr, Qualifier]]


class Bound(spec.Expr):
    """A typed expression standing in an unresolved tree, where a star stood."""

    __slots__ = ("expr", "name")

    def __init__(self, expr: lg.Expr, name: str) -> None:
        object.__setattr__(self, "expr", expr)
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "origin", None)


def bind_bound(binder: Binder, node: Bound) -> lg.Expr:
    """The expression that the star gave."""
    binder.context.run.shown[node] = node.name  # type: ignore[attr-defined]
    return node.expr  # type: ignore[attr-defined,no-any-return]


def has_star(args: Sequence[spec.Expr]) -> bool:
    """Whether one of them stands for columns that are not named one by one."""
    for arg in args:  # noqa: SIM110 - asked for each call of a query
        if isinstance(arg, (spec.Star, spec.Regex)):
            return True
    return False


def expand_arguments(
    binder: Binder, args: Sequence[spec.Expr], *, function: str = "", distinct: bool = False
) -> list[spec.Expr]:
    """Arguments with stars expanded; `count(*)` is `count(1)`."""
    if not has_star(args):
        return list(args)
    if function.lower() == "count" and not distinct and len(args) == 1 and isinstance(args[0], spec.Star):
        star = args[0]
        if not star.target and not star.except_ and star.plan_id is None:
            return [spec.Literal(1, t.INT)]
        if star.target and not star.except_:
            raise failure("INVALID_USAGE_OF_STAR_WITH_TABLE_IDENTIFIER_IN_COUNT", None, tableName=quoted(star.target))
    found: list[spec.Expr] = []
    for arg in args:
        if isinstance(arg, spec.Star):
            found += [Bound(expr, name) for name, expr, _ in expand(binder, arg)]
        elif isinstance(arg, spec.Regex):
            found += [Bound(expr, name) for name, expr, _ in expand_regex(binder, arg)]
        else:
            found.append(arg)
    return found


def expand(binder: Binder, star: spec.Star) -> Expanded:
    """The columns that a star means: (name, expression, qualifier)."""
    columns = _all_columns(binder, star)
    if star.except_:
        columns = _without(binder, star, columns)
    if star.replace:
        columns = _replaced(binder, star, columns)
    return columns


def _all_columns(binder: Binder, star: spec.Star) -> Expanded:
    if star.plan_id is not None:
        return pinned.all_columns(binder, star)
    scope = binder.input.scope
    if not star.target:
        return [(c.name, c, q) for c, q in zip(scope.columns, scope.qualifiers, strict=True)]
    found: Expanded = []
    for column, qualifier in scope.under(star.target):
        binder.input.note(column)
        found.append((column.name, column, qualifier))
    return found or _struct_fields(binder, star)


def _struct_fields(binder: Binder, star: spec.Star) -> Expanded:
    from hiveframe.analysis.expressions.attributes import from_inputs

    base = from_inputs(binder, spec.Attribute(star.target, origin=star.origin), (binder.input,))
    if base is None:
        columns = ", ".join(quoted(c.name) for c in binder.input.scope.columns)
        raise failure("CANNOT_RESOLVE_STAR_EXPAND", star, targetString=quoted(star.target), columns=columns)
    if not isinstance(base.dtype, t.StructType):
        raise failure("_LEGACY_ERROR_TEMP_1050", star, attributes=f"List({star.target[-1]})")
    return [(f.name, get_field(base, f), ()) for f in base.dtype.fields]


def _without(binder: Binder, star: spec.Star, columns: Expanded) -> Expanded:
    """EXCEPT: whole columns, or fields of struct columns (the struct is rebuilt without them)."""
    scope = binder.input.scope
    dropped: set[int] = set()
    nested: dict[int, list[tuple[str, ...]]] = {}
    for parts in star.except_:
        match = scope.match(parts)
        listed = {c.id: i for i, (_, c, _) in enumerate(columns) if isinstance(c, lg.Column)}
        hits = [listed[c.id] for c, _ in match.columns if c.id in listed] if match else []
        if not hits and len(parts) == 1:
            hits = [i for i, (name, _, _) in enumerate(columns) if scope.key(name) == scope.key(parts[0])]
        if not hits:
            raise unresolved_column(binder, spec.Attribute(parts, origin=star.origin))
        for i in hits:
            if match is not None and match.nested:
                nested.setdefault(i, []).append(match.nested)
            elif i in dropped:
                raise failure("EXCEPT_OVERLAPPING_COLUMNS", star, columns=_listed(star.except_))
            else:
                dropped.add(i)
    kept: Expanded = []
    for i, (name, expr, qualifier) in enumerate(columns):
        if i in nested:
            if i in dropped:
                raise failure("EXCEPT_OVERLAPPING_COLUMNS", star, columns=_listed(star.except_))
            kept.append((name, _without_fields(binder, star, expr, nested[i]), ()))
        elif i not in dropped:
            kept.append((name, expr, qualifier))
    return kept


def _listed(names: Sequence[tuple[str, ...]]) -> str:
    return ", ".join(".".join(n) for n in names)


def _without_fields(binder: Binder, star: spec.Star, expr: lg.Expr, paths: Sequence[tuple[str, ...]]) -> lg.Expr:
    from hiveframe.analysis.expressions.calls import call_row

    if not isinstance(expr.dtype, t.StructType):
        raise failure(
            "EXCEPT_NESTED_COLUMN_INVALID_TYPE", star, columnName=_listed(paths), dataType=t.sql_name(expr.dtype)
        )
    args: list[lg.Expr] = []
    for field in expr.dtype.fields:
        under = [p for p in paths if p[0].lower() == field.name.lower()]
        if any(len(p) == 1 for p in under):
            continue
        value: lg.Expr = get_field(expr, field)
        if under:
            value = _without_fields(binder, star, value, [p[1:] for p in under])
        args += [lg.Literal(field.name, t.STRING), value]
    return call_row(binder, star, "named_struct", args)


def _replaced(binder: Binder, star: spec.Star, columns: Expanded) -> Expanded:
    scope = binder.input.scope
    found = list(columns)
    for alias in star.replace:
        name = alias.names[0]
        hits = [i for i, (shown, _, _) in enumerate(found) if scope.key(shown) == scope.key(name)]
        if not hits:
            raise unresolved_column(binder, spec.Attribute((name,), origin=star.origin))
        for i in hits:
            found[i] = (name, binder.bind(alias.child), ())
    return found


def expand_regex(binder: Binder, node: spec.Regex) -> Expanded:
    """The columns whose whole name matches a pattern in backticks; a plain name is a column."""
    match = _QUOTED_PATTERN.fullmatch(node.pattern)
    if match is None:
        parts = parse_multipart_identifier(node.pattern)
        attribute = spec.Attribute(parts, node.plan_id, origin=node.origin)
        return [(parts[-1], binder.bind(attribute), ())]
    flags = 0 if binder.context.env.settings.case_sensitive else re.IGNORECASE
    pattern = re.compile(match[2], flags)
    star = spec.Star((match[1],) if match[1] else (), node.plan_id, origin=node.origin)
    return [item for item in _all_columns(binder, star) if pattern.fullmatch(item[0])]


def bind_star(binder: Binder, node: spec.Star) -> lg.Expr:
    """A star where one value is wanted."""
    columns = expand(binder, node)
    if len(columns) == 1:
        return columns[0][1]
    raise failure("INVALID_USAGE_OF_STAR_OR_REGEX", node, elem="'*'", prettyName="expression")


def bind_regex(binder: Binder, node: spec.Regex) -> lg.Expr:
    """A column pattern where one value is wanted."""
    columns = expand_regex(binder, node)
    if len(columns) == 1:
        return columns[0][1]
    raise failure("INVALID_USAGE_OF_STAR_OR_REGEX", node, elem="regular expressions", prettyName="expression")
