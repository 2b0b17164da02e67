"""What a benchmark found, as tables on the screen and as one JSON file."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

MOST_SHOWN = 60
LIBRARIES = ("hiveframe", "duckdb", "pyspark-client", "pyarrow", "sqlglot")


@dataclass(frozen=True)
class Table:
    """One result: rows under headings, and the bars that were to be met."""

    title: str
    headings: list[str]
    rows: list[list[Any]]
    bars: list["Bar"] = field(default_factory=list)

    def text(self) -> str:
        """The table in aligned columns, its bars below."""
        cells = [[cell_text(cell) for cell in row] for row in [self.headings, *self.rows]]
        widths = [max(len(row[n]) for row in cells) for n in range(len(self.headings))]
        lines = [aligned(row, widths) for row in cells]
        lines.insert(1, "  ".join("─" * width for width in widths))
        return "\n".join([self.title, "", *lines, *(bar.text() for bar in self.bars)])


@dataclass(frozen=True)
class Bar:
    """A figure and the most it may be."""

    name: str
    value: float
    limit: float
    unit: str = ""

    @property
    def met(self) -> bool:
        return self.value <= self.limit

    def text(self) -> str:
        verdict = "met" if self.met else "MISSED"
        return f"bar: {self.name} {self.value:.3g}{self.unit}, at most {self.limit:g}{self.unit}: {verdict}"


def aligned(cells: list[str], widths: list[int]) -> str:
    """The cells in columns, the first to the left, the others to the right."""
    first, *others = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)])


def cell_text(cell: Any) -> str:
    """A cell as it is shown."""
    if cell is None:
        return "–"
    if isinstance(cell, str) and len(cell) > MOST_SHOWN:
        return cell[: MOST_SHOWN - 1] + "…"
    return f"{cell:,.3f}" if isinstance(cell, float) else str(cell)


def machine() -> dict[str, Any]:
    """The machine and the versions that the figures hold for."""
    return {
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30), 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load": os.getloadavg(),
        **{name: metadata.version(name) for name in LIBRARIES},
    }


def processor() -> str:
    """The processor's name where the system tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def save(file: Path, tables: Sequence[Table], options: dict[str, Any]) -> None:
    """Write the tables and what they were measured with."""
    file.parent.mkdir(parents=True, exist_ok=True)
    content = {"machine": machine(), "options": options, "tables": [asdict(table) for table in tables]}
    file.write_text(json.dumps(content, indent=1, default=str) + "\n")
