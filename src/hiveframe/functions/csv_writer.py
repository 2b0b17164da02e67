"""Rows as records of CSV: `to_csv`.

Fields become text in the engine; a kernel puts quotes around them and joins them, as univocity's writer does. Source:
Spark's `UnivocityGenerator`.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import pyarrow as pa

from hiveframe.functions.casts import cast_value
from hiveframe.functions.csv_options import CsvOptions
from hiveframe.functions.csv_tokens import BLANKS
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let
from hiveframe.functions.sql import Sql, case, field, func, is_not_null, is_null, lambda_, number, op, param, text
from hiveframe.functions.text_options import TextOptions
from hiveframe.functions.text_printer import TextPrinter
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, StructType

_TEXT = (t.StringType, t.CharType, t.VarcharType)


def csv_record(value: Sql, dtype: StructType, options: dict[str, str], ctx: EmitContext) -> Sql:
    """A struct's record; NULL where the struct is, or the record is empty."""
    printer = TextPrinter({k: v for k, v in options.items() if k.endswith("format") or k == "timezone"}, ctx)

    def build(v: Sql) -> Sql:
        fields = [_shown(field(v, dtype, i), f.dtype, printer, ctx) for i, f in enumerate(dtype.fields)]
        kernel = functools.partial(_records, options=options)
        types = [t.BOOLEAN, *[t.STRING] * len(fields)]
        return func(ctx.kernel("to_csv", kernel, types, t.STRING), is_not_null(v), *fields)

    return let(value, ctx, build)


def _shown(value: Sql, dtype: DataType, printer: TextPrinter, ctx: EmitContext) -> Sql:
    """A value's text; NULL inside of a nested value is nothing."""
    moment = printer.shown(value, dtype, always=True)
    if moment is not None:
        return moment
    match dtype:
        case t.StringType() | t.CharType() | t.VarcharType():
            return value
        case t.BinaryType():
            return cast_value(value, dtype, t.STRING, "pretty", None, ctx)
        case t.UserDefinedType(storage):
            return _shown(value, storage, printer, ctx)
        case t.ArrayType(element):
            x, i = ctx.fresh("x"), ctx.fresh("i")
            part = _further(_shown(param(x), element, printer, ctx), op("=", param(i), number(1)))
            return _joined("[", func("list_transform", value, lambda_([x, i], part)), "]")
        case t.MapType(key, held):
            x, i = ctx.fresh("x"), ctx.fresh("i")
            entry = StructType((t.StructField("key", key), t.StructField("value", held)))
            named = func("concat", _shown(field(param(x), entry, 0), key, printer, ctx), text(" ->"))
            item = _shown(field(param(x), entry, 1), held, printer, ctx)
            part = func("concat", named, case((is_null(item), text("")), default=op("||", text(" "), item.copy())))
            part = _further(part, op("=", param(i), number(1)))
            return _joined("{", func("list_transform", func("map_entries", value), lambda_([x, i], part)), "}")
        case StructType():
            return let(value, ctx, lambda v: _struct(v, dtype, printer, ctx))
    return cast_value(value, dtype, t.STRING, "ansi", None, ctx)


def _struct(value: Sql, dtype: StructType, printer: TextPrinter, ctx: EmitContext) -> Sql:
    parts = [
        _further(_shown(field(value, dtype, i), f.dtype, printer, ctx), op("=", number(i), number(0)))
        for i, f in enumerate(dtype.fields)
    ]
    return case((is_not_null(value), func("concat", text("{"), *parts, text("}"))))


def _further(shown: Sql, is_first: Sql) -> Sql:
    """A part of a nested value behind its comma; nothing but the comma for NULL."""
    first = func("coalesce", shown, text(""))
    other = func("coalesce", op("||", text(", "), shown.copy()), text(","))
    return case((is_first, first), default=other)


def _joined(opening: str, parts: Sql, closing: str) -> Sql:
    return op("||", op("||", text(opening), func("array_to_string", parts, text(""))), text(closing))


def _records(present: pa.Array, *fields: pa.Array, options: dict[str, str]) -> pa.Array:
    """The writer is made where there is a row: wrong options are no error before."""
    there = present.to_pylist()
    if not any(there):
        return pa.nulls(len(there), pa.string())
    writer = CsvLines(CsvOptions(TextOptions(options)))
    rows = zip(*(f.to_pylist() for f in fields), strict=True) if fields else ((),) * len(there)
    return pa.array(
        [(writer.line(row) or None) if ok else None for ok, row in zip(there, rows, strict=True)], pa.string()
    )


class CsvLines:
    """Writes records under one set of options."""

    def __init__(self, options: CsvOptions) -> None:
        self._options = options
        self._quote = options.quote or "\0"
        self._comment = options.comment if options.has_comment else "#"
        self._signs = [options.separator, "\n", "\r", *([self._quote] if options.escapes_quotes else [])]

    def line(self, fields: Sequence[str | None]) -> str:
        """One record."""
        return self._options.separator.join([self._field(x, is_first=i == 0) for i, x in enumerate(fields)])

    def _field(self, shown: str | None, *, is_first: bool) -> str:
        options = self._options
        if shown is None:
            shown = options.null_value
            if shown == "":
                return self._quote * 2 if options.quotes_all else ""
        if not options.writes_leading:
            shown = shown.lstrip(BLANKS)
        if not options.writes_trailing:
            shown = shown.rstrip(BLANKS)
        if shown == "":
            shown = options.empty_value
            if shown is None:
                return '""'
            if shown == "":
                return self._quote * 2 if options.quotes_all else ""
        needs = any(sign in shown for sign in self._signs)
        is_comment = is_first and self._comment != "" and shown.startswith(self._comment)
        return self._quoted(shown) if options.quotes_all or needs or is_comment else shown

    def _quoted(self, shown: str) -> str:
        escape = self._options.escape or "\0"  # univocity has one, whatever is asked
        if escape != self._quote:
            shown = shown.replace(escape, escape * 2)
        return self._quote + shown.replace(self._quote, escape + self._quote) + self._quote
