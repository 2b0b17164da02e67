"""Filters that the other database applies, too: rows that they leave out are not sent.

The filters stay in the plan, so that a condition need only let all rows pass that the filter lets pass. What compares
in another way there is left to the plan: the order of texts, moments, fractions in SQLite.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from hiveframe.lake.pruning import AnyOf, ColumnTest, Predicate
from hiveframe.lake.scan import ScanSource
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, StructType

_EPOCH: Final = dt.date(1970, 1, 1)
_ON_TEXT: Final = frozenset(("=", "in", "prefix"))


class JdbcPruner:
    """Keeps the predicates that the database understands for the query."""

    def prune(self, source: ScanSource, predicates: Sequence[Predicate]) -> ScanSource:
        """The source with conditions; the same where there are none."""
        dialect = source.detail.jdbc.dialect
        told = _kept(predicates, source.schema, dialect)
        return replace(source, detail=replace(source.detail, conditions=told)) if told else source


def _kept(predicates: Sequence[Predicate], schema: StructType, dialect: str) -> tuple[Predicate, ...]:
    return tuple(kept for p in predicates if (kept := _told(p, schema, dialect)) is not None)


def _told(predicate: Predicate, schema: StructType, dialect: str) -> Predicate | None:
    """The predicate as far as the database can judge it; None where it cannot."""
    if isinstance(predicate, ColumnTest):
        dtype = schema.fields[predicate.position].dtype
        return predicate if _is_alike(dtype, predicate.operator, dialect) else None
    branches = [
        tuple(k for p in branch if (k := _told(p, schema, dialect)) is not None) for branch in predicate.branches
    ]
    return AnyOf(tuple(branches)) if all(branches) else None


def _is_alike(dtype: DataType, operator: str, dialect: str) -> bool:
    """Whether no row that passes here fails there."""
    if operator in ("isnull", "isnotnull"):
        return True
    match dtype:
        case t.StringType():
            return operator in _ON_TEXT
        case t.ByteType() | t.ShortType() | t.IntegerType() | t.LongType():
            return True
        case t.DecimalType() | t.DoubleType() | t.DateType():
            return dialect == "postgresql"
    return False


def condition(predicate: Predicate, schema: StructType) -> Any:
    """The predicate as SQLAlchemy's expression."""
    from sqlalchemy import and_, column, or_
    from sqlalchemy.sql import quoted_name

    if isinstance(predicate, AnyOf):
        return or_(*(and_(*(condition(p, schema) for p in branch)) for branch in predicate.branches))
    f = schema.fields[predicate.position]
    named: Any = column(quoted_name(f.name, quote=True))
    return _TESTS[predicate.operator](named, [_value(v, f.dtype) for v in predicate.values])


def _value(value: Any, dtype: DataType) -> Any:
    return _EPOCH + dt.timedelta(value) if isinstance(dtype, t.DateType) and isinstance(value, int) else value


_TESTS: Final[Mapping[str, Callable[[Any, list[Any]], Any]]] = {
    "=": lambda c, v: c == v[0],
    "<": lambda c, v: c < v[0],
    "<=": lambda c, v: c <= v[0],
    ">": lambda c, v: c > v[0],
    ">=": lambda c, v: c >= v[0],
    "in": lambda c, v: c.in_(v),
    "prefix": lambda c, v: c.startswith(v[0], autoescape=True),
    "isnull": lambda c, v: c.is_(None),
    "isnotnull": lambda c, v: c.is_not(None),
}
