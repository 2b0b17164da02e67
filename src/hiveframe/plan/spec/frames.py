"""Unresolved relations that DataFrames alone have."""

from __future__ import annotations

from collections.abc import Mapping

from hiveframe.dataclass import dataclass
from hiveframe.plan.spec.expressions import Alias, Literal, PythonUdf
from hiveframe.plan.spec.nodes import Expr, Relation
from hiveframe.plan.types import StructType


@dataclass(frozen=True, slots=True, eq=False)
class CachedRelation(Relation):
    """A relation kept in the session under `key` (checkpoints and remote references)."""

    key: str


@dataclass(frozen=True, slots=True, eq=False)
class Transpose(Relation):
    """Rows to columns, `index` (default: the first column) giving the new names."""

    child: Relation
    index: Expr | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SampleBy(Relation):
    """Stratified sample."""

    child: Relation
    column: Expr
    fractions: tuple[tuple[Literal, float], ...]
    seed: int


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
