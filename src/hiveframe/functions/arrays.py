"""Arrays: making, asking, changing them. Set-like functions are in `array_sets`, access in `elements`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hiveframe.functions.binding import wrong_input
from hiveframe.functions.coercion import (
    common_type,
    common_type_without_strings,
    implicit_cast,
    merged_type,
    tightest_type,
)
from hiveframe.functions.collation_keys import is_collated
from hiveframe.functions.collation_sql import comparable, sorted_by_key, with_comparables
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let
from hiveframe.functions.ordering import is_orderable
from hiveframe.functions.registry import (
    ANY,
    ARRAY,
    CAST_ARRAY,
    TYPED_ARRAY,
    Binder,
    Function,
    always_null,
    any_null,
    either,
    never_null,
    optional,
    register,
    rest,
)
from hiveframe.functions.registry import MAP as ANY_MAP
from hiveframe.functions.sql import (
    Sql,
    case,
    cast,
    func,
    is_null,
    lambda_,
    null,
    number,
    op,
    param,
    physical_type,
    text,
)
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal
from hiveframe.plan.types import ArrayType, DataType, MapType


def element_type(expr: Expr) -> DataType:
    """The element type of an array (VOID of anything else)."""
    return expr.dtype.element if isinstance(expr.dtype, ArrayType) else t.NULL


def holds_null(expr: Expr) -> bool:
    """Whether an array's elements may be NULL."""
    return isinstance(expr.dtype, ArrayType) and expr.dtype.contains_null


def same_array(args: Sequence[Expr]) -> DataType:
    """The first argument's own type."""
    return args[0].dtype


def common_elements(binder: Binder, name: str, args: Sequence[Expr]) -> list[Expr]:
    """`args` cast to their common type; DATA_DIFF_TYPES when there is none."""
    dtype = common_type([a.dtype for a in args], ansi=binder.ansi)
    if dtype is None:
        kinds = " or ".join(f'"{t.sql_name(a.dtype)}"' for a in args)
        raise binder.error("DATATYPE_MISMATCH.DATA_DIFF_TYPES", functionName=f"`{name}`", dataType=f"({kinds})")
    return [binder.cast(a, dtype) for a in args]


def refuse_void(binder: Binder, name: str, *args: Expr) -> None:
    """NULL_TYPE when an argument has no type."""
    if any(isinstance(a.dtype, t.NullType) for a in args):
        raise binder.error("DATATYPE_MISMATCH.NULL_TYPE", functionName=f"`{name}`")


def in_order(name: str, *, whole: bool = False) -> Callable[[Binder, tuple[Expr, ...]], None]:
    """A check that the first array's elements can be compared; the message names them, or the `whole` array."""

    def check(binder: Binder, args: tuple[Expr, ...]) -> None:
        dtype = args[0].dtype
        if isinstance(dtype, ArrayType) and not is_orderable(dtype.element):
            shown = f'"{t.sql_name(dtype if whole else dtype.element)}"'
            raise binder.error("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", functionName=f"`{name}`", dataType=shown)

    return check


def with_element(binder: Binder, name: str, array: Expr, value: Expr, *, loses: bool = False) -> tuple[Expr, Expr]:
    """An array and a value brought to one element type; ARRAY_FUNCTION_DIFF_TYPES when there is none.

    `loses`: decimals meet each other and integers where they do in comparisons.
    """
    if isinstance(array.dtype, ArrayType):
        pair = (array.dtype.element, value.dtype)
        dtype = common_type_without_strings(pair, ansi=binder.ansi) if loses else tightest_type(*pair, ansi=False)
        if dtype is not None:
            wide = ArrayType(dtype, array.dtype.contains_null)
            return binder.cast(array, wide), binder.cast(value, dtype)
    raise binder.error(
        "DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES",
        functionName=f"`{name}`",
        dataType='"ARRAY"',
        leftType=f'"{t.sql_name(array.dtype)}"',
        rightType=f'"{t.sql_name(value.dtype)}"',
    )


def _bind_array(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    values = common_elements(binder, "array", args)
    element = merged_type(values) if values else t.NULL
    dtype = ArrayType(element, any(v.nullable for v in values))
    return Call("array", tuple(values), dtype, False)


def _emit_array(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    made = func("list_value", *args)
    return made if args else cast(made, physical_type(call.dtype))


def _size(ctx: EmitContext, call: Call, value: Sql) -> Sql:
    counted = func("cardinality" if isinstance(call.args[0].dtype, MapType) else "len", value)
    return cast(counted, "INTEGER")


def _emit_size(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    counted = _size(ctx, call, args[0])
    return func("coalesce", counted, number(-1)) if call.args[0].nullable and not call.nullable else counted


def _bind_size(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    """Under legacy rules NULL has -1 elements."""
    of_null = (binder.setting("spark.sql.legacy.sizeOfNull") or "").strip().lower() == "true" and not binder.ansi
    return Call("size", args, t.INT, args[0].nullable and not of_null)


def _emit_array_size(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return _size(ctx, call, args[0])


def null_unless(conditions: Sequence[Sql], value: Sql) -> Sql:
    """`value`, or NULL when one of `conditions` holds."""
    return case(*[(c, null()) for c in conditions], default=value) if conditions else value


def without_negative_zero(array: Sql, element: DataType, ctx: EmitContext) -> Sql:
    """The array with 0.0 for each -0.0: where Spark compares floating numbers as keys, it keeps them so."""
    if not isinstance(element, (t.FloatType, t.DoubleType)):
        return array
    x = ctx.fresh("x")
    zero = cast(number(0), physical_type(element))
    return func("list_transform", array, lambda_([x], op("+", param(x), zero)))


def has_null_element(array: Sql) -> Sql:
    """Whether an array value holds a NULL."""
    return op("<", func("list_count", array), func("len", array))


def _bind_contains(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    refuse_void(binder, "array_contains", *args)
    if not isinstance(args[0].dtype, ArrayType):
        raise wrong_input(binder, args, 0, '"ARRAY"')
    array, value = with_element(binder, "array_contains", *args, loses=True)
    in_order("array_contains")(binder, (array,))
    nullable = array.nullable or value.nullable or holds_null(array)
    return Call("array_contains", (array, value), t.BOOLEAN, nullable)


def _emit_contains(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    found = func("list_contains", *args)
    if not holds_null(call.args[0]):
        return found
    return case((found, cast(number(1), "BOOLEAN")), (has_null_element(args[0]), null()), default=found)


def _bind_position(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    refuse_void(binder, "array_position", args[0])
    if isinstance(element_type(args[0]), t.NullType):
        refuse_void(binder, "array_position", args[1])
    if not isinstance(args[0].dtype, ArrayType):
        raise wrong_input(binder, args, 0, '"ARRAY"')
    array, value = with_element(binder, "array_position", *args)
    in_order("array_position")(binder, (array,))
    return Call("array_position", (array, value), t.LONG, array.nullable or value.nullable)


def _emit_position(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    missing = [is_null(a) for a, e in zip(args, call.args, strict=True) if e.nullable]
    found = func("coalesce", func("list_position", *args), number(0))
    return cast(null_unless(missing, found), "BIGINT")


def _bind_remove(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    array, value = with_element(binder, "array_remove", *args)
    in_order("array_remove")(binder, (array,))
    return Call("array_remove", (array, value), array.dtype, array.nullable or value.nullable)


def _emit_remove(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    x, element = ctx.fresh("x"), element_type(call)

    def build(removed: Sql) -> Sql:
        differs = op("is distinct from", comparable(param(x), element, ctx), removed)
        return func("list_filter", args[0], lambda_([x], differs))

    kept = let(comparable(args[1], element, ctx), ctx, build) if is_collated(element) else build(args[1])
    return null_unless([is_null(args[1])] if call.args[1].nullable else [], kept)


def _bind_repeat(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    value, count = args
    if not isinstance(count.dtype, (t.ByteType, t.ShortType, t.IntegerType, t.NullType)):
        raise wrong_input(binder, args, 1, '"INT"')
    return Call(
        "array_repeat", (value, binder.cast(count, t.INT)), ArrayType(value.dtype, value.nullable), count.nullable
    )


def _emit_repeat(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    element = element_type(call)
    single = func("list_value", cast(args[0], physical_type(element)))
    many = func("repeat", single, cast(func("greatest", args[1], number(0)), "BIGINT"))
    return null_unless([is_null(args[1])] if call.args[1].nullable else [], many)


def _extended(name: str, in_front: bool) -> Function:
    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        array, value = with_element(binder, name, *args)
        dtype = ArrayType(element_type(array), True)  # whatever comes in
        return Call(name, (array, value), dtype, array.nullable)

    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        parts = [func("list_value", args[1]), args[0]] if in_front else [args[0], func("list_value", args[1])]
        missing = [is_null(args[0])] if call.args[0].nullable else []
        return null_unless(missing, func("list_concat", *parts))

    doc = f"The array with a value added at its {'front' if in_front else 'end'}."
    return Function(name, (TYPED_ARRAY, ANY), bind=bind, emit=emit, doc=doc, group="array", since="3.4.0")


def _bind_insert(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    array, value = with_element(binder, "array_insert", args[0], args[2])
    if args[1].dtype not in (t.BYTE, t.SHORT, t.INT):
        raise wrong_input(binder, args, 1, '"INT"')
    position = binder.cast(args[1], t.INT)
    dtype = ArrayType(element_type(array), True)
    return Call("array_insert", (array, position, value), dtype, array.nullable or position.nullable)


def _emit_insert(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Counted from 1, or from the end when negative (-1 is after the last); gaps are filled with NULL."""
    array, position, value = args
    size = func("len", array)
    single = func("list_value", value)
    gap = cast(func("list_value", null()), physical_type(call.dtype))

    def fill(count: Sql) -> Sql:
        return func("repeat", gap, cast(func("greatest", count, number(0)), "BIGINT"))

    before = op("-", position, number(1))
    forward = func(
        "list_concat",
        func("list_slice", array, number(1), before),
        fill(op("-", before, size)),
        single,
        func("list_slice", array, position, size),
    )
    kept = op("+", op("+", size, position), number(1))  # elements that stay in front
    backward = func(
        "list_concat",
        case(
            (op(">", kept, number(0)), func("list_slice", array, number(1), kept)),
            default=cast(func("list_value"), physical_type(call.dtype)),
        ),
        single,
        fill(op("-", number(0), kept)),
        case((op(">=", kept, number(0)), func("list_slice", array, op("+", kept, number(1)), size)), default=array),
    )
    zero = ctx.raise_error("SparkRuntimeException", "INVALID_INDEX_OF_ZERO", {}, call.dtype, call.context)
    missing = [(is_null(a), null()) for a, e in zip(args[:2], call.args[:2], strict=True) if e.nullable]
    return case(
        *missing, (op("=", position, number(0)), zero), (op(">", position, number(0)), forward), default=backward
    )


def _emit_compact(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    x = ctx.fresh("x")
    return func("list_filter", args[0], lambda_([x], _present(param(x))))


def _present(value: Sql) -> Sql:
    return op("is distinct from", value, null())


def _compacted(args: Sequence[Expr]) -> DataType:
    return ArrayType(element_type(args[0]), False)


def _is_text(dtype: DataType, binder: Binder) -> bool:
    return implicit_cast(dtype, t.STRING, ansi=binder.ansi) is not None


def _bind_join(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    if not isinstance(args[0].dtype, (ArrayType, t.NullType)) or not _is_text(element_type(args[0]), binder):
        raise wrong_input(binder, args, 0, '"ARRAY<STRING>"')
    for i in range(1, len(args)):
        if not isinstance(args[i].dtype, (t.StringType, t.NullType)):
            raise wrong_input(binder, args, i, '"STRING"')
    array = binder.cast(args[0], ArrayType(t.STRING, holds_null(args[0])))
    others = tuple(binder.cast(a, t.STRING) for a in args[1:])
    return Call("array_join", (array, *others), t.STRING, any_null((array, *others)))


def _emit_join(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    array = args[0]
    if len(args) == 3:
        x = ctx.fresh("x")
        array = func("list_transform", array, lambda_([x], func("coalesce", param(x), args[2])))
    if isinstance(call.args[1], Literal):
        joined = func("coalesce", func("array_to_string", array, args[1]), text(""))
    else:  # DuckDB's own takes no delimiter that differs from row to row
        acc, y = ctx.fresh("acc"), ctx.fresh("y")
        joined_to = case((is_null(param(acc)), param(y)), default=func("concat", param(acc), args[1], param(y)))
        step = case((is_null(param(y)), param(acc)), default=joined_to)
        folded = func("list_reduce", array, lambda_([acc, y], step), cast(null(), "VARCHAR"))
        joined = func("coalesce", folded, text(""))
    return null_unless([is_null(a) for a, e in zip(args, call.args, strict=True) if e.nullable], joined)


def _emit_slice(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    array, start, length = args
    size = func("len", array)
    first = case((op("<", start, number(0)), op("+", op("+", size, start), number(1))), default=start)
    last = op("-", op("+", first, length), number(1))
    taken = func("list_slice", array, first, last)
    empty = cast(func("list_value"), physical_type(call.dtype))
    zero = ctx.raise_error(
        "SparkRuntimeException",
        "INVALID_PARAMETER_VALUE.START",
        {"parameter": "`start`", "functionName": "`slice`"},
        call.dtype,
        call.context,
    )
    negative = ctx.raise_error(
        "SparkRuntimeException",
        "INVALID_PARAMETER_VALUE.LENGTH",
        {"parameter": "`length`", "length": cast(length, "VARCHAR"), "functionName": "`slice`"},
        call.dtype,
        call.context,
    )
    missing = [(is_null(a), null()) for a, e in zip(args, call.args, strict=True) if e.nullable]
    return case(
        *missing,
        (op("=", start, number(0)), zero),
        (op("<", length, number(0)), negative),
        (op("or", op("<", first, number(1)), op("=", length, number(0))), empty),
        default=taken,
    )


def _flattened(args: Sequence[Expr]) -> DataType:
    inner = element_type(args[0])
    return inner if isinstance(inner, ArrayType) else t.NULL


def _flatten_nullable(args: Sequence[Expr]) -> bool:
    return args[0].nullable or holds_null(args[0])


def _emit_flatten(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    flat = func("flatten", args[0])
    return null_unless([has_null_element(args[0])] if holds_null(call.args[0]) else [], flat)


def _check_nested(binder: Binder, args: tuple[Expr, ...]) -> None:
    if not isinstance(element_type(args[0]), ArrayType):
        raise wrong_input(binder, args, 0, '"ARRAY" of "ARRAY"')


def _bind_sort(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    array, ascending = args
    if not isinstance(ascending.dtype, (t.BooleanType, t.NullType)):
        raise wrong_input(binder, args, 1, '"BOOLEAN"')
    is_up = binder.fold(ascending, "ascendingOrder")
    return Call("sort_array", (array, Literal(is_up, t.BOOLEAN)), array.dtype, any_null(args))


def _emit_reverse_sorted(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    is_up = call.args[1].value if isinstance(call.args[1], Literal) else None
    if is_up is None:
        return cast(null(), physical_type(call.dtype))
    if is_collated(element_type(call)):
        return sorted_by_key(args[0], element_type(call), ctx, nulls_first=is_up, descending=not is_up)
    order, nulls = ("ASC", "NULLS FIRST") if is_up else ("DESC", "NULLS LAST")
    return func("list_sort", args[0], text(order), text(nulls))


def _emit_extreme(name: str) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    """The first of the elements that are the greatest, or the least."""

    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        element = element_type(call.args[0])
        if not is_collated(element):
            return func(name, args[0])

        def build(array: Sql, keyed: Sql) -> Sql:
            return func("list_extract", array, func("list_position", keyed, func(name, keyed.copy())))

        return with_comparables(args[0], element, ctx, build)

    return emit


register(
    Function(
        "array",
        (rest(ANY),),
        nullable=never_null,
        bind=_bind_array,
        emit=_emit_array,
        doc="An array of the given values.",
        group="array",
        since="1.1.0",
    ),
    Function(
        "size",
        (either(ARRAY, ANY_MAP),),
        bind=_bind_size,
        emit=_emit_size,
        aliases=("cardinality",),
        doc="How many elements an array or map has.",
        group="collection",
        since="1.5.0",
    ),
    Function(
        "array_size",
        (CAST_ARRAY,),
        t.INT,
        emit=_emit_array_size,
        doc="How many elements an array has; NULL of NULL.",
        group="array",
        since="3.3.0",
    ),
    Function(
        "array_contains",
        (ANY, ANY),
        bind=_bind_contains,
        emit=_emit_contains,
        doc="Whether a value is in an array; NULL when only a NULL might be it.",
        group="array",
        since="1.5.0",
    ),
    Function(
        "array_position",
        (ANY, ANY),
        bind=_bind_position,
        emit=_emit_position,
        doc="The first place of a value, from 1; 0 when it is not there.",
        group="array",
        since="2.4.0",
    ),
    Function(
        "array_remove",
        (ANY, ANY),
        bind=_bind_remove,
        emit=_emit_remove,
        doc="The array without the elements equal to a value.",
        group="array",
        since="2.4.0",
    ),
    Function(
        "array_repeat",
        (ANY, ANY),
        bind=_bind_repeat,
        emit=_emit_repeat,
        doc="An array of one value a number of times.",
        group="array",
        since="2.4.0",
    ),
    _extended("array_append", in_front=False),
    _extended("array_prepend", in_front=True),
    Function(
        "array_insert",
        (ANY, ANY, ANY),
        bind=_bind_insert,
        emit=_emit_insert,
        doc="The array with a value put in at a position.",
        group="array",
        since="3.4.0",
    ),
    Function(
        "array_max",
        (CAST_ARRAY,),
        lambda args: element_type(args[0]),
        nullable=always_null,
        emit=_emit_extreme("list_max"),
        checks=(in_order("array_max"),),
        doc="The greatest element that is not NULL.",
        group="array",
        since="2.4.0",
    ),
    Function(
        "array_min",
        (CAST_ARRAY,),
        lambda args: element_type(args[0]),
        nullable=always_null,
        emit=_emit_extreme("list_min"),
        checks=(in_order("array_min"),),
        doc="The least element that is not NULL.",
        group="array",
        since="2.4.0",
    ),
    Function(
        "array_compact",
        (CAST_ARRAY,),
        _compacted,
        emit=_emit_compact,
        doc="The array without its NULLs.",
        group="array",
        since="3.4.0",
    ),
    Function(
        "array_join",
        (ANY, ANY, optional(ANY)),
        bind=_bind_join,
        emit=_emit_join,
        doc="The elements as one text with a delimiter between them.",
        group="array",
        since="2.4.0",
    ),
    Function(
        "slice",
        (CAST_ARRAY, t.INT, t.INT),
        same_array,
        emit=_emit_slice,
        doc="A part of an array: from a start (negative: from the end), of a length.",
        group="array",
        since="2.4.0",
    ),
    Function(
        "flatten",
        (ANY,),
        _flattened,
        nullable=_flatten_nullable,
        emit=_emit_flatten,
        checks=(_check_nested,),
        doc="The elements of an array's arrays in one array.",
        group="array",
        since="2.4.0",
    ),
    Function(
        "sort_array",
        (ARRAY, optional(ANY, True)),
        bind=_bind_sort,
        checks=(in_order("sort_array", whole=True),),
        emit=_emit_reverse_sorted,
        doc="The array in order, NULLs first (last when descending).",
        group="array",
        since="1.5.0",
    ),
)
