"""Parts' results become one report, in which a part without a result and a missed bar are named."""

import json

from benchmarks.report import Bar, Table, save
from benchmarks.summary import write_report


def result(folder, name, value):
    bars = [Bar("ours by theirs", value, 1.0, "×"), Bar("wrong answers", 0, 0)]
    save(folder / f"{name}.json", [Table("A title", ["query", "s"], [["a|b", 0.5]], bars)], {})


def test_bars_are_told_as_text_json_and_picture(tmp_path):
    result(tmp_path, "one", 0.8)
    result(tmp_path, "two", 1.25)
    assert not write_report(tmp_path, "short", ["one", "two", "three"])
    text = (tmp_path / "bars.md").read_text()
    assert "3 of 4 bars met. Not there: three." in text
    assert "| one | ours by theirs | 0.8× | 1× | met |" in text
    assert "| two | ours by theirs | 1.25× | 1× | **missed** |" in text
    assert "| a\\|b | 0.500 |" in text
    report = json.loads((tmp_path / "report.json").read_text())
    assert [bar["met"] for bar in report["bars"]] == [True, True, False, True]
    assert report["missing"] == ["three"]
    assert "<svg" in (tmp_path / "bars.svg").read_text()


def test_a_report_is_good_when_all_is_there_and_met(tmp_path):
    result(tmp_path, "one", 1.0)
    assert write_report(tmp_path, "short", ["one"])
