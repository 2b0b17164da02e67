"""What a relation's handler is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hiveframe.analysis.frame import Context, Resolved
from hiveframe.dataclass import dataclass
from hiveframe.plan import spec


def no_inputs(node: Any) -> Sequence[spec.Relation]:
    """A leaf, or a relation that resolves its inputs itself."""
    return ()


def one_input(node: Any) -> Sequence[spec.Relation]:
    """`child`."""
    return (node.child,)


def two_inputs(node: Any) -> Sequence[spec.Relation]:
    """`left` and `right`."""
    return (node.left, node.right)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the table: `inputs(node)` are resolved first, in the same surroundings, and handed to `handler`."""

    handler: Callable[[Any, Sequence[Resolved], Context], Resolved]
    inputs: Callable[[Any], Sequence[spec.Relation]] = one_input
