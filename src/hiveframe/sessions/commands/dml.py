"""DELETE, UPDATE and MERGE, for tables that keep versions; CALL and LOAD DATA."""

from __future__ import annotations

from hiveframe.errors import analysis_error
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.sessions.commands.lookup import writable_table
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.results import SmallTable
from hiveframe.sessions.versioned import merging, procedures, row_level
from hiveframe.sessions.versioned.opened import Opened
from hiveframe.sessions.versioned.operations import target_of


def _target(session: CommandSession, name: spec.TableName, operation: str) -> tuple[Opened, str]:
    """The table that a statement changes, and the name under which its columns go."""
    return target_of(session, name, operation), session.table_parts(name)[-1]


@handles(c.Delete)
def delete(session: CommandSession, command: c.Delete) -> SmallTable:
    """DELETE FROM."""
    target, name = _target(session, command.table, "DELETE")
    return row_level.delete(session, target, command.alias or name, command.condition)


@handles(c.Update)
def update(session: CommandSession, command: c.Update) -> SmallTable:
    """UPDATE."""
    target, name = _target(session, command.table, "UPDATE TABLE")
    return row_level.update(session, target, command.alias or name, command.assignments, command.condition)


@handles(c.Merge)
def merge(session: CommandSession, command: c.Merge) -> SmallTable:
    """MERGE INTO."""
    target, name = _target(session, command.table, "MERGE INTO TABLE")
    return merging.merge(session, target, command, command.alias or name)


@handles(c.CallProcedure)
def call_procedure(session: CommandSession, command: c.CallProcedure) -> SmallTable:
    """CALL."""
    return procedures.call(session, command)


@handles(c.LoadData)
def load_data(session: CommandSession, command: c.LoadData) -> SmallTable:
    """LOAD DATA moves files into Hive tables, which there are none of."""
    writable_table(session, session.table_parts(command.table), "LOAD DATA")
    raise analysis_error("NOT_SUPPORTED_COMMAND_WITHOUT_HIVE_SUPPORT", cmd="LOAD DATA")
