"""The share of the lines that a schema is inferred from (`samplingRatio`): Spark's own choice, seed and all."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

import pyarrow as pa

from hiveframe.functions.xorshift import XorShift
from hiveframe.lake.lines import LineFormat, python_lines
from hiveframe.lake.options import Options
from hiveframe.lake.scan import ScanSource

_SEED = 1
_ALL = 0.99
_BATCH = 10_000


def sampled_lines(source: ScanSource, how: LineFormat, options: Options) -> LineFormat | None:
    """The lines to look at as rows in memory; None for all of them. Files that are read whole are all looked at."""
    options.check_sampling()
    ratio = options.fraction("samplingRatio", 1.0)
    if ratio > _ALL or how.rows is not None or how.whole_file or how.record is not None or how.cut is not None:
        return None
    lines = [line for number, file in enumerate(source.files) for line in _sample(file.path, how, ratio, number)]
    return LineFormat(rows=pa.table({"value": pa.array(lines, pa.string())}))


def without(lines: LineFormat, headers: Mapping[str, str]) -> LineFormat:
    """The lines that are no header of a file."""
    known = set(headers.values())
    kept = [line for line in lines.rows.column(0).to_pylist() if line not in known]
    return LineFormat(rows=pa.table({"value": pa.array(kept, pa.string())}))


def _sample(path: str, how: LineFormat, ratio: float, partition: int) -> Iterator[str]:
    chance = XorShift(_SEED + partition)
    lines = python_lines(path, how)
    while batch := list(itertools.islice(lines, _BATCH)):
        drawn = (chance.doubles(len(batch)) < ratio).tolist()
        yield from (line for line, is_drawn in zip(batch, drawn, strict=True) if is_drawn)
