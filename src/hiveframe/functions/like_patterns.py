"""LIKE and ILIKE: Spark's escape rules over DuckDB's matching."""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from hiveframe.errors import AnalysisException, SparkError
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import Binder
from hiveframe.functions.sql import Sql, text
from hiveframe.plan.logical import Call, Expr, Literal

_DEFAULT_ESCAPE: Final = "\\"


def check_pattern(b: Binder, args: tuple[Expr, ...]) -> None:
    """INVALID_ESCAPE_CHAR for an escape of several characters, INVALID_FORMAT for a constant pattern misusing it."""
    escape = _DEFAULT_ESCAPE
    if len(args) == 3:
        given = b.fold(args[2])
        if not isinstance(given, str) or len(given) != 1:
            raise b.error("INVALID_ESCAPE_CHAR", sqlExpr=b.quoted(args[2]))
        escape = given
    if isinstance(args[1], Literal) and isinstance(args[1].value, str):
        problem = pattern_problem(args[1].value, escape)
        if problem is not None:
            raise b.error(problem.condition, **problem.params)


def pattern_problem(pattern: str, escape: str) -> SparkError | None:
    """What is wrong with the escapes of a pattern: one before an ordinary character, or at the end."""
    at = 0
    while at < len(pattern):
        if pattern[at] == escape:
            if at + 1 == len(pattern):
                return AnalysisException("INVALID_FORMAT.ESC_AT_THE_END", {"format": _quoted(pattern)})
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
    node = exp.Like if name == "like" else exp.ILike
    made: Sql = node(this=exp.Paren(this=args[0]), expression=args[1])
    pattern = call.args[1]
    if not (isinstance(pattern, Literal) and (pattern.value is None or escape not in pattern.value)):
        made = exp.Escape(this=made, expression=text(escape))
    return exp.Paren(this=made)
