"""What the pandas API on Spark calls under the hood: aggregates with pandas' rules, decaying means, runs of NULLs.

The client sends them as ordinary calls; no SQL text can name them. Source: Spark's `PandasAggregate.scala` and
`FunctionRegistry.internal`; the results of edge cases are recorded from Spark in `tests/golden/clients`.
"""

from __future__ import annotations

import bisect
import functools
import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa

from hiveframe.functions.aggregates import only_where, present
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let
from hiveframe.functions.registry import (
    ANY,
    ARRAY,
    NUMERIC,
    Binder,
    Function,
    FunctionKind,
    ResultRule,
    always_null,
    constant,
    never_null,
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
    null,
    number,
    op,
    param,
    physical_type,
    text,
)
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Call, Expr, Literal
from hiveframe.plan.types import ArrayType, DataType

Emit = Callable[[AggCall, list[Sql], EmitContext], Sql]

_ROUNDING = "1e-14"  # what pandas and Spark take for zero


def _flag(call: AggCall, position: int) -> bool:
    """A constant argument that says how; it is written in no column name."""
    arg = call.args[position]
    assert isinstance(arg, Literal)
    return bool(arg.value)


def _emit_moment(finish: Callable[[Sql], Sql] = lambda value: value) -> Emit:
    """The sum of squares over `count - ddof`: NULL for no rows and where it would divide by zero."""

    def emit(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
        return finish(_over_freedom(call, args[0], ctx.aggregate("var_pop", args[:1], call), args[:1], ctx))

    return emit


def _emit_covariance(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    return _over_freedom(call, args[0], ctx.aggregate("covar_pop", args[:2], call), args[:2], ctx)


def _over_freedom(call: AggCall, value: Sql, moment: Sql, args: list[Sql], ctx: EmitContext) -> Sql:
    """`moment` (over the count) as one over `count - ddof`."""
    ddof = call.args[-1]
    assert isinstance(ddof, Literal)
    if ddof.value == 0:
        return moment
    counted = ctx.aggregate("count" if len(args) == 1 else "regr_count", args, call)
    count = cast(counted, "DOUBLE")
    freedom = op("-", count, cast(number(ddof.value), "DOUBLE"))
    return case((op("!=", counted, number(ddof.value)), op("/", op("*", moment, count), freedom)))


def _root(value: Sql) -> Sql:
    """Java's square root: NaN below zero, where DuckDB raises."""
    return case((op("<", value, number(0)), cast(text("NaN"), "DOUBLE")), default=func("sqrt", value))


def _emit_skewness(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """NULL below three values; 0 where the cubes of the deviations sum up to nothing but rounding."""
    count, spread, value = _shape("skewness", call, args, ctx)
    cubes = op("*", op("*", value, func("sqrt", op("/", spread, count))), op("/", spread, count))
    is_even = op("<", func("abs", op("*", cubes, count)), cast(text(_ROUNDING), "DOUBLE"))
    return _of_shape(3, count, spread, case((is_even, cast(number(0), "DOUBLE")), default=value))


def _emit_kurtosis(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """NULL below four values."""
    return _of_shape(4, *_shape("kurtosis", call, args, ctx))


def _shape(name: str, call: AggCall, args: list[Sql], ctx: EmitContext) -> tuple[Sql, Sql, Sql]:
    """The count, the sum of squares, and DuckDB's aggregate, which raises for what is infinite."""
    count = ctx.aggregate("count", args, call)
    spread = op("*", ctx.aggregate("var_pop", args, call), count)
    return count, spread, ctx.aggregate(name, [case((func("isfinite", args[0]), args[0]))], call)


def _of_shape(least: int, count: Sql, spread: Sql, value: Sql) -> Sql:
    """NULL below `least` values, 0 without variance."""
    return case(
        (op("<", count, number(least)), null()),
        (func("isnan", spread), spread),
        (op("<", spread, cast(text(_ROUNDING), "DOUBLE")), cast(number(0), "DOUBLE")),
        default=value,
    )


def _product_type(args: Sequence[Expr]) -> DataType:
    return t.LONG if isinstance(args[0].dtype, t.IntegralType) else t.DOUBLE


def _product_nullable(args: Sequence[Expr]) -> bool:
    return isinstance(args[1], Literal) and not args[1].value


def _emit_product(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """1 for no values. Integers multiply exactly."""
    value = args[0]
    made = _long_product(call, value, ctx) if call.dtype == t.LONG else _double_product(call, value, ctx)
    if _flag(call, 1):
        return made
    lacks = op(">", ctx.aggregate("count_if", [is_null(value)], call), number(0))
    return case((lacks, null()), default=made)


def _double_product(call: AggCall, value: Sql, ctx: EmitContext) -> Sql:
    product = func("coalesce", ctx.aggregate("product", [cast(value, "DOUBLE")], call), cast(number(1), "DOUBLE"))
    return op("+", product, cast(number(0), "DOUBLE"))  # no zero below zero


def _long_product(call: AggCall, value: Sql, ctx: EmitContext) -> Sql:
    """A product outside of 64 bits is an error under ANSI, else wraps as Java's does."""
    values = ctx.aggregate("list", [cast(value, "BIGINT")], only_where(call, present(call.args[0])))
    multiply = functools.partial(long_products, wraps=not ctx.ansi)
    product = func(ctx.kernel("long_product", multiply, [ArrayType(t.LONG)], t.LONG), values)
    if not ctx.ansi:
        return product
    params = {"message": "overflow", "alternative": " Use 'try_multiply' to tolerate overflow and return NULL instead.",
              "config": '"spark.sql.ansi.enabled"'}  # fmt: skip
    raised = ctx.raise_error("ArithmeticException", "ARITHMETIC_OVERFLOW", params, t.LONG, call.context)
    return let(product, ctx, lambda made: case((is_null(made), raised), default=made))


def long_products(lists: pa.ListArray, *, wraps: bool) -> pa.Array:
    """The product of each list; one that leaves 64 bits wraps around or is NULL. No values make 1."""
    made: list[int | None] = []
    for values in lists.to_pylist():
        product = 1
        for value in values or ():
            product *= value
        if -(2**63) <= product < 2**63:
            made.append(product)
        else:
            made.append((product + 2**63) % 2**64 - 2**63 if wraps else None)
    return pa.array(made, pa.int64())


def _mode_type(args: Sequence[Expr]) -> DataType:
    return ArrayType(args[0].dtype, isinstance(args[1], Literal) and not args[1].value)


def _list_of_first(args: Sequence[Expr]) -> DataType:
    return ArrayType(args[0].dtype, False)


def _emit_mode(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """The most frequent values, the first met first; NULL is a value unless it is left out."""
    if _flag(call, 1):
        call = only_where(call, present(call.args[0]))
    listed = ctx.aggregate("list", args[:1], call)
    source = ArrayType(call.args[0].dtype)
    return func(ctx.kernel("pandas_mode", modes, [source], call.dtype), listed)


def modes(lists: pa.ListArray) -> pa.Array:
    """The most frequent values of each list, in the order in which they first stand there."""
    values = lists.values
    indices: list[int] = []
    offsets = [0]
    starts = lists.offsets.to_pylist()
    codes = _codes(values)
    for i in range(len(lists)):
        group = codes[starts[i] : starts[i + 1]]
        if len(group):
            _, first, counts = np.unique(group, return_index=True, return_counts=True)
            indices += sorted(starts[i] + int(place) for place in first[counts == counts.max()])
        offsets.append(len(indices))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values.take(pa.array(indices, pa.int64())))


def _codes(values: pa.Array) -> np.ndarray:
    """A number for each value, the same for equal ones; NULL is one of them."""
    if pa.types.is_nested(values.type):
        known: dict[str, int] = {}
        return np.array([known.setdefault(repr(v), len(known)) for v in values.to_pylist()], dtype=np.int64)
    encoded = values.dictionary_encode(null_encoding="encode")
    codes: np.ndarray = encoded.indices.to_numpy(zero_copy_only=False)
    return codes


def _emit_top(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """The k largest values, or the k smallest, in that order."""
    count = call.args[1]
    assert isinstance(count, Literal)
    name = "min" if _flag(call, 2) else "max"
    found = ctx.aggregate(name, [args[0], number(count.value)], only_where(call, present(call.args[0])))
    return func("coalesce", found, cast(func("list_value"), physical_type(call.dtype)))


def _emit_decaying_mean(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    alpha = call.args[1]
    assert isinstance(alpha, Literal)
    mean = functools.partial(decaying_means, alpha=float(alpha.value), skips_nulls=_flag(call, 2))
    name = ctx.kernel("ewm", mean, [ArrayType(t.DOUBLE)], t.DOUBLE)
    return func(name, ctx.aggregate("list", args[:1], call))


def decaying_means(lists: pa.ListArray, *, alpha: float, skips_nulls: bool) -> pa.Array:
    """The mean of each list whose weights shrink by `1 - alpha` a step back; NULLs take a step unless skipped."""
    values = lists.values.to_numpy(zero_copy_only=False)
    is_there = lists.values.is_valid().to_numpy(zero_copy_only=False)
    starts = lists.offsets.to_pylist()
    longest = max((b - a for a, b in itertools.pairwise(starts)), default=0)
    weights = (1.0 - alpha) ** np.arange(longest - 1, -1, -1, dtype=float)
    made: list[float | None] = []
    for start, stop in itertools.pairwise(starts):
        there = is_there[start:stop]
        used = values[start:stop][there]
        if not len(used):
            made.append(None)
            continue
        weighted = weights[longest - len(used) :] if skips_nulls else weights[longest - (stop - start) :][there]
        made.append(float(np.dot(used, weighted) / weighted.sum()))
    return pa.array(made, pa.float64())


def _emit_null_index(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """How many NULLs lie between the row and the last value before it; 0 at a value."""
    seen = func("list_reverse", ctx.aggregate("list", [is_null(args[0])], call))
    name = ctx.fresh("nulls")
    found = func("list_position", param(name), false())
    run = case(
        (op("or", is_null(found), op("=", found, number(0))), func("len", param(name))),
        default=op("-", found, number(1)),
    )
    once = func("list_transform", func("list_value", seen), lambda_([name], run))
    return cast(func("list_extract", once, number(1)), "INTEGER")


def _check_search(binder: Binder, args: tuple[Expr, ...]) -> None:
    if isinstance(args[1].dtype, t.NullType):
        raise binder.error("DATATYPE_MISMATCH.NULL_TYPE", functionName="`array_binary_search`")


def _coerce_search(binder: Binder, args: tuple[Expr, ...]) -> tuple[Expr, ...]:
    listed = args[0].dtype
    assert isinstance(listed, ArrayType)
    return args[0], binder.cast(args[1], listed.element)


def _emit_search(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    types = [a.dtype for a in call.args]
    return func(ctx.kernel("array_binary_search", searched, types, t.INT), *args)


def searched(lists: pa.ListArray, wanted: pa.Array) -> pa.Array:
    """Where each value stands in its sorted list, or `-(where it would be) - 1`; NULLs come first."""
    made: list[int | None] = []
    for values, value in zip(lists.to_pylist(), wanted.to_pylist(), strict=True):
        if values is None or value is None:
            made.append(None)
            continue
        nulls = sum(v is None for v in values)
        place = bisect.bisect_left(values, value, lo=nulls)
        made.append(place if place < len(values) and values[place] == value else -place - 1)
    return pa.array(made, pa.int32())


def _emit_seconds(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return cast(func("floor", op("/", func("epoch_us", args[0]), number(1_000_000))), "BIGINT")


def _bind_row_id(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    return binder.call("monotonically_increasing_id")


def _first(name: str, count: int = 1) -> Callable[[Sequence[str]], str]:
    """The column name: options are not shown."""
    return lambda texts: f"{name}({', '.join(texts[:count])})"


def _row(
    name: str,
    params: tuple[object, ...],
    result: DataType | ResultRule,
    emit: Emit,
    doc: str,
    *,
    shown: str = "",
    values: int = 1,
    kind: FunctionKind = FunctionKind.AGGREGATE,
    nullable: Callable[[Sequence[Expr]], bool] = always_null,
) -> Function:
    return Function(
        name,
        params,  # type: ignore[arg-type]
        result,
        nullable,
        kind,
        emit=emit,
        shows=_first(shown or name, values),
        doc=doc,
        group="internal",
        since="4.0.0",
        is_internal=True,
    )


_DDOF = constant(t.INT)
_FLAG = constant(t.BOOLEAN)

register(
    _row(
        "pandas_stddev",
        (t.DOUBLE, _DDOF),
        t.DOUBLE,
        _emit_moment(_root),
        "The standard deviation over count - ddof.",
    ),
    _row(
        "pandas_var",
        (t.DOUBLE, _DDOF),
        t.DOUBLE,
        _emit_moment(),
        "The variance over count - ddof.",
        shown="pandas_variance",
    ),
    _row(
        "pandas_covar",
        (t.DOUBLE, t.DOUBLE, _DDOF),
        t.DOUBLE,
        _emit_covariance,
        "The covariance over count - ddof.",
        values=2,
    ),
    _row(
        "pandas_skew",
        (t.DOUBLE,),
        t.DOUBLE,
        _emit_skewness,
        "The sample's skewness.",
        shown="pandas_skewness",
    ),
    _row(
        "pandas_kurt",
        (t.DOUBLE,),
        t.DOUBLE,
        _emit_kurtosis,
        "The sample's excess kurtosis.",
        shown="pandas_kurtosis",
    ),
    _row(
        "pandas_product",
        (NUMERIC, _FLAG),
        _product_type,
        _emit_product,
        "The product, with or without regard to NULLs.",
        nullable=_product_nullable,
    ),
    _row("pandas_mode", (ANY, _FLAG), _mode_type, _emit_mode, "The most frequent values.", nullable=never_null),
    _row(
        "collect_top_k",
        (ANY, constant(t.INT), _FLAG),
        _list_of_first,
        _emit_top,
        "The k largest or smallest values.",
        nullable=never_null,
    ),
    _row(
        "ewm",
        (t.DOUBLE, constant(t.DOUBLE), _FLAG),
        t.DOUBLE,
        _emit_decaying_mean,
        "The exponentially weighted mean of the rows so far.",
        kind=FunctionKind.WINDOW,
    ),
    _row(
        "null_index",
        (ANY,),
        t.INT,
        _emit_null_index,
        "How many NULLs stand in a row up to here.",
        kind=FunctionKind.WINDOW,
    ),
    Function(
        "array_binary_search",
        (ARRAY, ANY),
        t.INT,
        always_null,
        coerce=_coerce_search,
        checks=(_check_search,),
        emit=_emit_search,
        doc="Where a value stands in a sorted array, or where it would.",
        group="internal",
        since="4.0.0",
        is_internal=True,
    ),
    Function(
        "timestamp_ntz_to_long",
        (t.TIMESTAMP_NTZ,),
        t.LONG,
        emit=_emit_seconds,
        shows=_first("cast_timestamp_ntz_to_long"),
        doc="Whole seconds since 1970.",
        group="internal",
        since="4.0.0",
        is_internal=True,
    ),
    Function(
        "distributed_id",
        (),
        bind=_bind_row_id,
        doc="A number that grows from row to row.",
        group="internal",
        since="4.0.0",
        is_internal=True,
    ),
)
