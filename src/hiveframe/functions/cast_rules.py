"""Which casts exist, which are safe, and which may give NULL.

Source: Spark's `Cast` (its cast matrices and `forceNullable`) and `UpCastRule`. Modes are `ansi`, `legacy`, `try`.
"""

from __future__ import annotations

from typing import Final

from hiveframe.functions import decimals
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

_TEXT: Final = (t.StringType, t.CharType, t.VarcharType)
_DATETIME: Final = (t.DateType, t.TimestampType, t.TimestampNTZType)
_ANSI_INTERVAL: Final = (t.YearMonthIntervalType, t.DayTimeIntervalType)
_INTERVAL: Final = (*_ANSI_INTERVAL, t.CalendarIntervalType)
_COMPLEX: Final = (t.ArrayType, t.MapType, t.StructType)

# Which classes of types a class may be cast to under ANSI rules; text takes everything and is left out.
_ANSI: Final[tuple[tuple[tuple[type[DataType], ...], tuple[type[DataType], ...]], ...]] = (
    (
        _TEXT,
        (t.BinaryType, t.BooleanType, t.NumericType, *_DATETIME, t.TimeType, *_INTERVAL),
    ),
    ((t.BooleanType,), (t.NumericType,)),
    ((t.NumericType,), (t.BooleanType, t.NumericType, t.TimestampType)),
    ((t.IntegralType, t.DecimalType), _ANSI_INTERVAL),
    ((t.DateType,), (t.TimestampType, t.TimestampNTZType)),
    ((t.TimestampType,), (t.DateType, t.TimestampNTZType, t.NumericType)),
    ((t.TimestampNTZType,), (t.DateType, t.TimestampType)),
    ((t.TimeType,), (t.TimeType, t.IntegralType, t.DecimalType)),
    ((t.YearMonthIntervalType,), (t.YearMonthIntervalType, t.IntegralType, t.DecimalType)),
    ((t.DayTimeIntervalType,), (t.DayTimeIntervalType, t.IntegralType, t.DecimalType)),
)

# What legacy rules allow on top.
_LEGACY_ONLY: Final[tuple[tuple[tuple[type[DataType], ...], tuple[type[DataType], ...]], ...]] = (
    ((t.IntegralType,), (t.BinaryType,)),
    ((t.BooleanType,), (t.TimestampType,)),
    ((t.DateType,), (t.NumericType, t.BooleanType)),
    ((t.TimestampType,), (t.BooleanType,)),
)

_NUMERIC_ORDER: Final = (t.BYTE, t.SHORT, t.INT, t.LONG, t.FLOAT, t.DOUBLE)


# Types whose equal values have equal texts, and different values different ones.
_SAME_TEXT: Final = (
    *(t.IntegralType, t.DecimalType, t.DateType, t.TimestampNTZType, t.TimeType, *_INTERVAL),
    *(t.BooleanType, t.BinaryType),
)


def keeps_equality(src: DataType, dst: DataType) -> bool:
    """Whether a cast to text or bytes tells exactly the values apart that `src` does: not so where -0.0 is 0.0."""
    is_plain = isinstance(dst, t.BinaryType) or dst == t.STRING
    return is_plain and (isinstance(src, _SAME_TEXT) or src == t.STRING)


def can_cast(src: DataType, dst: DataType, mode: str = "ansi") -> bool:
    """Whether `CAST(src AS dst)` exists in `mode`."""
    src, dst = storage(src), storage(dst)
    if src == dst or isinstance(src, t.NullType):
        return True
    match src, dst:
        case t.SpatialType(), t.SpatialType():
            same_kind = type(src) is type(dst) and dst.srid is None
            return same_kind or (isinstance(src, t.GeographyType) and src.srid == dst.srid)
        case (t.SpatialType(), _) | (_, t.SpatialType()):
            return False
        case t.VariantType(), _:
            return _variant_holds(dst)
        case _, t.VariantType():
            return _goes_in_variant(src)
        case t.ArrayType(a, an), t.ArrayType(b, bn):
            return can_cast(a, b, mode) and _keeps_nulls(an, bn, a, b, mode)
        case t.MapType(ak, av, an), t.MapType(bk, bv, bn):
            keys = can_cast(ak, bk, mode) and (mode != "legacy" or not force_nullable(ak, bk))
            return keys and can_cast(av, bv, mode) and _keeps_nulls(an, bn, av, bv, mode)
        case t.StructType(a_fields), t.StructType(b_fields):
            return len(a_fields) == len(b_fields) and all(
                can_cast(a.dtype, b.dtype, mode) and _keeps_nulls(a.nullable, b.nullable, a.dtype, b.dtype, mode)
                for a, b in zip(a_fields, b_fields, strict=True)
            )
    if isinstance(dst, _TEXT):
        return True
    return _listed(_ANSI, src, dst) or (mode == "legacy" and _listed(_LEGACY_ONLY, src, dst))


def _listed(
    table: tuple[tuple[tuple[type[DataType], ...], tuple[type[DataType], ...]], ...], src: DataType, dst: DataType
) -> bool:
    return any(isinstance(src, sources) and isinstance(dst, targets) for sources, targets in table)


def _keeps_nulls(had: bool, may: bool, src: DataType, dst: DataType, mode: str) -> bool:
    """Whether the element type may say NOT NULL: legacy and try casts can bring NULLs in, and VARIANTs may be null."""
    can_bring = mode != "ansi" or isinstance(src, t.VariantType)
    return may or not (had or (can_bring and force_nullable(src, dst)))


def _variant_holds(dst: DataType) -> bool:
    match dst:
        case t.ArrayType(element):
            return _variant_holds(element)
        case t.MapType(t.StringType(), value):
            return _variant_holds(value)
        case t.StructType(fields):
            return all(_variant_holds(f.dtype) for f in fields)
        case t.MapType() | t.YearMonthIntervalType() | t.DayTimeIntervalType() | t.CalendarIntervalType():
            return False
    return True


def _goes_in_variant(src: DataType) -> bool:
    match src:
        case t.ArrayType(element):
            return _goes_in_variant(element)
        case t.MapType() | t.StructType():
            return False
        case t.YearMonthIntervalType() | t.DayTimeIntervalType() | t.CalendarIntervalType():
            return False
        case t.TimeType():  # which the format has no kind for: Spark fails within
            return False
    return True


def storage(dtype: DataType) -> DataType:
    """CHAR and VARCHAR as the STRING they are read as, a user-defined type as what it is stored in."""
    if isinstance(dtype, (t.CharType, t.VarcharType)):
        return t.STRING
    return dtype.storage if isinstance(dtype, t.UserDefinedType) else dtype


def force_nullable(src: DataType, dst: DataType) -> bool:
    """Whether a cast that does not raise can make NULL of a value."""
    if src == dst or isinstance(src, t.NullType):
        return False
    match src, dst:
        case t.VariantType(), _:
            return True
        case t.StringType() | t.CharType() | t.VarcharType(), _:
            return not isinstance(dst, (*_TEXT, t.BinaryType))
        case _, t.StringType() | t.CharType() | t.VarcharType():
            return False
        case t.TimestampType(), t.ByteType() | t.ShortType() | t.IntegerType():
            return True
        case t.TimeType(), t.ByteType() | t.ShortType():
            return True
        case t.FloatType() | t.DoubleType(), t.TimestampType():
            return True
        case t.TimestampType(), t.DateType():
            return False
        case _, t.DateType():
            return True
        case t.DateType(), t.TimestampType():
            return False
        case t.DateType(), _:
            return True
        case _, t.CalendarIntervalType():
            return True
        case _, t.DecimalType():
            return not _fits_decimal(src, dst)
        case t.FractionalType(), t.IntegralType():
            return True
    return False


def _fits_decimal(src: DataType, dst: t.DecimalType) -> bool:
    if isinstance(src, t.BooleanType):
        return decimals.holds(dst, t.DecimalType(1, 0))
    if isinstance(src, t.DecimalType):
        return decimals.holds(dst, src) or dst.precision - dst.scale > src.precision - src.scale
    return decimals.holds(dst, src)


def cast_nullable(src: DataType, nullable: bool, dst: DataType, mode: str) -> bool:
    """Whether `CAST` of a `nullable` value of type `src` may be NULL."""
    if nullable:
        return True
    if mode == "try":
        safe = isinstance(src, _TEXT) and isinstance(dst, t.BinaryType)
        return not (safe or can_up_cast(src, dst))
    return force_nullable(src, dst)


def can_up_cast(src: DataType, dst: DataType) -> bool:
    """Whether `src` can become `dst` without loss and without failure."""
    if src == dst or isinstance(src, t.NullType):
        return True
    match src, dst:
        case t.VariantType(), _:
            return False
        case t.NumericType(), t.DecimalType() if decimals.holds(dst, src):
            return True
        case t.DecimalType(), t.NumericType() if decimals.fits_in(src, dst):
            return True
        case t.NumericType(), t.NumericType() if src in _NUMERIC_ORDER and dst in _NUMERIC_ORDER:
            return _NUMERIC_ORDER.index(src) < _NUMERIC_ORDER.index(dst)
        case t.DateType(), t.TimestampType() | t.TimestampNTZType():
            return True
        case t.TimestampType() | t.TimestampNTZType(), t.TimestampType() | t.TimestampNTZType():
            return True
        case t.StringType(), t.StringType():
            return False
        case t.AtomicType(), t.StringType("UTF8_BINARY"):
            return True
        case (t.TimestampType(), t.LongType()) | (t.LongType(), t.TimestampType()):
            return True
        case t.ArrayType(a, an), t.ArrayType(b, bn):
            return (bn or not an) and can_up_cast(a, b)
        case t.MapType(ak, av, an), t.MapType(bk, bv, bn):
            return (bn or not an) and can_up_cast(ak, bk) and can_up_cast(av, bv)
        case t.StructType(a_fields), t.StructType(b_fields):
            return len(a_fields) == len(b_fields) and all(
                (b.nullable or not a.nullable) and can_up_cast(a.dtype, b.dtype)
                for a, b in zip(a_fields, b_fields, strict=True)
            )
        case t.DayTimeIntervalType(), t.DayTimeIntervalType():
            return True
        case t.YearMonthIntervalType(), t.YearMonthIntervalType():
            return True
    return False


def can_store_assign(src: DataType, dst: DataType) -> bool:
    """Whether INSERT may put a `src` in a `dst` column (the ANSI store assignment, Spark's default policy)."""
    src, dst = storage(src), storage(dst)
    if src == dst or isinstance(src, t.NullType):
        return True
    match src, dst:
        case t.NumericType(), t.NumericType():
            return True
        case t.AtomicType(), t.StringType():
            return not isinstance(src, t.VariantType)
        case t.DateType() | t.TimestampType() | t.TimestampNTZType() | t.TimeType(), _ if isinstance(
            dst, (*_DATETIME, t.TimeType)
        ):
            return True  # not all of these casts exist
        case t.ArrayType(a, an), t.ArrayType(b, bn):
            return (bn or not an) and can_store_assign(a, b)
        case t.MapType(ak, av, an), t.MapType(bk, bv, bn):
            return (bn or not an) and can_store_assign(ak, bk) and can_store_assign(av, bv)
        case t.StructType(a_fields), t.StructType(b_fields):
            return len(a_fields) == len(b_fields) and all(
                (b.nullable or not a.nullable) and can_store_assign(a.dtype, b.dtype)
                for a, b in zip(a_fields, b_fields, strict=True)
            )
        case t.DayTimeIntervalType(), t.DayTimeIntervalType():
            return True
        case t.YearMonthIntervalType(), t.YearMonthIntervalType():
            return True
    return False


def cast_problem(src: DataType, dst: DataType, mode: str = "ansi") -> tuple[str, dict[str, str]] | None:
    """Condition and parameters (all but `sqlExpr`) of a cast that does not exist; None for one that does."""
    if can_cast(src, dst, mode):
        return None
    params = {"srcType": f'"{t.sql_name(src)}"', "targetType": f'"{t.sql_name(dst)}"'}
    if mode != "legacy":
        instead = None
        if isinstance(src, t.NumericType) and isinstance(dst, t.DateType):
            instead = "`DATE_FROM_UNIX_DATE`"
        elif isinstance(src, t.DateType) and isinstance(dst, t.NumericType):
            instead = "`UNIX_DATE`"
        if instead:
            return "DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION", params | {"functionNames": instead}
    if mode == "ansi" and can_cast(src, dst, "legacy"):
        extra = {"config": '"spark.sql.ansi.enabled"', "configVal": "'false'"}
        return "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION", params | extra
    return "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", params
