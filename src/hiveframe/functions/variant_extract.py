"""VARIANTs as values of other types: casts and `variant_get`.

A Python kernel sorts each row's value by its kind: it finishes what is plain, and hands the rest (text to
numbers and times, moments to dates) to the engine's own casts, so that those have one home. Source: `VariantGet.cast`.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any, Final

import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.functions.cast_job import CastJob
from hiveframe.functions.cast_rules import can_cast, storage
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let
from hiveframe.functions.sql import (
    Sql,
    case,
    cast,
    field,
    func,
    is_not_null,
    lambda_,
    number,
    op,
    param,
    physical_type,
    struct_pack,
    text,
)
from hiveframe.functions.time_zones import zone
from hiveframe.functions.variant_builder import VariantBuilder
from hiveframe.functions.variant_columns import pairs, variant_column
from hiveframe.functions.variant_path import follow, parse_path
from hiveframe.functions.variant_reader import Keys, NodeKind, keys_of, read
from hiveframe.functions.variant_text import json_of, node_json, scalar_text
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, StructField, StructType

Sorter = Callable[[bytes, int, Keys], Any]
_FAILED: Final = -1
_DONE: Final = 0
_NOTHING: Final = object()
_DIGITS: Final = Context(prec=80)


def from_variant(job: CastJob) -> Sql:
    """A VARIANT as the job's type."""
    if job.mode == "pretty":
        return json_text(job.value, job.ctx)
    return extracted(job.value, None, job.dst, job.ctx, fails=job.mode != "try")


def json_text(value: Sql, ctx: EmitContext) -> Sql:
    """The JSON text of VARIANTs."""
    kernel = functools.partial(_json_kernel, time_zone=ctx.time_zone)
    return func(ctx.kernel("variant_json", kernel, [t.VARIANT], t.STRING), value)


def _json_kernel(column: pa.StructArray, *, time_zone: str) -> pa.Array:
    return pa.array([None if p is None else json_of(*p, time_zone) for p in pairs(column)], pa.string())


def extracted(
    value: Sql, path: Sql | None, dtype: DataType, ctx: EmitContext, *, fails: bool, function: str = "variant_get"
) -> Sql:
    """What a path leads to in VARIANTs, as `dtype`; what does not fit raises, or is NULL unless it `fails`."""
    wanted = _stored(dtype)
    shape = _shape(wanted)
    sort = _sorter(wanted, zone(ctx.time_zone), shows=fails)
    kernel = functools.partial(
        _extract, sort=sort, function=function, arrow_type=None if shape == t.VARIANT else ctx.arrow_type(shape)
    )
    args = [value] if path is None else [value, path]
    types = [t.VARIANT, t.STRING][: len(args)]
    return _finished(func(ctx.kernel(function, kernel, types, shape), *args), wanted, ctx, fails=fails)


def _extract(
    column: pa.StructArray,
    paths: pa.Array | None = None,
    *,
    sort: Sorter,
    function: str,
    arrow_type: pa.DataType | None,
) -> pa.Array:
    rows = list(pairs(column))
    ways = [_ROOT] * len(rows) if paths is None else paths.to_pylist()
    found = [_at_path(row, way, sort, function) for row, way in zip(rows, ways, strict=True)]
    return variant_column(found) if arrow_type is None else pa.array(found, arrow_type)


_ROOT: Final = "$"


def _at_path(row: tuple[bytes, bytes] | None, path: str | None, sort: Sorter, function: str) -> Any:
    if row is None or path is None:
        return None
    keys = keys_of(row[1])
    at = follow(row[0], keys, parse_path(path, function))
    return None if at is None else sort(row[0], at, keys)


def _stored(dtype: DataType) -> DataType:
    """The type with everything that is read as another as that other."""
    match storage(dtype):
        case t.ArrayType(element, nullable):
            return t.ArrayType(_stored(element), nullable)
        case t.MapType(key, value, nullable):
            return t.MapType(_stored(key), _stored(value), nullable)
        case StructType(fields):
            return StructType(tuple(StructField(f.name, _stored(f.dtype), f.nullable) for f in fields))
    return storage(dtype)


@dataclass(frozen=True, slots=True)
class _Arm:
    """A kind of value that the engine casts, and the type in which it gets it."""

    kind: NodeKind
    dtype: DataType


_ARMS: Final = (
    _Arm(NodeKind.STRING, t.STRING),
    _Arm(NodeKind.LONG, t.LONG),
    _Arm(NodeKind.DOUBLE, t.DOUBLE),
    _Arm(NodeKind.FLOAT, t.FLOAT),
    _Arm(NodeKind.DATE, t.DATE),
    _Arm(NodeKind.TIMESTAMP, t.TIMESTAMP),
    _Arm(NodeKind.TIMESTAMP_NTZ, t.TIMESTAMP_NTZ),
    _Arm(NodeKind.BINARY, t.BINARY),
)


def _arms(dtype: DataType) -> list[_Arm]:
    if isinstance(dtype, (t.ArrayType, t.MapType, StructType)):
        return []
    found = [arm for arm in _ARMS if arm.dtype != dtype and can_cast(arm.dtype, dtype, "ansi")]
    # The engine's cast raises where seconds overflow, which here is a misfit like others.
    return [arm for arm in found if arm.kind is not NodeKind.LONG] if dtype == t.TIMESTAMP else found


def _shape(dtype: DataType) -> DataType:
    """What the kernel gives for `dtype`: which arm takes the value, the finished value or the arm's, and its JSON."""
    match dtype:
        case t.VariantType():
            return dtype
        case t.ArrayType(element):
            inner: DataType = t.ArrayType(_shape(element))
        case t.MapType(key, value):
            inner = t.MapType(key, _shape(value))
        case StructType(fields):
            inner = _fields_shape(fields)
        case _:
            inner = dtype
    arms = [StructField(f"arm{i}", arm.dtype) for i, arm in enumerate(_arms(dtype), 1)]
    return StructType((StructField("arm", t.BYTE), StructField("done", inner), *arms, StructField("json", t.STRING)))


def _fields_shape(fields: Sequence[StructField]) -> StructType:
    return StructType(tuple(StructField(f"f{i}", _shape(f.dtype)) for i, f in enumerate(fields)))


def _sorter(dtype: DataType, where: dt.tzinfo, *, shows: bool) -> Sorter:
    """Gives a node's row of `_shape`; None for JSON's null."""
    if isinstance(dtype, t.VariantType):
        return _detached
    arms = _arms(dtype)
    numbers = {arm.kind: i for i, arm in enumerate(arms, 1)}
    blanks = (None,) * len(arms)
    finish = _finisher(dtype, where, shows=shows)

    def shown(value: bytes, at: int, keys: Keys) -> str | None:
        return node_json(value, at, keys, where) if shows else None

    def sort(value: bytes, at: int, keys: Keys) -> Any:
        kind, content = read(value, at, keys)
        if kind is NodeKind.NULL:
            return None
        if kind is NodeKind.UUID:
            kind = NodeKind.STRING
        done = finish(kind, content, value, at, keys)
        if done is not _NOTHING:
            return (_DONE, done, *blanks, None)
        arm = numbers.get(kind)
        if arm is None:
            return (_FAILED, None, *blanks, shown(value, at, keys))
        handed = [content if i == arm else None for i in range(1, len(arms) + 1)]
        return (arm, None, *handed, shown(value, at, keys))

    return sort


def _detached(value: bytes, at: int, keys: Keys) -> tuple[bytes, bytes]:
    """A part as a VARIANT of its own."""
    builder = VariantBuilder()
    return builder.finished(builder.rebuilt(value, at, keys))


Finisher = Callable[[NodeKind, Any, bytes, int, Keys], Any]


def _finisher(dtype: DataType, where: dt.tzinfo, *, shows: bool) -> Finisher:
    """Makes the values that need no arm; _NOTHING for the others."""
    match dtype:
        case t.ArrayType(element):
            item = _sorter(element, where, shows=shows)
            return lambda kind, content, value, at, keys: (
                [item(value, place, keys) for place in content] if kind is NodeKind.ARRAY else _NOTHING
            )
        case t.MapType(_, held):
            entry = _sorter(held, where, shows=shows)
            return lambda kind, content, value, at, keys: (
                [(key, entry(value, place, keys)) for key, place in content] if kind is NodeKind.OBJECT else _NOTHING
            )
        case StructType(fields):
            return _struct_finisher(fields, where, shows=shows)
    atom = _ATOMS.get(type(dtype), _no_atom)
    if isinstance(dtype, t.StringType):
        return lambda kind, content, value, at, keys: (
            node_json(value, at, keys, where)
            if kind in (NodeKind.OBJECT, NodeKind.ARRAY)
            else atom(kind, content, dtype)
        )
    return lambda kind, content, value, at, keys: atom(kind, content, dtype)


def _struct_finisher(fields: Sequence[StructField], where: dt.tzinfo, *, shows: bool) -> Finisher:
    sorters = [(f.name, _sorter(f.dtype, where, shows=shows)) for f in fields]

    def finish(kind: NodeKind, content: Any, value: bytes, at: int, keys: Keys) -> Any:
        if kind is not NodeKind.OBJECT:
            return _NOTHING
        places = dict(content)
        return tuple(sort(value, places[name], keys) if name in places else None for name, sort in sorters)

    return finish


def _no_atom(kind: NodeKind, content: Any, dtype: DataType) -> Any:
    return _NOTHING


def _same(*kinds: NodeKind) -> Callable[[NodeKind, Any, DataType], Any]:
    return lambda kind, content, dtype: content if kind in kinds else _NOTHING


def _integral(kind: NodeKind, content: Any, dtype: DataType) -> Any:
    if kind not in (NodeKind.LONG, NodeKind.BOOLEAN, NodeKind.DECIMAL):
        return _NOTHING
    whole, bits = int(content), _BITS[type(dtype)]
    return whole if -(1 << bits - 1) <= whole < 1 << bits - 1 else _NOTHING


def _floating(kind: NodeKind, content: Any, dtype: DataType) -> Any:
    kinds = (
        NodeKind.FLOAT,
        NodeKind.BOOLEAN,
        NodeKind.DECIMAL,
        *([NodeKind.DOUBLE, NodeKind.LONG] if dtype == t.DOUBLE else []),
    )
    return float(content) if kind in kinds else _NOTHING


def _decimal(kind: NodeKind, content: Any, dtype: DataType) -> Any:
    assert isinstance(dtype, t.DecimalType)
    if kind not in (NodeKind.LONG, NodeKind.BOOLEAN, NodeKind.DECIMAL):
        return _NOTHING
    try:
        made = Decimal(content).quantize(Decimal(1).scaleb(-dtype.scale), ROUND_HALF_UP, _DIGITS)
    except InvalidOperation:
        return _NOTHING
    return made if made == 0 or made.adjusted() < dtype.precision - dtype.scale else _NOTHING


def _boolean(kind: NodeKind, content: Any, dtype: DataType) -> Any:
    numbers = (NodeKind.BOOLEAN, NodeKind.LONG, NodeKind.DECIMAL, NodeKind.DOUBLE, NodeKind.FLOAT)
    return content != 0 if kind in numbers else _NOTHING


def _string(kind: NodeKind, content: Any, dtype: DataType) -> Any:
    if kind is NodeKind.STRING:
        return content
    texts = (NodeKind.BOOLEAN, NodeKind.LONG, NodeKind.DECIMAL, NodeKind.DOUBLE, NodeKind.FLOAT, NodeKind.DATE)
    return scalar_text(kind, content) if kind in texts else _NOTHING


def _timestamp(kind: NodeKind, content: Any, dtype: DataType) -> Any:
    if kind is NodeKind.TIMESTAMP:
        return content
    if kind not in (NodeKind.LONG, NodeKind.DECIMAL):
        return _NOTHING
    micros = int(_DIGITS.multiply(Decimal(content), 1_000_000))
    return micros if -(1 << 63) <= micros < 1 << 63 else _NOTHING


_BITS: Final[Mapping[type[DataType], int]] = {t.ByteType: 8, t.ShortType: 16, t.IntegerType: 32, t.LongType: 64}
_ATOMS: Final[Mapping[type[DataType], Callable[[NodeKind, Any, DataType], Any]]] = {
    t.ByteType: _integral,
    t.ShortType: _integral,
    t.IntegerType: _integral,
    t.LongType: _integral,
    t.FloatType: _floating,
    t.DoubleType: _floating,
    t.DecimalType: _decimal,
    t.BooleanType: _boolean,
    t.StringType: _string,
    t.BinaryType: _same(NodeKind.BINARY),
    t.DateType: _same(NodeKind.DATE),
    t.TimestampType: _timestamp,
    t.TimestampNTZType: _same(NodeKind.TIMESTAMP_NTZ),
}


def _finished(row: Sql, dtype: DataType, ctx: EmitContext, *, fails: bool) -> Sql:
    """A row of `_shape` as a value of `dtype`."""
    from hiveframe.functions.casts import cast_value  # which casts VARIANTs here

    if isinstance(dtype, t.VariantType):
        return row
    shape = _shape(dtype)
    assert isinstance(shape, StructType)

    def build(v: Sql) -> Sql:
        arm = field(v, shape, 0)
        branches = [(op("=", arm, number(_DONE)), _unpacked(field(v, shape, 1), dtype, ctx, fails=fails))]
        for i, handed in enumerate(_arms(dtype), 1):
            made = cast_value(field(v, shape, i + 1), handed.dtype, dtype, "try", None, ctx)
            branches.append((op("=", arm.copy(), number(i)), made))
        attempt = case(*branches)
        if not fails:
            return attempt
        shown = field(v, shape, len(shape.fields) - 1)
        params: dict[str, Sql | str] = {
            "value": func("coalesce", shown, text("null")),
            "dataType": f'"{t.sql_name(dtype)}"',
        }
        failure = ctx.raise_error("SparkRuntimeException", "INVALID_VARIANT_CAST", params, dtype, None)
        there = op("and", is_not_null(arm.copy()), op("!=", arm.copy(), number(_DONE)))
        return func("coalesce", attempt, case((there, failure)))

    return let(row, ctx, build)


def _unpacked(done: Sql, dtype: DataType, ctx: EmitContext, *, fails: bool) -> Sql:
    match dtype:
        case t.ArrayType(element):
            x = ctx.fresh("x")
            return func("list_transform", done, lambda_([x], _finished(param(x), element, ctx, fails=fails)))
        case t.MapType(key, held):
            x = ctx.fresh("x")
            entry = StructType((StructField("key", key), StructField("value", _shape(held))))
            made = StructType((StructField("key", key), StructField("value", held)))
            value = _finished(field(param(x), entry, 1), held, ctx, fails=fails)
            pair = struct_pack(made, [field(param(x), entry, 0), value])
            entries = func("list_transform", func("map_entries", done), lambda_([x], pair))
            return cast(func("map_from_entries", entries), physical_type(dtype))
        case StructType(fields) if fields:
            inner = _fields_shape(fields)
            parts = [_finished(field(done, inner, i), f.dtype, ctx, fails=fails) for i, f in enumerate(fields)]
            return struct_pack(dtype, parts)
    return done
