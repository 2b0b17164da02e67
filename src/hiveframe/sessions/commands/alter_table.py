"""ALTER TABLE and ALTER VIEW: one function an action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from hiveframe.catalog.entities import COLLATION, Table
from hiveframe.catalog.metastore import quoted
from hiveframe.errors import analysis_error, unsupported
from hiveframe.functions.coercion import can_up_cast
from hiveframe.lake.paths import local_path
from hiveframe.plan import commands as c
from hiveframe.plan.types import StringType, StructField, StructType, with_default_collation
from hiveframe.sessions.commands.lookup import known_table, writable_table
from hiveframe.sessions.commands.partitions import (
    add_partitions,
    drop_partitions,
    known_partitions,
    matching,
    rename_partition,
    static_values,
)
from hiveframe.sessions.commands.repair import repair
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.commands.tables import column_field, partitions_last
from hiveframe.sessions.commands.views import replace_query
from hiveframe.sessions.results import EMPTY, SmallTable
from hiveframe.sessions.versioned.altering import ACTIONS as VERSIONED_ACTIONS
from hiveframe.sessions.versioned.altering import altered_column, refused_type
from hiveframe.sessions.versioned.opened import is_versioned, opened, table_of

Args = Mapping[str, Any]
Action = Callable[[CommandSession, Table, Args], None]


@handles(c.AlterTable)
def alter_table(session: CommandSession, command: c.AlterTable) -> SmallTable:
    """The action that the command names, on a table or (`is_view`) a view."""
    parts = session.table_parts(command.name)
    if command.is_view:
        if command.action == "rename" and session.catalog.temporary_view(parts) is not None:
            _rename_temporary(session, parts, command.args)
            return EMPTY
        table = known_table(session, parts)
        if not table.is_view:
            raise analysis_error(
                "EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE", tableName=quoted(*table.parts), operation="ALTER VIEW"
            )
    else:
        table = writable_table(session, parts, "ALTER TABLE")
        target = opened(table)
        if target is not None and command.action in VERSIONED_ACTIONS:
            VERSIONED_ACTIONS[command.action](session, table, target, command.args)
            session.state.cached_tables.pop(table.parts, None)
            return EMPTY
    action = _ACTIONS.get(command.action)
    if action is None:
        raise unsupported(
            f"ALTER TABLE {command.action.replace('_', ' ').upper()} on {table.provider or 'view'} tables"
        )
    action(session, table, command.args)
    session.state.cached_tables.pop(table.parts, None)
    return EMPTY


def _rename_temporary(session: CommandSession, parts: tuple[str, ...], args: Args) -> None:
    view = session.catalog.temporary_view(parts)
    assert view is not None
    session.catalog.create_temporary_view(replace(view, name=args["to"][-1].lower()), replace=False)
    session.catalog.drop_temporary_view(parts)


def _save(session: CommandSession, table: Table, fields: list[StructField]) -> None:
    ordered = partitions_last(fields, table.partition_columns)
    session.catalog.store(table.catalog).alter_table(replace(table, schema=StructType(tuple(ordered))))


def _index(table: Table, name: str) -> int:
    for i, f in enumerate(table.schema.fields):
        if f.name.lower() == name.lower():
            return i
    known = ", ".join(quoted(f.name) for f in table.schema.fields)
    raise analysis_error("UNRESOLVED_COLUMN.WITH_SUGGESTION", objectName=quoted(name), proposal=known)


def _rename(session: CommandSession, table: Table, args: Args) -> None:
    to = tuple(args["to"])
    here = (table.catalog, *table.database.split("."))
    _, database, name = session.catalog.qualify(to if len(to) > 1 else (*here, *to))
    session.catalog.store(table.catalog).rename_table(table, database, name)
    if not table.is_view and is_versioned(table.provider):
        table_of(table).renamed((database, name))


def _add_columns(session: CommandSession, table: Table, args: Args) -> None:
    fields = list(table.schema.fields)
    for d in args["columns"]:
        new = column_field(session, d, table.collation)
        if any(f.name.lower() == new.name.lower() for f in fields):
            raise analysis_error("FIELD_ALREADY_EXISTS", op="add", fieldNames=quoted(new.name), struct="STRUCT")
        fields.insert(_place(table, fields, d.position), new)
    _save(session, table, fields)


def _place(table: Table, fields: list[StructField], position: tuple[str, ...] | None) -> int:
    if position is None:
        return len(fields) - len(table.partition_columns)
    if position[0].upper() == "FIRST":
        return 0
    names = [f.name.lower() for f in fields]
    if position[1].lower() not in names:
        _index(table, position[1])
    return names.index(position[1].lower()) + 1


def _alter_column(session: CommandSession, table: Table, args: Args) -> None:
    name = args["name"][-1]
    i = _index(table, name)
    fields = list(table.schema.fields)
    f = fields[i]
    dtype = args.get("dtype") or f.dtype
    if isinstance(f.dtype, StringType):
        dtype = with_default_collation(dtype, f.dtype.collation)  # STRING alone changes nothing
    is_text = isinstance(f.dtype, StringType) and isinstance(dtype, StringType)  # of any collation
    if args.get("dtype") is not None and dtype != f.dtype and not is_text and not can_up_cast(f.dtype, dtype):
        raise refused_type(table, f, dtype)
    fields[i] = altered_column(f, dtype, args)
    if args.get("position") is not None:
        moved = fields.pop(i)
        fields.insert(_place(table, fields, args["position"]), moved)
    _save(session, table, fields)


def _replace_columns(session: CommandSession, table: Table, args: Args) -> None:
    kept = [f for f in table.schema.fields if f.name in table.partition_columns]
    _save(session, table, [column_field(session, d, table.collation) for d in args["columns"]] + kept)


def _set_properties(session: CommandSession, table: Table, args: Args) -> None:
    properties = {**table.properties, **args["properties"]}
    comment = properties.pop("comment", table.comment)
    session.catalog.store(table.catalog).alter_table(replace(table, properties=properties, comment=comment))


def _unset_properties(session: CommandSession, table: Table, args: Args) -> None:
    missing = [k for k in args["keys"] if k not in table.properties]
    if missing and not args.get("if_exists"):
        raise analysis_error(
            "UNSET_NONEXISTENT_PROPERTIES",
            properties=", ".join(quoted(k) for k in missing),
            table=quoted(*table.parts),
        )
    properties = {k: v for k, v in table.properties.items() if k not in args["keys"]}
    session.catalog.store(table.catalog).alter_table(replace(table, properties=properties))


def _set_location(session: CommandSession, table: Table, args: Args) -> None:
    location = local_path(args["location"])
    if args.get("partition"):
        values = static_values(session, table, args["partition"])
        known = known_partitions(session, table, "ALTER TABLE SET LOCATION")
        for name in matching(known, values):
            session.catalog.metastore.set_partitions(table, {name: location})
        return
    session.catalog.store(table.catalog).alter_table(replace(table, location=location, type="EXTERNAL"))


def _add_partition(session: CommandSession, table: Table, args: Args) -> None:
    add_partitions(session, table, args["partitions"], if_not_exists=bool(args.get("if_not_exists")))


def _drop_partition(session: CommandSession, table: Table, args: Args) -> None:
    drop_partitions(session, table, args["partitions"], if_exists=bool(args.get("if_exists")))


def _rename_partition(session: CommandSession, table: Table, args: Args) -> None:
    rename_partition(session, table, args["old"], args["new"])


def _recover_partitions(session: CommandSession, table: Table, args: Args) -> None:
    repair(session, table, "ALTER TABLE RECOVER PARTITIONS", adds=True, drops=False)


def _set_query(session: CommandSession, table: Table, args: Args) -> None:
    replace_query(session, table, args["text"], args["query"])


def _cluster_by(session: CommandSession, table: Table, args: Args) -> None:
    session.catalog.store(table.catalog).alter_table(replace(table, cluster_by=tuple(args["columns"])))


def _default_collation(session: CommandSession, table: Table, args: Args) -> None:
    """For the columns to come."""
    _set_properties(session, table, {"properties": {COLLATION: args["collation"]}})


_ACTIONS: Final[Mapping[str, Action]] = {
    "rename": _rename,
    "add_columns": _add_columns,
    "alter_column": _alter_column,
    "replace_columns": _replace_columns,
    "set_properties": _set_properties,
    "unset_properties": _unset_properties,
    "set_location": _set_location,
    "add_partition": _add_partition,
    "drop_partition": _drop_partition,
    "rename_partition": _rename_partition,
    "recover_partitions": _recover_partitions,
    "set_query": _set_query,
    "cluster_by": _cluster_by,
    "default_collation": _default_collation,
}
