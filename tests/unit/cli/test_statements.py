"""Splitting SQL text into statements, and knowing when a text is finished."""

import pytest

from hiveframe.cli.statements import is_finished, split


def texts(text: str) -> list[str]:
    return [statement.text for statement in split(text)]


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("", []),
        (" ;; \n; ", []),
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1; SELECT 2;", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';', \"a;b\", `c;d`; SELECT 2", ["SELECT ';', \"a;b\", `c;d`", "SELECT 2"]),
        ("SELECT 1 -- no; end\n; SELECT /* ; */ 2", ["SELECT 1 -- no; end", "SELECT /* ; */ 2"]),
        ("BEGIN SELECT 1; SELECT 2; END; SELECT 3", ["BEGIN SELECT 1; SELECT 2; END", "SELECT 3"]),
        (
            "BEGIN IF a THEN SELECT CASE WHEN b THEN 1 END; END IF; BEGIN SELECT 2; END; END; SELECT 3",
            ["BEGIN IF a THEN SELECT CASE WHEN b THEN 1 END; END IF; BEGIN SELECT 2; END; END", "SELECT 3"],
        ),
        (
            "BEGIN CASE x WHEN 1 THEN SELECT 1; END CASE; WHILE y DO SELECT 2; END WHILE; END; SELECT 3",
            ["BEGIN CASE x WHEN 1 THEN SELECT 1; END CASE; WHILE y DO SELECT 2; END WHILE; END", "SELECT 3"],
        ),
        ("SELECT 'open; SELECT 2;", ["SELECT 'open; SELECT 2;"]),
        ("SELECT CASE WHEN a THEN 1 END; SELECT 2", ["SELECT CASE WHEN a THEN 1 END", "SELECT 2"]),
    ],
)
def test_semicolons_end_statements_only_where_they_are_code(text: str, statements: list[str]) -> None:
    assert texts(text) == statements


def test_a_statement_knows_the_line_it_starts_on() -> None:
    assert [s.line for s in split("SELECT 1;\n\n-- a comment\nSELECT\n2;\nSELECT 3")] == [1, 4, 6]


@pytest.mark.parametrize("text", ["SELECT 1;", "SELECT 1; -- done", "BEGIN SELECT 1; END;", "SELECT ';';"])
def test_a_finished_text_ends_in_a_semicolon(text: str) -> None:
    assert is_finished(text)


@pytest.mark.parametrize("text", ["", "SELECT 1", "SELECT 1; SELECT", "SELECT ';", "BEGIN SELECT 1;", "SELECT 1; /* ;"])
def test_an_unfinished_text_waits_for_more(text: str) -> None:
    assert not is_finished(text)
