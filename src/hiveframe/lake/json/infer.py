"""The schema of JSON records by Spark's rules (`JsonInferSchema`).

DuckDB gives the distinct shapes of the records it reads as Jackson would; the few others are looked at in Python.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, Final

from sqlglot import exp

from hiveframe.dataclass import dataclass
from hiveframe.errors import SparkException, analysis_error
from hiveframe.functions.json_lenient import strict_json
from hiveframe.functions.sql import case, cast, column, func, not_, null, op, text
from hiveframe.lake.csv.options import DROP_MALFORMED, FAIL_FAST
from hiveframe.lake.json.options import JsonOptions
from hiveframe.lake.json.rows import is_plain, json_lines
from hiveframe.lake.lines import LINE
from hiveframe.lake.table_function import select_from, subquery
from hiveframe.plan import types as t
from hiveframe.plan.types import ArrayType, DataType, DecimalType, StructField, StructType

Ask = Callable[[Callable[[exp.Select], exp.Expression]], list[tuple[Any, ...]]]
"""Builds a query over the lines, runs it and gives its rows."""

# Numbers that may not fit BIGINT, and empty strings where the rules give them no type, are told apart in Python.
_LONG_NUMBER: Final = r"[:\[,]\s*-?[0-9]{19,}"
# DuckDB calls an empty object's structure JSON, as it does a mixture of types.
_EMPTY_OBJECT: Final = r"\{\s*\}"
_EMPTY_TEXT: Final = r'([:,\[]\s*)""(\s*[,\]}])'


@dataclass(frozen=True, slots=True)
class Inferred:
    """A schema; `is_uniform` says that text columns hold JSON strings only, and each value is of its column's kind."""

    schema: StructType
    is_uniform: bool


def infer_schema(ask: Ask, options: JsonOptions) -> Inferred:
    """The schema that holds every record; malformed ones add the corrupt-record column, or raise in FAILFAST mode."""
    merged: DataType | None = None
    malformed = False
    uniform = not options.primitives_as_string
    merger = _Merger()
    for structure, odd in ask(lambda lines: _shapes(lines, options)):
        if structure is not None:
            uniform = uniform and '"JSON"' not in structure
            shape = _root(_of_structure(json.loads(structure), options))
        else:
            shape = _root(_of_text(odd, options, merger))
        if shape is None:
            malformed = True
        else:
            merged = shape if merged is None else merger.merge(merged, shape)
    if malformed and options.mode == FAIL_FAST:
        params = {"badRecord": options.corrupt_column, "failFastMode": FAIL_FAST}
        raise SparkException("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", params)
    schema = _finished(merged, options) if merged is not None else None
    fields = list(schema.fields) if isinstance(schema, StructType) else []
    if malformed and options.mode != DROP_MALFORMED:
        fields.append(StructField(options.corrupt_column, t.STRING))
    return Inferred(StructType(tuple(sorted(fields, key=lambda f: f.name))), uniform and not merger.mixed)


def _shapes(lines: exp.Select, options: JsonOptions) -> exp.Expression:
    """Distinct (structure, NULL) of the plain records and (NULL, text) of each odd one."""
    line = column(LINE)
    emptied = line
    for _ in range(2):
        emptied = func("regexp_replace", emptied, text(_EMPTY_TEXT), text(r"\1null\2"), text("g"))
    cleared = case((func("contains", line.copy(), text('""')), emptied), default=line.copy())
    keys = func("coalesce", func("json_keys", line.copy()), cast(func("list_value"), "VARCHAR[]"))
    is_single = op("=", func("len", keys), func("len", func("list_distinct", keys.copy())))
    plain = op(
        "and",
        case((is_plain(line.copy(), options.leniency), is_single), default=exp.false()),
        not_(func("regexp_matches", line.copy(), text(f"{_LONG_NUMBER}|{_EMPTY_OBJECT}"))),
    )
    if options.prefers_decimal or options.infer_timestamp:
        plain = exp.false()
    structure = case((plain, func("json_structure", cleared)), default=null())
    odd = case((plain.copy(), null()), default=line.copy())
    shaped = select_from(
        subquery(json_lines(lines), "__lines"),
        [("structure", exp.cast(structure, "text")), ("odd", odd)],
    )
    shaped.set("distinct", exp.Distinct())
    return shaped


def _root(shape: DataType | None) -> DataType | None:
    """The record's type: an array stands for its elements. None when it is malformed; NULL and [] say nothing."""
    if isinstance(shape, ArrayType):
        shape = shape.element
    if shape is None or isinstance(shape, (StructType, t.NullType)):
        return shape
    return None


def _of_structure(value: Any, options: JsonOptions) -> DataType:
    """A type of DuckDB's `json_structure`."""
    if isinstance(value, list):
        return ArrayType(_of_structure(value[0], options)) if value else ArrayType(t.NULL)
    if isinstance(value, dict):
        return _struct((name, _of_structure(inner, options)) for name, inner in value.items())
    if options.primitives_as_string and value != "NULL":
        return t.STRING
    return _STRUCTURE_TYPES.get(value, t.STRING)


def _of_text(line: str, options: JsonOptions, merger: _Merger) -> DataType | None:
    """The type of a record read here; None when it is malformed."""
    strict = strict_json(line, options.leniency)
    if strict is None:
        return None
    return _of_value(
        json.loads(strict, parse_float=_Number, parse_int=_Number, object_pairs_hook=_Pairs), options, merger
    )


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


class _Pairs(list[tuple[str, Any]]):
    """An object's members."""


def _of_value(value: Any, options: JsonOptions, merger: _Merger) -> DataType:
    if isinstance(value, _Pairs):
        names = [name for name, _ in value]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise analysis_error("COLUMN_ALREADY_EXISTS", columnName=f"`{twice.lower()}`")
        return _struct((name, _of_value(inner, options, merger)) for name, inner in value)
    if isinstance(value, list):
        merged: DataType = t.NULL
        for item in value:
            merged = merger.merge(merged, _of_value(item, options, merger))
        return ArrayType(merged)
    if value is None or value == "":
        return t.NULL
    if options.primitives_as_string:
        return t.STRING
    if isinstance(value, bool):
        return t.BOOLEAN
    if isinstance(value, (_Number, float)):
        return _of_number(str(value), options)
    return _of_string(value, options)


def _of_number(written: str, options: JsonOptions) -> DataType:
    if written.lstrip("-").isdigit():
        if -(2**63) <= int(written) < 2**63:
            return t.LONG
        digits = len(written.lstrip("-0"))
        return DecimalType(digits, 0) if digits <= 38 else t.DOUBLE
    return (_decimal(written) or t.DOUBLE) if options.prefers_decimal else t.DOUBLE


def _decimal(written: str) -> DecimalType | None:
    from decimal import Decimal, InvalidOperation

    try:
        number_ = Decimal(written).as_tuple()
    except InvalidOperation:
        return None
    if not isinstance(number_.exponent, int) or number_.exponent > 0:
        return None
    scale = -number_.exponent
    precision = max(len(number_.digits), scale)
    return DecimalType(precision, scale) if precision <= 38 else None


def _of_string(value: str, options: JsonOptions) -> DataType:
    if options.prefers_decimal and (decimal := _decimal(value)) is not None:
        return decimal
    if options.infer_timestamp and _is_moment(value):
        return t.TIMESTAMP
    return t.STRING


def _is_moment(value: str) -> bool:
    from datetime import datetime

    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return not value.isdigit()


def _struct(members: Iterable[tuple[str, DataType]]) -> StructType:
    """Fields by name; one without a name is passed over, as Spark does."""
    fields = [StructField(name, dtype) for name, dtype in members if name]
    return StructType(tuple(sorted(fields, key=lambda f: f.name)))


_NUMERIC: Final = (t.LongType, DecimalType, t.DoubleType)


class _Merger:
    """Brings types together; `mixed` remembers that values of different kinds had to become text."""

    def __init__(self) -> None:
        self.mixed = False

    def merge(self, left: DataType, right: DataType) -> DataType:
        """The type of values of both types; text when they have nothing in common."""
        if left == right or right == t.NULL:
            return left
        if left == t.NULL:
            return right
        match left, right:
            case StructType(a), StructType(b):
                mine = {f.name: f.dtype for f in a}
                for f in b:
                    mine[f.name] = self.merge(mine[f.name], f.dtype) if f.name in mine else f.dtype
                return _struct(mine.items())
            case ArrayType(a), ArrayType(b):
                return ArrayType(self.merge(a, b))
        if isinstance(left, _NUMERIC) and isinstance(right, _NUMERIC):
            return _wider_number(left, right)
        self.mixed = True
        return t.STRING


def _wider_number(left: DataType, right: DataType) -> DataType:
    if t.DOUBLE in (left, right):
        return t.DOUBLE
    a, b = (d if isinstance(d, DecimalType) else DecimalType(20, 0) for d in (left, right))
    scale = max(a.scale, b.scale)
    whole = max(a.precision - a.scale, b.precision - b.scale)
    return DecimalType(whole + scale, scale) if whole + scale <= 38 else t.DOUBLE


def _finished(dtype: DataType, options: JsonOptions) -> DataType | None:
    """NULLs become text (or go, with `dropFieldIfAllNull`), structs without fields go."""
    match dtype:
        case ArrayType(element):
            inner = _finished(element, options)
            return None if inner is None else ArrayType(inner)
        case StructType(fields):
            kept = [(f.name, made) for f in fields if (made := _finished(f.dtype, options)) is not None]
            return _struct(kept) if kept else None
        case t.NullType():
            return None if options.drop_field_if_all_null else t.STRING
    return dtype


_STRUCTURE_TYPES: Final = {
    "NULL": t.NULL,
    "BOOLEAN": t.BOOLEAN,
    "BIGINT": t.LONG,
    "UBIGINT": t.LONG,
    "HUGEINT": t.LONG,
    "DOUBLE": t.DOUBLE,
    "VARCHAR": t.STRING,
}
