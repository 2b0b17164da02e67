"""`python -m benchmarks` starts, and says what it does not know."""

import sys

import pytest

from benchmarks.__main__ import BENCHMARKS, parse_args
from benchmarks.all import FORMS, Part


def test_every_benchmark_is_run_by_default(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["benchmarks"])
    assert parse_args().only.split(",") == list(BENCHMARKS)


@pytest.mark.parametrize("part", [part for form in FORMS.values() for part in form], ids=lambda part: part.name)
def test_every_part_of_a_form_is_understood(monkeypatch: pytest.MonkeyPatch, part: Part) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--only", part.benchmark, *part.arguments.split()])
    assert parse_args().only in BENCHMARKS


def test_an_unknown_benchmark_is_quoted(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--only", "tpch,tcpds"])
    with pytest.raises(SystemExit):
        parse_args()
    assert "no benchmark is named tcpds" in capsys.readouterr().err
