"""How large Spark takes each step's result to be where it knows nothing of the tables; rows where they are counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.lake.scan import ScanSource
from hiveframe.optimizer.inputs import inputs
from hiveframe.plan import logical as lg
from hiveframe.plan import types as t

ROW_OVERHEAD: Final = 8
_WIDTHS: Final[Mapping[type[t.DataType], int]] = {
    t.BooleanType: 1,
    t.ByteType: 1,
    t.ShortType: 2,
    t.IntegerType: 4,
    t.DateType: 4,
    t.FloatType: 4,
    t.StringType: 20,
    t.BinaryType: 100,
}


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes, and rows where they are known."""

    bytes: float
    rows: int | None = None


def sizes(plan: lg.Relation) -> dict[int, Size]:
    """The size of every relation of `plan` by its `id()`."""
    known: dict[int, Size] = {}
    pending = [plan]
    while pending:
        node = pending[-1]
        missing = [child for child in inputs(node) if id(child) not in known]
        if missing:
            pending.extend(missing)
            continue
        known[id(pending.pop())] = _size(node, [known[id(child)] for child in inputs(node)])
    return known


def _size(node: lg.Relation, below: list[Size]) -> Size:
    match node:
        case lg.OneRow():
            return Size(1.0, 1)
        case lg.LocalData(table=table):
            return _of_rows(node, table.num_rows)
        case lg.KeptRows(row_count=count):
            return _of_rows(node, count)
        case lg.Values(rows=rows):
            return _of_rows(node, len(rows))
        case lg.Range(start=start, end=end, step=step):
            return Size(8.0 * max(0, -((start - end) // step)), max(0, -((start - end) // step)))
        case lg.Scan(source=ScanSource() as source):
            return Size(float(source.size_bytes))
        case lg.Limit(count=int() as count):
            left = count if below[0].rows is None else min(count, max(below[0].rows - node.offset, 0))
            return _of_rows(node, left)
        case lg.SetOperation():
            return Size(sum(size.bytes for size in below), _total(below))
        case lg.Join(kind="semi" | "anti"):
            return Size(below[0].bytes)
        case lg.Join() | lg.AsOfJoin():
            return Size(below[0].bytes * below[1].bytes)
        case lg.Project(child=child) | lg.Aggregate(child=child):
            ratio = _width(node.output) / _width(child.output)
            return Size(below[0].bytes * ratio, below[0].rows if isinstance(node, lg.Project) else None)
    return Size(max((size.bytes for size in below), default=1.0))


def _total(below: list[Size]) -> int | None:
    counts = [size.rows for size in below if size.rows is not None]
    return sum(counts) if len(counts) == len(below) else None


def _of_rows(node: lg.Relation, rows: int) -> Size:
    return Size(float(_width(node.output) * rows) or 1.0, rows)


def _width(columns: tuple[lg.Column, ...]) -> int:
    return ROW_OVERHEAD + sum(type_width(c.dtype) for c in columns)


def type_width(dtype: t.DataType) -> int:
    """A value's bytes by Spark's rule of thumb (`DataType.defaultSize`)."""
    match dtype:
        case t.DecimalType(precision, _):
            return 8 if precision <= 18 else 16
        case t.ArrayType(element):
            return type_width(element)
        case t.MapType(key, value):
            return type_width(key) + type_width(value)
        case t.StructType(fields):
            return sum(type_width(f.dtype) for f in fields)
    return _WIDTHS.get(type(dtype), 8)
