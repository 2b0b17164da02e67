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
        return t.as_nullable(binder.parse_schema(str(value)))
    except ParseException as error:
        if error.condition != "UNSUPPORTED_DATATYPE":
            raise
        raise binder.error(error.condition, **error.params) from error
