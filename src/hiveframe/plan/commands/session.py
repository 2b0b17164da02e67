"""What tells of a session and of what it knows, and what changes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hiveframe.dataclass import dataclass
from hiveframe.plan.commands.tables import ColumnDef
from hiveframe.plan.spec import Alias, Command, Expr, PythonFunction, Relation, TableName
from hiveframe.plan.types import DataType, StructType


@dataclass(frozen=True, slots=True, eq=False)
class Show(Command):
    """`SHOW …`: `what` is databases, tables, table_extended, views, columns, functions, partitions, tblproperties,
    create_table, catalogs, current_namespace, procedures; `args` carries name (TableName), pattern, scope and so on.
    """

    what: str
    name: TableName | None = None
    pattern: str | None = None
    args: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class DescribeTable(Command):
    """`DESCRIBE [EXTENDED] table [column]`, optionally `AS JSON`."""

    name: TableName
    extended: bool = False
    column: tuple[str, ...] = ()
    partition: tuple[tuple[str, Expr | None], ...] = ()
    as_json: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class DescribeQuery(Command):
    """`DESCRIBE QUERY`."""

    child: Relation


@dataclass(frozen=True, slots=True, eq=False)
class DescribeNamespace(Command):
    """`DESCRIBE DATABASE [EXTENDED]`."""

    name: TableName
    extended: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class DescribeFunction(Command):
    """`DESCRIBE FUNCTION [EXTENDED]`."""

    name: tuple[str, ...]
    extended: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Explain(Command):
    """`EXPLAIN`; `mode`: simple, extended, codegen, cost, formatted; analyze runs the query; `is_json`: as JSON."""

    child: Relation
    mode: str = "simple"
    is_json: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class SetConf(Command):
    """`SET key = value`; key None lists all; value None shows one. `verbose` is `SET -v`."""

    key: str | None = None
    value: str | None = None
    verbose: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ResetConf(Command):
    """`RESET [key]`."""

    key: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SetTimeZone(Command):
    """`SET TIME ZONE LOCAL | 'zone' | INTERVAL …`."""

    value: Expr | str


@dataclass(frozen=True, slots=True, eq=False)
class UseNamespace(Command):
    """`USE [DATABASE] name`, `USE CATALOG name` (`is_catalog`)."""

    name: TableName
    is_catalog: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class CacheTable(Command):
    """`CACHE [LAZY] TABLE name [AS query]`."""

    name: TableName
    query: Relation | None = None
    lazy: bool = False
    options: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class UncacheTable(Command):
    """`UNCACHE TABLE [IF EXISTS] name`; name None clears the whole cache (`CLEAR CACHE`)."""

    name: TableName | None
    if_exists: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class RefreshTable(Command):
    """`REFRESH TABLE name` or, with `path`, `REFRESH 'path'`."""

    name: TableName | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RefreshFunction(Command):
    """`REFRESH FUNCTION name`."""

    name: TableName


@dataclass(frozen=True, slots=True, eq=False)
class CreateFunction(Command):
    """`CREATE [TEMPORARY] FUNCTION`: SQL body (`body_text`, `params`, `returns`) or a class name (refused)."""

    name: TableName
    temporary: bool = False
    replace: bool = False
    if_not_exists: bool = False
    params: tuple[ColumnDef, ...] = ()
    returns: DataType | StructType | None = None
    returns_table: bool = False
    body: Expr | Relation | None = None
    body_text: str | None = None
    class_name: str | None = None
    comment: str | None = None
    deterministic: bool | None = None
    language: str = "SQL"
    collation: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class DropFunction(Command):
    """`DROP [TEMPORARY] FUNCTION`."""

    name: TableName
    if_exists: bool = False
    temporary: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class RegisterFunction(Command):
    """`spark.udf.register`: a Python function, or a UDTF when `is_table`."""

    name: str
    function: PythonFunction
    deterministic: bool = True
    is_table: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class RegisterDataSource(Command):
    """`spark.dataSource.register`: `command` is the pickled class."""

    name: str
    command: bytes


@dataclass(frozen=True, slots=True, eq=False)
class DeclareVariable(Command):
    """`DECLARE [OR REPLACE] VARIABLE names [type] [DEFAULT expr]`."""

    names: tuple[TableName, ...]
    dtype: DataType | None = None
    default: Expr | None = None
    default_text: str | None = None
    replace: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class DropVariable(Command):
    """`DROP TEMPORARY VARIABLE`."""

    name: TableName
    if_exists: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class SetVariable(Command):
    """`SET VARIABLE a = expr, …` or `SET VARIABLE (a, b) = (query)`."""

    assignments: tuple[tuple[tuple[str, ...], Expr], ...] = ()
    targets: tuple[tuple[str, ...], ...] = ()
    query: Relation | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ExecuteImmediate(Command):
    """`EXECUTE IMMEDIATE text [INTO vars] [USING args]`; an argument may be an `Alias` (named parameter)."""

    text: Expr
    into: tuple[tuple[str, ...], ...] = ()
    using: tuple[Alias | Expr, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class CatalogCall(Command):
    """One `spark.catalog` operation: the protocol's field name in snake case, and its arguments."""

    operation: str
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint(Command):
    """`checkpoint`/`localCheckpoint`: the child is computed and kept in the session."""

    child: Relation
    local: bool
    eager: bool


@dataclass(frozen=True, slots=True, eq=False)
class RemoveCached(Command):
    """Drop the relation kept under `key`."""

    key: str


@dataclass(frozen=True, slots=True, eq=False)
class AddResource(Command):
    """`ADD JAR|FILE|ARCHIVE`, `LIST …` (`action` list)."""

    action: str
    kind: str
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class SqlCommand(Command):
    """`spark.sql(text)` sent as a command: runs it if it is a command, else hands the relation back."""

    query: Relation
