"""Expressions as sqlglot trees: the table class → emitter."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from hiveframe.engine.emit.python import emit_python_call
from hiveframe.engine.emit.subqueries import emit_exists, emit_in, emit_scalar
from hiveframe.engine.emit.windows import emit_window
from hiveframe.functions import sql as q
from hiveframe.functions.casts import emit_cast
from hiveframe.functions.literals import emit_literal
from hiveframe.functions.registry import row_of
from hiveframe.functions.sql import Sql
from hiveframe.optimizer.alike import Likeness
from hiveframe.plan import logical as lg

if TYPE_CHECKING:
    from hiveframe.engine.emit.context import Context


def _column(node: lg.Column, ctx: Context) -> Sql:
    return ctx.column(node.id)


def _call(node: lg.Call, ctx: Context) -> Sql:
    if node.function in _CHAINED:
        return _chain(node, ctx)
    row = row_of(node.function)
    args, may_raise = _emitted(node.args, ctx)
    if row.kernel is not None:
        function = functools.partial(row.kernel, call=node) if row.kernel_sees_call else row.kernel
        types = [arg.dtype for arg in node.args]
        return q.func(ctx.kernel(row.name, function, types, node.dtype, volatile=not row.deterministic), *args)
    ctx.may_raise = may_raise
    emitted: Sql = _emitter(node.function)(node, args, ctx)
    return emitted


def _emitted(nodes: Sequence[lg.Expr], ctx: Context) -> tuple[list[Sql], list[bool]]:
    """Expressions emitted, and whether each may raise."""
    emitted: list[Sql] = []
    may_raise: list[bool] = []
    for node in nodes:
        before = ctx.raising_places()
        emitted.append(ctx.expr(node))
        may_raise.append(ctx.raising_places() > before)
    return emitted, may_raise


_CHAINED: Final = ("and", "or")


def _chain(node: lg.Call, ctx: Context) -> Sql:
    """ANDs or ORs; what may raise is computed only where the operands before it leave the answer open."""
    operands = chained(node)
    parts, may_raise = _emitted(operands, ctx)
    may_raise = [
        raises and not (i and _asks_again(part, operands[0]))
        for i, (part, raises) in enumerate(zip(operands, may_raise, strict=True))
    ]
    if ctx.in_condition or not any(may_raise[1:]):
        return _balanced(node.function, parts)
    places = [0, *(i for i, raises in enumerate(may_raise) if i and raises), len(parts)]
    runs = [_balanced(node.function, [p.copy() for p in parts[start:stop]]) for start, stop in pairwise(places)]
    if node.function == "and":
        decided = [(q.not_(run), q.false()) for run in runs[:-1]]
    else:
        decided = [(run, q.true()) for run in runs[:-1]]
    return q.case(*decided, default=_balanced(node.function, parts))


def _asks_again(part: lg.Expr, first: lg.Expr) -> bool:
    """Whether both compare the same, one with a constant: `a - b <= 60` raises nothing that `a - b > 30` did not."""
    match part, first:
        case lg.Call(function=one, args=(asked, lg.Literal())), lg.Call(function=other, args=(known, _)):
            return one in _COMPARED and other in _COMPARED and Likeness().of(asked, known)
    return False


_COMPARED: Final = frozenset({"=", "<=>", "<", "<=", ">", ">="})


def chained(node: lg.Call) -> list[lg.Expr]:
    """The operands of a chain of ANDs or of ORs, in order, without recursing on its length."""
    parts: list[lg.Expr] = []
    pending: list[lg.Expr] = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, lg.Call) and part.function == node.function:
            pending.extend(reversed(part.args))
        else:
            parts.append(part)
    return parts


def _balanced(symbol: str, parts: list[Sql]) -> Sql:
    """The chain as a tree whose depth grows with the logarithm of its length."""
    while len(parts) > 1:
        pairs = [parts[i : i + 2] for i in range(0, len(parts), 2)]
        parts = [q.op(symbol, *pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return parts[0]


def _aggregate(node: lg.AggCall, ctx: Context) -> Sql:
    over, ctx.over = ctx.over, None  # the arguments are outside of the window
    args = [_within(node.filter, arg, ctx) for arg in node.args]
    ctx.over = over
    emitted: Sql = _emitter(node.function)(node, args, ctx)
    return emitted


def _within(condition: lg.Expr | None, arg: lg.Expr, ctx: Context) -> Sql:
    """An aggregate's argument, which DuckDB computes before FILTER: one that may raise asks the condition itself."""
    before = ctx.raising_places()
    sql = ctx.expr(arg)
    if condition is None or ctx.raising_places() == before:
        return sql
    return q.case((ctx.expr(condition), sql))


def _emitter(name: str) -> Callable[[Any, list[Any], Any], Any]:
    emit = row_of(name).emit
    assert emit is not None, f"function {name!r} has no emitter; its row binds to other functions"
    return emit


def _cast(node: lg.Cast, ctx: Context) -> Sql:
    return emit_cast(node, ctx.expr(node.child), ctx)


def _lambda(node: lg.Lambda, ctx: Context) -> Sql:
    return q.lambda_([q.lambda_name(p.id) for p in node.params], ctx.expr(node.body))


def _lambda_var(node: lg.LambdaVar, ctx: Context) -> Sql:
    return q.param(q.lambda_name(node.id))


EXPRESSIONS: Final[Mapping[type[lg.Expr], Callable[[Any, Any], Sql]]] = {
    lg.Column: _column,
    lg.Literal: emit_literal,
    lg.Call: _call,
    lg.AggCall: _aggregate,
    lg.Cast: _cast,
    lg.Lambda: _lambda,
    lg.LambdaVar: _lambda_var,
    lg.WindowCall: emit_window,
    lg.ScalarSubquery: emit_scalar,
    lg.Exists: emit_exists,
    lg.InSubquery: emit_in,
    lg.PyUdf: emit_python_call,
}
