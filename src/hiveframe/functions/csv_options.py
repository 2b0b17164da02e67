"""The options of `from_csv`, `to_csv` and `schema_of_csv`, all checked before the first text is looked at.

Source: Spark's `CSVOptions`.
"""

from __future__ import annotations

from typing import Final

from hiveframe.errors import IllegalArgumentException
from hiveframe.functions.text_options import TextOptions, refused

_FLAGS: Final = (
    "header",
    "inferSchema",
    "ignoreLeadingWhiteSpace",
    "ignoreTrailingWhiteSpace",
    "columnPruning",
    "escapeQuotes",
    "quoteAll",
    "enforceSchema",
)
_JAVA_FLAGS: Final = ("multiLine", "enableDateTimeParsingFallback", "ignoreCorruptFiles", "ignoreMissingFiles")
_CODECS: Final = ("bzip2", "deflate", "uncompressed", "snappy", "none", "lz4", "gzip")
_HANDLINGS: Final = (
    "STOP_AT_CLOSING_QUOTE",
    "BACK_TO_DELIMITER",
    "STOP_AT_DELIMITER",
    "SKIP_VALUE",
    "RAISE_ERROR",
)
_ESCAPES: Final = {"t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


class CsvOptions:
    """What the options say; an empty `quote`, `escape` or `comment` means none."""

    def __init__(self, options: TextOptions, *, legacy_times: bool = False) -> None:
        self.separator = _separator(options.get("sep", "delimiter"))
        for name in _FLAGS:
            options.flag(name)
        self.prefers_date = True if legacy_times else options.flag("preferDate", True)
        for name in _JAVA_FLAGS:
            options.java_flag(name)
        options.check_charset("CSVOptions")
        _check_codec(options.get("compression", "codec"))
        self.max_columns = options.integer("maxColumns", 20_480)
        self.most_chars = options.integer("maxCharsPerColumn", -1)
        options.java_integer("inputBufferSize", 128)
        options.java_double("samplingRatio", 1.0)
        options.check_line_separator(most=2)
        self.unescaped_quotes = quote_handling(options.get("unescapedQuoteHandling"))
        self.quote = options.character("quote", '"')
        self.escape = options.character("escape", "\\")
        self.escape_escape = (
            options.character("charToEscapeQuoteEscaping", "") or "\0"
            if "charToEscapeQuoteEscaping" in options
            else None
        )
        self.comment = options.character("comment", "")
        self.has_comment = "comment" in options
        self.quotes_all = options.flag("quoteAll")
        self.escapes_quotes = options.flag("escapeQuotes", True)
        self.null_value = options.text("nullValue", "")
        self.empty_value = options.get("emptyValue")
        self.trims_leading = options.flag("ignoreLeadingWhiteSpace")
        self.trims_trailing = options.flag("ignoreTrailingWhiteSpace")
        self.writes_leading = not options.flag("ignoreLeadingWhiteSpace", True)
        self.writes_trailing = not options.flag("ignoreTrailingWhiteSpace", True)
        self.nan = options.text("nanValue", "NaN")
        self.positive_infinity = options.text("positiveInf", "Inf")
        self.negative_infinity = options.text("negativeInf", "-Inf")


def _separator(given: str | None) -> str:
    """The separator with its escapes read (`CSVExprUtils.toDelimiterStr`)."""
    if given is None:
        return ","
    if given == "":
        raise refused("Delimiter cannot be empty")
    made: list[str] = []
    at = 0
    while at < len(given):
        if given[at] != "\\":
            made.append(given[at])
            at += 1
            continue
        if at + 1 == len(given):
            raise IllegalArgumentException("INVALID_DELIMITER_VALUE.SINGLE_BACKSLASH", {})
        letter = given[at + 1]
        if letter not in _ESCAPES:
            params = {"str": "\\" + letter}
            raise IllegalArgumentException("INVALID_DELIMITER_VALUE.UNSUPPORTED_SPECIAL_CHARACTER", params)
        made.append(_ESCAPES[letter])
        at += 2
    return "".join(made)


def _check_codec(name: str | None) -> None:
    if name is not None and name.lower() not in _CODECS and "." not in name:
        params = {"codecName": name, "availableCodecs": ", ".join(_CODECS)}
        raise IllegalArgumentException("CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION", params)


def quote_handling(name: str | None) -> str:
    """What to do at a quote within a field that is not escaped, as univocity calls it."""
    handling = "STOP_AT_DELIMITER" if name is None else name.upper()
    if handling not in _HANDLINGS:
        raise refused(f"No enum constant com.univocity.parsers.csv.UnescapedQuoteHandling.{handling}")
    return handling
