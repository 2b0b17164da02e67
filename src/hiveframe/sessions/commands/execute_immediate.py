"""EXECUTE IMMEDIATE: a statement from a text, with parameters."""

from __future__ import annotations

from typing import cast

from hiveframe.errors import analysis_error
from hiveframe.plan import commands as c
from hiveframe.plan import spec, walk
from hiveframe.plan.logical import schema_of
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.commands.variables import assign_from_query
from hiveframe.sessions.results import EMPTY, SmallTable


@handles(c.ExecuteImmediate)
def execute_immediate(session: CommandSession, command: c.ExecuteImmediate) -> SmallTable:
    """Run the text; INTO stores the columns of its one row in variables."""
    text = session.constant(command.text).value
    if text is None:
        raise analysis_error("NULL_QUERY_STRING_EXECUTE_IMMEDIATE", varName=_shown(command.text))
    named = {a.names[0]: _value(session, a.child) for a in command.using if isinstance(a, spec.Alias)}
    positional = tuple(_value(session, a) for a in command.using if not isinstance(a, spec.Alias))
    query = spec.SqlQuery(str(text), named or None, positional)
    with session.state.scripts.hidden():
        return _run(session, command, str(text), query)


def _run(session: CommandSession, command: c.ExecuteImmediate, text: str, query: spec.SqlQuery) -> SmallTable:
    statement = session.environment.parse_query(text)
    markers = [p for p in walk.preorder(cast(spec.Node, statement), spec.Node) if isinstance(p, spec.Parameter)]
    if any(p.name is None for p in markers) and any(p.name is not None for p in markers):
        raise analysis_error("INVALID_QUERY_MIXED_QUERY_PARAMETERS")
    if isinstance(statement, spec.Command):
        if command.into:
            raise analysis_error("INVALID_STATEMENT_FOR_EXECUTE_INTO", sqlString=text.upper())
        return session.run(statement)
    if command.into:
        assign_from_query(session, command.into, query)
        return EMPTY
    plan = session.analyze(query)
    return SmallTable(schema_of(plan), session.table(plan))


def _value(session: CommandSession, expr: spec.Expr) -> spec.Expr:
    literal = session.constant(expr)
    return spec.Literal(literal.value, literal.dtype)


def _shown(expr: spec.Expr) -> str:
    return expr.origin.fragment if expr.origin else "NULL"
