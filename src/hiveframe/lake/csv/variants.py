"""Records of CSV as one VARIANT each (`singleVariantColumn`): an object of the header's names, or `_c0` and so on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pyarrow as pa
from sqlglot import exp

from hiveframe.functions.csv_reader import CsvVariants
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import Sql, case, func, number, op, text
from hiveframe.functions.text_options import TextOptions
from hiveframe.functions.variant_columns import variant_column
from hiveframe.lake.csv.options import CsvOptions
from hiveframe.lake.csv.splitting import field_value, splitter
from hiveframe.lake.options import Options
from hiveframe.plan import types as t

Names = Mapping[str, tuple[str, ...]]
"""The header's names by file."""


def record_variant(
    line: Sql, path: Sql, names: Names, options: CsvOptions, given: Options, zone: str, context: EmitContext
) -> Sql:
    """A line as a VARIANT."""
    made = partial(_variants, names=names, options=options, given={k.lower(): v for k, v in given.items()}, zone=zone)
    return func(context.kernel("csv_variant", made, (t.STRING, t.STRING), t.VARIANT), line, path)


def is_uneven(count: Sql, path: Sql, names: Names) -> Sql:
    """Whether a record has not as many fields as its file's header."""
    branches = [(op("=", path.copy(), text(file)), op("!=", count.copy(), number(len(n)))) for file, n in names.items()]
    return case(*branches, default=exp.false()) if branches else exp.false()


def _variants(
    lines: pa.Array, paths: pa.Array, *, names: Names, options: CsvOptions, given: Mapping[str, str], zone: str
) -> pa.Array:
    split = splitter(options, "")
    reader = CsvVariants(TextOptions(given), zone)
    found: list[tuple[bytes, bytes] | None] = []
    for line, path in zip(lines.to_pylist(), paths.to_pylist(), strict=True):
        if line is None:
            found.append(None)
            continue
        fields = [field_value(token, options) for token in split(line)]
        known = names.get(path)
        found.append(reader.of(known if known is not None else [f"_c{i}" for i in range(len(fields))], fields))
    return variant_column(found)
