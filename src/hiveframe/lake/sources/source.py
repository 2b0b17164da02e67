"""The contract of a data source: opened once into a `ScanSource`, then turned into a query as often as needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, Protocol

from hiveframe.dataclass import dataclass
from hiveframe.functions.emit import EmitContext
from hiveframe.lake.options import Options
from hiveframe.lake.runner import PrivateRunner, QueryRunner
from hiveframe.lake.scan import ScanSource, ScanSql
from hiveframe.plan.types import StructType
from hiveframe.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class ReadRequest:
    """What the user (or a table of the catalog) asks to read.

    `schema` fixes the columns; a table's (`is_table`) `partition_columns` stand in folder names, and its empty or
    missing folder holds no rows. `partitions` are those that a catalog knows of it, `a=1/b=x` to the folder, when the
    catalog keeps them: then nothing else is read.
    `predicates` divide the rows of a table of another database; `parse_schema` reads DDL that stands in an option.
    `provider` is the class of a data source written in Python. `as_of` is the point in a table's history, a
    `lake.tables.table.AsOf`, `place` where a table of the catalog is, a `lake.tables.table.TablePlace`.
    """

    format: str
    paths: tuple[str, ...]
    schema: StructType | None = None
    options: Options = field(default_factory=Options)
    partition_columns: tuple[str, ...] | None = None
    is_table: bool = False
    partitions: Mapping[str, str] | None = None
    predicates: tuple[str, ...] = ()
    parse_schema: Callable[[str], StructType] | None = None
    provider: Any = None
    as_of: Any = None
    place: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class ReadContext:
    """What a source may use while it is opened."""

    settings: Settings
    runner: QueryRunner = field(default_factory=PrivateRunner)


class Source(Protocol):
    """A readable format; `label` is its name in Spark's messages."""

    label: str

    def open(self, request: ReadRequest, context: ReadContext) -> ScanSource:
        """Lists files, finds partitions and settles the schema."""

    def scan(
        self, source: ScanSource, needed: Sequence[int], context: EmitContext, *, with_path: bool = False
    ) -> ScanSql:
        """The query for the `needed` schema positions; `with_path` adds `scan.path_columns`: each row's file."""
