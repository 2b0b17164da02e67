"""DELETE, UPDATE and MERGE: refused on tables without a transaction log, as Spark refuses them."""

from __future__ import annotations

from hiveframe.catalog.metastore import quoted
from hiveframe.errors import AnalysisException, analysis_error, unsupported
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.sessions.commands.lookup import writable_table
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.results import SmallTable


def _refusal(session: CommandSession, name: spec.TableName, operation: str) -> AnalysisException:
    table = writable_table(session, session.table_parts(name), operation)
    return analysis_error("UNSUPPORTED_FEATURE.TABLE_OPERATION", tableName=quoted(*table.parts), operation=operation)


@handles(c.Delete)
def delete(session: CommandSession, command: c.Delete) -> SmallTable:
    """DELETE FROM."""
    raise _refusal(session, command.table, "DELETE")


@handles(c.Update)
def update(session: CommandSession, command: c.Update) -> SmallTable:
    """UPDATE."""
    raise _refusal(session, command.table, "UPDATE TABLE")


@handles(c.Merge)
def merge(session: CommandSession, command: c.Merge) -> SmallTable:
    """MERGE INTO."""
    raise _refusal(session, command.table, "MERGE INTO TABLE")


@handles(c.CallProcedure)
def call_procedure(session: CommandSession, command: c.CallProcedure) -> SmallTable:
    """CALL: no catalog here has procedures."""
    raise unsupported(f"the procedure {'.'.join(command.name)}")


@handles(c.LoadData)
def load_data(session: CommandSession, command: c.LoadData) -> SmallTable:
    """LOAD DATA moves files into Hive tables, which there are none of."""
    writable_table(session, session.table_parts(command.table), "LOAD DATA")
    raise analysis_error("NOT_SUPPORTED_COMMAND_WITHOUT_HIVE_SUPPORT", cmd="LOAD DATA")
