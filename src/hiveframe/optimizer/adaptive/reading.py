"""How much a plan reads: whether it is large enough for parts of it to be run first."""

from __future__ import annotations

from hiveframe.dataclass import dataclass
from hiveframe.lake.scan import ScanSource
from hiveframe.optimizer.inputs import inputs
from hiveframe.optimizer.sizes import type_width
from hiveframe.plan import logical as lg
from hiveframe.plan.logical import Relation


@dataclass(frozen=True, slots=True)
class Worth:
    """When a part is run first.

    It has to spare `least_bytes` of reading (16 MB take the engine some 30 ms, ten times what one more statement
    does), to read at most one in `share` of the bytes that it is joined with, and to leave at most `most_left` of the
    values of its keys. `is_forced`: also where the engine itself tells a scan of the keys while it runs.
    """

    least_bytes: float = 16 << 20
    share: float = 16
    most_left: float = 0.5
    is_forced: bool = False


WORTH = Worth()


def is_large(plan: Relation, worth: Worth) -> bool:
    """Whether a plan reads so much that parts of it may be run first."""
    return bytes_read(plan) >= worth.least_bytes


def bytes_read(plan: Relation) -> float:
    """The bytes of the columns that a relation reads of files."""
    found = 0.0
    pending = [plan]
    while pending:
        node = pending.pop()
        if isinstance(node, lg.Scan) and isinstance(node.source, ScanSource):
            fields = node.source.schema.fields
            width = sum(type_width(f.dtype) for f in fields)
            read = sum(type_width(fields[i].dtype) for i in node.positions if i >= 0)
            found += node.source.size_bytes * min(read / max(width, 1), 1.0)
        pending += inputs(node)
    return found
