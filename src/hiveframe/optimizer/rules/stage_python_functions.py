"""Functions over pandas or Arrow batches leave expressions: each becomes a step over its relation's input.

An iterator function has to see the whole stream; the others gain by batches of the session's size, for DuckDB's vectors
are five times shorter. As in Spark (ExtractPythonUDFs) a function inside a condition then sees every row.
"""

from __future__ import annotations

from typing import Final

from hiveframe.optimizer.costs import Costs, holds
from hiveframe.optimizer.expressions import expressions
from hiveframe.optimizer.fresh import fresh_column
from hiveframe.optimizer.inputs import inputs, with_inputs
from hiveframe.optimizer.rewrite import with_expressions
from hiveframe.plan.logical import Aggregate, Expr, Filter, MapPartitions, Named, Project, PyUdf, Relation, Sort, Window

# Of PySpark's PythonEvalType: SCALAR_PANDAS, SCALAR_PANDAS_ITER, SCALAR_ARROW, SCALAR_ARROW_ITER.
STAGED: Final = frozenset({200, 204, 250, 251})
_HOSTS: Final = (Project, Filter, Aggregate, Window, Sort)


def stage_python_functions(node: Relation, costs: Costs) -> Relation:
    """`Project(x, [f(a) + 1])` → `Project(MapPartitions(x, f(a) as c), [c + 1])`, innermost calls first."""
    if not isinstance(node, _HOSTS) or not holds(expressions(node), (PyUdf,)):
        return node
    child = inputs(node)[0]
    output = child.output

    def replaced(expr: Expr) -> Expr:
        nonlocal child
        if not _is_staged(expr):
            return expr
        assert isinstance(expr, PyUdf)
        column = fresh_column(expr.name, expr)
        child = MapPartitions(child, expr, (*child.output, column))
        return column

    rewritten = with_expressions(node, replaced)
    if rewritten is node:
        return node
    made = with_inputs(rewritten, [child])
    if isinstance(node, (Project, Aggregate)):
        return made
    kept = output if not isinstance(node, Window) else node.output
    return Project(made, tuple(Named(c, c) for c in kept))


def _is_staged(expr: Expr) -> bool:
    return isinstance(expr, PyUdf) and expr.udf.eval_type in STAGED
