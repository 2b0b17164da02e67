"""Counting, extremes and logic over groups. Sums and means are in `sums`, lists in `collecting`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace

from hiveframe.errors import SparkException
from hiveframe.functions import hyperloglog
from hiveframe.functions.binding import is_foldable
from hiveframe.functions.constant_arguments import not_constant
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.ordering import is_orderable, needs_key, order_key
from hiveframe.functions.registry import (
    ANY,
    INTEGRAL,
    Binder,
    Function,
    FunctionKind,
    always_null,
    never_null,
    optional,
    register,
    rest,
)
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, null, number, op
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Call, Expr, Literal
from hiveframe.plan.types import DataType

MAX_BY_COUNT = 100_000


def present(value: Expr) -> Expr:
    """`value IS NOT NULL`."""
    return Call("isnotnull", (value,), t.BOOLEAN, False)


def only_where(call: AggCall, condition: Expr) -> AggCall:
    """The call over the rows of its FILTER that meet `condition` too."""
    if call.filter is not None:
        condition = Call("and", (call.filter, condition), t.BOOLEAN, call.filter.nullable or condition.nullable)
    return replace(call, filter=condition)


def same_type(args: Sequence[Expr]) -> DataType:
    """The first argument's type."""
    return args[0].dtype


def emit_count(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """Rows in which no argument is NULL; a constant argument counts rows, which DuckDB does without reading any."""
    if not args:
        return ctx.aggregate("count", [cast(null(), "INTEGER")], call)  # no rows at all, under a legacy setting
    if call.distinct:
        return ctx.aggregate("count", [_all_or_null(call, args)], call)
    nullable = [a for a, e in zip(args, call.args, strict=True) if not (isinstance(e, Literal) and e.value is not None)]
    if not nullable:
        return ctx.aggregate("count_star", [], call)
    if len(nullable) == 1:
        return ctx.aggregate("count", nullable, call)
    return ctx.aggregate("count", [case((_all_present(nullable), number(1)))], call)


def _all_or_null(call: AggCall, args: list[Sql]) -> Sql:
    """One value that stands for all arguments, NULL when any of them is."""
    if len(args) == 1:
        return args[0]
    nullable = [a for a, e in zip(args, call.args, strict=True) if e.nullable]
    together = func("row", *args)
    return case((_all_present(nullable), together)) if nullable else together


def _all_present(values: list[Sql]) -> Sql:
    condition = is_not_null(values[0])
    for value in values[1:]:
        condition = op("and", condition, is_not_null(value))
    return condition


def _check_count(binder: Binder, args: tuple[Expr, ...]) -> None:
    if args or (binder.setting("spark.sql.legacy.allowParameterlessCount") or "").strip().lower() == "true":
        return
    raise binder.error(
        "WRONG_NUM_ARGS.WITH_SUGGESTION",
        functionName="`count`",
        expectedNum=" >= 1",
        actualNum="0",
        legacyNum="0",
        legacyConfKey='"spark.sql.legacy.allowParameterlessCount"',
        legacyConfValue='"true"',
    )


def _emit_count_if(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    if call.distinct:
        return ctx.aggregate("count", args, only_where(call, call.args[0]))
    return ctx.aggregate("count_star", [], only_where(call, call.args[0]))


def _ordered_by(name: str, position: int) -> Callable[[Binder, tuple[Expr, ...]], None]:
    def check(binder: Binder, args: tuple[Expr, ...]) -> None:
        if not is_orderable(args[position].dtype):
            raise binder.error(
                "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
                functionName=f"`{name}`",
                dataType=f'"{t.sql_name(args[position].dtype)}"',
            )

    return check


def _emit_extreme(name: str) -> Callable[[AggCall, list[Sql], EmitContext], Sql]:
    """`min` and `max`: NaN is the largest in both engines, nested NULLs need a key."""

    def emit(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
        dtype = call.dtype
        if not needs_key(dtype):
            return ctx.aggregate(name, args, call)
        return ctx.aggregate(f"arg_{name}", [args[0], order_key(args[0], dtype, ctx)], replace(call, distinct=False))

    return emit


def _bind_positional(name: str) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    """`first(x[, ignore_nulls])`: the flag becomes the call's IGNORE NULLS and leaves the column name."""

    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        ignore_nulls = False
        if len(args) > 1:
            flag = args[1]
            if not isinstance(flag, Literal) or not isinstance(flag.value, bool):
                raise binder.error("_LEGACY_ERROR_TEMP_1210", funcName=name)
            ignore_nulls = flag.value
        return AggCall(name, args[:1], args[0].dtype, True, ignore_nulls=ignore_nulls)

    return bind


def _emit_positional(name: str) -> Callable[[AggCall, list[Sql], EmitContext], Sql]:
    def emit(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
        skips = call.ignore_nulls and call.args[0].nullable
        if skips and ctx.over is not None and call.filter is None:
            return ctx.window(f"{name}_value", args, ignore_nulls=True)
        if skips:
            call = only_where(call, present(call.args[0]))
        return ctx.aggregate(name, args, replace(call, distinct=False))

    return emit


def _bind_by(name: str) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    """`max_by(x, y)` is a value, `max_by(x, y, k)` the k best as an array."""

    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        dtype = args[0].dtype
        if len(args) == 2:
            return AggCall(name, args, dtype, True)
        if not is_foldable(args[2]):
            raise not_constant(binder, args[2], "k")
        count = binder.fold(args[2], "k") or 0
        if not isinstance(count, int) or not 1 <= count <= MAX_BY_COUNT:
            raise binder.error(
                "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                exprName="`k`",
                valueRange=f"[1, {MAX_BY_COUNT}]",
                currentValue=str(count),
            )
        return AggCall(name, (*args[:2], Literal(count, t.INT)), t.ArrayType(dtype, True), True)

    return bind


def _emit_by(name: str) -> Callable[[AggCall, list[Sql], EmitContext], Sql]:
    def emit(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
        key = order_key(args[1], call.args[1].dtype, ctx)
        if len(args) == 2:
            return ctx.aggregate(f"arg_{name}_null", [args[0], key], replace(call, distinct=False))
        if call.args[1].nullable:
            call = only_where(call, present(call.args[1]))
        return ctx.aggregate(f"arg_{name}_nulls_last", [args[0], key, args[2]], call)

    return emit


def _named(name: str) -> Callable[[AggCall, list[Sql], EmitContext], Sql]:
    """DuckDB's aggregate of that name, whose result type is Spark's."""
    return lambda call, args, ctx: ctx.aggregate(name, args, call)


def _deviation(binder: Binder, arg: Expr) -> float:
    """The relative standard deviation wanted: a literal with a fraction, small enough for sixteen registers."""
    if not isinstance(arg, Literal) or not isinstance(arg.dtype, (t.DoubleType, t.DecimalType)) or arg.value is None:
        raise binder.error("_LEGACY_ERROR_TEMP_1104")
    if not 0 < float(arg.value) <= 0.39:
        raise binder.error("FAILED_FUNCTION_CALL", funcName="`approx_count_distinct`")
    return float(arg.value)


def _bind_approx_count_distinct(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    wanted = _deviation(binder, args[1]) if len(args) > 1 else hyperloglog.DEFAULT_DEVIATION
    bits = Literal(hyperloglog.precision(wanted), t.INT)
    return AggCall("approx_count_distinct", (args[0], bits), t.LONG, False)


def _emit_approx_count_distinct(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """The group's different codes, then their estimate: what is kept of a group is bounded by its registers."""
    value, bits = call.args[0], call.args[1]
    assert isinstance(bits, Literal)
    code = functools.partial(hyperloglog.codes, bits.value, value.dtype)
    coded = func(ctx.kernel("hyperloglog_code", code, [value.dtype], t.LONG), args[0])
    call = replace(call, distinct=True)
    listed = ctx.aggregate("list", [coded], only_where(call, present(value)) if value.nullable else call)
    estimate = functools.partial(hyperloglog.estimates, bits.value)
    return func(ctx.kernel("hyperloglog_estimate", estimate, [t.ArrayType(t.LONG)], t.LONG), listed)


def _emit_grouping(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    return cast(func("GROUPING", *args), "TINYINT" if call.function == "grouping" else "BIGINT")


def _positional(name: str, *, doc: str, since: str, aliases: tuple[str, ...] = (), ends: str) -> Function:
    return Function(
        name,
        (ANY, optional(ANY)),
        kind=FunctionKind.AGGREGATE,
        bind=_bind_positional(name),
        emit=_emit_positional(ends),
        skips_nulls=False,
        shows=lambda texts: f"{name}({texts[0]})",
        aliases=aliases,
        doc=doc,
        group="aggregate",
        since=since,
    )


def _logical(name: str, duck_name: str, doc: str, *aliases: str) -> Function:
    return Function(
        name,
        (t.BOOLEAN,),
        t.BOOLEAN,
        always_null,
        FunctionKind.AGGREGATE,
        emit=_named(duck_name),
        aliases=aliases,
        doc=doc,
        group="aggregate",
        since="3.0.0",
    )


def _bitwise(name: str, doc: str) -> Function:
    return Function(
        name,
        (INTEGRAL,),
        same_type,
        always_null,
        FunctionKind.AGGREGATE,
        emit=_named(name),
        doc=doc,
        group="aggregate",
        since="3.0.0",
    )


def _extreme(name: str, doc: str) -> Function:
    return Function(
        name,
        (ANY,),
        same_type,
        always_null,
        FunctionKind.AGGREGATE,
        emit=_emit_extreme(name),
        checks=(_ordered_by(name, 0),),
        doc=doc,
        group="aggregate",
        since="1.0.0",
    )


def _by(name: str, best: str, doc: str) -> Function:
    return Function(
        name,
        (ANY, ANY, optional(t.INT)),
        kind=FunctionKind.AGGREGATE,
        bind=_bind_by(name),
        emit=_emit_by(best),
        checks=(_ordered_by(name, 1),),
        doc=doc,
        group="aggregate",
        since="3.0.0",
    )


def _emit_measure(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """Only a metric view's column has one; Spark plans no other, and says so in these words."""
    message = "UnevaluableAggregateFunc.aggBufferAttributes should not be called."
    raise SparkException("INTERNAL_ERROR", {"message": message})


def _emit_nth_extreme(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """DuckDB's `max(x, n)` is the list of the `n` greatest values, from the greatest down."""
    name = "max" if call.function == "nth_greatest" else "min"
    return func("list_extract", ctx.aggregate(name, args, call), args[1])


def _nth_extreme(name: str, doc: str) -> Function:
    return Function(
        name,
        (ANY, t.INT),
        lambda args: args[0].dtype,
        always_null,
        FunctionKind.AGGREGATE,
        emit=_emit_nth_extreme,
        doc=doc,
        group="internal",
        is_internal=True,
    )


register(
    _nth_extreme("nth_greatest", "The n-th greatest value, equal ones counted each; NULL where there are fewer."),
    _nth_extreme("nth_least", "The n-th least value, equal ones counted each; NULL where there are fewer."),
    Function(
        "count",
        (rest(ANY),),
        t.LONG,
        never_null,
        FunctionKind.AGGREGATE,
        emit=emit_count,
        checks=(_check_count,),
        doc="The number of rows, or of rows in which no argument is NULL.",
        group="aggregate",
        since="1.0.0",
    ),
    Function(
        "product",
        (t.DOUBLE,),
        t.DOUBLE,
        always_null,
        FunctionKind.AGGREGATE,
        emit=lambda call, args, ctx: ctx.aggregate("product", args, call),
        doc="The product of all values.",
        group="aggregate",
        since="3.2.0",
        is_internal=True,
    ),
    Function(
        "count_if",
        (t.BOOLEAN,),
        t.LONG,
        never_null,
        FunctionKind.AGGREGATE,
        emit=_emit_count_if,
        doc="The number of rows for which the condition is TRUE.",
        group="aggregate",
        since="3.0.0",
    ),
    Function(
        "approx_count_distinct",
        (ANY, optional(ANY)),
        kind=FunctionKind.AGGREGATE,
        bind=_bind_approx_count_distinct,
        emit=_emit_approx_count_distinct,
        shows=lambda texts: f"approx_count_distinct({texts[0]})",
        doc="The number of different values, within the relative standard deviation given (0.05).",
        group="aggregate",
        since="1.6.0",
    ),
    _extreme("min", "The smallest value."),
    _extreme("max", "The largest value; NaN is larger than any number."),
    _by("min_by", "min", "The first argument where the second is smallest, or the k such values as an array."),
    _by("max_by", "max", "The first argument where the second is largest, or the k such values as an array."),
    _positional("first", ends="first", doc="The value of the first row met.", since="2.0.0"),
    _positional("first_value", ends="first", doc="The value of the first row met.", since="2.0.0"),
    _positional("any_value", ends="first", doc="The value of some row.", since="3.4.0"),
    _positional("last", ends="last", doc="The value of the last row met.", since="2.0.0"),
    _positional("last_value", ends="last", doc="The value of the last row met.", since="2.0.0"),
    _logical("bool_and", "bool_and", "Whether all values are TRUE.", "every"),
    _logical("bool_or", "bool_or", "Whether some value is TRUE.", "any", "some"),
    _bitwise("bit_and", "Bitwise AND of all values."),
    _bitwise("bit_or", "Bitwise OR of all values."),
    _bitwise("bit_xor", "Bitwise XOR of all values."),
    Function(
        "grouping",
        (ANY,),
        t.BYTE,
        never_null,
        FunctionKind.AGGREGATE,
        emit=_emit_grouping,
        doc="1 when the column is rolled up in this row's grouping set, else 0.",
        group="aggregate",
        since="2.0.0",
    ),
    Function(
        "grouping_id",
        (rest(ANY),),
        t.LONG,
        never_null,
        FunctionKind.AGGREGATE,
        emit=_emit_grouping,
        doc="A number whose bits say which grouping columns are rolled up, the first one highest.",
        group="aggregate",
        since="2.0.0",
    ),
    Function(
        "measure",
        (ANY,),
        same_type,
        always_null,
        FunctionKind.AGGREGATE,
        emit=_emit_measure,
        doc="A measure of a metric view.",
        group="aggregate",
        since="4.2.0",
    ),
)
