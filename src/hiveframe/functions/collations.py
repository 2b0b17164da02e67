"""Collations: COLLATE, the collation of a text, and the key that stands for a text where it is compared.

Texts are equal when their keys are, and in the order of their keys, which are plain texts to DuckDB. UTF8_LCASE's is
the text in lower case, character by character; ICU's is a sort key, cut to the levels that count. The key holds the
levels one after another, parted by byte 01, as hexadecimal digits: primary (letters), secondary (accents), tertiary
(case).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hiveframe.errors import SparkException
from hiveframe.functions.binding import is_foldable
from hiveframe.functions.collation_keys import is_collated, without_collation
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let, let_all
from hiveframe.functions.registry import ANY, Binder, Function, register, rest
from hiveframe.functions.sql import Sql, case, field, func, is_not_null, lambda_, number, param, struct_pack, text
from hiveframe.plan import types as t
from hiveframe.plan.collations import Collation, UnknownCollation, collation
from hiveframe.plan.logical import Call, Expr, Literal
from hiveframe.plan.types import StringType

_PAIR: Final = t.StructType((t.StructField("k", t.STRING), t.StructField("v", t.STRING)))
_PRIMARY: Final = r"^((?:..)*?)01"
_TWO_LEVELS: Final = r"^((?:..)*?01(?:..)*?)01"


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
    return Call("collate", (value, Literal(wanted, t.STRING)), dtype, value.nullable)


def _not_a_string(binder: Binder, value: Expr) -> Exception:
    return binder.error(
        "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
        paramIndex="first",
        requiredType='"STRING"',
        inputSql=binder.quoted(value),
        inputType=f'"{t.sql_name(value.dtype)}"',
    )


def _bind_collation(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    dtype = args[0].dtype
    if not isinstance(dtype, StringType):
        raise _not_a_string(binder, args[0])
    return Literal(f"SYSTEM.BUILTIN.{dtype.collation}", t.STRING)


def _emit_key(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return _key(args[0], call.args[0].dtype, ctx)


def _emit_extreme(name: str) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    """The value whose key is the greatest or the least; NULLs are passed over."""

    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        def build(*values: Sql) -> Sql:
            pairs = [
                case((is_not_null(v), struct_pack(_PAIR, [_key(v.copy(), a.dtype, ctx), v.copy()])))
                for v, a in zip(values, call.args, strict=True)
            ]
            return field(func(name, *pairs), _PAIR, 1)

        return let_all(args, ctx, build)

    return emit


def _key(value: Sql, dtype: t.DataType, ctx: EmitContext) -> Sql:
    match dtype:
        case StringType(name):
            return key_of(value, collation(name))
        case t.ArrayType(element) if is_collated(element):
            x = ctx.fresh("x")
            return func("list_transform", value, lambda_([x], _key(param(x), element, ctx)))
        case t.StructType(fields) if is_collated(dtype):
            plain = without_collation(dtype)
            assert isinstance(plain, t.StructType)

            def build(v: Sql) -> Sql:
                parts = [_key(field(v.copy(), dtype, i), f.dtype, ctx) for i, f in enumerate(fields)]
                return case((is_not_null(v), struct_pack(plain, parts)))

            return let(value, ctx, build)
    return value


def key_of(value: Sql, by: Collation) -> Sql:
    """The key of a text."""
    if by.trims:
        value = func("rtrim", value, text(" "))
    match by.root:
        case "UTF8_BINARY":
            return value
        case "UTF8_LCASE":
            return lower_of(value)
    locale = "" if by.root == "UNICODE" else _icu_locale(by.root)
    key = func("icu_sort_key", value, text(locale))
    if by.ignores_accents:
        letters = func("regexp_extract", key, text(_PRIMARY), number(1))
        return letters if by.ignores_case else func("concat", letters, text("01"), _capitals(value))
    if by.ignores_case:
        return func("regexp_extract", key, text(_TWO_LEVELS), number(1))
    return key


def _capitals(value: Sql) -> Sql:
    """Where a text has capitals, accents aside: `lU` of `aBc`, nothing of `abc`."""
    bare = func("strip_accents", value.copy())
    rest = func("regexp_replace", bare, text(r"\P{Lu}"), text("l"), text("g"))
    return func("rtrim", func("regexp_replace", rest, text("[^l]"), text("U"), text("g")), text("l"))


def lower_of(value: Sql) -> Sql:
    """A text in lower case: each character by itself, but for the dotted I, and both sigmas alike."""
    return func("translate", func("lower", func("replace", value, text("İ"), text("i̇"))), text("ς"), text("σ"))


def _icu_locale(root: str) -> str:
    """ICU's name of a locale; Spark names countries by three letters."""
    *parts, last = root.split("_")
    return "_".join((*parts, _COUNTRIES.get(last, last)))


_COUNTRIES: Final = {
    "AFG": "AF",
    "AUT": "AT",
    "BIH": "BA",
    "CAN": "CA",
    "CHN": "CN",
    "HKG": "HK",
    "IDN": "ID",
    "IND": "IN",
    "ISR": "IL",
    "MAC": "MO",
    "MNE": "ME",
    "NOR": "NO",
    "SAU": "SA",
    "SGP": "SG",
    "SRB": "RS",
    "TWN": "TW",
    "USA": "US",
}

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
