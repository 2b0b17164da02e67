"""Rows as lines of CSV, JSON or text, written the way Spark's writers do.

Source: Spark's `UnivocityGenerator` and `JacksonGenerator`; quoting checked against Spark 4.2.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from functools import partial, reduce

import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.functions.by_row import by_row
from hiveframe.functions.casts import cast_value
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.json_text import restyled
from hiveframe.functions.json_writer import json_text
from hiveframe.functions.sql import (
    Sql,
    case,
    func,
    is_null,
    lambda_,
    null,
    op,
    param,
    struct_pack,
    text,
)
from hiveframe.functions.sql import field as struct_field
from hiveframe.lake.csv.options import separator
from hiveframe.lake.csv.tokens import blanks
from hiveframe.lake.java_patterns import JavaPattern, compile_pattern
from hiveframe.lake.options import Options
from hiveframe.plan import types as t
from hiveframe.plan.types import ArrayType, DataType, MapType, StructField, StructType

_MOMENT = "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]"
_CLOCK = "yyyy-MM-dd'T'HH:mm:ss[.SSS]"


@dataclass(frozen=True, slots=True)
class TextFormats:
    """How dates and times are printed, and in which zone."""

    date: JavaPattern | None
    timestamp: JavaPattern
    timestamp_ntz: JavaPattern
    time_zone: str

    def show(self, value: Sql, dtype: DataType) -> Sql | None:
        """The text of a date or time; None for other types."""
        match dtype:
            case t.DateType() if self.date is not None:
                return self.date.format_date(value)
            case t.TimestampType():
                return self.timestamp.format_timestamp(value, self.time_zone)
            case t.TimestampNTZType():
                return self.timestamp_ntz.format_timestamp_ntz(value)
        return None


def text_formats(options: Options, time_zone: str) -> TextFormats:
    """The formats that the options ask for."""
    date = options.get("dateFormat")
    return TextFormats(
        compile_pattern(date) if date is not None else None,
        compile_pattern(options.get("timestampFormat", _MOMENT)),
        compile_pattern(options.get("timestampNTZFormat", _CLOCK)),
        options.get("timeZone", time_zone),
    )


@dataclass(frozen=True, slots=True)
class CsvWriter:
    """Lines of CSV under one set of options."""

    separator: str
    quote: str
    escape: str
    comment: str
    quotes_all: bool
    escapes_quotes: bool
    null_value: str
    empty_value: str | None
    trims_leading: bool
    trims_trailing: bool
    has_patterns: bool
    formats: TextFormats

    def header(self, names: Sequence[str]) -> str:
        """The first line."""
        return self.separator.join(self._header_field(name) for name in names)

    def line(self, values: Sequence[Sql], fields: Sequence[StructField], context: EmitContext) -> Sql:
        """One row's line, VARCHAR."""
        shown = [
            self._field(v, f.dtype, context, is_first=i == 0)
            for i, (v, f) in enumerate(zip(values, fields, strict=True))
        ]
        return reduce(lambda a, b: op("||", op("||", a, text(self.separator)), b), shown)

    def _field(self, value: Sql, dtype: DataType, context: EmitContext, *, is_first: bool) -> Sql:
        is_text = isinstance(dtype, (t.StringType, t.CharType, t.VarcharType))
        mode = "pretty" if isinstance(dtype, t.BinaryType) else "ansi"
        shown = self.formats.show(value, dtype)
        if shown is None:
            shown = value if is_text else cast_value(value, dtype, t.STRING, mode, None, context)
        if not is_text and not self.quotes_all and self._is_usual():
            return func("coalesce", shown, text(self.null_value))
        trimmed = self._trim(shown)
        quoted = self._quoted(trimmed)
        empty = '""' if self.empty_value is None else self._maybe_quoted(self.empty_value)
        plain = (
            quoted if self.quotes_all else case((self._needs_quotes(shown, trimmed, is_first), quoted), default=trimmed)
        )
        nothing = text(self._maybe_quoted(self.null_value))
        return case((is_null(shown.copy()), nothing), (op("=", shown.copy(), text("")), text(empty)), default=plain)

    def _is_usual(self) -> bool:
        """Whether no number, date or interval can hold a character that must be quoted."""
        odd = set(self.separator + self.quote) & set("+-.:[]' " + string.ascii_letters + string.digits)
        return not odd and not self.has_patterns

    def _trim(self, shown: Sql) -> Sql:
        if self.trims_leading and self.trims_trailing:
            return func("trim", shown, blanks())
        if self.trims_leading or self.trims_trailing:
            return func("ltrim" if self.trims_leading else "rtrim", shown, blanks())
        return shown

    def _needs_quotes(self, shown: Sql, trimmed: Sql, is_first: bool) -> Sql:
        signs = [self.separator, "\n", "\r", *([self.quote] if self.escapes_quotes else [])]
        tests = [func("contains", trimmed.copy(), text(sign)) for sign in signs]
        if is_first:
            tests.append(func("starts_with", shown.copy(), text(self.comment)))
        if self.trims_leading or self.trims_trailing:
            tests.append(op("=", trimmed.copy(), text("")))
        return reduce(lambda a, b: op("or", a, b), tests)

    def _quoted(self, trimmed: Sql) -> Sql:
        inner = trimmed.copy()
        if self.escape and self.escape != self.quote:
            inner = func("replace", inner, text(self.escape), text(self.escape * 2))
        inner = func("replace", inner, text(self.quote), text((self.escape or self.quote) + self.quote))
        return op("||", op("||", text(self.quote), inner), text(self.quote))

    def _maybe_quoted(self, value: str) -> str:
        return f"{self.quote}{value}{self.quote}" if self.quotes_all else value

    def _header_field(self, name: str) -> str:
        needs = any(sign in name for sign in (self.separator, "\n", "\r", self.quote))
        if not (needs or self.quotes_all):
            return name
        inner = name
        if self.escape and self.escape != self.quote:
            inner = inner.replace(self.escape, self.escape * 2)
        return self.quote + inner.replace(self.quote, (self.escape or self.quote) + self.quote) + self.quote


def csv_writer(options: Options, time_zone: str) -> CsvWriter:
    """The CSV writer that the options ask for."""
    return CsvWriter(
        separator=separator(options),
        quote=options.character(("quote",), '"') or "\0",
        escape=options.character(("escape",), "\\"),
        comment=options.character(("comment",), "#") or "#",
        quotes_all=options.flag("quoteAll"),
        escapes_quotes=options.flag("escapeQuotes", True),
        null_value=options.get("nullValue", ""),
        empty_value=options.get("emptyValue"),
        trims_leading=options.flag("ignoreLeadingWhiteSpace", True),
        trims_trailing=options.flag("ignoreTrailingWhiteSpace", True),
        has_patterns=any(n in options for n in ("dateFormat", "timestampFormat", "timestampNTZFormat")),
        formats=text_formats(options, time_zone),
    )


def json_line(
    values: Sequence[Sql], fields: Sequence[StructField], options: Options, time_zone: str, context: EmitContext
) -> Sql:
    """One row's JSON object, VARCHAR."""
    formats = text_formats(options, time_zone)
    shown = [_printed(v, f.dtype, formats, context) for v, f in zip(values, fields, strict=True)]
    schema = StructType(tuple(StructField(f.name, dtype) for f, (_, dtype) in zip(fields, shown, strict=True)))
    if not fields:
        return text("{}")
    lowered = {name.lower(): value for name, value in options.items()}
    line = json_text(struct_pack(schema, [value for value, _ in shown]), schema, lowered, context)
    styles = {"pretty": options.flag("pretty"), "escapes": options.flag("writeNonAsciiCharacterAsCodePoint")}
    if not any(styles.values()):
        return line
    restyle = partial(_restyled, styles=styles)
    return func(context.kernel("restyled_line", restyle, [t.STRING], t.STRING), line)


def _restyled(lines: pa.Array, *, styles: Mapping[str, bool]) -> pa.Array:
    return by_row(lambda line: restyled(line, sorts=False, **styles), pa.string(), [lines])


def _printed(value: Sql, dtype: DataType, formats: TextFormats, context: EmitContext) -> tuple[Sql, DataType]:
    """`value` with its dates and times as text, at every depth, and its type then."""
    if not _holds_times(dtype):
        return value, dtype
    shown = formats.show(value, dtype)
    if shown is not None:
        return shown, t.STRING
    match dtype:
        case ArrayType(element):
            x = context.fresh("x")
            item, item_type = _printed(param(x), element, formats, context)
            return func("list_transform", value, lambda_([x], item)), ArrayType(item_type)
        case MapType(key, item_dtype):
            x = context.fresh("x")
            entry = StructType((StructField("key", key), StructField("value", item_dtype)))
            item, item_type = _printed(struct_field(param(x), entry, 1), item_dtype, formats, context)
            made = StructType((StructField("key", key), StructField("value", item_type)))
            pair = struct_pack(made, [struct_field(param(x), entry, 0), item])
            entries = func("list_transform", func("map_entries", value), lambda_([x], pair))
            return func("map_from_entries", entries), MapType(key, item_type)
        case StructType(fields):
            parts = [_printed(struct_field(value, dtype, i), f.dtype, formats, context) for i, f in enumerate(fields)]
            made = StructType(tuple(StructField(f.name, d) for f, (_, d) in zip(fields, parts, strict=True)))
            return case((is_null(value), null()), default=struct_pack(made, [v for v, _ in parts])), made
    return value, dtype


def _holds_times(dtype: DataType) -> bool:
    match dtype:
        case ArrayType(element):
            return _holds_times(element)
        case MapType(_, value):
            return _holds_times(value)
        case StructType(fields):
            return any(_holds_times(f.dtype) for f in fields)
    return isinstance(dtype, (t.DateType, t.TimestampType, t.TimestampNTZType))
