"""Arrow values in physical form as the plan's literals keep them (see `plan.spec`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pyarrow as pa

from hiveframe.plan import types as t
from hiveframe.plan.types import DataType


def storage_value(scalar: pa.Scalar, dtype: DataType) -> Any:
    """The storage form of one Arrow scalar that DuckDB gave for a value of `dtype`."""
    if not scalar.is_valid:
        return None
    convert = _CONVERSIONS.get(type(dtype))
    return convert(scalar, dtype) if convert else scalar.as_py()


def _units(scalar: Any, dtype: DataType) -> Any:
    return scalar.value


def _time(scalar: Any, dtype: DataType) -> int:
    """Nanoseconds, whether the scalar has the engine's unit or Spark's."""
    return int(scalar.value) * (1000 if scalar.type.unit == "us" else 1)


def _calendar_interval(scalar: Any, dtype: DataType) -> tuple[int, int, int]:
    """Months, days and microseconds, whether the scalar has the engine's form or Spark's."""
    value = scalar.as_py()
    if isinstance(value, dict):
        months, days, microseconds = value.values()
        return months, days, microseconds
    return value.months, value.days, value.nanoseconds // 1000


def _array(scalar: Any, dtype: t.ArrayType) -> tuple[Any, ...]:
    return tuple(storage_value(item, dtype.element) for item in scalar.values)


def _struct(scalar: Any, dtype: t.StructType) -> tuple[Any, ...]:
    return tuple(storage_value(scalar[i], f.dtype) for i, f in enumerate(dtype.fields))


def _map(scalar: Any, dtype: t.MapType) -> tuple[tuple[Any, Any], ...]:
    return tuple((storage_value(e[0], dtype.key), storage_value(e[1], dtype.value)) for e in scalar.values)


def _null(scalar: Any, dtype: DataType) -> None:
    return None


def _udt(scalar: Any, dtype: t.UserDefinedType) -> Any:
    return storage_value(scalar, dtype.storage)


_CONVERSIONS: Final[Mapping[type[DataType], Callable[[Any, Any], Any]]] = {
    t.NullType: _null,
    t.DateType: _units,
    t.TimestampType: _units,
    t.TimestampNTZType: _units,
    t.TimeType: _time,
    t.CalendarIntervalType: _calendar_interval,
    t.ArrayType: _array,
    t.StructType: _struct,
    t.MapType: _map,
    t.UserDefinedType: _udt,
}
