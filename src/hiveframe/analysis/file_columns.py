"""Which file a row is from: the hidden column `_metadata` on its way up, and `input_file_name()` and its kin.

Source: Spark's `LogicalPlan.metadataOutput` and `PreReadCheck`, checked against Spark 4.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from hiveframe.analysis.expose import expose
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.extract import get_field
from hiveframe.analysis.frame import Resolved, failure
from hiveframe.errors import unsupported
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.walk import children

_PASSES: Final = (
    lg.Project,
    lg.Filter,
    lg.Sort,
    lg.Limit,
    lg.Tail,
    lg.Distinct,
    lg.Window,
    lg.Generate,
    lg.Sample,
    lg.Repartition,
    lg.CollectMetrics,
)


def pass_metadata_on(inputs: list[Resolved], resolved: Resolved) -> Resolved:
    """`resolved` with the `_metadata` of its one input, where its plan is made of operators that keep rows apart."""
    if len(inputs) != 1 or not inputs[0].scope.hidden or resolved is inputs[0]:
        return resolved
    hidden = inputs[0].scope.metadata()
    if not hidden or resolved.scope.metadata():
        return resolved
    node: Any = resolved.plan
    while node is not inputs[0].plan:
        if not isinstance(node, _PASSES):
            return resolved
        if node.child is not inputs[0].plan and isinstance(inputs[0].plan, lg.Scan) and isinstance(node.child, lg.Scan):
            break  # the same scan, with the column brought to its output
        node = node.child
    kept = [(column, (), False) for column, _, _ in hidden]
    return replace(resolved, scope=resolved.scope.with_hidden([*resolved.scope.hidden, *kept]))


# ---------------------------------------------------------------------------------------------- the three functions

FILE_FUNCTIONS: Final = {
    "input_file_name": ("file_path", t.STRING, ""),
    "input_file_block_start": ("file_block_start", t.LONG, -1),
    "input_file_block_length": ("file_block_length", t.LONG, -1),
}


def bind_file_function(binder: Binder, node: spec.Function, name: str) -> lg.Expr:
    """The call over the scan below, or over what Spark gives where no file is being read."""
    if node.args:
        params = {
            "functionName": f"`{name}`",
            "expectedNum": "0",
            "actualNum": str(len(node.args)),
            "docroot": "https://spark.apache.org/docs/latest",
        }
        raise failure("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", node, **params)
    field_name, dtype, nothing = FILE_FUNCTIONS[name]
    plans = [r.plan for r in binder.input.relations]
    if sum(_count_files(plan, node, name) for plan in plans) > 1:
        raise _many(node, name)
    place = _file_of_rows(plans[0]) if len(plans) == 1 else None
    if place is None:
        return lg.Call(name, (lg.Literal(nothing, dtype),), dtype, False)
    if isinstance(place, lg.SetOperation):
        column = binder.context.run.column(name, dtype, False)
        binder.input.note(column)
        return lg.Call(name, (column,), dtype, False)
    binder.input.note(place)
    return lg.Call(name, (_field(place, field_name),), dtype, False)


def _field(column: lg.Column, name: str) -> lg.Expr:
    assert isinstance(column.dtype, t.StructType)
    return get_field(column, next(f for f in column.dtype.fields if f.name == name))


def union_with_files(node: lg.SetOperation, wanted: Sequence[lg.Column]) -> lg.SetOperation:
    """A UNION ALL with columns that say which file each row is from; each has the name of the function that asks."""
    branches: list[lg.Relation] = []
    for child in node.children:
        place = _file_of_rows(child)
        items = [lg.Named(c, c) for c in child.output]
        below: list[lg.Column] = []
        for column in wanted:
            field_name, dtype, nothing = FILE_FUNCTIONS[column.name]
            match place:
                case lg.SetOperation():
                    below.append(column)
                    items.append(lg.Named(column, column))
                case lg.Column():
                    below.append(place)
                    items.append(lg.Named(column, _field(place, field_name)))
                case _:
                    items.append(lg.Named(column, lg.Literal(nothing, dtype)))
        branches.append(lg.Project(expose(child, below), tuple(items)))
    return replace(node, children=tuple(branches), output=(*node.output, *wanted))


def _many(node: spec.Function, name: str) -> Exception:
    return failure("MULTI_SOURCES_UNSUPPORTED_FOR_EXPRESSION", node, expr=f'"{name}()"')


def _count_files(plan: lg.Relation, node: spec.Function, name: str) -> int:
    """How many sources of files an operator reads at once; the branches of a UNION take turns."""
    counts: list[int] = []
    work: list[tuple[lg.Relation, bool]] = [(plan, False)]
    while work:
        current, is_ready = work.pop()
        below = children(current, lg.Relation)
        if not is_ready:
            work.append((current, True))
            work.extend((child, False) for child in below)
            continue
        found = sum(counts.pop() for _ in below)
        if isinstance(current, lg.Scan) and current.metadata is not None:
            found = 1
        if found > 1 and not (isinstance(current, lg.SetOperation) and current.kind == "union"):
            raise _many(node, name)
        counts.append(min(found, 1))
    return counts.pop()


def _file_of_rows(plan: lg.Relation) -> lg.Column | lg.SetOperation | None:
    """The `_metadata` of the scan whose rows arrive here one by one, or the UNION of several; None behind a shuffle."""
    node: Any = plan
    is_joined = False
    while True:
        match node:
            case lg.Scan():
                return node.metadata
            case lg.Project() | lg.Filter() | lg.Window() | lg.Generate() | lg.Sample() | lg.CollectMetrics():
                node = node.child
            case lg.Repartition(count=1, keys=()):
                node = node.child
            case lg.Join(kind="inner" | "cross"):
                node, is_joined = (node.left if _has_files(node.left) else node.right), True
            case lg.Join(kind="left" | "semi" | "anti"):
                node, is_joined = node.left, True
            case lg.Join(kind="right"):
                node, is_joined = node.right, True
            case lg.SetOperation(kind="union", is_all=True) if _has_files(node):
                if is_joined:
                    raise unsupported("the name of the file above a join of a UNION; select it in the branches")
                return node
            case _:
                return None


def _has_files(plan: lg.Relation) -> bool:
    pending = [plan]
    while pending:
        node = pending.pop()
        if isinstance(node, lg.Scan) and node.metadata is not None:
            return True
        pending.extend(children(node, lg.Relation))
    return False
