"""Which collation a call's texts share, what it gives to its result, and where keys stand for texts.

A COLLATE is explicit, a column has its collation implicitly, anything else by default; the strongest wins.
Source: Spark's `CollationTypeCoercion`.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from hiveframe.functions.collation_keys import collation_key, is_collated
from hiveframe.functions.registry import Binder, Function, FunctionKind
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Call, Cast, Column, Expr, Lambda, Literal, ScalarSubquery
from hiveframe.plan.types import DataType, StringType

INDETERMINATE: Final = "null"  # as Spark names what has no one collation


class _Strength(enum.IntEnum):
    DEFAULT = 0
    IMPLICIT = 1
    EXPLICIT = 2


COMPARED: Final = frozenset({"=", "==", "<=>", "!=", "<>", "<", "<=", ">", ">=", "in"})
_PLACED: Final = frozenset({"array_contains", "array_position", "arrays_overlap"})
_SEARCHED: Final = frozenset({"contains", "startswith", "endswith", "instr", "locate"})
_CUT: Final = _SEARCHED | {
    "replace",
    "translate",
    "split_part",
    "substring_index",
    "find_in_set",
    "trim",
    "ltrim",
    "rtrim",
    "btrim",
}

_PATTERNS: Final = frozenset(
    (
        "like",
        "ilike",
        "rlike",
        "regexp",
        "regexp_like",
        "regexp_replace",
        "regexp_extract",
        "regexp_extract_all",
        "regexp_count",
        "regexp_substr",
        "regexp_instr",
        "split",
    )
)

# Functions whose texts are brought to one collation.
_SHARED: Final = (
    COMPARED
    | _SEARCHED
    | _PLACED
    | {
        "between",
        "coalesce",
        "nvl",
        "ifnull",
        "if",
        "nvl2",
        "when",
        "nullif",
        "greatest",
        "least",
        "concat",
        "||",
        "concat_ws",
        "replace",
        "translate",
        "split_part",
        "substring_index",
        "trim",
        "ltrim",
        "rtrim",
        "btrim",
        "find_in_set",
        "array",
        "array_contains",
        "array_position",
        "array_remove",
        "array_append",
        "array_prepend",
        "array_insert",
        "lpad",
        "rpad",
        "overlay",
        "elt",
        "levenshtein",
        "mask",
        "map",
        "regexp_replace",
    }
)

# Functions whose result is compared as their text is.
_PASSED: Final = frozenset(
    (
        "upper",
        "ucase",
        "lower",
        "lcase",
        "initcap",
        "trim",
        "ltrim",
        "rtrim",
        "btrim",
        "substr",
        "substring",
        "left",
        "right",
        "repeat",
        "reverse",
        "lpad",
        "rpad",
        "overlay",
        "concat",
        "||",
        "concat_ws",
        "replace",
        "translate",
        "split_part",
        "substring_index",
        "regexp_replace",
        "regexp_extract",
        "regexp_substr",
        "elt",
        "mask",
        "hex",
        "listagg",
        "string_agg",
        "split",
        "sentences",
        "regexp_extract_all",
    )
)

# Functions that compare inside of their texts or arrays in ways that keys cannot stand in for yet.
_UNSUPPORTED: Final = frozenset(
    (
        "array_distinct",
        "array_union",
        "array_intersect",
        "array_except",
        "array_remove",
        "array_sort",
        "sort_array",
        "array_max",
        "array_min",
    )
)


def unified(row: Function, args: tuple[Expr, ...], binder: Binder) -> tuple[Expr, ...]:
    """The arguments with their texts in one collation; COLLATION_MISMATCH when they have several by COLLATE."""
    if row.name in _PATTERNS:
        return _patterned(row, args, binder)
    if row.name not in _SHARED:
        return args
    collated = [a for a in args if _text_of(a.dtype) is not None]
    if not any(_text_of(a.dtype) != t.STRING for a in collated):
        return args
    target = StringType(_shared(collated, binder))
    return tuple(_retyped(a, target) if _text_of(a.dtype) not in (None, target) else a for a in args)


def _patterned(row: Function, args: tuple[Expr, ...], binder: Binder) -> tuple[Expr, ...]:
    """Patterns know bytes, and letters without their case; the text is matched so."""
    kind = args[0].dtype
    if not isinstance(kind, StringType) or kind == t.STRING:
        return args
    if not kind.collation.startswith("UTF8_LCASE"):
        raise binder.error(
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
            paramIndex="first",
            requiredType='"STRING"',
            inputSql=binder.quoted(args[0]),
            inputType=f'"{t.sql_name(kind)}"',
            sqlExpr=binder.quoted(Call(row.name, args, t.BOOLEAN)),
        )
    if row.name in ("like", "ilike"):
        plain = StringType("UTF8_LCASE")
        return (collation_key(_retyped(args[0], plain)), collation_key(_retyped(args[1], plain)), *args[2:])
    pattern = args[1]
    if isinstance(pattern, Literal) and isinstance(pattern.value, str):
        marked: Expr = replace(pattern, value="(?i)" + pattern.value, dtype=_shown_as(row, kind))
    else:
        marked = binder.call("concat", Literal("(?i)", t.STRING), pattern)
    others = (_retyped(a, kind) if row.name == "regexp_replace" and a.dtype == t.STRING else a for a in args[2:])
    return (args[0], marked, *others)


def _shown_as(row: Function, kind: StringType) -> StringType:
    return kind if row.name == "regexp_replace" else StringType()


def _text_of(dtype: DataType) -> StringType | None:
    """The text type of a text or of an array of texts."""
    if isinstance(dtype, t.ArrayType):
        return _text_of(dtype.element)
    return dtype if isinstance(dtype, StringType) else None


def _shared(args: Sequence[Expr], binder: Binder) -> str:
    strengths = [(_strength(a), _text_of(a.dtype)) for a in args]
    strongest = max(strength for strength, _ in strengths)
    kinds = list(dict.fromkeys(kind for strength, kind in strengths if strength is strongest and kind is not None))
    if len(kinds) == 1:
        return kinds[0].collation
    if strongest is _Strength.EXPLICIT:
        listed = ", ".join(f'"{t.sql_name(kind)}"' for kind in kinds)
        raise binder.error("COLLATION_MISMATCH.EXPLICIT", explicitTypes=listed)
    return INDETERMINATE if strongest is _Strength.IMPLICIT else t.STRING.collation


def _strength(expr: Expr) -> _Strength:
    match expr:
        case Call(function="collate"):
            return _Strength.EXPLICIT
        case Column() | ScalarSubquery():
            return _Strength.IMPLICIT
        case Literal():
            return _Strength.DEFAULT
        case Cast(child, implicit=implicit):
            if implicit:
                return _strength(child)
            return _Strength.IMPLICIT if is_collated(expr.dtype) else _Strength.DEFAULT
        case Call(args=args) | AggCall(args=args):
            inner = [_strength(a) for a in args if not isinstance(a, Lambda) and _text_of(a.dtype) is not None]
            return max(inner, default=_Strength.DEFAULT)
    return _Strength.IMPLICIT


def _retyped(expr: Expr, target: StringType) -> Expr:
    if isinstance(expr.dtype, t.ArrayType):
        element = target if isinstance(expr.dtype.element, StringType) else expr.dtype.element
        dtype: DataType = t.ArrayType(element, expr.dtype.contains_null)
    else:
        dtype = target
    if isinstance(expr, Literal):
        return replace(expr, dtype=dtype)
    return Cast(expr, dtype, nullable=expr.nullable, implicit=True)


def settled(row: Function, made: Expr, binder: Binder) -> Expr:
    """A bound call over collated texts: its own type, and keys where it compares."""
    if not isinstance(made, (Call, AggCall)):
        return made
    first = next((kind for a in made.args if (kind := _text_of(a.dtype)) is not None and kind != t.STRING), None)
    if first is None:
        return made
    if row.name in _PASSED:
        made = replace(made, dtype=_with_collation(made.dtype, first))
    if row.name in COMPARED | _SEARCHED and first.collation == INDETERMINATE:
        raise binder.error("INDETERMINATE_COLLATION_IN_EXPRESSION", expr=binder.quoted(made))
    if row.name in _UNSUPPORTED:
        raise binder.error("UNSUPPORTED_FEATURE.HIVEFRAME", feature=f"{row.name} of texts with a collation")
    if row.name in COMPARED or row.name in _PLACED:
        return replace(made, args=tuple(collation_key(a) for a in made.args))
    if row.name in _SEARCHED and _knows_bytes(first):
        return replace(made, args=tuple(collation_key(a) for a in made.args))
    if row.name in _CUT and made.function == row.name and len(made.args) > 1:
        return replace(made, function=f"collated_{row.name}", shown=made.shown or row.name)
    if made.function == "nullif":
        same = binder.call("=", *made.args[-2:])
        return binder.call("if", same, Literal(None, made.args[0].dtype), made.args[0])
    if row.name in ("greatest", "least"):
        return replace(made, function=f"collated_{row.name}", shown=made.shown or row.name)
    if isinstance(made, AggCall) and row.kind is FunctionKind.AGGREGATE:
        return _aggregated(made)
    return made


def _with_collation(dtype: DataType, kind: StringType) -> DataType:
    if isinstance(dtype, t.ArrayType):
        return t.ArrayType(_with_collation(dtype.element, kind), dtype.contains_null)
    return kind if dtype == t.STRING else dtype


def _knows_bytes(kind: StringType) -> bool:
    """Whether the key of a part is a part of the key: it is no part of ICU's."""
    return kind.collation.startswith("UTF8_")


def _aggregated(made: AggCall) -> AggCall:
    """Extremes are of keys, and so are different values."""
    match made.function:
        case "min" | "max":
            args = (made.args[0], collation_key(made.args[0]))
            return replace(made, function=f"{made.function}_by", args=args, shown=made.shown or made.function)
        case "min_by" | "max_by":
            return replace(made, args=(made.args[0], collation_key(made.args[1]), *made.args[2:]))
        case "approx_count_distinct":
            return replace(made, args=(collation_key(made.args[0]), *made.args[1:]))
    if made.function == "count" and made.distinct:
        return replace(made, args=tuple(collation_key(a) for a in made.args))
    return made
