"""`kll_…_bigint`, `…_double` and `…_float`: sketches that know about where a value stands among all."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.errors import SparkRuntimeException
from hiveframe.functions import kll
from hiveframe.functions.binding import is_foldable
from hiveframe.functions.constant_arguments import not_constant
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.kll import Sketch
from hiveframe.functions.registry import Binder, Function, FunctionKind, Kind, Param, any_null, never_null, register
from hiveframe.functions.row_hash import plain_numbers
from hiveframe.functions.sketch_rows import (
    BYTES,
    exactly,
    gathered,
    groups,
    invalid_buffer,
    refused,
    spread,
)
from hiveframe.functions.sql import Sql, func
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Call, Cast, Expr, Literal
from hiveframe.plan.types import ArrayType, DataType

_INVALID: Final = "KLL_INVALID_INPUT_SKETCH_BUFFER"
_K: Final = Param((exactly(t.INT),), optional=True)


@dataclass(frozen=True, slots=True)
class _Family:
    """The functions of one type of values."""

    suffix: str
    dtype: DataType
    accepts: Kind

    @property
    def numpy(self) -> np.dtype:
        return np.dtype({"bigint": "<i8", "double": "<f8", "float": "<f4"}[self.suffix])

    @property
    def arrow(self) -> pa.DataType:
        return pa.from_numpy_dtype(self.numpy)

    def read(self, function: str, image: bytes) -> Sketch:
        """The sketch of bytes, or Spark's error."""
        try:
            return kll.read(image, self.numpy)
        except ValueError as failure:
            raise invalid_buffer(_INVALID, function) from failure


def _aggs(function: str, family: _Family, k: int, lists: pa.ListArray) -> pa.Array:
    """The sketch of each list of values."""
    values = plain_numbers(lists.values.cast(family.arrow), family.arrow)
    return pa.array([kll.write(kll.of_values(values[place], k)) for place in spread(lists)], pa.binary())


def _merge_aggs(function: str, family: _Family, k: int | None, lists: pa.ListArray) -> pa.Array:
    """The sketches of each list in one, of the first's k when none is given."""
    made = []
    for group in groups(lists):
        sketches = [family.read(function, image) for image in group.to_pylist()]
        size = k or (sketches[0].k if sketches else kll.DEFAULT_K)
        start = whole = Sketch(family.numpy, size, size)
        for sketch in sketches:
            whole = kll.merged(whole, sketch)
        # Spark's final aggregation takes the first sketch as it is, unless it has begun one of the k given
        made.append(kll.write(whole if k is None else kll.merged(start, whole)))
    return pa.array(made, pa.binary())


def _merges(function: str, family: _Family, left: pa.Array, right: pa.Array) -> pa.Array:
    """Each row's sketches in one; NULL where one is."""
    made: list[bytes | None] = []
    for a, b in zip(left.to_pylist(), right.to_pylist(), strict=True):
        if a is None or b is None:
            made.append(None)
        else:
            made.append(kll.write(kll.merged(family.read(function, a), family.read(function, b))))
    return pa.array(made, pa.binary())


def _counts(function: str, family: _Family, sketches: pa.Array) -> pa.Array:
    """How many values came into each sketch."""
    return _each(family, function, sketches, lambda sketch: sketch.count, pa.int64())


def _texts(function: str, family: _Family, sketches: pa.Array) -> pa.Array:
    """What each sketch is, for people."""
    return _each(family, function, sketches, kll.summary, pa.string())


def _each(
    family: _Family, function: str, sketches: pa.Array, of: Callable[[Sketch], Any], dtype: pa.DataType
) -> pa.Array:
    return pa.array([None if s is None else of(family.read(function, s)) for s in sketches.to_pylist()], dtype)


def _quantiles(function: str, family: _Family, sketches: pa.Array, shares: pa.Array) -> pa.Array:
    """The value at a share of each sketch, or at each of an array of shares."""

    def quantiles(sketch: Sketch, wanted: np.ndarray) -> np.ndarray:
        if not ((wanted >= 0) & (wanted <= 1)).all():
            raise SparkRuntimeException("KLL_SKETCH_INVALID_QUANTILE_RANGE", {"functionName": f"`{function}`"})
        return kll.quantiles(sketch, wanted)

    return _looked_up(function, family, sketches, shares, quantiles, family.arrow)


def _ranks(function: str, family: _Family, sketches: pa.Array, values: pa.Array) -> pa.Array:
    """The share of values that are not above a value, or above each of an array of values."""

    def ranks(sketch: Sketch, wanted: np.ndarray) -> np.ndarray:
        if wanted.dtype.kind == "f" and np.isnan(wanted).any():
            raise invalid_buffer(_INVALID, function)
        return kll.ranks(sketch, wanted)

    return _looked_up(function, family, sketches, values, ranks, pa.float64())


def _looked_up(
    function: str,
    family: _Family,
    sketches: pa.Array,
    wanted: pa.Array,
    look_up: Callable[[Sketch, np.ndarray], np.ndarray],
    dtype: pa.DataType,
) -> pa.Array:
    is_list = pa.types.is_list(wanted.type)
    element = wanted.type.value_type if is_list else wanted.type
    found: list[Any] = []
    for image, value in zip(sketches.to_pylist(), wanted, strict=True):
        if image is None or not value.is_valid:
            found.append(None)
            continue
        sketch = family.read(function, image)
        if not sketch.count:
            raise invalid_buffer(_INVALID, function)
        asked = value.values if is_list else pa.array([value.as_py()], element)
        made = look_up(sketch, plain_numbers(asked, element))
        found.append(made if is_list else made[0])
    return pa.array(found, pa.list_(dtype) if is_list else dtype)


def _check_k(name: str) -> Callable[[Binder, tuple[Expr, ...]], None]:
    def check(binder: Binder, args: tuple[Expr, ...]) -> None:
        if len(args) < 2:
            return
        if not is_foldable(args[1]):
            raise not_constant(binder, args[1], "k")
        k = binder.fold(args[1])
        if k is None:
            raise binder.error("DATATYPE_MISMATCH.UNEXPECTED_NULL", exprName="k")
        if not kll.MIN_K <= k <= kll.MAX_K:
            raise refused(binder, "KLL_SKETCH_K_OUT_OF_RANGE", {"functionName": f"`{name}`", "k": str(k)})

    return check


def _check_wanted(name: str, dtype: DataType) -> Callable[[Binder, tuple[Expr, ...]], None]:
    """What is asked for is constant, and an array of another type, cast to it, holds no NULL."""

    def check(binder: Binder, args: tuple[Expr, ...]) -> None:
        given = args[1].child if isinstance(args[1], Cast) and args[1].implicit else args[1]
        if given is not args[1] and isinstance(given.dtype, ArrayType) and given.dtype.contains_null:
            raise binder.error(
                "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                paramIndex="second",
                requiredType=f'("{t.sql_name(dtype)}" or "ARRAY<{t.sql_name(dtype)}>")',
                inputSql=binder.quoted(given),
                inputType=f'"{t.sql_name(given.dtype)}"',
            )
        if not is_foldable(args[1]):
            raise binder.error(
                "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
                inputName=f"`{name}`",
                inputType=f'"{t.sql_name(args[1].dtype)}"',
                inputExpr=binder.quoted(args[1]),
            )

    return check


def _bind_k(name: str) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        k = [Literal(binder.fold(arg), t.INT) for arg in args[1:]]
        return AggCall(name, (args[0], *k), t.BINARY, False)

    return bind


def _emit_agg(
    kernel: Callable[..., Any], family: _Family, default: int | None
) -> Callable[[AggCall, list[Sql], EmitContext], Sql]:
    def emit(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
        listed, dtype = gathered(call, args, ctx)
        k = call.args[1].value if len(call.args) > 1 and isinstance(call.args[1], Literal) else default
        made = functools.partial(kernel, call.function, family, k)
        return func(ctx.kernel(call.function, made, [dtype], t.BINARY), listed)

    return emit


def _emit(kernel: Callable[..., Any], family: _Family) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        made = functools.partial(kernel, call.function, family)
        return func(ctx.kernel(call.function, made, [a.dtype for a in call.args], call.dtype), *args)

    return emit


def _like(element: DataType) -> Callable[[Sequence[Expr]], DataType]:
    """One value for one asked for, an array for an array."""
    return lambda args: ArrayType(element, False) if isinstance(args[1].dtype, ArrayType) else element


def _one_or_many(dtype: DataType) -> Param:
    return Param((dtype, ArrayType(dtype, False)))


def _agg_row(
    name: str, family: _Family, value: Kind, kernel: Callable[..., Any], default: int | None, doc: str
) -> Function:
    return Function(
        name,
        (value, _K),
        kind=FunctionKind.AGGREGATE,
        nullable=never_null,
        checks=(_check_k(name),),
        bind=_bind_k(name),
        emit=_emit_agg(kernel, family, default),
        doc=doc,
        group="aggregate",
        since="4.1.0",
    )


def _row(
    name: str,
    family: _Family,
    params: tuple[Param, ...],
    result: DataType | Callable[[Sequence[Expr]], DataType],
    kernel: Callable[..., Any],
    doc: str,
    *checks: Callable[[Binder, tuple[Expr, ...]], None],
) -> Function:
    return Function(
        name,
        params,
        result,
        any_null,
        emit=_emit(kernel, family),
        checks=checks,
        doc=doc,
        group="misc_funcs",
        since="4.1.0",
    )


_SKETCH: Final = Param((t.BINARY,))


def _rows(family: _Family) -> list[Function]:
    end, dtype = family.suffix, family.dtype
    return [
        _agg_row(f"kll_sketch_agg_{end}", family, family.accepts, _aggs, kll.DEFAULT_K, "A KLL sketch of the values."),
        _agg_row(f"kll_merge_agg_{end}", family, BYTES, _merge_aggs, None, "KLL sketches in one."),
        _row(f"kll_sketch_merge_{end}", family, (_SKETCH, _SKETCH), t.BINARY, _merges, "Two KLL sketches in one."),
        _row(f"kll_sketch_get_n_{end}", family, (_SKETCH,), t.LONG, _counts, "How many values a KLL sketch has seen."),
        _row(f"kll_sketch_to_string_{end}", family, (_SKETCH,), t.STRING, _texts, "What a KLL sketch is, for people."),
        _row(
            f"kll_sketch_get_quantile_{end}",
            family,
            (_SKETCH, _one_or_many(t.DOUBLE)),
            _like(dtype),
            _quantiles,
            "The value that a share of a KLL sketch's values is not above.",
            _check_wanted("rank", t.DOUBLE),
        ),
        _row(
            f"kll_sketch_get_rank_{end}",
            family,
            (_SKETCH, _one_or_many(dtype)),
            _like(t.DOUBLE),
            _ranks,
            "The share of a KLL sketch's values that are not above a value.",
            _check_wanted("quantile", dtype),
        ),
    ]


register(
    *_rows(_Family("bigint", t.LONG, exactly(t.BYTE, t.INT, t.LONG, t.SHORT))),
    *_rows(_Family("double", t.DOUBLE, exactly(t.FLOAT, t.DOUBLE))),
    *_rows(_Family("float", t.FLOAT, exactly(t.FLOAT))),
)
