"""Commands for data sources: Spark runs those whose class is an `ExternalCommandRunner`; no source here is one."""

from __future__ import annotations

from typing import NoReturn

from hiveframe.errors import analysis_error
from hiveframe.lake.registry import source_of
from hiveframe.plan import commands as c
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.data_sources import find_provider


@handles(c.ExecuteExternal)
def execute_external(session: CommandSession, command: c.ExecuteExternal) -> NoReturn:
    """Always an error: DATA_SOURCE_NOT_FOUND, or that the source runs no commands."""
    if find_provider(session.state, command.runner) is None:
        source_of(command.runner)
    raise analysis_error("_LEGACY_ERROR_TEMP_1327", runner=command.runner)
