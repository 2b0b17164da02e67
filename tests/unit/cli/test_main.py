"""The command line's arguments, exit statuses and messages."""

from pathlib import Path

import pytest

from hiveframe import __version__
from hiveframe.cli.main import COMMANDS, main


def test_version_prints_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"hiveframe {__version__}\n"


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_shows_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([*command.split(), "--help"])
    assert stop.value.code == 0
    assert f"\n  hiveframe {command}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "fix"),
    [
        (["run", "nowhere.py"], "name the Python script"),
        (["run", "--conf", "memory", __file__], "NAME=VALUE"),
        (["sql", "SELECT 1", "-f", "x.sql"], "not both"),
        (["sql", "-f", "nowhere.sql"], "UTF-8 text file"),
        (["sql", "--limit", "-1", "SELECT 1"], "0 or more"),
        (["sql", "--remote", "localhost:1", "SELECT 1"], "sc://"),
        (["sql", "--remote", "sc://127.0.0.1:1", "SELECT 1"], "hiveframe serve"),
        (["serve", "--port", "70000"], "65535"),
    ],
)
def test_wrong_arguments_give_two_and_name_the_fix(
    arguments: list[str], fix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert fix in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["fly"], ["run"], ["sql", "--format", "xml"]])
def test_arguments_that_do_not_parse_give_two(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2


def test_a_file_that_is_not_text_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "query.sql"
    file.write_bytes(b"\xff\xfe\x00")
    assert main(["sql", "-f", str(file)]) == 2
    assert "UTF-8" in capsys.readouterr().err
