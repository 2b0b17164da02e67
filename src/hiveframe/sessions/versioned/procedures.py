"""What `CALL [catalog.]system.procedure(…)` can run on tables that keep versions.

Source: Iceberg's documentation, "Spark Procedures"; for HoneyStore, docs/honeystore.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from hiveframe.catalog.metastore import quoted
from hiveframe.dataclass import dataclass
from hiveframe.errors import analysis_error, unsupported
from hiveframe.lake.tables.table import AsOf, Reference
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.sessions.commands.seam import CommandSession
from hiveframe.sessions.results import SmallTable, column, small_table
from hiveframe.sessions.versioned import operations
from hiveframe.sessions.versioned.opened import Opened
from hiveframe.sql import parse_multipart_identifier
from hiveframe.sql.parser import parse_expression

Given = Mapping[str, Any]
_MAP: Final = t.MapType(t.STRING, t.STRING)


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument: its name, its type, and whether it may be left out."""

    name: str
    dtype: t.DataType
    is_required: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Procedure:
    """What is called, with its parameters in order (before them, the table), and whose tables it is for."""

    run: Callable[[CommandSession, Opened, Given], SmallTable]
    parameters: tuple[Parameter, ...] = ()
    provider: str = "iceberg"


def call(session: CommandSession, command: c.CallProcedure) -> SmallTable:
    """The procedure that the command names; ROUTINE_NOT_FOUND when there is none."""
    *catalog, schema, name = command.name if len(command.name) > 1 else ("", *command.name)
    found = PROCEDURES.get(name.lower()) if schema.lower() == "system" and len(catalog) < 2 else None
    if found is None:
        path = session.catalog.search_path()
        raise analysis_error("ROUTINE_NOT_FOUND", routineName=quoted(*command.name), searchPath=path)
    current = catalog[0] if catalog else session.catalog.catalog
    session.catalog.store(current)
    parameters = (Parameter("table", t.STRING, True), *found.parameters)
    given = _given(session, command, parameters)
    target = _target(session, current, given["table"], name, found.provider)
    return found.run(session, target, given)


def _target(session: CommandSession, catalog: str, name: str, procedure: str, provider: str) -> Opened:
    parts = tuple(parse_multipart_identifier(name))
    if not session.catalog.is_catalog(parts[0]) or len(parts) == 1:
        inner = parts if len(parts) > 1 else (session.catalog.database, *parts)
        parts = (catalog, *inner)
    found = operations.target_of(session, spec.TableName(parts), f"CALL {procedure}")
    if found.provider != provider:
        raise analysis_error(
            "UNSUPPORTED_FEATURE.TABLE_OPERATION", tableName=quoted(*parts), operation=f"CALL {procedure}"
        )
    return found


def _given(session: CommandSession, command: c.CallProcedure, parameters: Sequence[Parameter]) -> Given:
    """The arguments by name: those without one go by their place."""
    by_name = {p.name: p for p in parameters}
    routine = quoted(*command.name)
    found: dict[str, Any] = {}
    for place, arg in enumerate(command.args):
        if isinstance(arg, spec.NamedArgument):
            name, value = arg.name.lower(), arg.value
            if name not in by_name:
                shown = ", ".join(quoted(n) for n in by_name)
                raise analysis_error(
                    "UNRECOGNIZED_PARAMETER_NAME", routineName=routine, argumentName=quoted(name), proposal=shown
                )
        elif place >= len(parameters):
            raise analysis_error(
                "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                functionName=routine,
                expectedNum=str(len(parameters)),
                actualNum=str(len(command.args)),
                docroot="https://spark.apache.org/docs/latest",
            )
        else:
            name, value = parameters[place].name, arg
        if name in found:
            raise analysis_error(
                "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.DOUBLE_NAMED_ARGUMENT_REFERENCE",
                routineName=routine,
                parameterName=quoted(name),
            )
        dtype = by_name[name].dtype
        found[name] = session.constant(spec.Cast(value, dtype)).value
    for place, p in enumerate(parameters):
        if p.is_required and found.get(p.name) is None:
            raise analysis_error(
                "REQUIRED_PARAMETER_NOT_FOUND", routineName=routine, parameterName=quoted(p.name), index=str(place)
            )
    return found


def _longs(names: Sequence[str], values: Sequence[int | None]) -> SmallTable:
    return small_table([column(n, t.LONG, nullable=True) for n in names], [list(values)])


def _ms(moment_us: int | None) -> int | None:
    return moment_us // 1000 if moment_us is not None else None


# ---------------------------------------------------------------------------------------------------------- snapshots


def _moved(target: Opened, point: AsOf, names: Sequence[str] = ("previous_snapshot_id", "current_snapshot_id")) -> Any:
    before = target.state.version
    target.table.restore(point)
    after = target.table.state()
    assert after is not None
    return _longs(names, [before if before != -1 else None, after.version])


def _check_ancestor(target: Opened, snapshot: int) -> None:
    if all(row["version"] != snapshot for row in target.table.history()):
        raise analysis_error("ICEBERG_NO_ANCESTOR", snapshot=str(snapshot), tableName=target.name)


def _rollback_to_snapshot(session: CommandSession, target: Opened, given: Given) -> SmallTable:
    _check_ancestor(target, given["snapshot_id"])
    made: SmallTable = _moved(target, AsOf(given["snapshot_id"]))
    return made


def _rollback_to_timestamp(session: CommandSession, target: Opened, given: Given) -> SmallTable:
    """The newest ancestor that is older than the moment."""
    older = [row["version"] for row in target.table.history() if row["timestamp"] < given["timestamp"]]
    if not older:
        raise analysis_error("ICEBERG_NO_ANCESTOR", snapshot="older than that", tableName=target.name)
    made: SmallTable = _moved(target, AsOf(older[0]))
    return made


def _set_current_snapshot(session: CommandSession, target: Opened, given: Given) -> SmallTable:
    snapshot, reference = given.get("snapshot_id"), given.get("ref")
    if (snapshot is None) == (reference is None):
        raise unsupported("set_current_snapshot with both or neither of snapshot_id and ref")
    made: SmallTable = _moved(target, AsOf(snapshot if snapshot is not None else reference))
    return made


def _fast_forward(session: CommandSession, target: Opened, given: Given) -> SmallTable:
    """A branch moved on to where another is, which must come from it."""
    branch, to = given["branch"], given["to"]
    before, rows = target.table.state(AsOf(branch)), _history(target, AsOf(to))
    assert before is not None
    if all(row["version"] != before.version for row in rows):
        raise analysis_error("ICEBERG_NO_ANCESTOR", snapshot=str(before.version), tableName=f"{target.name} ({to})")
    target.table.refer(Reference(branch, "branch", rows[0]["version"], replaces=True))
    fields = [column("branch_updated"), column("previous_ref", t.LONG, True), column("updated_ref", t.LONG)]
    return small_table(fields, [[branch, before.version, rows[0]["version"]]])


def _ancestors_of(session: CommandSession, target: Opened, given: Given) -> SmallTable:
    snapshot = given.get("snapshot_id")
    rows = _history(target, AsOf(snapshot)) if snapshot is not None else target.table.history()
    fields = [column("snapshot_id", t.LONG), column("timestamp", t.LONG)]
    return small_table(fields, [[row["version"], row["timestamp"] // 1000] for row in rows])


def _history(target: Opened, point: AsOf) -> Sequence[Mapping[str, Any]]:
    """A snapshot and its ancestors."""
    from hiveframe.lake.iceberg.operations import history

    state: Any = target.table.state(point)
    return history(state.pinned, None)


def _expire_snapshots(session: CommandSession, target: Opened, given: Given) -> SmallTable:
    from hiveframe.lake.iceberg.catalogs import catalog_of
    from hiveframe.lake.iceberg.maintenance import expire_snapshots

    table: Any = target.table
    state: Any = target.state
    counts = expire_snapshots(
        catalog_of(table.place.home),
        state.pinned,
        older_than_ms=_ms(given.get("older_than")),
        retain_last=given.get("retain_last"),
        snapshot_ids=given.get("snapshot_ids") or (),
    )
    return _longs(list(counts), list(counts.values()))


# -------------------------------------------------------------------------------------------------------------- files


def _honey_adapt(session: CommandSession, target: Opened, given: Given) -> SmallTable:
    """Lay a HoneyStore table out as its trails say, now; what was done, a row each."""
    from hiveframe.lake.honey.bee import adapt
    from hiveframe.lake.honey.table import HoneyState

    assert isinstance(target.state, HoneyState)
    done = adapt(target.state.snapshot.place)
    return small_table([column("done", t.STRING)], [[text] for text in done])


def _remove_orphan_files(session: CommandSession, target: Opened, given: Given) -> SmallTable:
    from hiveframe.lake.iceberg.maintenance import orphan_files

    older = _ms(given.get("older_than"))
    if older is not None and not given.get("dry_run") and older > time.time_ns() // 1_000_000 - 86_400_000:
        raise analysis_error("ICEBERG_ORPHANS_TOO_YOUNG")
    state: Any = target.state
    found = orphan_files(
        state.pinned,
        older_than_ms=older,
        location=given.get("location"),
        dry_run=bool(given.get("dry_run")),
    )
    return small_table([column("orphan_file_location")], [[path] for path in found])


def _rewrite_data_files(session: CommandSession, target: Opened, given: Given) -> SmallTable:
    """Small files made large ones, deletes applied; with a sort order all rows sorted."""
    strategy = (given.get("strategy") or ("sort" if given.get("sort_order") else "binpack")).lower()
    if strategy not in ("binpack", "sort"):
        raise unsupported(f"rewrite_data_files with the strategy {strategy!r}")
    options = dict(given.get("options") or ())
    where = given.get("where")
    condition = parse_expression(where, conf=session.settings) if where else None
    order = given.get("sort_order") if strategy == "sort" else None
    counts = operations.rewrite(session, target, condition, _columns(order, target, strategy), options)
    names = ("rewritten_data_files_count", "added_data_files_count", "rewritten_bytes_count")
    values = [counts["numFilesRemoved"], counts["numFilesAdded"], counts["filesRemovedBytes"]]
    fields = [column(names[0], t.INT), column(names[1], t.INT), column(names[2], t.LONG)]
    fields += [column("failed_data_files_count", t.INT), column("removed_delete_files_count", t.INT)]
    after = next(iter(target.table.history(1)), None)
    is_new = after is not None and after["version"] != target.state.version
    dropped = int(after["operationMetrics"].get("removed-delete-files", 0)) if after is not None and is_new else 0
    return small_table(fields, [[*values, 0, dropped]])


def _columns(order: str | None, target: Opened, strategy: str) -> list[str]:
    """The columns of a sort order: `a, b`, or `zorder(a, b)`; without one the table's own."""
    if strategy != "sort":
        return []
    if order is None:
        return [o.term.column for o in target.definition.orderings]
    inner = order.strip()
    if inner.lower().startswith("zorder"):
        inner = inner[6:].strip().strip("()")
    columns = []
    for part in inner.split(","):
        name, *rest = part.split()
        if rest and [r.upper() for r in rest] not in (["ASC"], ["ASC", "NULLS", "FIRST"]):
            raise unsupported(f"rewrite_data_files sorted by {part.strip()!r}; give columns in ascending order")
        columns.append(name.strip("`"))
    return columns


_STRING, _LONG, _MOMENT = t.STRING, t.LONG, t.TIMESTAMP
PROCEDURES: Final[Mapping[str, Procedure]] = {
    "honey_adapt": Procedure(_honey_adapt, provider="honeystore"),
    "rollback_to_snapshot": Procedure(_rollback_to_snapshot, (Parameter("snapshot_id", _LONG, True),)),
    "rollback_to_timestamp": Procedure(_rollback_to_timestamp, (Parameter("timestamp", _MOMENT, True),)),
    "set_current_snapshot": Procedure(
        _set_current_snapshot, (Parameter("snapshot_id", _LONG), Parameter("ref", _STRING))
    ),
    "fast_forward": Procedure(_fast_forward, (Parameter("branch", _STRING, True), Parameter("to", _STRING, True))),
    "ancestors_of": Procedure(_ancestors_of, (Parameter("snapshot_id", _LONG),)),
    "expire_snapshots": Procedure(
        _expire_snapshots,
        (
            Parameter("older_than", _MOMENT),
            Parameter("retain_last", t.INT),
            Parameter("max_concurrent_deletes", t.INT),
            Parameter("stream_results", t.BOOLEAN),
            Parameter("snapshot_ids", t.ArrayType(_LONG)),
        ),
    ),
    "remove_orphan_files": Procedure(
        _remove_orphan_files,
        (
            Parameter("older_than", _MOMENT),
            Parameter("location", _STRING),
            Parameter("dry_run", t.BOOLEAN),
            Parameter("max_concurrent_deletes", t.INT),
        ),
    ),
    "rewrite_data_files": Procedure(
        _rewrite_data_files,
        (
            Parameter("strategy", _STRING),
            Parameter("sort_order", _STRING),
            Parameter("options", _MAP),
            Parameter("where", _STRING),
        ),
    ),
}
