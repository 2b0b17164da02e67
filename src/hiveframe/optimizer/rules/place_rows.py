"""Rows are placed in Spark's partitions where something asks for it: `spark_partition_id()`, `rand(5)`, a sample.

Such a step gets an input that says of each row its partition and its place there, as hidden columns; steps on the
way that keep partitions pass them on. Everything else of a plan is left as it is: without a question there is one
partition, and no work. A shuffle that Spark would plan for a join or an aggregation leaves one partition, as Spark's
adaptive execution does for little data; rows stand in it in the engine's order, not in Spark's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.errors import SparkException
from hiveframe.functions.literal_text import java_double
from hiveframe.optimizer.costs import computing
from hiveframe.optimizer.expressions import expressions
from hiveframe.optimizer.fresh import fresh_column
from hiveframe.optimizer.inputs import inputs, rewrite_relations, with_inputs
from hiveframe.optimizer.rewrite import with_expressions
from hiveframe.optimizer.rules.merge_filters import all_of, conjuncts
from hiveframe.optimizer.rules.prune_columns import prune_columns
from hiveframe.plan import logical as lg
from hiveframe.plan import types as t
from hiveframe.plan.logical import (
    AggCall,
    Bound,
    Call,
    Column,
    Expr,
    Frame,
    Literal,
    Named,
    Relation,
    SortKey,
    WindowCall,
)
from hiveframe.plan.types import DataType
from hiveframe.plan.walk import preorder

# Functions that take the row's place: how many arguments they have when they take it.
_SEEDED: Final[Mapping[str, int]] = {"rand": 1, "randn": 1, "uniform": 3, "randstr": 2, "uuid": 1, "shuffle": 2}
_ASKING: Final = frozenset({"spark_partition_id", "monotonically_increasing_id", "distributed_sequence_id", *_SEEDED})
_MAP: Final = frozenset({205, 207})  # PySpark's SQL_MAP_PANDAS_ITER_UDF and SQL_MAP_ARROW_ITER_UDF
_PASSING: Final = (lg.Project, lg.Filter, lg.Generate, lg.Sample, lg.Repartition, lg.CollectMetrics)
_FOLDED: Final = (lg.Project, lg.Filter, lg.Limit)
_SLACK: Final = 1e-6  # of a sample's bounds
_LOCAL: Final = (lg.LocalData, lg.Values)


def place_rows(plan: Relation, parallelism: int) -> Relation:
    """`plan` with every question about partitions answered; local rows are in up to `parallelism` of them."""
    asking = [node for node in _relations(plan) if _asks(node)]
    if not asking:
        return plan
    return _Placing(rewrite_relations(prune_columns(plan), _sampled_first), parallelism).run()


def _sampled_first(node: Relation) -> Relation:
    """`Sample(Project(x))` → `Project(Sample(x))`: what is computed, is computed of the sampled rows alone."""
    match node:
        case lg.Sample(child=lg.Project(child=child, items=items) as project) if not _asks(project):
            return lg.Project(_sampled_first(replace(node, child=child)), items)
    return node


def _relations(plan: Relation) -> list[Relation]:
    found: dict[int, Relation] = {}
    pending = [plan]
    while pending:
        node = pending.pop()
        if id(node) not in found:
            found[id(node)] = node
            pending.extend(inputs(node))
    return list(found.values())


def _asks(node: Relation) -> bool:
    if isinstance(node, lg.Sample):
        return True
    if isinstance(node, lg.MapPartitions):
        return node.udf.udf.eval_type in _MAP
    return any(_holds_question(e) for e in computing(expressions(node)))


def _holds_question(expr: Expr) -> bool:
    return any(_is_question(e) for e in preorder(expr, Expr))


def _is_question(expr: Expr) -> bool:
    if not isinstance(expr, Call) or expr.function not in _ASKING:
        return False
    return len(expr.args) == _SEEDED.get(expr.function, 0)


@dataclass(frozen=True, slots=True)
class Placed:
    """`plan` yields rows partition after partition.

    `partition` None: all are in partition 0. `place` None: nobody has asked for it yet.
    """

    plan: Relation
    partition: Column | None = None
    count: int = 1
    place: Column | None = None

    @property
    def hidden(self) -> tuple[Named, ...]:
        """The columns that steps on the way pass on."""
        return tuple(Named(c, c) for c in (self.partition, self.place) if c is not None)

    @property
    def number(self) -> Expr:
        """The partition's number."""
        return self.partition or Literal(0, t.INT)


class _Placing:
    def __init__(self, plan: Relation, parallelism: int) -> None:
        self._plan = plan
        self._parallelism = parallelism
        self._wanted = _wanted(plan)
        self._done: dict[int, Relation] = {}
        self._placed: dict[int, Placed] = {}

    def run(self) -> Relation:
        """The plan rebuilt, inputs first."""
        pending: list[tuple[Relation, bool]] = [(self._plan, False)]
        while pending:
            node, is_ready = pending.pop()
            if id(node) in self._done:
                continue
            if not is_ready:
                pending.append((node, True))
                pending.extend((child, False) for child in inputs(node))
            elif id(node) in self._wanted:
                placed = self._place(node)
                self._placed[id(node)] = placed
                self._done[id(node)] = _only(placed.plan, node.output)
            else:
                self._done[id(node)] = self._rebuilt(node)
        return self._done[id(self._plan)]

    def _rebuilt(self, node: Relation) -> Relation:
        plain = with_inputs(node, [self._done[id(child)] for child in inputs(node)])
        if not _asks(node) or len(inputs(node)) != 1:
            return plain
        if isinstance(node, (lg.Project, lg.Filter, lg.Generate, lg.Sample)):
            return _only(self._place(node).plan, node.output)
        child = self._input(node)
        if isinstance(node, lg.MapPartitions):
            if child.partition is None:
                return plain
            return replace(node, child=child.plan, partition=child.partition, partition_count=child.count)
        made, child = self._answered(node, child)
        return _only(with_inputs(made, [child.plan]), node.output)

    # ------------------------------------------------------------------------------------------------- questions

    def _input(self, node: Relation) -> Placed:
        """The input of a step with its rows placed."""
        (child,) = inputs(node)
        if isinstance(node, _FOLDED) and _folds(child):
            return Placed(self._done[id(child)])  # Spark evaluates these over local rows while it plans
        return self._placed.get(id(child)) or self._local(child) or Placed(self._done[id(child)])

    def _answered(self, node: Any, child: Placed) -> tuple[Any, Placed]:
        """The step with its questions replaced by columns of its input."""
        if any(isinstance(e, Call) and e.function != "spark_partition_id" and _is_question(e) for e in _parts(node)):
            child = _with_place(child)
        sequence: Column | None = None
        if any(isinstance(e, Call) and e.function == "distributed_sequence_id" for e in _parts(node)):
            sequence, child = _numbered(child)
        answers: dict[str, Callable[[Call], Expr]] = {
            "spark_partition_id": lambda call: child.number,
            "monotonically_increasing_id": lambda call: _call(
                "partition_row_id", t.LONG, child.number, _known(child.place)
            ),
            "distributed_sequence_id": lambda call: _known(sequence),
        }

        before: dict[int, Column] = {}
        for part in _parts(node):
            if isinstance(part, Call) and part.function == "shuffle" and _is_question(part):
                before[id(part.args[0])], child = _elements_before(part.args[0], child)

        def answered(expr: Expr) -> Expr:
            if not _is_question(expr):
                return expr
            assert isinstance(expr, Call)
            if expr.function == "shuffle":
                return replace(expr, args=(*expr.args, child.number, before[id(expr.args[0])]))
            answer = answers.get(expr.function)
            if answer is not None:
                return answer(expr)
            return replace(expr, args=(*expr.args, child.number, _known(child.place)))

        return with_expressions(node, answered), child

    # -------------------------------------------------------------------------------------------------- each step

    def _place(self, node: Any) -> Placed:
        match node:
            case lg.Range():
                return self._range(node)
            case lg.Project():
                made, child = self._asked(node)
                return replace(child, plan=replace(made, child=child.plan, items=(*made.items, *child.hidden)))
            case lg.Filter():
                return self._filter(node)
            case lg.Generate():
                made, child = self._asked(node)
                return replace(child, plan=replace(made, child=child.plan), place=None)
            case lg.CollectMetrics():
                child = self._input(node)
                return replace(child, plan=replace(node, child=child.plan))
            case lg.Sample():
                return _sampled(node, _with_place(self._input(node)))
            case lg.Repartition():
                return _repartitioned(node, self._input(node))
            case lg.Sort(is_global=False):
                child = self._input(node)
                keys = ((SortKey(child.partition),) if child.partition else ()) + node.keys
                return replace(child, plan=lg.Sort(child.plan, keys), place=None)
            case lg.SetOperation(kind="union", is_all=True):
                return self._union(node)
        return self._local(node) or Placed(self._rebuilt(node))

    def _asked(self, node: Any) -> tuple[Any, Placed]:
        child = self._input(node)
        return self._answered(node, child) if _asks(node) else (node, child)

    def _filter(self, node: lg.Filter) -> Placed:
        """A condition is asked of the rows alone that the ones before it let through."""
        child = self._input(node)
        plain: list[Expr] = []
        for condition in conjuncts(node.condition):
            if not _holds_question(condition):
                plain.append(condition)
                continue
            if plain:
                child = replace(child, plan=lg.Filter(child.plan, all_of(plain)), place=None)
                plain = []
            made, child = self._answered(lg.Filter(child.plan, condition), child)
            child = replace(child, plan=replace(made, child=child.plan), place=None)
        return replace(child, plan=lg.Filter(child.plan, all_of(plain)), place=None) if plain else child

    def _range(self, node: lg.Range) -> Placed:
        rows = max(0, -((node.start - node.end) // node.step))
        count = node.partitions or self._parallelism
        if count <= 1 or not rows:
            return Placed(node)
        (value,) = node.output
        place = _call("place_in_range", t.LONG, value, _long(node.start), _long(node.step))
        return _sliced(node, place, _long(rows), _long(count), count)

    def _local(self, node: Relation) -> Placed | None:
        """Local rows, and what Spark makes of them while it plans, in as many partitions as there may be."""
        if self._parallelism <= 1 or not _folds(node):
            return None
        place, plan = _windowed(self._done.get(id(node)) or self._rebuilt(node), "row_place")
        rows, plan = _windowed(plan, "row_count")
        count = _call("local_slices", t.LONG, rows, _long(self._parallelism))
        return _sliced(plan, place, rows, count, self._parallelism)

    def _union(self, node: lg.SetOperation) -> Placed:
        partition: Column | None = None
        sides: list[Relation] = []
        before = 0
        for child in node.children:
            side = self._placed.get(id(child)) or self._local(child) or Placed(self._done[id(child)])
            number: Expr = Literal(before, t.INT)
            if side.partition is not None:
                number = Call("+", (side.partition, number), t.INT, False) if before else side.partition
            own = fresh_column("partition", number)
            partition = partition or own
            sides.append(lg.Project(side.plan, (*(Named(c, c) for c in child.output), Named(own, number))))
            before += side.count
        assert partition is not None
        output = (*node.output, fresh_column("partition", partition))
        return Placed(replace(node, children=tuple(sides), output=output), output[-1], before)


def _wanted(plan: Relation) -> set[int]:
    """The relations whose rows' places are asked for from above."""
    wanted: set[int] = set()
    pending = [child for node in _relations(plan) if _asks(node) for child in inputs(node)]
    while pending:
        node = pending.pop()
        if id(node) in wanted:
            continue
        wanted.add(id(node))
        if _passes_on(node):
            pending.extend(inputs(node))
    return wanted


def _passes_on(node: Relation) -> bool:
    if isinstance(node, lg.SetOperation):
        return node.kind == "union" and node.is_all
    return isinstance(node, _PASSING) or (isinstance(node, lg.Sort) and not node.is_global)


def _folds(node: Relation) -> bool:
    """Whether Spark's optimiser makes local rows of it."""
    while isinstance(node, _FOLDED):
        (node,) = inputs(node)
    return isinstance(node, _LOCAL)


def _parts(node: Relation) -> list[Expr]:
    return [part for expr in computing(expressions(node)) for part in preorder(expr, Expr)]


def _only(plan: Relation, output: tuple[Column, ...]) -> Relation:
    """`plan` without hidden columns."""
    if [c.id for c in plan.output] == [c.id for c in output]:
        return plan
    return lg.Project(plan, tuple(Named(c, c) for c in output))


# ------------------------------------------------------------------------------------------------------------ places


def _with_place(placed: Placed) -> Placed:
    """With the row's place in its partition known."""
    if placed.place is not None:
        return placed
    number, plan = _windowed(placed.plan, "row_place")
    if placed.partition is None:
        return replace(placed, plan=plan, place=number)
    place, plan = _windowed(plan, "row_place", (placed.partition,), (SortKey(number),))
    return replace(placed, plan=lg.Sort(plan, (SortKey(number),)), place=place)


def _numbered(placed: Placed) -> tuple[Column, Placed]:
    """With the row's place among all rows."""
    if placed.partition is None:
        assert placed.place is not None
        return placed.place, placed
    number, plan = _windowed(placed.plan, "row_place")
    return number, replace(placed, plan=plan)


def _elements_before(array: Expr, placed: Placed) -> tuple[Column, Placed]:
    """With the number of elements that the arrays of the partition's rows before have."""
    assert placed.place is not None
    frame = Frame("rows", Bound("unbounded_preceding"), Bound("preceding", Literal(1, t.INT)))
    partition_by = (placed.partition,) if placed.partition is not None else ()
    function = AggCall("elements_before", (array,), t.LONG, False)
    call = WindowCall(function, partition_by, (SortKey(placed.place),), frame, t.LONG, False)
    column = fresh_column("before", call)
    plan: Relation = lg.Window(placed.plan, (Named(column, call),))
    if placed.partition is not None:
        plan = lg.Sort(plan, (SortKey(placed.partition), SortKey(placed.place)))
    return column, replace(placed, plan=plan)


def _windowed(
    plan: Relation, function: str, partition_by: tuple[Expr, ...] = (), order_by: tuple[SortKey, ...] = ()
) -> tuple[Column, Relation]:
    call = WindowCall(AggCall(function, (), t.LONG, False), partition_by, order_by, None, t.LONG, False)
    column = fresh_column(function, call)
    return column, lg.Window(plan, (Named(column, call),))


def _sliced(plan: Relation, place: Expr, rows: Expr, slices: Expr, count: int) -> Placed:
    """Rows whose `place` among all is known, cut into slices of the same size."""
    slice_ = _call("slice_of_place", t.INT, place, rows, slices)
    partition = fresh_column("partition", slice_)
    within = _call("place_in_slice", t.LONG, place, partition, rows, slices)
    own = fresh_column("place", within)
    passed = tuple(Named(c, c) for c in plan.output)
    plan = lg.Project(plan, (*passed, Named(partition, slice_)))
    return Placed(lg.Project(plan, (*passed, Named(partition, partition), Named(own, within))), partition, count, own)


def _repartitioned(node: lg.Repartition, child: Placed) -> Placed:
    """Rows by their new partition; those that came from one old partition keep their order.

    Where Spark then puts small partitions together, it reads them old partition by old partition.
    """
    if node.kind == "coalesce":
        return _coalesced(child, node.count)
    before, plan = _windowed(child.plan, "row_place")
    child = replace(child, plan=plan, place=None)
    order: tuple[SortKey, ...] = (SortKey(before),)
    keys = tuple(key.child for key in node.keys)
    if node.kind == "round_robin":
        child, number, order = _dealt(node, child, before)
    elif node.kind == "range":
        rank, plan = _windowed(plan, "row_rank", (), node.keys)
        rows, plan = _windowed(plan, "row_count")
        child = replace(child, plan=plan)
        number = _call("range_partition", t.INT, rank, rows, _long(node.count))
    else:
        hashed = keys[0] if node.kind == "by_id" else _call("hash", t.INT, *keys)
        number = _call("hash_partition", t.INT, hashed, _long(node.count))
    partition = fresh_column("partition", number)
    passed = tuple(Named(c, c) for c in child.plan.output)
    plan = lg.Project(child.plan, (*passed, Named(partition, number)))
    order = (SortKey(partition), *order)
    if not node.is_adaptive and node.count > 1:
        return Placed(lg.Sort(plan, order), partition, node.count)
    return Placed(lg.Sort(plan, ((SortKey(child.partition),) if child.partition is not None else ()) + order))


def _dealt(node: lg.Repartition, child: Placed, before: Column) -> tuple[Placed, Expr, tuple[SortKey, ...]]:
    """Round robin: each partition sorts its rows by their hash and deals them out."""
    hashed = _call("unsafe_row_hash", t.INT, *node.output)
    by_hash = fresh_column("hash", hashed)
    passed = tuple(Named(c, c) for c in child.plan.output)
    plan: Relation = lg.Project(child.plan, (*passed, Named(by_hash, hashed)))
    partition_by = (child.partition,) if child.partition is not None else ()
    place, plan = _windowed(plan, "row_place", partition_by, (SortKey(by_hash), SortKey(before)))
    number = _call("round_robin_partition", t.INT, child.number, place, _long(child.count), _long(node.count))
    order = (SortKey(child.partition),) if child.partition is not None else ()
    return replace(child, plan=plan), number, (*order, SortKey(place))


def _coalesced(child: Placed, count: int) -> Placed:
    if child.partition is None or child.count <= count:
        return child
    number = _call("slice_of_place", t.INT, child.partition, _long(child.count), _long(count))
    partition = fresh_column("partition", number)
    passed = tuple(Named(c, c) for c in child.plan.output)
    plan = lg.Project(child.plan, (*passed, Named(partition, number)))
    return Placed(plan) if count == 1 else Placed(plan, partition, count)


def _sampled(node: lg.Sample, child: Placed) -> Placed:
    assert child.place is not None
    seed = _long(node.seed)
    if not node.with_replacement:
        _check_bounds(node.lower, node.upper)
    if node.with_replacement:
        mean = Literal(node.upper - node.lower, t.DOUBLE)
        copies = _call("poisson_copies", t.StructType((t.StructField("copy", t.LONG, False),)), mean, seed)
        copies = replace(copies, args=(*copies.args, child.number, child.place))
        copy = fresh_column("copy", Literal(0, t.LONG))
        return replace(child, plan=lg.Generate(child.plan, copies, (copy,)), place=None)
    drawn = _call("rand", t.DOUBLE, seed, child.number, child.place)
    column = fresh_column("drawn", drawn)
    passed = tuple(Named(c, c) for c in child.plan.output)
    plan = lg.Project(child.plan, (*passed, Named(column, drawn)))
    bounds = [
        Call(">=", (column, Literal(node.lower, t.DOUBLE)), t.BOOLEAN, False),
        Call("<", (column, Literal(node.upper, t.DOUBLE)), t.BOOLEAN, False),
    ]
    return replace(child, plan=lg.Filter(plan, all_of(bounds)), place=None)


def _check_bounds(lower: float, upper: float) -> None:
    """What `BernoulliCellSampler` requires once it runs."""
    if lower > upper + _SLACK:
        raise _required(f"Lower bound ({java_double(lower)}) must be <= upper bound ({java_double(upper)})")
    if lower < -_SLACK:
        raise _required(f"Lower bound ({java_double(lower)}) must be >= 0.0")
    if upper > 1 + _SLACK:
        raise _required(f"Upper bound ({java_double(upper)}) must be <= 1.0")


def _required(what: str) -> SparkException:
    return SparkException("_LEGACY_ERROR_TEMP_3100", {"message": f"requirement failed: {what}"})


def _call(name: str, dtype: DataType, *args: Expr) -> Call:
    return Call(name, args, dtype, False)


def _long(value: int) -> Literal:
    return Literal(value, t.LONG)


def _known(column: Column | None) -> Column:
    assert column is not None
    return column
