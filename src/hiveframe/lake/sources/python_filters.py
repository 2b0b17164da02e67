"""A filter's conditions as PySpark's `Filter` objects, for data sources that users write in Python."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from hiveframe.lake.pruning import AnyOf, Predicate
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, StructType

_EPOCH: Final = dt.date(1970, 1, 1)
_START: Final = dt.datetime(1970, 1, 1)


def client_filters(predicates: Sequence[Predicate], schema: StructType, zone: str) -> list[Any]:
    """The filters, each column that is compared among them known not to be NULL, as Spark infers."""
    from pyspark.sql.datasource import IsNotNull

    columns: list[str] = []
    filters: list[Any] = []
    for predicate in predicates:
        if isinstance(predicate, AnyOf):
            continue  # PySpark has no filter for it
        name = schema.fields[predicate.position].name
        if predicate.operator not in ("isnull", "in") and name not in columns:
            columns.append(name)
        if predicate.operator != "isnotnull":
            dtype = schema.fields[predicate.position].dtype
            filters.append(_filter(predicate.operator, name, [_value(v, dtype, zone) for v in predicate.values]))
    return [*(IsNotNull((name,)) for name in columns), *filters]


def _filter(operator: str, name: str, given: list[Any]) -> Any:
    from pyspark.sql import datasource as ds

    if operator == "isnull":
        return ds.IsNull((name,))
    if operator == "in":
        return ds.In((name,), given)  # type: ignore[arg-type]  # Spark gives a list, whatever the class says
    made = {
        "=": ds.EqualTo,
        "<": ds.LessThan,
        "<=": ds.LessThanOrEqual,
        ">": ds.GreaterThan,
        ">=": ds.GreaterThanOrEqual,
        "prefix": ds.StringStartsWith,
    }[operator]
    return made((name,), given[0])


def _value(value: Any, dtype: DataType, zone: str) -> Any:
    """A value in storage form as Python's own."""
    match dtype:
        case t.DateType() if isinstance(value, int):
            return _EPOCH + dt.timedelta(value)
        case t.TimestampType() if isinstance(value, int):
            return (_START + dt.timedelta(microseconds=value)).replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone))
        case t.TimestampNTZType() if isinstance(value, int):
            return _START + dt.timedelta(microseconds=value)
        case t.DecimalType() if not isinstance(value, Decimal):
            return Decimal(value)
    return value
