"""Rows as aligned tables, records, Markdown and CSV."""

from hiveframe.cli.result_text import TextTable, aligned, csv_line, markdown, records, table_width
from hiveframe.cli.sql import Output, footer, render

TABLE = TextTable(
    names=["id", "name"], numeric=[True, False], rows=[("7", "Ann"), ("12", None), ("3", "蜂|a\nb")], cut=False
)


def test_numbers_stand_to_the_right_and_wide_characters_take_two_places() -> None:
    assert aligned(TABLE).splitlines() == [
        " id │ name",
        "────┼─────────",
        "  7 │ Ann",
        " 12 │ NULL",
        "  3 │ 蜂|a\\nb",
    ]


def test_an_empty_result_still_shows_its_columns() -> None:
    assert aligned(TextTable(["a"], [True], [], cut=False)) == " a\n───"


def test_records_show_a_row_as_a_block() -> None:
    lines = records(TABLE).splitlines()
    assert lines[0].startswith("─ row 1 ─")
    assert lines[1:3] == [" id   │ 7", " name │ Ann"]


def test_markdown_escapes_its_bars() -> None:
    assert markdown(TABLE).splitlines()[-1] == "| 3   | 蜂\\|a\\nb |"


def test_csv_quotes_what_needs_it_and_leaves_null_empty() -> None:
    assert csv_line(["a,b", None, 'say "x"', ""]) == '"a,b",,"say ""x""",'


def test_a_table_wider_than_the_terminal_is_shown_as_records() -> None:
    width = table_width(TABLE)
    assert render(TABLE, Output(width=width)) == aligned(TABLE)
    assert render(TABLE, Output(width=width - 1)) == records(TABLE)
    assert render(TABLE, Output(width=0)) == aligned(TABLE)


def test_the_footer_says_when_rows_are_missing() -> None:
    assert footer(TABLE, 0.0123) == "(3 rows, 0.012 s)\n"
    cut = TextTable(["a"], [True], [("1",)], cut=True)
    assert footer(cut, 1) == "(first 1 row, 1.000 s, there are more: raise --limit)\n"
