"""Small results made in Python: what SHOW, DESCRIBE and their kin answer with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.plan import types as t
from hiveframe.plan.spec import Literal
from hiveframe.plan.types import DataType, StructField, StructType

if TYPE_CHECKING:
    from hiveframe.sessions.learned_runs import Run

_ARROW: Mapping[DataType, pa.DataType] = {
    t.STRING: pa.string(),
    t.BOOLEAN: pa.bool_(),
    t.INT: pa.int32(),
    t.LONG: pa.int64(),
    t.DOUBLE: pa.float64(),
    t.ArrayType(t.STRING): pa.list_(pa.string()),
    t.ArrayType(t.STRING, False): pa.list_(pa.string()),
}


@dataclass(frozen=True, slots=True)
class Rows:
    """A result on its way out: batches are made as they are taken; `observed` is whole when they are exhausted."""

    schema: StructType
    batches: Iterator[pa.RecordBatch]
    observed: Sequence[Observed] = ()
    metrics: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunRows:
    """The rows of a run of the engine; `observed` is whole when the batches are exhausted."""

    schema: StructType
    run: Run
    batches: Iterator[pa.RecordBatch]

    @property
    def observed(self) -> Sequence[Observed]:
        """What the plan observed."""
        return [
            Observed(
                o.name,
                [c.name for c in o.columns],
                [Literal(v, c.dtype) for v, c in zip(o.values, o.columns, strict=True)],
            )
            for o in self.run.observations
            if o.is_complete
        ]

    @property
    def metrics(self) -> Mapping[str, int]:
        """Nothing yet."""
        return {}


@dataclass(frozen=True, slots=True)
class Observed:
    """What `observe` measured under `name`."""

    name: str
    keys: Sequence[str]
    values: Sequence[Literal]


@dataclass(frozen=True, slots=True)
class SmallTable:
    """A command's rows, all of them in memory."""

    schema: StructType
    table: pa.Table

    def rows(self) -> Rows:
        """The table as a result."""
        return Rows(self.schema, iter(self.table.to_batches()))


def column(name: str, dtype: DataType = t.STRING, nullable: bool = False) -> StructField:
    """A result's column; Spark's command results are mostly not nullable."""
    return StructField(name, dtype, nullable)


def small_table(fields: Sequence[StructField], rows: Sequence[Sequence[Any]]) -> SmallTable:
    """A result of Python values; text, booleans, numbers and arrays of text."""
    arrays = [pa.array([row[i] for row in rows], _ARROW[f.dtype]) for i, f in enumerate(fields)]
    schema = pa.schema([pa.field(f.name, a.type, f.nullable) for f, a in zip(fields, arrays, strict=True)])
    return SmallTable(StructType(tuple(fields)), pa.Table.from_arrays(arrays, schema=schema))


EMPTY = SmallTable(StructType(), pa.table({}))
"""The result of a command that has nothing to say: no columns, no rows."""
