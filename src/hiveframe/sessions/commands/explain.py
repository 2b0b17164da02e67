"""EXPLAIN: nothing but EXPLAIN ANALYZE of a query runs anything."""

from __future__ import annotations

import json

from hiveframe.errors import unsupported
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.results import SmallTable, column, small_table


@handles(c.Explain)
def explain(session: CommandSession, command: c.Explain) -> SmallTable:
    """The plan, or (`analyze`) the profile of a run, as text in one row."""
    if command.mode == "analyze":
        return small_table((column("plan"),), [(_analyzed(session, command),)])
    if isinstance(command.child, spec.CommandResult):
        return small_table((column("plan"),), [(_statement(command.child.command, is_json=command.is_json),)])
    mode = "json" if command.is_json else command.mode
    return small_table((column("plan"),), [(session.explain(command.child, mode),)])


def _statement(statement: spec.Command, *, is_json: bool) -> str:
    """What a statement that is no query would do, and the query in it as it was written."""
    if is_json:
        raise unsupported("EXPLAIN (FORMAT JSON) of a statement that is no query; leave FORMAT JSON out")
    from hiveframe.sessions.explaining.parsed import parsed_tree  # what nothing else needs

    return f"== Physical Plan ==\n{parsed_tree(statement)}\n"


def _analyzed(session: CommandSession, command: c.Explain) -> str:
    if isinstance(command.child, spec.CommandResult):
        raise unsupported("EXPLAIN ANALYZE of a statement that is no query; it would be run")
    from hiveframe.sessions.profiling.history import PROFILES  # what nothing else needs
    from hiveframe.sessions.profiling.text import profile_text

    profile = session.profile(command.child)
    document = json.dumps(profile.document(), ensure_ascii=False)
    PROFILES.append(profile, document)
    return document if command.is_json else profile_text(profile)
