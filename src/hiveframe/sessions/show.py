"""The text that `show` prints and the HTML that a notebook shows, cell by cell as Spark does.

Source: `Dataset.showString`, `Dataset.htmlString` and `Utils.stringHalfWidth` of Spark 4.2.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

_ESCAPES = str.maketrans({"\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f", "\b": "\\b", "\v": "\\v", "\a": "\\a"})

# Full-width characters take two places on a terminal.
_FULL_WIDTH = re.compile(
    "[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3"
    "\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]"
)

_MIN_WIDTH = 3


def escape(text: str) -> str:
    """`text` on one line: control characters as they are written in source."""
    return text.translate(_ESCAPES)


def truncate_cell(text: str, limit: int) -> str:
    """`text` cut to `limit` characters, the last three dots when there is room for them; 0 and below: uncut."""
    if limit <= 0 or len(text) <= limit:
        return text
    return text[:limit] if limit < 4 else text[: limit - 3] + "..."


def half_width(text: str) -> int:
    """How many places `text` takes on a terminal."""
    if text.isascii():
        return len(text)
    units = sum(2 if char > "\uffff" else 1 for char in text)  # as Java counts
    return units + len(_FULL_WIDTH.findall(text))


def show_string(
    names: Sequence[str], rows: Sequence[Sequence[str]], *, row_count: int, truncate: int, vertical: bool
) -> str:
    """The table of `rows` (one more than `row_count` when there are more), without the last newline of `print`."""
    header = [escape(name) for name in names]
    cells = [[truncate_cell(escape(cell), truncate) for cell in row] for row in rows[: max(row_count, 0)]]
    body = _vertical(header, cells) if vertical else _table(header, cells, align_right=truncate > 0)
    if vertical and not cells:
        return body + "(0 rows)"
    if len(rows) > row_count:
        return body + f"only showing top {row_count} {'row' if row_count == 1 else 'rows'}"
    return body


def html_string(names: Sequence[str], rows: Sequence[Sequence[str]], *, row_count: int, truncate: int) -> str:
    """The same rows as an HTML table."""
    lines = ["<table border='1'>", _html_row("th", [escape(name) for name in names])]
    lines += [
        _html_row("td", [truncate_cell(escape(cell), truncate) for cell in row]) for row in rows[: max(row_count, 0)]
    ]
    lines.append("</table>\n")
    text = "\n".join(lines)
    if len(rows) > row_count:
        text += f"only showing top {row_count} {'row' if row_count == 1 else 'rows'}\n"
    return text


def _html_row(tag: str, cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{html.escape(cell, quote=True)}</{tag}>" for cell in cells) + "</tr>"


def _pad(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - half_width(text))
    return space + text if right else text + space


def _table(header: list[str], cells: list[list[str]], *, align_right: bool) -> str:
    widths = [_MIN_WIDTH] * len(header)
    for row in [header, *cells]:
        widths = [max(w, half_width(cell)) for w, cell in zip(widths, row, strict=True)]
    rule = "+" + "+".join("-" * w for w in widths) + "+\n"
    lines = [
        "|" + "|".join(_pad(c, w, right=align_right) for c, w in zip(row, widths, strict=True)) + "|\n"
        for row in [header, *cells]
    ]
    return rule + lines[0] + rule + "".join(lines[1:]) + rule


def _vertical(header: list[str], cells: list[list[str]]) -> str:
    name_width = max([_MIN_WIDTH, *map(half_width, header)])
    cell_width = max([_MIN_WIDTH, *(half_width(cell) for row in cells for cell in row)])
    lines: list[str] = []
    for i, row in enumerate(cells):
        lines.append(f"-RECORD {i}".ljust(name_width + cell_width + 5, "-"))
        lines += [
            f" {_pad(name, name_width, right=False)} | {_pad(cell, cell_width, right=False)} "
            for name, cell in zip(header, row, strict=True)
        ]
    return "".join(line + "\n" for line in lines)
