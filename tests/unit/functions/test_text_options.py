import pytest

from hiveframe.errors import SparkError
from hiveframe.functions.csv_options import CsvOptions
from hiveframe.functions.csv_tokens import tokenizer
from hiveframe.functions.text_options import TextOptions, java_double, java_long


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"multiline": "x"}, 'For input string: "x"'),
        ({"samplingratio": "inf"}, 'For input string: "inf"'),
        ({"inputbuffersize": "x"}, 'For input string: "x"'),
        ({"unescapedquotehandling": "x"}, "No enum constant"),
        ({"linesep": ""}, "'lineSep' cannot be an empty string"),
        ({"linesep": "abc"}, "'lineSep' can contain only 1 character"),
        ({"sep": ""}, "Delimiter cannot be empty"),
        ({"header": "falſe"}, "header flag can be true or false"),
        ({"quote": "😀"}, "quote cannot be more than one character"),
        ({"sep": "\\q"}, "Unsupported special character for delimiter"),
    ],
)
def test_a_wrong_option_is_refused_in_sparks_words(options: dict[str, str], message: str) -> None:
    with pytest.raises(SparkError, match="(?i)" + message.replace("'", ".")):
        CsvOptions(TextOptions(options))


def test_flags_that_java_reads_fold_case_beyond_ascii() -> None:
    CsvOptions(TextOptions({"multiline": "falſe", "samplingratio": "1d", "maxcolumns": "٥"}))


@pytest.mark.parametrize(
    ("record", "fields"),
    [
        ('"a""b",c', ['"a""b"', "c"]),
        ('"a\\"b",c', ['a"b', "c"]),
        ('"a"b,c', ['"a"b', "c"]),
        ('"a" ,c', ["a", "c"]),
        ('"a,b', ["a,b"]),
        (",", [None, None]),
        ("", None),
    ],
)
def test_records_are_split_as_univocity_splits_them(record: str, fields: list[str | None] | None) -> None:
    assert tokenizer(CsvOptions(TextOptions({})))(record) == fields


def test_numbers_are_read_as_java_reads_them() -> None:
    assert [java_double(x) for x in ("1d", " 1.5 ", "0x1p3", "1e400", "x", "1_0")] == [
        1,
        1.5,
        8,
        float("inf"),
        None,
        None,
    ]
    assert [java_long(x, 32) for x in ("1", "+1", "٥", "2147483648", "", "1_0", "²")] == [
        1,
        1,
        5,
        None,
        None,
        None,
        None,
    ]
