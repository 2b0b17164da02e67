"""Python table functions: their arguments, the schema that `analyze` decides, and a TABLE argument."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.sorting import bind_sort_key
from hiveframe.analysis.frame import Context, Input, Resolved, failure
from hiveframe.analysis.relations.leaves import EMPTY
from hiveframe.analysis.scope import Scope
from hiveframe.analysis.select import generated_columns
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t


def python_udtf(node: spec.PythonTableFunction, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """The rows that the function yields for its arguments."""
    binder = Binder(context, Input(EMPTY))
    args: list[lg.Expr] = []
    names: list[str | None] = []
    table: Resolved | None = None
    table_arg: int | None = None
    argument: spec.TableArgument | None = None
    for i, arg in enumerate(node.args):
        value = arg.value if isinstance(arg, spec.NamedArgument) else arg
        names.append(arg.name if isinstance(arg, spec.NamedArgument) else None)
        if isinstance(value, spec.TableArgument):
            if argument is not None:
                raise failure("TABLE_VALUED_FUNCTION_TOO_MANY_TABLE_ARGUMENTS", node, num="2")
            argument, table_arg = value, i
            table = context.run.analysis.resolve(value.plan, context)
            args.append(lg.Literal(None, _row_type(table)))
        else:
            args.append(binder.bind(value))
    schema, result = _schema(node, args, context)
    made = lg.PyUdtf(
        node.name,
        node.command,
        node.eval_type,
        tuple(args),
        tuple(names),
        schema,
        table=table.plan if table is not None else None,
        table_arg=table_arg,
        partition_by=_partition(argument, table, context),
        order_by=_order(argument, table, context),
        analyze_result=result,
    )
    columns = generated_columns(context.run, made, ())
    plan = lg.Generate(lg.OneRow(), made, columns)
    return Resolved(plan, Scope(columns, [()] * len(columns), case_sensitive=context.env.settings.case_sensitive))


def _row_type(table: Resolved) -> t.StructType:
    return t.StructType(tuple(t.StructField(c.name, c.dtype, c.nullable) for c in table.scope.columns))


def _schema(node: spec.PythonTableFunction, args: Sequence[lg.Expr], context: Context) -> tuple[t.StructType, Any]:
    declared = node.return_type
    if declared is None:
        return context.env.analyze_table_function(node, args)
    dtype = context.env.parse_schema(declared) if isinstance(declared, str) else declared
    if not isinstance(dtype, t.StructType):
        feature = f"a table function that returns {t.simple_string(dtype)} rather than a struct"
        raise failure("UNSUPPORTED_FEATURE.HIVEFRAME", node, feature=feature)
    return dtype, None


def _partition(argument: spec.TableArgument | None, table: Resolved | None, context: Context) -> tuple[lg.Expr, ...]:
    if argument is None or table is None:
        return ()
    return Binder(context, Input(table.scope, (table,))).bind_all(argument.partition_by)


def _order(argument: spec.TableArgument | None, table: Resolved | None, context: Context) -> tuple[lg.SortKey, ...]:
    if argument is None or table is None:
        return ()
    binder = Binder(context, Input(table.scope, (table,)))
    return tuple(bind_sort_key(binder, key) for key in argument.order_by)
