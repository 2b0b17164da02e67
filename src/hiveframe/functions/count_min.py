"""`count_min_sketch`: counts of values in rows of counters, in Spark's own bytes. Source: `CountMinSketchImpl`."""

from __future__ import annotations

import functools
import math
import struct
import sys
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pyarrow as pa

from hiveframe.functions.binding import is_foldable
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.java_numbers import float_text
from hiveframe.functions.java_random import JavaRandom
from hiveframe.functions.murmur3 import murmur3_hashes
from hiveframe.functions.registry import Binder, Function, FunctionKind, Kind, Param, never_null, register
from hiveframe.functions.row_hash import hash_bytes, plain_numbers
from hiveframe.functions.sketch_rows import exactly, gathered, spread
from hiveframe.functions.sql import Sql, func
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Expr, Literal

_VALUE: Final = Kind(
    "INTEGRAL or STRING or BINARY",
    lambda d: isinstance(d, (t.IntegralType, t.StringType, t.BinaryType)),
    null_as=t.LONG,
)
_VERSION: Final = 1
_MODULUS: Final = (1 << 31) - 1


def sketches(depth: int, width: int, seed: int, lists: pa.ListArray) -> pa.Array:
    """The sketch of each list of values, as Spark writes it."""
    random = JavaRandom(seed)
    factors = [random.below(_MODULUS) for _ in range(depth)]
    places = _places(lists.values, factors, width)
    head = struct.pack(f">ii{depth}q", depth, width, *factors)
    images = []
    for group in spread(lists):
        inside = places[group]
        counts = np.bincount(inside.ravel(), minlength=depth * width)
        images.append(struct.pack(">iq", _VERSION, len(inside)) + head + counts.astype(">i8").tobytes())
    return pa.array(images, pa.binary())


def _places(values: pa.Array, factors: list[int], width: int) -> np.ndarray:
    """For each value its counter in each row, counted through all rows."""
    rows = np.arange(len(factors))
    with np.errstate(over="ignore"):
        if pa.types.is_integer(values.type):
            numbers = plain_numbers(values.cast(pa.int64()), pa.int64())
            hashes = numbers[:, None] * np.array(factors, dtype=np.int64)[None, :]
            hashes = (hashes + (hashes >> 32)) & _MODULUS
        else:
            column = values.cast(pa.large_binary())
            first = hash_bytes(column, murmur3_hashes, np.zeros(len(column), dtype=murmur3_hashes.dtype))
            second = hash_bytes(column, murmur3_hashes, first)
            hashes = _as_int(first)[:, None] + rows.astype(np.int32)[None, :] * _as_int(second)[:, None]
            hashes = np.abs(np.fmod(hashes.astype(np.int64), width))
    found: np.ndarray = hashes % width + rows[None, :] * width
    return found


def _as_int(hashes: np.ndarray) -> np.ndarray:
    found: np.ndarray = hashes.astype(np.int64).astype(np.int32)
    return found


def _check(binder: Binder, args: tuple[Expr, ...]) -> None:
    for arg, name in zip(args[1:], ("eps", "confidence", "seed"), strict=True):
        if not is_foldable(arg):
            raise binder.error(
                "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
                inputName=f"`{name}`",
                inputType=f'"{t.sql_name(arg.dtype)}"',
                inputExpr=binder.quoted(arg),
            )
    eps, confidence, seed = (binder.fold(arg) for arg in args[1:])
    for value, name in ((eps, "eps"), (confidence, "confidence"), (seed, "seed")):
        if value is None:
            raise binder.error("DATATYPE_MISMATCH.UNEXPECTED_NULL", exprName=name)
    if not eps > 0:
        raise _outside(binder, "eps", eps, f"(0.0, {float_text(sys.float_info.max)}]")
    if not 0 < confidence < 1:
        raise _outside(binder, "confidence", confidence, "(0.0, 1.0]")


def _outside(binder: Binder, name: str, value: float, bounds: str) -> Exception:
    shown = f"{float_text(value)}D"
    return binder.error("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", exprName=name, valueRange=bounds, currentValue=shown)


def _bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    """The constants as literals: how deep and wide a sketch is depends on them."""
    folded = [arg if isinstance(arg, Literal) else Literal(binder.fold(arg), arg.dtype) for arg in args[1:]]
    return AggCall("count_min_sketch", (args[0], *folded), t.BINARY, False)


def _emit(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    eps, confidence, seed = (_constant(arg) for arg in call.args[1:])
    width = math.ceil(2 / eps)
    depth = math.ceil(-math.log1p(-confidence) / math.log(2))
    listed, dtype = gathered(call, args, ctx)
    kernel: Callable[..., pa.Array] = functools.partial(sketches, depth, width, _int(seed))
    return func(ctx.kernel(call.function, kernel, [dtype], t.BINARY), listed)


def _constant(arg: Expr) -> Any:
    assert isinstance(arg, Literal)
    return arg.value


def _int(seed: int) -> int:
    """The low 32 bits, signed."""
    return (seed + (1 << 31)) % (1 << 32) - (1 << 31)


register(
    Function(
        "count_min_sketch",
        (
            Param((_VALUE,), name="column"),
            Param((exactly(t.DOUBLE),), name="epsilon"),
            Param((exactly(t.DOUBLE),), name="confidence"),
            Param((exactly(t.INT, t.LONG),), name="seed"),
        ),
        t.BINARY,
        never_null,
        FunctionKind.AGGREGATE,
        bind=_bind,
        emit=_emit,
        checks=(_check,),
        doc="A count-min sketch of the values, as bytes.",
        group="aggregate",
        since="2.2.0",
    ),
)
