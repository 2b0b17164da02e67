"""Functions of the user: SQL functions, temporary or stored, and registered Python functions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, NoReturn

from hiveframe import sql
from hiveframe.analysis.environment import ClassFunction, PythonFunction, PythonTableFunction, SqlFunction
from hiveframe.catalog.entities import Function
from hiveframe.catalog.metastore import quoted
from hiveframe.errors import analysis_error, unsupported
from hiveframe.functions import registry
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.plan.types import STRING, DataType, sql_name, with_default_collation
from hiveframe.sessions.commands.function_bodies import check_body
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.data_sources import register
from hiveframe.sessions.results import EMPTY, SmallTable
from hiveframe.settings import Settings


@handles(c.CreateFunction)
def create_function(session: CommandSession, command: c.CreateFunction) -> SmallTable:
    """`CREATE [TEMPORARY] FUNCTION name(params) RETURNS type RETURN body`."""
    if command.class_name is not None:
        return _create_of_class(session, command, command.class_name)
    if command.body is None or command.body_text is None:
        raise unsupported(f"functions in language {command.language}; write it in SQL or register a Python function")
    parts = session.table_parts(command.name)
    collation = command.collation or STRING.collation
    function = SqlFunction(parts, _params(command), command.body, _result(command), collation=collation)
    if command.temporary:
        key = parts[-1].lower()
        if key in session.catalog.functions and not command.replace:
            if command.if_not_exists:
                return EMPTY
            raise _exists(parts)
        check_body(session, function, command.body_text)
        session.catalog.functions[key] = function
        return EMPTY
    _, database, name = session.catalog.qualify(parts)
    if command.if_not_exists and session.catalog.metastore.find_function(database, name):
        return EMPTY
    check_body(session, replace(function, name=session.catalog.qualify(parts)), command.body_text)
    stored = Function(database, name, _definition(command))
    session.catalog.metastore.create_function(stored, replace_existing=command.replace)
    return EMPTY


def _create_of_class(session: CommandSession, command: c.CreateFunction, class_name: str) -> SmallTable:
    """A stored function of a class is kept for others to call; a temporary one would have to be loaded now."""
    parts = session.table_parts(command.name)
    if command.temporary:
        raise _no_class(ClassFunction((parts[-1],), class_name))
    _, database, name = session.catalog.qualify(parts)
    found = session.catalog.metastore.find_function(database, name)
    if found and command.if_not_exists:
        return EMPTY
    if found and not command.replace:
        raise _exists((database, name))
    stored = Function(database, name, {"class": class_name})
    session.catalog.metastore.create_function(stored, replace_existing=command.replace)
    return EMPTY


def _no_class(function: ClassFunction) -> Exception:
    return analysis_error(
        "CANNOT_LOAD_FUNCTION_CLASS", className=function.class_name, functionName=quoted(*function.name)
    )


@handles(c.RefreshFunction)
def refresh_function(session: CommandSession, command: c.RefreshFunction) -> NoReturn:
    """Always an error, as under Spark without its classes: the function's class is looked for again."""
    parts = session.table_parts(command.name)
    if len(parts) == 1 and registry.lookup(parts[0]) is not None:
        raise analysis_error("_LEGACY_ERROR_TEMP_1256", functionName=parts[0])
    if len(parts) == 1 and parts[0].lower() in session.catalog.functions:
        raise analysis_error("_LEGACY_ERROR_TEMP_1257", functionName=parts[0])
    _, database, name = session.catalog.qualify(parts)
    stored = session.catalog.metastore.find_function(database, name)
    if stored is None:
        raise _not_found(session, (database, name))
    found = stored_function(stored, session.settings)
    if not isinstance(found, ClassFunction):
        found = ClassFunction(found.name, _SQL_CLASS)
    raise _no_class(found)


_SQL_CLASS: Final = "sqlFunction."  # as Spark's catalog calls the class of a function in SQL, and looks for it


def _exists(parts: tuple[str, ...]) -> Exception:
    return analysis_error(
        "ROUTINE_ALREADY_EXISTS", routineName=quoted(*parts), newRoutineType="routine", existingRoutineType="routine"
    )


def _params(command: c.CreateFunction) -> tuple[tuple[str, DataType, spec.Expr | None], ...]:
    return tuple((p.name[-1], _typed(p.dtype, command), p.default) for p in command.params)


def _typed(dtype: DataType, command: c.CreateFunction) -> DataType:
    return dtype if command.collation is None else with_default_collation(dtype, command.collation)


def _result(command: c.CreateFunction) -> DataType | None:
    return command.returns if command.returns is None else _typed(command.returns, command)


def _definition(command: c.CreateFunction) -> dict[str, Any]:
    params = [[p.name[-1], sql_name(_typed(p.dtype, command)), p.default_text] for p in command.params]
    returns = _result(command)
    return {
        "params": params,
        "returns": sql_name(returns) if returns is not None else None,
        "collation": command.collation,
        "returns_table": command.returns_table,
        "body": command.body_text,
        "comment": command.comment,
    }


def stored_function(function: Function, settings: Settings) -> SqlFunction | ClassFunction:
    """A stored function, parsed again."""
    d = function.definition
    if "class" in d:
        return ClassFunction((function.catalog, function.database, function.name), d["class"])
    params = tuple(
        (
            name,
            sql.parse_data_type(dtype, conf=settings),
            sql.parse_expression(default, conf=settings) if default else None,
        )
        for name, dtype, default in d["params"]
    )
    body: spec.Expr | spec.Relation
    if d["returns_table"]:
        body = sql.parse_query(d["body"], conf=settings)
    else:
        body = sql.parse_expression(d["body"], conf=settings)
    result = sql.parse_data_type(d["returns"], conf=settings) if d["returns"] else None
    name = (function.catalog, function.database, function.name)
    return SqlFunction(name, params, body, result, collation=d.get("collation") or STRING.collation)


@handles(c.DropFunction)
def drop_function(session: CommandSession, command: c.DropFunction) -> SmallTable:
    """Remove a temporary or stored function; built-in ones stay."""
    parts = session.table_parts(command.name)
    if command.temporary:
        if session.catalog.functions.pop(parts[-1].lower(), None) is None and not command.if_exists:
            raise _not_found(session, parts)
        return EMPTY
    if len(parts) == 1 and registry.lookup(parts[0]) is not None:
        raise analysis_error("FORBIDDEN_OPERATION", statement="DROP", objectType="FUNCTION", objectName=quoted(*parts))
    _, database, name = session.catalog.qualify(parts)
    if session.catalog.metastore.find_function(database, name) is None:
        if command.if_exists:
            return EMPTY
        raise _not_found(session, (session.catalog.catalog, database, name))
    session.catalog.metastore.drop_function(database, name)
    return EMPTY


def _not_found(session: CommandSession, parts: tuple[str, ...]) -> Exception:
    return analysis_error("ROUTINE_NOT_FOUND", routineName=quoted(*parts))


@handles(c.RegisterDataSource)
def register_data_source(session: CommandSession, command: c.RegisterDataSource) -> SmallTable:
    """`spark.dataSource.register`."""
    register(session.state, command)
    return EMPTY


@handles(c.RegisterFunction)
def register_function(session: CommandSession, command: c.RegisterFunction) -> SmallTable:
    """`spark.udf.register` and `spark.udtf.register`."""
    f = command.function
    key = command.name.lower()
    if command.is_table:
        session.catalog.functions[key] = PythonTableFunction(
            command.name, f.command, f.eval_type, f.return_type or None, command.deterministic
        )
    else:
        session.catalog.functions[key] = PythonFunction(command.name, f, command.deterministic)
    return EMPTY
