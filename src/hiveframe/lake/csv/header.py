"""The first record of each file: how many lines to skip, what the columns are called."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from hiveframe.dataclass import dataclass
from hiveframe.lake.csv.options import CsvOptions
from hiveframe.lake.csv.tokens import BLANKS
from hiveframe.lake.lines import LineFormat, python_lines


@dataclass(frozen=True, slots=True)
class FirstRecord:
    """A file's first record, and the lines up to and including it; text None for a file without records."""

    text: str | None
    line_count: int


def first_record(path: str, how: LineFormat, options: CsvOptions) -> FirstRecord:
    """The first line that is neither blank nor a comment."""
    lines = python_lines(path, how)
    for count, line in enumerate(lines, start=1):
        if is_record(line, options):
            return FirstRecord(line.removeprefix("\ufeff"), count)
    return FirstRecord(None, 0)


def is_record(line: str, options: CsvOptions) -> bool:
    """Whether a line is neither blank nor a comment."""
    return bool(line.strip(BLANKS)) and not (options.comment and line.startswith(options.comment))


def column_names(tokens: Sequence[str | None]) -> list[str]:
    """Names for a header's tokens: empty ones become `_c<i>`, ones that repeat (in any case) get their number."""
    lowered = [token.lower() if token else None for token in tokens]
    repeated = {name for name, group in itertools.groupby(sorted(n for n in lowered if n)) if len(list(group)) > 1}
    names: list[str] = []
    for i, token in enumerate(tokens):
        if not token:
            names.append(f"_c{i}")
        elif token.lower() in repeated:
            names.append(f"{token}{i}")
        else:
            names.append(token)
    return names
