"""Session variables: DECLARE, SET VARIABLE, DROP."""

from __future__ import annotations

from hiveframe.catalog.metastore import quoted
from hiveframe.catalog.session_catalog import Variable
from hiveframe.errors import analysis_error
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.logical import Literal, schema_of
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.results import EMPTY, SmallTable


def _key(session: CommandSession, parts: tuple[str, ...]) -> str:
    if tuple(p.lower() for p in parts[:-1]) not in ((), ("session",), ("system", "session")):
        raise analysis_error(
            "UNRESOLVED_VARIABLE", variableName=quoted(*parts), searchPath=session.catalog.search_path()
        )
    return parts[-1].lower()


def _found(session: CommandSession, parts: tuple[str, ...]) -> Variable:
    variable = session.catalog.variables.get(_key(session, parts))
    if variable is None:
        raise analysis_error(
            "UNRESOLVED_VARIABLE", variableName=quoted(*parts), searchPath=session.catalog.search_path()
        )
    return variable


@handles(c.DeclareVariable)
def declare_variable(session: CommandSession, command: c.DeclareVariable) -> SmallTable:
    """One or several variables of one type, with one default (NULL when none is given)."""
    default = command.default or spec.Literal(None, command.dtype or t.NULL)
    value = session.constant(spec.Cast(default, command.dtype) if command.dtype is not None else default)
    for name in command.names:
        key = _key(session, session.table_parts(name))
        if key in session.catalog.variables and not command.replace:
            raise analysis_error("VARIABLE_ALREADY_EXISTS", variableName=quoted("system", "session", key))
        session.catalog.variables[key] = Variable(key, value.dtype, value, command.default_text or "null")
    return EMPTY


@handles(c.DropVariable)
def drop_variable(session: CommandSession, command: c.DropVariable) -> SmallTable:
    """Forget a variable."""
    parts = session.table_parts(command.name)
    if session.catalog.variables.pop(_key(session, parts), None) is None and not command.if_exists:
        raise analysis_error("VARIABLE_NOT_FOUND", variableName=quoted("system", "session", parts[-1].lower()))
    return EMPTY


@handles(c.SetVariable)
def set_variable(session: CommandSession, command: c.SetVariable) -> SmallTable:
    """Give variables new values: constants, or the one row of a query (no row: NULLs)."""
    if command.query is not None:
        assign_from_query(session, command.targets, command.query)
        return EMPTY
    seen: set[str] = set()
    values: list[tuple[Variable, Literal]] = []
    for target, expr in command.assignments:
        variable = _found(session, target)
        if variable.name in seen:
            raise analysis_error("DUPLICATE_ASSIGNMENTS", nameList=quoted(variable.name))
        seen.add(variable.name)
        given: spec.Expr = expr
        if isinstance(expr, spec.DefaultValue):
            given = spec.Literal(None, variable.dtype)
        values.append((variable, session.constant(spec.Cast(given, variable.dtype))))
    for variable, value in values:
        _assign(session, variable, value)
    return EMPTY


def assign_from_query(session: CommandSession, targets: tuple[tuple[str, ...], ...], query: spec.Relation) -> None:
    """The columns of a query's only row into variables; ROW_SUBQUERY_TOO_MANY_ROWS when there are more."""
    variables = [_found(session, target) for target in targets]
    schema = schema_of(session.analyze(query))
    if len(schema.fields) != len(variables):
        raise analysis_error(
            "ASSIGNMENT_ARITY_MISMATCH", numTarget=str(len(variables)), numExpr=str(len(schema.fields))
        )
    items = tuple(
        spec.Alias(spec.Cast(spec.Attribute((f"c{i}",)), v.dtype), (f"c{i}",)) for i, v in enumerate(variables)
    )
    names = tuple(f"c{i}" for i in range(len(variables)))
    plan = spec.Project(spec.ToDF(spec.Limit(query, spec.Literal(2, t.INT)), names), items)
    rows = session.environment.collect(session.analyze(plan))
    if len(rows) > 1:
        raise analysis_error("ROW_SUBQUERY_TOO_MANY_ROWS")
    row = rows[0] if rows else (None,) * len(variables)
    for variable, value in zip(variables, row, strict=True):
        _assign(session, variable, Literal(value, variable.dtype))


def _assign(session: CommandSession, variable: Variable, value: Literal) -> None:
    new = Variable(variable.name, variable.dtype, Literal(value.value, variable.dtype), variable.default_text)
    session.catalog.variables[variable.name] = new
