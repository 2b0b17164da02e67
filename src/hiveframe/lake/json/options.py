"""JSON options as Spark names and defaults them.

Source: Spark SQL guide, "JSON Files".
"""

from __future__ import annotations

from hiveframe.dataclass import dataclass
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
        ),
        rules=text_rules(options, settings),
    )
