"""A session as analysis sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Protocol, TypeVar

import pyarrow as pa

from hiveframe import sql
from hiveframe.analysis.arrow_types import spark_type
from hiveframe.analysis.environment import (
    AnalyzedArgument,
    ClassFunction,
    DataTable,
    SqlFunction,
    TableFunctionAnalysis,
    UserFunction,
    ViewTable,
)
from hiveframe.analysis.relations.leaves import opened_table
from hiveframe.catalog.entities import Function as StoredFunction
from hiveframe.catalog.entities import Table
from hiveframe.dataclass import dataclass
from hiveframe.errors import analysis_error
from hiveframe.lake.options import Options
from hiveframe.lake.registry import open_source, short_name
from hiveframe.lake.scan import ScanSource
from hiveframe.lake.sources.python_source import FORMAT as PYTHON_FORMAT
from hiveframe.lake.sources.source import ReadRequest
from hiveframe.lake.tables.table import AsOf
from hiveframe.optimizer.costs import Costs
from hiveframe.plan import logical as lg
from hiveframe.plan import spec, walk
from hiveframe.plan.types import CharType, DataType, StringType, StructField, StructType, VarcharType
from hiveframe.sessions.analyses import Reads
from hiveframe.sessions.data_sources import find_provider
from hiveframe.sessions.state import Kept, SessionState
from hiveframe.sessions.tables_of import kept_table, place_of, table_request
from hiveframe.sessions.users import current_user
from hiveframe.sessions.versioned.opened import is_versioned
from hiveframe.settings import Settings

Answer = TypeVar("Answer")

DIRECT_FORMATS = frozenset(
    {"parquet", "csv", "json", "text", "orc", "xml", "avro", "binaryfile", "delta", "iceberg", "honeystore"}
)

INSPECTED = frozenset(
    ("snapshots", "history", "files", "data_files", "delete_files", "all_files", "all_data_files", "all_delete_files",
     "entries", "manifests", "all_manifests", "partitions", "refs", "metadata_log_entries")
)  # fmt: skip
"""What follows an Iceberg table's name to read its metadata."""


class Runner(Protocol):
    """What the environment asks of the session that it belongs to."""

    def evaluate(self, expr: lg.Expr) -> Any:
        """The value of a constant expression."""

    def collect(self, relation: lg.Relation) -> Sequence[tuple[Any, ...]]:
        """The rows of a small query in storage form."""

    def command_rows(self, command: spec.Command) -> DataTable:
        """A command, run, and its rows."""

    def cached_table(self, parts: tuple[str, ...]) -> DataTable | None:
        """The kept rows of a table that CACHE TABLE asked to keep."""

    def stored_function(self, function: StoredFunction) -> SqlFunction | ClassFunction:
        """A stored SQL function, ready to be expanded."""


@dataclass(frozen=True, slots=True, eq=False)
class SessionEnvironment:
    """The session's own environment, or (`catalog`, `namespace`, `settings` overridden) that of one of its views.

    `reads` notes what an analysis asks beyond the session.
    """

    state: SessionState
    runner: Runner
    settings_override: Settings | None = None
    namespace_override: tuple[str, ...] | None = None
    sees_temporary: bool = True
    reads: Reads = field(default_factory=lambda: Reads(is_repeatable=False))

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.settings_override or self.state.settings

    @property
    def catalog(self) -> str:
        """The current catalog."""
        return self.state.catalog.catalog

    @property
    def namespace(self) -> tuple[str, ...]:
        """The current database."""
        return self.namespace_override or (self.state.catalog.database,)

    @property
    def user(self) -> str:
        """Who runs the session."""
        return current_user()

    def resolve_table(
        self,
        parts: tuple[str, ...],
        *,
        options: Mapping[str, str],
        version: Any = None,
        timestamp_us: int | None = None,
    ) -> DataTable | ViewTable | None:
        """Temporary views, then cached and stored tables, then files named by format and path."""
        view = self.state.catalog.temporary_view(parts) if self.sees_temporary else None
        if view is not None:
            return self._cached(parts) or ViewTable(view.plan, tuple(p.lower() for p in parts))
        as_of = None if version is None and timestamp_us is None else _as_of(version, timestamp_us)
        if len(parts) == 2 and short_name(parts[0]) in DIRECT_FORMATS and self._is_path(parts):
            if as_of is not None and not is_versioned(parts[0]):
                raise analysis_error("UNSUPPORTED_FEATURE.TIME_TRAVEL", relationId=_quoted(parts))
            return self.read_source(spec.ReadSource(parts[0], (parts[1],), options=options), as_of)
        if len(parts) == 3 and parts[0].lower() == "system":
            return self._system_table(parts)
        if len(parts) > 2 and parts[-1].lower() in INSPECTED:  # `db.table.snapshots` may be no name of a table
            inspected = self._inspected(parts)
            if inspected is not None:
                return inspected
        full = self._qualify(parts)
        table = self._asked(self.state.catalog.store(full[0]).find_table, full[1], full[2])
        if table is None:
            return self._inspected(parts)
        if as_of is not None:
            if not is_versioned(table.provider):
                raise analysis_error("UNSUPPORTED_FEATURE.TIME_TRAVEL", relationId=_quoted(full))
            return self._stored(table, options, as_of)
        return self._cached(full) or self._stored(table, options)

    def _system_table(self, parts: tuple[str, ...]) -> DataTable | None:
        from hiveframe.sessions.system_tables import system_table  # what few queries ask for

        self.reads.never_again()
        found = system_table(parts, self.settings)
        return None if found is None else kept_table(Kept(found.schema, found.table), parts)

    def _inspected(self, parts: tuple[str, ...]) -> DataTable | None:
        """What an Iceberg table's metadata says, where the last part asks for it and the others name the table."""
        if len(parts) < 2 or parts[-1].lower() not in INSPECTED:
            return None
        full = self._qualify(parts[:-1])
        table = self.state.catalog.store(full[0]).find_table(full[1], full[2])
        if table is None or table.provider != "iceberg":
            return None
        from hiveframe.lake.iceberg.inspecting import inspect  # loads pyiceberg
        from hiveframe.lake.iceberg.table import IcebergTable

        self.reads.never_again()
        pinned = IcebergTable(place_of(table)).pinned()
        if pinned is None:
            return None
        rows = inspect(pinned, parts[-1].lower())
        fields = tuple(StructField(f.name, spark_type(f.type), f.nullable) for f in rows.schema)
        return kept_table(Kept(StructType(fields), rows), tuple(p.lower() for p in parts))

    def _is_path(self, parts: tuple[str, ...]) -> bool:
        return self._asked(self.state.catalog.metastore.find_database, parts[0]) is None

    def _asked(self, ask: Callable[..., Answer], *args: Any) -> Answer:
        """What the metastore says now; the analysis holds for as long as it would say the same."""
        answer = ask(*args)
        self.reads.note(lambda: ask(*args), answer)
        return answer

    def _cached(self, parts: tuple[str, ...]) -> DataTable | None:
        return self.runner.cached_table(parts) if self.state.cached_tables else None

    def _qualify(self, parts: tuple[str, ...]) -> tuple[str, str, str]:
        if len(parts) == 1 and self.namespace_override is not None:
            return self.state.catalog.qualify((*self.namespace_override, *parts))
        return self.state.catalog.qualify(parts)

    def _stored(self, table: Table, options: Mapping[str, str], as_of: AsOf | None = None) -> DataTable | ViewTable:
        if table.view is None and is_versioned(table.provider):
            request = table_request(table, options, table.schema)
            return opened_table(self._open(replace(request, as_of=as_of)), table.parts)
        if table.view is None:
            schema = read_schema(table.schema)
            is_listed = table.lists_partitions and self.settings.flag("spark.sql.hive.manageFilesourcePartitions")
            known = self._asked(self.state.catalog.metastore.partitions, table) if is_listed else None
            return opened_table(self._open(table_request(table, options, schema, known)), table.parts)
        captured = self.state.settings.copy()
        for name, value in table.view.settings.items():
            captured.set(name, value)
        inner = SessionEnvironment(
            self.state, self.runner, captured, table.view.namespace, sees_temporary=False, reads=self.reads
        )
        plan = inner.parse_query(table.view.text)
        assert isinstance(plan, spec.Relation)
        if table.collation is not None:
            plan = spec.WithDefaultCollation(plan, table.collation)
        return ViewTable(plan, table.parts, table.schema, inner)

    def read_source(self, node: spec.ReadSource, as_of: AsOf | None = None) -> DataTable:
        """An opened data source, perhaps as it was at some point."""
        options = Options(node.options or {})
        listed = options.first("path")
        paths = node.paths or ((listed,) if listed else ())
        schema = self._schema(node.schema)
        name = node.format or self.settings.require("spark.sql.sources.default")
        if short_name(name) == "iceberg" and len(paths) == 1 and "/" not in paths[0]:
            return self._named_source(paths[0], options)
        provider = find_provider(self.state, name)
        request = ReadRequest(
            format=name if provider is None else PYTHON_FORMAT,
            paths=paths,
            schema=read_schema(schema) if schema is not None else None,
            options=options.without("path"),
            predicates=node.predicates,
            parse_schema=self._parse_schema,
            provider=provider,
            as_of=as_of,
        )
        if not paths:
            self.reads.never_again()  # what is read is no file that could be looked at
        return opened_table(self._open(request))

    def _named_source(self, name: str, options: Options) -> DataTable:
        """`spark.read.format("iceberg").load("catalog.db.table")`."""
        parts = self.parse_name(name)
        found = self.resolve_table(parts, options=dict(options.without("path").items()))
        if not isinstance(found, DataTable):
            path = self.state.catalog.search_path()
            raise analysis_error("TABLE_OR_VIEW_NOT_FOUND", relationName=_quoted(parts), searchPath=path)
        return found

    def _parse_schema(self, ddl: str) -> StructType:
        return self._schema(ddl) or StructType()

    def _open(self, request: ReadRequest) -> ScanSource:
        context = self.state.read_context()
        known = self.reads.opened(request)
        if known is not None:
            return known
        source = open_source(request, context)
        self.reads.note_files(request, context, source)
        return source

    def parse_rows(
        self, rows: lg.Relation, format: str, schema: StructType | None, options: Mapping[str, str]
    ) -> DataTable:
        """A column of text as the lines of a CSV or JSON file."""
        from hiveframe.lake.text_rows import open_rows  # loads the readers of CSV and JSON

        self.reads.never_again()

        lines = pa.table({"line": pa.array([row[0] for row in self.runner.collect(rows)], pa.string())})
        known = read_schema(schema) if schema is not None else None
        return opened_table(open_rows(format, lines, known, Options(options), self.state.read_context()))

    def _schema(self, schema: StructType | str | None) -> StructType | None:
        if not isinstance(schema, str):
            return schema
        dtype = sql.parse_schema(schema, conf=self.settings) if schema else None
        return dtype if isinstance(dtype, StructType) or dtype is None else StructType((StructField("value", dtype),))

    def cached_relation(self, key: str) -> DataTable:
        """A relation that the session keeps."""
        kept = self.state.kept.get(key)
        if kept is None:
            raise analysis_error("INVALID_HANDLE.OPERATION_NOT_FOUND", handle=key)
        return kept_table(kept)

    def run_command(self, command: spec.Command) -> DataTable:
        """A command's rows."""
        self.reads.never_again()
        return self.runner.command_rows(command)

    def user_function(self, parts: tuple[str, ...], *, is_builtin: bool = False) -> UserFunction | None:
        """Temporary functions, then stored ones of the current or the named database."""
        catalog = self.state.catalog
        name = parts[-1].lower()
        if len(parts) == 1 or tuple(p.lower() for p in parts[:-1]) in (("session",), ("system", "session")):
            found: UserFunction | None = catalog.functions.get(name)
            if found is not None or is_builtin or len(parts) > 1:
                return found
        if len(parts) > 3 or (len(parts) == 3 and parts[0].lower() != self.catalog):
            return None
        database = parts[-2].lower() if len(parts) > 1 else self.namespace[0]
        stored = self._asked(catalog.metastore.find_function, database, name)
        return self.runner.stored_function(stored) if stored else None

    def variable(self, parts: tuple[str, ...]) -> lg.Literal | None:
        """A script's local variable, or a session variable."""
        scope = self.state.scripts.holding(parts)
        if scope is not None:
            return scope.variables[parts[-1].lower()].value
        prefix = tuple(p.lower() for p in parts[:-1])
        if prefix not in ((), ("session",), ("system", "session")):
            return None
        found = self.state.catalog.variables.get(parts[-1].lower())
        return found.value if found else None

    def parse_query(self, text: str) -> spec.Relation | spec.Command:
        """SQL text as a tree; the last one is kept, as a statement is looked at before it is analysed."""
        if self.settings_override is not None:
            return sql.parse_statement(text, conf=self.settings)
        version = self.settings.version
        last = self.state.last_parsed
        if last is not None and last[0] == text and last[1] == version:
            return last[2]
        tree = sql.parse_statement(text, conf=self.settings)
        self.state.last_parsed = (text, version, tree)
        return tree

    def parse_name(self, text: str) -> tuple[str, ...]:
        """The parts of `a.b`."""
        return tuple(sql.parse_multipart_identifier(text))

    def parse_schema(self, text: str) -> DataType:
        """A type, DDL columns (`a int` or `a: int`) or JSON."""
        return sql.parse_schema(text, conf=self.settings)

    def parse_type(self, ddl: str) -> DataType:
        """A type."""
        return sql.parse_data_type(ddl, conf=self.settings)

    def evaluate(self, expr: lg.Expr) -> Any:
        """The value of an expression without columns."""
        if not _is_always_the_same(expr):
            self.reads.never_again()
        return self.runner.evaluate(expr)

    def collect(self, relation: lg.Relation) -> Sequence[tuple[Any, ...]]:
        """The rows of a small query."""
        self.reads.never_again()
        return self.runner.collect(relation)

    def analyze_table_function(
        self, function: spec.PythonTableFunction, args: Sequence[AnalyzedArgument]
    ) -> TableFunctionAnalysis:
        """What the function's `analyze` says."""
        self.reads.never_again()
        from hiveframe.engine.python.analyze import analyze  # loads PySpark's worker

        return analyze(function.name, function.command, args)

    def function_names(self) -> Sequence[str]:
        """Temporary and stored functions."""
        stored = self.state.catalog.metastore.functions(self.namespace[0])
        return [*self.state.catalog.functions, *(f.name for f in stored)]


def _is_always_the_same(expr: lg.Expr) -> bool:
    """Whether a constant's value depends on nothing but settings: not on chance, on rows, or (`now()`) on time."""
    cost = Costs().of(expr)
    if cost.is_volatile or cost.is_bound:
        return False
    return not any(isinstance(node, lg.Call) and not node.args for node in walk.preorder(expr, lg.Expr))


def read_schema(schema: StructType) -> StructType:
    """`schema` as it is read: CHAR and VARCHAR are STRING."""
    fields = tuple(StructField(f.name, _read_type(f.dtype), f.nullable, f.metadata) for f in schema.fields)
    return StructType(fields)


def _read_type(dtype: DataType) -> DataType:
    return StringType() if isinstance(dtype, (CharType, VarcharType)) else dtype


def _as_of(version: Any, timestamp_us: int | None) -> AsOf:
    text = None if version is None else str(version)
    return AsOf(int(text) if text is not None and text.isdecimal() else text, timestamp_us)


def _quoted(parts: tuple[str, ...]) -> str:
    return ".".join(f"`{p}`" for p in parts)
