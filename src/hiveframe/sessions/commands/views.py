"""Views: temporary ones of the session, and stored ones."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from hiveframe.catalog.entities import COLLATION, GLOBAL_TEMP, Table, ViewText
from hiveframe.catalog.metastore import quoted
from hiveframe.catalog.session_catalog import TemporaryView
from hiveframe.errors import analysis_error
from hiveframe.plan import commands as c
from hiveframe.plan import spec, walk
from hiveframe.plan.logical import schema_of
from hiveframe.plan.types import StructField, StructType
from hiveframe.sessions.commands.lookup import find_table, not_found_in_catalog
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.results import EMPTY, SmallTable
from hiveframe.sessions.users import current_user

# A stored view is read under the parser and type settings that it was made with.
_CAPTURED = ("spark.sql.ansi.enabled", "spark.sql.caseSensitive", "spark.sql.timestampType")


@handles(c.CreateView)
def create_view(session: CommandSession, command: c.CreateView) -> SmallTable:
    """A view; its query is analysed now, so that a mistake shows at once."""
    parts = session.table_parts(command.name)
    if command.scope == "persistent" and command.collation is None:
        catalog, database, _ = session.catalog.qualify(parts)
        found = session.catalog.store(catalog).find_database(database)
        command = replace(command, collation=found.collation if found else None)
    schema = schema_of(session.analyze(in_collation(command.child, command.collation)))
    if command.columns and len(command.columns) != len(schema.fields):
        more = "NOT_ENOUGH" if len(command.columns) > len(schema.fields) else "TOO_MANY"
        raise analysis_error(
            f"CREATE_VIEW_COLUMN_ARITY_MISMATCH.{more}_DATA_COLUMNS",
            viewName=quoted(*(parts if command.scope != "persistent" else session.catalog.qualify(parts))),
            viewColumns=", ".join(quoted(name) for name, _ in command.columns),
            dataColumns=", ".join(quoted(f.name) for f in schema.fields),
        )
    if command.scope == "persistent":
        _store(session, command, parts, schema)
    else:
        _keep(session, command, parts)
    return EMPTY


def in_collation(plan: spec.Relation, collation: str | None) -> spec.Relation:
    """A query whose texts are compared by a DEFAULT COLLATION, if there is one."""
    return plan if collation is None else spec.WithDefaultCollation(plan, collation)


def with_collation(properties: Mapping[str, str] | None, collation: str | None) -> dict[str, str]:
    """Properties, and the DEFAULT COLLATION among them if there is one."""
    return {**(properties or {}), **({COLLATION: collation} if collation is not None else {})}


def _keep(session: CommandSession, command: c.CreateView, parts: tuple[str, ...]) -> None:
    if len(parts) > 1 and not (len(parts) == 2 and parts[0].lower() == GLOBAL_TEMP and command.scope == "global"):
        raise analysis_error("TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS", actualName=quoted(*parts))
    plan = in_collation(command.child, command.collation)
    if command.columns:
        plan = spec.ToDF(plan, tuple(name for name, _ in command.columns))
    if _names_itself(plan, parts):
        plan = _frozen(session, plan)
    view = TemporaryView(parts[-1].lower(), plan, command.text, command.comment)
    session.catalog.create_temporary_view(view, replace=command.replace, is_global=command.scope == "global")


def _names_itself(plan: spec.Relation, parts: tuple[str, ...]) -> bool:
    name = parts[-1].lower()
    return any(
        isinstance(node, spec.Table) and node.name.parts and node.name.parts[-1].lower() == name
        for node in walk.preorder(plan, spec.Relation)
    )


def _frozen(session: CommandSession, plan: spec.Relation) -> spec.Relation:
    """`plan` with the temporary views it names replaced by what they stand for now."""

    def expand(node: spec.Node) -> spec.Node:
        if isinstance(node, spec.Table) and node.name.parts:
            view = session.catalog.temporary_view(node.name.parts)
            if view is not None:
                return spec.SubqueryAlias(view.plan, node.name.parts[-1])
        return node

    return walk.rewrite_up(plan, spec.Relation, expand)


def _store(session: CommandSession, command: c.CreateView, parts: tuple[str, ...], schema: StructType) -> None:
    if command.text is None:
        raise analysis_error(
            "INVALID_TEMP_OBJ_REFERENCE", obj="VIEW", objName=quoted(*parts), tempObj="VIEW", tempObjName=""
        )
    temporary = _temporary_view_in(session, command.child)
    catalog, database, name = session.catalog.qualify(parts)
    if temporary is not None:
        raise analysis_error(
            "INVALID_TEMP_OBJ_REFERENCE",
            obj="VIEW",
            objName=quoted(catalog, database, name),
            tempObj="VIEW",
            tempObjName=quoted(temporary),
        )
    names = [n for n, _ in command.columns] or [f.name for f in schema.fields]
    comments = [m for _, m in command.columns] or [None] * len(names)
    fields = tuple(
        StructField(n, f.dtype, f.nullable, {**f.metadata, **({"comment": m} if m else {})})
        for n, m, f in zip(names, comments, schema.fields, strict=True)
    )
    settings = {k: v for k in _CAPTURED if (v := session.settings.get(k)) is not None}
    text = ViewText(
        command.text,
        session.catalog.catalog,
        (session.catalog.database,),
        settings,
        tuple(f.name for f in schema.fields),
    )
    view = Table(
        database,
        name,
        "VIEW",
        StructType(fields),
        properties=with_collation(command.properties, command.collation),
        comment=command.comment,
        owner=current_user(),
        created_ms=time.time_ns() // 1_000_000,
        view=text,
        catalog=catalog,
    )
    store = session.catalog.store(catalog)
    existing = store.find_table(database, name)
    if existing is not None and not existing.is_view and command.replace:
        raise analysis_error(
            "EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE",
            tableName=quoted(*existing.parts),
            operation="CREATE OR REPLACE VIEW",
        )
    store.create_table(view, if_not_exists=command.if_not_exists, replace_existing=command.replace)


def _temporary_view_in(session: CommandSession, plan: spec.Relation) -> str | None:
    for node in walk.preorder(plan, spec.Relation):
        if isinstance(node, spec.Table) and session.catalog.temporary_view(node.name.parts) is not None:
            return node.name.parts[-1]
    return None


@handles(c.CreateTemporaryViewUsing)
def create_temporary_view_using(session: CommandSession, command: c.CreateTemporaryViewUsing) -> SmallTable:
    """A temporary view over files."""
    parts = session.table_parts(command.name)
    plan = spec.ReadSource(command.format, schema=command.schema, options=command.options)
    session.analyze(plan)
    view = TemporaryView(parts[-1].lower(), plan)
    session.catalog.create_temporary_view(view, replace=command.replace, is_global=command.is_global)
    return EMPTY


def replace_query(session: CommandSession, view: Table, text: str, plan: spec.Relation) -> None:
    """ALTER VIEW … AS."""
    schema = schema_of(session.analyze(in_collation(plan, view.collation)))
    assert view.view is not None
    changed = replace(view.view, text=text, query_columns=tuple(f.name for f in schema.fields))
    session.catalog.metastore.alter_table(replace(view, schema=schema, view=changed))


def drop_view(session: CommandSession, parts: tuple[str, ...], *, if_exists: bool) -> None:
    """DROP VIEW of a temporary or stored view."""
    if session.catalog.drop_temporary_view(parts):
        return
    table = find_table(session, parts)
    if table is None:
        if if_exists:
            return
        raise not_found_in_catalog(session, parts)
    if not table.is_view:
        raise analysis_error(
            "EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE", tableName=quoted(*table.parts), operation="DROP VIEW"
        )
    session.catalog.metastore.drop_table(table)
