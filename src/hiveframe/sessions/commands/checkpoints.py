"""Results kept under a key: letting them go."""

from __future__ import annotations

from hiveframe.plan import commands as c
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.results import EMPTY, SmallTable


@handles(c.RemoveCached)
def remove_cached(session: CommandSession, command: c.RemoveCached) -> SmallTable:
    """Forget a checkpoint's rows."""
    session.state.kept.pop(command.key, None)
    return EMPTY
