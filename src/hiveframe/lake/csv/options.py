"""CSV options as Spark names and defaults them.

Source: Spark SQL guide, "CSV Files"; defaults checked against Spark 4.2.
"""

from __future__ import annotations

import re
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.errors import IllegalArgumentException, unsupported
from hiveframe.functions.csv_options import quote_handling
from hiveframe.functions.univocity import Dialect
from hiveframe.lake.java_patterns import JavaPattern, compile_pattern
from hiveframe.lake.options import Options
from hiveframe.lake.text_values import TextRules
from hiveframe.settings import Settings

PERMISSIVE: Final = "PERMISSIVE"
DROP_MALFORMED: Final = "DROPMALFORMED"
FAIL_FAST: Final = "FAILFAST"

# Stands for a quoted empty field until `token_value` puts the option's value in its place.
QUOTED_EMPTY: Final = "\U0010fffe"

_NAMES: Final = re.compile("MMM|LLL|E|a|G|z|v")
_CHARSETS: Final = ("iso-8859-1", "us-ascii", "utf-16", "utf-16be", "utf-16le", "utf-32", "utf-8")
_CHARSET_ALIASES: Final = {"latin1": "iso-8859-1", "latin-1": "iso-8859-1", "ascii": "us-ascii", "utf8": "utf-8"}


@dataclass(frozen=True, slots=True)
class CsvOptions:
    """What a CSV reader was told; an empty `quote`, `escape` or `comment` means none."""

    separator: str
    quote: str
    escape: str
    comment: str
    header: bool
    infer_schema: bool
    enforce_schema: bool
    prefer_date: bool
    trims_leading: bool
    trims_trailing: bool
    null_value: str
    empty_value: str
    mode: str
    corrupt_column: str
    multi_line: bool
    line_separator: str | None
    encoding: str
    rules: TextRules
    locale: str = "en-US"
    variant_column: str | None = None
    escape_escape: str | None = None
    most_chars: int = -1
    unescaped_quotes: str = "STOP_AT_DELIMITER"

    @property
    def dialect(self) -> Dialect:
        """What univocity is told; nulls and quoted empty fields are told apart for `token_value`."""
        return Dialect(
            self.separator,
            self.quote,
            self.escape,
            self.escape_escape,
            self.comment,
            self.trims_leading,
            self.trims_trailing,
            "",
            QUOTED_EMPTY,
            self.most_chars,
            self.unescaped_quotes,
            self.line_separator,
        )

    @property
    def needs_univocity(self) -> bool:
        """Whether the settings are beyond the engine's expressions."""
        is_usual = self.unescaped_quotes == "STOP_AT_DELIMITER" and self.most_chars < 0
        return not is_usual or self.escape_escape not in (None, self.escape if self.escape != self.quote else "\0")

    @property
    def is_american(self) -> bool:
        """Whether numbers are written as in the USA, where Spark takes a shorter way."""
        return self.locale.lower().replace("_", "-") == "en-us"


def read_options(options: Options, settings: Settings) -> CsvOptions:
    """The options of a read; a wrong value is refused with its option's name."""
    refuse_options(options)
    return CsvOptions(
        separator=separator(options),
        quote=options.character(("quote",), '"'),
        escape=options.character(("escape",), "\\"),
        comment=options.character(("comment",), ""),
        header=options.flag("header"),
        infer_schema=options.flag("inferSchema"),
        enforce_schema=options.flag("enforceSchema", True),
        prefer_date=options.flag("preferDate", True),
        trims_leading=options.flag("ignoreLeadingWhiteSpace"),
        trims_trailing=options.flag("ignoreTrailingWhiteSpace"),
        null_value=options.get("nullValue") or "",
        empty_value=options.get("emptyValue") or "",
        mode=parse_mode(options.get("mode")),
        corrupt_column=options.get("columnNameOfCorruptRecord")
        or settings.require("spark.sql.columnNameOfCorruptRecord"),
        multi_line=options.flag("multiLine"),
        line_separator=options.line_separator(most=2),
        encoding=charset(options.first("encoding", "charset") or "utf-8", "CSVOptions"),
        rules=text_rules(options, settings),
        locale=options.get("locale", "en-US"),
        variant_column=options.get("singleVariantColumn"),
        escape_escape=options.character(("charToEscapeQuoteEscaping",), "") or "\0"
        if "charToEscapeQuoteEscaping" in options
        else None,
        most_chars=options.integer("maxCharsPerColumn", -1),
        unescaped_quotes=quote_handling(options.get("unescapedQuoteHandling")),
    )


def refuse_options(options: Options) -> None:
    """What Spark's reader can do and this one cannot is refused, not passed over."""
    locale = options.get("locale", "en-US")
    patterns = "".join(options.get(name, "") for name in ("dateFormat", "timestampFormat", "timestampNTZFormat"))
    if not locale.lower().startswith("en") and _NAMES.search(patterns):
        raise unsupported(f"the option locale={locale}; names of months and days are read in English")


def parse_mode(text: str | None) -> str:
    """The parse mode; Spark takes an unknown one for PERMISSIVE."""
    mode = (text or PERMISSIVE).upper()
    return mode if mode in (DROP_MALFORMED, FAIL_FAST) else PERMISSIVE


def charset(name: str, function: str) -> str:
    """The charset in lower case; INVALID_PARAMETER_VALUE.CHARSET lists those there are."""
    lowered = _CHARSET_ALIASES.get(name.lower(), name.lower())
    if lowered not in _CHARSETS:
        params = {
            "functionName": f"`{function}`",
            "parameter": "`charset`",
            "charset": name,
            "charsets": ", ".join(_CHARSETS),
        }
        raise IllegalArgumentException("INVALID_PARAMETER_VALUE.CHARSET", params)
    return lowered


def text_rules(options: Options, settings: Settings) -> TextRules:
    """How this reader turns text into values; a zone is named only where it is not the session's."""
    zone = options.get("timeZone")
    return TextRules(
        time_zone=zone if zone is not None and zone != settings.time_zone else None,
        date_format=_pattern(options, "dateFormat"),
        timestamp_format=_pattern(options, "timestampFormat"),
        timestamp_ntz_format=_pattern(options, "timestampNTZFormat"),
        nan=options.get("nanValue", "NaN"),
        positive_infinity=options.get("positiveInf", "Inf"),
        negative_infinity=options.get("negativeInf", "-Inf"),
        falls_back=options.flag("enableDateTimeParsingFallback"),
    )


def _pattern(options: Options, name: str) -> JavaPattern | None:
    text = options.get(name)
    return compile_pattern(text) if text is not None else None


def separator(options: Options) -> str:
    """The field separator, one character or more."""
    given = options.first("sep", "delimiter")
    if given is None:
        return ","
    if given == "":
        raise IllegalArgumentException("INVALID_DELIMITER_VALUE.EMPTY_STRING", {})
    for written, meant in (("\\t", "\t"), ("\\r", "\r"), ("\\n", "\n"), ("\\b", "\b"), ("\\f", "\f"), ("\\\\", "\\")):
        if given == written:
            return meant
    return given
