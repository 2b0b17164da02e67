"""Where Spark would have put a row: its partition, its place there, and what counts from them.

The rows are internal: the optimiser's rule `place_rows` makes the calls.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pyarrow as pa

from hiveframe.functions.emit import EmitContext
from hiveframe.functions.poisson import PlacedPoisson
from hiveframe.functions.registry import ANY, Function, FunctionKind, never_null, register, rest
from hiveframe.functions.sql import Sql, cast, func, number, op
from hiveframe.functions.unsafe_row import has_fixed_form, hash_rows
from hiveframe.functions.xorshift import XorShift
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Call, Literal
from hiveframe.plan.types import DataType

ROW_BITS: Final = 33  # of the number that `monotonically_increasing_id` gives, below those of the partition


def _emit_slice(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """The last slice that begins at or before `place`: slice i begins at `i * rows // slices`."""
    place, rows, slices = args
    return cast(op("//", op("-", op("*", op("+", place, number(1)), slices), number(1)), rows), "INTEGER")


def _emit_slice_place(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """The place counted from the beginning of its slice."""
    place, slice_, rows, slices = args
    return op("-", place, op("//", op("*", cast(slice_, "BIGINT"), rows), slices))


def _emit_range_place(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    value, start, step = args
    return op("//", op("-", value, start), step)


def _emit_hash_partition(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """`pmod(hash, partitions)`."""
    remainder = op("%", args[0], args[1])
    return cast(op("%", op("+", remainder, args[1]), args[1]), "INTEGER")


def _emit_range_partition(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """By the rank (from 0) of a key among all rows: Spark's bounds stand at equal steps of the sorted keys."""
    rank, rows, partitions = args
    return cast(func("least", op("//", op("*", rank, partitions), rows), op("-", partitions, number(1))), "INTEGER")


def _emit_round_robin(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Each input partition deals its rows out in turn, beginning where its number, as a seed, says."""
    partition, place = args[0], args[1]
    before, after = _whole(call, 2), _whole(call, 3)
    starts = func("list_value", *(number(XorShift(p).below(after) + 1) for p in range(before)))
    first = func("list_extract", starts, op("+", partition, number(1)))
    return cast(op("%", op("+", first, place), number(after)), "INTEGER")


def _whole(call: Call, position: int) -> int:
    argument = call.args[position]
    assert isinstance(argument, Literal)
    return int(argument.value)


def _emit_row_id(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return op("+", op("*", cast(args[0], "BIGINT"), number(1 << ROW_BITS)), args[1])


def _emit_row_place(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    return op("-", ctx.window("row_number", []), number(1))


def _emit_row_rank(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    return op("-", ctx.window("rank", []), number(1))


def _emit_row_count(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    return ctx.window("count", [number(1)])


def _emit_elements_before(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    total = ctx.aggregate("sum", [func("len", args[0])], call)
    return cast(func("coalesce", total, number(0)), "BIGINT")


def _emit_row_hash(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """The hash of the row as Spark's `UnsafeRow`; the same for all rows where a type has no such form here."""
    types = [a.dtype for a in call.args]
    if not types or not all(has_fixed_form(d) for d in types):
        return number(0)

    def kernel(*columns: pa.Array) -> pa.Array:
        return pa.array(hash_rows(columns, types), pa.int32())

    return func(ctx.kernel("row_hash", kernel, types, t.INT), *args)


def _emit_copies(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """A list as long as the row is taken."""
    mean, seed = call.args[0], call.args[1]
    assert isinstance(mean, Literal)
    assert isinstance(seed, Literal)
    numbers = PlacedPoisson(mean.value, seed.value)

    def kernel(partitions: pa.Array, places: pa.Array) -> pa.Array:
        return pa.array(numbers.counts(partitions.to_numpy(), places.to_numpy()), pa.int64())

    return func("range", func(ctx.kernel("poisson", kernel, [t.INT, t.LONG], t.LONG), *args[2:]))


def _emit_local_slices(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return func("least", *args)


def _row(
    name: str, width: int, dtype: DataType, emit: Callable[[Any, list[Sql], EmitContext], Sql], doc: str
) -> Function:
    return Function(
        name, (ANY,) * width, dtype, nullable=never_null, emit=emit, group="internal", is_internal=True, doc=doc
    )


def _window(name: str, emit: Callable[[AggCall, list[Sql], EmitContext], Sql], doc: str) -> Function:
    return Function(
        name,
        (),
        t.LONG,
        nullable=never_null,
        kind=FunctionKind.WINDOW,
        emit=emit,
        group="internal",
        is_internal=True,
        doc=doc,
    )


register(
    _row("slice_of_place", 3, t.INT, _emit_slice, "The slice that a place of so many rows falls into."),
    _row("place_in_slice", 4, t.LONG, _emit_slice_place, "A place counted from its slice's beginning."),
    _row("place_in_range", 3, t.LONG, _emit_range_place, "Which of a range's numbers a value is, from 0."),
    _row("hash_partition", 2, t.INT, _emit_hash_partition, "The partition that a hash belongs to."),
    _row("range_partition", 3, t.INT, _emit_range_partition, "The partition that a rank belongs to."),
    _row("round_robin_partition", 4, t.INT, _emit_round_robin, "The partition that a row is dealt to."),
    _row("partition_row_id", 2, t.LONG, _emit_row_id, "The row's number with its partition above it."),
    _window("row_place", _emit_row_place, "The row's place, from 0."),
    _window("row_rank", _emit_row_rank, "The row's rank, from 0."),
    _window("row_count", _emit_row_count, "How many rows there are."),
    _row("local_slices", 2, t.LONG, _emit_local_slices, "How many partitions so many local rows make."),
    Function(
        "elements_before",
        (ANY,),
        t.LONG,
        nullable=never_null,
        kind=FunctionKind.WINDOW,
        emit=_emit_elements_before,
        group="internal",
        is_internal=True,
        doc="How many elements the arrays of the window have.",
    ),
    Function(
        "poisson_copies",
        (ANY,) * 4,
        t.StructType((t.StructField("copy", t.LONG, False),)),
        nullable=never_null,
        kind=FunctionKind.GENERATOR,
        emit=_emit_copies,
        group="internal",
        is_internal=True,
        doc="The row as often as a sample with replacement takes it.",
    ),
    Function(
        "unsafe_row_hash",
        (rest(ANY),),
        t.INT,
        nullable=never_null,
        emit=_emit_row_hash,
        group="internal",
        is_internal=True,
        doc="The hash by which Spark sorts rows before it deals them out.",
    ),
)
