"""`hiveframe sql` answers questions, runs files, and says what is wrong."""

import io
from pathlib import Path

import pytest

from hiveframe.cli.main import main


def test_a_question_is_answered_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "SELECT 1 AS a, 'x' AS b, CAST(NULL AS INT) AS n"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [" a │ b │ n", "───┼───┼──────", " 1 │ x │ NULL"]
    assert lines[3].startswith("(1 row, ")


def test_values_are_written_as_spark_writes_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["sql", "--format", "csv", "SELECT array(1, NULL), map('k', 1.50), X'0aff', 1e10D, DATE'2013-01-01'"]) == 0
    )
    assert capsys.readouterr().out.splitlines()[1] == '"[1, null]",{k -> 1.50},0AFF,1.0E10,2013-01-01'


def test_columns_may_share_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "--format", "csv", "SELECT 1 AS a, 2 AS a"]) == 0
    assert capsys.readouterr().out == "a,a\n1,2\n"


def test_json_lines_keep_nulls_and_nesting(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "--format", "json", "SELECT 1 AS a, NULL AS b, named_struct('c', array(2)) AS s"]) == 0
    assert capsys.readouterr().out == '{"a":1,"b":null,"s":{"c":[2]}}\n'


def test_a_limit_cuts_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "--limit", "2", "SELECT * FROM range(5)"]) == 0
    assert "(first 2 rows, " in capsys.readouterr().out


def test_a_file_runs_statement_by_statement_until_one_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "report.sql"
    file.write_text("CREATE TEMPORARY VIEW v AS SELECT 7 AS seven;\nSELECT * FROM v;\n\nSELECT nope FROM v;\nSELECT 8")
    assert main(["sql", "-f", str(file)]) == 1
    printed = capsys.readouterr()
    assert "OK (" in printed.out
    assert " seven\n" in printed.out
    assert "8" not in printed.out.splitlines()
    assert printed.err.startswith(f"{file}, statement at line 4:\n[UNRESOLVED_COLUMN.WITH_SUGGESTION]")
    assert "Traceback" not in printed.err


def test_statements_come_from_a_pipe(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("SELECT 41 + 1 AS answer"))
    assert main(["sql", "--format", "markdown"]) == 0
    assert "| 42     |" in capsys.readouterr().out


def test_a_syntax_error_is_shown_where_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "SELECT 1 +"]) == 1
    assert "[PARSE_SYNTAX_ERROR]" in capsys.readouterr().err
