"""The results of many benchmarks in one report: a Markdown table of all bars, JSON, and a chart."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.chart import draw
from benchmarks.report import Bar, cell_text


@dataclass(frozen=True)
class Measured:
    """A bar of one part."""

    part: str
    bar: Bar

    @property
    def of_limit(self) -> float | None:
        """The figure by the most that it may be; None where nothing may be."""
        return self.bar.value / self.bar.limit if self.bar.limit else None


def write_report(folder: Path, form: str, parts: Sequence[str]) -> bool:
    """Write bars.md, report.json and bars.svg from the parts' results; whether all are there and all bars are met."""
    found = {name: json.loads((folder / f"{name}.json").read_text()) for name in parts if is_there(folder, name)}
    bars = [Measured(name, bar) for name, result in found.items() for bar in bars_of(result)]
    missing = [name for name in parts if name not in found]
    (folder / "bars.md").write_text(markdown(form, found, bars, missing))
    report = {"form": form, "bars": [as_json(one) for one in bars], "missing": missing, "parts": found}
    (folder / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    drawn = [(f"{one.part}: {one.bar.name}", one.of_limit, one.bar.met) for one in bars if one.of_limit is not None]
    draw(folder / "bars.svg", [(name, share, met) for name, share, met in drawn if share is not None])
    return not missing and all(one.bar.met for one in bars)


def is_there(folder: Path, name: str) -> bool:
    """Whether the part has a result."""
    return (folder / f"{name}.json").exists()


def bars_of(result: dict[str, Any]) -> list[Bar]:
    """The bars of a part's tables."""
    return [Bar(**bar) for table in result["tables"] for bar in table["bars"]]


def as_json(one: Measured) -> dict[str, Any]:
    """A bar with what came of it."""
    bar = one.bar
    return {"part": one.part, "bar": bar.name, "value": bar.value, "limit": bar.limit, "unit": bar.unit, "met": bar.met}


def markdown(form: str, found: dict[str, Any], bars: list[Measured], missing: list[str]) -> str:
    """The machine, the table of bars, then each part's tables."""
    lines = [f"# HiveFrame's benchmarks, {form} form", ""]
    if found:
        machine = next(iter(found.values()))["machine"]
        names = ("processor", "cores", "memory_gib", "system", "python", "hiveframe", "duckdb")
        lines += [", ".join(f"{name} {machine[name]}" for name in names), ""]
        loads = [result["machine"]["load"][0] for result in found.values()]
        lines += [f"Load of the machine at the ends of the parts: {min(loads):.1f} to {max(loads):.1f}.", ""]
    met = sum(one.bar.met for one in bars)
    lines += [f"{met} of {len(bars)} bars met." + (f" Not there: {', '.join(missing)}." if missing else ""), ""]
    lines += row(["part", "bar", "measured", "at most", ""], ["-"] * 5)
    for one in bars:
        bar = one.bar
        measured = f"{bar.value:.3g}{bar.unit}"
        lines += row([one.part, bar.name, measured, f"{bar.limit:g}{bar.unit}", "met" if bar.met else "**missed**"])
    for name, result in found.items():
        lines += ["", f"## {name}"]
        for table in result["tables"]:
            lines += ["", table["title"], "", *row(table["headings"], ["-"] * len(table["headings"]))]
            lines += [line for cells in table["rows"] for line in row([cell_text(cell) for cell in cells])]
    return "\n".join(lines) + "\n"


def row(*rows: Sequence[str]) -> list[str]:
    """Lines of a Markdown table."""
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |" for cells in rows]
