"""Spark's implicit casts: common types, comparison types and what a parameter accepts.

`ansi` picks between the two sets of rules (`spark.sql.ansi.enabled`). Which casts exist is in `cast_rules`, decimal
arithmetic's types are in `decimals`. Source: Spark's `TypeCoercion` and `AnsiTypeCoercion`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial, reduce
from typing import Final

from hiveframe.functions import decimals
from hiveframe.functions.cast_rules import can_cast, can_store_assign, can_up_cast, force_nullable
from hiveframe.functions.registry import FRACTIONAL, INTEGRAL, NUMERIC, Kind
from hiveframe.plan import types as t
from hiveframe.plan.logical import Expr
from hiveframe.plan.types import DataType, StructField

__all__ = [
    "can_cast",
    "can_store_assign",
    "can_up_cast",
    "common_type",
    "common_type_without_strings",
    "comparison_type",
    "force_nullable",
    "implicit_cast",
    "merged_type",
    "tightest_type",
    "wider_type",
]

_NUMERIC_ORDER: Final = (t.BYTE, t.SHORT, t.INT, t.LONG, t.FLOAT, t.DOUBLE)
_ANSI_INTERVAL: Final = (t.YearMonthIntervalType, t.DayTimeIntervalType)
_DATETIME: Final = (t.DateType, t.TimestampType, t.TimestampNTZType)

Finder = Callable[[DataType, DataType], DataType | None]


def tightest_type(left: DataType, right: DataType, *, ansi: bool) -> DataType | None:
    """The type that holds both without loss; None when there is none (two different decimals, for example)."""
    if left == right:
        return left
    match left, right:
        case t.NullType(), _:
            return right
        case _, t.NullType():
            return left
        case t.IntegralType(), t.DecimalType():
            return right if decimals.holds(right, left) else None
        case t.DecimalType(), t.IntegralType():
            return left if decimals.holds(left, right) else None
        case t.DecimalType(), t.NumericType():
            return None
        case t.NumericType(), t.DecimalType():
            return None
        case t.NumericType(), t.NumericType():
            widest = _NUMERIC_ORDER[max(_NUMERIC_ORDER.index(left), _NUMERIC_ORDER.index(right))]
            return t.DOUBLE if ansi and widest == t.FLOAT else widest
        case t.DayTimeIntervalType(a, b), t.DayTimeIntervalType(c, d):
            return t.DayTimeIntervalType(min(a, c), max(b, d))
        case t.YearMonthIntervalType(a, b), t.YearMonthIntervalType(c, d):
            return t.YearMonthIntervalType(min(a, c), max(b, d))
    if isinstance(left, _DATETIME) and isinstance(right, _DATETIME):
        return t.TIMESTAMP if t.TIMESTAMP in (left, right) else t.TIMESTAMP_NTZ
    return _complex_type(left, right, partial(tightest_type, ansi=ansi))


def _complex_type(left: DataType, right: DataType, find: Finder) -> DataType | None:
    """Arrays, maps and structs part by part; struct fields must agree in name, ignoring case."""
    match left, right:
        case t.ArrayType(a, an), t.ArrayType(b, bn):
            element = find(a, b)
            if element is None:
                return None
            return t.ArrayType(element, an or bn or _turns_null(a, b, element))
        case t.MapType(ak, av, an), t.MapType(bk, bv, bn):
            key, value = find(ak, bk), find(av, bv)
            if key is None or value is None or _turns_null(ak, bk, key):
                return None
            return t.MapType(key, value, an or bn or _turns_null(av, bv, value))
        case t.StructType(a_fields), t.StructType(b_fields) if len(a_fields) == len(b_fields):
            merged: list[StructField] = []
            for a_field, b_field in zip(a_fields, b_fields, strict=True):
                found = find(a_field.dtype, b_field.dtype)
                if found is None or a_field.name.lower() != b_field.name.lower():
                    return None
                nullable = a_field.nullable or b_field.nullable or _turns_null(a_field.dtype, b_field.dtype, found)
                merged.append(StructField(a_field.name, found, nullable))
            return t.StructType(tuple(merged))
    return None


def _turns_null(left: DataType, right: DataType, target: DataType) -> bool:
    return force_nullable(left, target) or force_nullable(right, target)


def _decimal_type(left: DataType, right: DataType) -> DataType | None:
    if not (isinstance(left, t.NumericType) and isinstance(right, t.NumericType)):
        return None
    if not (isinstance(left, t.DecimalType) or isinstance(right, t.DecimalType)):
        return None
    if isinstance(left, (t.FloatType, t.DoubleType)) or isinstance(right, (t.FloatType, t.DoubleType)):
        return t.DOUBLE
    return decimals.wider(decimals.decimal_for(left), decimals.decimal_for(right))


def string_promotion(left: DataType, right: DataType) -> DataType | None:
    """ANSI: the type in which a string meets another type. None when neither is a string, or both."""
    if isinstance(right, t.StringType) and not isinstance(left, t.StringType):
        left, right = right, left
    if not isinstance(left, t.StringType) or isinstance(right, t.StringType):
        return None
    if isinstance(right, t.IntegralType):
        return t.LONG
    if isinstance(right, t.FractionalType):
        return t.DOUBLE
    if isinstance(right, t.NullType):
        return left
    if isinstance(right, (*_ANSI_INTERVAL, t.CalendarIntervalType)) or not isinstance(right, t.AtomicType):
        return None
    return right


def _to_string(left: DataType, right: DataType) -> DataType | None:
    """Legacy: a string draws most atomic types to itself."""
    for string, other in ((left, right), (right, left)):
        if isinstance(string, t.StringType) and isinstance(other, t.AtomicType):
            if isinstance(other, (t.BinaryType, t.BooleanType, t.CalendarIntervalType, t.StringType)):
                return None
            return string
    return None


def wider_type(left: DataType, right: DataType, *, ansi: bool) -> DataType | None:
    """The type that two values meet in (CASE, COALESCE, UNION, IN): decimals may lose scale, strings take part."""
    if left == right:
        return left
    found = tightest_type(left, right, ansi=ansi) or _decimal_type(left, right)
    if found is None:
        found = string_promotion(left, right) if ansi else _to_string(left, right)
    return found or _complex_type(left, right, partial(wider_type, ansi=ansi))


def common_type(types: Iterable[DataType], *, ansi: bool) -> DataType | None:
    """The type that all of `types` meet in; None when they don't. NULL of no types."""
    listed = list(types)
    if not ansi:
        listed = [d for d in listed if _has_string(d)] + [d for d in listed if not _has_string(d)]
    return _fold(partial(wider_type, ansi=ansi), listed)


def merged_type(args: Sequence[Expr]) -> DataType:
    """The type of values that differ in nullability only: NULL allowed wherever one of them allows it."""
    merged = args[0].dtype
    for arg in args[1:]:
        found = wider_type(merged, arg.dtype, ansi=True)
        merged = found if found is not None else merged
    return merged


def common_type_without_strings(types: Iterable[DataType], *, ansi: bool) -> DataType | None:
    """Like `common_type`, without casts from or to strings (GREATEST, LEAST)."""

    def find(left: DataType, right: DataType) -> DataType | None:
        found = tightest_type(left, right, ansi=ansi) or _decimal_type(left, right)
        return found or _complex_type(left, right, find)

    return _fold(find, types)


def _fold(find: Finder, types: Iterable[DataType]) -> DataType | None:
    def step(found: DataType | None, dtype: DataType) -> DataType | None:
        return None if found is None else find(found, dtype)

    start: DataType | None = t.NULL
    return reduce(step, types, start)


def _has_string(dtype: DataType) -> bool:
    return isinstance(dtype, t.StringType) or (isinstance(dtype, t.ArrayType) and _has_string(dtype.element))


def comparison_type(left: DataType, right: DataType, *, ansi: bool, equality: bool = True) -> DataType | None:
    """The type in which `=`, `<` … compare the two; None when they don't compare. `equality`: `=`, `!=`, `<=>`."""
    if left == right:
        return left
    if ansi:
        promoted = string_promotion(left, right)
    else:
        promoted = _legacy_string_comparison(left, right)
        if promoted is None and equality and t.BOOLEAN in (left, right):
            promoted = _boolean_equality(left, right)
    if promoted is not None:
        return promoted
    return _decimal_type(left, right) or tightest_type(left, right, ansi=ansi)


def _legacy_string_comparison(left: DataType, right: DataType) -> DataType | None:
    for string, other in ((left, right), (right, left)):
        if isinstance(string, t.StringType):
            if isinstance(other, t.NullType):
                return string
            if isinstance(other, t.DecimalType):
                return t.DOUBLE
            if isinstance(other, t.StringType) or not isinstance(other, t.AtomicType):
                return None
            return None if isinstance(other, (*_ANSI_INTERVAL, t.CalendarIntervalType)) else other
    return None


def _boolean_equality(left: DataType, right: DataType) -> DataType | None:
    """Legacy `TRUE = 1`: the boolean becomes the other side's number."""
    other = right if left == t.BOOLEAN else left
    return other if isinstance(other, t.NumericType) else None


def implicit_cast(dtype: DataType, want: DataType | Kind, *, ansi: bool) -> DataType | None:
    """The type that an argument of type `dtype` is cast to where `want` is asked for; None when it doesn't fit."""
    if isinstance(want, Kind):
        return _cast_to_kind(dtype, want, ansi=ansi)
    if accepts(want, dtype):
        return dtype
    if ansi:
        return _ansi_cast(dtype, want)
    return _legacy_cast(dtype, want)


def accepts(want: DataType, dtype: DataType) -> bool:
    """Whether a parameter of type `want` takes `dtype` as it is: nullability and collation don't matter."""
    if isinstance(want, t.StringType) and isinstance(dtype, t.StringType):
        return True
    if isinstance(want, t.DecimalType) and isinstance(dtype, t.DecimalType):
        return want == dtype or want == decimals.USER_DEFAULT
    match want, dtype:
        case (t.DayTimeIntervalType(), t.DayTimeIntervalType()) | (
            t.YearMonthIntervalType(),
            t.YearMonthIntervalType(),
        ):
            return True
        case t.TimeType(), t.TimeType():
            return True
        case t.ArrayType(a), t.ArrayType(b):
            return accepts(a, b)
        case t.MapType(ak, av), t.MapType(bk, bv):
            return accepts(ak, bk) and accepts(av, bv)
    return t.same_type(want, dtype)


def _cast_to_kind(dtype: DataType, want: Kind, *, ansi: bool) -> DataType | None:
    if want.accepts(dtype):
        return dtype
    if want.null_as is not None and isinstance(dtype, t.NullType):
        return want.null_as
    if want.preferred is None:
        return None
    if isinstance(dtype, t.NullType):
        return t.INT if want is INTEGRAL else want.preferred
    if isinstance(dtype, t.StringType):
        return None if want in (INTEGRAL, FRACTIONAL) else implicit_cast(dtype, want.preferred, ansi=ansi)
    if want in (NUMERIC, INTEGRAL, FRACTIONAL):
        return None
    return implicit_cast(dtype, want.preferred, ansi=ansi)


def _ansi_cast(dtype: DataType, want: DataType) -> DataType | None:
    match dtype, want:
        case t.NumericType(), t.DecimalType():
            return decimals.decimal_for(dtype) if want == decimals.USER_DEFAULT else want
        case t.VariantType(), t.StringType():
            return want
        case t.StringType(), _ if isinstance(want, t.AtomicType):
            return None if isinstance(want, t.CalendarIntervalType) else _concrete(want)
        case t.ArrayType(element, has_null), t.ArrayType(wanted, may_have):
            if (has_null and not may_have) or (isinstance(element, t.StringType) and not _has_string(wanted)):
                return None
            if isinstance(element, t.StringType) and not isinstance(wanted, t.StringType):
                return None  # only a constant that stands alone is read as something else
            inner = implicit_cast(element, wanted, ansi=True)
            return t.ArrayType(inner, True) if inner else None
    return _concrete(want) if can_store_assign(dtype, want) else None


def _concrete(want: DataType) -> DataType:
    return decimals.SYSTEM_DEFAULT if want == decimals.USER_DEFAULT else want


def _legacy_cast(dtype: DataType, want: DataType) -> DataType | None:
    match dtype, want:
        case t.NullType(), _:
            return _concrete(want)
        case t.NumericType(), t.DecimalType():
            return decimals.decimal_for(dtype) if want == decimals.USER_DEFAULT else want
        case t.NumericType(), t.NumericType():
            return want
        case t.StringType(), _ if isinstance(want, (t.NumericType, *_DATETIME, t.TimeType, t.BinaryType)):
            return _concrete(want)
        case _, t.StringType() if isinstance(dtype, t.AtomicType) and not isinstance(dtype, t.CalendarIntervalType):
            return want
        case t.ArrayType(element, has_null), t.ArrayType(wanted, may_have):
            if has_null and not may_have:
                return None
            inner = implicit_cast(element, wanted, ansi=False)
            return t.ArrayType(inner, True) if inner else None
        case t.MapType(key, value), t.MapType(wanted_key, wanted_value):
            new_key = implicit_cast(key, wanted_key, ansi=False)
            new_value = implicit_cast(value, wanted_value, ansi=False)
            return t.MapType(new_key, new_value, True) if new_key and new_value else None
    if isinstance(dtype, _DATETIME) and isinstance(want, _DATETIME):
        return want
    return None
