"""A query's rows as text for a person or a program: aligned table, records, Markdown, CSV or JSON lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prompt_toolkit.utils import get_cwidth

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame
    from pyspark.sql.types import DataType

Cells = Sequence[str | None]
Lines = Callable[["DataFrame"], Iterator[str]]


@dataclass(frozen=True, slots=True)
class TextTable:
    """Rows as Spark writes their values, NULL as None; `cut` says that there are more rows than these."""

    names: list[str]
    numeric: list[bool]
    rows: Sequence[Cells]
    cut: bool


def fetch(frame: DataFrame, limit: int) -> TextTable:
    """The first `limit` rows (0: all) as text."""
    from pyspark.sql.types import NumericType

    fields = frame.schema.fields
    texts = as_texts(frame)
    table = (texts.limit(limit + 1) if limit else texts).toArrow()
    rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
    numeric = [isinstance(field.dataType, NumericType) for field in fields]
    return TextTable([f.name for f in fields], numeric, rows[: limit or None], cut=bool(limit) and len(rows) > limit)


def as_texts(frame: DataFrame) -> DataFrame:
    """The frame with every value cast to text by Spark's rules; columns are renamed, names may repeat."""
    fields = frame.schema.fields
    renamed = frame.toDF(*(f"c{number}" for number in range(len(fields))))
    return renamed.select(*(as_text(renamed[f"c{n}"], field.dataType) for n, field in enumerate(fields)))


def as_text(column: Column, kind: DataType) -> Column:
    """The column's values as text; bytes in hexadecimal."""
    from pyspark.sql import functions as F
    from pyspark.sql.types import BinaryType

    return F.hex(column) if isinstance(kind, BinaryType) else column.cast("string")


def csv_lines(frame: DataFrame) -> Iterator[str]:
    """A header and the rows as CSV; NULL is an empty field."""
    yield csv_line([field.name for field in frame.schema.fields])
    for row in as_texts(frame).toLocalIterator():
        yield csv_line(list(row))


def csv_line(cells: Cells) -> str:
    """One record of RFC 4180 without its line end."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(["" if cell is None else cell for cell in cells])
    return buffer.getvalue()


def json_lines(frame: DataFrame) -> Iterator[str]:
    """One JSON object a row, NULLs included."""
    from pyspark.sql import functions as F

    rows = frame.select(F.to_json(F.struct("*"), {"ignoreNullFields": "false"}))
    for row in rows.toLocalIterator():
        yield row[0]


def aligned(table: TextTable) -> str:
    """The table in aligned columns, numbers to the right."""
    cells = [[shown(cell) for cell in row] for row in table.rows]
    widths = column_widths(table.names, cells)
    head = " │ ".join(pad(name, width) for name, width in zip(table.names, widths, strict=True))
    rule = "─┼─".join("─" * width for width in widths)
    body = (
        " │ ".join(pad(cell, w, right=n) for cell, w, n in zip(row, widths, table.numeric, strict=True))
        for row in cells
    )
    return "\n".join(line.rstrip() for line in (f" {head}", f"─{rule}─", *(f" {line}" for line in body)))


def records(table: TextTable) -> str:
    """One block of `name │ value` lines a row, for rows wider than the terminal."""
    width = max(get_cwidth(name) for name in table.names)
    blocks = []
    for number, row in enumerate(table.rows, start=1):
        lines = (f" {pad(name, width)} │ {shown(cell)}" for name, cell in zip(table.names, row, strict=True))
        blocks.append("\n".join([f"─ row {number:,} ".ljust(width + 12, "─"), *lines]))
    return "\n".join(blocks)


def markdown(table: TextTable) -> str:
    """The table as Markdown."""
    cells = [[shown(cell).replace("|", "\\|") for cell in row] for row in table.rows]
    widths = [max(3, width) for width in column_widths(table.names, cells)]
    rule = [("-" * (w - 1) + ":") if numeric else "-" * w for w, numeric in zip(widths, table.numeric, strict=True)]
    lines = [table.names, rule, *cells]
    return "\n".join("| " + " | ".join(pad(c, w) for c, w in zip(line, widths, strict=True)) + " |" for line in lines)


def table_width(table: TextTable) -> int:
    """How many places the aligned table takes on a terminal."""
    widths = column_widths(table.names, [[shown(cell) for cell in row] for row in table.rows])
    return sum(widths) + 3 * len(widths) - 1


def column_widths(names: Sequence[str], cells: Sequence[Sequence[str]]) -> list[int]:
    """The places that each column needs."""
    columns = zip(names, *cells, strict=True)
    return [max(get_cwidth(text) for text in column) for column in columns]


def shown(cell: str | None) -> str:
    """A cell on one line."""
    if cell is None:
        return "NULL"
    return cell.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def pad(text: str, width: int, *, right: bool = False) -> str:
    """The text filled with blanks to `width` places."""
    blanks = " " * (width - get_cwidth(text))
    return blanks + text if right else text + blanks
