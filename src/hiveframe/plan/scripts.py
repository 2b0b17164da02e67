"""SQL scripts: `BEGIN … END` and what stands in it, as parsed."""

from __future__ import annotations

from hiveframe.dataclass import dataclass
from hiveframe.plan.spec import Command, Expr, Node, Relation


class Statement(Node):
    """A statement of a script."""

    __slots__ = ()


Body = tuple[Statement, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Run(Statement):
    """A query or a command."""

    what: Relation | Command


@dataclass(frozen=True, slots=True, eq=False)
class Condition(Node):
    """What IF, WHILE and UNTIL ask; `text` as it is written."""

    expr: Expr
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Handler(Node):
    """`DECLARE EXIT HANDLER FOR …`: condition names (upper case), SQLSTATEs, SQLEXCEPTION, NOT FOUND."""

    body: Statement
    conditions: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    any_exception: bool = False
    not_found: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Block(Statement):
    """`[label:] BEGIN [ATOMIC] … END`, its handlers in the order of their declaration.

    What an atomic block writes lands when it ends, all or nothing.
    """

    label: str | None
    body: Body
    handlers: tuple[Handler, ...] = ()
    is_atomic: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Branch(Node):
    """One condition of an IF or a CASE, and what is done where it holds."""

    condition: Condition
    body: Body


@dataclass(frozen=True, slots=True, eq=False)
class If(Statement):
    """IF, and CASE."""

    branches: tuple[Branch, ...]
    otherwise: Body = ()


@dataclass(frozen=True, slots=True, eq=False)
class Loop(Statement):
    """LOOP; WHILE asks `before` each round, REPEAT asks `until` after it."""

    label: str | None
    body: Body
    before: Condition | None = None
    until: Condition | None = None


@dataclass(frozen=True, slots=True, eq=False)
class For(Statement):
    """`FOR name AS query DO`: a round a row, whose columns are variables."""

    label: str | None
    name: str | None
    query: Relation
    body: Body


@dataclass(frozen=True, slots=True, eq=False)
class Leave(Statement):
    """Leave the block or loop of that label."""

    label: str


@dataclass(frozen=True, slots=True, eq=False)
class Iterate(Statement):
    """Go on with the next round of the loop of that label."""

    label: str


@dataclass(frozen=True, slots=True, eq=False)
class Script(Command):
    """A whole script; its result is that of the last query that ran."""

    block: Block
