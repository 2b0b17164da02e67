"""JSON values to typed ones, by Spark's rules (`JacksonParser`), in DuckDB's expressions.

Two ways: `transform` for a schema that was inferred from these very records, so that every value fits, and `strict` for
any schema, which also tells the values that do not fit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from typing import Any, Final

from sqlglot import exp

from hiveframe.dataclass import dataclass
from hiveframe.functions.casts import cast_value
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.json_lenient import member_with_texts, raw_member_kernel
from hiveframe.functions.sql import (
    Sql,
    case,
    cast,
    func,
    is_not_null,
    is_null,
    lambda_,
    not_,
    null,
    number,
    op,
    param,
    physical_field_names,
    physical_type,
    struct_pack,
    text,
    try_cast,
)
from hiveframe.functions.variant_columns import of_json_texts
from hiveframe.lake.text_values import TextRules, full_match, parse_date, parse_timestamp, parse_timestamp_ntz
from hiveframe.plan import types as t
from hiveframe.plan.types import ArrayType, DataType, MapType, StructField, StructType

# Numbers that DuckDB writes in another way than they stand in a record.
_REWRITTEN: Final = r"[0-9][eE]|\.[0-9]+0([^0-9]|$)|-0|[0-9]{16,}"
_INTEGER: Final = "-?[0-9]+"
_NUMBER: Final = "-?[0-9.]+([eE][+-]?[0-9]+)?"
_NON_NUMBERS: Final[Mapping[str, str]] = {
    "NaN": "NaN",
    "Infinity": "Infinity",
    "+Infinity": "Infinity",
    "INF": "Infinity",
    "+INF": "Infinity",
    "-Infinity": "-Infinity",
    "-INF": "-Infinity",
}


@dataclass(frozen=True, slots=True)
class Converted:
    """A typed value, and whether it did not fit (None: it always fits)."""

    value: Sql
    misfit: Sql | None


class JsonValues:
    """Conversions under one reader's rules."""

    def __init__(self, rules: TextRules, context: EmitContext, most_characters: int | None = None) -> None:
        self._rules = rules
        self._most = most_characters
        self._context = context
        self._numbers = count()

    def members(self, record: Sql, dtype: StructType) -> list[Converted]:
        """The members of a record (JSON text of an object, or NULL) as the fields of `dtype`."""
        made: list[Converted] = []
        for raw, f in zip(raw_fields(record, dtype), dtype.fields, strict=True):
            if isinstance(f.dtype, (t.StringType, t.CharType, t.VarcharType)):
                made.append(self._measured(_written(raw, record, f.name, self._context), raw))
            elif isinstance(f.dtype, t.VariantType):  # from the text itself, where numbers have all their digits
                function = self._context.kernel("raw_member", raw_member_kernel, (t.STRING, t.STRING), t.STRING)
                written = func(function, record.copy(), text(f.name))
                made.append(Converted(json_variant(written, self._context), None))
            elif _holds_text(f.dtype):
                strict = self.strict(raw, f.dtype)
                is_odd = func("regexp_matches", record.copy(), text(_REWRITTEN))
                made.append(Converted(case((is_odd, self._as_written(record, f)), default=strict.value), strict.misfit))
            else:
                made.append(self.strict(raw, f.dtype))
        return made

    def _as_written(self, record: Sql, f: StructField) -> Sql:
        """A nested member whose texts are read in Python: DuckDB writes the numbers in it in its own way."""
        read = partial(member_with_texts, name=f.name, dtype=f.dtype)
        texts = func(self._context.kernel("json_texts", read, (t.STRING,), t.STRING), record.copy())
        return self.strict(texts, f.dtype).value

    def _measured(self, value: Sql, raw: Sql) -> Converted:
        """A text, NULL and a misfit where it is longer than strings may be."""
        if self._most is None:
            return Converted(value, None)
        is_long = op("and", _is_string(raw), op(">", func("length", value), number(self._most)))
        is_long = func("coalesce", is_long, exp.false())
        return Converted(case((is_long.copy(), null()), default=value.copy()), is_long)

    def strict(self, raw: Sql, dtype: DataType) -> Converted:
        """`raw` (JSON text of one value, or NULL) as `dtype`."""
        match dtype:
            case ArrayType(element):
                return self._array(raw, element)
            case MapType(_, item):
                return self._map(raw, item)
            case StructType():
                return self._struct(raw, dtype)
        value = self._scalar(raw, dtype)
        if isinstance(dtype, (t.StringType, t.CharType, t.VarcharType, t.VariantType, t.NullType)):
            return Converted(value, None)
        return Converted(value, op("and", is_not_null(raw.copy()), is_null(value.copy())))

    def _array(self, raw: Sql, element: DataType) -> Converted:
        """NULL when an element that is no struct does not fit; a struct keeps its other fields."""
        items = func("json_transform", raw, text('["JSON"]'))
        x = self._fresh()
        item = self.strict(cast(param(x), "VARCHAR"), element)
        made = func("list_transform", items, lambda_([x], item.value))
        misfit = op("and", is_not_null(raw.copy()), is_null(items.copy()))
        if item.misfit is None:
            return Converted(made, misfit)
        misfits = func("list_transform", items.copy(), lambda_([x], item.misfit))
        bad = func("coalesce", func("list_bool_or", misfits), exp.false())
        broken = self._strays(items, x) if isinstance(element, StructType) else bad
        made = case((broken.copy(), null()), default=made)
        return Converted(made, op("or", misfit, bad))

    def _strays(self, items: Sql, name: str) -> Sql:
        """Whether an element of a list of objects is none, and not null."""
        item = cast(param(name), "VARCHAR")
        stray = op("and", op("!=", item, text("null")), not_(is_object(item)))
        found = func("list_bool_or", func("list_transform", items.copy(), lambda_([name], stray)))
        return func("coalesce", found, exp.false())

    def _map(self, raw: Sql, item: DataType) -> Converted:
        entries = func("map_entries", func("json_transform", raw, text('"MAP(VARCHAR, JSON)"')))
        x = self._fresh()
        value = self.strict(cast(func("struct_extract", param(x), text("value")), "VARCHAR"), item)
        key = func("struct_extract", param(x), text("key"))
        pair = exp.Anonymous(
            this="struct_pack",
            expressions=[
                exp.PropertyEQ(this=exp.to_identifier("key"), expression=key),
                exp.PropertyEQ(this=exp.to_identifier("value"), expression=value.value),
            ],
        )
        made = func("map_from_entries", func("list_transform", entries, lambda_([x], pair)))
        misfit = op("and", is_not_null(raw.copy()), is_null(entries.copy()))
        if value.misfit is None:
            return Converted(made, misfit)
        misfits = func("list_transform", entries.copy(), lambda_([x], value.misfit))
        bad = func("coalesce", func("list_bool_or", misfits), exp.false())
        values = func("map_values", func("json_transform", raw.copy(), text('"MAP(VARCHAR, JSON)"')))
        broken = self._strays(values, x) if isinstance(item, StructType) else bad
        made = case((broken.copy(), null()), default=made)
        return Converted(made, op("or", misfit, bad))

    def _struct(self, raw: Sql, dtype: StructType) -> Converted:
        fits = is_object(raw)
        values: list[Sql] = []
        misfit: Sql = op("and", is_not_null(raw.copy()), exp.Not(this=fits.copy()))
        for field_raw, f in zip(raw_fields(case((fits, raw.copy())), dtype), dtype.fields, strict=True):
            made = self.strict(field_raw, f.dtype)
            values.append(made.value)
            if made.misfit is not None:
                misfit = op("or", misfit, made.misfit)
        packed = struct_pack(dtype, values) if values else cast(null(), physical_type(dtype))
        return Converted(case((fits.copy(), packed)), func("coalesce", misfit, exp.false()))

    def _fresh(self) -> str:
        return f"j{next(self._numbers)}"

    def _scalar(self, raw: Sql, dtype: DataType) -> Sql:
        if isinstance(dtype, t.VariantType):
            return json_variant(raw, self._context)
        made = _SCALARS.get(type(dtype))
        if made is not None:
            return made(raw, dtype, self._rules)
        if isinstance(dtype, (t.YearMonthIntervalType, t.DayTimeIntervalType, t.CalendarIntervalType, t.TimeType)):
            shown = case((_is_string(raw), _content(raw)))
            return cast_value(shown, t.STRING, dtype, "try", None, self._context)
        if isinstance(dtype, t.IntegralType):
            return case((full_match(raw, _INTEGER), try_cast(raw.copy(), physical_type(dtype))))
        return text_of(raw)


def _holds_text(dtype: DataType) -> bool:
    match dtype:
        case ArrayType(element):
            return _holds_text(element)
        case MapType(_, value):
            return _holds_text(value)
        case StructType(fields):
            return any(_holds_text(f.dtype) for f in fields)
    return isinstance(dtype, (t.StringType, t.CharType, t.VarcharType))


def json_variant(raw: Sql, context: EmitContext) -> Sql:
    """JSON text as a VARIANT, NULL where it is none."""
    return func(context.kernel("json_variant", of_json_texts, (t.STRING,), t.VARIANT), raw)


def _written(raw: Sql, record: Sql, name: str, context: EmitContext) -> Sql:
    """A member as text; what is no string is copied as it is written, which DuckDB's own reader does not keep."""
    function = context.kernel("raw_member", raw_member_kernel, (t.STRING, t.STRING), t.STRING)
    zero = op("and", op("=", raw.copy(), text("0")), not_(func("contains", record.copy(), text("-0"))))
    same = op("or", full_match(raw, "-?[1-9][0-9]{0,17}|true|false"), zero)
    return case(
        (_is_string(raw), _content(raw)),
        (op("or", is_null(raw.copy()), same), raw.copy()),
        default=func(function, record.copy(), text(name)),
    )


def text_of(raw: Sql) -> Sql:
    """A JSON value as text: a string's content, anything else as it is written."""
    return case((_is_string(raw), _content(raw)), default=raw.copy())


def is_object(raw: Sql) -> Sql:
    """Whether the JSON text is an object."""
    return func("starts_with", func("ltrim", raw.copy()), text("{"))


def raw_fields(raw: Sql, dtype: StructType) -> list[Sql]:
    """The fields of an object as JSON text, NULL where they are missing or null."""
    names = physical_field_names(dtype)
    if names == [f.name for f in dtype.fields]:
        made = func("json_transform", raw, text(json.dumps({f.name: "JSON" for f in dtype.fields})))
        return [cast(func("struct_extract", made.copy(), text(name)), "VARCHAR") for name in names]
    # Names that differ by case only: DuckDB's structs cannot hold them side by side.
    return [
        func("nullif", cast(func("json_extract", raw.copy(), text(_json_path(f.name))), "VARCHAR"), text("null"))
        for f in dtype.fields
    ]


def _json_path(name: str) -> str:
    return "$." + json.dumps(name, ensure_ascii=False)


def _is_string(raw: Sql) -> Sql:
    return func("starts_with", raw.copy(), text('"'))


def _content(raw: Sql) -> Sql:
    return func("json_extract_string", raw.copy(), text("$"))


def _boolean(raw: Sql, _: DataType, __: TextRules) -> Sql:
    return case((op("=", raw.copy(), text("true")), exp.true()), (op("=", raw.copy(), text("false")), exp.false()))


def _double(raw: Sql, dtype: DataType, _: TextRules) -> Sql:
    to = physical_type(dtype)
    words = [
        (exp.In(this=raw.copy(), expressions=[text(word), text(f'"{word}"')]), cast(text(meaning), to.copy()))
        for word, meaning in _NON_NUMBERS.items()
    ]
    return case((full_match(raw, _NUMBER), try_cast(raw.copy(), to)), *words)


def _decimal(raw: Sql, dtype: DataType, _: TextRules) -> Sql:
    digits = func("trim", raw.copy(), text('"'))
    return case((full_match(digits, _NUMBER), try_cast(digits.copy(), physical_type(dtype))))


def _date(raw: Sql, _: DataType, rules: TextRules) -> Sql:
    content = _content(raw)
    made = parse_date(content, rules)
    if rules.date_format is None:
        days = op("+", cast(text("1970-01-01"), "DATE"), try_cast(content.copy(), "INTEGER"))
        made = func("coalesce", made, case((full_match(content, _INTEGER), days)))
    return case((_is_string(raw), made))


def _timestamp(raw: Sql, _: DataType, rules: TextRules) -> Sql:
    seconds = func("to_timestamp", try_cast(raw.copy(), "BIGINT"))
    parsed = parse_timestamp(_content(raw), rules)
    return case((_is_string(raw), parsed), (full_match(raw, _INTEGER), seconds))


def _timestamp_ntz(raw: Sql, _: DataType, rules: TextRules) -> Sql:
    return case((_is_string(raw), parse_timestamp_ntz(_content(raw), rules)))


def _binary(raw: Sql, _: DataType, __: TextRules) -> Sql:
    return case((_is_string(raw), func("try", func("from_base64", _content(raw)))))


def _null(_: Sql, __: DataType, ___: TextRules) -> Sql:
    return cast(null(), "INTEGER")


_SCALARS: Final[Mapping[type[DataType], Callable[[Sql, Any, TextRules], Sql]]] = {
    t.BooleanType: _boolean,
    t.FloatType: _double,
    t.DoubleType: _double,
    t.DecimalType: _decimal,
    t.DateType: _date,
    t.TimestampType: _timestamp,
    t.TimestampNTZType: _timestamp_ntz,
    t.BinaryType: _binary,
    t.NullType: _null,
}


# What an inferred column needs no rule for: DuckDB's own reading of a JSON value of that kind.
_DIRECT: Final[Mapping[type[DataType], str]] = {
    t.LongType: "BIGINT",
    t.DoubleType: "DOUBLE",
    t.BooleanType: "BOOLEAN",
    t.StringType: "VARCHAR",
}


def direct_type(dtype: DataType) -> str | None:
    """The type text with which `json_transform` reads an inferred `dtype` as it is, or None when rules are needed."""
    match dtype:
        case ArrayType(element):
            inner = direct_type(element)
            return None if inner is None else f"{inner}[]"
        case StructType(fields):
            names = physical_field_names(dtype)
            inner_types = [direct_type(f.dtype) for f in fields]
            if not fields or names != [f.name for f in fields] or any(x is None for x in inner_types):
                return None
            quoted = ('"' + n.replace('"', '""') + '"' for n in names)
            return "STRUCT(" + ", ".join(f"{n} {x}" for n, x in zip(quoted, inner_types, strict=True)) + ")"
    return _DIRECT.get(type(dtype))
