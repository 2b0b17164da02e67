"""The suites' query texts, one statement at a time."""

import re
from functools import cache
from pathlib import Path

from benchmarks.tpc.data import Suite

FOLDER = Path(__file__).parent / "queries"
LAST_LIMIT = re.compile(r"\s+limit\s+\d+\s*$", re.IGNORECASE)


@cache
def queries(suite: Suite) -> dict[str, tuple[str, ...]]:
    """Each query's statements by its name, `q01` onwards; a few queries are two SELECTs, one makes a view first."""
    return {file.stem: statements(file.read_text()) for file in sorted((FOLDER / suite).glob("q*.sql"))}


def statements(text: str) -> tuple[str, ...]:
    """The statements of a text whose only semicolons end statements."""
    lines = [line for line in text.splitlines() if not line.startswith("--")]
    return tuple(part.strip() for part in "\n".join(lines).split(";") if part.strip())


def is_select(statement: str) -> bool:
    """Whether the statement has rows to compare."""
    return statement.lower().startswith(("select", "with"))


def without_limit(statement: str) -> str:
    """The query without the LIMIT at its end, behind which rows that tie may differ."""
    return LAST_LIMIT.sub("", statement)
