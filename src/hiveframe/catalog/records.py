"""Rows of the metastore to entities and back."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from hiveframe.catalog.entities import BucketSpec, Database, Function, Table, ViewText
from hiveframe.plan.type_json import type_from_json
from hiveframe.plan.types import StructType, json_value


def database_row(database: Database) -> dict[str, Any]:
    """A database's column values."""
    return {**asdict(database), "properties": dict(database.properties)}


def database_of(row: Any) -> Database:
    """A row's database."""
    return Database(row.name, row.location, row.comment, row.owner, row.properties, row.catalog)


def table_row(table: Table) -> dict[str, Any]:
    """A table's column values."""
    return {
        "catalog": table.catalog,
        "database": table.database,
        "name": table.name,
        "type": table.type,
        "provider": table.provider,
        "location": table.location,
        "schema": json.dumps(json_value(table.schema)),
        "partition_columns": list(table.partition_columns),
        "buckets": asdict(table.buckets) if table.buckets else None,
        "cluster_by": list(table.cluster_by),
        "options": dict(table.options),
        "properties": dict(table.properties),
        "comment": table.comment,
        "owner": table.owner,
        "created_ms": table.created_ms,
        "view": asdict(table.view) if table.view else None,
    }


def table_of(row: Any) -> Table:
    """A row's table."""
    return Table(
        database=row.database,
        name=row.name,
        type=row.type,
        schema=_schema(row.schema),
        provider=row.provider,
        location=row.location,
        partition_columns=tuple(row.partition_columns),
        buckets=_buckets(row.buckets),
        cluster_by=tuple(row.cluster_by),
        options=row.options,
        properties=row.properties,
        comment=row.comment,
        owner=row.owner,
        created_ms=row.created_ms,
        view=_view(row.view),
        catalog=row.catalog,
    )


def _schema(value: str) -> StructType:
    dtype = type_from_json(value)
    assert isinstance(dtype, StructType)
    return dtype


def _buckets(value: dict[str, Any] | None) -> BucketSpec | None:
    if value is None:
        return None
    return BucketSpec(value["count"], tuple(value["columns"]), tuple(value["sort_columns"]))


def _view(value: dict[str, Any] | None) -> ViewText | None:
    if value is None:
        return None
    return ViewText(
        value["text"], value["catalog"], tuple(value["namespace"]), value["settings"], tuple(value["query_columns"])
    )


def function_row(function: Function) -> dict[str, Any]:
    """A function's column values."""
    return {**asdict(function), "definition": dict(function.definition)}


def function_of(row: Any) -> Function:
    """A row's function."""
    return Function(row.database, row.name, row.definition, row.catalog)
