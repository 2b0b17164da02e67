"""One SELECT: hints, list, FROM, WHERE, GROUP BY, HAVING, WINDOW, QUALIFY, and the FROM-first form.

Source: rules querySpecification and fromStatement of SqlBaseParser.g4; `AstBuilder.withSelectQuerySpecification`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence

from hiveframe.plan import spec
from hiveframe.sql.grouping import GroupingGrammar

Hint = tuple[str, tuple[spec.Expr, ...], spec.Origin]


class SelectGrammar(GroupingGrammar):
    """Reads SELECT clauses and what belongs to them."""

    __slots__ = ()

    def select(self, child: spec.Relation | None = None) -> spec.Relation:
        """A SELECT; `child` is its FROM where that came first."""
        start = self.i
        self.expect("SELECT")
        if self.kind == "TRANSFORM" and self.peek() == "(" and self.is_transform():
            raise self.unsupported("SELECT TRANSFORM", start)
        hints: list[Hint] = []
        while self.kind == "/*+":
            hints += self._hints()
        distinct = False
        if self.kind in ("DISTINCT", "ALL") and self.peek() not in (",", ".", "eof", "FROM", ")"):
            distinct = self.kind == "DISTINCT"
            self.advance()
        items = self.named_expressions()
        if child is None:
            child = self.from_clause() if self.kind == "FROM" else spec.OneRow(origin=self.origin(start))
        child = self.lateral_views(child)
        where = self.expression() if self.accept("WHERE") else None
        group = self.group_by() if self.kind == "GROUP" and self.peek() == "BY" else None
        having = self._clause("HAVING")
        windows_at = self.i
        windows = self.window_definitions()
        windows_end = self.i
        qualify = self._clause("QUALIFY")
        whole = self.origin(start)
        if where is not None:
            child = spec.Filter(child, where, origin=whole)
        if group is not None:
            plan: spec.Relation = group.of(child, items)
        elif having is not None:
            plan = spec.Aggregate(child, (), items, origin=whole)
        else:
            plan = spec.Project(child, items, origin=whole)
        if having is not None:
            plan = spec.Having(plan, having, origin=whole)
        if qualify is not None:
            plan = spec.Qualify(plan, qualify, origin=whole)
        if distinct:
            plan = spec.Deduplicate(plan, all_columns=True, origin=whole)
        if windows:
            origin = self.origin_between(windows_at, windows_end)
            plan = spec.WindowDefinitions(plan, windows, origin=origin)
        for name, params, origin in reversed(hints):
            plan = spec.Hint(plan, name, params, origin=origin)
        return plan

    def _clause(self, clause: str) -> spec.Expr | None:
        """What follows the word `clause`, if it stands here."""
        if self.kind != clause or self.at_alias():
            return None
        self.advance()
        return self.expression()

    def from_first(self) -> spec.Relation:
        """`FROM … [SELECT …]…`: several SELECTs over one FROM are a UNION ALL; without any the relation itself."""
        start = self.i
        child = self.from_clause()
        if self.kind != "SELECT":
            return child
        parts: list[spec.Relation] = []
        while self.kind == "SELECT":
            parts.append(self.organization(self.select(child)))
        return union_all(parts, self.origin(start))

    @abstractmethod
    def organization(self, child: spec.Relation) -> spec.Relation:
        """`child` with the ORDER BY, LIMIT and so on that follow."""

    def is_transform(self) -> bool:
        """Whether the `TRANSFORM (` here is Hive's script clause rather than the function."""
        i = self.closing(self.i + 1) + 1
        return (self.kinds[i] == "USING" and self.kinds[i + 1] == "string") or self.kinds[i] in ("ROW", "RECORDWRITER")

    def window_definitions(self) -> tuple[tuple[str, spec.WindowSpec], ...]:
        """`WINDOW name AS (…), …`, if it follows."""
        if self.kind != "WINDOW" or self.at_alias():
            return ()
        start = self.i
        self.advance()
        found: dict[str, spec.WindowSpec] = {}
        while True:
            name = self.name()
            self.expect("AS")
            window = self.window_spec()
            if name in found:
                raise self.error("INVALID_SQL_SYNTAX.REPETITIVE_WINDOW_DEFINITION", start, windowName=f"`{name}`")
            found[name] = window
            if not self.accept(","):
                break
        return tuple((name, self._resolved_window(start, window, found)) for name, window in found.items())

    def _resolved_window(
        self, start: int, window: spec.WindowSpec, found: Mapping[str, spec.WindowSpec]
    ) -> spec.WindowSpec:
        """`window`, or the definition that it only names."""
        if window.base is None:
            return window
        other = found.get(window.base)
        quoted = f"`{window.base}`"
        if other is None:
            raise self.error("INVALID_SQL_SYNTAX.UNRESOLVED_WINDOW_REFERENCE", start, windowName=quoted)
        if other.base is not None:
            raise self.error("INVALID_SQL_SYNTAX.INVALID_WINDOW_REFERENCE", start, windowName=quoted)
        return other

    def _hints(self) -> list[Hint]:
        self.expect("/*+")
        hints = [self._hint()]
        while self.kind != "*/":
            self.accept(",")
            hints.append(self._hint())
        self.advance()
        return hints

    def _hint(self) -> Hint:
        start = self.i
        name = self.identifier()
        params: list[spec.Expr] = []
        if self.accept("("):
            params.append(self.primary())
            while self.accept(","):
                params.append(self.primary())
            self.expect(")")
        return name, tuple(params), self.origin(start)

    def origin_between(self, start: int, stop: int) -> spec.Origin:
        """The span from token `start` to the token before `stop`."""
        here = self.i
        self.i = max(stop, start + 1)
        origin = self.origin(start)
        self.i = here
        return origin


def union_all(parts: Sequence[spec.Relation], origin: spec.Origin) -> spec.Relation:
    """The parts one after the other."""
    plan = parts[0]
    for part in parts[1:]:
        plan = spec.SetOperation(plan, part, "union", True, origin=origin)
    return plan
