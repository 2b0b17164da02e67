"""What `CALL` can run on tables that keep versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hiveframe.errors import unsupported
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.sessions.commands.seam import CommandSession
from hiveframe.sessions.results import SmallTable, column, small_table
from hiveframe.sessions.versioned.operations import target_of
from hiveframe.sql import parse_multipart_identifier


def call(session: CommandSession, command: c.CallProcedure) -> SmallTable:
    """`CALL system.name(arguments)`."""
    name = ".".join(command.name).lower()
    procedure = PROCEDURES.get(name)
    if procedure is None:
        raise unsupported(f"the procedure {name}; there are {', '.join(PROCEDURES)}")
    return procedure(session, command.args)


def _honey_adapt(session: CommandSession, args: Sequence[spec.Expr]) -> SmallTable:
    """Lay a HoneyStore table out as its trails say, now; what was done, a row each."""
    if len(args) != 1 or isinstance(args[0], spec.NamedArgument):
        raise unsupported("system.honey_adapt with other arguments than the table's name")
    name = str(session.constant(args[0]).value)
    target = target_of(session, spec.TableName(parse_multipart_identifier(name)), "CALL system.honey_adapt")
    if target.provider != "honeystore":
        raise unsupported(f"system.honey_adapt on {target.provider} tables")
    from hiveframe.lake.honey.bee import adapt
    from hiveframe.lake.honey.table import HoneyState

    assert isinstance(target.state, HoneyState)
    done = adapt(target.state.snapshot.place)
    return small_table([column("done", t.STRING)], [[text] for text in done])


PROCEDURES: Final[Mapping[str, Callable[[CommandSession, Sequence[spec.Expr]], SmallTable]]] = {
    "system.honey_adapt": _honey_adapt,
}
