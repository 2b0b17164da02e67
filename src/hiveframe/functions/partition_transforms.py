"""What DataFrames name partitions by (`years("t")`, `bucket(4, "i")`): it has a type, and no value outside of that."""

from __future__ import annotations

from collections.abc import Callable

from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import ANY, Binder, Function, ParamLike, always_null, register
from hiveframe.functions.sql import Sql
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal

_BOUND = "boundreference()"  # how Spark shows a column whose place in the row is all that it knows


def _bind(name: str) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    """The call on its last argument, and how the error shows that."""

    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        shown = binder.quoted(args[-1])[1:-1] if isinstance(args[-1], Literal) else _BOUND
        return Call(name, (args[-1], Literal(f'"{name}({shown})"', t.STRING)), t.INT, True)

    return bind


def _emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    shown = call.args[1]
    assert isinstance(shown, Literal)
    condition = "PARTITION_TRANSFORM_EXPRESSION_NOT_IN_PARTITIONED_BY"
    return ctx.raise_error("SparkException", condition, {"expression": shown.value}, call.dtype, None)


def _transform(name: str, params: tuple[ParamLike, ...], doc: str) -> Function:
    return Function(
        name,
        params,
        bind=_bind(name),
        nullable=always_null,
        emit=_emit,
        shows=lambda texts: f"{name}({texts[0] if len(params) == 1 else texts[1]})",
        doc=doc,
        group="partition_transforms",
        since="3.1.0",
        is_internal=True,
    )


register(
    _transform("years", (ANY,), "The partition of a moment's year."),
    _transform("months", (ANY,), "The partition of a moment's month."),
    _transform("days", (ANY,), "The partition of a moment's day."),
    _transform("hours", (ANY,), "The partition of a moment's hour."),
    _transform("bucket", (t.INT, ANY), "The partition of a hash, among this many."),
)
