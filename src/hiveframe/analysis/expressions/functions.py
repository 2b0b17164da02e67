"""Calls by name: built-in functions and operators, the user's functions, aggregates with their modifiers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hiveframe.analysis.environment import ClassFunction, PythonFunction, SqlFunction, UserFunction
from hiveframe.analysis.expressions import stars
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import binder_at
from hiveframe.analysis.expressions.lambdas import bind_arguments, shown_arguments
from hiveframe.analysis.expressions.long_lists import bind_long_list
from hiveframe.analysis.expressions.rewrites import REWRITES
from hiveframe.analysis.expressions.sorting import bind_sort_key
from hiveframe.analysis.expressions.user_functions import call_python, call_sql
from hiveframe.analysis.file_columns import FILE_FUNCTIONS, bind_file_function
from hiveframe.analysis.frame import failure, quoted
from hiveframe.analysis.generators import is_generator
from hiveframe.analysis.naming import written_sign
from hiveframe.analysis.relations import time_windows
from hiveframe.errors import IllegalArgumentException
from hiveframe.functions.binding import bind_function, check_count
from hiveframe.functions.collation_keys import has_collated
from hiveframe.functions.collation_rules import unified
from hiveframe.functions.operators import NEGATED
from hiveframe.functions.registry import Function, FunctionKind, lookup, row_of
from hiveframe.plan import logical as lg
from hiveframe.plan import spec

_BUILTIN = ("system", "builtin")
_SHOWN_AS_WRITTEN: Final = frozenset({"nullif", "nvl", "ifnull", "nvl2", "like", "ilike", "rlike"})
_OPERATOR_NAMES: Final = {
    "+": "add",
    "-": "subtract",
    "*": "multiply",
    "/": "divide",
    "%": "remainder",
    "=": "equalto",
    "<": "lessthan",
    "<=": "lessthanorequal",
    ">": "greaterthan",
    ">=": "greaterthanorequal",
    "<=>": "equalnullsafe",
}
ONLY_TABLE_FUNCTIONS = frozenset({"range", "sql_keywords", "python_worker_logs"})


def bind_call(binder: Binder, node: spec.Function) -> lg.Expr:
    """A function call or an operator."""
    name = node.name
    user = None
    builtin = _builtin_name(name)
    row = lookup(builtin) if builtin is not None else None
    if row is not None and row.is_internal and not node.is_internal:
        row = None
    if builtin is not None:
        rewrite = REWRITES.get(builtin.lower())
        if rewrite is not None:
            rewritten = rewrite(binder, node)
            if rewritten is not None:
                binder.context.run.rewritten[node] = rewritten
                return binder.bind(rewritten)
    if row is not None and row.name in FILE_FUNCTIONS:
        return bind_file_function(binder, node, row.name)
    if row is None or len(name) == 1:
        user = (
            None
            if row is not None and not _is_word(name[-1])
            else binder.context.env.user_function(name, is_builtin=row is not None)
        )
    if user is not None:
        return _call_user(binder, node, user)
    if row is None:
        if builtin is not None and builtin.lower() in time_windows.NAMES:
            return time_windows.bind_time_window(binder, node)
        if name[-1].lower() in ONLY_TABLE_FUNCTIONS and len(name) == 1:
            raise failure("NOT_A_SCALAR_FUNCTION", node, functionName=quoted(name))
        raise unresolved_routine(binder, node)
    if row.kind is FunctionKind.TABLE and not node.is_internal:
        raise failure("NOT_A_SCALAR_FUNCTION", node, functionName=quoted(name))
    if row.name == "negative" and written_sign(node, "negative"):
        row = row_of(NEGATED)  # errors show what was written
    if row.name == "in" and (among := bind_long_list(binder, node)) is not None:
        return among
    return _call_row(binder, node, row, builtin or row.name)


def _is_word(name: str) -> bool:
    return name[:1].isalpha() or name[:1] == "_"


def _builtin_name(name: Sequence[str]) -> str | None:
    if len(name) == 1:
        return name[0]
    prefix = tuple(p.lower() for p in name[:-1])
    return name[-1] if prefix in (_BUILTIN, ("builtin",)) else None


def unresolved_routine(binder: Binder, node: spec.Function) -> Exception:
    """UNRESOLVED_ROUTINE with the search path."""
    env = binder.context.env
    current = quoted((env.catalog, *env.namespace))
    path = f"[`system`.`builtin`, `system`.`session`, {current}]"
    return failure("UNRESOLVED_ROUTINE", node, routineName=quoted(node.name), searchPath=path)


def no_class(node: spec.Expr | spec.Relation | None, user: ClassFunction) -> Exception:
    """CANNOT_LOAD_FUNCTION_CLASS: there is no JVM."""
    return failure("CANNOT_LOAD_FUNCTION_CLASS", node, className=user.class_name, functionName=quoted(user.name))


def unresolved_table_function(node: spec.TableFunction) -> Exception:
    """UNRESOLVABLE_TABLE_VALUED_FUNCTION."""
    return failure("UNRESOLVABLE_TABLE_VALUED_FUNCTION", node, name=quoted(node.name))


_FULL_NAME_PARTS: Final = 3


def _call_user(binder: Binder, node: spec.Function, user: UserFunction) -> lg.Expr:
    if isinstance(user, ClassFunction):
        raise no_class(node, user)
    args = stars.expand_arguments(binder, node.args)
    if isinstance(user, SqlFunction):
        if len(user.name) == _FULL_NAME_PARTS:
            binder.context.run.stored_functions[node] = ".".join(user.name)
        return call_sql(binder, node, user, args)
    if isinstance(user, PythonFunction):
        return call_python(binder, node, user.name, user.function, args, deterministic=user.deterministic)
    raise unresolved_routine(binder, node)


def _call_row(binder: Binder, node: spec.Function, row: Function, called: str) -> lg.Expr:
    if row.operator is not None and row.name != "in" and stars.has_star(node.args):
        shown = f"expression `{_OPERATOR_NAMES.get(row.name, row.name)}`"
        raise failure("INVALID_USAGE_OF_STAR_OR_REGEX", None, elem="'*'", prettyName=shown)
    nodes = stars.expand_arguments(binder, node.args, function=called, distinct=node.distinct)
    was = binder.aggregate
    if row.kind is FunctionKind.AGGREGATE:
        binder.aggregate = node
    try:
        values = [a.value if isinstance(a, spec.NamedArgument) else a for a in nodes]
        names = [a.name if isinstance(a, spec.NamedArgument) else None for a in nodes]
        args = _bind_counted(binder, node, row, values, called)
        condition = binder.bind(node.filter) if node.filter is not None else None
        keys = tuple([bind_sort_key(binder, key) for key in node.within_group])
    finally:
        binder.aggregate = was
    binder.context.run.arguments[node] = shown_arguments(binder, row, nodes)
    args = _in_one_collation(binder, node, row, values, args)
    for arg in args:
        if is_generator(arg):
            raise binder.nested_generator()
    return bind_function(
        row,
        args,
        binder_at(binder, node),
        names=names if any(names) else (),
        shown=called,
        distinct=node.distinct,
        filter=condition,
        order_by=keys,
        ignore_nulls=node.ignore_nulls,
    )


def _bind_counted(
    binder: Binder, node: spec.Function, row: Function, values: Sequence[spec.Expr], called: str
) -> tuple[lg.Expr, ...]:
    """The arguments typed. A value that one refuses (an SRID that is none) is told of after the count of them all."""
    try:
        return bind_arguments(binder, node, row, values, called)
    except IllegalArgumentException:
        check_count(row, called, len(values), binder_at(binder, node))
        raise


def _in_one_collation(
    binder: Binder, node: spec.Function, row: Function, nodes: Sequence[spec.Expr], args: tuple[lg.Expr, ...]
) -> tuple[lg.Expr, ...]:
    """The arguments in the collation that they share; constants are shown with it."""
    if not has_collated(args):
        return args
    made = unified(row, args, binder_at(binder, node))
    if row.name not in _SHOWN_AS_WRITTEN:
        for place, old, new in zip(nodes, args, made, strict=True):
            if new is not old and isinstance(new, lg.Literal) and isinstance(old, lg.Literal):
                binder.context.run.bound[place] = lg.Literal(old.value, new.dtype)
    return made


def bind_named_argument(binder: Binder, node: spec.NamedArgument) -> lg.Expr:
    """`name => value` where no call takes it."""
    raise failure("NAMED_PARAMETERS_NOT_SUPPORTED", node, functionName=quoted(node.name))
