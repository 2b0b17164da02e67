"""Estimates as `EXPLAIN COST` writes them.

Source: Spark's `Statistics.simpleString` and `Utils.bytesToString`.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Final

from hiveframe.lake.scan import ScanSource
from hiveframe.optimizer.statistics import Estimate
from hiveframe.optimizer.statistics.estimate import GUESSED
from hiveframe.plan import logical as lg

_UNITS: Final = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_DIGITS: Final = 3


def shown_size(node: lg.Relation, estimate: Estimate) -> str:
    """`Statistics(sizeInBytes=…, rowCount=…)`; rows are left out where nothing is known of the tables below."""
    rows = f", rowCount={_rows(math.ceil(estimate.rows))}" if estimate.origin != GUESSED else ""
    return f"Statistics(sizeInBytes={_bytes(_size(node, estimate))}{rows})"


def _size(node: lg.Relation, estimate: Estimate) -> float:
    match node:
        case lg.OneRow():
            return 1.0
        case lg.Range():
            return 8.0 * estimate.rows
        case lg.Scan(source=ScanSource() as source) if estimate.origin == GUESSED:
            return float(source.size_bytes)
    return estimate.passed(float(math.ceil(estimate.rows))).size_bytes(node.output) or 1.0


def _rows(count: int) -> str:
    """In three digits, as Spark shows it."""
    return str(count) if count < 10**_DIGITS else f"{Decimal(count):.{_DIGITS - 1}E}"


def _bytes(size: float) -> str:
    unit = 0
    while size >= 2048 and unit < len(_UNITS) - 1:
        size /= 1024
        unit += 1
    return f"{size:.1f} {_UNITS[unit]}"
