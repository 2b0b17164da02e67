"""ADD and LIST of files, archives and jars by SQL."""

from __future__ import annotations

from hiveframe.errors import unsupported
from hiveframe.lake.paths import local_path
from hiveframe.plan import commands as c
from hiveframe.plan import types as t
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.results import EMPTY, SmallTable, column, small_table


@handles(c.AddResource)
def add_resource(session: CommandSession, command: c.AddResource) -> SmallTable:
    """Files and archives are noted and listed; there is no JVM that could load a jar."""
    kept = session.state.resources
    if command.action == "list":
        wanted = {local_path(p) for p in command.paths}
        rows = [(p,) for kind, p in kept if kind == command.kind and (not wanted or p in wanted)]
        return small_table((column("Results", t.STRING),), rows)
    if command.kind == "jar":
        raise unsupported(f"ADD JAR {' '.join(command.paths)}: there is no JVM to load it")
    kept += [(command.kind, local_path(p)) for p in command.paths]
    return EMPTY
