"""Shapes: well-known bytes (WKB) in and out, and the spatial reference system. Inside they are little-endian WKB."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import pyarrow as pa

from hiveframe.errors import IllegalArgumentException
from hiveframe.functions.binding import is_foldable
from hiveframe.functions.by_row import by_row
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let_all
from hiveframe.functions.registry import Binder, Function, Kind, ParamLike, any_null, optional, register
from hiveframe.functions.sql import (
    Sql,
    case,
    cast,
    func,
    is_not_null,
    null,
    number,
    op,
    physical_type,
    struct_pack,
    text,
)
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Cast, Expr, Literal
from hiveframe.plan.types import DataType, GeographyType, GeometryType

_SHAPE: Final = Kind("GEOGRAPHY or GEOMETRY", lambda d: isinstance(d, (t.SpatialType, t.NullType)))
_DIMENSIONS: Final = {0: 2, 1: 3, 2: 3, 3: 4}  # plain, Z, M, ZM: thousands of the type's number
_PARTS: Final = t.StructType((t.StructField("srid", t.INT), t.StructField("wkb", t.BINARY)))
_POINT, _LINE, _POLYGON, _COLLECTION = 1, 2, 3, 7


class _Reader:
    """One reading of WKB, which writes the same shape in another byte order."""

    def __init__(self, data: bytes, order: str, *, on_globe: bool) -> None:
        self._data = data
        self._at = 0
        self._out = order
        self._on_globe = on_globe
        self._made: list[bytes] = []

    def shape(self) -> bytes:
        """The whole; WKB_PARSE_ERROR when it is none."""
        if not self._data:
            raise _wrong("WKB data is empty or null", 0)
        if len(self._data) < 5:
            raise _wrong("Unexpected end of WKB buffer", 0)
        self._one()
        return b"".join(self._made)

    def _one(self) -> None:
        start = self._at
        mark = self._take("B", 1, "<")
        if mark not in (0, 1):
            raise _wrong(f"Invalid byte order {mark}", start)
        order = "<" if mark else ">"
        at = self._at
        kind = self._take("I", 4, order)
        thousands, base = divmod(kind, 1000)
        if thousands not in _DIMENSIONS or not 1 <= base <= _COLLECTION:
            raise _wrong(f"Invalid or unsupported type {kind}", at)
        self._made += [b"\x01" if self._out == "<" else b"\x00", struct.pack(self._out + "I", kind)]
        width = _DIMENSIONS[thousands]
        if base == _POINT:
            self._point(width, order, may_be_empty=True)
        elif base == _LINE:
            self._points(width, order)
        elif base == _POLYGON:
            for _ in range(self._count(order)):
                self._points(width, order)
        else:
            for _ in range(self._count(order)):
                self._one()

    def _points(self, width: int, order: str) -> None:
        for _ in range(self._count(order)):
            self._point(width, order, may_be_empty=False)

    def _point(self, width: int, order: str, *, may_be_empty: bool) -> None:
        places = [self._at + 8 * i for i in range(width)]
        values = [self._take("d", 8, order) for _ in range(width)]
        is_empty = may_be_empty and all(math.isnan(v) for v in values)
        for i, (value, place) in enumerate(zip(values, places, strict=True)):
            limit = (180.0, 90.0)[i] if self._on_globe and i < 2 else math.inf
            if not is_empty and (not math.isfinite(value) or abs(value) > limit):
                raise _wrong("Invalid coordinate value found", place)
            self._made.append(struct.pack(self._out + "d", value))

    def _count(self, order: str) -> int:
        count: int = self._take("I", 4, order)
        self._made.append(struct.pack(self._out + "I", count))
        return count

    def _take(self, code: str, size: int, order: str) -> Any:
        if self._at + size > len(self._data):
            raise _wrong("Unexpected end of WKB buffer", self._at)
        (value,) = struct.unpack_from(order + code, self._data, self._at)
        self._at += size
        return value


def _wrong(reason: str, at: int) -> IllegalArgumentException:
    return IllegalArgumentException("WKB_PARSE_ERROR", {"parseError": reason, "pos": str(at)})


def _read_each(*columns: pa.Array, on_globe: bool) -> pa.Array:
    """The bytes that come first, in order; a number after them says only whether there is a shape at all."""
    return by_row(lambda wkb, *_: _Reader(wkb, "<", on_globe=on_globe).shape(), pa.binary(), columns)


def _written_each(values: pa.Array, orders: pa.Array) -> pa.Array:
    def written(wkb: bytes, order: str) -> bytes:
        if order.upper() not in ("NDR", "XDR"):
            raise IllegalArgumentException("ST_INVALID_ENDIANNESS_VALUE", {"endianness": order})
        return wkb if order.upper() == "NDR" else _Reader(wkb, ">", on_globe=False).shape()

    return by_row(written, pa.binary(), [values, orders])


def _checked_each(srids: pa.Array, *, known: frozenset[int]) -> pa.Array:
    def checked(srid: int) -> int:
        if srid not in known:
            raise IllegalArgumentException("ST_INVALID_SRID_VALUE", {"srid": str(srid)})
        return srid

    return by_row(checked, pa.int32(), [srids])


def _bind_from(name: str) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        if name == "st_geogfromwkb":
            return Call(name, args, GeographyType(4326), args[0].nullable)
        return Call(name, args, GeometryType(_constant_srid(binder, args[1], t.GEOMETRY_SRIDS)), any_null(args))

    return bind


def _constant_srid(binder: Binder, srid: Expr, known: frozenset[int]) -> int | None:
    """The number when it is known now; None for one that differs from row to row, or is NULL."""
    value = binder.fold(srid, "srid") if is_foldable(srid) else None
    if value is not None and value not in known:
        raise IllegalArgumentException("ST_INVALID_SRID_VALUE", {"srid": str(value)})
    return None if value is None else int(value)


def _emit_from(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """NULL for a NULL number, whatever the bytes."""
    if _has_null(call):
        return cast(null(), physical_type(_PARTS))
    kernel = partial(_read_each, on_globe=call.function == "st_geogfromwkb")
    types = [a.dtype for a in call.args]
    shape = func(ctx.kernel(call.function, kernel, types, t.BINARY), *args)
    srid = _checked(args[1], t.GEOMETRY_SRIDS, ctx) if len(args) > 1 else cast(number(4326), "INTEGER")
    return let_all([srid, shape], ctx, _packed)


def _has_null(call: Call) -> bool:
    """Whether an argument is NULL as it is written: then Spark computes none of the others."""
    plain = (a.child if isinstance(a, Cast) else a for a in call.args)
    return any(isinstance(a, Literal) and a.value is None for a in plain)


def _checked(srid: Sql, known: frozenset[int], ctx: EmitContext) -> Sql:
    return func(ctx.kernel("srid", partial(_checked_each, known=known), [t.INT], t.INT), srid)


def _packed(srid: Sql, wkb: Sql) -> Sql:
    """A shape, NULL where either part is."""
    both = op("and", is_not_null(srid), is_not_null(wkb))
    return cast(case((both, struct_pack(_PARTS, [srid.copy(), wkb.copy()]))), physical_type(_PARTS))


def _bind_set(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    shape, srid = args
    if isinstance(shape.dtype, GeographyType):
        dtype: DataType = GeographyType(_constant_srid(binder, srid, t.GEOGRAPHY_SRIDS))
    else:
        dtype = GeometryType(_constant_srid(binder, srid, t.GEOMETRY_SRIDS))
    return Call("st_setsrid", args, dtype, any_null(args))


def _emit_set(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    if _has_null(call):
        return cast(null(), physical_type(_PARTS))
    known = t.GEOGRAPHY_SRIDS if isinstance(call.dtype, GeographyType) else t.GEOMETRY_SRIDS
    return let_all([_checked(args[1], known, ctx), func("struct_extract", args[0], text("wkb"))], ctx, _packed)


def _emit_srid(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    if isinstance(call.args[0].dtype, t.NullType):
        return cast(null(), "INTEGER")
    return cast(func("struct_extract", args[0], text("srid")), "INTEGER")


def _emit_binary(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    if isinstance(call.args[0].dtype, t.NullType):
        return cast(null(), "BLOB")
    kernel = ctx.kernel("st_asbinary", _written_each, [t.BINARY, t.STRING], t.BINARY)
    return func(kernel, func("struct_extract", args[0], text("wkb")), args[1])


def _row(
    name: str,
    params: tuple[ParamLike, ...],
    emit: Callable[[Call, list[Sql], EmitContext], Sql],
    doc: str,
    *,
    result: DataType | None = None,
    bind: Callable[[Binder, tuple[Expr, ...]], Expr] | None = None,
) -> Function:
    return Function(
        name, params, result, nullable=any_null, emit=emit, bind=bind, doc=doc, group="st_funcs", since="4.1.0"
    )


register(
    _row(
        "st_geogfromwkb",
        (t.BINARY,),
        _emit_from,
        "A shape on the globe from its well-known bytes.",
        bind=_bind_from("st_geogfromwkb"),
    ),
    _row(
        "st_geomfromwkb",
        (t.BINARY, optional(t.INT, 0)),
        _emit_from,
        "A shape on a plane from its well-known bytes.",
        bind=_bind_from("st_geomfromwkb"),
    ),
    _row(
        "st_asbinary",
        (_SHAPE, optional(t.STRING, "NDR")),
        _emit_binary,
        "The well-known bytes of a shape, little-endian (NDR) or big-endian (XDR).",
        result=t.BINARY,
    ),
    _row("st_srid", (_SHAPE,), _emit_srid, "The number of a shape's spatial reference system.", result=t.INT),
    _row(
        "st_setsrid",
        (_SHAPE, t.INT),
        _emit_set,
        "The shape in another spatial reference system, its coordinates as they are.",
        bind=_bind_set,
    ),
)
