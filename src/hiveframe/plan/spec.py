"""The unresolved tree: what a client or SQL text asked for, before any name or type is known.

Both front doors (the Connect protocol and SwarmQL text) produce these nodes; `analysis` turns them into
`plan.logical`. Nodes are frozen data, compared by identity. Literal values are kept as they are stored:

DATE days since 1970-01-01; TIMESTAMP, TIMESTAMP_NTZ microseconds since the epoch; TIME nanoseconds of the day;
YEAR-MONTH interval months; DAY-TIME interval microseconds; calendar interval (months, days, microseconds);
DECIMAL `decimal.Decimal`; ARRAY and STRUCT a tuple; MAP a tuple of (key, value); NULL None.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.plan.types import DataType, StructType


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """Where a node came from: a span of SQL text (0-based, `stop` inclusive) or a DataFrame call."""

    sql_text: str | None = None
    start: int = -1
    stop: int = -1
    line: int = 0
    column: int = 0
    object_type: str = ""
    object_name: str = ""
    fragment: str = ""
    call_site: str = ""


class Node:
    """Anything in the unresolved tree."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Expr(Node):
    """An unresolved expression."""

    origin: Origin | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Relation(Node):
    """An unresolved relation; `plan_id` is the DataFrame API's name for it."""

    plan_id: int | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Command(Node):
    """Something done rather than computed; its result is a small relation. Nodes are in `plan.commands`."""

    origin: Origin | None = None


# ------------------------------------------------------------------------------------------------ expressions


@dataclass(frozen=True, slots=True, eq=False)
class Literal(Expr):
    """A typed constant in storage form (see the module's docstring)."""

    value: Any
    dtype: DataType


@dataclass(frozen=True, slots=True, eq=False)
class TypedLiteral(Expr):
    """`DATE '…'`, `TIMESTAMP '…'`, `X'…'`, `INTERVAL '…' DAY TO SECOND`: text read under session settings.

    `type_name` is upper case: DATE, TIMESTAMP, TIMESTAMP_NTZ, TIMESTAMP_LTZ, TIME, X, or INTERVAL with `unit` such
    as `DAY TO SECOND`.
    """

    type_name: str
    text: str
    unit: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class IntervalParts(Expr):
    """`INTERVAL 1 DAY 2 HOURS`: (value, unit) pairs; a value may be any expression."""

    parts: tuple[tuple[Expr, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Attribute(Expr):
    """A column by name parts (`a.b.c`).

    `plan_id` pins it to one DataFrame; `is_metadata` asks for a hidden column.
    """

    parts: tuple[str, ...]
    plan_id: int | None = None
    is_metadata: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Star(Expr):
    """`*`, `t.*`, `struct.*`, with `EXCEPT (…)` or `REPLACE (…)`."""

    target: tuple[str, ...] = ()
    plan_id: int | None = None
    except_: tuple[tuple[str, ...], ...] = ()
    replace: tuple[Alias, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Regex(Expr):
    """Every column whose name matches `pattern` (Java regex, `df.colRegex`)."""

    pattern: str
    plan_id: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Function(Expr):
    """A call by name: operators too (`+`, `and`, `=`, `when`, `in`); `name` may have database parts."""

    name: tuple[str, ...]
    args: tuple[Expr, ...]
    distinct: bool = False
    filter: Expr | None = None
    ignore_nulls: bool | None = None
    within_group: tuple[SortOrder, ...] = ()
    is_internal: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class NamedArgument(Expr):
    """`name => value` in a call."""

    name: str
    value: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Alias(Expr):
    """`child AS name`, or several names for a generator."""

    child: Expr
    names: tuple[str, ...]
    metadata: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Cast(Expr):
    """`CAST`, `TRY_CAST` (`is_try`); `is_legacy` forces the non-ANSI rules. `dtype` may be DDL text from a client."""

    child: Expr
    dtype: DataType | str
    is_try: bool = False
    is_legacy: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class SortOrder(Expr):
    """One sort key; `nulls_first` None means Spark's default (first when ascending, last when descending)."""

    child: Expr
    ascending: bool = True
    nulls_first: bool | None = None


@dataclass(frozen=True, slots=True, eq=False)
class FrameBound(Node):
    """One end of a frame; `value` is set for the two offsets.

    `kind`: unbounded_preceding, preceding, current_row, following, unbounded_following.
    """

    kind: str
    value: Expr | None = None
    origin: Origin | None = None
    _carrier = True


@dataclass(frozen=True, slots=True, eq=False)
class Frame(Node):
    """`unit` is `rows` or `range`."""

    unit: str
    lower: FrameBound
    upper: FrameBound
    _carrier = True


@dataclass(frozen=True, slots=True, eq=False)
class WindowSpec(Node):
    """What stands in `OVER (…)`; `base` names a window of the WINDOW clause that it refers to."""

    partition_by: tuple[Expr, ...] = ()
    order_by: tuple[SortOrder, ...] = ()
    frame: Frame | None = None
    base: str | None = None
    origin: Origin | None = None
    _carrier = True


@dataclass(frozen=True, slots=True, eq=False)
class Window(Expr):
    """`function OVER spec`."""

    function: Expr
    spec: WindowSpec


@dataclass(frozen=True, slots=True, eq=False)
class Lambda(Expr):
    """`(x, y) -> body`; inside, a parameter is a `LambdaVariable` or a one-part `Attribute` of that name."""

    params: tuple[str, ...]
    body: Expr


@dataclass(frozen=True, slots=True, eq=False)
class LambdaVariable(Expr):
    """A lambda's parameter used in its body (the DataFrame API's form)."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class ExtractValue(Expr):
    """`child[key]`, `child.key`: array element, map value or struct field, decided by the child's type."""

    child: Expr
    key: Expr


@dataclass(frozen=True, slots=True, eq=False)
class UpdateFields(Expr):
    """`withField` (`value` set) or `dropFields` (`value` None) on a struct."""

    child: Expr
    field: str
    value: Expr | None


@dataclass(frozen=True, slots=True, eq=False)
class PythonFunction(Node):
    """A pickled Python function as the client sent it; `eval_type` is PySpark's PythonEvalType."""

    command: bytes
    eval_type: int
    return_type: DataType | str
    python_version: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class PythonUdf(Expr):
    """A call of an inline Python function (scalar, pandas, Arrow, or grouped aggregate by its `eval_type`)."""

    name: str
    function: PythonFunction
    args: tuple[Expr, ...]
    deterministic: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class ScalarSubquery(Expr):
    """One row, one column, or NULL."""

    plan: Relation


@dataclass(frozen=True, slots=True, eq=False)
class ExistsSubquery(Expr):
    """TRUE when `plan` has a row."""

    plan: Relation


@dataclass(frozen=True, slots=True, eq=False)
class InSubquery(Expr):
    """`values IN (plan)`."""

    values: tuple[Expr, ...]
    plan: Relation


@dataclass(frozen=True, slots=True, eq=False)
class TableArgument(Expr):
    """A table passed to a table-valued function: `TABLE(t) PARTITION BY … ORDER BY …`."""

    plan: Relation
    partition_by: tuple[Expr, ...] = ()
    order_by: tuple[SortOrder, ...] = ()
    with_single_partition: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Parameter(Expr):
    """`:name` (`name`) or the n-th `?` (`position`, from 0)."""

    name: str | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class JoinedText(Expr):
    """Constants and parameters of text side by side, which are one text: `'a' :b`."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class IdentifierClause(Expr):
    """`IDENTIFIER(expr)` where a column or a function (`args` set) is named by a constant expression."""

    name: Expr
    args: tuple[Expr, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class DefaultValue(Expr):
    """`DEFAULT` in INSERT, UPDATE or MERGE."""


# -------------------------------------------------------------------------------------------------- relations


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
class CachedRelation(Relation):
    """A relation kept in the session under `key` (checkpoints and remote references)."""

    key: str


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
class Transpose(Relation):
    """Rows to columns, `index` (default: the first column) giving the new names."""

    child: Relation
    index: Expr | None = None


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
class SampleBy(Relation):
    """Stratified sample."""

    child: Relation
    column: Expr
    fractions: tuple[tuple[Literal, float], ...]
    seed: int


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
class ToDF(Relation):
    """All columns renamed in order."""

    child: Relation
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class WithColumnsRenamed(Relation):
    """Columns renamed by (old, new)."""

    child: Relation
    renames: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class WithColumns(Relation):
    """Columns added or replaced, each an `Alias` with one name."""

    child: Relation
    items: tuple[Alias, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Drop(Relation):
    """Columns removed; unknown names are no error."""

    child: Relation
    columns: tuple[Expr, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ToSchema(Relation):
    """Columns matched by name, reordered and cast to `schema` (`DataFrame.to`)."""

    child: Relation
    schema: StructType


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


@dataclass(frozen=True, slots=True, eq=False)
class MapPartitions(Relation):
    """`mapInPandas`/`mapInArrow`."""

    child: Relation
    function: PythonUdf
    is_barrier: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class GroupMap(Relation):
    """`applyInPandas`/`applyInArrow` over groups of `keys`."""

    child: Relation
    keys: tuple[Expr, ...]
    function: PythonUdf


@dataclass(frozen=True, slots=True, eq=False)
class CoGroupMap(Relation):
    """`cogroup(…).applyInPandas`."""

    left: Relation
    right: Relation
    left_keys: tuple[Expr, ...]
    right_keys: tuple[Expr, ...]
    function: PythonUdf


@dataclass(frozen=True, slots=True, eq=False)
class CollectMetrics(Relation):
    """`observe`: `metrics` computed while rows pass."""

    child: Relation
    name: str
    metrics: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Parse(Relation):
    """`spark.read.csv/json(DataFrame of strings)`; `format` is csv or json."""

    child: Relation
    format: str
    schema: StructType | None
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class WithWatermark(Relation):
    """A streaming watermark; batch plans pass rows through."""

    child: Relation
    event_time: str
    delay: str


@dataclass(frozen=True, slots=True, eq=False)
class FillNa(Relation):
    """`na.fill`: one value for all `columns`, or one for each."""

    child: Relation
    columns: tuple[str, ...]
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True, eq=False)
class DropNa(Relation):
    """`na.drop`: rows with at least `min_non_nulls` (None: all) non-null values in `columns` are kept."""

    child: Relation
    columns: tuple[str, ...]
    min_non_nulls: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ReplaceNa(Relation):
    """`na.replace`."""

    child: Relation
    columns: tuple[str, ...]
    replacements: tuple[tuple[Literal, Literal], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Summary(Relation):
    """`summary(statistics)`."""

    child: Relation
    statistics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Describe(Relation):
    """`describe(columns)`."""

    child: Relation
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Crosstab(Relation):
    """Pair counts."""

    child: Relation
    column1: str
    column2: str


@dataclass(frozen=True, slots=True, eq=False)
class Covariance(Relation):
    """Sample covariance of two columns."""

    child: Relation
    column1: str
    column2: str


@dataclass(frozen=True, slots=True, eq=False)
class Correlation(Relation):
    """Pearson correlation of two columns."""

    child: Relation
    column1: str
    column2: str
    method: str = "pearson"


@dataclass(frozen=True, slots=True, eq=False)
class ApproxQuantile(Relation):
    """Quantiles of each column."""

    child: Relation
    columns: tuple[str, ...]
    probabilities: tuple[float, ...]
    relative_error: float


@dataclass(frozen=True, slots=True, eq=False)
class FreqItems(Relation):
    """Frequent items of each column."""

    child: Relation
    columns: tuple[str, ...]
    support: float = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class ShowString(Relation):
    """One row, one column: the text that `show` prints."""

    child: Relation
    row_count: int
    truncate: int
    vertical: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class HtmlString(Relation):
    """One row, one column: the HTML that a notebook shows."""

    child: Relation
    row_count: int
    truncate: int
