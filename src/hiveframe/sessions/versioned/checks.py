"""What every row must fulfil before it is in a table: NOT NULL, CHECK constraints, generated columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from hiveframe.errors import unsupported
from hiveframe.lake.tables.table import Definition
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.types import StructField, StructType
from hiveframe.sessions.commands.seam import CommandSession
from hiveframe.sessions.versioned.computed import GENERATED
from hiveframe.sql.parser import parse_expression

CONSTRAINT: Final = "delta.constraints."


def checked(session: CommandSession, definition: Definition, rows: spec.Relation) -> spec.Relation:
    """`rows`, whose columns are the definition's; computing one that breaks a rule raises the rule's error."""
    checks = list(_checks(session, definition))
    if not checks:
        return rows
    condition = checks[0]
    for check in checks[1:]:
        condition = spec.Function(("and",), (condition, check))
    return spec.Filter(rows, condition)


def _checks(session: CommandSession, definition: Definition) -> Iterator[spec.Expr]:
    for f in definition.schema.fields:
        column = spec.Attribute((f.name,))
        yield from _not_null(f, column, None, f.name)
        generated = f.metadata.get(GENERATED)
        if generated is not None:
            made = spec.Cast(parse_expression(str(generated), conf=session.settings), f.dtype)
            shown = {"columnName": text(f.name), "expression": text(str(generated))}
            yield check(spec.Function(("<=>",), (column, made)), "DELTA_GENERATED_COLUMNS_VALUE_MISMATCH", **shown)
    for name, expression in constraints(definition).items():
        held = parse_expression(expression, conf=session.settings)
        values = _shown([f.name for f in definition.schema.fields])
        params = {"constraintName": text(name), "expression": text(expression)}
        yield check(held, "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES", **params, values=values)


def _not_null(f: StructField, value: spec.Expr, parent: spec.Expr | None, name: str) -> Iterator[spec.Expr]:
    """That a column has a value, and that fields have one in structs that are there."""
    if not f.nullable:
        has_value: spec.Expr = spec.Function(("isnotnull",), (value,))
        if parent is not None:
            has_value = spec.Function(("or",), (spec.Function(("isnull",), (parent,)), has_value))
        yield check(has_value, "DELTA_NOT_NULL_CONSTRAINT_VIOLATED", columnName=text(name))
    if isinstance(f.dtype, StructType):
        for inner in f.dtype.fields:
            field = spec.ExtractValue(value, text(inner.name))
            yield from _not_null(inner, field, value, f"{name}.{inner.name}")


def check_of(name: str | None, constraint: str) -> tuple[str, str]:
    """The property that keeps a CHECK constraint, and its expression; other kinds are refused."""
    found = re.fullmatch(r"CHECK\s*\((.*)\)(?:\s+ENFORCED)?\s*", constraint, re.IGNORECASE | re.DOTALL)
    if found is None or name is None:
        raise unsupported(f"the constraint {constraint}; give a CHECK constraint with a name")
    return CONSTRAINT + name.lower(), found.group(1).strip()


def constraints(definition: Definition) -> dict[str, str]:
    """The CHECK constraints by name."""
    return {k.removeprefix(CONSTRAINT): v for k, v in definition.properties.items() if k.startswith(CONSTRAINT)}


def check(condition: spec.Expr, error: str, **params: spec.Expr) -> spec.Expr:
    """TRUE, or the error with these message parameters."""
    pairs = [part for name, value in params.items() for part in (text(name), value)]
    return spec.Function(("checked_row",), (condition, text(error), *pairs), is_internal=True)


def text(value: str) -> spec.Literal:
    """A constant text."""
    return spec.Literal(value, t.STRING)


def _shown(names: Sequence[str]) -> spec.Expr:
    """` - a : 1` for each column, on lines of their own."""
    lines: list[spec.Expr] = []
    for i, name in enumerate(names):
        value = spec.Function(("coalesce",), (spec.Cast(spec.Attribute((name,)), t.STRING), text("null")))
        lines += [text(("\n" if i else "") + f" - {name} : "), value]
    return spec.Function(("concat",), tuple(lines))
