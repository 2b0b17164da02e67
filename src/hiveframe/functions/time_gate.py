"""`spark.sql.timeType.enabled`: Spark 4.2 ships with the TIME type off, HiveFrame with it on."""

from __future__ import annotations

from hiveframe.errors import AnalysisException
from hiveframe.functions.registry import Binder
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType


def check_enabled(binder: Binder) -> None:
    """UNSUPPORTED_TIME_TYPE where the type is off."""
    check_type(t.TIME, binder.setting("spark.sql.timeType.enabled"))


def check_type(dtype: DataType, setting: str | None) -> None:
    """UNSUPPORTED_TIME_TYPE for a type that holds a TIME at any depth where the type is off."""
    if setting == "false" and _holds_time(dtype):
        raise AnalysisException("UNSUPPORTED_TIME_TYPE", {})


def _holds_time(dtype: DataType) -> bool:
    match dtype:
        case t.TimeType():
            return True
        case t.ArrayType(element):
            return _holds_time(element)
        case t.MapType(key, value):
            return _holds_time(key) or _holds_time(value)
        case t.StructType(fields):
            return any(_holds_time(f.dtype) for f in fields)
        case t.UserDefinedType(storage):
            return _holds_time(storage)
    return False
