"""Logic and tests: `and or not in like isnull isnan` and their kin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from sqlglot import exp

from hiveframe.functions.coercion import common_type, string_promotion, tightest_type
from hiveframe.functions.comparisons import no_order, unless_null, waits
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.like_patterns import check_escape, emit_like, is_wrong_pattern
from hiveframe.functions.literals import constant
from hiveframe.functions.ordering import is_orderable
from hiveframe.functions.registry import (
    ANY,
    Binder,
    Function,
    Param,
    any_null,
    never_null,
    register,
    rest,
)
from hiveframe.functions.sql import Sql, case, false, func, is_not_null, is_null, not_, number, op, true
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal
from hiveframe.plan.types import DataType

IN_SET: Final = "inset"


def _logical(name: str, duck: str, doc: str) -> Function:
    def coerce(b: Binder, args: tuple[Expr, ...]) -> tuple[Expr, ...]:
        return _truths(b, args[0], args[1])

    return Function(
        name,
        (ANY, ANY),
        t.BOOLEAN,
        coerce=coerce,
        emit=lambda call, args, ctx: op(duck, args[0], args[1]),
        operator=name.upper(),
        doc=doc,
        group="predicate_funcs",
    )


def _truths(b: Binder, left: Expr, right: Expr) -> tuple[Expr, Expr]:
    """Two booleans; under ANSI a string beside a boolean is read as one."""
    kinds = (left.dtype, right.dtype)
    target = string_promotion(*kinds) if b.ansi else None
    target = target or tightest_type(*kinds, ansi=b.ansi)
    if kinds == (t.NULL, t.NULL):
        target = t.BOOLEAN
    if target is None or (kinds[0] != kinds[1] and target != t.BOOLEAN):
        raise b.error(
            "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES",
            left=f'"{t.sql_name(kinds[0])}"',
            right=f'"{t.sql_name(kinds[1])}"',
        )
    if target != t.BOOLEAN:
        raise b.error(
            "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE", inputType='"BOOLEAN"', actualDataType=f'"{t.sql_name(target)}"'
        )
    return b.cast(left, target), b.cast(right, target)


def listed_types(args: Sequence[Expr]) -> str:
    """`["INT", "BOOLEAN"]`, as DATA_DIFF_TYPES shows them."""
    return "[" + ", ".join(f'"{t.sql_name(a.dtype)}"' for a in args) + "]"


def _in_operands(b: Binder, args: tuple[Expr, ...]) -> tuple[Expr, ...]:
    first = args[0].dtype
    target: DataType | None = first
    if any(a.dtype != first for a in args):
        target = common_type([a.dtype for a in args], ansi=b.ansi)
    if target is None and all(t.same_structure(a.dtype, first) for a in args):
        target = t.as_nullable(first)
    if target is None:
        raise b.error("DATATYPE_MISMATCH.DATA_DIFF_TYPES", functionName="`in`", dataType=listed_types(args))
    if not is_orderable(target):
        raise no_order(b, "in", target)
    return tuple(b.cast(a, target) for a in args)


def _emit_in(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    value, *listed = args
    if isinstance(call.args[0].dtype, t.IntegralType):
        # whole numbers compare alike in every type that holds them, and a long list is written and read faster bare
        listed = [
            e.this if isinstance(e, exp.Cast) and isinstance(e.this, (exp.Literal, exp.Neg)) else e for e in listed
        ]
    if waits(ctx, 1 if call.args[0].nullable else 2):
        turns = [i for i, raises in enumerate(ctx.may_raise[1:]) if i and raises]
        return unless_null(call.args[0], value, ctx, lambda v: _in_turn(v, listed, turns))
    return _in(value, listed)


def _in_turn(value: Sql, listed: list[Sql], turns: Sequence[int]) -> Sql:
    """Whether the value is among those listed; those from each of `turns` on wait for what stands before them."""
    runs = [listed[start:stop] for start, stop in pairwise([0, *turns])]
    found = [(_in(value.copy(), [e.copy() for e in run]), true()) for run in runs]
    return case(*found, default=_in(value, listed)) if found else _in(value, listed)


def _in(value: Sql, listed: list[Sql]) -> Sql:
    return exp.Paren(this=exp.In(this=exp.Paren(this=value), expressions=listed))


def _emit_in_set(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """The list is written value by value, whole numbers bare: they compare alike in every type that holds them."""
    constants = call.args[1]
    assert isinstance(constants, Literal)
    assert isinstance(constants.dtype, t.ArrayType)
    kind = constants.dtype.element
    is_bare = isinstance(kind, t.IntegralType)
    return _in(args[0], [number(v) if is_bare else constant(v, kind) for v in constants.value])


def _like(name: str, doc: str, shows: Callable[[Sequence[str]], str] | None) -> Function:
    return Function(
        name,
        (t.STRING, t.STRING, Param((t.STRING,), optional=True, constant=True, name="escape")),
        t.BOOLEAN,
        checks=(check_escape,),
        nullable=lambda args: any_null(args[:2]),
        emit=lambda call, args, ctx: emit_like(name, call, args, ctx),
        shows=shows,
        doc=doc,
        group="predicate_funcs",
        since="1.0.0",
    )


def _show_like(texts: Sequence[str]) -> str:
    shown = f"{texts[0]} LIKE {texts[1]}"
    return shown if len(texts) == 2 else f"{shown} ESCAPE '{texts[2]}'"


def _quantified(name: str, joined: str, doc: str, *, negated: bool) -> Function:
    """`LIKE ANY`, `LIKE ALL` and their negations over constant patterns."""

    def bind(b: Binder, args: tuple[Expr, ...]) -> Expr:
        wrong = [p for p in args[1:] if is_wrong_pattern(p)]  # none is looked at where one can't be
        tests = [b.call("like", args[0], pattern) for pattern in wrong or args[1:]]
        if negated:
            tests = [b.call("not", test) for test in tests]
        made = tests[0]
        for test in tests[1:]:
            made = b.call(joined, made, test)
        return Call(name, (made,), t.BOOLEAN, True)

    return Function(
        name,
        (t.STRING, t.STRING, rest(t.STRING)),
        bind=bind,
        emit=lambda call, args, ctx: args[0],
        shows=lambda texts: f"{name}({texts[0]})",
        doc=doc,
        group="internal",
    )


def _never_nan(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return func("coalesce", func("isnan", args[0]), false())


_NOT: Final = Function(
    "not",
    (t.BOOLEAN,),
    t.BOOLEAN,
    emit=lambda call, args, ctx: not_(args[0]),
    shows=lambda texts: f"(NOT {texts[0]})",
    aliases=("!",),
    doc="Whether the condition does not hold.",
    group="predicate_funcs",
)


def _unknown(name: str, shown: str, emit: Callable[[Sql], Sql]) -> Function:
    """`IS [NOT] UNKNOWN` as far as Spark sees it as such; what it is otherwise is settled before it is bound."""
    return Function(
        name,
        (ANY,),
        t.BOOLEAN,
        nullable=never_null,
        emit=lambda call, args, ctx: emit(args[0]),
        shows=lambda texts: f"({texts[0]} {shown})",
        doc=f"Whether a boolean {shown}.",
        group="internal",
        is_internal=True,
    )


register(
    _unknown("isunknown", "IS UNKNOWN", is_null),
    _unknown("isnotunknown", "IS NOT UNKNOWN", is_not_null),
    _logical("and", "and", "Whether both hold."),
    _logical("or", "or", "Whether one holds."),
    _NOT,
    Function(
        "in",
        (ANY, ANY, rest(ANY)),
        t.BOOLEAN,
        coerce=_in_operands,
        emit=_emit_in,
        shows=lambda texts: f"({texts[0]} IN ({', '.join(texts[1:])}))",
        doc="Whether the first is among the others.",
        group="predicate_funcs",
    ),
    Function(
        IN_SET,
        (ANY, ANY),
        t.BOOLEAN,
        emit=_emit_in_set,
        shows=lambda texts: f"({texts[0]} IN ({texts[1].removeprefix('ARRAY(').removesuffix(')')}))",
        doc="Whether the first is in an array of constants.",
        group="internal",
        is_internal=True,
    ),
    _like("like", "Whether the text matches a pattern of % and _.", _show_like),
    _like("ilike", "Like `like`, whatever the case.", None),
    _quantified("likeany", "or", "Whether the text is like one of the patterns.", negated=False),
    _quantified("likeall", "and", "Whether the text is like all of the patterns.", negated=False),
    _quantified("notlikeany", "or", "Whether the text is unlike one of the patterns.", negated=True),
    _quantified("notlikeall", "and", "Whether the text is unlike all of the patterns.", negated=True),
    Function(
        "isnull",
        (ANY,),
        t.BOOLEAN,
        nullable=never_null,
        emit=lambda call, args, ctx: is_null(args[0]),
        shows=lambda texts: f"({texts[0]} IS NULL)",
        doc="Whether it is NULL.",
        group="predicate_funcs",
    ),
    Function(
        "isnotnull",
        (ANY,),
        t.BOOLEAN,
        nullable=never_null,
        emit=lambda call, args, ctx: is_not_null(args[0]),
        shows=lambda texts: f"({texts[0]} IS NOT NULL)",
        doc="Whether it is not NULL.",
        group="predicate_funcs",
    ),
    Function(
        "isnan",
        (Param((t.DOUBLE, t.FLOAT)),),
        t.BOOLEAN,
        nullable=never_null,
        emit=_never_nan,
        doc="Whether it is NaN; FALSE for NULL.",
        group="predicate_funcs",
    ),
)
