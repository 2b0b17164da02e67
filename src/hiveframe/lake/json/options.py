"""JSON options as Spark names and defaults them.

Source: Spark SQL guide, "JSON Files".
"""

from __future__ import annotations

from hiveframe.dataclass import dataclass
from hiveframe.errors import requirement
from hiveframe.functions.json_lenient import Leniency
from hiveframe.lake.csv.options import charset, parse_mode, text_rules
from hiveframe.lake.options import Options
from hiveframe.lake.text_values import TextRules
from hiveframe.settings import Settings


@dataclass(frozen=True, slots=True)
class JsonOptions:
    """What a JSON reader was told."""

    multi_line: bool
    mode: str
    corrupt_column: str
    encoding: str
    line_separator: str | None
    primitives_as_string: bool
    prefers_decimal: bool
    infer_timestamp: bool
    drop_field_if_all_null: bool
    variant_column: str | None
    leniency: Leniency
    rules: TextRules


def read_options(options: Options, settings: Settings) -> JsonOptions:
    """The options of a read."""
    _check_encoding(options)
    return JsonOptions(
        multi_line=options.flag("multiLine"),
        mode=parse_mode(options.get("mode")),
        corrupt_column=options.get("columnNameOfCorruptRecord")
        or settings.require("spark.sql.columnNameOfCorruptRecord"),
        encoding=charset(options.first("encoding", "charset") or "utf-8", "JSONOptionsInRead"),
        line_separator=options.line_separator(),
        primitives_as_string=options.flag("primitivesAsString"),
        prefers_decimal=options.flag("prefersDecimal"),
        infer_timestamp=options.flag("inferTimestamp"),
        drop_field_if_all_null=options.flag("dropFieldIfAllNull"),
        variant_column=options.get("singleVariantColumn"),
        leniency=Leniency(
            comments=options.flag("allowComments"),
            unquoted_names=options.flag("allowUnquotedFieldNames"),
            single_quotes=options.flag("allowSingleQuotes", True),
            leading_zeros=options.flag("allowNumericLeadingZeros"),
            non_numbers=options.flag("allowNonNumericNumbers", True),
            any_escape=options.flag("allowBackslashEscapingAnyCharacter"),
            control_characters=options.flag("allowUnquotedControlChars"),
            most_nested=_limit(options, "maxNestingDepth"),
            most_digits=_limit(options, "maxNumLen"),
            most_characters=_limit(options, "maxStringLen"),
        ),
        rules=text_rules(options, settings),
    )


def _check_encoding(options: Options) -> None:
    """Spark cuts lines before it decodes them: what it cannot cut so, it refuses."""
    given = options.first("encoding", "charset")
    if given is None or options.flag("multiLine"):
        return
    if given.upper() in ("UTF-16", "UTF-32"):
        raise requirement(f"The {given} encoding in the denyList is not allowed when multiLine is disabled")
    if given.upper() not in ("UTF-8", "UTF8") and "lineSep" not in options:
        raise requirement(f"The lineSep option must be specified for the {given} encoding")


def _limit(options: Options, name: str) -> int | None:
    return options.integer(name, 0) if name in options else None
