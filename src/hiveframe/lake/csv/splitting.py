"""Lines of CSV split in Python, by univocity's own rules: what the engine's expressions cannot follow.

Those are records whose quotes do not come in pairs around whole fields, and all records under settings that only
univocity knows. One function serves a scan (as a kernel) and inference (where the engine lends it a name).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pyarrow as pa

from hiveframe.errors import SparkException
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import Sql, func
from hiveframe.functions.univocity import ParsingError, RecordParser
from hiveframe.lake.csv.options import QUOTED_EMPTY, CsvOptions
from hiveframe.plan import types as t

Split = Callable[[Sql], Sql]
"""Makes a line (VARCHAR) into its fields (VARCHAR[]), in the form that `token_value` reads."""

SPLIT_NAME = "hf_csv_fields"


def split_lines(lines: pa.Array, *, options: CsvOptions, path: str) -> pa.Array:
    """The fields of each line; `path` is named where univocity refuses one."""
    split = splitter(options, path)
    return pa.array([None if line is None else split(line) for line in lines.to_pylist()], pa.list_(pa.string()))


def scan_split(options: CsvOptions, path: str, context: EmitContext) -> Split:
    """The kernel of a scan."""
    kernel = partial(split_lines, options=options, path=path)
    return lambda line: func(context.kernel("csv_fields", kernel, (t.STRING,), t.ArrayType(t.STRING)), line)


def named_split(line: Sql) -> Sql:
    """The function that a `QueryRunner` was given under `SPLIT_NAME`."""
    return func(SPLIT_NAME, line)


def splitter(options: CsvOptions, path: str) -> Callable[[str], list[str | None]]:
    """What splits one record, quoted line ends and all."""
    parser = RecordParser(options.dialect)
    keeps_ends = options.line_separator is not None

    def split(record: str) -> list[str | None]:
        try:
            if not options.multi_line:
                return parser.line(record) or []
            return next((fields for _, fields in parser.records(record, keeps_ends=keeps_ends)), [])
        except ParsingError as error:
            raise SparkException("FAILED_READ_FILE.NO_HINT", {"path": f"file://{path}"}) from error

    return split


def records_of(content: str, path: str, *, options: CsvOptions) -> Iterator[str]:
    """A file's records as they are written, or in other words where those alone would be read in another way."""
    keeps_ends = options.line_separator is not None
    alone = RecordParser(options.dialect)
    try:
        for written, fields in RecordParser(options.dialect).records(content, keeps_ends=keeps_ends):
            bare = written.removesuffix("\n").removesuffix("\r")
            for record in (bare, written):
                if [fields] == [found for _, found in alone.records(record, keeps_ends=keeps_ends)]:
                    yield record
                    break
            else:
                yield options.separator.join(_requoted(field, options) for field in fields)
    except ParsingError as error:
        raise SparkException("FAILED_READ_FILE.NO_HINT", {"path": f"file://{path}"}) from error


def _requoted(field: str | None, options: CsvOptions) -> str:
    if not field:
        return ""
    quote, escape = options.quote, options.escape
    inner = "" if field == QUOTED_EMPTY else field
    for sign in dict.fromkeys((escape, quote)):
        inner = inner.replace(sign, escape + sign) if sign else inner
    return f"{quote}{inner}{quote}"


def field_value(token: str | None, options: CsvOptions) -> str | None:
    """A field's text, as `token_value` says it to the engine."""
    if token == QUOTED_EMPTY:
        token = options.empty_value or None
    return None if token in (None, "", options.null_value) else token
