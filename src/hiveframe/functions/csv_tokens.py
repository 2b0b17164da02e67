"""One record of CSV as its fields, NULL where nothing or the null value stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hiveframe.errors import SparkException
from hiveframe.functions.csv_options import CsvOptions
from hiveframe.functions.text_options import refused
from hiveframe.functions.univocity import Dialect, FieldTooLongError, ParsingError, RecordParser

BLANKS: Final = "".join(map(chr, range(33)))


def tokenizer(options: CsvOptions) -> Callable[[str], list[str | None] | None]:
    """What splits records; it gives None for a comment or an empty text."""
    dialect = Dialect(
        options.separator,
        options.quote,
        options.escape,
        options.escape_escape,
        options.comment,
        options.trims_leading,
        options.trims_trailing,
        options.null_value,
        options.empty_value or "",
        options.most_chars,
        options.unescaped_quotes,
        is_one_line=True,
    )
    parser = RecordParser(dialect)

    def tokens(record: str) -> list[str | None] | None:
        try:
            found = parser.line(record)
        except FieldTooLongError as error:
            raise SparkException("MALFORMED_CSV_RECORD", {"badRecord": record}) from error
        except ParsingError as error:
            raise refused(f"Unescaped quote character '{options.quote}' in the CSV record {record}") from error
        return None if found is None else [None if token == options.null_value else token for token in found]

    return tokens
