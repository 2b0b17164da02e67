"""Typed relations."""

from __future__ import annotations

from typing import Any

from hiveframe.dataclass import dataclass
from hiveframe.plan.logical.expressions import Named, PyUdf, SortKey
from hiveframe.plan.logical.nodes import Column, Expr, Node, Relation
from hiveframe.plan.types import StructField, StructType


@dataclass(frozen=True, slots=True, eq=False)
class OneRow(Relation):
    """One row without columns."""

    output: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class LocalData(Relation):
    """Rows in memory: an Arrow table whose columns match `output` by position, in Spark's Arrow types.

    `is_kept`: they were computed earlier, for a user who asked to keep them.
    """

    output: tuple[Column, ...]
    table: Any
    is_kept: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class KeptRows(Relation):
    """Rows that the engine keeps: of its `table`, the columns of these `names`, in the types of `output`.

    `row_count` are all of them. They are there for as long as the `lease`.
    """

    output: tuple[Column, ...]
    names: tuple[str, ...]
    table: Any
    row_count: int
    lease: Any


@dataclass(frozen=True, slots=True, eq=False)
class Values(Relation):
    """Literal rows; every row has an expression for each output column, of its type."""

    output: tuple[Column, ...]
    rows: tuple[tuple[Expr, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Range(Relation):
    """BIGINTs from `start` to `end` (exclusive) by `step`, in `partitions` (None: the default) equal parts."""

    output: tuple[Column, ...]
    start: int
    end: int
    step: int
    partitions: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Scan(Relation):
    """Files of a data source.

    `source` is a `lake.scan.ScanSource`; `positions[i]` is output i's place in its schema. `metadata` is the hidden
    column `_metadata`: in the output, at position -1, only where it is asked for.
    """

    output: tuple[Column, ...]
    source: Any
    positions: tuple[int, ...]
    metadata: Column | None = None


@dataclass(frozen=True, slots=True, eq=False)
class StreamSource(Relation):
    """Rows without an end, from a source of that name: they can be described, not collected."""

    output: tuple[Column, ...]
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Staged(Relation):
    """The rows of `child`, computed by a statement of its own before the rest, so that the engine knows how many."""

    child: Relation

    @property
    def output(self) -> tuple[Column, ...]:  # type: ignore[override]
        return _passed_on(self.child)


@dataclass(frozen=True, slots=True, eq=False)
class Project(Relation):
    """`items` computed for each row of `child`."""

    child: Relation
    items: tuple[Named, ...]

    @property
    def output(self) -> tuple[Column, ...]:  # type: ignore[override]
        return tuple(item.column for item in self.items)


@dataclass(frozen=True, slots=True, eq=False)
class Filter(Relation):
    """Rows of `child` whose `condition` is TRUE; NULL counts as not TRUE."""

    child: Relation
    condition: Expr

    @property
    def output(self) -> tuple[Column, ...]:  # type: ignore[override]
        return _passed_on(self.child)


@dataclass(frozen=True, slots=True, eq=False)
class Join(Relation):
    """`kind`: inner, cross, left, right, full, semi, anti. Output: left then right (left alone for semi and anti).

    Columns on the side that may be missing are nullable in `output`. `is_lateral`: right may refer to left.
    """

    left: Relation
    right: Relation
    kind: str
    condition: Expr | None
    output: tuple[Column, ...]
    is_lateral: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class AsOfJoin(Relation):
    """For each left row the `count` nearest right rows: `order` ranks them, `condition` is what must hold."""

    left: Relation
    right: Relation
    condition: Expr
    order: Expr
    kind: str
    output: tuple[Column, ...]
    count: int = 1
    ascending: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Aggregate(Relation):
    """Groups by `keys`; output is keys then `items`.

    `grouping_sets` lists, for each set, the positions of its keys (None: one set of all). An item is any expression
    over `AggCall`s and key columns (referred to by the key's output column).
    """

    child: Relation
    keys: tuple[Named, ...]
    items: tuple[Named, ...]
    grouping_sets: tuple[tuple[int, ...], ...] | None = None

    @property
    def output(self) -> tuple[Column, ...]:  # type: ignore[override]
        return tuple(item.column for item in self.keys + self.items)


@dataclass(frozen=True, slots=True, eq=False)
class Window(Relation):
    """`child`'s columns and `items`, each a `WindowCall`."""

    child: Relation
    items: tuple[Named, ...]

    @property
    def output(self) -> tuple[Column, ...]:  # type: ignore[override]
        return self.child.output + tuple(item.column for item in self.items)


@dataclass(frozen=True, slots=True, eq=False)
class Generate(Relation):
    """For each row of `child`, the rows that `generator` (a `Call` of a generator row, or a `PyUdtf`) yields.

    Output: the child's columns, then `columns`. `outer`: a child row without generated rows stays, with NULLs.
    """

    child: Relation
    generator: Expr
    columns: tuple[Column, ...]
    outer: bool = False

    @property
    def output(self) -> tuple[Column, ...]:  # type: ignore[override]
        return self.child.output + self.columns


@dataclass(frozen=True, slots=True, eq=False)
class Sort(Relation):
    """Rows in order. Without `is_global` (SORT BY) no order is promised beyond a partition."""

    child: Relation
    keys: tuple[SortKey, ...]
    is_global: bool = True

    @property
    def output(self) -> tuple[Column, ...]:  # type: ignore[override]
        return _passed_on(self.child)


@dataclass(frozen=True, slots=True, eq=False)
class Limit(Relation):
    """At most `count` rows (None: no limit) after the first `offset`."""

    child: Relation
    count: int | None
    offset: int = 0

    @property
    def output(self) -> tuple[Column, ...]:  # type: ignore[override]
        return _passed_on(self.child)


@dataclass(frozen=True, slots=True, eq=False)
class Tail(Relation):
    """The last `count` rows in order."""

    child: Relation
    count: int

    @property
    def output(self) -> tuple[Column, ...]:  # type: ignore[override]
        return _passed_on(self.child)


@dataclass(frozen=True, slots=True, eq=False)
class Distinct(Relation):
    """One row of each set of equal rows; with `keys`, the first met of each set of rows equal in those columns."""

    child: Relation
    keys: tuple[Column, ...] = ()

    @property
    def output(self) -> tuple[Column, ...]:  # type: ignore[override]
        return _passed_on(self.child)


@dataclass(frozen=True, slots=True, eq=False)
class SetOperation(Relation):
    """`kind`: union, intersect, except; sides have the same types position by position."""

    children: tuple[Relation, ...]
    kind: str
    is_all: bool
    output: tuple[Column, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Sample(Relation):
    """A seeded Bernoulli sample of the share [lower, upper), or with replacement (Poisson of mean `upper`)."""

    child: Relation
    lower: float
    upper: float
    with_replacement: bool
    seed: int

    @property
    def output(self) -> tuple[Column, ...]:  # type: ignore[override]
        return _passed_on(self.child)


@dataclass(frozen=True, slots=True, eq=False)
class Repartition(Relation):
    """A partitioning asked for; rows are unchanged.

    `kind`: coalesce, round_robin, hash, range or by_id (the key is the partition's number). When `is_adaptive`, the
    client named no `count`: Spark shuffles into so many and then puts small partitions together.
    """

    child: Relation
    count: int
    keys: tuple[SortKey, ...] = ()
    kind: str = "round_robin"
    is_adaptive: bool = False

    @property
    def output(self) -> tuple[Column, ...]:  # type: ignore[override]
        return _passed_on(self.child)


@dataclass(frozen=True, slots=True, eq=False)
class Cte(Node):
    """A named subplan. References are `CteRef`s of the same `id`; `step` is set for a recursive one."""

    id: int
    name: str
    plan: Relation
    step: Relation | None = None
    is_union_all: bool = True
    max_depth: int | None = None
    _carrier = True


@dataclass(frozen=True, slots=True, eq=False)
class CteRef(Relation):
    """A use of a `Cte`; its columns have ids of their own and match the definition's by position."""

    output: tuple[Column, ...]
    id: int


@dataclass(frozen=True, slots=True, eq=False)
class WithCtes(Relation):
    """`child` with the `ctes` that it and later ones refer to. Only recursive or shared ones stand here."""

    child: Relation
    ctes: tuple[Cte, ...]

    @property
    def output(self) -> tuple[Column, ...]:  # type: ignore[override]
        return _passed_on(self.child)


@dataclass(frozen=True, slots=True, eq=False)
class MapPartitions(Relation):
    """`mapInPandas`/`mapInArrow`: `udf` over batches of `child`."""

    child: Relation
    udf: PyUdf
    output: tuple[Column, ...]
    partition: Column | None = None  # of the child: rows come partition after partition, each is a call of its own
    partition_count: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class GroupMap(Relation):
    """`applyInPandas`/`applyInArrow`: `udf` once a group of `keys` (columns of `child`) over `udf.args`."""

    child: Relation
    keys: tuple[Column, ...]
    udf: PyUdf
    output: tuple[Column, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CoGroupMap(Relation):
    """`udf` once for each key met on either side."""

    left: Relation
    right: Relation
    left_keys: tuple[Column, ...]
    right_keys: tuple[Column, ...]
    left_args: tuple[Column, ...]
    right_args: tuple[Column, ...]
    udf: PyUdf
    output: tuple[Column, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CollectMetrics(Relation):
    """Rows of `child`; `metrics` (over `AggCall`s) are computed beside and reported under `name`."""

    child: Relation
    name: str
    metrics: tuple[Named, ...]

    @property
    def output(self) -> tuple[Column, ...]:  # type: ignore[override]
        return _passed_on(self.child)


_PASSES_ON = (Filter, Sort, Limit, Tail, Distinct, Sample, Repartition, WithCtes, CollectMetrics)


def _passed_on(relation: Relation) -> tuple[Column, ...]:
    """The output of the first relation below that has one of its own; chains of thousands do not recurse."""
    while isinstance(relation, _PASSES_ON):
        relation = relation.child
    return relation.output


def schema_of(relation: Relation) -> StructType:
    """The relation's schema as users see it."""
    return StructType(tuple(StructField(c.name, c.dtype, c.nullable, c.metadata) for c in relation.output))
