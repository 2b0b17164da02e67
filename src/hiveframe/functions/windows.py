"""Functions that only stand with OVER: ranks, and values of other rows of the window."""

from __future__ import annotations

from collections.abc import Callable

from hiveframe.functions.binding import is_foldable, wrong_input
from hiveframe.functions.coercion import implicit_cast
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.operators import NEGATED
from hiveframe.functions.registry import (
    ANY,
    INTERVAL,
    Binder,
    Function,
    FunctionKind,
    Param,
    optional,
    register,
    rest,
)
from hiveframe.functions.sql import Sql, cast, physical_type
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Expr, Literal
from hiveframe.plan.types import DataType

_VOID = Param((ANY,), optional=True, default=Literal(None, t.NULL))
_IGNORE_NULLS = Param((t.BOOLEAN,), optional=True)  # a constant, taken out of the call before it is bound
_INT_MAX = 2**31 - 1
_LONG_MAX = 2**63 - 1


def _emit(name: str) -> Callable[[AggCall, list[Sql], EmitContext], Sql]:
    return lambda call, args, ctx: ctx.window(name, args, ignore_nulls=call.ignore_nulls)


def _emit_cast(name: str) -> Callable[[AggCall, list[Sql], EmitContext], Sql]:
    return lambda call, args, ctx: cast(ctx.window(name, args), physical_type(call.dtype))


def _bind_rank(name: str, dtype: DataType) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    """Spark lets ranks be called with arguments and leaves them out."""
    return lambda binder, args: AggCall(name, (), dtype, False)


def _out_of_range(binder: Binder, name: str, most: int, value: str) -> Exception:
    return binder.error(
        "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", exprName=name, valueRange=f"(0, {most}]", currentValue=value
    )


def _check_buckets(binder: Binder, args: tuple[Expr, ...]) -> None:
    dtype = args[0].dtype
    if not isinstance(dtype, t.IntegerType):
        raise binder.error(
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
            paramIndex="first",
            requiredType='"INT"',
            inputType=f'"{t.sql_name(dtype)}"',
            inputSql=binder.quoted(args[0]),
        )
    buckets = binder.fold(args[0], "buckets")
    if not isinstance(buckets, int) or buckets <= 0:
        raise _out_of_range(binder, "buckets", _INT_MAX, str(buckets or 0))


def _check_offset(binder: Binder, args: tuple[Expr, ...]) -> None:
    offset = binder.fold(args[1], "offset")
    if not isinstance(offset, int) or offset <= 0:
        raise _out_of_range(binder, "offset", _LONG_MAX, f"{offset or 0}L")


def _bind_shift(name: str) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    """`lag` and `lead`: the default takes the input's type; without one a missing row gives NULL."""

    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        value, offset = args[:2]
        ahead = _negated(binder, offset) if name == "lag" else offset
        if implicit_cast(offset.dtype, t.INT, ansi=binder.ansi) is None:
            raise wrong_input(binder, args, 1, '"INT"')
        default = _default_as(binder, args, value.dtype)
        steps = binder.fold(ahead, "offset")
        if name == "lag" and isinstance(steps, int):
            steps = -steps
        return AggCall(name, (value, Literal(steps, t.INT), default), value.dtype, value.nullable or default.nullable)

    return bind


def _negated(binder: Binder, offset: Expr) -> Expr:
    """Spark counts back by turning the offset's sign, before it looks at the offset's type."""
    if isinstance(offset.dtype, t.NullType):
        return offset
    is_signed = isinstance(offset.dtype, t.NumericType) or INTERVAL.accepts(offset.dtype)
    if not is_signed and is_foldable(offset):
        raise binder.error("FAILED_FUNCTION_CALL", funcName="`lag`")
    return binder.call(NEGATED, offset) if is_signed else offset


def _default_as(binder: Binder, args: tuple[Expr, ...], dtype: DataType) -> Expr:
    default = args[2]
    if isinstance(default.dtype, t.NullType):
        return default
    wanted = implicit_cast(default.dtype, dtype, ansi=binder.ansi)
    if wanted is None:
        raise wrong_input(binder, args, 2, f'("{t.sql_name(dtype)}" or "VOID")')
    return binder.cast(default, wanted)


def _emit_shift(name: str) -> Callable[[AggCall, list[Sql], EmitContext], Sql]:
    def emit(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
        used = args[:2] if isinstance(call.args[2].dtype, t.NullType) else args
        return ctx.window(name, used, ignore_nulls=call.ignore_nulls)

    return emit


def _rank(name: str, doc: str, dtype: DataType = t.INT) -> Function:
    return Function(
        name,
        (rest(ANY),),
        kind=FunctionKind.WINDOW,
        bind=_bind_rank(name, dtype),
        emit=_emit_cast(name),
        shows=lambda texts: f"{name.upper()}()",
        doc=doc,
        group="window",
        since="2.0.0",
    )


def _shift(name: str, doc: str) -> Function:
    return Function(
        name,
        (_VOID, optional(ANY, 1), _VOID, _IGNORE_NULLS),
        kind=FunctionKind.WINDOW,
        bind=_bind_shift(name),
        emit=_emit_shift(name),
        skips_nulls=False,
        doc=doc,
        group="window",
        since="2.0.0",
    )


register(
    Function(
        "row_number",
        (),
        t.INT,
        nullable=lambda args: False,
        kind=FunctionKind.WINDOW,
        emit=_emit_cast("row_number"),
        doc="The row's number in its partition, from 1.",
        group="window",
        since="2.0.0",
    ),
    _rank("rank", "The row's rank; equal rows share one and leave gaps after it."),
    _rank("dense_rank", "The row's rank without gaps."),
    _rank("percent_rank", "(rank - 1) / (rows - 1): 0 for the first row, 1 for the last.", t.DOUBLE),
    Function(
        "cume_dist",
        (),
        t.DOUBLE,
        nullable=lambda args: False,
        kind=FunctionKind.WINDOW,
        emit=_emit_cast("cume_dist"),
        doc="The share of the partition's rows that come before the row or are equal to it.",
        group="window",
        since="2.0.0",
    ),
    Function(
        "ntile",
        (optional(ANY, 1),),
        t.INT,
        nullable=lambda args: False,
        kind=FunctionKind.WINDOW,
        emit=_emit_cast("ntile"),
        checks=(_check_buckets,),
        doc="The bucket of the row when the partition is cut into n buckets of nearly equal size.",
        group="window",
        since="2.0.0",
    ),
    Function(
        "nth_value",
        (ANY, t.INT, _IGNORE_NULLS),
        lambda args: args[0].dtype,
        nullable=lambda args: True,
        kind=FunctionKind.WINDOW,
        emit=_emit("nth_value"),
        checks=(_check_offset,),
        skips_nulls=False,
        doc="The value of the n-th row of the frame, NULL where it is shorter.",
        group="window",
        since="3.1.0",
    ),
    _shift("lag", "The value n rows before, or the default where there is none."),
    _shift("lead", "The value n rows after, or the default where there is none."),
)
