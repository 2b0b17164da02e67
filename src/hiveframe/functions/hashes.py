"""Hash functions: Spark's Murmur3 `hash` and `xxhash64`, and MD5, SHA, CRC-32 of bytes."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Sequence
from typing import Any, Final

import pyarrow as pa

from hiveframe.functions.emit import EmitContext
from hiveframe.functions.murmur3 import murmur3_hashes
from hiveframe.functions.registry import ANY, Binder, Function, Kind, always_null, never_null, register, rest
from hiveframe.functions.row_hash import hash_columns
from hiveframe.functions.sql import Sql, func
from hiveframe.functions.xxhash64 import xxhash64_hashes
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr
from hiveframe.plan.types import DataType

SEED: Final = 42
_BYTES: Final = Kind("BINARY", lambda d: isinstance(d, (t.BinaryType, t.StringType)), t.BINARY)


def _holds_map(dtype: DataType) -> bool:
    match dtype:
        case t.MapType():
            return True
        case t.ArrayType(element):
            return _holds_map(element)
        case t.StructType(fields):
            return any(_holds_map(f.dtype) for f in fields)
    return False


def _holds_variant(dtype: DataType) -> bool:
    match dtype:
        case t.ArrayType(element):
            return _holds_variant(element)
        case t.StructType(fields):
            return any(_holds_variant(f.dtype) for f in fields)
    return isinstance(dtype, t.VariantType)


def _refuse_maps(name: str) -> Callable[[Binder, tuple[Expr, ...]], None]:
    def check(b: Binder, args: tuple[Expr, ...]) -> None:
        if any(_holds_map(a.dtype) for a in args):
            raise b.error("DATATYPE_MISMATCH.HASH_MAP_TYPE", functionName=f"`{name}`")
        if any(_holds_variant(a.dtype) for a in args):
            raise b.error("DATATYPE_MISMATCH.HASH_VARIANT_TYPE", functionName=f"`{name}`")

    return check


def _murmur3(*columns: pa.Array, types: Sequence[DataType]) -> pa.Array:
    return pa.array(hash_columns(columns, types, murmur3_hashes, SEED), pa.int32())


def _xxhash64(*columns: pa.Array, types: Sequence[DataType]) -> pa.Array:
    return pa.array(hash_columns(columns, types, xxhash64_hashes, SEED), pa.int64())


def _emit_hash(name: str, function: Callable[..., pa.Array]) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    """One kernel for each list of types; it is shared by all statements that hash the same types."""

    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        types = tuple(a.dtype for a in call.args)
        return func(ctx.kernel(name, _typed(function, types), types, call.dtype), *args)

    return emit


_typed_kernels: Final[dict[tuple[Any, ...], Callable[..., pa.Array]]] = {}


def _typed(function: Callable[..., pa.Array], types: tuple[DataType, ...]) -> Callable[..., pa.Array]:
    found = _typed_kernels.get((function, types))
    if found is None:

        def kernel(*columns: pa.Array) -> pa.Array:
            return function(*columns, types=types)

        found = _typed_kernels[function, types] = kernel
    return found


def _as_bytes(call: Call, value: Sql) -> Sql:
    return func("encode", value) if isinstance(call.args[0].dtype, t.StringType) else value


def _duck(name: str) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    return lambda call, args, ctx: func(name, args[0])


def _emit_crc32(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return func(ctx.kernel("crc32", _crc32, [t.BINARY], t.LONG), _as_bytes(call, args[0]))


def _crc32(values: pa.Array) -> pa.Array:
    return pa.array([None if v is None else zlib.crc32(v) for v in values.to_pylist()], pa.int64())


def _emit_sha2(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return func(ctx.kernel("sha2", _sha2, [t.BINARY, t.INT], t.STRING), _as_bytes(call, args[0]), args[1])


_SHA2: Final = {0: hashlib.sha256, 224: hashlib.sha224, 256: hashlib.sha256, 384: hashlib.sha384, 512: hashlib.sha512}


def _sha2(values: pa.Array, widths: pa.Array) -> pa.Array:
    """NULL for a width that SHA-2 doesn't have."""
    found: list[str | None] = []
    for value, width in zip(values.to_pylist(), widths.to_pylist(), strict=True):
        function = _SHA2.get(width)
        found.append(None if value is None or function is None else function(value).hexdigest())
    return pa.array(found, pa.string())


def _row_hash(name: str, function: Callable[..., pa.Array], dtype: DataType, doc: str) -> Function:
    return Function(
        name,
        (ANY, rest(ANY)),
        dtype,
        checks=(_refuse_maps(name),),
        nullable=never_null,
        emit=_emit_hash(name, function),
        doc=doc,
        group="hash_funcs",
    )


def _digest(name: str, doc: str, *, aliases: tuple[str, ...] = ()) -> Function:
    return Function(name, (_BYTES,), t.STRING, emit=_duck(name), aliases=aliases, doc=doc, group="hash_funcs")


register(
    _row_hash("hash", _murmur3, t.INT, "The Murmur3 hash of all arguments together."),
    _row_hash("xxhash64", _xxhash64, t.LONG, "The 64-bit xxHash of all arguments together."),
    _digest("md5", "The MD5 digest in hexadecimal."),
    _digest("sha1", "The SHA-1 digest in hexadecimal.", aliases=("sha",)),
    Function(
        "sha2",
        (_BYTES, t.INT),
        t.STRING,
        nullable=always_null,
        emit=_emit_sha2,
        doc="The SHA-2 digest of a width (224, 256, 384, 512; 0 is 256) in hexadecimal.",
        group="hash_funcs",
    ),
    Function(
        "crc32",
        (_BYTES,),
        t.LONG,
        emit=_emit_crc32,
        doc="The CRC-32 checksum.",
        group="hash_funcs",
    ),
)
