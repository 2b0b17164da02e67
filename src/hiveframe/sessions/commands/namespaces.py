"""Databases: CREATE, DROP, ALTER, DESCRIBE, SHOW, USE."""

from __future__ import annotations

from dataclasses import replace

from hiveframe.catalog.entities import COLLATION, Database
from hiveframe.lake.paths import local_path
from hiveframe.plan import commands as c
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.commands.tables import forget
from hiveframe.sessions.results import EMPTY, SmallTable, column, small_table
from hiveframe.sessions.users import current_user

_RESERVED = frozenset({"owner", "location", "comment", COLLATION})


@handles(c.CreateNamespace)
def create_namespace(session: CommandSession, command: c.CreateNamespace) -> SmallTable:
    """A database with its folder, `<name>.db` in the warehouse unless LOCATION says otherwise."""
    catalog, name = session.catalog.namespace(session.table_parts(command.name))
    store = session.catalog.store(catalog)
    folder = command.location or store.database_location(name)
    properties = dict(command.properties or {})
    if command.collation is not None:
        properties[COLLATION] = command.collation
    location = local_path(folder) if folder else ""  # left to the catalog
    database = Database(name, location, command.comment or "", current_user(), properties, catalog)
    store.create_database(database, if_not_exists=command.if_not_exists)
    return EMPTY


@handles(c.DropNamespace)
def drop_namespace(session: CommandSession, command: c.DropNamespace) -> SmallTable:
    """A database that is empty, or with all it holds (CASCADE)."""
    catalog, name = session.catalog.namespace(session.table_parts(command.name))
    store = session.catalog.store(catalog)
    held = store.tables(name) if command.cascade and store.find_database(name) is not None else []
    store.drop_database(name, if_exists=command.if_exists, cascade=command.cascade)
    for table in held:
        forget(table)
    return EMPTY


@handles(c.AlterNamespace)
def alter_namespace(session: CommandSession, command: c.AlterNamespace) -> SmallTable:
    """New properties, location or comment."""
    catalog, name = session.catalog.namespace(session.table_parts(command.name))
    database = session.catalog.store(catalog).database(name)
    properties = {**database.properties, **(command.properties or {})}
    for key in command.unset_properties:
        properties.pop(key, None)
    if command.collation is not None:
        properties[COLLATION] = command.collation
    changed = replace(
        database,
        properties=properties,
        location=local_path(command.location) if command.location else database.location,
        comment=database.comment if command.comment is None else command.comment,
    )
    session.catalog.store(catalog).alter_database(changed)
    return EMPTY


@handles(c.DescribeNamespace)
def describe_namespace(session: CommandSession, command: c.DescribeNamespace) -> SmallTable:
    """Name, comment, location, owner and (EXTENDED) properties."""
    catalog, name = session.catalog.namespace(session.table_parts(command.name))
    database = session.catalog.store(catalog).database(name)
    rows = [
        ("Catalog Name", catalog),
        ("Namespace Name", database.name),
        ("Comment", database.comment),
        *((("Collation", database.collation),) if database.collation is not None else ()),
        ("Location", f"file:{database.location}"),
        ("Owner", database.owner),
    ]
    if command.extended:
        shown = ", ".join(f"({k},{v})" for k, v in sorted(database.properties.items()) if k not in _RESERVED)
        rows.append(("Properties", f"({shown})" if shown else ""))
    return small_table((column("info_name"), column("info_value", nullable=True)), rows)


@handles(c.UseNamespace)
def use_namespace(session: CommandSession, command: c.UseNamespace) -> SmallTable:
    """Make a database, or a catalog, the current one."""
    parts = session.table_parts(command.name)
    if command.is_catalog or (len(parts) == 1 and session.catalog.is_catalog(parts[0])):
        session.catalog.use_catalog(parts[0])
    else:
        session.catalog.use_database(parts)
    return EMPTY
