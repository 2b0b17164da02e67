"""Databases, tables and views: made, altered, dropped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hiveframe.dataclass import dataclass
from hiveframe.plan.spec import Command, Expr, Node, Relation, TableName
from hiveframe.plan.types import DataType, StructType


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
