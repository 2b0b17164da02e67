"""What every node of the typed tree is, and columns, which all of them speak of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from hiveframe.dataclass import dataclass
from hiveframe.plan.types import DataType


class Node:
    """Anything in the typed tree."""

    __slots__ = ()


class Expr(Node):
    """A typed expression: has `dtype` and `nullable`."""

    __slots__ = ()
    dtype: DataType
    nullable: bool


@dataclass(frozen=True, slots=True, eq=False)
class Column(Expr):
    """A column, as an output of a relation and as a reference to it. `name` is what users see."""

    id: int
    name: str
    dtype: DataType
    nullable: bool = True
    metadata: Mapping[str, Any] = field(default_factory=dict)


class Relation(Node):
    """A typed relation: has `output`, its columns in order."""

    __slots__ = ()
    output: tuple[Column, ...]
