"""What is done rather than computed: writes, views, DDL, settings. Each is a `spec.Command` with a small result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hiveframe.dataclass import dataclass
from hiveframe.plan.spec import Alias, Command, Expr, Node, PythonFunction, Relation, TableName
from hiveframe.plan.types import DataType, StructType

# ------------------------------------------------------------------------------------------------------ writes


@dataclass(frozen=True, slots=True, eq=False)
class WriteSource(Command):
    """`df.write`: to `path`, or to table `table` when set. `mode`: append, overwrite, error, ignore.

    `table_method`: save_as_table or insert_into.
    """

    child: Relation
    format: str | None
    mode: str
    path: str | None = None
    table: TableName | None = None
    table_method: str = "save_as_table"
    partition_by: tuple[str, ...] = ()
    sort_by: tuple[str, ...] = ()
    bucket_by: tuple[str, ...] = ()
    bucket_count: int = 0
    cluster_by: tuple[str, ...] = ()
    options: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class WriteTable(Command):
    """`df.writeTo`.

    `mode`: create, replace, create_or_replace, append, overwrite (by `condition`), overwrite_partitions.
    """

    child: Relation
    table: TableName
    mode: str
    format: str | None = None
    partition_by: tuple[Expr, ...] = ()
    options: Mapping[str, str] | None = None
    properties: Mapping[str, str] | None = None
    condition: Expr | None = None
    cluster_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Insert(Command):
    """`INSERT [INTO|OVERWRITE] table [PARTITION (…)] [(columns)] query`; a partition value None is dynamic.

    `by_name`: columns matched by name; `replace_where` as in `INSERT INTO … REPLACE WHERE`; `evolves`: WITH SCHEMA
    EVOLUTION.
    """

    table: TableName
    child: Relation
    overwrite: bool = False
    columns: tuple[str, ...] = ()
    partition: tuple[tuple[str, Expr | None], ...] = ()
    by_name: bool = False
    if_not_exists: bool = False
    replace_where: Expr | None = None
    evolves: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class InsertDirectory(Command):
    """`INSERT OVERWRITE [LOCAL] DIRECTORY 'path' USING format query`."""

    path: str
    format: str | None
    options: Mapping[str, str]
    child: Relation


@dataclass(frozen=True, slots=True, eq=False)
class MultiInsert(Command):
    """`FROM t INSERT … SELECT … INSERT … SELECT …`: several inserts, one after the other."""

    inserts: tuple[Insert | InsertDirectory, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Delete(Command):
    """`DELETE FROM table WHERE`."""

    table: TableName
    alias: str | None
    condition: Expr | None


@dataclass(frozen=True, slots=True, eq=False)
class Update(Command):
    """`UPDATE table SET column = value`."""

    table: TableName
    alias: str | None
    assignments: tuple[tuple[tuple[str, ...], Expr], ...]
    condition: Expr | None


@dataclass(frozen=True, slots=True, eq=False)
class MergeAction(Node):
    """`kind`: update, update_all, insert, insert_all, delete; `when`: matched, not_matched, not_matched_by_source."""

    when: str
    kind: str
    condition: Expr | None = None
    assignments: tuple[tuple[tuple[str, ...], Expr], ...] = ()
    _carrier = True


@dataclass(frozen=True, slots=True, eq=False)
class Merge(Command):
    """`MERGE INTO target USING source ON condition …`."""

    table: TableName
    alias: str | None
    source: Relation
    condition: Expr
    actions: tuple[MergeAction, ...]
    with_schema_evolution: bool = False


# ------------------------------------------------------------------------------------------- databases, tables


@dataclass(frozen=True, slots=True, eq=False)
class CreateNamespace(Command):
    """`CREATE DATABASE`."""

    name: TableName
    if_not_exists: bool = False
    comment: str | None = None
    location: str | None = None
    properties: Mapping[str, str] | None = None
    collation: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class DropNamespace(Command):
    """`DROP DATABASE [CASCADE]`."""

    name: TableName
    if_exists: bool = False
    cascade: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class AlterNamespace(Command):
    """`ALTER DATABASE SET DBPROPERTIES | LOCATION | COMMENT`."""

    name: TableName
    properties: Mapping[str, str] | None = None
    location: str | None = None
    comment: str | None = None
    unset_properties: tuple[str, ...] = ()
    collation: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ColumnDef(Node):
    """A column of CREATE TABLE or ADD COLUMNS. `position`: None, FIRST, or (AFTER, name)."""

    name: tuple[str, ...]
    dtype: DataType
    nullable: bool = True
    default: Expr | None = None
    default_text: str | None = None
    generated: Expr | None = None
    generated_text: str | None = None
    identity: tuple[bool, int, int] | None = None
    comment: str | None = None
    position: tuple[str, ...] | None = None
    _carrier = True


@dataclass(frozen=True, slots=True, eq=False)
class CreateTable(Command):
    """`CREATE [OR REPLACE] [EXTERNAL] TABLE … [AS query]`.

    `like` is for CREATE TABLE LIKE, `replace_only` for REPLACE TABLE.
    """

    name: TableName
    columns: tuple[ColumnDef, ...] = ()
    query: Relation | None = None
    format: str | None = None
    if_not_exists: bool = False
    or_replace: bool = False
    replace_only: bool = False
    external: bool = False
    temporary: bool = False
    partition_by: tuple[Expr, ...] = ()
    partition_columns: tuple[ColumnDef, ...] = ()
    bucket_by: tuple[str, ...] = ()
    bucket_count: int = 0
    sort_by: tuple[str, ...] = ()
    cluster_by: tuple[str, ...] = ()
    location: str | None = None
    comment: str | None = None
    options: Mapping[str, str] | None = None
    properties: Mapping[str, str] | None = None
    constraints: tuple[tuple[str | None, str], ...] = ()
    like: TableName | None = None
    collation: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class DropTable(Command):
    """`DROP TABLE` or, with `is_view`, `DROP VIEW`."""

    name: TableName
    if_exists: bool = False
    purge: bool = False
    is_view: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ExecuteExternal(Command):
    """A command for a data source that runs commands (Spark's `ExternalCommandRunner`)."""

    runner: str
    command: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class AlterTable(Command):
    """`ALTER TABLE`/`ALTER VIEW`: `action` names the change and `args` carries it.

    Actions and their `args`: rename(to), add_columns(columns), drop_columns(names, if_exists), rename_column(old,
    new), alter_column(name, dtype, nullable, default, comment, position), replace_columns(columns),
    set_properties(properties), unset_properties(keys, if_exists), set_location(location, partition),
    alter_columns(columns), schema_binding(binding), default_collation(collation),
    add_partition(partitions, if_not_exists), drop_partition(partitions, if_exists, purge),
    rename_partition(old, new), recover_partitions(), set_query(query, text), cluster_by(columns),
    add_constraint(name, text), drop_constraint(name, if_exists), add_partition_field(term, name),
    drop_partition_field(term), replace_partition_field(old, term, name), write_order(keys, distribution),
    make_reference(kind, name, creates, replaces, if_not_exists, version, retain_ms, keeps, snapshots_ms),
    drop_reference(kind, name, if_exists), drop_feature(name, truncates).
    """

    name: TableName
    action: str
    args: Mapping[str, Any]
    is_view: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class CreateView(Command):
    """A view by SQL (`text` is the query as written) or from a DataFrame.

    `scope`: local (temporary), global, persistent.
    """

    name: TableName
    child: Relation
    scope: str
    text: str | None = None
    columns: tuple[tuple[str, str | None], ...] = ()
    replace: bool = False
    if_not_exists: bool = False
    comment: str | None = None
    properties: Mapping[str, str] | None = None
    schema_binding: str | None = None
    collation: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CreateTemporaryViewUsing(Command):
    """`CREATE TEMPORARY VIEW v USING format OPTIONS (…)`."""

    name: TableName
    format: str
    schema: StructType | None
    options: Mapping[str, str]
    replace: bool = False
    is_global: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class TruncateTable(Command):
    """`TRUNCATE TABLE [PARTITION (…)]`."""

    name: TableName
    partition: tuple[tuple[str, Expr | None], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class RepairTable(Command):
    """`MSCK REPAIR TABLE`; `option`: add, drop or sync partitions."""

    name: TableName
    option: str = "add"


@dataclass(frozen=True, slots=True, eq=False)
class AnalyzeTable(Command):
    """`ANALYZE TABLE … COMPUTE STATISTICS`; `columns` None with `all_columns` means every one."""

    name: TableName
    columns: tuple[str, ...] = ()
    all_columns: bool = False
    no_scan: bool = False
    partition: tuple[tuple[str, Expr | None], ...] = ()
    is_database: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class CommentOn(Command):
    """`COMMENT ON TABLE|DATABASE|COLUMN name IS text`."""

    kind: str
    name: TableName
    comment: str | None


@dataclass(frozen=True, slots=True, eq=False)
class CallProcedure(Command):
    """`CALL name(args)`."""

    name: tuple[str, ...]
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class TableOperation(Command):
    """What formats with versions add: `kind` names it and `args` carries its clauses.

    Kinds and their `args`: history(limit), detail(), optimize(full, condition, zorder), purge(condition),
    vacuum(hours, dry_run), restore(version, timestamp), convert(partition_columns, is_named), is_table(),
    clone(source, is_shallow, version, timestamp, replace, if_not_exists, properties, location).
    """

    name: TableName
    kind: str
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class LoadData(Command):
    """`LOAD DATA [LOCAL] INPATH`."""

    path: str
    is_local: bool
    overwrite: bool
    table: TableName
    partition: tuple[tuple[str, Expr | None], ...] = ()


# ----------------------------------------------------------------------------------------------- show, describe


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
    """`EXPLAIN`; `mode`: simple, extended, codegen, cost, formatted, analyze."""

    child: Relation
    mode: str = "simple"


# --------------------------------------------------------------------------------------------- session and rest


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
