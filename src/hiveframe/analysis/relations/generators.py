"""Generators in FROM: LATERAL VIEW, table-valued functions, Python table functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hiveframe.analysis.environment import ClassFunction, PythonTableFunction, SqlFunction
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import implicit_cast
from hiveframe.analysis.expressions.functions import no_class, unresolved_table_function
from hiveframe.analysis.expressions.user_functions import place_arguments
from hiveframe.analysis.frame import Context, Input, Resolved, failure, quoted
from hiveframe.analysis.generators import is_generator, is_outer
from hiveframe.analysis.relations.leaves import EMPTY
from hiveframe.analysis.relations.python_udtf import python_udtf
from hiveframe.analysis.relations.table_functions import BUILT_IN
from hiveframe.analysis.scope import Scope
from hiveframe.analysis.select import generated_columns
from hiveframe.functions.registry import FunctionKind, lookup
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t


def lateral_view(node: spec.LateralView, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """`LATERAL VIEW [OUTER] generator table AS columns`."""
    child = inputs[0]
    source = Input(child.scope, (child,))
    binder = Binder(context, source)
    name = node.generator.name
    row = lookup(name[-1])
    if (row is None or row.kind is FunctionKind.TABLE) and context.env.user_function(name) is None:
        full = name if len(name) > 1 else (*context.env.namespace, *name)
        raise failure("ROUTINE_NOT_FOUND", node, routineName=quoted(full))
    expr = binder.bind(node.generator)
    if not is_generator(expr):
        raise failure(
            "UNSUPPORTED_GENERATOR.NOT_GENERATOR",
            node,
            functionName=quoted(node.generator.name),
            classCanonicalName=node.generator.name[-1],
        )
    columns = _named(context, node, expr, node.columns, outer=node.is_outer or is_outer(expr))
    plan = lg.Generate(child.plan, expr, columns, node.is_outer or is_outer(expr))
    made = Scope(columns, [(node.table,)] * len(columns), case_sensitive=child.scope.case_sensitive)
    return Resolved(plan, child.scope.joined(made), (child,), below=child)


def _named(
    context: Context, node: spec.Relation, expr: lg.Expr, names: Sequence[str], *, outer: bool
) -> tuple[lg.Column, ...]:
    """The generator's columns under `names`; an outer generator may leave them NULL."""
    assert isinstance(expr.dtype, t.StructType)
    if names and len(names) != len(expr.dtype.fields):
        raise failure(
            "UDTF_ALIAS_NUMBER_MISMATCH",
            node,
            aliasesSize=str(len(expr.dtype.fields)),
            aliasesNames=",".join(names),
        )
    columns = generated_columns(context.run, expr, names)
    return tuple(replace(c, nullable=True) for c in columns) if outer else columns


def table_function(node: spec.TableFunction, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """`range(5)`, `explode(x)`, a SQL or Python table function."""
    name = node.name[-1].lower()
    built_in = BUILT_IN.get(name) if len(node.name) == 1 else None
    if built_in is not None:
        return built_in(node, context)
    row = lookup(name) if len(node.name) == 1 else None
    if row is not None and row.kind in (FunctionKind.GENERATOR, FunctionKind.TABLE):
        return _from_generator(node, context)
    user = context.env.user_function(node.name)
    if isinstance(user, PythonTableFunction):
        inline = spec.PythonTableFunction(
            user.name, user.command, user.eval_type, user.return_type, node.args, user.deterministic, origin=node.origin
        )
        return python_udtf(inline, (), context)
    if isinstance(user, SqlFunction) and isinstance(user.body, spec.Relation):
        return _from_sql(node, user, context)
    if isinstance(user, ClassFunction):
        raise no_class(node, user)
    if row is not None or user is not None:
        raise failure("NOT_A_TABLE_FUNCTION", node, functionName=quoted(node.name))
    raise unresolved_table_function(node)


def _from_generator(node: spec.TableFunction, context: Context) -> Resolved:
    binder = Binder(context, Input(EMPTY))
    expr = binder.bind(spec.Function(node.name, node.args, is_internal=True, origin=node.origin))
    columns = _named(context, node, expr, (), outer=is_outer(expr))
    plan = lg.Generate(lg.OneRow(), expr, columns, is_outer(expr))
    scope = Scope(columns, [()] * len(columns), case_sensitive=context.env.settings.case_sensitive)
    return Resolved(plan, scope)


def _from_sql(node: spec.TableFunction, user: SqlFunction, context: Context) -> Resolved:
    """A SQL table function: its query with the parameters' values in sight."""
    assert isinstance(user.body, spec.Relation)
    caller = Binder(context, Input(EMPTY))
    placed = place_arguments(caller, node, user, node.args)
    env = user.environment or context.env
    inner = Context(
        context.run, env, views=context.views, arguments=placed, outer=context.outer, collation=user.collation
    )
    child = context.run.analysis.resolve(user.body, inner)
    if not isinstance(user.result, t.StructType):
        return Resolved(child.plan, child.scope.requalified((user.name[-1],)), (child,))
    if len(user.result.fields) != len(child.scope.columns):
        counts = {"outputSize": str(len(child.scope.columns)), "returnParamSize": str(len(user.result.fields))}
        raise failure("USER_DEFINED_FUNCTIONS.RETURN_COLUMN_COUNT_MISMATCH", node, name=user.name[-1], **counts)
    if len(user.result.fields) != len(child.scope.columns):
        counts = {"outputSize": str(len(child.scope.columns)), "returnParamSize": str(len(user.result.fields))}
        raise failure("USER_DEFINED_FUNCTIONS.RETURN_COLUMN_COUNT_MISMATCH", node, name=user.name[-1], **counts)
    items: list[lg.Named] = []
    for field, column in zip(user.result.fields, child.scope.columns, strict=True):
        expr = implicit_cast(context, column, field.dtype, node)
        items.append(lg.Named(context.run.column(field.name, expr.dtype, expr.nullable), expr))
    scope = Scope([i.column for i in items], [(user.name[-1],)] * len(items), case_sensitive=child.scope.case_sensitive)
    return Resolved(lg.Project(child.plan, tuple(items)), scope, (child,))
