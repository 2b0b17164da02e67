"""Collations: COLLATE, the collation of a text, and the key that stands for a text where it is compared."""

from __future__ import annotations

from collections.abc import Callable

from hiveframe.errors import SparkException
from hiveframe.functions.binding import is_foldable
from hiveframe.functions.collation_keys import without_collation
from hiveframe.functions.collation_sql import comparable
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let_all
from hiveframe.functions.registry import ANY, Binder, Function, register, rest
from hiveframe.functions.sql import Sql, case, field, func, is_not_null, struct_pack
from hiveframe.plan import types as t
from hiveframe.plan.collations import Collation, UnknownCollation, collation
from hiveframe.plan.logical import Call, Expr, Literal
from hiveframe.plan.types import StringType


def named_collation(name: str) -> Collation:
    """The collation of a name; COLLATION_INVALID_NAME when there is none."""
    try:
        return collation(name)
    except UnknownCollation as unknown:
        params = {"collationName": name, "proposals": ", ".join(unknown.proposals)}
        raise SparkException("COLLATION_INVALID_NAME", params) from None


def _bind_collate(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    value, name = args
    if not isinstance(value.dtype, (StringType, t.NullType)):
        raise _not_a_string(binder, value)
    if not is_foldable(name):
        params = {"funcName": "`collate`", "paramName": "`collationName`", "paramType": '"STRING"'}
        raise binder.error("NON_FOLDABLE_ARGUMENT", **params)
    wanted = binder.fold(name, "collationName")
    if not isinstance(wanted, str):
        raise binder.error(
            "UNEXPECTED_INPUT_TYPE",
            functionName="`collate`",
            paramIndex="first",
            inputSql=binder.quoted(name),
            inputType=f'"{t.sql_name(name.dtype)}"',
            requiredType='"STRING"',
        )
    dtype = StringType(named_collation(wanted.rpartition(".")[2]).name)
    return Call("collate", (_as_text(binder, value), Literal(wanted, t.STRING)), dtype, value.nullable)


def _as_text(binder: Binder, value: Expr) -> Expr:
    """A text as it is, and NULL as a text."""
    return binder.cast(value, t.STRING) if isinstance(value.dtype, t.NullType) else value


def _not_a_string(binder: Binder, value: Expr) -> Exception:
    return binder.error(
        "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
        paramIndex="first",
        requiredType='"STRING"',
        inputSql=binder.quoted(value),
        inputType=f'"{t.sql_name(value.dtype)}"',
    )


def _bind_collation(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    dtype = _as_text(binder, args[0]).dtype
    if not isinstance(dtype, StringType):
        raise _not_a_string(binder, args[0])
    return Literal(f"SYSTEM.BUILTIN.{dtype.collation}", t.STRING)


def _emit_key(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return comparable(args[0], call.args[0].dtype, ctx)


def _emit_extreme(name: str) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    """The value whose key is the greatest or the least; NULLs are passed over."""

    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        fields = (t.StructField("key", without_collation(call.dtype)), t.StructField("value", call.dtype))
        pair = t.StructType(fields)

        def build(*values: Sql) -> Sql:
            pairs = [
                case((is_not_null(v), struct_pack(pair, [comparable(v.copy(), a.dtype, ctx), v.copy()])))
                for v, a in zip(values, call.args, strict=True)
            ]
            return field(func(name, *pairs), pair, 1)

        return let_all(args, ctx, build)

    return emit


register(
    Function(
        "collate",
        (ANY, ANY),
        bind=_bind_collate,
        emit=lambda call, args, ctx: args[0],
        doc="A text that is compared by a collation.",
        group="string",
        since="4.0.0",
    ),
    Function(
        "collation",
        (ANY,),
        bind=_bind_collation,
        doc="The name of the collation by which a text is compared.",
        group="string",
        since="4.0.0",
    ),
    Function(
        "collation_key",
        (ANY,),
        lambda args: without_collation(args[0].dtype),
        emit=_emit_key,
        doc="What stands for a collated text where it is compared.",
        is_internal=True,
    ),
    *(
        Function(
            f"collated_{name}",
            (ANY, rest(ANY)),
            t.STRING,
            emit=_emit_extreme(name),
            doc=f"{name} of texts with a collation.",
            is_internal=True,
        )
        for name in ("greatest", "least")
    ),
)
