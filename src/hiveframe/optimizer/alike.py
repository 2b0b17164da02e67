"""Whether two subplans give the same rows, up to the numbers of their columns."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any, Final

from hiveframe.lake.scan import METADATA_POSITION, ScanSource
from hiveframe.plan.logical import Column, CteRef, Literal, Node, Relation, Scan

_UNTOLD: Final = frozenset({"name", "shown", "context", "implicit", "metadata", "output"})


class Likeness:
    """What is known of two plans held against each other: `columns` takes a column of the second to the first's."""

    def __init__(self) -> None:
        self.columns: dict[int, Column] = {}

    def of(self, first: Any, second: Any) -> bool:
        """Whether both compute the same."""
        if first is second and not isinstance(first, Node):
            return True
        if type(first) is not type(second):
            return False
        match first:
            case Column():
                return self._column(first, second)
            case Literal():
                return (
                    first.dtype == second.dtype
                    and type(first.value) is type(second.value)
                    and first.value == second.value
                )
            case Scan():
                return self._scan(first, second)
            case CteRef():
                return first.id == second.id and self._outputs(first, second)
            case Node():
                return self._fields(first, second)
            case tuple():
                pairs = zip(first, second, strict=False)
                return len(first) == len(second) and all(self.of(a, b) for a, b in pairs)
        return bool(first == second)

    def _column(self, first: Column, second: Column) -> bool:
        known = self.columns.get(second.id)
        if known is not None:
            return known.id == first.id
        return first.id == second.id  # a column from outside of both

    def _scan(self, first: Scan, second: Scan) -> bool:
        if METADATA_POSITION in (*first.positions, *second.positions) or not same_source(first.source, second.source):
            return False
        return first.positions == second.positions and self._outputs(first, second)

    def _outputs(self, first: Relation, second: Relation) -> bool:
        if len(first.output) != len(second.output):
            return False
        self.columns |= {b.id: a for a, b in zip(first.output, second.output, strict=True)}
        return True

    def _fields(self, first: Node, second: Node) -> bool:
        """Inputs before what is said of them, so that columns are known when they are met."""
        kind: Any = type(first)
        later: list[str] = []
        for name in _telling(kind):
            if not isinstance(getattr(first, name), Relation):
                later.append(name)
            elif not self.of(getattr(first, name), getattr(second, name)):
                return False
        for name in later:
            if not self.of(getattr(first, name), getattr(second, name)):
                return False
        if isinstance(first, Relation) and isinstance(second, Relation):
            return self._outputs(first, second)
        return True


@cache
def _telling(kind: type[Any]) -> tuple[str, ...]:
    """The fields that say what a node computes."""
    return tuple(f.name for f in dataclasses.fields(kind) if f.name not in _UNTOLD)


def same_source(first: Any, second: Any) -> bool:
    """Whether two scans read the same files in the same way."""
    if not (isinstance(first, ScanSource) and isinstance(second, ScanSource)):
        return first is second
    if first is second:
        return True
    same = (first.format, first.paths, first.files, first.schema) == (
        second.format,
        second.paths,
        second.files,
        second.schema,
    )
    return same and first.state is second.state and dict(first.options) == dict(second.options) and bool(first.files)
