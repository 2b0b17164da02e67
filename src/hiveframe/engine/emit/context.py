"""One statement's compilation: the services that emitters use, and what they leave behind for the run."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
from sqlglot import exp

from hiveframe import errors
from hiveframe.dataclass import dataclass
from hiveframe.engine.arrow_edges import physical_arrow_type, physical_schema
from hiveframe.engine.database import Database
from hiveframe.engine.emit.expressions import EXPRESSIONS
from hiveframe.engine.kernels import Kernel, kernel
from hiveframe.engine.metrics import Observation
from hiveframe.engine.render import render
from hiveframe.engine.running import Running
from hiveframe.engine.stages import PassStage, StreamStage, UserStream
from hiveframe.errors import QueryContext
from hiveframe.functions import sql as q
from hiveframe.functions.emit import RAISED
from hiveframe.functions.sql import Sql
from hiveframe.lake.batch_stream import BatchStream
from hiveframe.lake.kept_columns import KeptPart, Reading
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Column, Expr, Literal, SortKey
from hiveframe.plan.types import DataType
from hiveframe.settings import Settings

if TYPE_CHECKING:
    from hiveframe.engine.emit.windows import Over

HOT_COLUMNS: Final = "spark.hiveframe.cache.columns"

# Types to which that text does not cast; it does to VARCHAR, and nested types would quote it otherwise.
_RAISING: Final = (t.NumericType, t.BooleanType, t.YearMonthIntervalType, t.DayTimeIntervalType)

_SKIPS_NULLS: Final[Mapping[str, type[exp.Func]]] = {
    "first_value": exp.FirstValue,
    "last_value": exp.LastValue,
    "nth_value": exp.NthValue,
    "lag": exp.Lag,
    "lead": exp.Lead,
}

Scope = dict[int, str | Sql]

_stages = itertools.count()


@dataclass(frozen=True, slots=True)
class ErrorSite:
    """A place in a statement that may raise: the class in `errors`, the condition, its constant parameters."""

    error: type[errors.SparkError]
    condition: str
    params: Mapping[str, str]
    dynamic: tuple[str, ...]
    context: QueryContext | None
    pattern: str | None = None  # of DuckDB's own message, when the place raises nothing itself


class Context:
    """Implements `functions.emit.EmitContext`; `scopes` says what columns are called, innermost last.

    A column that no scope holds is called by its id, which is what nearly all are.
    """

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.ansi = settings.ansi
        self.time_zone = settings.time_zone
        self.kernels: dict[str, Kernel] = {}
        self.handles: list[Any] = []
        self.running = Running()
        self.observations: list[Observation] = []
        self.sites: list[ErrorSite] = []
        self.stages: list[tuple[str, str]] = []  # statements that make tables for this one, and that drop them
        self.scopes: list[Scope] = []
        self.over: Over | None = None
        self.in_condition = False
        self.may_raise: Sequence[bool] = ()
        self.is_top_level = True  # not inside of a subquery that may mention columns around it
        self._numbers = itertools.count()

    def setting(self, name: str) -> str | None:
        """A session setting."""
        return self.settings.get(name)

    def raising_places(self) -> int:
        """How many places of what has been emitted so far may raise; Python functions count, each may."""
        return len(self.sites) + len(self.kernels)

    def kept_columns(self, reading: Reading) -> Sequence[KeptPart]:
        """The parts that the process keeps of a reading; there for as long as this context's handles."""
        columns = self.database.hot_columns if self.settings.flag(HOT_COLUMNS) else None
        if columns is None:
            return ()
        found = columns.find(reading)
        self.handles += [lease for _, lease in found]
        return [part for part, _ in found]

    def fresh(self, stem: str = "x") -> str:
        """A name that nothing else in the statement has."""
        return f"{stem}_{next(self._numbers)}"

    def kernel(
        self,
        name: str,
        function: Callable[..., Any],
        arg_types: Sequence[DataType],
        result: DataType,
        *,
        volatile: bool = False,
    ) -> str:
        """The DuckDB name of an Arrow kernel, registered when the statement runs."""
        made = kernel(name, function, arg_types, result, is_volatile=volatile)
        self.kernels[made.name] = made
        return made.name

    def raise_error(
        self,
        error: str,
        condition: str,
        params: Mapping[str, exp.Expression | str],
        dtype: DataType,
        context: QueryContext | None,
    ) -> exp.Expression:
        """A cast of text that is no number: the failure quotes the site's number and, as JSON, computed parameters.

        DuckDB's own `error()` counts as volatile, which TRY, windows and equal aggregates do not allow.
        """
        constant = {k: v for k, v in params.items() if isinstance(v, str)}
        computed = {k: v for k, v in params.items() if not isinstance(v, str)}
        self.sites.append(ErrorSite(getattr(errors, error), condition, constant, tuple(computed), context))
        message: Sql = q.text(f"{RAISED}{len(self.sites) - 1};")
        if computed:
            values = q.func("list_value", *(q.cast(v, "VARCHAR") for v in computed.values()))
            message = q.func("concat", message, q.func("to_json", values))
        if isinstance(dtype, _RAISING):
            return q.cast(message, q.physical_type(dtype))
        # not a CASE: one inside another is evaluated while it is planned
        # nor a list of NULLs where the type has no other value: IS NULL would be known without asking
        value = q.number(0) if isinstance(dtype, t.NullType) else q.null()
        nothing = q.func("list_value", q.cast(value, q.physical_type(dtype)))
        return q.func("list_extract", nothing, q.cast(message, "INTEGER"))

    def error_site(self, error: str, condition: str, params: Mapping[str, str], context: QueryContext | None) -> int:
        """The number of a place where a kernel may raise."""
        self.sites.append(ErrorSite(getattr(errors, error), condition, params, (), context))
        return len(self.sites) - 1

    def native(
        self, pattern: str, error: str, condition: str, params: Mapping[str, str], context: QueryContext | None
    ) -> None:
        """Says what a failure of DuckDB's own means in this statement; named groups fill `{name}` in the parameters."""
        self.sites.append(ErrorSite(getattr(errors, error), condition, params, (), context, pattern))

    def aggregate(self, name: str, args: Sequence[exp.Expression], call: AggCall) -> exp.Expression:
        """DuckDB's aggregate `name` with the call's DISTINCT, ORDER BY and FILTER, and OVER when it is windowed."""
        inner = list(args)
        if call.distinct:
            inner[:1] = [exp.Distinct(expressions=inner[:1])]  # further arguments are parameters
        keys = [self.ordered(key) for key in call.order_by if not isinstance(key.child, Literal)]
        if keys:
            inner[-1:] = [exp.Order(this=inner[-1], expressions=keys)]
        made: Sql = q.func(name, *inner)
        if call.filter is not None:
            made = exp.Filter(this=made, expression=exp.Where(this=self.expr(call.filter)))
        return self.over.apply(made) if self.over is not None else made

    def window(self, name: str, args: Sequence[exp.Expression], *, ignore_nulls: bool = False) -> exp.Expression:
        """DuckDB's window function `name` over the call's window."""
        made: Sql = q.func(name, *args)
        if ignore_nulls:
            # sqlglot leaves IGNORE NULLS out unless it knows the function.
            known = _SKIPS_NULLS[name](**dict(zip(("this", "offset", "default"), args, strict=False)))
            made = exp.IgnoreNulls(this=known)
        if self.over is None:
            raise errors.internal_error(f"window function {name} outside of a window")
        return self.over.apply(made)

    def ordered(self, key: SortKey) -> exp.Expression:
        """A sort key with its direction and null order spelled out."""
        made = self.expr(key.child)
        told = made
        while isinstance(told, (exp.Neg, exp.Paren)):
            told = told.this
        if isinstance(told, (exp.Literal, exp.Boolean, exp.Null)):  # DuckDB takes these for positions, or refuses them
            made = q.cast(made, q.physical_type(key.child.dtype))
        return exp.Ordered(this=made, desc=not key.ascending, nulls_first=key.nulls_first)

    def arrow_type(self, dtype: DataType) -> pa.DataType:
        """The pyarrow type of a kernel's result."""
        return physical_arrow_type(dtype)

    def expr(self, node: Expr) -> exp.Expression:
        """Any logical expression emitted."""
        return EXPRESSIONS[type(node)](node, self)

    def condition(self, node: Expr) -> exp.Expression:
        """The condition of a filter or a join emitted, so that DuckDB can take it apart."""
        was, self.in_condition = self.in_condition, True
        try:
            return self.expr(node)
        finally:
            self.in_condition = was

    def column(self, column_id: int) -> exp.Expression:
        """A reference to a column, under the name it has here."""
        for scope in reversed(self.scopes):
            named = scope.get(column_id)
            if named is not None:
                return q.column(named) if isinstance(named, str) else named.copy()
        return q.column(q.column_name(column_id))

    def source(self, data: Any) -> exp.Expression:
        """Arrow `data` as something to select from; it lives as long as this context's handles."""
        if isinstance(data, BatchStream):
            data = UserStream(data.row_type, data.batches) if data.row_type else StreamStage(data.schema, data.batches)
        handle = self.database.source(data)
        self.handles.append(handle)
        return exp.Table(this=q.ident(handle.name))

    def staged(self, query: Sql, output: Sequence[Column]) -> exp.Expression:
        """A query as a statement of its own whose rows stream into this one."""
        return self.source(
            PassStage(physical_schema(output), render(query), self.database, self.running, self.time_zone)
        )

    def made_first(self, query: Sql) -> exp.Expression:
        """The table of a query's rows, which is made before the statement runs."""
        name = f"stage_{next(_stages)}"
        table = exp.Table(this=q.ident(name), db=q.ident("main"), catalog=q.ident("memory"))
        create = exp.Create(this=table, kind="TABLE", expression=query)
        drop = exp.Drop(tables=[table.copy()], kind="TABLE", exists=True)
        self.stages.append((render(create), render(drop)))
        return table.copy()

    @contextmanager
    def kernels_in_force(self) -> Iterator[None]:
        """The statement's kernels are callable inside; those made for this statement are gone afterwards."""
        for made in self.kernels.values():
            self.database.register(made)
        try:
            yield
        finally:
            for made in self.kernels.values():
                if not made.is_shared:
                    self.database.unregister(made)

    @contextmanager
    def scope(self, names: Scope) -> Iterator[None]:
        """`names` in force for what is emitted inside."""
        self.scopes.append(names)
        try:
            yield
        finally:
            self.scopes.pop()
