"""Built-in table functions that are not generators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import call_binder
from hiveframe.analysis.frame import Context, Input, Resolved, failure
from hiveframe.analysis.relations.leaves import EMPTY, constant, leaf, numbers
from hiveframe.errors import unsupported
from hiveframe.functions.binding import is_foldable, ordinal
from hiveframe.functions.coercion import implicit_cast
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.collations import COLUMNS, NULLABLE, collations
from hiveframe.sql.keywords import ANSI_RESERVED, KEYWORDS, SYNONYMS

_DOCROOT = "https://spark.apache.org/docs/latest"


def _range(node: spec.TableFunction, context: Context) -> Resolved:
    """`range(end)`, `range(start, end[, step[, partitions]])`."""
    if not 1 <= len(node.args) <= 4:
        raise failure(
            "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
            node,
            functionName="`range`",
            expectedNum="[1, 2, 3, 4]",
            actualNum=str(len(node.args)),
            docroot=_DOCROOT,
        )
    params = _RANGE_PARAMS[1:2] if len(node.args) == 1 else _RANGE_PARAMS
    values = [_whole(node, *param, arg, context) for param, arg in zip(params, node.args, strict=False)]
    start, end = (0, values[0]) if len(values) == 1 else (values[0], values[1])
    step = values[2] if len(values) > 2 else 1
    if step == 0:
        raise failure("FAILED_FUNCTION_CALL", node, funcName="`range`")
    column = context.run.column("id", t.LONG, False)
    return leaf(context, numbers(column, start, end, step, values[3] if len(values) > 3 else None))


_RANGE_PARAMS: Final = (("start", 0, t.LONG), ("end", 1, t.LONG), ("step", 2, t.LONG), ("numSlices", 3, t.INT))


def _whole(
    node: spec.TableFunction, name: str, position: int, dtype: t.DataType, arg: spec.Expr, context: Context
) -> int:
    """A constant of `range`, which stands at `position` among its parameters."""
    value = None if isinstance(arg, spec.NamedArgument) else Binder(context, Input(EMPTY)).bind(arg)
    if value is None or not is_foldable(value):
        raise failure(
            "NON_FOLDABLE_ARGUMENT",
            node,
            funcName="`range`",
            paramName=f"`{name}`",
            paramType=f'"{t.sql_name(dtype)}"',
        )
    calls = call_binder(context, arg)
    takes = implicit_cast(value.dtype, dtype, ansi=context.ansi) is not None
    whole = calls.fold(calls.cast(value, dtype)) if takes else None
    if not isinstance(whole, int):
        raise failure(
            "UNEXPECTED_INPUT_TYPE",
            node,
            functionName="`range`",
            paramIndex=ordinal(position),
            inputSql=calls.quoted(value),
            inputType=f'"{t.sql_name(value.dtype)}"',
            requiredType=f'"{t.sql_name(dtype)}"',
        )
    return whole


def _sql_keywords(node: spec.TableFunction, context: Context) -> Resolved:
    """The words of the grammar that are written in one way alone, and whether each is reserved under the settings."""
    columns = (context.run.column("keyword", t.STRING, False), context.run.column("reserved", t.BOOLEAN, False))
    settings = context.env.settings
    enforced = settings.ansi and settings.get("spark.sql.ansi.enforceReservedKeywords") == "true"
    words = sorted(KEYWORDS - set(SYNONYMS.values()))
    rows = tuple((lg.Literal(w, t.STRING), lg.Literal(enforced and w in ANSI_RESERVED, t.BOOLEAN)) for w in words)
    return leaf(context, lg.Values(columns, rows))


def _collations(node: spec.TableFunction, context: Context) -> Resolved:
    """What text may be compared by."""
    columns = tuple(context.run.column(name, t.STRING, name in NULLABLE) for name in COLUMNS)
    rows = tuple(tuple(lg.Literal(value, t.STRING) for value in row) for row in collations())
    return leaf(context, lg.Values(columns, rows))


def _python_worker_logs(node: spec.TableFunction, context: Context) -> Resolved:
    """What Python functions have logged: behind a setting, as in Spark, and not there when it is on."""
    if context.env.settings.get(_WORKER_LOGGING) == "true":
        raise unsupported("the logs of Python workers")
    raise failure(
        "FEATURE_NOT_ENABLED",
        node,
        featureName="Python Worker Logging",
        configKey=_WORKER_LOGGING,
        configValue="true",
    )


_WORKER_LOGGING: Final = "spark.sql.pyspark.worker.logging.enabled"


def _table_changes(node: spec.TableFunction, context: Context) -> Resolved:
    """`table_changes('table', start[, end])`: the feed of a table's changes, by versions or by moments."""
    return _changes(node, context, by_path=False)


def _changes_by_path(node: spec.TableFunction, context: Context) -> Resolved:
    """`table_changes_by_path('path', start[, end])`."""
    return _changes(node, context, by_path=True)


def _changes(node: spec.TableFunction, context: Context, *, by_path: bool) -> Resolved:
    name = node.name[-1].lower()
    if not 2 <= len(node.args) <= 3:
        raise failure(
            "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
            node,
            functionName=f"`{name}`",
            expectedNum="[2, 3]",
            actualNum=str(len(node.args)),
            docroot=_DOCROOT,
        )
    table = str(constant(context, node.args[0], t.STRING))
    options = {"readChangeFeed": "true"}
    for bound, arg in zip(("starting", "ending"), node.args[1:], strict=False):
        expr = Binder(context, Input(EMPTY)).bind(arg)
        kind = "Timestamp" if isinstance(expr.dtype, (t.StringType, t.TimestampType)) else "Version"
        options[f"{bound}{kind}"] = str(constant(context, arg, t.STRING))
    named = ("delta", table) if by_path else context.env.parse_name(table)
    relation = spec.Table(spec.TableName(named), options, origin=node.origin)
    found: Resolved = context.run.analysis.resolve(relation, context)
    return found


BUILT_IN: Final[Mapping[str, Callable[[spec.TableFunction, Context], Resolved]]] = {
    "range": _range,
    "sql_keywords": _sql_keywords,
    "collations": _collations,
    "python_worker_logs": _python_worker_logs,
    "table_changes": _table_changes,
    "table_changes_by_path": _changes_by_path,
}
