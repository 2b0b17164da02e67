"""Functions that make structs."""

from __future__ import annotations

from hiveframe.functions.binding import is_foldable, wrong_input
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import ANY, Binder, Function, never_null, register, rest
from hiveframe.functions.sql import Sql, struct_pack
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Column, Expr, Literal
from hiveframe.plan.types import StructField, StructType


def field_name(expr: Expr, position: int) -> str:
    """The name a struct takes for an unnamed value: the column's or extracted field's own, else `col<position>`."""
    match expr:
        case Column(name=name):
            return name
        case Call(function="getfield", args=(_, Literal(value=str() as name))):
            return name
    return f"col{position}"


def make_struct(names: list[str], values: list[Expr]) -> Call:
    """`named_struct(names[0], values[0], …)`."""
    fields = tuple(StructField(n, v.dtype, v.nullable) for n, v in zip(names, values, strict=True))
    literals = [Literal(n, t.STRING) for n in names]
    args = tuple(x for pair in zip(literals, values, strict=True) for x in pair)
    return Call("named_struct", args, StructType(fields), False)


def _bind_named_struct(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    if len(args) % 2:
        raise binder.error(
            "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
            functionName="`named_struct`",
            expectedNum="2n (n > 0)",
            actualNum=str(len(args)),
            docroot="https://spark.apache.org/docs/latest",
        )
    names: list[str] = []
    wrong = [binder.quoted(n) for n in args[::2] if not (isinstance(n.dtype, t.StringType) and is_foldable(n))]
    if wrong:
        condition = "DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING"
        raise binder.error(condition, inputExprs=f"[{', '.join(wrong)}]")
    for name in args[::2]:
        value = binder.fold(name)
        if value is None:
            raise binder.error("DATATYPE_MISMATCH.UNEXPECTED_NULL", exprName="[`name1`]")
        names.append(str(value))
    return make_struct(names, list(args[1::2]))


def _bind_struct(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    return make_struct([field_name(a, i + 1) for i, a in enumerate(args)], list(args))


def _bind_unwrap(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    dtype = args[0].dtype
    if not isinstance(dtype, t.UserDefinedType):
        raise wrong_input(binder, args, 0, '"USERDEFINEDTYPE"')
    return Call("unwrap_udt", args, dtype.storage, args[0].nullable)


def _emit_named_struct(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    assert isinstance(call.dtype, StructType)
    return struct_pack(call.dtype, args[1::2])


register(
    Function(
        "unwrap_udt",
        (ANY,),
        bind=_bind_unwrap,
        emit=lambda call, args, ctx: args[0],
        doc="A value of a user-defined type as it is stored.",
        group="conversion",
        since="4.0.0",
        is_internal=True,
    ),
    Function(
        "named_struct",
        (rest(ANY),),
        nullable=never_null,
        bind=_bind_named_struct,
        emit=_emit_named_struct,
        doc="A struct of the given names and values.",
        group="struct",
        since="1.5.0",
    ),
    Function(
        "struct",
        (rest(ANY),),
        nullable=never_null,
        bind=_bind_struct,
        doc="A struct of the given values, named after their columns.",
        group="struct",
        since="1.4.0",
    ),
)
