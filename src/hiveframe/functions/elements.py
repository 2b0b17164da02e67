"""Elements by their place in an array or their key in a map."""

from __future__ import annotations

from hiveframe.functions.arrays import element_type
from hiveframe.functions.binding import is_foldable, wrong_input
from hiveframe.functions.coercion import common_type_without_strings
from hiveframe.functions.collation_keys import is_collated
from hiveframe.functions.collation_sql import comparable, comparables
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import ANY, TYPED_ARRAY, Binder, Function, any_null, register
from hiveframe.functions.sql import Sql, case, cast, func, null, number, op
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal
from hiveframe.plan.types import ArrayType, MapType


def map_value(value: Sql, dtype: MapType, wanted: Sql, ctx: EmitContext) -> Sql:
    """A map's value of a key; NULL when the key is not there."""
    if not is_collated(dtype.key):
        return func("map_extract_value", value, wanted)
    found = func(
        "list_position", comparables(func("map_keys", value), dtype.key, ctx), comparable(wanted, dtype.key, ctx)
    )
    return func("list_extract", func("map_values", value.copy()), found)


def _emit_get(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    at = op("+", args[1], number(1))
    return case((op(">=", args[1], number(0)), func("list_extract", args[0], at)), default=null())


def _element_at(name: str, lenient: bool) -> Function:
    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        container, wanted = args
        match container.dtype:
            case MapType(_, value):
                return Call(name, with_key(binder, "element_at", container, wanted), value, True)
            case ArrayType(element, contains_null):
                if wanted.dtype not in (t.BYTE, t.SHORT, t.INT):
                    raise wrong_input(binder, args, 1, '"INT"')
                place = binder.cast(wanted, t.INT)
                strict = binder.ansi and not lenient
                nullable = place_nullable(container, place, from_one=True, strict=strict)
                if nullable is None:
                    nullable = not strict or contains_null or any_null(args)
                return Call(name, (container, place), element, nullable)
        raise wrong_input(binder, args, 0, '("ARRAY" or "MAP")')

    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        container, place = args
        if isinstance(call.args[0].dtype, MapType):
            return map_value(container, call.args[0].dtype, place, ctx)
        zero = ctx.raise_error("SparkRuntimeException", "INVALID_INDEX_OF_ZERO", {}, call.dtype, call.context)
        branches = [(op("=", place, number(0)), zero)]
        if ctx.ansi and not lenient:
            branches.append((op(">", func("abs", place), func("len", container)), _out_of_bounds(call, args, ctx)))
        return case(*branches, default=func("list_extract", container, place))

    doc = "The array's element at a position from 1 (negative: from the end), or the map's value of a key."
    return Function(
        name, (ANY, ANY), bind=bind, emit=emit, site="element_at", doc=doc, group="collection", since="2.4.0"
    )


def with_key(binder: Binder, name: str, container: Expr, wanted: Expr) -> tuple[Expr, Expr]:
    """A map and a key brought to one key type; MAP_FUNCTION_DIFF_TYPES when there is none."""
    if isinstance(container.dtype, MapType):
        dtype = common_type_without_strings([container.dtype.key, wanted.dtype], ansi=binder.ansi)
        if dtype is not None:
            wide = MapType(dtype, container.dtype.value, container.dtype.value_contains_null)
            return binder.cast(container, wide), binder.cast(wanted, dtype)
    raise binder.error(
        "DATATYPE_MISMATCH.MAP_FUNCTION_DIFF_TYPES",
        functionName=f"`{name}`",
        dataType='"MAP"',
        leftType=f'"{t.sql_name(container.dtype)}"',
        rightType=f'"{t.sql_name(wanted.dtype)}"',
    )


def place_nullable(array: Expr, place: Expr, *, from_one: bool, strict: bool) -> bool | None:
    """Whether the element at a constant place may be NULL; None when the place varies.

    Spark's `computeNullabilityFromArray`: known for an array spelled out, doubtful for any other.
    """
    if not isinstance(place, Literal) or place.value is None:
        return None
    match array:
        case Call(function="array", args=elements):
            at = int(place.value)
            if not from_one:
                return elements[at].nullable if 0 <= at < len(elements) else True
            if abs(at) > len(elements):
                return not strict
            return at != 0 and bool(elements[at - 1 if at > 0 else at].nullable)
    return True


def _bind_get(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    place = Literal(binder.fold(args[1]), args[1].dtype) if is_foldable(args[1]) else args[1]
    nullable = place_nullable(args[0], place, from_one=False, strict=False)
    return Call("get", args, element_type(args[0]), nullable is None or nullable)


def _out_of_bounds(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    params = {"indexValue": cast(args[1], "VARCHAR"), "arraySize": cast(func("len", args[0]), "VARCHAR")}
    return ctx.raise_error(
        "ArrayIndexOutOfBoundsException",
        "INVALID_ARRAY_INDEX_IN_ELEMENT_AT",
        params,
        call.dtype,
        call.context,
    )


register(
    Function(
        "get",
        (TYPED_ARRAY, t.INT),
        bind=_bind_get,
        emit=_emit_get,
        doc="The element at a position from 0; NULL outside.",
        group="array",
        since="3.4.0",
    ),
    _element_at("element_at", lenient=False),
    _element_at("try_element_at", lenient=True),
)
