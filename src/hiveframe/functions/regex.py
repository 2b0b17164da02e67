"""Regular expressions: Java's language over texts.

A constant pattern that RE2 understands as Java does runs in DuckDB; any other in a kernel. An error in a pattern is
raised when a row meets it, as in Spark, so bad patterns go to the kernel too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from hiveframe.errors import SparkError
from hiveframe.functions import regex_match as match
from hiveframe.functions import regex_nodes as nodes
from hiveframe.functions import regex_print as show
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let
from hiveframe.functions.regex_parser import BadPattern, Parsed
from hiveframe.functions.registry import (
    Binder,
    Emit,
    Function,
    NullRule,
    ParamLike,
    always_null,
    any_null,
    optional,
    register,
)
from hiveframe.functions.sql import Sql, case, cast, func, number, op, text
from hiveframe.functions.strings import by_kernel, constant_of
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr
from hiveframe.plan.types import ArrayType, DataType

_INT_MAX = 2**31 - 1
_ANY_CHARACTER = r"[\x{0}-\x{10FFFF}]"
_TEXTS = ArrayType(t.STRING, True)


@dataclass(frozen=True, slots=True)
class _Fast:
    """A constant pattern that RE2 understands."""

    parsed: Parsed
    re2: show.Re2

    @property
    def pattern(self) -> Sql:
        return text(self.re2.pattern)

    @property
    def is_global(self) -> bool:
        """Whether RE2 finds the same matches one after the other as Java does."""
        return nodes.shortest(self.parsed.root) > 0 and not self.re2.end_group


def _fast(pattern: Expr) -> _Fast | None:
    value = constant_of(pattern)
    if not isinstance(value, str):
        return None
    try:
        parsed = match.parsed(value, "")
    except SparkError:
        return None
    re2 = show.re2_pattern(parsed.root, parsed.group_count)
    return None if re2 is None else _Fast(parsed, re2)


Quick = Callable[[Call, list[Sql], _Fast, EmitContext], Sql | None]
Emitter = Callable[[Call, list[Sql], EmitContext], Sql]


def _emit(quick: Quick, kernel: Callable[..., pa.Array]) -> Emitter:
    """`quick` where RE2 will do and it gives an answer, else the kernel."""
    slow = by_kernel(kernel)

    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        fast = _fast(call.args[1])
        made = None if fast is None else quick(call, args, fast, ctx)
        return slow(call, args, ctx) if made is None else made

    return emit


def _find(call: Call, args: list[Sql], fast: _Fast, ctx: EmitContext) -> Sql | None:
    literal = show.is_literal(fast.parsed.root)
    if literal is not None:
        return func("contains", args[0], text(literal))
    return func("regexp_matches", args[0], fast.pattern)


def _extract(call: Call, args: list[Sql], fast: _Fast, ctx: EmitContext) -> Sql | None:
    index = constant_of(call.args[2])
    if not isinstance(index, int) or not 0 <= index <= min(fast.parsed.group_count, 9):
        return None
    if index == 0 and fast.re2.end_group:
        return None  # the match would have the line end with it
    return func("regexp_extract", args[0], fast.pattern, number(index))


def _substring(call: Call, args: list[Sql], fast: _Fast, ctx: EmitContext) -> Sql | None:
    if fast.re2.end_group:
        return None
    return func("nullif", func("regexp_extract", args[0], fast.pattern, number(0)), text(""))


def _extract_all(call: Call, args: list[Sql], fast: _Fast, ctx: EmitContext) -> Sql | None:
    index = constant_of(call.args[2])
    if not isinstance(index, int) or not 0 <= index <= min(fast.parsed.group_count, 9) or not fast.is_global:
        return None
    return func("regexp_extract_all", args[0], fast.pattern, number(index))


def _count(call: Call, args: list[Sql], fast: _Fast, ctx: EmitContext) -> Sql | None:
    if not fast.is_global:
        return None
    return cast(func("len", func("regexp_extract_all", args[0], fast.pattern, number(0))), "INTEGER")


def _replace(call: Call, args: list[Sql], fast: _Fast, ctx: EmitContext) -> Sql | None:
    replacement, start = constant_of(call.args[2]), constant_of(call.args[3])
    once = show.is_anchored(fast.parsed.root)
    if not isinstance(replacement, str) or start != 1 or not (fast.is_global or once):
        return None
    literal = show.is_literal(fast.parsed.root)
    if literal is not None and not set(replacement) & {"\\", "$"}:
        return func("replace", args[0], text(literal), text(replacement))
    new = _re2_replacement(replacement, fast)
    if new is None:
        return None
    return func("regexp_replace", args[0], fast.pattern, text(new), *([] if once else [text("g")]))


def _re2_replacement(replacement: str, fast: _Fast) -> str | None:
    """The replacement with RE2's references; a line end that the pattern took at its end is put back."""
    names = tuple(fast.parsed.names.items())
    try:
        parts = [*match.replacement_parts(replacement, fast.parsed.group_count, names)]
    except BadPattern:
        return None
    if fast.re2.end_group:
        parts.append(fast.re2.end_group)
        if 0 in parts:
            return None
    if any(isinstance(part, int) and part > 9 for part in parts):
        return None
    return "".join(f"\\{part}" if isinstance(part, int) else part.replace("\\", "\\\\") for part in parts)


def _split(call: Call, args: list[Sql], fast: _Fast, ctx: EmitContext) -> Sql | None:
    limit = constant_of(call.args[2])
    if not isinstance(limit, int) or limit > 0 or not fast.is_global:
        return None
    literal = show.is_literal(fast.parsed.root)
    if literal is not None:
        return func("string_split", args[0], text(literal))
    return func("string_split_regex", args[0], fast.pattern)


def _emit_split(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    if constant_of(call.args[1]) == "" and constant_of(call.args[2]) in (-1, 0):
        return let(args[0], ctx, _characters)
    return _by_pattern(call, args, ctx)


_by_pattern: Final = _emit(_split, match.split_each)


def _characters(value: Sql) -> Sql:
    blank = func("list_value", text(""))
    return case((op("=", value, text("")), blank), default=func("regexp_extract_all", value, text(_ANY_CHARACTER)))


def _check_position(binder: Binder, args: tuple[Expr, ...]) -> None:
    position = constant_of(args[3])
    if isinstance(position, int) and position <= 0:
        raise binder.error(
            "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
            exprName="position",
            valueRange=f"(0, {_INT_MAX}]",
            currentValue=str(position),
        )


def _row(
    name: str,
    params: Sequence[ParamLike],
    result: DataType,
    emit: Emit,
    doc: str,
    *,
    since: str,
    label: str = "",
    nullable: NullRule = any_null,
    checks: tuple[Callable[[Binder, tuple[Expr, ...]], None], ...] = (),
) -> Function:
    return Function(
        name,
        tuple(params),
        result,
        nullable,
        emit=emit,
        label=label,
        checks=checks,
        doc=doc,
        group="string",
        since=since,
    )


_TWO = (t.STRING, t.STRING)
_GROUP = (t.STRING, t.STRING, optional(t.INT, 1))
_matches = _emit(_find, match.find_each)

register(
    _row("rlike", _TWO, t.BOOLEAN, _matches, "Whether a pattern matches in the text.", since="1.0.0", label="RLIKE"),
    _row("regexp", _TWO, t.BOOLEAN, _matches, "Whether a pattern matches in the text.", since="3.2.0", label="REGEXP"),
    _row(
        "regexp_like",
        _TWO,
        t.BOOLEAN,
        _matches,
        "Whether a pattern matches in the text.",
        since="3.2.0",
        label="REGEXP_LIKE",
    ),
    _row(
        "regexp_extract",
        _GROUP,
        t.STRING,
        _emit(_extract, match.extract_each),
        "A group of the first match, empty without one.",
        since="1.5.0",
    ),
    _row(
        "regexp_extract_all",
        _GROUP,
        _TEXTS,
        _emit(_extract_all, match.extract_all_each),
        "A group of each match.",
        since="3.1.0",
    ),
    _row(
        "regexp_replace",
        (t.STRING, t.STRING, t.STRING, optional(t.INT, 1)),
        t.STRING,
        _emit(_replace, match.replace_each),
        "The text with each match, from a position on, replaced; `$1` in the replacement is a group.",
        since="1.5.0",
        checks=(_check_position,),
    ),
    _row("regexp_count", _TWO, t.INT, _emit(_count, match.count_each), "How many matches there are.", since="3.4.0"),
    _row(
        "regexp_instr",
        (t.STRING, t.STRING, optional(t.INT, 0)),
        t.INT,
        by_kernel(match.position_each),
        "Where the first match begins, from 1; 0 without one.",
        since="3.4.0",
    ),
    _row(
        "regexp_substr",
        _TWO,
        t.STRING,
        _emit(_substring, match.substring_each),
        "The first match, NULL without one.",
        since="3.4.0",
        nullable=always_null,
    ),
    _row(
        "split",
        (t.STRING, t.STRING, optional(t.INT, -1)),
        ArrayType(t.STRING, False),
        _emit_split,
        "The parts between matches, at most as many as the limit says.",
        since="1.5.0",
    ),
)
