"""OPTIMIZE, VACUUM, RESTORE, CLONE, CONVERT, DESCRIBE HISTORY and DETAIL."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from hiveframe.catalog.entities import Table
from hiveframe.catalog.metastore import quoted
from hiveframe.errors import analysis_error, unsupported
from hiveframe.lake.file_metadata import file_address
from hiveframe.lake.options import Options
from hiveframe.lake.parquet_scan import deleted_rows
from hiveframe.lake.paths import local_path
from hiveframe.lake.scan import ScanFile, ScanSource
from hiveframe.lake.tables.table import AsOf
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.types import StructField, StructType
from hiveframe.sessions.commands.lookup import versioned_path, writable_table
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.results import EMPTY, SmallTable
from hiveframe.sessions.users import current_user
from hiveframe.sessions.versioned.clustering import clustered
from hiveframe.sessions.versioned.opened import Opened, described, is_there, opened
from hiveframe.sessions.versioned.storing import add_rows

Args = Mapping[str, Any]


@handles(c.TableOperation)
def table_operation(session: CommandSession, command: c.TableOperation) -> SmallTable:
    """The operation that the command names."""
    return _OPERATIONS[command.kind](session, command.name, command.args)


def target_of(session: CommandSession, name: spec.TableName, operation: str) -> Opened:
    """The versioned table of that name, or at that path."""
    parts = session.table_parts(name)
    table = writable_table(session, parts, operation)
    found = opened(table)
    if found is None:
        raise analysis_error("UNSUPPORTED_FEATURE.TABLE_OPERATION", tableName=quoted(*table.parts), operation=operation)
    session.state.cached_tables.pop(table.parts, None)
    return found


def as_of(session: CommandSession, args: Args) -> AsOf | None:
    """The point in a table's history that VERSION or TIMESTAMP AS OF names."""
    if args.get("version") is not None:
        version = str(session.constant(args["version"]).value)
        return AsOf(int(version) if version.isdecimal() else version)
    if args.get("timestamp") is not None:
        return AsOf(timestamp_us=session.constant(spec.Cast(args["timestamp"], t.TIMESTAMP)).value)
    return None


# ------------------------------------------------------------------------------------------------------ what is known


def _history(session: CommandSession, name: spec.TableName, args: Args) -> SmallTable:
    found = target_of(session, name, "DESCRIBE HISTORY").table.history(args.get("limit"))
    return _table(_HISTORY, [_texts(row) for row in found])


def _detail(session: CommandSession, name: spec.TableName, args: Args) -> SmallTable:
    return _table(_DETAIL, [target_of(session, name, "DESCRIBE DETAIL").table.detail()])


def _texts(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Parameters and metrics as text, whatever the log holds."""
    maps = {
        k: {n: _text(v) for n, v in (row.get(k) or {}).items()} for k in ("operationParameters", "operationMetrics")
    }
    return {**row, **maps}


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else str(value)


_MAP = t.MapType(t.STRING, t.STRING)
_ARROW: Final[Mapping[t.DataType, pa.DataType]] = {
    t.LONG: pa.int64(),
    t.INT: pa.int32(),
    t.STRING: pa.string(),
    t.BOOLEAN: pa.bool_(),
    t.TIMESTAMP: pa.timestamp("us", "UTC"),
    _MAP: pa.map_(pa.string(), pa.string()),
    t.ArrayType(t.STRING): pa.list_(pa.string()),
}
_HISTORY: Final = (
    ("version", t.LONG),
    ("timestamp", t.TIMESTAMP),
    ("userId", t.STRING),
    ("userName", t.STRING),
    ("operation", t.STRING),
    ("operationParameters", _MAP),
    ("clusterId", t.STRING),
    ("readVersion", t.LONG),
    ("isolationLevel", t.STRING),
    ("isBlindAppend", t.BOOLEAN),
    ("operationMetrics", _MAP),
    ("userMetadata", t.STRING),
    ("engineInfo", t.STRING),
)
_DETAIL: Final = (
    ("format", t.STRING),
    ("id", t.STRING),
    ("name", t.STRING),
    ("description", t.STRING),
    ("location", t.STRING),
    ("createdAt", t.TIMESTAMP),
    ("lastModified", t.TIMESTAMP),
    ("partitionColumns", t.ArrayType(t.STRING)),
    ("clusteringColumns", t.ArrayType(t.STRING)),
    ("numFiles", t.LONG),
    ("sizeInBytes", t.LONG),
    ("properties", _MAP),
    ("minReaderVersion", t.INT),
    ("minWriterVersion", t.INT),
    ("tableFeatures", t.ArrayType(t.STRING)),
)


def _table(columns: Sequence[tuple[str, t.DataType]], rows: Sequence[Mapping[str, Any]]) -> SmallTable:
    arrays = [pa.array([_value(row.get(name), dtype) for row in rows], _ARROW[dtype]) for name, dtype in columns]
    schema = StructType(tuple(StructField(name, dtype, True) for name, dtype in columns))
    return SmallTable(schema, pa.Table.from_arrays(arrays, names=[name for name, _ in columns]))


def _value(value: Any, dtype: t.DataType) -> Any:
    return list(value.items()) if value is not None and isinstance(dtype, t.MapType) else value


# ---------------------------------------------------------------------------------------------- versions brought back


def _restore(session: CommandSession, name: spec.TableName, args: Args) -> SmallTable:
    point = as_of(session, args)
    assert point is not None
    counts = target_of(session, name, "RESTORE TABLE").table.restore(point)
    return _table([(k, t.LONG) for k in counts], [counts])


def _vacuum(session: CommandSession, name: spec.TableName, args: Args) -> SmallTable:
    target = target_of(session, name, "VACUUM")
    checks = session.settings.get("spark.databricks.delta.retentionDurationCheck.enabled") or "true"
    found = target.table.vacuum(args["hours"], dry_run=args["dry_run"], checks=checks.lower() == "true")
    shown = [f"file:{p}" for p in found] if args["dry_run"] else [f"file:{target.table.location}"]
    return _table([("path", t.STRING)], [{"path": p} for p in shown])


def _clone(session: CommandSession, name: spec.TableName, args: Args) -> SmallTable:
    source = target_of(session, args["source"], "CLONE")
    state = source.state
    point = as_of(session, args)
    if point is not None:
        older = source.table.state(point)
        assert older is not None
        state = older
    parts = session.table_parts(name)
    place = versioned_path(session, parts)
    if place is not None:
        existing_at = is_there(*place)
        if existing_at and not (args["if_not_exists"] or args["replace"]):
            raise analysis_error("DELTA_PATH_EXISTS", path=place[1])
        if not existing_at or args["replace"]:
            source.table.clone(state, place[1], is_shallow=args["is_shallow"], properties=args["properties"])
        return EMPTY
    catalog, database, plain = session.catalog.qualify(parts)
    store = session.catalog.store(catalog)
    store.database(database)
    existing = store.find_table(database, plain)
    if existing is not None and args["if_not_exists"]:
        return EMPTY
    if existing is not None and not args["replace"]:
        raise analysis_error("TABLE_OR_VIEW_ALREADY_EXISTS", relationName=quoted(catalog, database, plain))
    given = args["location"]
    location = local_path(given) if given else store.default_location(database, plain)
    source.table.clone(state, location, is_shallow=args["is_shallow"], properties=args["properties"])
    entry = Table(
        database,
        plain,
        "EXTERNAL" if given else "MANAGED",
        state.definition.schema,
        source.provider,
        location,
        owner=current_user(),
        created_ms=time.time_ns() // 1_000_000,
        catalog=catalog,
        home=store.home,
    )
    store.create_table(described(entry), replace_existing=existing is not None)
    return EMPTY


def _convert(session: CommandSession, name: spec.TableName, args: Args) -> SmallTable:
    from hiveframe.sessions.versioned.converting import convert

    parts = session.table_parts(name)
    convert(session, parts, args["partition_columns"])
    if not args.get("is_named"):
        return EMPTY
    is_path = len(parts) == 2 and parts[0].lower() == "parquet"
    shown = quoted("delta", local_path(parts[1])) if is_path else quoted(*parts)
    return _table([("identifier", t.STRING)], [{"identifier": shown}])


def _is_table(session: CommandSession, name: spec.TableName, args: Args) -> SmallTable:
    """Whether a Delta table stands at a path."""
    place = versioned_path(session, session.table_parts(name))
    return _table([("value", t.BOOLEAN)], [{"value": place is not None and is_there(*place)}])


# ------------------------------------------------------------------------------------------------- files made anew


def _optimize(session: CommandSession, name: spec.TableName, args: Args) -> SmallTable:
    """Small files put together, or (ZORDER BY, CLUSTER BY) all rows laid out anew."""
    target = target_of(session, name, "OPTIMIZE")
    order = [".".join(n) for n in args["zorder"]]
    held = {f.name.lower(): f.name for f in target.definition.schema.fields}
    for column in order:
        if column.lower() not in held:
            raise analysis_error(
                "UNRESOLVED_COLUMN.WITH_SUGGESTION",
                objectName=quoted(column),
                proposal=", ".join(quoted(n) for n in held.values()),
            )
        if column.lower() in (p.lower() for p in target.definition.partition_columns):
            raise unsupported(f"ZORDER BY the partition column {column}, by which the files are apart already")
    order = order or list(target.definition.cluster_by)
    size = _target_size(session, target)
    source = target.source(session)
    chosen = _in_scope(session, target, source, args["condition"])
    bins = [b for b in _bins(source, chosen, size, everything=bool(order)) if b]
    return _metrics(target, _rewrite(session, target, source, bins, order, size, "OPTIMIZE", {"zOrderBy": order}))


def rewrite(
    session: CommandSession,
    target: Opened,
    condition: spec.Expr | None,
    order: Sequence[str],
    options: Mapping[str, str],
) -> Mapping[str, int]:
    """What OPTIMIZE does, as Iceberg's `rewrite_data_files` asks for it: of files with a row that fulfils a condition.

    `options` may be `target-file-size-bytes`, `min-input-files` and `rewrite-all`.
    """
    source = target.source(session)
    size = int(options.get("target-file-size-bytes") or _target_size(session, target))
    chosen = _holding(session, source, condition) if condition is not None else list(source.files)
    everything = bool(order) or options.get("rewrite-all", "false").lower() == "true"
    bins = [b for b in _bins(source, chosen, size, everything=everything) if b]
    least = int(options.get("min-input-files", "1" if everything else "2"))
    thinned = deleted_rows(source)
    bins = [b for b in bins if len(b) >= least or any(f.path in thinned for f in b)]
    return _rewrite(session, target, source, bins, order, size, "REWRITE", {})


def _holding(session: CommandSession, source: ScanSource, condition: spec.Expr) -> list[ScanFile]:
    """The files that hold a row which fulfils a condition."""
    path = spec.Alias(spec.Attribute(("_metadata", "file_path")), ("path",))
    found = spec.Deduplicate(spec.Project(spec.Filter(spec.OpenedSource(source), condition), (path,)))
    paths = {row[0] for row in session.environment.collect(session.analyze(found))}
    return [f for f in source.files if file_address(f.path) in paths]


def _purge(session: CommandSession, name: spec.TableName, args: Args) -> SmallTable:
    """Files with deleted rows written anew without them."""
    target = target_of(session, name, "REORG TABLE")
    source = target.source(session)
    chosen = _in_scope(session, target, source, args["condition"])
    deleted = deleted_rows(source)
    bins = [[f] for f in chosen if f.path in deleted]
    return _metrics(target, _rewrite(session, target, source, bins, [], 0, "REORG", {"applyPurge": "true"}))


def _target_size(session: CommandSession, target: Opened) -> int:
    from hiveframe.settings import size_bytes

    configured = target.definition.properties.get("delta.targetFileSize")
    return size_bytes(configured or session.settings.get("spark.databricks.delta.optimize.maxFileSize") or "1g")


def _in_scope(
    session: CommandSession, target: Opened, source: ScanSource, condition: spec.Expr | None
) -> list[ScanFile]:
    """The files of the partitions for which a condition on partition columns is true."""
    if condition is None:
        return list(source.files)
    names = target.definition.partition_columns
    fields = source.partition_schema.fields
    values = {f.partition_values for f in source.files}
    rows = [tuple(spec.Literal(v, f.dtype) for v, f in zip(row, fields, strict=True)) for row in values]
    if not names or not rows:
        raise unsupported("OPTIMIZE … WHERE on a table without partitions")
    table = spec.SubqueryAlias(spec.Values(tuple(rows)), "__partitions", tuple(names))
    kept = set(session.environment.collect(session.analyze(spec.Filter(table, condition))))
    return [f for f in source.files if f.partition_values in kept]


def _bins(source: ScanSource, files: Sequence[ScanFile], size: int, *, everything: bool) -> list[list[ScanFile]]:
    """Files to be made one: by partition, the small ones first come together up to the size."""
    groups: dict[Any, list[ScanFile]] = {}
    for f in files:
        groups.setdefault(f.partition_values if f.partition is None else f.partition, []).append(f)
    if everything:
        return list(groups.values())
    bins: list[list[ScanFile]] = []
    for group in groups.values():
        current: list[ScanFile] = []
        filled = 0
        for f in sorted((f for f in group if f.size_bytes < size), key=lambda f: f.size_bytes):
            if current and filled + f.size_bytes > size:
                bins.append(current)
                current, filled = [], 0
            current.append(f)
            filled += f.size_bytes
        bins.append(current)
    deleted = deleted_rows(source)
    return [b for b in bins if len(b) > 1 or any(f.path in deleted for f in b)]


def _rewrite(
    session: CommandSession,
    target: Opened,
    source: ScanSource,
    bins: Sequence[Sequence[ScanFile]],
    order: Sequence[str],
    size: int,
    operation: str,
    parameters: Mapping[str, Any],
) -> Mapping[str, int]:
    """Each bin's rows into files of their own, all in one commit that changes no row."""
    write = target.begin()
    before = [f for b in bins for f in b]
    for b in bins:
        rows: spec.Relation = spec.OpenedSource(source.restricted({f.path for f in b}))
        options = None
        if order:
            rows = clustered(session, rows, order)
            options = _cut(session, rows, sum(f.size_bytes for f in b), size)
        add_rows(session, write, target.definition, rows, options, is_ordered=bool(order))
    if before:
        write.remove_files([f.path for f in before])
        write.commit(operation, parameters, reads=False, is_rearranged=True)
    after = target.table.state()
    assert after is not None
    held = after.source(Options(), session.state.read_context()).files
    old = {f.path for f in source.files}
    added = [f for f in held if f.path not in old]
    return {
        "numFilesAdded": len(added),
        "numFilesRemoved": len(before),
        "filesAddedBytes": sum(f.size_bytes for f in added),
        "filesRemovedBytes": sum(f.size_bytes for f in before),
        "totalConsideredFiles": len(source.files),
    }


def _metrics(target: Opened, metrics: Mapping[str, int]) -> SmallTable:
    inner = StructType(tuple(StructField(k, t.LONG, True) for k in metrics))
    schema = StructType((StructField("path", t.STRING, True), StructField("metrics", inner, True)))
    arrays = [pa.array([f"file:{target.table.location}"]), pa.array([metrics])]
    return SmallTable(schema, pa.Table.from_arrays(arrays, names=["path", "metrics"]))


def _cut(session: CommandSession, rows: spec.Relation, size: int, wanted: int) -> Options | None:
    """How many rows go into a file so that files come near the size that is wanted."""
    if size <= wanted:
        return None
    counted = spec.Aggregate(rows, (), (spec.Alias(spec.Function(("count",), (spec.Star(),)), ("n",)),))
    count = int(session.environment.collect(session.analyze(counted))[0][0])
    return Options({"maxRecordsPerFile": str(max(1, count * wanted // size))})


_OPERATIONS: Final[Mapping[str, Callable[[CommandSession, spec.TableName, Args], SmallTable]]] = {
    "history": _history,
    "detail": _detail,
    "restore": _restore,
    "vacuum": _vacuum,
    "clone": _clone,
    "convert": _convert,
    "is_table": _is_table,
    "optimize": _optimize,
    "purge": _purge,
}
