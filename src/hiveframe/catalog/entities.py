"""What the metastore keeps, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from hiveframe.dataclass import dataclass
from hiveframe.plan.types import StructType

DEFAULT_CATALOG = "spark_catalog"
DEFAULT_DATABASE = "default"
GLOBAL_TEMP = "global_temp"
DEFAULT = "CURRENT_DEFAULT"  # in a column's metadata: its default, as SQL text
EXISTS_DEFAULT = "EXISTS_DEFAULT"  # the default of the rows from before it
COLLATION = "collation"  # the property that keeps DEFAULT COLLATION, as Spark's does
PARTITION_PROVIDER = "partitionProvider"  # the property of tables whose partitions the catalog lists, as Hive's is
_TOLD_APART = (COLLATION, PARTITION_PROVIDER)


@dataclass(frozen=True, slots=True)
class Database:
    """A database (Spark: schema, namespace). `location` is a folder."""

    name: str
    location: str
    comment: str = ""
    owner: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    catalog: str = DEFAULT_CATALOG

    @property
    def collation(self) -> str | None:
        """The DEFAULT COLLATION of what is made in it."""
        return self.properties.get(COLLATION)


@dataclass(frozen=True, slots=True)
class BucketSpec:
    """`CLUSTERED BY (columns) SORTED BY (sort_columns) INTO count BUCKETS`."""

    count: int
    columns: tuple[str, ...]
    sort_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """A column, or a value made of it, by which a table's rows are divided or sorted.

    `function` is identity, year, month, day, hour, bucket or truncate, the last two with an `argument`; `name` is that
    of the partition field, where it was given one.
    """

    column: str
    function: str = "identity"
    argument: int | None = None
    name: str | None = None

    def __str__(self) -> str:
        """As it is written in PARTITIONED BY."""
        if self.function == "identity":
            return self.column
        argument = "" if self.argument is None else f"{self.argument}, "
        plural = "s" if self.function in ("year", "month", "day", "hour") else ""
        return f"{self.function}{plural}({argument}{self.column})"

    def is_same(self, other: Term) -> bool:
        """Whether both make the same value, whatever the names."""
        mine, others = (self.column.lower(), self.function), (other.column.lower(), other.function)
        return mine == others and self.argument == other.argument


@dataclass(frozen=True, slots=True)
class Ordering:
    """One key of a table's sort order."""

    term: Term
    ascending: bool = True
    nulls_first: bool = True


@dataclass(frozen=True, slots=True)
class ViewText:
    """A persistent view's query as written, and the state that it is read under."""

    text: str
    catalog: str
    namespace: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)
    query_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view. `type` is MANAGED, EXTERNAL or VIEW; `schema` ends with the partition columns.

    A column's default, generation expression and comment stand in its field's metadata, as Spark keeps them.
    `terms` are what divides the rows of a table whose format divides by more than columns (the entry of one that is
    there leaves them to the table). `home` is what the entry was found in: the warehouse's folder, or what a catalog of
    another system needs to find the table.
    """

    database: str
    name: str
    type: str
    schema: StructType
    provider: str = ""
    location: str = ""
    partition_columns: tuple[str, ...] = ()
    buckets: BucketSpec | None = None
    cluster_by: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    comment: str | None = None
    owner: str = ""
    created_ms: int = 0
    view: ViewText | None = None
    catalog: str = DEFAULT_CATALOG
    terms: tuple[Term, ...] = ()
    home: Any = None

    @property
    def collation(self) -> str | None:
        """The collation of texts for which none is said, if it has one of its own."""
        return self.properties.get(COLLATION)

    @property
    def shown_properties(self) -> Mapping[str, str]:
        """The properties that are not told by clauses of their own."""
        return {key: value for key, value in self.properties.items() if key not in _TOLD_APART}

    @property
    def lists_partitions(self) -> bool:
        """Whether the catalog says which partitions there are: folders that it does not know are not read."""
        return self.properties.get(PARTITION_PROVIDER) == "catalog"

    @property
    def is_view(self) -> bool:
        """Whether it is a view."""
        return self.view is not None

    @property
    def parts(self) -> tuple[str, str, str]:
        """The full name."""
        return (self.catalog, self.database, self.name)


@dataclass(frozen=True, slots=True)
class Function:
    """A stored SQL function; `definition` is its CREATE FUNCTION statement's parts as JSON values."""

    database: str
    name: str
    definition: Mapping[str, Any]
    catalog: str = DEFAULT_CATALOG
