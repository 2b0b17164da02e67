"""EXPLAIN."""

from __future__ import annotations

from hiveframe.plan import commands as c
from hiveframe.session.commands.seam import CommandSession, handles
from hiveframe.session.results import SmallTable, column, small_table


@handles(c.Explain)
def explain(session: CommandSession, command: c.Explain) -> SmallTable:
    """The plan as text in one row."""
    return small_table((column("plan"),), [(session.explain(command.child, command.mode),)])
