"""Predicates as Vortex can test them while it reads: a row that fails one fails the filter in the plan as well."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any, Final

import pyarrow as pa

from hiveframe.lake.honey.columns import stored_name
from hiveframe.lake.honey.vortex_files import arrow_type
from hiveframe.lake.pruning import ColumnTest, Predicate
from hiveframe.lake.scan import ScanSource
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

_MOST_LISTED: Final = 16
_COMPARED: Final = {"=": "eq", "<": "lt", "<=": "lt_eq", ">": "gt", ">=": "gt_eq"}
_BITS: Final[dict[type[DataType], int]] = {t.ByteType: 8, t.ShortType: 16, t.IntegerType: 32, t.LongType: 64}


def vortex_filter(source: ScanSource, predicates: Sequence[Predicate], stored: pa.Schema) -> Any:
    """An expression over a file with the columns `stored`; None where no predicate can be put so."""
    tests = [e for p in predicates if (e := _test(source, p, stored)) is not None]
    if not tests:
        return None
    import vortex.expr as ve

    return reduce(ve.and_, tests)


def _test(source: ScanSource, p: Predicate, stored: pa.Schema) -> Any:
    if not isinstance(p, ColumnTest) or p.position in source.partitions:
        return None
    f = source.schema.fields[p.position]
    name = stored_name(f)
    index = stored.get_field_index(name)
    if not isinstance(f.dtype, _TESTED) or index < 0 or stored.field(index).type != arrow_type(f.dtype):
        return None
    import vortex.expr as ve

    column = ve.column(name)
    if p.operator in _COMPARED:
        compared: Any = getattr(ve, _COMPARED[p.operator])(column, _literal(p.values[0], f.dtype))
        return compared
    if p.operator == "in" and len(p.values) <= _MOST_LISTED:
        return reduce(ve.or_, [ve.eq(column, _literal(v, f.dtype)) for v in p.values])
    return None


def _literal(value: Any, dtype: DataType) -> Any:
    import vortex as vx
    import vortex.expr as ve

    match dtype:
        case t.StringType():
            return ve.literal(vx.utf8(), value)
        case t.DateType():
            return ve.literal(vx.date("days"), value)
        case t.TimestampType():
            return ve.literal(vx.timestamp("us", tz="UTC"), value)
        case t.TimestampNTZType():
            return ve.literal(vx.timestamp("us"), value)
    return ve.literal(vx.int_(_BITS[type(dtype)]), value)  # type: ignore[arg-type]


_TESTED: Final[tuple[type[DataType], ...]] = (
    t.ByteType, t.ShortType, t.IntegerType, t.LongType, t.DateType, t.TimestampType, t.TimestampNTZType, t.StringType,
)  # fmt: skip
