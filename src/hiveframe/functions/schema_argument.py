"""Arguments that spell a type: the schemas of `from_json`, `from_csv`, `variant_get`."""

from __future__ import annotations

from hiveframe.errors import ParseException
from hiveframe.functions.binding import is_foldable
from hiveframe.functions.registry import Binder
from hiveframe.plan import types as t
from hiveframe.plan.logical import Expr
from hiveframe.plan.types import DataType


def schema_argument(binder: Binder, arg: Expr) -> DataType:
    """The type that a constant argument spells, in DDL or JSON, NULL allowed everywhere in it."""
    if not isinstance(arg.dtype, t.StringType) or not is_foldable(arg) or (value := binder.fold(arg)) is None:
        raise binder.error("INVALID_SCHEMA.NON_STRING_LITERAL", inputSchema=binder.quoted(arg))
    try:
        dtype = binder.parse_schema(str(value))
    except ParseException as error:
        raise binder.error(error.condition, **error.params) from error
    if _has_length(dtype) and (binder.setting("spark.sql.legacy.charVarcharAsString") or "false").lower() != "true":
        raise binder.error("UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING")
    return t.as_nullable(dtype)


def _has_length(dtype: DataType) -> bool:
    """Whether CHAR or VARCHAR stands anywhere in the type."""
    match dtype:
        case t.ArrayType(element):
            return _has_length(element)
        case t.MapType(key, value):
            return _has_length(key) or _has_length(value)
        case t.StructType(fields):
            return any(_has_length(f.dtype) for f in fields)
    return isinstance(dtype, (t.CharType, t.VarcharType))
