"""The user's functions: Python ones become `PyUdf` calls, SQL ones are expanded in place."""

from __future__ import annotations

from collections.abc import Sequence

from hiveframe.analysis.environment import SqlFunction
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import implicit_cast
from hiveframe.analysis.frame import Context, Input, failure, quoted
from hiveframe.analysis.scope import Scope
from hiveframe.plan import logical as lg
from hiveframe.plan import spec

# PySpark's PythonEvalType values whose function sees a whole group at once.
GROUPED_AGGREGATE_TYPES = frozenset({202, 217, 252, 254})


def bind_python_udf(binder: Binder, node: spec.PythonUdf) -> lg.Expr:
    """An inline Python function's call."""
    return call_python(binder, node, node.name, node.function, node.args, deterministic=node.deterministic)


def call_python(
    binder: Binder,
    node: spec.Expr,
    name: str,
    function: spec.PythonFunction,
    args: Sequence[spec.Expr],
    *,
    deterministic: bool,
) -> lg.Expr:
    """A Python function's call; its result may always be NULL."""
    values = [a.value if isinstance(a, spec.NamedArgument) else a for a in args]
    names = tuple(a.name if isinstance(a, spec.NamedArgument) else None for a in args)
    declared = function.return_type
    dtype = binder.context.env.parse_schema(declared) if isinstance(declared, str) else declared
    typed = binder.bind_all(values)
    binder.context.run.arguments[node] = tuple(args)
    return lg.PyUdf(name, function, typed, dtype, True, deterministic, names)


def is_grouped(expr: lg.Expr) -> bool:
    """Whether a Python function's call is an aggregate."""
    return isinstance(expr, lg.PyUdf) and expr.udf.eval_type in GROUPED_AGGREGATE_TYPES


def call_sql(binder: Binder, node: spec.Function, user: SqlFunction, args: Sequence[spec.Expr]) -> lg.Expr:
    """A scalar SQL function expanded: its body over the arguments, cast to the declared types."""
    assert isinstance(user.body, spec.Expr)
    placed = place_arguments(binder, node, user, args)
    run = binder.context.run
    env = user.environment or binder.context.env
    context = Context(run, env, views=binder.context.views, arguments=placed, collation=user.collation)
    body = Binder(context, Input(Scope((), ())))
    expr = body.bind(user.body)
    run.arguments[node] = tuple(args)
    return implicit_cast(context, expr, user.result, node) if user.result is not None else expr


def place_arguments(
    binder: Binder, node: spec.Function | spec.TableFunction, user: SqlFunction, args: Sequence[spec.Expr]
) -> dict[str, lg.Expr]:
    """The arguments by parameter name (alone, and qualified by the function's name), defaults filled in."""
    if len(args) > len(user.params):
        raise _wrong_count(node, user, len(args))
    given: dict[str, spec.Expr] = {}
    for i, arg in enumerate(args):
        if isinstance(arg, spec.NamedArgument):
            given[arg.name.lower()] = arg.value
        else:
            given[user.params[i][0].lower()] = arg
    placed: dict[str, lg.Expr] = {}
    for name, dtype, default in user.params:
        value = given.pop(name.lower(), default)
        if value is None:
            raise _wrong_count(node, user, len(args))
        typed = implicit_cast(binder.context, binder.bind(value), dtype, node)
        placed[name.lower()] = typed
        placed[f"{user.name[-1].lower()}.{name.lower()}"] = typed
    if given:
        unknown = next(iter(given))
        raise failure(
            "UNRECOGNIZED_PARAMETER_NAME",
            node,
            routineName=quoted(user.name[-1]),
            argumentName=quoted(unknown),
            proposal=", ".join(quoted(p) for p, _, _ in user.params),
        )
    return placed


def _wrong_count(node: spec.Expr | spec.Relation, user: SqlFunction, actual: int) -> Exception:
    needed = sum(1 for _, _, default in user.params if default is None)
    expected = str(needed) if needed == len(user.params) else f"[{needed}, {len(user.params)}]"
    return failure(
        "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
        node,
        functionName=quoted(user.name),
        expectedNum=expected,
        actualNum=str(actual),
        docroot="https://spark.apache.org/docs/latest",
    )
