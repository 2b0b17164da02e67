"""Functions with Java regular expressions.

A constant pattern that RE2 can say runs in DuckDB; a plain text needs no regular expression at all. Everything else
goes through `regex_kernels`: look-around, back-references, patterns from columns, and those that may match nothing
wherever Java and RE2 differ about empty matches.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import pyarrow as pa

from hiveframe.functions import regex_kernels
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.java_regex import JavaRegex, translate
from hiveframe.functions.java_regex_classes import BadPattern
from hiveframe.functions.let import let
from hiveframe.functions.regex_kernels import Replacement, replacement_of
from hiveframe.functions.registry import (
    Binder,
    Emit,
    Function,
    NullRule,
    ParamLike,
    ResultRule,
    always_null,
    any_null,
    optional,
    register,
)
from hiveframe.functions.sql import Sql, case, cast, func, is_null, lambda_, not_, null, number, op, param, text
from hiveframe.functions.strings import constant_of, is_ascii, is_null_constant
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Cast, Expr, Literal
from hiveframe.plan.types import ArrayType, DataType

_INT_MAX = 2**31 - 1
_TEXTS = ArrayType(t.STRING, False)
_LINE_ENDS = ("\n", "\r", "\x85", "\u2028", "\u2029")
_MOST_GROUPS = 9  # that a replacement may name in RE2


def _known(call: Call) -> JavaRegex | None:
    """The constant pattern of a call, None for one that is not constant or that Java refuses."""
    pattern = constant_of(call.args[1])
    try:
        return translate(pattern) if isinstance(pattern, str) else None
    except BadPattern:
        return None  # an error where there is a text to match: the kernels raise it


def _kernel(name: str, kernel: Callable[..., pa.Array], call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    types = [a.dtype for a in call.args[: len(args)]]
    return func(ctx.kernel(name, kernel, types, call.dtype), *args)


def _guarded(
    regex: JavaRegex, value: Sql, fast: Callable[[Sql], Sql], slow: Callable[[Sql], Sql], ctx: EmitContext
) -> Sql:
    """`fast` where RE2 means the same for the value at hand, `slow` for other values."""
    if not regex.needs_ascii and not regex.needs_no_line_end:
        return fast(value)

    def build(v: Sql) -> Sql:
        condition: Sql | None = is_ascii(v) if regex.needs_ascii else None
        if regex.needs_no_line_end:
            ends = _LINE_ENDS[:2] if regex.needs_ascii else _LINE_ENDS
            holds = "contains" if regex.is_for_one_line else "ends_with"
            for end in ends:
                other = not_(func(holds, v, text(end)))
                condition = other if condition is None else op("and", condition, other)
        assert condition is not None
        return case((condition, fast(v)), default=slow(v))

    return let(value, ctx, build)


def _emit_rlike(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    name = call.shown or call.function  # the alias that was called, which messages name

    def slow(value: Sql) -> Sql:
        kernel = partial(regex_kernels.matched, function=name.lower())
        return _kernel(name, kernel, call, [value, args[1]], ctx)

    regex = _known(call)
    if regex is None or regex.re2 is None:
        return slow(args[0])
    if regex.literal is not None:
        return func("contains", args[0], text(regex.literal))
    re2 = text(str(regex.fast))
    return _guarded(regex, args[0], lambda v: func("regexp_matches", v, re2), slow, ctx)


def _emit_extract(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    def slow(value: Sql) -> Sql:
        return _kernel("regexp_extract", regex_kernels.extracted, call, [value, *args[1:]], ctx)

    regex, group = _known(call), constant_of(call.args[2])
    if regex is None or regex.re2 is None or not _is_group(group, regex):
        return slow(args[0])
    re2, index = text(str(regex.fast)), number(int(str(group)))
    return _guarded(regex, args[0], lambda v: func("regexp_extract", v, re2, index), slow, ctx)


def _is_group(group: object, regex: JavaRegex) -> bool:
    return isinstance(group, int) and 0 <= group <= min(regex.group_count, _MOST_GROUPS)


def _emit_extract_all(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    def slow(value: Sql) -> Sql:
        return _kernel("regexp_extract_all", regex_kernels.all_extracted, call, [value, *args[1:]], ctx)

    regex, group = _known(call), constant_of(call.args[2])
    if regex is None or regex.re2 is None or regex.can_be_empty or not _is_group(group, regex):
        return slow(args[0])
    re2, index = text(str(regex.fast)), number(int(str(group)))
    may_be_unset = group != 0 and any(sign in regex.re2 for sign in "|?*{")

    def fast(value: Sql) -> Sql:
        found = func("regexp_extract_all", value, re2, index)
        if not may_be_unset:
            return found
        x = ctx.fresh("x")  # a group that took no part is empty in Java, NULL in DuckDB
        return func("list_transform", found, lambda_([x], func("coalesce", param(x), text(""))))

    return _guarded(regex, args[0], fast, slow, ctx)


def _emit_replace(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    def slow(value: Sql) -> Sql:
        return _kernel("regexp_replace", regex_kernels.replaced, call, [value, *args[1:]], ctx)

    regex, new = _known(call), constant_of(call.args[2])
    if regex is None or regex.re2 is None or not isinstance(new, str) or constant_of(call.args[3]) != 1:
        return slow(args[0])
    replacement = replacement_of(new, str(constant_of(call.args[1])))
    if (
        replacement is None
        or regex.can_be_empty
        or any(isinstance(p, int) and p > _MOST_GROUPS for p in replacement.parts)
    ):
        return slow(args[0])
    if regex.literal is not None and all(isinstance(p, str) for p in replacement.parts):
        return func("replace", args[0], text(regex.literal), text("".join(str(p) for p in replacement.parts)))
    re2, rewrite = text(str(regex.fast)), text(_rewrite(replacement))
    everywhere = () if regex.matches_once else (text("g"),)
    return _guarded(regex, args[0], lambda v: func("regexp_replace", v, re2, rewrite, *everywhere), slow, ctx)


def _rewrite(replacement: Replacement) -> str:
    """The replacement in RE2's notation."""
    return "".join(p.replace("\\", "\\\\") if isinstance(p, str) else f"\\{p}" for p in replacement.parts)


def _check_position(binder: Binder, args: tuple[Expr, ...]) -> None:
    position = binder.fold(args[3], "position")
    if position is not None and position < 1:
        raise binder.error(
            "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
            exprName="position",
            valueRange=f"(0, {_INT_MAX}]",
            currentValue=str(position),
        )


def _emit_count(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    def slow(value: Sql) -> Sql:
        return _kernel("regexp_count", regex_kernels.counted, call, [value, args[1]], ctx)

    regex = _known(call)
    if regex is None or regex.re2 is None or regex.can_be_empty:
        return slow(args[0])
    re2 = text(str(regex.fast))

    def fast(value: Sql) -> Sql:
        return cast(func("len", func("regexp_extract_all", value, re2)), "INTEGER")

    return _guarded(regex, args[0], fast, slow, ctx)


def _emit_instr(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Where the first match begins; the place to start from is not heeded, but no place makes no answer."""
    if any(is_null_constant(a) for a in call.args):
        return cast(null(), "INTEGER")
    missing = [is_null(a) for a, e in zip(args, call.args, strict=True) if e.nullable or _may_raise(e)]
    found = _emit_place(call, args, ctx)
    return (
        case(*((m, null()) for m in missing), default=found)
        if call.args[2].nullable or _may_raise(call.args[2])
        else found
    )


def _may_raise(place: Expr) -> bool:
    return isinstance(place, Cast)


def _emit_place(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Where the shortest text before a match ends; Java counts UTF-16 units, so only ASCII is counted here."""

    def slow(value: Sql) -> Sql:
        return _kernel("regexp_instr", regex_kernels.placed, call, [value, args[1]], ctx)

    regex = _known(call)
    if regex is None or regex.re2 is None:
        return slow(args[0])
    re2, before = text(str(regex.fast)), text(rf"\A((?s:.*?))(?:{regex.fast})")

    def fast(value: Sql) -> Sql:
        place = op("+", func("length", func("regexp_extract", value, before, number(1))), number(1))
        found = case((func("regexp_matches", value, re2), place), (not_(func("regexp_matches", value, re2)), number(0)))
        return cast(found, "INTEGER")

    return _guarded(replace(regex, needs_ascii=True), args[0], fast, slow, ctx)


def _bind_substr(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    """The first match, NULL when there is none (or it is empty)."""
    found = binder.call("regexp_extract", *args, Literal(0, t.INT))
    return binder.call("nullif", found, Literal("", t.STRING))


def _emit_split(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    def slow(value: Sql) -> Sql:
        return _kernel("split", regex_kernels.parted, call, [value, *args[1:]], ctx)

    regex, limit = _known(call), constant_of(call.args[2])
    if regex is None or regex.re2 is None or not isinstance(limit, int) or limit > 0:
        return slow(args[0])
    if regex.literal is not None:
        return func("string_split", args[0], text(regex.literal))
    if regex.can_be_empty:
        return slow(args[0])
    re2 = text(str(regex.fast))
    return _guarded(regex, args[0], lambda v: func("string_split_regex", v, re2), slow, ctx)


def _shown(name: str) -> Callable[[Sequence[str]], str]:
    return lambda texts: f"{name}({', '.join(texts)})"


def _row(
    name: str,
    params: tuple[ParamLike, ...],
    *,
    doc: str,
    since: str,
    emit: Emit | None = None,
    result: DataType | ResultRule = t.STRING,
    nullable: NullRule = any_null,
    bind: Callable[[Binder, tuple[Expr, ...]], Expr] | None = None,
    shows: Callable[[Sequence[str]], str] | None = None,
    checks: tuple[Callable[[Binder, tuple[Expr, ...]], None], ...] = (),
) -> Function:
    return Function(
        name,
        params,
        result,
        nullable,
        emit=emit,
        bind=bind,
        shows=shows,
        checks=checks,
        doc=doc,
        group="string",
        since=since,
    )


def _match(name: str, since: str) -> Function:
    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        return Call("rlike", args, t.BOOLEAN, any_null(args))

    doc = "Whether the text holds a match of the regular expression."
    emit = _emit_rlike if name == "rlike" else None
    params = (t.STRING, t.STRING)
    return _row(name, params, result=t.BOOLEAN, bind=bind, emit=emit, shows=_shown(name.upper()), doc=doc, since=since)


register(
    _match("rlike", "1.0.0"),
    _match("regexp", "3.2.0"),
    _match("regexp_like", "3.2.0"),
    _row(
        "regexp_extract",
        (t.STRING, t.STRING, optional(t.INT, 1)),
        emit=_emit_extract,
        doc="A group of the first match; empty when there is no match.",
        since="1.5.0",
    ),
    _row(
        "regexp_extract_all",
        (t.STRING, t.STRING, optional(t.INT, 1)),
        result=ArrayType(t.STRING),
        emit=_emit_extract_all,
        doc="A group of every match.",
        since="3.1.0",
    ),
    _row(
        "regexp_replace",
        (t.STRING, t.STRING, t.STRING, optional(t.INT, 1)),
        emit=_emit_replace,
        checks=(_check_position,),
        doc="The text with every match from a position on replaced; $1 stands for a group.",
        since="1.5.0",
    ),
    _row(
        "regexp_count",
        (t.STRING, t.STRING),
        result=t.INT,
        emit=_emit_count,
        doc="The number of matches.",
        since="3.4.0",
    ),
    _row(
        "regexp_instr",
        (t.STRING, t.STRING, optional(t.INT, 0)),
        result=t.INT,
        emit=_emit_instr,
        doc="Where the first match begins, from 1; 0 when there is none.",
        since="3.4.0",
    ),
    _row(
        "regexp_substr",
        (t.STRING, t.STRING),
        nullable=always_null,
        bind=_bind_substr,
        doc="The first match, NULL when there is none.",
        since="3.4.0",
    ),
    _row(
        "split",
        (t.STRING, t.STRING, optional(t.INT, -1)),
        result=_TEXTS,
        emit=_emit_split,
        doc="The parts of a text between matches, at most `limit` of them when it is positive.",
        since="1.5.0",
    ),
)
