"""`approx_top_k` and its parts: the most frequent values of a group."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Final

from hiveframe.errors import SparkRuntimeException
from hiveframe.functions import top_k_states
from hiveframe.functions.binding import is_foldable
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.item_codec import Codec
from hiveframe.functions.registry import (
    ANY,
    STRUCT,
    Binder,
    Function,
    FunctionKind,
    Kind,
    Param,
    never_null,
    register,
)
from hiveframe.functions.sql import Sql, func
from hiveframe.functions.top_k_states import AS_GIVEN, MOST_TRACKED, STATE_FIELDS, raise_too_few
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Call, Expr, Literal
from hiveframe.plan.types import ArrayType, DataType, StructField, StructType

_DEFAULT_K: Final = 5
_DEFAULT_TRACKED: Final = 10_000
_COUNTED: Final = (
    t.BooleanType,
    t.ByteType,
    t.ShortType,
    t.IntegerType,
    t.LongType,
    t.FloatType,
    t.DoubleType,
    t.DateType,
    t.TimestampType,
    t.TimestampNTZType,
    t.StringType,
    t.DecimalType,
)
_STATE_TEXT: Final = "struct<sketch:binary,maxItemsTracked:int,itemDataType:any,itemDataTypeDDL:string>"


def _number(arg: Expr, name: str) -> int:
    """A constant of the call, checked when it runs, as Spark does."""
    assert isinstance(arg, Literal)
    if arg.value is None:
        raise SparkRuntimeException("APPROX_TOP_K_NULL_ARG", {"argName": f"`{name}`"})
    value: int = arg.value
    if name == "maxItemsTracked" and value > MOST_TRACKED:
        params = {"maxItemsTracked": str(value), "limit": str(MOST_TRACKED)}
        raise SparkRuntimeException("APPROX_TOP_K_MAX_ITEMS_TRACKED_EXCEEDS_LIMIT", params)
    if value <= 0:
        params = {"argName": f"`{name}`", "argValue": str(value)}
        raise SparkRuntimeException("APPROX_TOP_K_NON_POSITIVE_ARG", params)
    return value


def _failed_check(binder: Binder, message: str) -> Exception:
    return binder.error("DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT", msg=message, hint="")


def _check_item(binder: Binder, args: tuple[Expr, ...]) -> None:
    if not isinstance(args[0].dtype, _COUNTED):
        name = t.simple_string(args[0].dtype).partition("<")[0]
        raise _failed_check(binder, f"{name} columns are not supported")


def _check_state(binder: Binder, args: tuple[Expr, ...]) -> None:
    dtype = args[0].dtype
    assert isinstance(dtype, StructType)
    if len(dtype.fields) != 4:
        wanted = f"State must be a struct with 4 fields. Expected struct: {_STATE_TEXT}."
        raise _failed_check(binder, f"{wanted} Got: {t.simple_string(dtype)}")
    wanted_types: tuple[tuple[str, str, Any], ...] = (
        ("first", "binary", t.BinaryType),
        ("second", "int", t.IntegerType),
        ("third", "a supported data type", _COUNTED),
        ("fourth", "string", t.StringType),
    )
    for field, (place, shown, classes) in zip(dtype.fields, wanted_types, strict=True):
        if not isinstance(field.dtype, classes):
            got = t.simple_string(field.dtype)
            raise _failed_check(binder, f"State struct must have the {place} field to be {shown}. Got: {got}")


def _bind(
    name: str, check: Callable[[Binder, tuple[Expr, ...]], None], names: Sequence[str], *, is_aggregate: bool = True
) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    """The call with its numbers as literals."""

    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        check(binder, args)
        numbers: list[Expr] = []
        for arg, called in zip(args[1:], names, strict=True):
            if not is_foldable(arg):
                what = "K" if called == "k" else "Number of items tracked"
                raise _failed_check(binder, f"{what} must be a constant literal")
            numbers.append(arg if isinstance(arg, Literal) else Literal(binder.fold(arg), t.INT))
        dtype = _result(name, args[0].dtype)
        if is_aggregate:
            return AggCall(name, (args[0], *numbers), dtype, False)
        return Call(name, (args[0], *numbers), dtype, args[0].nullable)

    return bind


def _result(name: str, given: DataType) -> DataType:
    item = given.fields[2].dtype if isinstance(given, StructType) else given
    if name in ("approx_top_k", "approx_top_k_estimate"):
        pair = StructType((StructField("item", item, True), StructField("count", t.LONG, False)))
        return ArrayType(pair, False)
    types = (t.BINARY, t.INT, item, t.STRING)
    nullable = (False, False, True, False)
    return StructType(tuple(StructField(n, d, null) for n, d, null in zip(STATE_FIELDS, types, nullable, strict=True)))


def _codec(dtype: DataType, ctx: EmitContext) -> Codec:
    item = dtype.fields[2].dtype if isinstance(dtype, StructType) else dtype
    return Codec(item, ctx.arrow_type(item))


def _emit_top(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    k = _number(call.args[1], "k")
    tracked = _number(call.args[2], "maxItemsTracked")
    if tracked < k:
        raise_too_few(tracked, k)
    kernel = functools.partial(top_k_states.top, _codec(call.args[0].dtype, ctx), k, tracked)
    return _over_list(call, args, ctx, kernel)


def _emit_accumulate(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    tracked = _number(call.args[1], "maxItemsTracked")
    return _over_list(
        call, args, ctx, functools.partial(top_k_states.accumulated, _codec(call.args[0].dtype, ctx), tracked)
    )


def _emit_combine(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    given = call.args[1]
    is_left_out = isinstance(given, Literal) and given.value == AS_GIVEN
    tracked = AS_GIVEN if is_left_out else _number(given, "maxItemsTracked")
    codec = _codec(call.args[0].dtype, ctx)
    return _over_list(call, args, ctx, functools.partial(top_k_states.combined, codec, tracked, call.function))


def _over_list(call: AggCall, args: list[Sql], ctx: EmitContext, kernel: Callable[..., Any]) -> Sql:
    listed = ctx.aggregate("list", args[:1], call)
    return func(ctx.kernel(call.function, kernel, [ArrayType(call.args[0].dtype)], call.dtype), listed)


def _emit_estimate(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    kernel = functools.partial(top_k_states.estimated, _codec(call.args[0].dtype, ctx), _number(call.args[1], "k"))
    return func(ctx.kernel(call.function, kernel, [call.args[0].dtype], call.dtype), args[0])


def _row(
    name: str,
    kind: Kind,
    numbers: tuple[tuple[str, int], ...],
    emit: Callable[..., Sql],
    doc: str,
    *,
    check: Callable[[Binder, tuple[Expr, ...]], None] = _check_item,
    is_aggregate: bool = True,
) -> Function:
    return Function(
        name,
        (kind, *(Param((t.INT,), optional=True, default=Literal(value, t.INT)) for _, value in numbers)),
        nullable=never_null,
        kind=FunctionKind.AGGREGATE if is_aggregate else FunctionKind.SCALAR,
        bind=_bind(name, check, [n for n, _ in numbers], is_aggregate=is_aggregate),
        emit=emit,
        doc=doc,
        group="aggregate" if is_aggregate else "misc_funcs",
        since="4.1.0",
    )


register(
    _row(
        "approx_top_k",
        ANY,
        (("k", _DEFAULT_K), ("maxItemsTracked", _DEFAULT_TRACKED)),
        _emit_top,
        "The k most frequent values with their counts.",
    ),
    _row(
        "approx_top_k_accumulate",
        ANY,
        (("maxItemsTracked", _DEFAULT_TRACKED),),
        _emit_accumulate,
        "A sketch of the most frequent values.",
    ),
    _row(
        "approx_top_k_combine",
        STRUCT,
        (("maxItemsTracked", AS_GIVEN),),
        _emit_combine,
        "Sketches of the most frequent values in one.",
        check=_check_state,
    ),
    _row(
        "approx_top_k_estimate",
        STRUCT,
        (("k", _DEFAULT_K),),
        _emit_estimate,
        "The k most frequent values of a sketch with their counts.",
        check=_check_state,
        is_aggregate=False,
    ),
)
