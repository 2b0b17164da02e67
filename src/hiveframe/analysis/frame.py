"""The state of one analysis: the run, the surroundings of a relation, and what a relation resolved to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING, Protocol

from hiveframe.analysis.environment import Environment
from hiveframe.analysis.scope import Scope
from hiveframe.errors import AnalysisException, QueryContext, SparkError
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan.types import STRING, DataType

if TYPE_CHECKING:
    from hiveframe.analysis.relations.time_windows import TimeWindow
    from hiveframe.analysis.select import Select


@dataclass(slots=True, eq=False)
class Resolved:
    """A relation with its names.

    `inputs` are the relations below, walked for columns pinned to a DataFrame by `plan_id`. `below` is the input whose
    columns a Sort or Filter above may still name although `plan` does not output them (None where Spark stops, at
    DISTINCT and aliases). `select` describes a SELECT that HAVING, QUALIFY and ORDER BY may extend.
    """

    plan: lg.Relation
    scope: Scope
    inputs: tuple[Resolved, ...] = ()
    plan_id: int | None = None
    below: Resolved | None = None
    select: Select | None = None
    renewed: Mapping[int, lg.Column] | None = None  # new columns by the id that `inputs` know them by
    time_window: TimeWindow | None = None


@dataclass(slots=True, eq=False)
class Cte:
    """A WITH entry while its query is analysed. `shared` is set when it stands once for several uses."""

    definition: spec.CteDefinition
    context: Context
    is_shared: bool = False
    shared: lg.Cte | None = None
    id: int = 0
    recursive_columns: tuple[lg.Column, ...] | None = None


@dataclass(slots=True, eq=False)
class Input:
    """What one operator's expressions see. `missing` collects hidden columns that `plan` must be made to output."""

    scope: Scope
    relations: tuple[Resolved, ...] = ()
    missing: dict[int, lg.Column] = field(default_factory=dict)

    def note(self, column: lg.Column) -> None:
        """Note the use of `column` when it is a hidden one."""
        if not self.scope.has(column):
            self.missing[column.id] = column


class Analysis(Protocol):
    """The analyser as handlers see it: no state of its own, so that nothing it resolves refers back to itself."""

    def resolve(self, node: spec.Relation, context: Context) -> Resolved:
        """`node` resolved in `context`."""


@dataclass(slots=True, eq=False)
class Run:
    """One analysis: ids, what each node became, and what to tell the user."""

    analysis: Analysis
    last_id: int = 0
    bound: dict[spec.Expr, lg.Expr] = field(default_factory=dict)
    shown: dict[spec.Expr, str] = field(default_factory=dict)
    same_column: dict[int, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    arguments: dict[spec.Expr, tuple[spec.Expr, ...]] = field(default_factory=dict)
    plans: dict[int, list[Resolved]] = field(default_factory=dict)
    has_renewed: bool = False
    rewritten: dict[spec.Expr, spec.Expr] = field(default_factory=dict)
    texts: dict[spec.Expr, str] = field(default_factory=dict)
    typed_texts: dict[lg.Expr, str] = field(default_factory=dict)
    text_depth: int = 0
    bare_calls: set[spec.Expr] = field(default_factory=set)
    full_names: dict[spec.Expr, str] = field(default_factory=dict)
    shows_sql: bool = False
    hides_aliases: bool = False
    shows_ids: bool = False
    stored_functions: dict[spec.Expr, str] = field(default_factory=dict)  # calls' full names, as Spark shows them
    cast_bounds: set[spec.FrameBound] = field(default_factory=set)
    windows: dict[spec.Window, spec.WindowSpec] = field(default_factory=dict)
    frames: dict[spec.Window, lg.Frame | None] = field(default_factory=dict)
    time_zone: str = "UTC"
    random: Random = field(default_factory=Random)
    deferred: list[SparkError] = field(default_factory=list)  # of predicates that an outer one may yet leave out

    def node_of(self, expr: lg.Expr) -> spec.Expr | None:
        """The node that was bound to exactly this expression; asked for messages only."""
        if isinstance(expr, lg.Column):
            return None
        nodes = (node for node, bound in reversed(self.bound.items()) if bound is expr)
        return next((node for node in nodes if not isinstance(node, spec.Alias)), None)

    def fresh_id(self) -> int:
        """An id that no column of this plan has."""
        self.last_id += 1
        return self.last_id

    def fresh_seed(self) -> int:
        """A seed for a sample or a random function that was given none."""
        return self.random.getrandbits(31)

    def column(
        self, name: str, dtype: DataType, nullable: bool = True, metadata: Mapping[str, object] | None = None
    ) -> lg.Column:
        """A new column."""
        return lg.Column(self.fresh_id(), name, dtype, nullable, metadata or {})

    def renewed(self, column: lg.Column) -> lg.Column:
        """A column with its own id that carries the same values: a name that means either is not ambiguous."""
        new = lg.Column(self.fresh_id(), column.name, column.dtype, column.nullable, column.metadata)
        self.same_column[new.id] = self.original(column.id)
        return new

    def original(self, column_id: int) -> int:
        """The id that stands for all columns known to be copies of one another."""
        return self.same_column.get(column_id, column_id)


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """Surroundings of a relation.

    WITH entries by lower-case name, enclosing queries (nearest first), named windows, the views being expanded, the
    values of the parameters of a SQL function, and the collation of texts that say nothing else.
    """

    run: Run
    env: Environment
    ctes: Mapping[str, Cte] = field(default_factory=dict)
    outer: tuple[Input, ...] = ()
    windows: Mapping[str, spec.WindowSpec] = field(default_factory=dict)
    views: tuple[str, ...] = ()
    arguments: Mapping[str, lg.Expr] | None = None
    collation: str = STRING.collation
    memo: dict[spec.Relation, Resolved] = field(default_factory=dict)

    def inside(self, outer: Input) -> Context:
        """The surroundings of a subquery in an expression over `outer`."""
        return replace(self, outer=(outer, *self.outer), windows={}, memo={})

    def with_ctes(self, ctes: Mapping[str, Cte]) -> Context:
        """With more WITH entries."""
        return replace(self, ctes={**self.ctes, **ctes}, memo={})

    @property
    def ansi(self) -> bool:
        """Whether ANSI rules hold."""
        return self.env.settings.ansi


def context_of(origin: spec.Origin | None) -> QueryContext | None:
    """Where in the query a node stands, as errors show it."""
    if origin is None:
        return None
    if origin.sql_text is not None:
        return QueryContext(
            fragment=origin.sql_text[origin.start : origin.stop + 1],
            start=origin.start,
            stop=origin.stop,
            line=origin.line,
            column=origin.column,
            sql_text=origin.sql_text,
            object_type=origin.object_type,
            object_name=origin.object_name,
        )
    if origin.call_site or origin.fragment:
        return QueryContext(fragment=origin.fragment, call_site=origin.call_site)
    return None


class Placed(Protocol):
    """A node that knows where it was written."""

    @property
    def origin(self) -> spec.Origin | None: ...


def failure(condition: str, at: Placed | None, /, **params: str) -> AnalysisException:
    """An AnalysisException placed at a node."""
    return AnalysisException(condition, params, context=context_of(at.origin) if at is not None else None)


def quoted(parts: tuple[str, ...] | str) -> str:
    """A name as messages write it: each part in backticks."""
    listed = (parts,) if isinstance(parts, str) else parts
    return ".".join("`" + p.replace("`", "``") + "`" for p in listed)
