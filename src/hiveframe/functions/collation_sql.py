"""The key of a collated value in SQL.

Texts are equal when their keys are, and in the order of their keys, which are plain texts to DuckDB. UTF8_LCASE's is
the text in lower case, character by character; ICU's is a sort key, cut to the levels that count. The key holds the
levels one after another, parted by byte 01, as hexadecimal digits: primary (letters), secondary (accents), tertiary
(case).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hiveframe.errors import SparkRuntimeException
from hiveframe.functions.collation_keys import INDETERMINATE, entries_of, is_collated, is_keyed, without_collation
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let
from hiveframe.functions.sql import (
    Sql,
    case,
    false,
    field,
    func,
    is_not_null,
    lambda_,
    null,
    number,
    op,
    param,
    struct_pack,
    text,
    true,
)
from hiveframe.plan import types as t
from hiveframe.plan.collations import Collation, collation
from hiveframe.plan.types import StringType

_PRIMARY: Final = r"^((?:..)*?)01"
_TWO_LEVELS: Final = r"^((?:..)*?01(?:..)*?)01"


def comparable(value: Sql, dtype: t.DataType, ctx: EmitContext) -> Sql:
    """What stands for a value where it is compared; the value itself where nothing does."""
    match dtype:
        case StringType(collation=name) if name == INDETERMINATE:
            raise SparkRuntimeException("INDETERMINATE_COLLATION")
        case StringType(collation=name):
            return key_of(value, collation(name))
        case t.ArrayType(element) if is_keyed(element):
            x = ctx.fresh("x")
            return func("list_transform", value, lambda_([x], comparable(param(x), element, ctx)))
        case t.StructType(fields) if is_keyed(dtype):
            plain = without_collation(dtype)
            assert isinstance(plain, t.StructType)

            def build(v: Sql) -> Sql:
                parts = [comparable(field(v.copy(), dtype, i), f.dtype, ctx) for i, f in enumerate(fields)]
                return case((is_not_null(v), struct_pack(plain, parts)))

            return let(value, ctx, build)
        case t.MapType():
            entries = comparables(func("map_entries", value), entries_of(dtype), ctx)
            return func("list_sort", entries)
    return value


def comparables(array: Sql, element: t.DataType, ctx: EmitContext) -> Sql:
    """The keys of an array's elements; the array itself where nothing stands for them."""
    return comparable(array, t.ArrayType(element), ctx)


def with_comparables(array: Sql, element: t.DataType, ctx: EmitContext, build: Callable[[Sql, Sql], Sql]) -> Sql:
    """`build(array, keys)`, each computed once where they differ."""
    if not is_collated(element):
        return build(array, array)
    return let(array, ctx, lambda a: let(comparables(a.copy(), element, ctx), ctx, lambda k: build(a, k)))


def distinct(array: Sql, keyed: Sql, ctx: EmitContext) -> Sql:
    """The first of each set of elements whose keys are equal, in order; NULLs are equal."""
    x, i = ctx.fresh("x"), ctx.fresh("i")
    mine = param(x) if keyed is array else func("list_extract", keyed.copy(), param(i))
    is_first = op("=", func("list_position", keyed.copy(), mine), param(i))
    return func("list_filter", array, lambda_([x, i], is_first))


def sorted_by_key(
    array: Sql, element: t.DataType, ctx: EmitContext, *, nulls_first: bool, descending: bool = False
) -> Sql:
    """The elements in the order of their keys, equal ones as they were."""
    x, i, y = ctx.fresh("x"), ctx.fresh("i"), ctx.fresh("y")
    row = t.StructType(
        (
            t.StructField("is_later", t.BOOLEAN),
            t.StructField("key", without_collation(element)),
            t.StructField("place", t.LONG),
            t.StructField("value", element),
        )
    )
    is_later = op("=", op("is distinct from", param(x), null()), true() if nulls_first != descending else false())
    place = op("-", number(0), param(i)) if descending else param(i)
    rows = func(
        "list_transform",
        array,
        lambda_([x, i], struct_pack(row, [is_later, comparable(param(x), element, ctx), place, param(x)])),
    )
    ordered = func("list_sort", rows, text("DESC" if descending else "ASC"), text("NULLS LAST"))
    return func("list_transform", ordered, lambda_([y], field(param(y), row, 3)))


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
