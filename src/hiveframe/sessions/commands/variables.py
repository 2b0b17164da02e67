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
from hiveframe.sessions.script_scopes import ScriptScope
from hiveframe.sql.parser import parse_expression


def _key(session: CommandSession, parts: tuple[str, ...]) -> str:
    if tuple(p.lower() for p in parts[:-1]) not in ((), ("session",), ("system", "session")):
        raise analysis_error(
            "UNRESOLVED_VARIABLE", variableName=quoted(*parts), searchPath=session.catalog.search_path()
        )
    return parts[-1].lower()


def _found(session: CommandSession, parts: tuple[str, ...]) -> Variable:
    scope = session.state.scripts.holding(parts, even_hidden=True)
    if scope is not None:
        return scope.variables[parts[-1].lower()]
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
    scope = session.state.scripts.innermost
    for name in command.names:
        if scope is not None:
            _declare_local(scope, session.table_parts(name), value, command)
            continue
        key = _key(session, session.table_parts(name))
        if key in session.catalog.variables and not command.replace:
            raise analysis_error("VARIABLE_ALREADY_EXISTS", variableName=quoted("system", "session", key))
        session.catalog.variables[key] = Variable(key, value.dtype, value, command.default_text or "null")
    return EMPTY


def _declare_local(scope: ScriptScope, parts: tuple[str, ...], value: Literal, command: c.DeclareVariable) -> None:
    if len(parts) > 1:
        raise analysis_error("INVALID_VARIABLE_DECLARATION.QUALIFIED_LOCAL_VARIABLE", varName=quoted(*parts))
    if command.replace:
        raise analysis_error("INVALID_VARIABLE_DECLARATION.REPLACE_LOCAL_VARIABLE", varName=quoted(*parts))
    key = parts[0].lower()
    if key in scope.variables:
        raise analysis_error("VARIABLE_ALREADY_EXISTS", variableName=quoted(scope.label, key))
    scope.variables[key] = Variable(key, value.dtype, value, command.default_text or "null")


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
    values: list[tuple[tuple[str, ...], Variable, Literal]] = []
    for target, expr in command.assignments:
        variable = _found(session, target)
        if variable.name in seen:
            raise analysis_error("DUPLICATE_ASSIGNMENTS", nameList=quoted(variable.name))
        seen.add(variable.name)
        given: spec.Expr = expr
        if isinstance(expr, spec.DefaultValue):
            given = parse_expression(variable.default_text, conf=session.settings)
        values.append((target, variable, session.constant(spec.Cast(given, variable.dtype))))
    for target, variable, value in values:
        _assign(session, target, variable, value)
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
    for target, variable, value in zip(targets, variables, row, strict=True):
        _assign(session, target, variable, Literal(value, variable.dtype))


def _assign(session: CommandSession, target: tuple[str, ...], variable: Variable, value: Literal) -> None:
    new = Variable(variable.name, variable.dtype, Literal(value.value, variable.dtype), variable.default_text)
    scope = session.state.scripts.holding(target, even_hidden=True)
    held = scope.variables if scope is not None else session.catalog.variables
    held[variable.name] = new
