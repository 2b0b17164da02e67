"""The interactive shell, its keys typed through a pipe."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput
from pyspark.sql import SparkSession

import hiveframe
from hiveframe.cli.shell import interact
from hiveframe.cli.sql import Output

CTRL_C, CTRL_D, ENTER = "\x03", "\x04", "\r"


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PipeInput]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        yield pipe


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = hiveframe.session()
    yield session
    session.stop()


def test_a_statement_runs_when_its_semicolon_comes(
    spark: SparkSession, keys: PipeInput, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    keys.send_text(f"SELECT 40{ENTER}+ 2 AS answer;{ENTER}\\q{ENTER}")
    assert interact(spark, Output()) == 0
    assert "answer\n" in capsys.readouterr().out
    assert "+SELECT 40\n++ 2 AS answer;" in (tmp_path / "hiveframe/history").read_text()


def test_an_error_leaves_the_shell_open(
    spark: SparkSession, keys: PipeInput, capsys: pytest.CaptureFixture[str]
) -> None:
    keys.send_text(f"SELECT nope;{ENTER}\\unknown{ENTER}SELECT 3 AS three;{ENTER}{CTRL_D}")
    assert interact(spark, Output()) == 0
    printed = capsys.readouterr()
    assert "[UNRESOLVED_COLUMN" in printed.err
    assert "\\unknown is none of the shell's commands" in printed.out
    assert "three" in printed.out


def test_control_c_drops_what_was_typed(
    spark: SparkSession, keys: PipeInput, capsys: pytest.CaptureFixture[str]
) -> None:
    keys.send_text(f"SELECT 1 AS dropped{CTRL_C}SELECT 2 AS kept;{ENTER}exit{ENTER}")
    assert interact(spark, Output()) == 0
    printed = capsys.readouterr().out
    assert "kept" in printed
    assert "dropped" not in printed


def test_settings_of_the_shell_change_how_rows_are_shown(
    spark: SparkSession, keys: PipeInput, capsys: pytest.CaptureFixture[str]
) -> None:
    output = Output()
    keys.send_text(f"\\x{ENTER}\\l 1{ENTER}SELECT * FROM range(3);{ENTER}\\format csv{ENTER}\\q{ENTER}")
    assert interact(spark, output) == 0
    assert "─ row 1 ─" in capsys.readouterr().out
    assert (output.expanded, output.limit, output.format) == (True, 1, "csv")
