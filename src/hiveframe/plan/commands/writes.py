"""Rows that are written, changed or taken out."""

from __future__ import annotations

from collections.abc import Mapping

from hiveframe.dataclass import dataclass
from hiveframe.plan.spec import Command, Expr, Node, Relation, TableName


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
