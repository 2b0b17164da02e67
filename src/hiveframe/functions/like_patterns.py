"""LIKE and ILIKE: Spark's escape rules over DuckDB's matching."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from sqlglot import exp

from hiveframe.errors import AnalysisException, SparkError
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let_all
from hiveframe.functions.registry import Binder
from hiveframe.functions.sql import Sql, case, func, is_not_null, is_null, null, number, op, text
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal

_DEFAULT_ESCAPE: Final = "\\"
_AT_THE_END: Final = "INVALID_FORMAT.ESC_AT_THE_END"


def check_escape(b: Binder, args: tuple[Expr, ...]) -> None:
    """INVALID_ESCAPE_CHAR for an escape of several characters."""
    if len(args) == 3:
        given = b.fold(args[2])
        if not isinstance(given, str) or len(given) != 1:
            raise b.error("INVALID_ESCAPE_CHAR", sqlExpr=b.quoted(args[2]))


def is_wrong_pattern(pattern: Expr) -> bool:
    """Whether a constant misuses the usual escape."""
    value = pattern.value if isinstance(pattern, Literal) else None
    return isinstance(value, str) and pattern_problem(value, _DEFAULT_ESCAPE) is not None


def pattern_problem(pattern: str, escape: str) -> SparkError | None:
    """What is wrong with the escapes of a pattern: one before an ordinary character, or at the end."""
    at = 0
    while at < len(pattern):
        if pattern[at] == escape:
            if at + 1 == len(pattern):
                return AnalysisException(_AT_THE_END, {"format": _quoted(pattern)})
            following = pattern[at + 1]
            if following not in ("_", "%", escape):
                params = {"format": _quoted(pattern), "char": _quoted(following)}
                return AnalysisException("INVALID_FORMAT.ESC_IN_THE_MIDDLE", params)
            at += 1
        at += 1
    return None


def _quoted(shown: str) -> str:
    return "'" + shown.replace("\\", "\\\\").replace("'", "\\'") + "'"


def emit_like(name: str, call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """`x LIKE pattern`, without ESCAPE where a constant pattern has none, so that DuckDB sees prefixes and suffixes."""
    escape = _DEFAULT_ESCAPE
    if len(call.args) == 3:
        given = call.args[2]
        escape = given.value if isinstance(given, Literal) else _DEFAULT_ESCAPE
    pattern = call.args[1]
    if not isinstance(pattern, Literal):
        return let_all(args[:2], ctx, lambda v, p: _checked(name, v, p, escape, ctx))
    problem = pattern_problem(pattern.value, escape) if isinstance(pattern.value, str) else None
    if problem is not None:
        return case((is_not_null(args[0]), _raised(problem.condition, problem.params, ctx)))
    return _like(name, args[0], args[1], None if pattern.value is None or escape not in pattern.value else escape)


def _like(name: str, value: Sql, pattern: Sql, escape: str | None) -> Sql:
    node = exp.Like if name == "like" else exp.ILike
    made: Sql = node(this=exp.Paren(this=value), expression=pattern)
    if escape is not None:
        made = exp.Escape(this=made, expression=text(escape))
    return exp.Paren(this=made)


def _checked(name: str, value: Sql, pattern: Sql, escape: str, ctx: EmitContext) -> Sql:
    """A pattern that each row has its own of: what is wrong with one is seen where there is a text to match."""
    sign = re.escape(escape)
    sound = rf"\A(?s:[^{sign}]|{sign}[_%{sign}])*"
    middle = text(rf"{sound}{sign}([^_%{sign}])")
    shown = {"format": _shown(pattern)}
    in_the_middle = _raised("INVALID_FORMAT.ESC_IN_THE_MIDDLE", {**shown, "char": _shown(_first(pattern, middle))}, ctx)
    return case(
        (op("or", is_null(value), is_null(pattern)), null()),
        (func("regexp_matches", pattern, text(rf"{sound}{sign}\z")), _raised(_AT_THE_END, shown, ctx)),
        (func("regexp_matches", pattern, middle), in_the_middle),
        default=_like(name, value, pattern, escape),
    )


def _first(pattern: Sql, regex: Sql) -> Sql:
    return func("regexp_extract", pattern, regex, number(1))


def _shown(value: Sql) -> Sql:
    """`_quoted` of a column."""
    escaped = func("replace", func("replace", value, text("\\"), text("\\\\")), text("'"), text("\\'"))
    return func("concat", text("'"), escaped, text("'"))


def _raised(condition: str, params: Mapping[str, Sql | str], ctx: EmitContext) -> Sql:
    return ctx.raise_error("AnalysisException", condition, params, t.BOOLEAN, None)
