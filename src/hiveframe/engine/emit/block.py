"""A SELECT in the making: steps join it while SQL's order of clauses allows, else it becomes a subquery."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from hiveframe.functions import sql as q
from hiveframe.functions.sql import Sql, column_name
from hiveframe.plan.logical import Column, Exists, Expr, InSubquery, Lambda, ScalarSubquery, SortKey
from hiveframe.plan.walk import children, preorder

if TYPE_CHECKING:
    from hiveframe.engine.emit.context import Context

# DuckDB's planner refuses trees of more than 1,000 operators on a path; a subquery is up to five of them.
DEEPEST: Final = 120

TALLEST: Final = 100  # its time grows with the cube of an expression's depth

EMPTY: Final = "none"  # the one column of a query without columns

SUBQUERIES: Final = (ScalarSubquery, Exists, InSubquery)


class Stage(IntEnum):
    """The last clause that a block has, in the order in which SQL evaluates them."""

    FROM = 0
    WHERE = 1
    GROUP = 2
    HAVING = 3
    WINDOW = 4
    QUALIFY = 5
    SELECT = 6
    DISTINCT = 7
    ORDER = 8
    LIMIT = 9


@dataclass(slots=True, eq=False)
class Block:
    """`output` is what it yields. `items` None: the columns of FROM, each under its own name.

    `exposed` are the ids that FROM offers: where they are just the output, `*` says it. `order` keeps the keys as
    they were, with the items of that moment, so that a later projection may drop what they mention.
    """

    output: tuple[Column, ...]
    source: Sql | None = None
    exposed: frozenset[int] | None = None
    joins: list[exp.Join] = field(default_factory=list)
    items: dict[int, Sql] | None = None
    heights: dict[int, int] = field(default_factory=dict)  # of items that are more than a column
    where: list[Sql] = field(default_factory=list)
    is_grouped: bool = False
    group: exp.Group | None = None
    one_row: frozenset[int] = frozenset()  # without GROUP BY: the items whose aggregates make all rows one
    having: list[Sql] = field(default_factory=list)
    qualify: list[Sql] = field(default_factory=list)
    distinct: exp.Distinct | None = None
    order: tuple[SortKey, ...] = ()
    order_items: dict[int, Sql] | None = None
    limit: int | None = None
    offset: int = 0
    ctes: list[exp.CTE] = field(default_factory=list)
    is_recursive: bool = False
    whole: Sql | None = None  # a finished query (a set operation) that nothing has been added to
    pinned: frozenset[int] = frozenset()  # items that QUALIFY mentions by name
    is_windowed: bool = False
    depth: int = 0  # how many subqueries stand inside each other
    is_sealed: bool = False  # its rows are made in the select list: only a subquery may follow
    stage: Stage = Stage.FROM

    @contextmanager
    def scope(self, ctx: Context) -> Iterator[None]:
        """What is emitted inside may mention the block's output from within its own clauses."""
        if self.items is None:
            yield
        else:
            with ctx.scope(dict(self.items)):
                yield

    def inlines(self, exprs: Sequence[Expr], *, only_simple: bool = False) -> bool:
        """Whether `exprs` may mention the block's items in place: nothing that costs is computed twice."""
        if self.items is None:
            return True
        costly = {i for i, sql in self.items.items() if not is_simple(sql)}
        if not costly:
            return True
        computed = [e for e in exprs if not isinstance(e, Column)]
        uses = references(exprs)
        if uses is None or (only_simple and any(i in costly for i in uses)):
            return False
        if any(uses[i] > 1 for i in costly) or self.height_over(computed) > TALLEST:
            return False
        moved = references(computed) or ()
        return not any(i in moved and self.items[i].find(exp.Query) for i in costly)  # it may end in a lambda

    def height_over(self, exprs: Sequence[Expr]) -> int:
        """How deep the deepest of `exprs` is when the items that it mentions are put in place."""
        return max((height(e) + max(self.heights.values(), default=0) for e in exprs), default=0)

    def set_items(self, columns: Sequence[Column], items: dict[int, Sql], stage: Stage) -> None:
        """The select list."""
        self.output = tuple(columns)
        self.items = items
        self.whole = None
        self.stage = max(self.stage, stage)

    def finish(self, ctx: Context, *, positional: bool = False, names: Sequence[Column] | None = None) -> Sql:
        """The block as a query. `positional`: columns in the order of the output; `names`: called like these."""
        if self.whole is not None and not self.ctes and names is None:
            return self.whole
        query = exp.Select(expressions=self._select_list(positional, names))
        if self.source is not None:
            query.set("from_", exp.From(this=self.source))
        if self.joins:
            query.set("joins", self.joins)
        if self.where:
            query.set("where", exp.Where(this=conjunction(self.where)))
        if self.group is not None:
            query.set("group", self.group)
        if self.having:
            query.set("having", exp.Having(this=conjunction(self.having)))
        if self.qualify:
            query.set("qualify", exp.Qualify(this=conjunction(self.qualify)))
        if self.distinct is not None:
            query.set("distinct", self.distinct)
        if self.order:
            query.set("order", exp.Order(expressions=[self._order_key(key, ctx) for key in self.order]))
        if self.limit is not None:
            query.set("limit", exp.Limit(expression=q.number(self.limit)))
        if self.offset:
            query.set("offset", exp.Offset(expression=q.number(self.offset)))
        if self.ctes:
            query.set("with_", exp.With(expressions=self.ctes, recursive=self.is_recursive))
        return query

    def _select_list(self, positional: bool, names: Sequence[Column] | None) -> list[Sql]:
        if names is None and self.items is None and not positional and self._is_all_of_from():
            return [exp.Star()]
        shown = names or self.output
        made = [self._item(c, column_name(n.id)) for c, n in zip(self.output, shown, strict=True)]
        return made or [exp.Alias(this=q.number(1), alias=q.ident(EMPTY))]

    def _is_all_of_from(self) -> bool:
        return bool(self.output) and self.exposed == frozenset(c.id for c in self.output)

    def _item(self, column: Column, name: str) -> Sql:
        own = column_name(column.id)
        sql = q.column(own) if self.items is None else self.items[column.id]
        if isinstance(sql, exp.Column) and sql.name == name:
            return sql
        return exp.Alias(this=sql, alias=q.ident(name))

    def _order_key(self, key: SortKey, ctx: Context) -> Sql:
        """By names of the select list where it still has what the key mentions, else by their expressions."""
        before, now = self.order_items, self.items
        if before is None:
            return ctx.ordered(key)
        uses = references([key.child]) or ()
        if now is not None and all(now.get(i) is before[i] for i in uses if i in before):
            return ctx.ordered(key)
        with ctx.scope(dict(before)):
            return ctx.ordered(key)


def conjunction(conditions: Sequence[Sql]) -> Sql:
    """All of the conditions, as a flat AND."""
    made = conditions[0]
    for condition in conditions[1:]:
        made = exp.And(this=made, expression=condition)
    return made


def is_simple(sql: Sql) -> bool:
    """Whether repeating `sql` costs nothing: a column or a constant."""
    return isinstance(sql, (exp.Column, exp.Literal, exp.Boolean, exp.Null))


def references(exprs: Iterable[Expr]) -> Counter[int] | None:
    """How often each column is mentioned; None when that cannot be told (a subquery may mention it, too)."""
    uses: Counter[int] = Counter()
    for root in exprs:
        for node in preorder(root, Expr):
            if isinstance(node, Column):
                uses[node.id] += 1
            elif isinstance(node, SUBQUERIES):
                return None
            elif isinstance(node, Lambda):  # its body runs once an element
                uses.update({c.id: 2 for c in preorder(node, Expr) if isinstance(c, Column)})
    return uses


def height(expr: Expr) -> int:
    """The number of nodes on the longest path."""
    tallest = 0
    pending: list[tuple[Expr, int]] = [(expr, 1)]
    while pending:
        node, level = pending.pop()
        tallest = max(tallest, level)
        pending.extend((child, level + 1) for child in children(node, Expr))
    return tallest


def has_subquery(expr: Expr) -> bool:
    """Whether a subquery stands anywhere in `expr`."""
    return any(isinstance(node, SUBQUERIES) for node in preorder(expr, Expr))


def subquery(query: Sql) -> Sql:
    """`(query)` as something to select from."""
    return exp.Subquery(this=query)


def wrap(block: Block, ctx: Context) -> Block:
    """A new block that selects from the whole of this one."""
    if block.stage is Stage.FROM and block.items is None and block.whole is None and not block.ctes:
        return block
    if block.depth >= DEEPEST and ctx.is_top_level:
        return from_source(ctx.staged(block.finish(ctx, positional=True), block.output), block.output)
    return from_source(subquery(block.finish(ctx)), block.output, block.depth + 1)


def from_source(source: Sql, output: tuple[Column, ...], depth: int = 0) -> Block:
    """A block over something in FROM that offers exactly `output`, by id."""
    return Block(output, source, exposed=frozenset(c.id for c in output), depth=depth)


def table_alias(columns: Sequence[Column], name: str) -> exp.TableAlias:
    """`name(c1, c2)`: names for columns by position."""
    names: list[Any] = [q.ident(column_name(c.id)) for c in columns]
    return exp.TableAlias(this=q.ident(name), columns=names or [q.ident(EMPTY)])
