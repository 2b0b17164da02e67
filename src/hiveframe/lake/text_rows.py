"""A column of text read as the lines of a file: `spark.read.csv(df)`, `.json(df)`, `.xml(df)`."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hiveframe.errors import unsupported
from hiveframe.lake.options import Options
from hiveframe.lake.scan import ScanSource
from hiveframe.lake.sources.csv import CsvSource
from hiveframe.lake.sources.json import JsonSource
from hiveframe.lake.sources.source import ReadContext
from hiveframe.lake.sources.xml import XmlSource
from hiveframe.plan.types import StructType


def open_rows(
    format_name: str, rows: pa.Table, schema: StructType | None, options: Options, context: ReadContext
) -> ScanSource:
    """The rows' only column as a data source; without a schema it is inferred from them."""
    source: Any = {"csv": CsvSource, "json": JsonSource, "xml": XmlSource}.get(format_name)
    if source is None:
        raise unsupported(f"reading text rows as {format_name!r}; use csv, json or xml")
    opened: ScanSource = source().open_rows(_as_text(rows), schema, options, context)
    return opened


def _as_text(rows: pa.Table) -> pa.Table:
    column = rows.column(0)
    plain = column if pa.types.is_string(column.type) else pc.cast(column, pa.string())
    return pa.table({"line": plain})
