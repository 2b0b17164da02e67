"""Expressions as Spark writes them in generated column names and in messages (`toPrettySQL`).

`pretty` reads the unresolved node together with what it was bound to; `describe` does the same for a typed expression,
going back to the node that it came from where there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from hiveframe.analysis.frame import Run
from hiveframe.analysis.references import free_columns
from hiveframe.functions.literal_text import literal_sql, literal_text
from hiveframe.functions.registry import Function, Param, lookup
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.walk import preorder

_DEEP: Final = 40
LAMBDA_VARIABLE: Final = "namedlambdavariable()"
_UNSHOWN_CASTS: Final = (t.ArrayType, t.MapType, t.StructType)  # Spark writes these casts nowhere


def pretty(node: spec.Expr, run: Run) -> str:
    """The text of a bound node."""
    if run.shows_ids and isinstance(column := run.bound.get(node), lg.Column):
        return f"{column.name}#{column.id}{'L' if column.dtype == t.LONG else ''}"
    shown = run.full_names.get(node) if run.shows_sql else None
    if shown is None:
        shown = run.shown.get(node)
    if shown is None:
        shown = run.texts.get(node)
    if shown is not None:
        return shown
    with _deeper(run) as is_deep:
        if is_deep:
            _write_inner_texts(node, run)
        return _WRITERS[type(node)](node, run)


@contextmanager
def _deeper(run: Run) -> Iterator[bool]:
    """One step further into an expression; whether what is below should be written first, to save the stack."""
    run.text_depth += 1
    try:
        yield run.text_depth % _DEEP == 0
    finally:
        run.text_depth -= 1
        if run.text_depth == 0:
            run.texts.clear()
            run.typed_texts.clear()


def _write_inner_texts(root: spec.Expr, run: Run) -> None:
    """The texts of everything below `root`, innermost first, so that writing `root` needs no deep recursion."""
    for node in reversed(list(preorder(root, spec.Expr))):
        if node is not root and node not in run.texts:
            run.texts[node] = pretty(node, run)


def qualified(node: spec.Expr, run: Run) -> str:
    """A bound node as SQL (`Expression.sql`): columns under their tables' names, typed constants, implicit casts."""
    before, run.shows_sql = run.shows_sql, True
    try:
        return pretty(node, run)
    finally:
        run.shows_sql = before


def numbered(node: spec.Expr, run: Run) -> str:
    """A bound node as plans show it, every column with its number."""
    before, run.shows_ids = run.shows_ids, True
    try:
        return pretty(node, run)
    finally:
        run.shows_ids = before


def _constant(value: Any, dtype: t.DataType, run: Run) -> str:
    return (literal_sql if run.shows_sql else literal_text)(value, dtype, run.time_zone)


def _with_casts(node: spec.Function, nodes: Sequence[spec.Expr], texts: Sequence[str], run: Run) -> list[str]:
    """The texts of a call's arguments, each under the cast that the call put around it."""
    made = run.bound.get(node)
    args = made.args if isinstance(made, lg.Call) else ()
    if len(args) != len(nodes):
        return list(texts)
    casts = [
        isinstance(a, lg.Cast) and a.implicit and a.child is run.bound.get(n) for a, n in zip(args, nodes, strict=True)
    ]
    return [
        f"CAST({text} AS {t.sql_name(arg.dtype)})" if is_cast else text
        for arg, text, is_cast in zip(args, texts, casts, strict=True)
    ]


def output_name(node: spec.Expr, run: Run) -> str:
    """The name of a SELECT item without an alias."""
    match node:
        case spec.Attribute(parts):
            is_call = node in run.bare_calls and parts[-1].lower() != "grouping__id"  # once a column, in Hive
            return run.shown[node] if is_call else parts[-1]
        case spec.Cast(child=spec.Attribute() as child) if isinstance(run.bound.get(child), lg.Column):
            return output_name(child, run)
        case spec.Alias(names=(name,)):
            return name
    return pretty(node, run)


def describe(expr: lg.Expr, run: Run) -> str:
    """The text of a typed expression."""
    text = run.typed_texts.get(expr)
    if text is not None:
        return text
    with _deeper(run) as is_deep:
        if is_deep:
            for part in reversed(list(preorder(expr, lg.Expr))):
                if part is not expr and part not in run.typed_texts:
                    run.typed_texts[part] = describe(part, run)
        node = run.node_of(expr)
        return pretty(node, run) if node is not None else _typed(expr, run)


def described(expr: lg.Expr, run: Run) -> str:
    """The text of a typed expression in a message of a check, which comes after names and leaves aliases out."""
    before, run.hides_aliases = run.hides_aliases, True
    try:
        return describe(expr, run)
    finally:
        run.hides_aliases = before


def _typed(expr: lg.Expr, run: Run) -> str:
    """The text of a typed expression that no node stands for, or whose node is written otherwise."""
    match expr:
        case lg.Column(name=name):
            return _full_name(expr, run) if run.shows_sql else name
        case lg.Literal(value, dtype):
            return _constant(value, dtype, run)
        case lg.LambdaVar():
            return LAMBDA_VARIABLE
        case lg.Lambda(params, body):
            return lambda_text(describe(body, run), len(params))
        case lg.Cast(child, dtype, mode, implicit=implicit):
            text = describe(child, run)
            hidden = implicit or isinstance(dtype, _UNSHOWN_CASTS)
            return text if hidden else f"{'TRY_CAST' if mode == 'try' else 'CAST'}({text} AS {t.sql_name(dtype)})"
        case lg.Call(function, args, shown=shown):
            own = _own_name(lookup(function), expr)
            return own if own is not None else _typed_call(function, shown, args, run)
        case lg.AggCall(function, args, shown=shown):
            text = _typed_call(function, shown, args, run, distinct=expr.distinct, keys=_keys(expr, run))
            return f"{text} FILTER (WHERE {describe(expr.filter, run)})" if expr.filter is not None else text
        case lg.PyUdf(name, args=args):
            return f"{name}({', '.join(describe(a, run) for a in args)})"
    return type(expr).__name__.lower()


def _full_name(column: lg.Column, run: Run) -> str:
    """A column's name under its table's, from the last node that named it."""
    for node, bound in reversed(run.bound.items()):
        if isinstance(bound, lg.Column) and bound.id == column.id and node in run.full_names:
            return run.full_names[node]
    return column.name


def children_text(call: lg.AggCall, run: Run) -> str:
    """An aggregate as a call of all that it takes, the keys of WITHIN GROUP last."""
    return _typed_call(call.function, call.shown, call.args, run, keys=_keys(call, run))


def _keys(call: lg.AggCall, run: Run) -> list[str]:
    row = lookup(call.function)
    is_sorted = row is not None and row.takes_order
    return [f"{describe(key.child, run)} {_direction(key)}" for key in call.order_by] if is_sorted else []


def typed_sql(expr: lg.Expr, run: Run) -> str:
    """A typed expression as SQL (`Expression.sql`), as `qualified` writes a node."""
    before, run.shows_sql = run.shows_sql, True
    try:
        return describe(expr, run)
    finally:
        run.shows_sql = before


def _own_name(row: Function | None, bound: lg.Expr | None) -> str | None:
    return row.shown_as(bound.dtype) if row is not None and row.shown_as is not None and bound is not None else None


def _typed_call(
    function: str,
    shown: str | None,
    args: Sequence[lg.Expr],
    run: Run,
    *,
    distinct: bool = False,
    keys: Sequence[str] = (),
) -> str:
    texts = [*(describe(a, run) for a in args), *keys]
    texts += implied_lambda(function, len(args))
    if function == "getfield":
        return f"{texts[0]}.{texts[1]}"
    return call_text(lookup(function), shown or function, texts, distinct=distinct)


def call_text(row: Function | None, called: str, texts: Sequence[str], *, distinct: bool = False) -> str:
    """A call by its row's own way of showing it: infix, special, or `name(args)`."""
    if row is not None:
        if row.shows is not None:
            return row.shows([f"DISTINCT {texts[0]}", *texts[1:]] if distinct and texts else texts)
        if row.operator is not None and len(texts) == 2:
            return f"({texts[0]} {row.operator} {texts[1]})"
        if row.operator is not None and len(texts) == 1:
            return f"({row.operator} {texts[0]})"
    inside = ", ".join(texts)
    return f"{called}({'DISTINCT ' if distinct else ''}{inside})"


def _function(node: spec.Function, run: Run) -> str:
    rewritten = run.rewritten.get(node)
    called = node.name[-1].lower()
    row = lookup(node.name[-1])
    nodes = run.arguments.get(node)
    if nodes is None and rewritten is not None:
        nodes = node.args if called == "struct" else None
        if nodes is None:
            return pretty(rewritten, run)
    if row is not None and row.shows_made is not None and (shown := _made_call(node, row, called, run)):
        return shown
    if row is not None and row.name in _COMPARISONS and (made := _other_comparison(node, row, run)) is not None:
        return _typed(made, run)
    if row is not None and row.operator in _DATE_OPERATORS and (made := _date_arithmetic(node, row, run)) is not None:
        return _typed(made, run)
    given = nodes if nodes is not None else node.args
    texts = _argument_texts(node, given, run)
    if run.shows_sql:
        texts = _with_casts(node, given, texts, run)
    if row is None:
        if isinstance(run.bound.get(node), lg.PyUdf):  # a SQL function shows no names
            texts = [_argument(a, run) for a in given]
        return f"{run.stored_functions.get(node) or '.'.join(node.name)}({', '.join(texts)})"
    sign = written_sign(node, called)
    if sign and len(texts) == 1:
        return f"({sign} {texts[0]})"
    if any(isinstance(a, spec.NamedArgument) for a in given):
        texts = _in_order(row, given, texts)
    own = _own_name(row, run.bound.get(node))
    if own is not None:
        return own
    bound = run.bound.get(node)
    collation = _shared_collation(bound)
    texts += [literal_text(d.value, collation or d.dtype) for d in _left_out(row, len(texts), bound)]
    display = row.label if row.label and called == row.name.lower() else called
    if node.within_group and row.takes_order:
        display = row.name  # Spark loses the name that it was called by
    if node.ignore_nulls is not None and row.name in ("first_value", "last_value"):
        text = f"{row.name.removesuffix('_value')}({texts[0]})"  # Spark loses the name that it was called by
    else:
        text = call_text(row, display, texts, distinct=node.distinct)
    if node.within_group:
        show = _mode_key if row.name == "mode" else _set_key if row.ordered_set else pretty
        keys = [show(k, run) for k in node.within_group]
        text += " WITHIN GROUP (ORDER BY " + ", ".join(keys) + ")"
    if node.ignore_nulls is False and row.skips_nulls:
        text += " RESPECT NULLS"
    elif node.ignore_nulls and called == "nth_value":
        text += " ignore nulls"
    if node.filter is not None:
        text += f" FILTER (WHERE {pretty(node.filter, run)})"
    return text


def _shared_collation(made: Any) -> t.DataType | None:
    """The type of the texts of a call that takes texts in one collation alone."""
    if isinstance(made, lg.Call) and made.function == "str_to_map" and made.args[0].dtype != t.STRING:
        return made.args[0].dtype
    return None


def _argument_texts(node: spec.Function, given: Sequence[spec.Expr], run: Run) -> list[str]:
    """Each argument's text; NULL for one without a type that a NULL of another type took the place of."""
    texts = [pretty(a, run) for a in given]
    made = run.bound.get(node)
    if isinstance(made, lg.Call) and len(made.args) >= len(given):
        for i, (argument, taken) in enumerate(zip(given, made.args, strict=False)):
            if isinstance(taken, lg.Literal) and taken.value is None and not isinstance(taken.dtype, t.NullType):
                texts[i] = "NULL" if _is_void(argument, run) else texts[i]
    return texts


def _in_order(row: Function, given: Sequence[spec.Expr], texts: Sequence[str]) -> list[str]:
    """The texts of arguments in the order of the row's parameters, defaults where a named one left a gap."""
    names = [p.name if isinstance(p, Param) else "" for p in row.params]
    placed = {
        names.index(a.name.lower()) if isinstance(a, spec.NamedArgument) else i: text
        for i, (a, text) in enumerate(zip(given, texts, strict=True))
    }
    for i, param in enumerate(row.params[: max(placed)]):
        if i not in placed and isinstance(param, Param) and param.default is not None:
            placed[i] = literal_text(param.default.value, param.default.dtype)
    return [placed[i] for i in sorted(placed)]


def _made_call(node: spec.Function, row: Function, called: str, run: Run) -> str:
    """A call as what it became, under the name that the row gives it; nothing when it stayed itself."""
    made = run.bound.get(node)
    if row.shows_made is None or not isinstance(made, lg.Call) or made.function == row.name:
        return ""
    texts = [describe(a, run) for a in made.args]
    return call_text(lookup(made.function), row.shows_made(called, made.function), texts)


_COMPARISONS: Final = frozenset({"=", "==", "!=", "<=>", "<", "<=", ">", ">="})


def _other_comparison(node: spec.Function, row: Function, run: Run) -> lg.Expr | None:
    """What a comparison became, where that is no such comparison any more: a constant was rounded, or decided it."""
    made = run.bound.get(node)
    inner = made.args[0] if row.name == "!=" and isinstance(made, lg.Call) else made
    if not isinstance(inner, lg.Call) or inner.function not in _COMPARISONS:
        return made
    constants = [run.bound.get(a) for a in node.args]
    for arg, given in zip(inner.args, constants, strict=False):
        was_decimal = isinstance(given, lg.Literal) and isinstance(given.dtype, t.DecimalType)
        if was_decimal and isinstance(arg, lg.Literal) and arg.dtype == t.LONG:
            return made
    return None


_DATE_OPERATORS: Final = ("+", "-", "*", "/")


def _date_arithmetic(node: spec.Function, row: Function, run: Run) -> lg.Expr | None:
    """What an operator on dates and intervals became: Spark names `date + 1` as `date_add(date, 1)`."""
    made = run.bound.get(node)
    call = made.child if isinstance(made, lg.Cast) and made.implicit else made
    return call if isinstance(call, lg.Call) and call.function != row.name else None


def _set_key(key: spec.SortOrder, run: Run) -> str:
    """The key of an ordered-set aggregate, which has no null order."""
    return pretty(key.child, run) + ("" if key.ascending else " DESC")


def _mode_key(key: spec.SortOrder, run: Run) -> str:
    """Spark shows the key of `mode` in the other direction."""
    return pretty(key.child, run) + (" DESC" if key.ascending else "")


def written_sign(node: spec.Function, called: str) -> str:
    """`-` or `+` when the call was written as a sign rather than by name."""
    symbol = {"negative": "-", "positive": "+"}.get(called, "")
    origin = node.origin
    if not symbol or origin is None or origin.sql_text is None:
        return ""
    return symbol if origin.sql_text[origin.start : origin.start + 1] == symbol else ""


def _left_out(row: Function, given: int, bound: lg.Expr | None) -> list[lg.Literal]:
    """The defaults of arguments that were left out, as the call has them where it stayed itself."""
    params = [p for p in row.params if isinstance(p, Param)]
    offset = len(row.params) - len(params)
    made = bound.args if isinstance(bound, lg.Call) and bound.function == row.name else ()
    found = [(i, p.default) for i, p in enumerate(params, offset) if i >= given and p.default is not None]
    own = [made[i] if i < len(made) else default for i, default in found]
    return [o if isinstance(o, lg.Literal) else default for o, (_, default) in zip(own, found, strict=True)]


def _literal(node: spec.Expr, run: Run) -> str:
    bound = run.bound.get(node)
    if isinstance(bound, lg.Literal):
        return _constant(bound.value, bound.dtype, run)
    if isinstance(node, spec.Literal):
        return _constant(node.value, node.dtype, run)
    return describe(bound, run) if bound is not None else "interval"


def _cast(node: spec.Cast, run: Run) -> str:
    bound = run.bound.get(node)
    dtype = bound.dtype if isinstance(bound, lg.Cast) else node.dtype
    if isinstance(dtype, _UNSHOWN_CASTS):
        return pretty(node.child, run)
    shown = dtype.upper() if isinstance(dtype, str) else t.sql_name(dtype)
    return f"{'TRY_CAST' if node.is_try else 'CAST'}({pretty(node.child, run)} AS {shown})"


def _sort_order(node: spec.SortOrder, run: Run) -> str:
    return f"{pretty(node.child, run)} {_direction(node)}"


def _direction(key: spec.SortOrder | lg.SortKey) -> str:
    nulls_first = key.ascending if key.nulls_first is None else key.nulls_first
    return f"{'ASC' if key.ascending else 'DESC'} NULLS {'FIRST' if nulls_first else 'LAST'}"


# The lambda that stands in for the last one left out: its parameters, and its text over them.
_IDENTITY: Final = (("id",), "{0}")
_ASCENDING: Final = (
    ("left", "right"),
    (
        "(IF((({0} IS NULL) AND ({1} IS NULL)), 0, (IF(({0} IS NULL), 1, (IF(({1} IS NULL), -1, "
        "(IF(({0} < {1}), -1, (IF(({0} > {1}), 1, 0))))))))))"
    ),
)
_IMPLIED: Final = {("aggregate", 3): _IDENTITY, ("array_sort", 1): _ASCENDING}


def implied_lambda(function: str, count: int, *, bound: bool = True) -> list[str]:
    """The text of the lambda that a call with `count` arguments leaves out, if any."""
    implied = _IMPLIED.get((function, count))
    if implied is None:
        return []
    names, text = implied
    if bound:
        return [lambda_text(text.format(*[LAMBDA_VARIABLE] * len(names)), len(names))]
    return [f"lambdafunction({', '.join([text.format(*names), *names])})"]


def lambda_text(body: str, count: int) -> str:
    """A lambda of `count` parameters."""
    return "lambdafunction(" + ", ".join([body, *[LAMBDA_VARIABLE] * count]) + ")"


def _lambda(node: spec.Lambda, run: Run) -> str:
    """One that is not bound yet is shown as it was written."""
    body = pretty(node.body, run)
    if node not in run.bound:
        return f"lambdafunction({', '.join([body, *node.params])})"
    return lambda_text(body, len(node.params))


def _extract(node: spec.ExtractValue, run: Run) -> str:
    base, key = pretty(node.child, run), pretty(node.key, run)
    if isinstance(node.child, spec.ExtractValue) and _is_void(node.child.child, run):
        base = "NULL AS `" + base.replace("`", "``") + "`"  # what Spark makes of a part of NULL
    bound = run.bound.get(node)
    if isinstance(bound, lg.Call) and bound.function in ("getfield", "getfields"):
        return f"{base}.{key}"
    return f"{base}[{key}]"


def _is_void(node: spec.Expr, run: Run) -> bool:
    bound = run.bound.get(node)
    return bound is not None and isinstance(bound.dtype, t.NullType)


def _update_fields(node: spec.UpdateFields, run: Run) -> str:
    inner = pretty(node.child, run)
    if node.value is None:
        return f"update_fields({inner}, dropfield())"
    return f"update_fields({inner}, WithField({pretty(node.value, run)}))"


def _python_udf(node: spec.PythonUdf, run: Run) -> str:
    return f"{node.name}({', '.join(_argument(a, run) for a in node.args)})"


def _argument(node: spec.Expr, run: Run) -> str:
    """A user function's argument, with the name that it was given by."""
    text = pretty(node, run)
    return f"{node.name} => {text}" if isinstance(node, spec.NamedArgument) else text


def _outer(node: spec.Expr, run: Run) -> str:
    bound = run.bound.get(node)
    if isinstance(bound, (lg.ScalarSubquery, lg.Exists, lg.InSubquery)):
        return ", ".join(c.name for c in free_columns(bound.plan))
    return ""


def _in_subquery(node: spec.InSubquery, run: Run) -> str:
    texts = [pretty(v, run) for v in node.values]
    left = texts[0]
    if len(texts) > 1:
        pairs = enumerate(zip(node.values, texts, strict=True))
        left = "named_struct(" + ", ".join(f"'{_row_name(v, i, x)}', {x}" for i, (v, x) in pairs) + ")"
    return f"({left} IN (listquery({_outer(node, run)})))"


def _row_name(node: spec.Expr, position: int, text: str) -> str:
    """The field that a value of a row becomes."""
    return text if isinstance(node, (spec.Attribute, spec.Literal, spec.TypedLiteral)) else f"_{position}"


def _window(node: spec.Window, run: Run) -> str:
    return f"{pretty(node.function, run)} OVER {window_text(node, run)}"


def window_text(node: spec.Window, run: Run) -> str:
    """What stands after OVER."""
    definition = run.windows.get(node, node.spec)
    parts: list[str] = []
    if definition.partition_by:
        parts.append("PARTITION BY " + ", ".join(pretty(e, run) for e in definition.partition_by))
    if definition.order_by:
        parts.append("ORDER BY " + ", ".join(pretty(k, run) for k in definition.order_by))
    if definition.frame is not None and node not in run.frames:
        parts.append(frame_text(definition.frame, run))
    elif node in run.frames:
        parts.append(_bound_frame(node, definition, run))
    else:
        parts.append("unspecifiedframe$()")
    return "(" + " ".join(parts) + ")"


def _bound_frame(node: spec.Window, definition: spec.WindowSpec, run: Run) -> str:
    frame = run.frames[node]
    if definition.frame is not None and frame is not None:
        return frame_text(definition.frame, run)
    if frame is None:
        bound = _offset_bound(node, run)
        return f"ROWS BETWEEN {bound} AND {bound}"
    lower, upper = _BOUNDS[frame.lower.kind], _BOUNDS[frame.upper.kind]
    return f"{frame.unit.upper()} BETWEEN {lower} AND {upper}"


def _offset_bound(node: spec.Window, run: Run) -> str:
    """The row that LAG or LEAD reads, as a frame's bound: LAG's is computed, LEAD's stands as it was written."""
    function = node.function
    assert isinstance(function, spec.Function)
    offset = function.args[1] if len(function.args) > 1 else None
    if function.name[-1].lower() == "lag":
        call = run.bound.get(function)
        steps = call.args[1] if isinstance(call, lg.AggCall) else None
        return f"{-steps.value if isinstance(steps, lg.Literal) else -1} FOLLOWING"
    if isinstance(offset, spec.Function) and written_sign(offset, offset.name[-1].lower()) == "-":
        return f"{pretty(offset.args[0], run)} PRECEDING"
    return f"{pretty(offset, run) if offset is not None else '1'} FOLLOWING"


def frame_text(frame: spec.Frame, run: Run) -> str:
    """`ROWS BETWEEN 1 PRECEDING AND CURRENT ROW`."""
    return f"{frame.unit.upper()} BETWEEN {_bound(frame.lower, run)} AND {_bound(frame.upper, run)}"


def _bound(bound: spec.FrameBound, run: Run) -> str:
    if bound.value is None:
        return _BOUNDS[bound.kind]
    text = pretty(bound.value, run)
    if isinstance(bound.value, spec.Literal):
        from_text = bound.value.origin is not None and bound.value.origin.sql_text is not None
        if not from_text and bound.kind == "preceding":
            return f"-{text} FOLLOWING"
    if bound not in run.cast_bounds:
        return f"{text} {bound.kind.upper()}"
    return f"(- {text}) FOLLOWING" if bound.kind == "preceding" else f"{text} FOLLOWING"


_BOUNDS: Final = {
    "unbounded_preceding": "UNBOUNDED PRECEDING",
    "unbounded_following": "UNBOUNDED FOLLOWING",
    "current_row": "CURRENT ROW",
    "preceding": "PRECEDING",
    "following": "FOLLOWING",
}


_WRITERS: Final[Mapping[type[spec.Expr], Callable[[Any, Run], str]]] = {
    spec.Literal: _literal,
    spec.TypedLiteral: _literal,
    spec.IntervalParts: _literal,
    spec.Parameter: _literal,
    spec.JoinedText: _literal,
    spec.Attribute: lambda n, r: ".".join(n.parts),
    spec.LambdaVariable: lambda n, r: LAMBDA_VARIABLE,
    spec.Function: _function,
    spec.NamedArgument: lambda n, r: pretty(n.value, r),
    spec.Alias: lambda n, r: pretty(n.child, r) + ("" if r.hides_aliases else f" AS {n.names[0]}"),
    spec.Cast: _cast,
    spec.SortOrder: _sort_order,
    spec.Window: _window,
    spec.Lambda: _lambda,
    spec.ExtractValue: _extract,
    spec.UpdateFields: _update_fields,
    spec.PythonUdf: _python_udf,
    spec.ScalarSubquery: lambda n, r: f"scalarsubquery({_outer(n, r)})",
    spec.ExistsSubquery: lambda n, r: f"exists({_outer(n, r)})",
    spec.InSubquery: _in_subquery,
    spec.DefaultValue: lambda n, r: "DEFAULT",
    spec.Star: lambda n, r: ".".join((*n.target, "*")),
    spec.Regex: lambda n, r: n.pattern,
    spec.IdentifierClause: lambda n, r: f"identifier({pretty(n.name, r)})",
    spec.TableArgument: lambda n, r: "table()",
}
