"""Functions that take functions: transform, filter, aggregate and their kin.

A lambda's parameters are typed from the arguments before it (`lambda_params`); inside the engine it is DuckDB's own
lambda, whose index counts from 1 where Spark's counts from 0.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from hiveframe.errors import NO_CONDITION
from hiveframe.functions.arrays import element_type, has_null_element, holds_null, same_array
from hiveframe.functions.binding import wrong_input
from hiveframe.functions.collation_keys import is_collated
from hiveframe.functions.collation_sql import comparable, comparables, sorted_by_key
from hiveframe.functions.elements import map_value
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.maps import build_map
from hiveframe.functions.registry import (
    ANY,
    LAMBDA,
    TYPED_ARRAY,
    TYPED_MAP,
    Binder,
    Function,
    any_null,
    optional,
    register,
)
from hiveframe.functions.sql import (
    Sql,
    case,
    cast,
    false,
    func,
    is_null,
    lambda_,
    lambda_name,
    null,
    number,
    op,
    param,
    physical_type,
    true,
)
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Lambda
from hiveframe.plan.types import ArrayType, DataType, MapType

Params = Sequence[tuple[str, DataType, bool]]


def _element_and_index(i: int, args: Sequence[Expr]) -> Params:
    array = args[0]
    return [("x", element_type(array), holds_null(array)), ("i", t.INT, False)]


def _element(i: int, args: Sequence[Expr]) -> Params:
    return [("x", element_type(args[0]), holds_null(args[0]))]


def _key_and_value(i: int, args: Sequence[Expr]) -> Params:
    match args[0].dtype:
        case MapType(key, value, value_contains_null):
            return [("k", key, False), ("v", value, value_contains_null)]
    return [("k", t.NULL, False), ("v", t.NULL, True)]


def _body_type(args: Sequence[Expr]) -> DataType:
    return ArrayType(args[1].dtype, args[1].nullable)


def _first_nullable(args: Sequence[Expr]) -> bool:
    return args[0].nullable


def _lambda_of(expr: Expr) -> Lambda:
    assert isinstance(expr, Lambda)
    return expr


def _applied(call: Call, ctx: EmitContext, at: int, *values: Sql) -> Sql:
    """The body of the lambda argument with its parameters replaced by `values`."""
    function = _lambda_of(call.args[at])
    body = ctx.expr(function.body).copy()
    bound = {lambda_name(p.id): v for p, v in zip(function.params, values, strict=False)}

    def fill(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Column) and node.name in bound and not node.table:
            return bound[node.name].copy()
        return node

    filled: Sql = body.transform(fill)
    return filled


def _over_elements(call: Call, args: list[Sql], ctx: EmitContext, function: str) -> Sql:
    """`function(array, LAMBDA x, i: body)`; the index parameter is there only when the lambda uses it."""
    lam = _lambda_of(call.args[1])
    x = ctx.fresh("x")
    if len(lam.params) < 2:
        return func(function, args[0], lambda_([x], _applied(call, ctx, 1, param(x))))
    i = ctx.fresh("i")
    index = cast(op("-", param(i), number(1)), "INTEGER")
    return func(function, args[0], lambda_([x, i], _applied(call, ctx, 1, param(x), index)))


def _emit_transform(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return _over_elements(call, args, ctx, "list_transform")


def _emit_filter(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return _over_elements(call, args, ctx, "list_filter")


def _until(call: Call, args: list[Sql], ctx: EmitContext, *, stop: bool) -> Sql | None:
    """Whether the lambda is `stop` for an element, which is the last one computed; NULL when only NULLs might be.

    None when the lambda cannot raise: computing it for all elements is faster then.
    """
    before = ctx.raising_places()
    acc, x = ctx.fresh("acc"), ctx.fresh("x")
    test = _applied(call, ctx, 1, param(x))
    if ctx.raising_places() == before:
        return None
    here = test if stop else exp.Not(this=exp.Paren(this=test))
    step = case((param(acc), true()), default=op("or", here, param(acc)))
    return func("list_reduce", args[0], lambda_([acc, x], step), false())


def _tests(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """The lambda's answer for each element."""
    x = ctx.fresh("x")
    return func("list_transform", args[0], lambda_([x], _applied(call, ctx, 1, param(x))))


def _emit_exists(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    early = _until(call, args, ctx, stop=True)
    if early is not None:
        return _unless_null(call, args, early)
    tests = _tests(call, args, ctx)
    found = func("list_contains", tests, true())
    if not call.args[1].nullable:
        return found
    return case((found, true()), (has_null_element(tests), null()), default=found)


def _emit_forall(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    early = _until(call, args, ctx, stop=False)
    if early is not None:
        return _unless_null(call, args, exp.Not(this=early))
    tests = _tests(call, args, ctx)
    failed = func("list_contains", tests, false())
    holds = exp.Not(this=failed)
    if not call.args[1].nullable:
        return holds
    return case((failed, false()), (has_null_element(tests), null()), default=exp.Not(this=failed.copy()))


def _predicate_nullable(args: Sequence[Expr]) -> bool:
    return args[0].nullable or args[1].nullable


def _fold_params(i: int, args: Sequence[Expr]) -> Params:
    accumulator = ("acc", args[1].dtype, True)
    if i == 2:
        return [accumulator, ("x", element_type(args[0]), holds_null(args[0]))]
    return [accumulator]


def _bind_aggregate(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    zero, merge = args[1], _lambda_of(args[2])
    if not t.same_type(zero.dtype, merge.body.dtype):
        raise wrong_input(binder, (args[0], zero, merge), 2, f'"{t.sql_name(zero.dtype)}"')
    if len(args) == 3:
        return Call("aggregate", (args[0], zero, merge), zero.dtype, True)
    finish = _lambda_of(args[3])
    return Call("aggregate", (args[0], zero, merge, finish), finish.dtype, True)


def _emit_aggregate(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    acc, x = ctx.fresh("acc"), ctx.fresh("x")
    state = physical_type(call.args[1].dtype)
    step = cast(_applied(call, ctx, 2, param(acc), param(x)), state)
    folded = func("list_reduce", args[0], lambda_([acc, x], step), cast(args[1], state))
    if len(args) == 4:
        folded = _applied(call, ctx, 3, folded)
    return case((is_null(args[0]), null()), default=folded) if call.args[0].nullable else folded


def _zip_params(i: int, args: Sequence[Expr]) -> Params:
    return [("x", element_type(args[0]), True), ("y", element_type(args[1]), True)]


def _zip_type(args: Sequence[Expr]) -> DataType:
    return ArrayType(args[2].dtype, args[2].nullable)


def _emit_zip_with(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    left, right = args[0], args[1]
    i = ctx.fresh("i")
    size = func("greatest", func("len", left), func("len", right))
    places = func("range", number(1), op("+", size, number(1)))
    body = _applied(call, ctx, 2, func("list_extract", left, param(i)), func("list_extract", right, param(i)))
    zipped = func("list_transform", places, lambda_([i], body))
    missing = [(is_null(a), null()) for a, e in zip(args[:2], call.args[:2], strict=True) if e.nullable]
    return case(*missing, default=zipped) if missing else zipped


def _compare_params(i: int, args: Sequence[Expr]) -> Params:
    element = element_type(args[0])
    return [("x", element, holds_null(args[0])), ("y", element, holds_null(args[0]))]


def _check_comparator(binder: Binder, args: tuple[Expr, ...]) -> None:
    if len(args) > 1 and not isinstance(args[1].dtype, t.IntegerType):
        raise binder.error(
            "DATATYPE_MISMATCH.UNEXPECTED_RETURN_TYPE",
            functionName="`lambdafunction`",
            expectedType='"INT"',
            actualType=f'"{t.sql_name(args[1].dtype)}"',
        )


def _emit_array_sort(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Without a comparator ascending with NULLs last; with one, each element's place is how many stand before it."""
    if len(args) == 1:
        element = element_type(call)
        if is_collated(element):
            return sorted_by_key(args[0], element, ctx, nulls_first=False)
        return func("list_sort", args[0])
    x, i, y, j = (ctx.fresh(s) for s in "xiyj")
    less = _compared(call, ctx, param(y), param(x))
    before = op("or", op("<", less, number(0)), op("and", op("=", less.copy(), number(0)), op("<", param(j), param(i))))
    rank = func("len", func("list_filter", args[0], lambda_([y, j], before)))
    ranks = func("list_transform", args[0], lambda_([x, i], rank))
    return func("list_select", args[0], func("list_grade_up", ranks))


def _compared(call: Call, ctx: EmitContext, first: Sql, second: Sql) -> Sql:
    """What the comparator says of two elements; COMPARATOR_RETURNS_NULL when it is NULL."""
    said = _applied(call, ctx, 1, first, second)
    if not call.args[1].nullable:
        return said
    if (ctx.setting("spark.sql.legacy.allowNullComparisonResultInArraySort") or "").strip().lower() == "true":
        return func("coalesce", said, number(0))
    shown = {"firstValue": cast(first, "VARCHAR"), "secondValue": cast(second, "VARCHAR")}
    refused = ctx.raise_error("SparkException", "COMPARATOR_RETURNS_NULL", shown, t.INT, call.context)
    if holds_null(call.args[0]):  # which Spark can't put into words
        message = {"message": "The comparator has returned a NULL for a comparison with a NULL"}
        wordless = ctx.raise_error("JobFailure", NO_CONDITION, message, t.INT, call.context)
        refused = case((op("or", is_null(first), is_null(second)), wordless), default=refused)
    return case((is_null(said), refused), default=said)


def _with_values(args: Sequence[Expr]) -> DataType:
    assert isinstance(args[0].dtype, MapType)
    return MapType(args[0].dtype.key, args[1].dtype, args[1].nullable)


def _with_keys(args: Sequence[Expr]) -> DataType:
    assert isinstance(args[0].dtype, MapType)
    return MapType(args[1].dtype, args[0].dtype.value, args[0].dtype.value_contains_null)


def _mapped(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """The lambda's answer for each entry."""
    i = ctx.fresh("i")
    keys, values = func("map_keys", args[0]), func("map_values", args[0])
    body = _applied(call, ctx, 1, func("list_extract", keys, param(i)), func("list_extract", values, param(i)))
    places = func("range", number(1), op("+", func("len", keys.copy()), number(1)))
    return func("list_transform", places, lambda_([i], body))


def _emit_transform_values(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    made = func("map", func("map_keys", args[0]), _mapped(call, args, ctx))
    return _unless_null(call, args, made)


def _emit_transform_keys(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    assert isinstance(call.dtype, MapType)
    made = build_map(_mapped(call, args, ctx), func("map_values", args[0]), call.dtype, call, ctx)
    return _unless_null(call, args, made)


def _emit_map_filter(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    x = ctx.fresh("x")
    entry = param(x)
    key, value = (func("struct_extract", entry, exp.Literal.string(n)) for n in ("key", "value"))
    kept = func("list_filter", func("map_entries", args[0]), lambda_([x], _applied(call, ctx, 1, key, value)))
    return _unless_null(call, args, func("map_from_entries", kept))


def _unless_null(call: Call, args: list[Sql], value: Sql) -> Sql:
    return case((is_null(args[0]), null()), default=value) if call.args[0].nullable else value


def _map_zip_params(i: int, args: Sequence[Expr]) -> Params:
    left, right = args[0].dtype, args[1].dtype
    assert isinstance(left, MapType)
    assert isinstance(right, MapType)
    key = right.key if isinstance(left.key, t.NullType) else left.key
    return [("k", key, False), ("v1", left.value, True), ("v2", right.value, True)]


def _map_zip_type(args: Sequence[Expr]) -> DataType:
    _, key, _ = _map_zip_params(2, args)[0]
    return MapType(key, args[2].dtype, args[2].nullable)


def _emit_map_zip_with(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    left, right = args[0], args[1]
    x, k = ctx.fresh("x"), ctx.fresh("k")
    assert isinstance(call.dtype, MapType)
    listed = physical_type(ArrayType(call.dtype.key))
    left_keys = cast(func("map_keys", left), listed)
    key_type = call.dtype.key
    is_known = func("list_contains", comparables(left_keys.copy(), key_type, ctx), comparable(param(x), key_type, ctx))
    fresh = func("list_filter", cast(func("map_keys", right), listed), lambda_([x], exp.Not(this=is_known)))
    keys = func("list_concat", left_keys, fresh)
    values = [_value_of(m, e.dtype, param(k), ctx) for m, e in zip((left, right), call.args[:2], strict=True)]
    body = _applied(call, ctx, 2, param(k), *values)
    made = func("map", keys, func("list_transform", keys.copy(), lambda_([k], body)))
    missing = [(is_null(a), null()) for a, e in zip(args[:2], call.args[:2], strict=True) if e.nullable]
    return case(*missing, default=made) if missing else made


def _value_of(value: Sql, dtype: DataType, key: Sql, ctx: EmitContext) -> Sql:
    """A map's value of a key; a map of nothing has keys of a type of its own."""
    assert isinstance(dtype, MapType)
    return null() if isinstance(dtype.key, t.NullType) else map_value(value, dtype, key, ctx)


def _zip_nullable(args: Sequence[Expr]) -> bool:
    return any_null(args[:2])


register(
    Function(
        "transform",
        (TYPED_ARRAY, LAMBDA),
        _body_type,
        nullable=_first_nullable,
        lambda_params=_element_and_index,
        emit=_emit_transform,
        doc="Each element changed by a function of it and, if wanted, its place from 0.",
        group="lambda",
        since="2.4.0",
    ),
    Function(
        "filter",
        (TYPED_ARRAY, LAMBDA),
        same_array,
        nullable=_first_nullable,
        lambda_params=_element_and_index,
        emit=_emit_filter,
        doc="The elements for which a function is true.",
        group="lambda",
        since="2.4.0",
    ),
    Function(
        "exists",
        (TYPED_ARRAY, LAMBDA),
        t.BOOLEAN,
        nullable=_predicate_nullable,
        lambda_params=_element,
        emit=_emit_exists,
        doc="Whether a function is true for an element.",
        group="lambda",
        since="2.4.0",
    ),
    Function(
        "forall",
        (TYPED_ARRAY, LAMBDA),
        t.BOOLEAN,
        nullable=_predicate_nullable,
        lambda_params=_element,
        emit=_emit_forall,
        doc="Whether a function is true for every element.",
        group="lambda",
        since="3.0.0",
    ),
    Function(
        "aggregate",
        (TYPED_ARRAY, ANY, LAMBDA, optional(LAMBDA)),
        lambda_params=_fold_params,
        bind=_bind_aggregate,
        emit=_emit_aggregate,
        aliases=("reduce",),
        doc="The elements folded into one value, which a last function may finish.",
        group="lambda",
        since="2.4.0",
    ),
    Function(
        "zip_with",
        (TYPED_ARRAY, TYPED_ARRAY, LAMBDA),
        _zip_type,
        nullable=_zip_nullable,
        lambda_params=_zip_params,
        emit=_emit_zip_with,
        doc="Two arrays joined element by element by a function; the shorter is filled with NULL.",
        group="lambda",
        since="2.4.0",
    ),
    Function(
        "array_sort",
        (TYPED_ARRAY, optional(LAMBDA)),
        same_array,
        nullable=_first_nullable,
        lambda_params=_compare_params,
        emit=_emit_array_sort,
        checks=(_check_comparator,),
        doc="The array in order, NULLs last, or in the order of a comparing function.",
        group="lambda",
        since="2.4.0",
    ),
    Function(
        "transform_values",
        (TYPED_MAP, LAMBDA),
        _with_values,
        nullable=_first_nullable,
        lambda_params=_key_and_value,
        emit=_emit_transform_values,
        doc="The map with each value changed by a function of key and value.",
        group="lambda",
        since="3.0.0",
    ),
    Function(
        "transform_keys",
        (TYPED_MAP, LAMBDA),
        _with_keys,
        nullable=_first_nullable,
        lambda_params=_key_and_value,
        emit=_emit_transform_keys,
        doc="The map with each key changed by a function of key and value.",
        group="lambda",
        since="3.0.0",
    ),
    Function(
        "map_filter",
        (TYPED_MAP, LAMBDA),
        same_array,
        nullable=_first_nullable,
        lambda_params=_key_and_value,
        emit=_emit_map_filter,
        doc="The entries for which a function is true.",
        group="lambda",
        since="3.0.0",
    ),
    Function(
        "map_zip_with",
        (TYPED_MAP, TYPED_MAP, LAMBDA),
        _map_zip_type,
        nullable=_zip_nullable,
        lambda_params=_map_zip_params,
        emit=_emit_map_zip_with,
        doc="Two maps joined key by key by a function of the key and both values.",
        group="lambda",
        since="3.0.0",
    ),
)
