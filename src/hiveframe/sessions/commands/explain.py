"""EXPLAIN."""

from __future__ import annotations

from hiveframe.plan import commands as c
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.results import SmallTable, column, small_table


@handles(c.Explain)
def explain(session: CommandSession, command: c.Explain) -> SmallTable:
    """The plan as text in one row."""
    return small_table((column("plan"),), [(session.explain(command.child, command.mode),)])
