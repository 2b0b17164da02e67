"""Which collation a call's texts share, what it gives to its result, and where keys stand for texts.

A COLLATE is explicit, a column has its collation implicitly, anything else by default; the strongest wins.
Source: Spark's `CollationTypeCoercion`.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.functions.collation_keys import INDETERMINATE, collation_key, is_collated
from hiveframe.functions.registry import Binder, Function, FunctionKind
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Call, Cast, Column, Expr, Lambda, Literal, ScalarSubquery
from hiveframe.plan.types import DataType, StringType


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
        "array_remove",
        "array_append",
        "array_union",
        "array_intersect",
        "array_except",
        "array_join",
        "lpad",
        "rpad",
        "overlay",
        "elt",
        "levenshtein",
        "mask",
        "regexp_replace",
        "str_to_map",
        "to_number",
        "try_to_number",
        "lag",
        "lead",
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
        "format_string",
        "array_join",
        "listagg",
        "string_agg",
        "split",
        "sentences",
        "regexp_extract_all",
    )
)


def unified(row: Function, args: tuple[Expr, ...], binder: Binder) -> tuple[Expr, ...]:
    """The arguments with their texts in one collation; COLLATION_MISMATCH when they have several by COLLATE."""
    if row.name in _PATTERNS:
        return _patterned(row, args, binder)
    if row.name == "map":
        keys, values = _in_one(args[::2], binder), _in_one(args[1::2], binder)
        return args if len(keys) != len(values) else tuple(a for pair in zip(keys, values, strict=True) for a in pair)
    return _in_one(args, binder) if row.name in _SHARED else args


def _in_one(args: Sequence[Expr], binder: Binder) -> tuple[Expr, ...]:
    types = _merged([_Source(a.dtype, a, _strength(a)) for a in args], binder)
    return tuple(a if a.dtype == wanted else _retyped(a, wanted) for a, wanted in zip(args, types, strict=True))


@dataclass(frozen=True, slots=True)
class _Source:
    """A value's type, the expression that makes it where that is known, and how it has its collation."""

    dtype: DataType
    expr: Expr | None
    strength: _Strength

    def field(self, position: int) -> _Source:
        """A struct's field; those of a struct that is spelled out have collations of their own."""
        assert isinstance(self.dtype, t.StructType)
        found = self.dtype.fields[position].dtype
        match self.expr:
            case Call(function="struct", args=args):
                value = args[position]
            case Call(function="named_struct", args=args):
                value = args[2 * position + 1]
            case _:
                return _Source(found, None, self.strength)
        return _Source(found, value, _strength(value))


def _merged(sources: Sequence[_Source], binder: Binder) -> list[DataType]:
    """The sources' types with their texts, and those of arrays and structs place by place, in one collation each."""
    leaves = [
        _Source(_innermost(s.dtype), s.expr if s.dtype == _innermost(s.dtype) else None, s.strength) for s in sources
    ]
    merged = [leaf.dtype for leaf in leaves]
    texts = [i for i, leaf in enumerate(leaves) if isinstance(leaf.dtype, StringType)]
    if any(leaves[i].dtype != t.STRING for i in texts):
        shared = StringType(_shared([leaves[i] for i in texts], binder))
        for i in texts:
            merged[i] = shared
    structs = [i for i, leaf in enumerate(leaves) if isinstance(leaf.dtype, t.StructType)]
    for i, dtype in zip(structs, _merged_structs([leaves[i] for i in structs], binder), strict=True):
        merged[i] = dtype
    return [_around(s.dtype, inner) for s, inner in zip(sources, merged, strict=True)]


def _merged_structs(structs: Sequence[_Source], binder: Binder) -> list[DataType]:
    types = [s.dtype for s in structs if isinstance(s.dtype, t.StructType)]
    if len({len(dtype.fields) for dtype in types}) != 1 or not any(map(is_collated, types)):
        return [s.dtype for s in structs]
    columns = [_merged([s.field(i) for s in structs], binder) for i in range(len(types[0].fields))]
    return [
        t.StructType(tuple(replace(f, dtype=column[n]) for f, column in zip(dtype.fields, columns, strict=True)))
        for n, dtype in enumerate(types)
    ]


def _innermost(dtype: DataType) -> DataType:
    return _innermost(dtype.element) if isinstance(dtype, t.ArrayType) else dtype


def _around(dtype: DataType, inner: DataType) -> DataType:
    return t.ArrayType(_around(dtype.element, inner), dtype.contains_null) if isinstance(dtype, t.ArrayType) else inner


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


def _shared(texts: Sequence[_Source], binder: Binder) -> str:
    strongest = max(text.strength for text in texts)
    kinds = list(dict.fromkeys(s.dtype for s in texts if s.strength is strongest and isinstance(s.dtype, StringType)))
    if len(kinds) == 1:
        return kinds[0].collation
    if strongest is _Strength.EXPLICIT:
        listed = ", ".join(f'"{t.sql_name(kind)}"' for kind in kinds)
        raise binder.error("COLLATION_MISMATCH.EXPLICIT", explicitTypes=listed)
    said = [kind.collation for kind in kinds if kind != t.STRING]
    return said[0] if strongest is _Strength.DEFAULT and len(said) == 1 else INDETERMINATE


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
            inner = [_strength(a) for a in args if not isinstance(a, Lambda) and _holds_text(a.dtype)]
            return max(inner, default=_Strength.DEFAULT)
    return _Strength.IMPLICIT


def _holds_text(dtype: DataType) -> bool:
    match dtype:
        case t.ArrayType(element):
            return _holds_text(element)
        case t.MapType(key, value):
            return _holds_text(key) or _holds_text(value)
        case t.StructType(fields):
            return any(_holds_text(f.dtype) for f in fields)
    return isinstance(dtype, StringType)


def _retyped(expr: Expr, target: DataType) -> Expr:
    if isinstance(expr, Literal):
        return replace(expr, dtype=target)
    return Cast(expr, target, nullable=expr.nullable, implicit=True)


def settled(row: Function, made: Expr, binder: Binder) -> Expr:
    """A bound call over collated texts: its own type, and keys where it compares."""
    if not isinstance(made, (Call, AggCall)):
        return made
    if not any(is_collated(a.dtype) for a in made.args):
        return made
    first = next((kind for a in made.args if (kind := _text_of(a.dtype)) is not None and kind != t.STRING), None)
    if row.name in _PASSED and first is not None:
        made = replace(made, dtype=_with_collation(made.dtype, first))
    if row.name in COMPARED | _SEARCHED and first is not None and first.collation == INDETERMINATE:
        raise binder.error("INDETERMINATE_COLLATION_IN_EXPRESSION", expr=binder.quoted(made))
    if row.name in COMPARED or row.name in _PLACED:
        return replace(made, args=tuple(collation_key(a) for a in made.args))
    if row.name in _SEARCHED and first is not None and _knows_bytes(first):
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


def in_default(row: Function, made: Expr, collation: str) -> Expr:
    """A bound call whose text comes from none of its arguments, in the collation that holds where none is said."""
    if not isinstance(made, (Call, AggCall, Literal)) or made.dtype != t.STRING or row.name in _PASSED:
        return made
    args = () if isinstance(made, Literal) else made.args
    is_own = row.result == t.STRING or not any(_strength(a) > _Strength.DEFAULT for a in args if _holds_text(a.dtype))
    return replace(made, dtype=StringType(collation)) if is_own else made


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
            by = f"{made.function}_by"
            return replace(made, function=by, args=args, distinct=False, shown=made.shown or made.function)
        case "min_by" | "max_by":
            return replace(made, args=(made.args[0], collation_key(made.args[1]), *made.args[2:]))
        case "approx_count_distinct":
            return replace(made, args=(collation_key(made.args[0]), *made.args[1:]))
    if made.function == "count" and made.distinct:
        return replace(made, args=tuple(collation_key(a) for a in made.args))
    return made
