"""Maps: making them, their keys, values and entries. Maps keep the order of their entries."""

from __future__ import annotations

from collections.abc import Sequence

from hiveframe.functions.arrays import common_elements, element_type, holds_null, refuse_void, without_negative_zero
from hiveframe.functions.binding import wrong_input
from hiveframe.functions.casts import cast_value
from hiveframe.functions.coercion import common_type, merged_type
from hiveframe.functions.collation_keys import entries_of
from hiveframe.functions.collation_sql import comparable, comparables, distinct, with_comparables
from hiveframe.functions.elements import with_key
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import (
    ANY,
    ARRAY,
    TYPED_STRING,
    Binder,
    Function,
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
    field,
    func,
    is_null,
    lambda_,
    null,
    op,
    param,
    physical_type,
    struct_pack,
    text,
)
from hiveframe.plan import types as t
from hiveframe.plan.collations import collation
from hiveframe.plan.logical import Call, Expr
from hiveframe.plan.types import ArrayType, DataType, MapType, StructField, StructType


def build_map(keys: Sql, values: Sql, dtype: MapType, call: Call, ctx: EmitContext) -> Sql:
    """A map of two lists: NULL keys raise; repeated keys raise, or the last one wins by the session's setting."""
    keys = without_negative_zero(keys, dtype.key, ctx)
    return with_comparables(keys, dtype.key, ctx, lambda keys, told: _build(keys, told, values, dtype, call, ctx))


def _build(keys: Sql, told: Sql, values: Sql, dtype: MapType, call: Call, ctx: EmitContext) -> Sql:
    """`told`: what tells the keys apart."""
    null_key = ctx.raise_error("SparkRuntimeException", "NULL_MAP_KEY", {}, dtype, call.context)
    has_null_key = op("<", func("list_count", keys), func("len", keys))
    repeated = op("<", func("len", func("list_distinct", told)), func("list_count", keys))
    if ctx.setting("spark.sql.mapKeyDedupPolicy") == "LAST_WIN":
        return case(
            (has_null_key, null_key), (repeated, _last_wins(keys, told, values, ctx)), default=func("map", keys, values)
        )
    x, i = ctx.fresh("x"), ctx.fresh("i")
    mine = param(x) if told is keys else func("list_extract", told, param(i))
    again = func("list_filter", keys, lambda_([x, i], op("<", func("list_position", told, mine), param(i))))
    first = func("list_extract", again, cast(text("1"), "INTEGER"))
    duplicate = ctx.raise_error(
        "SparkRuntimeException",
        "DUPLICATED_MAP_KEY",
        {
            "key": cast_value(first, dtype.key, t.STRING, "ansi", None, ctx),
            "mapKeyDedupPolicy": '"spark.sql.mapKeyDedupPolicy"',
        },
        dtype,
        call.context,
    )
    return case((has_null_key, null_key), (repeated, duplicate), default=func("map", keys, values))


def _last_wins(keys: Sql, told: Sql, values: Sql, ctx: EmitContext) -> Sql:
    """Each key at the place where it is first met, with the value met last."""
    y, j = ctx.fresh("y"), ctx.fresh("j")
    size = op("+", func("len", keys), cast(text("1"), "INTEGER"))
    place = op("-", size, func("list_position", func("list_reverse", told), param(y)))
    picked = func("list_transform", distinct(told, told, ctx), lambda_([y, j], func("list_extract", values, place)))
    return func("map", distinct(keys, told, ctx), picked)


def _alike(binder: Binder, args: Sequence[Expr], part: str) -> list[Expr]:
    dtype = common_type([a.dtype for a in args], ansi=binder.ansi)
    if dtype is None:
        kinds = ", ".join(f'"{t.sql_name(a.dtype)}"' for a in args)
        raise binder.error(
            f"DATATYPE_MISMATCH.CREATE_MAP_{part}_DIFF_TYPES", functionName="`map`", dataType=f"[{kinds}]"
        )
    return [binder.cast(a, dtype) for a in args]


def _bind_map(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    if len(args) % 2:
        raise binder.error(
            "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
            functionName="`map`",
            expectedNum="2n (n > 0)",
            actualNum=str(len(args)),
            docroot="https://spark.apache.org/docs/latest",
        )
    keys = _alike(binder, args[::2], "KEY")
    values = _alike(binder, args[1::2], "VALUE")
    key_type = keys[0].dtype if keys else t.NULL
    if isinstance(key_type, t.VariantType):
        raise binder.error("DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE", keyType='"VARIANT"')
    value = merged_type(values) if values else t.NULL
    pairs = tuple(x for pair in zip(keys, values, strict=True) for x in pair)
    return Call("map", pairs, MapType(key_type, value, any(v.nullable for v in values)), False)


def _emit_map(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    assert isinstance(call.dtype, MapType)
    if not args:
        return cast(func("map"), physical_type(call.dtype))
    keys, values = func("list_value", *args[::2]), func("list_value", *args[1::2])
    if len(args) == 2 and not call.args[0].nullable:
        return func("map", without_negative_zero(keys, call.dtype.key, ctx), values)
    return build_map(keys, values, call.dtype, call, ctx)


def _from_arrays(args: Sequence[Expr]) -> DataType:
    return MapType(element_type(args[0]), element_type(args[1]), holds_null(args[1]))


def _emit_from_arrays(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    assert isinstance(call.dtype, MapType)
    uneven = ctx.raise_error(
        "SparkRuntimeException",
        "_LEGACY_ERROR_TEMP_2128",
        {},
        call.dtype,
        call.context,
    )
    missing = [(is_null(a), null()) for a, e in zip(args, call.args, strict=True) if e.nullable]
    differs = op("!=", func("len", args[0]), func("len", args[1]))
    return case(*missing, (differs, uneven), default=build_map(args[0], args[1], call.dtype, call, ctx))


def _from_entries(args: Sequence[Expr]) -> DataType:
    match element_type(args[0]):
        case StructType((key, value)):
            return MapType(key.dtype, value.dtype, value.nullable)
    return MapType(t.NULL, t.NULL)


def _emit_from_entries(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    entry = element_type(call.args[0])
    assert isinstance(call.dtype, MapType)
    assert isinstance(entry, StructType)
    x, y = ctx.fresh("x"), ctx.fresh("y")
    keys = func("list_transform", args[0], lambda_([x], field(param(x), entry, 0)))
    values = func("list_transform", args[0], lambda_([y], field(param(y), entry, 1)))
    made = build_map(keys, values, call.dtype, call, ctx)
    if not (call.args[0].nullable or holds_null(call.args[0])):
        return made
    has_null = op("<", func("list_count", args[0]), func("len", args[0]))
    return case((is_null(args[0]), null()), (has_null, null()), default=made)


def _check_entries(binder: Binder, args: tuple[Expr, ...]) -> None:
    match element_type(args[0]):
        case StructType((_, _)):
            return
    raise wrong_input(binder, args, 0, '"ARRAY" of pair "STRUCT"')


def _keys(args: Sequence[Expr]) -> DataType:
    return ArrayType(args[0].dtype.key) if isinstance(args[0].dtype, MapType) else ArrayType(t.NULL)


def _values(args: Sequence[Expr]) -> DataType:
    match args[0].dtype:
        case MapType(_, value):
            return ArrayType(value)
    return ArrayType(t.NULL)


def _entries(args: Sequence[Expr]) -> DataType:
    dtype = args[0].dtype
    return ArrayType(entries_of(dtype) if isinstance(dtype, MapType) else t.NULL, False)


def _emit_entries(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return func("map_entries", args[0])


def _bind_contains_key(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    refuse_void(binder, "map_contains_key", args[1])
    # Spark asks `array_contains(map_keys(…), key)`, whose array might hold NULLs
    return Call("map_contains_key", with_key(binder, "map_contains_key", *args), t.BOOLEAN, True)


def _emit_contains_key(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    container = call.args[0].dtype
    assert isinstance(container, MapType)
    found = comparables(func("map_keys", args[0]), container.key, ctx)
    return func("list_contains", found, comparable(args[1], container.key, ctx))


def _bind_concat(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    kinds = [f'"{t.sql_name(a.dtype)}"' for a in args]
    if not all(isinstance(a.dtype, MapType) for a in args):
        raise binder.error(
            "DATATYPE_MISMATCH.MAP_CONCAT_DIFF_TYPES",
            functionName="`map_concat`",
            dataType="[" + ", ".join(kinds) + "]",
        )
    if common_type([a.dtype for a in args], ansi=binder.ansi) is None:
        listed = "(" + " or ".join(kinds) + ")"
        raise binder.error("DATATYPE_MISMATCH.DATA_DIFF_TYPES", functionName="`map_concat`", dataType=listed)
    maps = common_elements(binder, "map_concat", args)
    dtype = maps[0].dtype if maps else MapType(t.STRING, t.STRING, False)
    return Call("map_concat", tuple(maps), dtype, any(m.nullable for m in maps))


def _emit_concat(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    assert isinstance(call.dtype, MapType)
    if not args:
        return cast(func("map"), physical_type(call.dtype))
    keys = func("list_concat", *[func("map_keys", a) for a in args])
    values = func("list_concat", *[func("map_values", a) for a in args])
    missing = [(is_null(a), null()) for a, e in zip(args, call.args, strict=True) if e.nullable]
    made = build_map(keys, values, call.dtype, call, ctx)
    return case(*missing, default=made) if missing else made


def _ignores_case(dtype: DataType) -> bool:
    if not isinstance(dtype, t.StringType) or dtype == t.STRING:
        return False
    by = collation(dtype.collation)
    return by.ignores_case or by.root == "UTF8_LCASE"


def _emit_str_to_map(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    assert isinstance(call.dtype, MapType)
    if _ignores_case(call.args[0].dtype):
        args = [args[0], *(func("concat", text("(?i)"), a) for a in args[1:])]
    pairs = func("regexp_split_to_array", args[0], args[1])
    x = ctx.fresh("x")
    pair_type = StructType((StructField("key", t.STRING), StructField("value", t.STRING)))
    cut = func("regexp_split_to_array", param(x), args[2])
    one, two = cast(text("1"), "INTEGER"), cast(text("2"), "INTEGER")
    # A value may hold the delimiter: what is left after the first key and delimiter.
    rest_of = func("substr", param(x), op("+", func("length", func("list_extract", cut, one)), two))
    value = case((op(">=", func("len", cut), two), rest_of), default=null())
    split = func("list_transform", pairs, lambda_([x], struct_pack(pair_type, [func("list_extract", cut, one), value])))
    y, z = ctx.fresh("y"), ctx.fresh("z")
    keys = func("list_transform", split, lambda_([y], field(param(y), pair_type, 0)))
    values = func("list_transform", split, lambda_([z], field(param(z), pair_type, 1)))
    missing = [(is_null(a), null()) for a, e in zip(args, call.args, strict=True) if e.nullable]
    made = build_map(keys, values, call.dtype, call, ctx)
    return case(*missing, default=made) if missing else made


register(
    Function(
        "map",
        (rest(ANY),),
        nullable=never_null,
        bind=_bind_map,
        emit=_emit_map,
        aliases=("create_map",),
        doc="A map of the given keys and values in turn.",
        group="map",
        since="2.0.0",
    ),
    Function(
        "map_from_arrays",
        (ARRAY, ARRAY),
        _from_arrays,
        emit=_emit_from_arrays,
        doc="A map of an array of keys and one of values.",
        group="map",
        since="2.4.0",
    ),
    Function(
        "map_from_entries",
        (ANY,),
        _from_entries,
        nullable=lambda args: args[0].nullable or holds_null(args[0]),
        emit=_emit_from_entries,
        checks=(_check_entries,),
        doc="A map of an array of key and value structs.",
        group="map",
        since="2.4.0",
    ),
    Function(
        "map_keys",
        (ANY_MAP,),
        _keys,
        emit=lambda call, args, ctx: func("map_keys", args[0]),
        doc="The keys of a map, in order.",
        group="map",
        since="2.0.0",
    ),
    Function(
        "map_values",
        (ANY_MAP,),
        _values,
        emit=lambda call, args, ctx: func("map_values", args[0]),
        doc="The values of a map, in order.",
        group="map",
        since="2.0.0",
    ),
    Function(
        "map_entries",
        (ANY_MAP,),
        _entries,
        emit=_emit_entries,
        doc="The entries of a map as structs of key and value.",
        group="map",
        since="3.0.0",
    ),
    Function(
        "map_contains_key",
        (ANY, ANY),
        bind=_bind_contains_key,
        emit=_emit_contains_key,
        doc="Whether a key is in a map.",
        group="map",
        since="3.3.0",
    ),
    Function(
        "map_concat",
        (rest(ANY),),
        bind=_bind_concat,
        emit=_emit_concat,
        doc="The entries of several maps in one.",
        group="map",
        since="2.4.0",
    ),
    Function(
        "str_to_map",
        (TYPED_STRING, optional(TYPED_STRING, ","), optional(TYPED_STRING, ":")),
        lambda args: MapType(args[0].dtype, args[0].dtype, True),
        emit=_emit_str_to_map,
        doc="A map of a text cut into pairs and keys by two delimiters (regular expressions).",
        group="map",
        since="2.0.1",
    ),
)
