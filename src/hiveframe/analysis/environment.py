"""What analysis needs from outside: settings, tables, functions, variables, parsing and evaluation.

`session` fulfils `Environment`; tests use a small one of their own. Nothing here reads rows, except that a pivot
without values and a constant argument are asked for through `collect` and `evaluate`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from hiveframe.dataclass import dataclass
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan.types import STRING, DataType, StructType
from hiveframe.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class DataTable:
    """A table, file source or kept result: rows that can be read as they are.

    `make(columns, metadata)` gives the relation whose output is exactly `columns`, one for each field of `schema`;
    `metadata` is the column `_metadata` that the relation can add to them, when `metadata_schema` says that it has one.
    `qualifier` is the name parts under which columns may be qualified, catalog first: `("spark_catalog", "default",
    "t")`.
    """

    schema: StructType
    make: Callable[[tuple[lg.Column, ...], lg.Column | None], lg.Relation]
    qualifier: tuple[str, ...] = ()
    metadata_schema: StructType | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ViewTable:
    """A view: the relation it stands for, under the environment (settings, namespace) that it was created in.

    `schema` is what a stored view promised (None for a temporary DataFrame view): columns are renamed and cast to it.
    """

    plan: spec.Relation
    qualifier: tuple[str, ...] = ()
    schema: StructType | None = None
    environment: Environment | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SqlFunction:
    """A function written in SQL: `body` over its parameters (name, type, default). A table function's is a relation."""

    name: tuple[str, ...]
    params: tuple[tuple[str, DataType, spec.Expr | None], ...]
    body: spec.Expr | spec.Relation
    result: DataType | None
    environment: Environment | None = None
    collation: str = STRING.collation


@dataclass(frozen=True, slots=True, eq=False)
class PythonFunction:
    """A registered Python function, callable by `name` from SQL."""

    name: str
    function: spec.PythonFunction
    deterministic: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class PythonTableFunction:
    """A registered Python table function."""

    name: str
    command: bytes
    eval_type: int
    return_type: DataType | str | None
    deterministic: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class ClassFunction:
    """A stored function of a JVM class: it can be described, not called."""

    name: tuple[str, ...]
    class_name: str


@dataclass(frozen=True, slots=True)
class AnalyzedArgument:
    """An argument as a Python table function's `analyze` sees it; `value` (storage form) only when it is constant."""

    dtype: DataType
    value: Any = None
    is_constant: bool = False
    is_table: bool = False
    name: str | None = None


@dataclass(frozen=True, slots=True)
class TableFunctionAnalysis:
    """What `analyze` returned: the schema, itself as a pickle, and how the TABLE argument is to be given.

    `partition_by`, `order_by` (expression, ascending, nulls first) and `select` (expression, alias or "") are SQL text.
    """

    schema: StructType
    pickled: bytes
    single_partition: bool = False
    partition_by: tuple[str, ...] = ()
    order_by: tuple[tuple[str, bool, bool | None], ...] = ()
    select: tuple[tuple[str, str], ...] = ()


UserFunction = SqlFunction | PythonFunction | PythonTableFunction | ClassFunction


class Environment(Protocol):
    """One session (or one view's captured state) as analysis sees it."""

    @property
    def settings(self) -> Settings:
        """The settings in force."""

    @property
    def catalog(self) -> str:
        """The current catalog."""

    @property
    def namespace(self) -> tuple[str, ...]:
        """The current database."""

    @property
    def user(self) -> str:
        """Who runs the session."""

    def resolve_table(
        self,
        parts: tuple[str, ...],
        *,
        options: Mapping[str, str],
        version: Any = None,
        timestamp_us: int | None = None,
    ) -> DataTable | ViewTable | None:
        """The table or view of that name (temporary views first, paths such as ``parquet.`/x` `` last), or None."""

    def read_source(self, node: spec.ReadSource) -> DataTable:
        """An opened data source."""

    def cached_relation(self, key: str) -> DataTable:
        """A relation that the session keeps."""

    def run_command(self, command: spec.Command) -> DataTable:
        """A command's result rows (it runs once, when the plan that holds it is executed)."""

    def parse_rows(
        self, rows: lg.Relation, format: str, schema: StructType | None, options: Mapping[str, str]
    ) -> DataTable:
        """A column of text read as the lines of a `csv` or `json` file; without a schema it is inferred."""

    def user_function(self, parts: tuple[str, ...], *, is_builtin: bool = False) -> UserFunction | None:
        """A temporary or stored function of that name, or None. A built-in name gives way to a temporary one alone."""

    def variable(self, parts: tuple[str, ...]) -> lg.Literal | None:
        """A session variable's value, or None when there is no such variable."""

    def parse_query(self, text: str) -> spec.Relation | spec.Command:
        """SQL text as a tree."""

    def parse_name(self, text: str) -> tuple[str, ...]:
        """The parts of a name written as text."""

    def parse_schema(self, text: str) -> DataType:
        """The type, DDL columns or JSON that a client declares a function's result with."""

    def parse_type(self, ddl: str) -> DataType:
        """A type, or a table schema, written as DDL."""

    def evaluate(self, expr: lg.Expr) -> Any:
        """The value (storage form) of an expression without columns."""

    def collect(self, relation: lg.Relation) -> Sequence[tuple[Any, ...]]:
        """The rows (storage form) of a small query."""

    def analyze_table_function(
        self, function: spec.PythonTableFunction, args: Sequence[AnalyzedArgument]
    ) -> TableFunctionAnalysis:
        """What a Python table function's `analyze` says of a call."""

    def function_names(self) -> Sequence[str]:
        """Names of temporary and stored functions, for suggestions."""
