"""Columns that the table computes: GENERATED ALWAYS AS (expression), and identities, which count.

Source: Delta's PROTOCOL.md, "Generated Columns", "Identity Columns". An identity's values are never given twice; gaps
are allowed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Final

from hiveframe.catalog.entities import Table
from hiveframe.catalog.metastore import quoted
from hiveframe.errors import analysis_error
from hiveframe.lake.tables.table import Definition
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.logical import schema_of
from hiveframe.plan.types import StructField, StructType
from hiveframe.sessions.commands.seam import CommandSession
from hiveframe.sql.parser import parse_expression

GENERATED: Final = "delta.generationExpression"
_START: Final = "delta.identity.start"
_STEP: Final = "delta.identity.step"
_EXPLICIT: Final = "delta.identity.allowExplicitInsert"
_HIGHEST: Final = "delta.identity.highWaterMark"


def computed_by(d: c.ColumnDef) -> dict[str, Any]:
    """What stands in the metadata of a generated or identity column."""
    if d.identity is not None:
        is_explicit, start, step = d.identity
        if d.dtype != t.LONG:
            raise analysis_error("IDENTITY_COLUMNS_UNSUPPORTED_DATA_TYPE", dataType=t.sql_name(d.dtype))
        return {_START: start, _STEP: step, _EXPLICIT: is_explicit}
    return {GENERATED: d.generated_text}


def generated(definition: Definition) -> dict[str, str]:
    """The expressions of generated columns, by column."""
    return {f.name: str(f.metadata[GENERATED]) for f in definition.schema.fields if GENERATED in f.metadata}


def identities(definition: Definition) -> list[StructField]:
    """The identity columns."""
    return [f for f in definition.schema.fields if _START in f.metadata]


def given_columns(
    session: CommandSession, table: Table, child: spec.Relation, *, by_name: bool, columns: Sequence[str]
) -> set[str]:
    """Which of a table's columns a write gives values for, in lower case."""
    if by_name:
        return {f.name.lower() for f in schema_of(session.analyze(child)).fields}
    return {n.lower() for n in columns or [f.name for f in table.schema.fields]}


def with_computed(
    session: CommandSession, definition: Definition, rows: spec.Relation, given: Collection[str]
) -> spec.Relation:
    """The rows with a value in each computed column that they were not given one for."""
    for f in identities(definition):
        if f.name.lower() in given and not f.metadata[_EXPLICIT]:
            raise analysis_error("DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED", colName=quoted(f.name))
    counted: dict[str, spec.Expr] = {f.name: _next(f) for f in identities(definition) if f.name.lower() not in given}
    made = {n: text for n, text in generated(definition).items() if n.lower() not in given}
    return _computed(session, definition, _replaced(definition, rows, counted), made)


def with_recomputed(session: CommandSession, definition: Definition, rows: spec.Relation) -> spec.Relation:
    """Rows that were changed or made: generated columns follow, identities are counted where there is no value."""
    counted: dict[str, spec.Expr] = {
        f.name: spec.Function(("coalesce",), (spec.Attribute((f.name,)), _next(f))) for f in identities(definition)
    }
    return _computed(session, definition, _replaced(definition, rows, counted), generated(definition))


def _computed(
    session: CommandSession, definition: Definition, rows: spec.Relation, texts: dict[str, str]
) -> spec.Relation:
    made = {name: parse_expression(text, conf=session.settings) for name, text in texts.items()}
    return _replaced(definition, rows, made)


def _replaced(definition: Definition, rows: spec.Relation, values: dict[str, spec.Expr]) -> spec.Relation:
    if not values:
        return rows
    items = []
    for f in definition.schema.fields:
        value = values.get(f.name)
        given: spec.Expr = spec.Attribute((f.name,)) if value is None else spec.Cast(value, f.dtype)
        items.append(spec.Alias(given, (f.name,)))
    return spec.Project(rows, tuple(items))


def _next(f: StructField) -> spec.Expr:
    """The identity's value of each row: one step after the other from the highest given so far."""
    step = int(f.metadata[_STEP])
    highest = int(f.metadata.get(_HIGHEST, int(f.metadata[_START]) - step))
    place = spec.Window(spec.Function(("row_number",), ()), spec.WindowSpec(order_by=(_ANY_ORDER,)))
    moved = spec.Function(("*",), (spec.Cast(place, t.LONG), spec.Literal(step, t.LONG)))
    return spec.Function(("+",), (spec.Literal(highest, t.LONG), moved))


_ANY_ORDER: Final = spec.SortOrder(spec.Literal(1, t.INT))


def advanced(definition: Definition, count: int) -> Definition:
    """The definition after `count` values of each identity were given out."""
    fields = []
    for f in definition.schema.fields:
        if _START in f.metadata:
            step = int(f.metadata[_STEP])
            highest = int(f.metadata.get(_HIGHEST, int(f.metadata[_START]) - step))
            f = replace(f, metadata={**f.metadata, _HIGHEST: highest + step * count})
        fields.append(f)
    return replace(definition, schema=StructType(tuple(fields)))
