"""Options that a function takes as a constant map: read once, and carried in its call."""

from __future__ import annotations

import json

from hiveframe.functions.registry import Binder
from hiveframe.plan import types as t
from hiveframe.plan.logical import Expr, Literal
from hiveframe.plan.types import DataType


def fold_options(binder: Binder, arg: Expr | None) -> dict[str, str]:
    """The constant map of options, keys in lower case."""
    if arg is None:
        return {}
    match arg.dtype:
        case t.MapType(t.StringType(), t.StringType()):
            return {str(k).lower(): str(v) for k, v in binder.fold(arg) or ()}
    raise binder.error("INVALID_OPTIONS.NON_STRING_TYPE", mapType=f'"{t.sql_name(arg.dtype)}"')


def is_text_map(dtype: DataType) -> bool:
    """Whether a map's keys and values are texts; those of an empty one have no type."""
    return isinstance(dtype, t.MapType) and all(
        isinstance(part, (t.StringType, t.NullType)) for part in (dtype.key, dtype.value)
    )


def packed(options: dict[str, str]) -> Literal:
    """Options as a constant argument, so that the call alone says what it does."""
    return Literal(json.dumps(options, sort_keys=True), t.STRING)


def unpacked(expr: Expr) -> dict[str, str]:
    """What `packed` made of the options."""
    assert isinstance(expr, Literal)
    found: dict[str, str] = json.loads(expr.value)
    return found
