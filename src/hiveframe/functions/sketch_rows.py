"""What the rows of all sketches share: parameters without implicit casts, groups as lists, errors of their buffers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import pyarrow as pa

from hiveframe.errors import SparkRuntimeException
from hiveframe.functions.aggregates import only_where, present
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import Binder, Kind, Param
from hiveframe.functions.sql import Sql, struct_pack
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Literal
from hiveframe.plan.types import DataType, StructField, StructType


def exactly(*types: DataType, name: str | None = None) -> Kind:
    """Values of these types or NULLs, and no implicit cast to them."""
    listed = " or ".join(t.sql_name(d) for d in types)
    return Kind(name or listed, lambda d: any(_is(d, want) for want in types), null_as=types[0])


def _is(dtype: DataType, want: DataType) -> bool:
    if isinstance(want, t.ArrayType) and isinstance(dtype, t.ArrayType):
        return _is(dtype.element, want.element)
    return isinstance(dtype, type(want))


def default_int(value: int, *, name: str = "", kind: DataType | Kind | None = None) -> Param:
    """An INT parameter that may be left out."""
    wanted = exactly(t.INT) if kind is None else kind
    return Param((wanted,), optional=True, default=Literal(value, t.INT), name=name)


BYTES: Final = exactly(t.BINARY)


def gathered(call: AggCall, args: Sequence[Sql], ctx: EmitContext, *, count: int = 1) -> tuple[Sql, DataType]:
    """The group's first `count` arguments as a list without NULLs (structs when several), and the list's type.

    NULL for no values.
    """
    values = call.args[:count]
    for value in values:
        if value.nullable:
            call = only_where(call, present(value))
    if count == 1:
        return ctx.aggregate("list", args[:1], call), t.ArrayType(values[0].dtype)
    packed = StructType(tuple(StructField(f"v{i}", v.dtype) for i, v in enumerate(values)))
    return ctx.aggregate("list", [struct_pack(packed, list(args[:count]))], call), t.ArrayType(packed)


def groups(lists: pa.ListArray) -> Iterator[pa.Array]:
    """The values of each list; none for a NULL."""
    offsets = lists.offsets.to_pylist()
    valid = lists.is_valid().to_pylist()
    values = lists.values
    for is_valid, start, stop in zip(valid, offsets[:-1], offsets[1:], strict=True):
        yield values.slice(start, stop - start if is_valid else 0)


def spread(lists: pa.ListArray) -> Iterator[slice]:
    """Where in `lists.values` the values of each list are; nowhere for a NULL."""
    offsets = lists.offsets.to_pylist()
    for is_valid, start, stop in zip(lists.is_valid().to_pylist(), offsets[:-1], offsets[1:], strict=True):
        yield slice(start, stop) if is_valid else slice(start, start)


def invalid_buffer(condition: str, function: str) -> SparkRuntimeException:
    """The error for bytes that are no such sketch."""
    return SparkRuntimeException(condition, {"function": f"`{function}`"})


def refused(binder: Binder, condition: str, params: Mapping[str, str]) -> Exception:
    """The error of a check of types that failed with a condition of its own."""
    message = SparkRuntimeException(condition, params).message()
    return binder.error("DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT", msg=message, hint="")
