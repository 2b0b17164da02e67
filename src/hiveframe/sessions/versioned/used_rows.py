"""On which rows of a table a statement depends, as a transaction on the table is told."""

from __future__ import annotations

import os

from hiveframe.lake.pruning import AnyOf
from hiveframe.lake.scan import ScanSource
from hiveframe.lake.tables.table import Reads
from hiveframe.optimizer.rules.prune_files import used_rows
from hiveframe.plan import spec
from hiveframe.plan.types import simple_string
from hiveframe.sessions.commands.seam import CommandSession
from hiveframe.sessions.versioned.opened import Opened


def reads_of(session: CommandSession, target: Opened, *plans: spec.Relation) -> Reads:
    """What `plans`, together, make use of: rows of any version of the table, wherever they read it."""
    location = os.path.realpath(target.table.location)
    columns = simple_string(target.definition.schema)

    def is_asked(source: ScanSource) -> bool:
        return any(os.path.realpath(path) == location for path in source.paths)

    branches = [
        predicates if simple_string(source.schema) == columns else ()  # those of another version have other places
        for plan in plans
        for source, predicates in used_rows(session.analyze(plan), is_asked, session.environment.evaluate)
    ]
    return AnyOf(tuple(branches)) if branches else False
