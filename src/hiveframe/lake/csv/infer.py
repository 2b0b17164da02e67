"""Column types of CSV, by Spark's rules: int, bigint, decimal, double, date, timestamp, boolean, string.

Source: Spark's `CSVInferSchema`. A sample settles which columns are text, and those need no second look; one pass
over the whole file checks the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlglot import exp

from hiveframe.functions.sql import Sql, case, column, func, is_not_null, is_null, number, op, text, try_cast
from hiveframe.lake.csv.options import CsvOptions
from hiveframe.lake.csv.rows import csv_records, token_columns
from hiveframe.lake.csv.splitting import named_split
from hiveframe.lake.table_function import select_from, subquery
from hiveframe.lake.text_values import (
    DOUBLE,
    INTEGER,
    STRICT_DATE,
    full_match,
    parse_date,
    parse_timestamp,
)
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, DecimalType

_INT, _LONG, _DECIMAL, _DOUBLE, _DATE, _TIMESTAMP, _BOOLEAN, _STRING, _YEAR = (1 << i for i in range(9))
_NUMBERS: Final = _INT | _LONG | _DECIMAL | _DOUBLE | _YEAR
_TIMES: Final = _DATE | _TIMESTAMP | _YEAR
_SAMPLE_ROWS: Final = 1_000

Ask = Callable[[Callable[[exp.Select], exp.Select]], tuple[Any, ...]]
"""Builds a one-row query over the lines, runs it and gives the row."""


def infer_types(ask: Ask, token_count: int, options: CsvOptions, *, ntz: bool = False) -> list[DataType]:
    """A type for each of the first `token_count` fields of the lines; all-NULL columns are text."""
    everything = list(range(token_count))
    codes = _codes(ask, everything, options, _SAMPLE_ROWS)
    firsts = _first_codes(ask, everything, options)
    open_columns = [n for n in everything if codes[n] == 0 or _settle(codes[n], firsts[n]) != t.STRING]
    if open_columns:
        for n, code in zip(open_columns, _codes(ask, open_columns, options), strict=True):
            codes[n] = code
    types = [_settle(code, first) for code, first in zip(codes, firsts, strict=True)]
    decimals = [n for n in everything if isinstance(types[n], DecimalType)]
    if decimals:
        for n, digits in zip(decimals, _digits(ask, decimals, options), strict=True):
            types[n] = DecimalType(max(digits, 20), 0)
    moment = t.TIMESTAMP_NTZ if ntz else t.TIMESTAMP
    return [moment if dtype == t.TIMESTAMP else dtype for dtype in types]


def _first_codes(ask: Ask, tokens: Sequence[int], options: CsvOptions) -> list[int]:
    """The code of each column's first value in the sample; 0 when it has none."""

    def build(lines: exp.Select) -> exp.Select:
        records = csv_records(lines, options).limit(_SAMPLE_ROWS, copy=False)
        fields = subquery(token_columns(records, options, tokens, [], named_split), "__fields")
        seen = [(f"v{n}", func("first", column(f"v{n}"))) for n in tokens]
        for n, (name, first) in enumerate(seen):
            present = exp.Where(this=is_not_null(column(f"v{tokens[n]}")))
            seen[n] = (name, exp.Filter(this=first, expression=present))
        firsts = select_from(fields, seen)
        return select_from(subquery(firsts, "__firsts"), [(f"v{n}", _code(column(f"v{n}"), options)) for n in tokens])

    return [code or 0 for code in ask(build)]


def _codes(ask: Ask, tokens: Sequence[int], options: CsvOptions, limit: int | None = None) -> list[int]:
    def build(lines: exp.Select) -> exp.Select:
        records = csv_records(lines, options)
        if limit is not None:
            records = records.limit(limit, copy=False)
        seen = [(f"v{n}", func("bit_or", _code(column(f"v{n}"), options))) for n in tokens]
        return select_from(subquery(token_columns(records, options, tokens, [], named_split), "__fields"), seen)

    return [code or 0 for code in ask(build)]


def _code(value: Sql, options: CsvOptions) -> Sql:
    """The bit of the narrowest type that holds `value`; 0 for NULL. Cheap tests come first."""
    small = try_cast(value.copy(), "INTEGER")
    whole = case(
        (is_not_null(small), number(_INT)),
        (is_not_null(try_cast(value.copy(), "BIGINT")), number(_LONG)),
        (op("<=", func("length", func("ltrim", value.copy(), text("+-0"))), number(38)), number(_DECIMAL)),
        default=number(_DOUBLE),
    )
    rules = options.rules
    names = [text(n) for n in (rules.nan, rules.positive_infinity, rules.negative_infinity)]
    dated = full_match(value, STRICT_DATE) if rules.date_format is None else exp.true()
    is_date = op("and", dated, is_not_null(parse_date(value.copy(), rules)))
    branches = [
        (is_null(value), number(0)),
        (full_match(value, "[0-9]{4}"), number(_YEAR)),
        (op("=", exp.Cast(this=small.copy(), to=exp.DataType.build("varchar")), value.copy()), number(_INT)),
        (full_match(value, INTEGER), whole),
        (op("or", full_match(value, DOUBLE), exp.In(this=value.copy(), expressions=names)), number(_DOUBLE)),
    ]
    if options.prefer_date:
        branches.append((is_date, number(_DATE)))
    words = [text("true"), text("false")]
    branches += [
        (is_not_null(parse_timestamp(value.copy(), rules)), number(_TIMESTAMP)),
        (exp.In(this=func("lower", value.copy()), expressions=words), number(_BOOLEAN)),
    ]
    return case(*branches, default=number(_STRING))


def _settle(code: int, first: int) -> DataType:
    """The type that holds every value whose bits are in `code`.

    Four digits are a number, but a year to a column that began (its `first` value) with a date or time.
    """
    if first & ~_YEAR and code & ~_TIMES == 0:
        code = code & ~_YEAR | (_TIMESTAMP if code & _YEAR else 0)
    elif code and code & ~_NUMBERS == 0:
        for bit, dtype in ((_DOUBLE, t.DOUBLE), (_DECIMAL, DecimalType(38, 0)), (_LONG, t.LONG)):
            if code & bit:
                return dtype
        return t.INT
    return {_DATE: t.DATE, _TIMESTAMP: t.TIMESTAMP, _DATE | _TIMESTAMP: t.TIMESTAMP, _BOOLEAN: t.BOOLEAN}.get(
        code, t.STRING
    )


def _digits(ask: Ask, tokens: Sequence[int], options: CsvOptions) -> list[int]:
    """The most digits in each of some columns of whole numbers."""

    def build(lines: exp.Select) -> exp.Select:
        fields = token_columns(csv_records(lines, options), options, tokens, [], named_split)
        widths = [(f"v{n}", func("max", func("length", func("ltrim", column(f"v{n}"), text("+-0"))))) for n in tokens]
        return select_from(subquery(fields, "__fields"), widths)

    return [width or 1 for width in ask(build)]
