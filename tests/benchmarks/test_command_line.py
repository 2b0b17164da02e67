"""`python -m benchmarks` starts, and says what it does not know."""

import sys

import pytest

from benchmarks.__main__ import BENCHMARKS, parse_args


def test_every_benchmark_is_run_by_default(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["benchmarks"])
    assert parse_args().only.split(",") == list(BENCHMARKS)


def test_an_unknown_benchmark_is_quoted(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--only", "tpch,tcpds"])
    with pytest.raises(SystemExit):
        parse_args()
    assert "no benchmark is named tcpds" in capsys.readouterr().err
