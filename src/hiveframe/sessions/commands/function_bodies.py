"""What a SQL function's body must be when it is created: an expression, or a query, over its parameters."""

from __future__ import annotations

from collections.abc import Iterator

from hiveframe.analysis.environment import SqlFunction
from hiveframe.errors import analysis_error
from hiveframe.optimizer.inputs import inputs
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.sessions.commands.seam import CommandSession


def check_body(session: CommandSession, function: SqlFunction, text: str) -> None:
    """Analyses defaults and the body (written as `text`); raises what a call would raise whatever its arguments are."""
    _check_names(function)
    for _, dtype, default in function.params:
        if default is not None:
            session.analyze(spec.Project(spec.OneRow(), (spec.Cast(default, dtype),)))
    given = spec.SubqueryAlias(spec.Project(spec.OneRow(), tuple(_parameters(function))), function.name[-1])
    if isinstance(function.body, spec.Relation):
        _check_query(session, function, spec.Join(given, function.body, "cross", is_lateral=True))
        return
    value = function.body if function.result is None else spec.Cast(function.body, function.result)
    plan = session.analyze(spec.Project(given, (value,)))
    if any(isinstance(node, (lg.Aggregate, lg.Window, lg.Generate)) for node in _chain(plan)):
        raise analysis_error("USER_DEFINED_FUNCTIONS.CANNOT_CONTAIN_COMPLEX_FUNCTIONS", queryText=text)


def _check_names(function: SqlFunction) -> None:
    names = [name.lower() for name, _, _ in function.params]
    twice = list(dict.fromkeys(n for n in names if names.count(n) > 1))
    if twice:
        raise analysis_error(
            "DUPLICATE_ROUTINE_PARAMETER_NAMES",
            names=", ".join(f"`{n}`" for n in twice),
            routineName=function.name[-1],
        )


def _parameters(function: SqlFunction) -> Iterator[spec.Expr]:
    for name, dtype, _ in function.params:
        yield spec.Alias(spec.Cast(spec.Literal(None, t.NULL), dtype), (name,))


def _check_query(session: CommandSession, function: SqlFunction, query: spec.Relation) -> None:
    count = len(session.analyze(query).output) - len(function.params)
    if isinstance(function.result, t.StructType) and len(function.result.fields) != count:
        raise analysis_error(
            "USER_DEFINED_FUNCTIONS.RETURN_COLUMN_COUNT_MISMATCH",
            name=".".join(function.name),
            outputSize=str(count),
            returnParamSize=str(len(function.result.fields)),
        )


def _chain(plan: lg.Relation) -> Iterator[lg.Relation]:
    """The relations of a plan; subqueries in its expressions are not looked into."""
    pending = [plan]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(inputs(node))
