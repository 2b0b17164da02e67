"""Unresolved relations that SQL and DataFrames share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.plan.spec.expressions import Function, SortOrder, WindowSpec
from hiveframe.plan.spec.nodes import Command, Expr, Node, Origin, Relation
from hiveframe.plan.types import DataType, StructType


@dataclass(frozen=True, slots=True, eq=False)
class TableName(Node):
    """A table's name parts, or `IDENTIFIER(expr)` in their place."""

    parts: tuple[str, ...] = ()
    clause: Expr | None = None
    _carrier = True


@dataclass(frozen=True, slots=True, eq=False)
class Table(Relation):
    """A table, view, CTE, or path (`parquet.`/x``) by name; `version`/`timestamp` for time travel."""

    name: TableName
    options: Mapping[str, str] | None = None
    is_streaming: bool = False
    version: Expr | None = None
    timestamp: Expr | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ReadSource(Relation):
    """`spark.read.format(…).load(…)`; `schema` may be DDL text; `format` None means the session's default."""

    format: str | None
    paths: tuple[str, ...] = ()
    schema: StructType | str | None = None
    options: Mapping[str, str] | None = None
    predicates: tuple[str, ...] = ()
    is_streaming: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class OpenedSource(Relation):
    """The rows of a data source that is open already: `source` is a `lake.scan.ScanSource`."""

    source: Any


@dataclass(frozen=True, slots=True, eq=False)
class LocalRelation(Relation):
    """Rows sent with the plan: an Arrow table or IPC stream in `data` (None: no rows), its Spark schema if given."""

    data: Any
    schema: StructType | str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class OneRow(Relation):
    """One row without columns: a SELECT without FROM."""


@dataclass(frozen=True, slots=True, eq=False)
class Values(Relation):
    """`VALUES (…), (…)`; columns are col1, col2, …; messages call them by the `names` of the alias around them."""

    rows: tuple[tuple[Expr, ...], ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Range(Relation):
    """`id` from `start` to `end` (exclusive) by `step`."""

    start: int
    end: int
    step: int = 1
    partitions: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TableFunction(Relation):
    """A table-valued function by name: `range(5)`, `explode(x)`, a UDTF; arguments may be `TableArgument`."""

    name: tuple[str, ...]
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class PythonTableFunction(Relation):
    """An inline Python UDTF; `return_type` None means its `analyze` decides."""

    name: str
    command: bytes
    eval_type: int
    return_type: DataType | str | None
    args: tuple[Expr, ...]
    deterministic: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Project(Relation):
    """SELECT list over `child`; may hold stars, generators, windows, aggregates (then it is a global aggregate)."""

    child: Relation
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Filter(Relation):
    """WHERE."""

    child: Relation
    condition: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Having(Relation):
    """HAVING over the `Aggregate` (or `Project`) below: may name aggregates and columns that it does not output."""

    child: Relation
    condition: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Qualify(Relation):
    """QUALIFY over the SELECT below: may hold window functions and name its aliases."""

    child: Relation
    condition: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Aggregate(Relation):
    """GROUP BY. `kind`: groupby, rollup, cube, grouping_sets, pivot, or all (GROUP BY ALL).

    With `keeps_keys` (DataFrame API) the output is keys then `items`; in SQL it is `items` alone. For grouping_sets
    each set lists expressions among `keys`. `analytics` holds mixed SQL forms (`GROUP BY a, ROLLUP(b, c)`), and then
    `keys` is empty: each element is (kind, its sets), their product is taken. A plain key is
    ("groupby", ((key,),)); the sets of rollup and cube are their elements, those of grouping_sets the sets themselves.
    """

    child: Relation
    keys: tuple[Expr, ...]
    items: tuple[Expr, ...]
    kind: str = "groupby"
    keeps_keys: bool = False
    grouping_sets: tuple[tuple[Expr, ...], ...] = ()
    analytics: tuple[tuple[str, tuple[tuple[Expr, ...], ...]], ...] = ()
    pivot_column: Expr | None = None
    pivot_values: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Pivot(Relation):
    """SQL's `PIVOT (aggregates FOR columns IN (values))`; values may be aliased; several columns pair with structs."""

    child: Relation
    aggregates: tuple[Expr, ...]
    columns: tuple[Expr, ...]
    values: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Unpivot(Relation):
    """Columns to rows. `ids` None: all that are not values; `values` None: all that are not ids.

    Each value group is a tuple of columns with an optional label (SQL's form has several value columns).
    """

    child: Relation
    ids: tuple[Expr, ...] | None
    values: tuple[tuple[tuple[Expr, ...], str | None], ...] | None
    variable_name: str
    value_names: tuple[str, ...]
    include_nulls: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class WindowDefinitions(Relation):
    """The WINDOW clause: named specs for the SELECT below it."""

    child: Relation
    definitions: tuple[tuple[str, WindowSpec], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Join(Relation):
    """`kind`: inner, cross, left, right, full, semi, anti. `using` names shared columns; `natural` finds them.

    `is_lateral`: the right side may name the left side's columns. `structs` is for typed rows, which come in pairs:
    whether each side's are structs.
    """

    left: Relation
    right: Relation
    kind: str
    condition: Expr | None = None
    using: tuple[str, ...] = ()
    natural: bool = False
    is_lateral: bool = False
    structs: tuple[bool, bool] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class AsOfJoin(Relation):
    """`pandas`-style as-of join; `direction`: backward, forward, nearest."""

    left: Relation
    right: Relation
    left_as_of: Expr
    right_as_of: Expr
    condition: Expr | None
    using: tuple[str, ...]
    kind: str
    tolerance: Expr | None
    allow_exact_matches: bool
    direction: str


MOST_NEAREST: Final = 100_000
"""The most matches of a left row that a nearest-by join may ask for."""


@dataclass(frozen=True, slots=True, eq=False)
class NearestByJoin(Relation):
    """For each left row the `count` right rows that `ranking` puts first.

    `kind`: inner or left; `direction`: distance (small first) or similarity (large first).
    """

    left: Relation
    right: Relation
    ranking: Expr
    count: int
    kind: str
    direction: str


@dataclass(frozen=True, slots=True, eq=False)
class SetOperation(Relation):
    """`kind`: union, intersect, except."""

    left: Relation
    right: Relation
    kind: str
    is_all: bool
    by_name: bool = False
    allow_missing: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Sort(Relation):
    """ORDER BY (`is_global`) or SORT BY. With `by_all` it is ORDER BY ALL: one key, which carries the direction."""

    child: Relation
    keys: tuple[SortOrder, ...]
    is_global: bool = True
    by_all: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Limit(Relation):
    """At most `count` rows."""

    child: Relation
    count: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Offset(Relation):
    """All but the first `count` rows."""

    child: Relation
    count: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Tail(Relation):
    """The last `count` rows."""

    child: Relation
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Sample(Relation):
    """A share of rows between `lower` and `upper`; or SQL's `rows`/`bucket` forms."""

    child: Relation
    lower: float
    upper: float
    with_replacement: bool = False
    seed: int | None = None
    rows: Expr | None = None
    sorts_first: bool = False  # so that the samples of `randomSplit` do not overlap


@dataclass(frozen=True, slots=True, eq=False)
class Deduplicate(Relation):
    """DISTINCT, or by `columns`; `all_columns` when none are named."""

    child: Relation
    columns: tuple[str, ...] = ()
    all_columns: bool = False
    within_watermark: bool = False


AUTO_ALIAS = "__auto_generated_subquery_name"
"""The alias of a subquery in FROM that was given none; proposals leave it out."""

OWN_PREFIX = "__hiveframe_"
"""How the columns begin that a command adds to a query for itself; proposals leave them out."""


@dataclass(frozen=True, slots=True, eq=False)
class SubqueryAlias(Relation):
    """`child AS name (columns)`."""

    child: Relation
    name: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Repartition(Relation):
    """Partitioning asked for; rows are unchanged. `keys` empty: round robin; `by_id`: the key is the number itself."""

    child: Relation
    count: int | None
    keys: tuple[Expr, ...] = ()
    shuffle: bool = True
    by_id: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Hint(Relation):
    """An optimiser hint; `name` upper or lower case as written."""

    child: Relation
    name: str
    params: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class LateralView(Relation):
    """`LATERAL VIEW [OUTER] generator(…) table AS columns`."""

    child: Relation
    generator: Function
    is_outer: bool
    table: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class CteDefinition(Node):
    """One named query of a WITH clause."""

    name: str
    plan: Relation
    columns: tuple[str, ...] = ()
    max_recursion: int | None = None
    origin: Origin | None = None
    _carrier = True


@dataclass(frozen=True, slots=True, eq=False)
class WithCtes(Relation):
    """`WITH [RECURSIVE] … child`."""

    child: Relation
    ctes: tuple[CteDefinition, ...]
    recursive: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class WithDefaultCollation(Relation):
    """`child`, in which texts that say nothing else are compared by `collation`: a view's DEFAULT COLLATION."""

    child: Relation
    collation: str


@dataclass(frozen=True, slots=True, eq=False)
class RelationChanges(Relation):
    """What changed in a table (`spark.read.changes`)."""

    name: TableName
    options: Mapping[str, str]
    is_streaming: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class SqlQuery(Relation):
    """`spark.sql(text, args)` used as a relation; parsed and lowered during analysis."""

    text: str
    named_args: Mapping[str, Expr] | None = None
    positional_args: tuple[Expr, ...] = ()
    views: tuple[tuple[str, Relation], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class CommandResult(Relation):
    """A command used as a relation: it runs once when the plan is executed."""

    command: Command
