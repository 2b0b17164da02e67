"""What every node of the unresolved tree is: an expression, a relation or a command, and where it came from."""

from __future__ import annotations

from hiveframe.dataclass import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """Where a node came from: a span of SQL text (0-based, `stop` inclusive) or a DataFrame call."""

    sql_text: str | None = None
    start: int = -1
    stop: int = -1
    line: int = 0
    column: int = 0
    object_type: str = ""
    object_name: str = ""
    fragment: str = ""
    call_site: str = ""


class Node:
    """Anything in the unresolved tree."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Expr(Node):
    """An unresolved expression."""

    origin: Origin | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Relation(Node):
    """An unresolved relation; `plan_id` is the DataFrame API's name for it."""

    plan_id: int | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Command(Node):
    """Something done rather than computed; its result is a small relation. Nodes are in `plan.commands`."""

    origin: Origin | None = None
