"""Digests of bytes, and Spark's hashes of rows."""

from __future__ import annotations

import functools
import hashlib
import zlib
from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from hiveframe.functions.by_row import by_nullable_row, by_row
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.hash_values import Hash, Murmur3, XxHash64, hash_rows
from hiveframe.functions.registry import ANY, Binder, Function, always_null, never_null, register, rest
from hiveframe.functions.sql import Sql, func
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr
from hiveframe.plan.types import DataType

_SHA2: Final = {0: hashlib.sha256, 224: hashlib.sha224, 256: hashlib.sha256, 384: hashlib.sha384, 512: hashlib.sha512}


def _md5(values: pa.Array) -> pa.Array:
    return by_row(lambda v: hashlib.md5(v, usedforsecurity=False).hexdigest(), pa.string(), [values])


def _sha1(values: pa.Array) -> pa.Array:
    return by_row(lambda v: hashlib.sha1(v, usedforsecurity=False).hexdigest(), pa.string(), [values])


def _crc32(values: pa.Array) -> pa.Array:
    return by_row(zlib.crc32, pa.int64(), [values])


def _sha2(values: pa.Array, bits: pa.Array) -> pa.Array:
    def digest(value: bytes | None, size: int | None) -> str | None:
        made = _SHA2.get(size) if size is not None else None
        return None if made is None or value is None else made(value).hexdigest()

    return by_nullable_row(digest, pa.string(), [values, bits])


def _row_hash(name: str) -> Function:
    """The row of a hash over any number of columns."""
    made: Hash = Murmur3() if name == "hash" else XxHash64()
    bits = 32 if name == "hash" else 64
    dtype: DataType = t.INT if name == "hash" else t.LONG

    def check(binder: Binder, args: tuple[Expr, ...]) -> None:
        if not args:
            raise binder.error(
                "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                functionName=f"`{name}`",
                expectedNum="> 0",
                actualNum="0",
                docroot="https://spark.apache.org/docs/latest",
            )
        if any(_has_map(a.dtype) for a in args):
            raise binder.error("DATATYPE_MISMATCH.HASH_MAP_TYPE", functionName=f"`{name}`")

    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        types = [a.dtype for a in call.args]
        kernel = functools.partial(_hashed, types=types, made=made, bits=bits)
        return func(ctx.kernel(name, kernel, types, dtype), *args)

    doc = "Spark's Murmur3 hash of the values." if name == "hash" else "Spark's XXH64 hash of the values."
    return Function(
        name,
        (rest(ANY),),
        dtype,
        nullable=never_null,
        emit=emit,
        checks=(check,),
        doc=doc,
        group="hash",
        since="2.0.0",
    )


def _hashed(*columns: pa.Array, types: Sequence[DataType], made: Hash, bits: int) -> pa.Array:
    return hash_rows(columns, types, made, bits)


def _has_map(dtype: DataType) -> bool:
    match dtype:
        case t.MapType():
            return True
        case t.ArrayType(element):
            return _has_map(element)
        case t.StructType(fields):
            return any(_has_map(f.dtype) for f in fields)
    return False


register(
    Function("md5", (t.BINARY,), t.STRING, kernel=_md5, doc="The MD5 digest in hex.", group="hash", since="1.5.0"),
    Function(
        "sha1",
        (t.BINARY,),
        t.STRING,
        kernel=_sha1,
        aliases=("sha",),
        doc="The SHA-1 digest in hex.",
        group="hash",
        since="1.5.0",
    ),
    Function(
        "sha2",
        (t.BINARY, t.INT),
        t.STRING,
        nullable=always_null,
        kernel=_sha2,
        doc="A digest of the SHA-2 family in hex, by its number of bits.",
        group="hash",
        since="1.5.0",
    ),
    Function("crc32", (t.BINARY,), t.LONG, kernel=_crc32, doc="The CRC-32 checksum.", group="hash", since="1.5.0"),
    _row_hash("hash"),
    _row_hash("xxhash64"),
)
