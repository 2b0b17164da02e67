"""One session from a plan to its rows: analyse, optimise, execute. Commands go to their handlers."""

from __future__ import annotations

import importlib
import os
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from hiveframe import sql
from hiveframe.analysis.analyzer import Analyzer
from hiveframe.analysis.environment import ClassFunction, DataTable, SqlFunction
from hiveframe.analysis.naming import described
from hiveframe.catalog.entities import Function as StoredFunction
from hiveframe.catalog.metastore import Metastore
from hiveframe.catalog.session_catalog import GlobalViews, SessionCatalog
from hiveframe.dataclass import dataclass
from hiveframe.engine.arrow_edges import arrow_schema, relabelled
from hiveframe.engine.compiled import Compiled
from hiveframe.engine.engine import Engine
from hiveframe.engine.evaluate import evaluate
from hiveframe.engine.python.profiles import profiles_of
from hiveframe.engine.python.spark_files import SETTING
from hiveframe.engine.storage import storage_value
from hiveframe.errors import analysis_error, unsupported
from hiveframe.lake.scan import ScanSource
from hiveframe.optimizer.driver import EXCLUDED_RULES, Note, excluded_rules, optimize
from hiveframe.optimizer.rules.prune_files import prune_files
from hiveframe.plan import commands as c
from hiveframe.plan import logical as lg
from hiveframe.plan import spec, walk
from hiveframe.plan import types as t
from hiveframe.plan.canonical import canonical_key
from hiveframe.plan.logical import schema_of
from hiveframe.plan.types import DataType, StructType
from hiveframe.sessions.analyses import Analysis, Reads
from hiveframe.sessions.catalogs import ConfiguredCatalogs
from hiveframe.sessions.commands.functions import stored_function
from hiveframe.sessions.commands.seam import HANDLERS, LIGHT
from hiveframe.sessions.environment import SessionEnvironment
from hiveframe.sessions.operation import DETACHED, Operation
from hiveframe.sessions.python_path import PythonPath
from hiveframe.sessions.results import Observed, Rows, RunRows, SmallTable
from hiveframe.sessions.runs import Runs
from hiveframe.sessions.show import html_string, show_string
from hiveframe.sessions.state import CacheEntry, Kept, SessionState
from hiveframe.sessions.tables_of import kept_table
from hiveframe.sessions.written_rows import WrittenRows
from hiveframe.settings import Settings

if TYPE_CHECKING:
    from hiveframe.sessions.known_statistics import KnownStatistics
    from hiveframe.sessions.profiling.profile import Profile

_COMMAND_FILES: Final = (
    "alter_table",
    "analyze",
    "cache",
    "catalog_calls",
    "checkpoints",
    "conf",
    "describe",
    "dml",
    "execute_immediate",
    "explain",
    "external",
    "functions",
    "insert",
    "namespaces",
    "repair",
    "resources",
    "scripting",
    "show",
    "tables",
    "variables",
    "views",
    "writes",
)


@dataclass(frozen=True, slots=True)
class StorageLevel:
    """Where a cached DataFrame is kept, as the client names it."""

    use_disk: bool = False
    use_memory: bool = False
    use_off_heap: bool = False
    deserialized: bool = False
    replication: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command left: a relation for the client to go on with, or rows."""

    relation: spec.Relation | None = None
    result: Rows | None = None
    observed: Sequence[Observed] = ()


@dataclass(frozen=True, slots=True)
class Process:
    """What the sessions of one process share."""

    metastore: Metastore
    global_views: GlobalViews

    @staticmethod
    def of(settings: Settings) -> Process:
        """The shared parts for a warehouse."""
        warehouse = settings.require("spark.sql.warehouse.dir").removeprefix("file:")
        return Process(Metastore(warehouse, settings.get("spark.hiveframe.catalog.url")), GlobalViews())


class Session:
    """A session's runtime. Several threads may use it at once."""

    def __init__(self, state: SessionState) -> None:
        self.state = state
        self._python_path = PythonPath()
        self._environment = SessionEnvironment(state, self)
        self._commands_loaded = False
        self._engine = Engine()
        self._cancellable = threading.local()

    @classmethod
    def new(cls, process: Process, settings: Settings) -> Session:
        """A fresh session of the process."""
        names = SessionCatalog(process.metastore, process.global_views, ConfiguredCatalogs(settings))
        return cls(SessionState(settings, names))

    # ------------------------------------------------------------------------------------------- what is in force

    @property
    def conf(self) -> Settings:
        """The settings in force."""
        return self.state.settings

    settings = conf

    @property
    def catalog(self) -> SessionCatalog:
        """Names."""
        return self.state.catalog

    @property
    def environment(self) -> SessionEnvironment:
        """The session as analysis sees it."""
        return self._environment

    # -------------------------------------------------------------------------------------------- the way of a query

    def analyze(self, plan: spec.Relation) -> lg.Relation:
        """Names, types, Spark's rules."""
        return self._analysis(plan).plan

    def _analysis(self, plan: spec.Relation) -> Analysis:
        """The plan's analysis, or the one made before where it still holds."""
        version = self.state.version
        if self.state.cached_plans:  # keyed by plan id, which a kept analysis does not see
            plain = Analyzer(self._environment).relation(self._with_cached(plan))
            return Analysis(plain, version, optimize=self._optimized)
        known = self.state.analyses.find(plan, version)
        if known is not None:
            return known
        reads = Reads()
        typed = Analyzer(replace(self._environment, reads=reads)).relation(plan)
        made = Analysis(typed, version, reads, self._optimized)
        self.state.analyses.keep(plan, made)
        return made

    def analyze_schema(self, plan: spec.Relation) -> StructType:
        """The result's schema."""
        match plan:
            case spec.ShowString():
                return _SHOWN
            case spec.HtmlString():
                return _HTML
            case spec.CommandResult():
                made = self._run(plan.command)
                if plan.plan_id is not None:
                    self.state.early_results = {plan.plan_id: made}
                return made.schema
        return schema_of(self.analyze(plan))

    def execute(self, plan: spec.Relation, *, operation: Operation) -> Rows | RunRows:
        """The rows, streamed."""
        match plan:
            case spec.ShowString() | spec.HtmlString():
                return self._shown(plan, operation)
            case spec.CommandResult():
                early = self.state.early_results.pop(plan.plan_id, None)
                return (early or self._run(plan.command, operation)).rows()
        operation.admit(plan, self.settings)
        return self._runs.stream(self._analysis(plan), operation)

    @property
    def _runs(self) -> Runs:
        return Runs(self._engine, self.settings, self._optimized, self._pruned, self._statistics)

    def _statistics(self) -> KnownStatistics:
        from hiveframe.sessions.known_statistics import KnownStatistics  # only where something is estimated

        return KnownStatistics(self.catalog.metastore)

    def _optimized(self, plan: lg.Relation, note: Note | None = None) -> lg.Relation:
        excluded = excluded_rules(self.settings.get(EXCLUDED_RULES))
        return optimize(plan, self.settings.parallelism, self.evaluate, note=note, excluded=excluded)

    def _pruned(self, plan: lg.Relation) -> lg.Relation:
        is_excluded = "prune_files" in excluded_rules(self.settings.get(EXCLUDED_RULES))
        return plan if is_excluded else prune_files(plan, self.evaluate)

    def compute(self, plan: lg.Relation) -> pa.Table:
        """All rows of a relation that the session asks for on its own behalf."""
        operation: Operation = getattr(self._cancellable, "operation", DETACHED)
        run = self._engine.execute(self._optimized(plan), self.settings)
        operation.on_cancel(run.cancel)
        return run.table()

    def stream(self, plan: lg.Relation) -> Iterator[pa.RecordBatch]:
        """The rows of a relation for a command of this thread."""
        operation: Operation = getattr(self._cancellable, "operation", DETACHED)
        return self._runs.stream(Analysis(plan, self.state.version, optimize=self._optimized), operation).batches

    def table(self, plan: lg.Relation) -> pa.Table:
        """All rows of a user's query, for a command of this thread."""
        schema = arrow_schema(schema_of(plan).fields, self.settings.time_zone)
        return pa.Table.from_batches((relabelled(batch, schema) for batch in self.stream(plan)), schema)

    def written(self, plan: lg.Relation) -> WrittenRows:
        """A relation's rows for a writer."""
        operation: Operation = getattr(self._cancellable, "operation", DETACHED)
        return self._runs.written(Analysis(plan, self.state.version, optimize=self._optimized), operation)

    def _shown(self, plan: spec.ShowString | spec.HtmlString, operation: Operation) -> Rows:
        operation.admit(plan, self.settings)
        analysis = self._analysis(plan.child)
        child = analysis.plan
        limited = lg.Limit(child, max(plan.row_count, 0) + 1)
        cells = tuple(
            lg.Named(lg.Column(-1 - i, col.name, t.STRING), lg.Cast(col, t.STRING, "pretty"))
            for i, col in enumerate(child.output)
        )
        asked = Analysis(lg.Project(limited, cells), analysis.version, analysis.reads, self._optimized)
        rows: list[tuple[Any, ...]] = []
        for batch in self._runs.stream(asked, operation).batches:
            columns = [column.to_pylist() for column in batch.columns]
            rows += zip(*columns, strict=True) if columns else [()] * batch.num_rows
        names = [col.name for col in child.output]
        if isinstance(plan, spec.ShowString):
            options = {"row_count": plan.row_count, "truncate": plan.truncate}
            text = show_string(names, rows, vertical=plan.vertical, **options)
            schema = _SHOWN
        else:
            text = html_string(names, rows, row_count=plan.row_count, truncate=plan.truncate)
            schema = _HTML
        shown = pa.RecordBatch.from_arrays(
            [pa.array([text], pa.string())], schema=pa.schema([pa.field(schema.fields[0].name, pa.string(), False)])
        )
        return Rows(schema, iter([shown]))

    # ------------------------------------------------------------------------------------------------------ commands

    def run_command(self, command: spec.Command, *, operation: Operation) -> Outcome:
        """A client's command; SQL text that is a query is handed back after its analysis."""
        if isinstance(command, c.SqlCommand):
            return self._sql(command.query, operation)
        if isinstance(command, c.Checkpoint):
            return Outcome(relation=self._checkpoint(command, operation))
        return Outcome(result=self._run(command, operation).rows())

    def _sql(self, query: spec.Relation, operation: Operation) -> Outcome:
        if self.state.analyses.find(query, self.state.version) is not None:
            return Outcome(relation=query)
        if isinstance(query, spec.SqlQuery):
            statement = self._environment.parse_query(query.text)
            if isinstance(statement, spec.Command):
                bound = sql.bind_parameters(statement, query.named_args or {}, query.positional_args)
                return Outcome(result=self._run(bound, operation).rows())
        self.analyze(query)
        return Outcome(relation=query)

    def run(self, command: spec.Command) -> SmallTable:
        """A command within a command."""
        return self._run(command, getattr(self._cancellable, "operation", DETACHED))

    def _run(self, command: spec.Command, operation: Operation = DETACHED) -> SmallTable:
        if not self._commands_loaded:
            for name in _COMMAND_FILES:
                importlib.import_module(f"hiveframe.sessions.commands.{name}")
            self._commands_loaded = True
        handler = HANDLERS.get(type(command))
        if handler is None:
            raise unsupported(f"the command {type(command).__name__}")
        if type(command) not in LIGHT:
            operation.admit(command, self.settings)
        before = getattr(self._cancellable, "operation", DETACHED)
        self._cancellable.operation = operation
        self.state.changes += 1
        try:
            return handler(self, command)
        finally:
            self.state.changes += 1
            self._cancellable.operation = before

    def command_rows(self, command: spec.Command) -> DataTable:
        """A command within a query."""
        done = self._run(command)
        return kept_table(Kept(done.schema, done.table))

    def table_parts(self, name: spec.TableName) -> tuple[str, ...]:
        """A name's parts; `IDENTIFIER(…)` is a constant text."""
        if name.clause is None:
            return name.parts
        value = self.constant(name.clause).value
        if value is None:
            raise analysis_error("NOT_A_CONSTANT_STRING.NULL", expr="IDENTIFIER", name="IDENTIFIER")
        return (*sql.parse_multipart_identifier(str(value)), *name.parts)

    def constant(self, expr: spec.Expr) -> lg.Literal:
        """A constant expression's value and type."""
        resolved = Analyzer(self._environment).expression(expr)
        if isinstance(resolved, lg.Literal):
            return resolved
        return lg.Literal(self.evaluate(resolved), resolved.dtype)

    # --------------------------------------------------------------------------------------- questions about a plan

    def explain(self, plan: spec.Relation, mode: str) -> str:
        """The plan as text."""
        from hiveframe.sessions.explaining.modes import Explained  # what nothing else needs

        reads = Reads()
        analyzer = Analyzer(replace(self._environment, reads=reads))
        analyzed = analyzer.relation(self._with_cached(plan))
        shown = partial(described, run=analyzer.run)
        foreseen = self._runs.foreseen(Analysis(analyzed, self.state.version, reads, self._optimized))
        optimized = self._optimized(foreseen.plan)
        first = self._runs.first_parts(optimized) if foreseen.kept is None else ()
        known = self._statistics(), self.evaluate, foreseen.kept, first
        return Explained(plan, analyzed, optimized, self.settings, shown, *known).text(mode)

    def profile(self, plan: spec.Relation) -> Profile:
        """A run of the plan, measured; its rows are let go."""
        from hiveframe.sessions.profiling.running import ToProfile, profile_of

        began = time.perf_counter()
        reads = Reads()
        analyzer = Analyzer(replace(self._environment, reads=reads))
        analyzed = analyzer.relation(self._with_cached(plan))
        foreseen = self._runs.foreseen(Analysis(analyzed, self.state.version, reads, self._optimized))
        operation: Operation = getattr(self._cancellable, "operation", DETACHED)
        given = ToProfile(
            foreseen.plan,
            time.perf_counter() - began,
            self._optimized,
            lambda optimized: self._runs.adapted(optimized, lambda run: operation.on_cancel(run.cancel)),
            lambda optimized: self._engine.execute(optimized, self.settings),
            self._statistics(),
            self.evaluate,
            partial(described, run=analyzer.run),
            foreseen.word,
        )
        return profile_of(given, lambda run: operation.on_cancel(run.cancel))

    def is_local(self, plan: spec.Relation) -> bool:
        """Whether the rows came with the plan."""
        return isinstance(plan, (spec.LocalRelation, spec.CommandResult))

    def is_streaming(self, plan: spec.Relation) -> bool:
        """Whether any input is a stream."""
        return any(getattr(node, "is_streaming", False) for node in walk.preorder(plan, spec.Relation))

    def engine_text(self, plan: spec.Relation) -> str:
        """The statement that the engine would run for the plan."""
        return self._compiled(plan).text

    def engine_kernels(self, plan: spec.Relation) -> tuple[str, ...]:
        """The Arrow kernels that the engine's statement calls, by name."""
        return tuple(dict.fromkeys(k.name for k in self._compiled(plan).context.kernels.values()))

    def _compiled(self, plan: spec.Relation) -> Compiled:
        return self._engine.compile(self._optimized(self.analyze(plan)), self.settings)

    def input_files(self, plan: spec.Relation) -> list[str]:
        """The files that the plan reads."""
        found: dict[str, None] = {}
        for node in walk.preorder(self.analyze(plan), lg.Relation):
            if isinstance(node, lg.Scan) and isinstance(node.source, ScanSource):
                found |= dict.fromkeys(f"file://{f.path}" for f in node.source.files)
        return list(found)

    def same_semantics(self, plan: spec.Relation, other: spec.Relation) -> bool:
        """Whether two plans compute the same in the same way."""
        return canonical_key(self.analyze(plan)) == canonical_key(self.analyze(other))

    def semantic_hash(self, plan: spec.Relation) -> int:
        """A signed 32-bit number, equal for plans with the same semantics."""
        unsigned = int(canonical_key(self.analyze(plan))[:8], 16)
        return unsigned - (1 << 32) if unsigned >= 1 << 31 else unsigned

    def parse_ddl(self, text: str) -> DataType:
        """A type or a table schema."""
        return sql.parse_schema(text, conf=self.settings)

    def parse_expression(self, text: str) -> spec.Expr:
        """One SQL expression."""
        return sql.parse_expression(text, conf=self.settings)

    def evaluate(self, expr: lg.Expr) -> Any:
        """The value of a constant expression."""
        return evaluate([expr], self.settings)[0]

    def collect(self, relation: lg.Relation) -> Sequence[tuple[Any, ...]]:
        """The rows of a small query in storage form."""
        table = self.compute(relation)
        types = [c.dtype for c in relation.output]
        return [
            tuple(storage_value(table.column(i)[row], dtype) for i, dtype in enumerate(types))
            for row in range(table.num_rows)
        ]

    def stored_function(self, function: StoredFunction) -> SqlFunction | ClassFunction:
        """A stored function, parsed."""
        return stored_function(function, self.settings)

    # -------------------------------------------------------------------------------------------------- kept results

    def _with_cached(self, plan: spec.Relation) -> spec.Relation:
        if not self.state.cached_plans:
            return plan

        def swap(node: spec.Relation) -> spec.Relation:
            entry = self.state.cached_plans.get(node.plan_id) if node.plan_id is not None else None
            if entry is None:
                return node
            return spec.CachedRelation(self._fill_plan(entry, node.plan_id), plan_id=node.plan_id)

        return walk.rewrite_up(plan, spec.Relation, swap)

    def _fill_plan(self, entry: CacheEntry, plan_id: int | None) -> str:
        key = f"cached plan {plan_id}"
        with entry.lock:
            if entry.kept is None:
                entry.kept = self._kept(Analyzer(self._environment).relation(entry.plan))
                self.state.kept[key] = entry.kept
        return key

    def _kept(self, plan: lg.Relation) -> Kept:
        return Kept(schema_of(plan), self.table(plan))

    def cached_table(self, parts: tuple[str, ...]) -> DataTable | None:
        """The kept rows of a table, computed at their first use; None when it is not cached."""
        entry = self.state.cached_tables.get(tuple(p.lower() for p in parts))
        if entry is None:
            return None
        if entry.kept is None:
            if not entry.lock.acquire(blocking=False):
                return None  # this thread, or another, is filling it: read the table itself
            try:
                entry.kept = self._kept(Analyzer(self._environment).relation(entry.plan))
            finally:
                entry.lock.release()
        return kept_table(entry.kept, parts)

    def persist(self, plan: spec.Relation, level: Any) -> None:
        """Keep a DataFrame's rows from its next use on; a second call changes nothing."""
        if plan.plan_id is None or plan.plan_id in self.state.cached_plans:
            return
        entry = CacheEntry(plan)
        if level is not None:
            entry.use_disk, entry.use_memory = level.use_disk, level.use_memory
            entry.deserialized, entry.replication = level.deserialized, level.replication
        self.state.cached_plans[plan.plan_id] = entry
        self.state.changes += 1

    def unpersist(self, plan: spec.Relation, blocking: bool) -> None:
        """Let a DataFrame's rows go."""
        self.state.changes += 1
        if plan.plan_id is not None and self.state.cached_plans.pop(plan.plan_id, None) is not None:
            self.state.kept.pop(f"cached plan {plan.plan_id}", None)

    def storage_level(self, plan: spec.Relation) -> StorageLevel:
        """Where a DataFrame is kept."""
        entry = self.state.cached_plans.get(plan.plan_id) if plan.plan_id is not None else None
        if entry is None:
            return StorageLevel()
        return StorageLevel(entry.use_disk, entry.use_memory, False, entry.deserialized, entry.replication)

    def _checkpoint(self, command: c.Checkpoint, operation: Operation) -> spec.Relation:
        operation.admit(command, self.settings)
        before = getattr(self._cancellable, "operation", DETACHED)
        self._cancellable.operation = operation
        try:
            key = f"checkpoint {uuid.uuid4()}"
            self.state.kept[key] = self._kept(self.analyze(command.child))
        finally:
            self._cancellable.operation = before
        return spec.CachedRelation(key)

    def profiles(self) -> Sequence[Observed]:
        """What was measured of the user's functions since it was asked for last, as it travels to the client."""
        found = profiles_of(self.settings)
        taken = found.taken() if found is not None else None
        return (
            [Observed("__python_accumulator__", ("",), (spec.Literal(taken, t.BINARY),))] if taken is not None else ()
        )

    # ------------------------------------------------------------------------------------------------ the session's end

    def add_python_path(self, path: str) -> None:
        """Make a folder or archive importable for the session's Python functions."""
        self._python_path.add(os.path.abspath(path))

    def set_files_root(self, path: str) -> None:
        """Say where the session's Python functions find files and archives that were added."""
        self.state.settings.set(SETTING, path)

    def clone(self, key: object) -> Session:
        """A session that starts with a copy of this one's state."""
        return Session(self.state.clone())

    def close(self) -> None:
        """Let go of what the session holds."""
        self._python_path.close()
        self.state.kept.clear()
        self.state.cached_plans.clear()
        self.state.cached_tables.clear()
        self.state.analyses.clear()


_SHOWN: Final = StructType((t.StructField("show_string", t.STRING, False),))
_HTML: Final = StructType((t.StructField("html_string", t.STRING, False),))
