"""Arrays as sets, and arrays made of several: distinct, union, overlap, zip, sequence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from hiveframe.errors import NO_CONDITION
from hiveframe.functions.arrays import (
    element_type,
    has_null_element,
    holds_null,
    in_order,
    null_unless,
    same_array,
    without_negative_zero,
)
from hiveframe.functions.coercion import common_type, merged_type, tightest_type
from hiveframe.functions.collation_sql import comparable, distinct, with_comparables
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import ANY, ARRAY, Binder, Function, any_null, optional, register, rest
from hiveframe.functions.sequence_times import emit_temporal
from hiveframe.functions.sql import (
    Sql,
    case,
    cast,
    func,
    is_not_null,
    is_null,
    lambda_,
    null,
    number,
    op,
    param,
    physical_type,
    struct_pack,
    text,
    true,
)
from hiveframe.functions.structs import field_name
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr
from hiveframe.plan.types import ArrayType, DataType, StructField, StructType

_DAY_US: Final = 86_400_000_000
_MOST_ELEMENTS: Final = 2_147_483_632  # of a JVM's array, rounded
_INTERVALS: Final = (t.YearMonthIntervalType, t.DayTimeIntervalType, t.CalendarIntervalType)


def _distinct(call: Call, array: Sql, ctx: EmitContext) -> Sql:
    """The first of each set of equal elements, in order; NULLs are equal."""
    element = element_type(call)
    array = without_negative_zero(array, element, ctx)
    return with_comparables(array, element, ctx, lambda a, keyed: distinct(a, keyed, ctx))


def _emit_distinct(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return _distinct(call, args[0], ctx)


def _pair(name: str, emit: Callable[[Call, list[Sql], EmitContext], Sql], doc: str) -> Function:
    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        left, right = _alike(binder, name, args)
        in_order(name)(binder, (left,))
        kept = left.dtype if name == "array_except" else merged_type((left, right))
        assert isinstance(kept, ArrayType)
        dtype = ArrayType(kept.element, _may_hold_null(name, args))
        return Call(name, (left, right), dtype, any_null(args))

    return Function(name, (ANY, ANY), bind=bind, emit=emit, doc=doc, group="array", since="2.4.0")


def _alike(binder: Binder, name: str, args: tuple[Expr, ...]) -> list[Expr]:
    """Two arrays in one type; BINARY_ARRAY_DIFF_TYPES when there is none, or no arrays."""
    dtype = None
    if all(isinstance(a.dtype, ArrayType) for a in args):
        dtype = tightest_type(args[0].dtype, args[1].dtype, ansi=binder.ansi)
    if dtype is None:
        raise binder.error(
            "DATATYPE_MISMATCH.BINARY_ARRAY_DIFF_TYPES",
            functionName=f"`{name}`",
            arrayType='"ARRAY"',
            leftType=f'"{t.sql_name(args[0].dtype)}"',
            rightType=f'"{t.sql_name(args[1].dtype)}"',
        )
    return [binder.cast(a, dtype) for a in args]


def _may_hold_null(name: str, args: Sequence[Expr]) -> bool:
    match name:
        case "array_except":
            return holds_null(args[0])
        case "array_intersect":
            return holds_null(args[0]) and holds_null(args[1])
    return holds_null(args[0]) or holds_null(args[1])


def _missing(call: Call, args: list[Sql]) -> list[Sql]:
    return [is_null(a) for a, e in zip(args, call.args, strict=True) if e.nullable]


def _emit_union(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return null_unless(_missing(call, args), _distinct(call, func("list_concat", *args), ctx))


def _emit_lookup(keeps: Callable[[Sql], Sql]) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    """The different elements of one array for whose place in the other `keeps` holds."""

    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        element = element_type(call)

        def build(_: Sql, others: Sql) -> Sql:
            x = ctx.fresh("x")
            place = func("list_position", others, comparable(param(x), element, ctx))
            return func("list_filter", _distinct(call, args[0], ctx), lambda_([x], keeps(place)))

        return null_unless(_missing(call, args), with_comparables(args[1], element, ctx, build))

    return emit


def _bind_overlap(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    left, right = _alike(binder, "arrays_overlap", args)
    in_order("arrays_overlap")(binder, (left,))
    nullable = any_null(args) or holds_null(left) or holds_null(right)
    return Call("arrays_overlap", (left, right), t.BOOLEAN, nullable)


def _emit_overlap(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """NULL when nothing is shared, both have elements and one holds a NULL."""
    x = ctx.fresh("x")
    present = [
        func("list_filter", a, lambda_([x], op("is distinct from", param(x), null()))) if holds_null(e) else a
        for a, e in zip(args, call.args, strict=True)
    ]
    shared = func("list_has_any", *present)
    nulls = [has_null_element(a) for a, e in zip(args, call.args, strict=True) if holds_null(e)]
    if not nulls:
        return shared
    unknown = nulls[0] if len(nulls) == 1 else op("or", nulls[0], nulls[1])
    both = op("and", *(op(">", func("len", a), number(0)) for a in args))
    return case((shared, true()), (op("and", unknown, both), null()), default=shared)


def _bind_zip(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    fields = tuple(StructField(_zip_name(a, i), element_type(a), True) for i, a in enumerate(args))
    return Call("arrays_zip", args, ArrayType(StructType(fields), False), any_null(args))


def _zip_name(expr: Expr, position: int) -> str:
    name = field_name(expr, -1)
    return str(position) if name == "col-1" else name


def _emit_zip(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    assert isinstance(call.dtype, ArrayType)
    assert isinstance(call.dtype.element, StructType)
    if not args:
        return cast(func("list_value"), physical_type(call.dtype))
    i = ctx.fresh("i")
    sizes = [func("len", a) for a in args]
    size = func("greatest", *sizes) if len(sizes) > 1 else sizes[0]
    row = struct_pack(call.dtype.element, [func("list_extract", a, param(i)) for a in args])
    places = func("range", number(1), op("+", size, number(1)))
    return null_unless(_missing(call, args), func("list_transform", places, lambda_([i], row)))


def _bind_sequence(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    wide = common_type([a.dtype for a in args if not isinstance(a.dtype, _INTERVALS)], ansi=binder.ansi)
    if wide is not None:
        args = tuple(a if isinstance(a.dtype, _INTERVALS) else binder.cast(a, wide) for a in args)
    ends, step = args[:2], args[2] if len(args) > 2 else None
    element = ends[0].dtype
    if isinstance(element, (t.DateType, t.TimestampType, t.TimestampNTZType)):
        steps: tuple[type[DataType], ...] = _INTERVALS
    else:
        steps = (type(element),) if isinstance(element, t.IntegralType) else ()
    if ends[1].dtype != element or not steps or not (step is None or isinstance(step.dtype, steps)):
        raise binder.error(
            "DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES",
            functionName="`sequence`",
            startType='("TIMESTAMP" or "TIMESTAMP_NTZ" or "DATE")',
            stepType='("INTERVAL" or "INTERVAL YEAR TO MONTH" or "INTERVAL DAY TO SECOND")',
            otherStartType='"INTEGRAL"',
        )
    given = tuple(ends) if step is None else (*ends, step)
    return Call("sequence", given, ArrayType(element, False), any_null(given))


def _emit_sequence(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    if not isinstance(element_type(call), t.IntegralType):
        return emit_temporal(call, args, ctx)
    start, stop = args[0], args[1]
    up = cast(number(1), "BIGINT")
    step = args[2] if len(args) > 2 else case((op("<=", start, stop), up), default=cast(number(-1), "BIGINT"))
    made = func("generate_series", cast(start, "BIGINT"), cast(stop, "BIGINT"), cast(step, "BIGINT"))
    forward, backward, still = (op(s, step, number(0)) for s in (">", "<", "="))
    wrong = op(
        "or",
        op("or", op("and", forward, op(">", start, stop)), op("and", backward, op("<", start, stop))),
        op("and", still, op("!=", start, stop)),
    )
    message = func("concat", *_boundaries([cast(a, "VARCHAR") for a in (start, stop, step)]))
    refusal = ctx.raise_error("PlainIllegalArgument", NO_CONDITION, {"message": message}, call.dtype, None)
    single = op("and", still.copy(), op("=", start, stop))
    alone = func("list_value", cast(start, physical_type(element_type(call))))
    too_long = (_exceeds(start, stop, step), _too_long(start, stop, step, call, ctx))
    missing = [(is_null(a), null()) for a, e in zip(args, call.args, strict=True) if e.nullable]
    whole = cast(made, physical_type(call.dtype))
    return case(*missing, (single, alone), (wrong, refusal), too_long, default=whole)


def _exceeds(start: Sql, stop: Sql, step: Sql) -> Sql:
    return op(">", _count(start, stop, step), number(_MOST_ELEMENTS))


def _count(start: Sql, stop: Sql, step: Sql) -> Sql:
    """How many elements; in 128 bits, for the ends may be as far apart as two BIGINTs can be."""
    apart = op("-", cast(stop, "HUGEINT"), cast(start, "HUGEINT"))
    return op("+", op("//", apart, cast(step, "HUGEINT")), number(1))


def _too_long(start: Sql, stop: Sql, step: Sql, call: Call, ctx: EmitContext) -> Sql:
    params: dict[str, Sql | str] = {
        "numberOfElements": cast(_count(start, stop, step), "VARCHAR"),
        "maxRoundedArrayLength": str(_MOST_ELEMENTS),
        "functionName": "`sequence`",
        "parameter": "`count`",
    }
    condition = "COLLECTION_SIZE_LIMIT_EXCEEDED.PARAMETER"
    return ctx.raise_error("SparkRuntimeException", condition, params, call.dtype, None)


def _boundaries(shown: list[Sql]) -> list[Sql]:
    lead = "requirement failed: Illegal sequence boundaries: "
    return [text(lead), shown[0], text(" to "), shown[1], text(" by "), shown[2]]


register(
    Function(
        "array_distinct",
        (ARRAY,),
        same_array,
        emit=_emit_distinct,
        checks=(in_order("array_distinct"),),
        doc="The array without repeated elements, in order.",
        group="array",
        since="2.4.0",
    ),
    _pair("array_union", _emit_union, "The elements of two arrays, each once."),
    _pair("array_intersect", _emit_lookup(is_not_null), "The elements that two arrays share, each once."),
    _pair("array_except", _emit_lookup(is_null), "The elements of one array that are not in another, each once."),
    Function(
        "arrays_overlap",
        (ANY, ANY),
        bind=_bind_overlap,
        emit=_emit_overlap,
        doc="Whether two arrays share an element that is not NULL.",
        group="array",
        since="2.4.0",
    ),
    Function(
        "arrays_zip",
        (rest(ARRAY),),
        bind=_bind_zip,
        emit=_emit_zip,
        doc="Arrays joined place by place into structs; shorter ones are filled with NULL.",
        group="array",
        since="2.4.0",
    ),
    Function(
        "sequence",
        (ANY, ANY, optional(ANY)),
        bind=_bind_sequence,
        emit=_emit_sequence,
        doc="Values from a start to a stop, both included, by a step.",
        group="array",
        since="2.4.0",
    ),
)
