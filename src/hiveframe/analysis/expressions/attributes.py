"""Names in expressions: columns, nested fields, lambda parameters, aliases, outer columns and variables.

The order is Spark's: lambda parameters, the operator's input, functions that need no parentheses, lateral aliases,
enclosing queries, session variables.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from hiveframe.analysis import pinned
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.extract import extract_named
from hiveframe.analysis.frame import Input, failure, quoted
from hiveframe.analysis.scope import Match
from hiveframe.analysis.suggestions import unresolved_column
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t

# Functions that may be called without parentheses when no column has their name.
BARE_FUNCTIONS = frozenset(
    {
        "current_date",
        "current_timestamp",
        "localtimestamp",
        "current_time",
        "current_user",
        "user",
        "session_user",
        "current_catalog",
        "current_database",
        "current_schema",
        "grouping__id",
    }
)

# Without parentheses these are others, and are named after them.
_SAME_FUNCTION = {"user": "current_user", "session_user": "current_user", "grouping__id": "grouping_id"}


def bind_attribute(binder: Binder, node: spec.Attribute) -> lg.Expr:
    """A column by name."""
    if node.plan_id is not None:
        return pinned.bind_pinned(binder, node)
    found = resolve_name(binder, node)
    if found is None:
        raise unresolved_column(binder, node)
    return found


def bind_lambda_variable(binder: Binder, node: spec.LambdaVariable) -> lg.Expr:
    """A lambda's parameter in the DataFrame API's form."""
    found = _lambda_parameter(binder, node, (node.name,))
    if found is None:
        raise failure("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", node, objectName=quoted(node.name))
    return found


def resolve_name(binder: Binder, node: spec.Attribute) -> lg.Expr | None:
    """What the name means here, or None."""
    parts = node.parts
    return (
        _lambda_parameter(binder, node, parts)
        or _argument(binder, node, parts)
        or from_inputs(binder, node, binder.inputs())
        or _generated(binder, node)
        or _bare_function(binder, node)
        or _lateral_alias(binder, node)
        or _outer_column(binder, node)
        or _variable(binder, node)
    )


def show(binder: Binder, node: spec.Expr, text: str) -> None:
    """Remember how `node` is written in generated names."""
    binder.context.run.shown[node] = text


def _nested_text(expr: lg.Expr, text: str, nested: Sequence[str]) -> str:
    """The text of a chain of extractions: `.field`, or `[key]` where a map is asked."""
    dtype = expr.dtype
    for part in nested:
        if isinstance(dtype, t.MapType):
            text, dtype = f"{text}[{part}]", dtype.value
            continue
        text = f"{text}.{part}"
        inner = dtype.element if isinstance(dtype, t.ArrayType) else dtype
        fields = inner.fields if isinstance(inner, t.StructType) else ()
        field = next((f for f in fields if f.name.lower() == part.lower()), None)
        found = field.dtype if field else t.NULL
        dtype = t.ArrayType(found) if isinstance(dtype, t.ArrayType) else found
    return text


def _with_fields(binder: Binder, node: spec.Expr, base: lg.Expr, shown: str, nested: Sequence[str]) -> lg.Expr:
    show(binder, node, _nested_text(base, shown, nested))
    expr = base
    for i, part in enumerate(nested):
        expr = extract_named(binder, node, expr, part, _nested_text(base, shown, nested[:i]))
    return expr


def _lambda_parameter(binder: Binder, node: spec.Expr, parts: Sequence[str]) -> lg.Expr | None:
    for names in reversed(binder.lambdas):
        found = names.get(parts[0].lower())
        if found is not None:
            return _with_fields(binder, node, found, "namedlambdavariable()", parts[1:])
    return None


def _argument(binder: Binder, node: spec.Attribute, parts: Sequence[str]) -> lg.Expr | None:
    """A parameter of the SQL function whose body is being bound."""
    arguments = binder.context.arguments
    if arguments is None:
        return None
    for depth in (0, 1):
        name = ".".join(p.lower() for p in parts[: depth + 1])
        if len(parts) > depth and name in arguments:
            return _with_fields(binder, node, arguments[name], parts[depth], parts[depth + 1 :])
    return None


def from_inputs(binder: Binder, node: spec.Attribute, inputs: Iterable[Input]) -> lg.Expr | None:
    """A column of the first of `inputs` that knows the name."""
    for source in inputs:
        match = source.scope.match(node.parts)
        if match is not None:
            column = pick(binder, node, match)
            qualifier = match.columns[0][1][-1:]
            binder.context.run.full_names[node] = ".".join((*qualifier, column.name, *match.nested))
            reference = use(source, column, shown=node.parts, match=match)
            return _with_fields(binder, node, reference, column_text(node, match), match.nested)
    return None


def _generated(binder: Binder, node: spec.Attribute) -> lg.Expr | None:
    """A column that a generator of the same SELECT list makes."""
    match = binder.generated.match(node.parts) if binder.generated is not None else None
    if match is None:
        return None
    column = pick(binder, node, match)
    return _with_fields(binder, node, column, node.parts[0], match.nested)


def column_text(node: spec.Attribute, match: Match) -> str:
    """The column's name as the query wrote it."""
    return node.parts[len(node.parts) - len(match.nested) - 1]


def use(source: Input, column: lg.Column, *, shown: Sequence[str], match: Match) -> lg.Column:
    """A reference to `column`, noted when the input does not output it; named as the query wrote it."""
    source.note(column)
    name = shown[len(shown) - len(match.nested) - 1]
    return column if column.name == name else replace(column, name=name)


def pick(binder: Binder, node: spec.Attribute, match: Match) -> lg.Column:
    """The one column that `match` means; AMBIGUOUS_REFERENCE when there are several."""
    if len(match.columns) == 1:
        return match.columns[0][0]
    original = binder.context.run.original
    distinct = {original(c.id): c for c, _ in reversed(match.columns)}
    if len(distinct) > 1:
        kept = [(c, q) for c, q in match.columns if distinct[original(c.id)] is c]
        names = sorted(quoted((*q, column_text(node, match))) for c, q in kept)
        raise failure("AMBIGUOUS_REFERENCE", node, name=quoted(node.parts), referenceNames="[" + ", ".join(names) + "]")
    return match.columns[0][0]


def _bare_function(binder: Binder, node: spec.Attribute) -> lg.Expr | None:
    if len(node.parts) != 1 or node.parts[0].lower() not in BARE_FUNCTIONS:
        return None
    called = _SAME_FUNCTION.get(node.parts[0].lower(), node.parts[0])
    call = spec.Function((called,), (), origin=node.origin)
    expr = binder.bind(call)
    show(binder, node, binder.text(call))
    binder.context.run.bare_calls.add(node)
    return expr


def _lateral_alias(binder: Binder, node: spec.Attribute) -> lg.Expr | None:
    if not binder.aliases:
        return None
    found = binder.aliases.get(node.parts[0].lower())
    if not found:
        return None
    if len(found) > 1:
        raise failure(
            "AMBIGUOUS_LATERAL_COLUMN_ALIAS",
            None,
            name=quoted(node.parts),
            n=str(len(found)),
        )
    alias = found[0]
    show(binder, node, f"lateralAliasReference({node.parts[-1]})")
    _refuse_in_aggregate(binder, node)
    binder.used_level = max(binder.used_level, alias.level + 1)
    expr: lg.Expr = alias.column
    for part in node.parts[1:]:
        expr = extract_named(binder, node, expr, part, node.parts[0])
    return expr


def _refuse_in_aggregate(binder: Binder, node: spec.Attribute) -> None:
    """A lateral alias may not stand inside of a window or an aggregate."""
    lca = quoted(node.parts)
    if binder.window is not None:
        shown = f'"{binder.text(binder.window)}"'
        raise failure("UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_WINDOW", None, lca=lca, windowExpr=shown)
    if binder.aggregate is not None:
        shown = f'"{binder.text(binder.aggregate)}"'
        raise failure("UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_AGGREGATE_FUNC", None, lca=lca, aggFunc=shown)


def _outer_column(binder: Binder, node: spec.Attribute) -> lg.Expr | None:
    for source in binder.context.outer:
        match = source.scope.match(node.parts)
        if match is not None:
            column = pick(binder, node, match)
            reference = use(source, column, shown=node.parts, match=match)
            return _with_fields(binder, node, reference, _outer_text(match), match.nested)
    return None


def _outer_text(match: Match) -> str:
    column, qualifier = match.columns[0]
    return f"outer({'.'.join((*qualifier, column.name))})"


def _variable(binder: Binder, node: spec.Attribute) -> lg.Expr | None:
    for end in range(len(node.parts), 0, -1):
        value = binder.context.env.variable(node.parts[:end])
        if value is not None:
            return _with_fields(binder, node, value, ".".join(node.parts[:end]), node.parts[end:])
    return None
