"""Whole queries: WITH, set operations, ORDER BY, LIMIT, OFFSET, TABLE, VALUES, parentheses.

Source: rules query, queryTerm, queryPrimary and queryOrganization of SqlBaseParser.g4.
"""

from __future__ import annotations

from typing import Final

from hiveframe.plan import spec
from hiveframe.sql.pipes import PipeGrammar


class QueryGrammar(PipeGrammar):
    """Reads queries."""

    __slots__ = ()

    def query(self) -> spec.Relation:
        start = self.i
        if self.kind == "WITH":
            ctes, recursive = self.ctes()
            plan = self.query_body()
            return spec.WithCtes(plan, ctes, recursive, origin=self.origin(start))
        return self.query_body()

    def query_body(self) -> spec.Relation:
        """A query without its WITH."""
        return self.organization(self._term(0))

    def query_after(self, plan: spec.Relation) -> spec.Relation:
        return self.organization(self._set_operations(self.i, plan, 0))

    def at_query(self, i: int) -> bool:
        kind = self.kinds[i]
        follows = _QUERY_STARTS.get(kind)
        if follows is None:
            return False
        after = self.kinds[i + 1]
        if follows:
            return after in follows or after in self.identifiers
        return after not in _AFTER_NAME

    def at_query_tail(self) -> bool:
        return self._is_tail(self.i)

    def _is_tail(self, i: int) -> bool:
        kind = self.kinds[i]
        if kind == "|>":
            return True
        follows = _TAILS.get(kind)
        return follows is not None and (not follows or self.kinds[i + 1] in follows)

    def at_enclosed_query(self, i: int, *, bare: bool = True) -> bool:
        if self.kinds[i] != "(":
            return self.at_query(i)
        if not self.at_enclosed_query(i + 1):
            return False
        after = self.closing(i) + 1
        return self._is_tail(after) or (bare and self.kinds[after] == ")")

    # ------------------------------------------------------------------------------------- common table expressions

    def ctes(self) -> tuple[tuple[spec.CteDefinition, ...], bool]:
        """`WITH [RECURSIVE] name AS (query), …` and whether it may be recursive."""
        start = self.i
        self.expect("WITH")
        recursive = self.kind == "RECURSIVE" and self.peek() not in ("(", "AS")
        if recursive:
            self.advance()
        found = [self._cte()]
        while self.accept(","):
            found.append(self._cte())
        if not recursive and any(cte.max_recursion is not None for cte in found):
            message = "Cannot specify MAX RECURSION LEVEL when the CTE is not marked as RECURSIVE"
            raise self.operation_not_allowed(message, start)
        names = [cte.name for cte in found]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise self.error("DUPLICATED_CTE_NAMES", start, duplicateNames=", ".join(f"`{name}`" for name in twice))
        return tuple(found), recursive

    def _cte(self) -> spec.CteDefinition:
        start = self.i
        name = self.name()
        at_query = self.kind == "(" and self.at_enclosed_query(self.i + 1)
        columns = self.name_list() if self.kind == "(" and not at_query else ()
        limit = None
        if self.accept("MAX", "RECURSION", "LEVEL"):
            limit = self.integer()
        self.accept("AS")
        self.expect("(")
        plan = self.query()
        self.expect(")")
        return spec.CteDefinition(name, plan, columns, limit, self.origin(start))

    # ----------------------------------------------------------------------------------------------- set operations

    def _term(self, least: int) -> spec.Relation:
        start = self.i
        return self._set_operations(start, self.query_primary(), least)

    def _set_operations(self, start: int, left: spec.Relation, least: int) -> spec.Relation:
        """`left` with the set operations and pipe operators that bind at least as tightly as `least`."""
        while True:
            kind = self.kind
            if kind in _SET_OPERATIONS:
                name, strength = _SET_OPERATIONS[kind]
                if strength < least:
                    return left
                self.advance()
                is_all = self.accept_any(("ALL", "DISTINCT")) == "ALL"
                right = self._term(strength + 1)
                left = spec.SetOperation(left, right, name, is_all, origin=self.origin(start))
            elif least <= _PIPE and (kind == "|>" or (kind == "|" and self.at_pipe_operator())):
                self.advance()
                left = self.pipe_operator(left)
            else:
                return left

    def query_primary(self) -> spec.Relation:
        """A SELECT, a FROM-first query, `TABLE name`, VALUES, or a query in parentheses."""
        start = self.i
        kind = self.kind
        if kind == "SELECT":
            return self.select()
        if kind == "FROM":
            return self.from_first()
        if kind == "VALUES":
            return self.inline_table()
        if kind == "TABLE":
            self.advance()
            return spec.Table(self.table_name(), origin=self.origin(start))
        if kind == "(":
            self.advance()
            plan = self.query()
            self.expect(")")
            return plan
        if kind in ("MAP", "REDUCE") and self.peek() != "(":
            raise self.unsupported(f"{kind} … USING", start)
        raise self.syntax_error("a query")

    # --------------------------------------------------------------------------------------------- ordering, limits

    def organization(self, child: spec.Relation) -> spec.Relation:
        start = self.i
        if self.kind not in _ORGANIZATION:
            return child
        order: tuple[spec.SortOrder, ...] = ()
        local: tuple[spec.SortOrder, ...] = ()
        cluster: tuple[spec.Expr, ...] = ()
        distribute: tuple[spec.Expr, ...] = ()
        if self.accept("ORDER", "BY"):
            order = self.sort_items()
        if self.accept("CLUSTER", "BY"):
            cluster = self.expressions()
        if self.accept("DISTRIBUTE", "BY"):
            distribute = self.expressions()
        if self.accept("SORT", "BY"):
            local = self.sort_items()
        if self.i > start:
            plan = self._ordered(start, child, order, cluster, distribute, local)
        else:
            plan = child
        windows_at = self.i
        windows = self.window_definitions()
        if windows:
            plan = spec.WindowDefinitions(plan, windows, origin=self.origin(windows_at))
        return self._limited(plan)

    def _ordered(
        self,
        start: int,
        child: spec.Relation,
        order: tuple[spec.SortOrder, ...],
        cluster: tuple[spec.Expr, ...],
        distribute: tuple[spec.Expr, ...],
        local: tuple[spec.SortOrder, ...],
    ) -> spec.Relation:
        origin = self.origin(start)
        if (bool(order) + bool(cluster) + bool(distribute or local)) > 1:
            raise self.error("UNSUPPORTED_FEATURE.COMBINATION_QUERY_RESULT_CLAUSES", start)
        if order:
            by_all = len(order) == 1 and _is_all(order[0].child)
            return spec.Sort(child, order, True, by_all, origin=origin)
        if cluster:
            spread = spec.Repartition(child, None, cluster, origin=origin)
            keys = tuple(spec.SortOrder(key, origin=key.origin) for key in cluster)
            return spec.Sort(spread, keys, False, origin=origin)
        if distribute:
            child = spec.Repartition(child, None, distribute, origin=origin)
        return spec.Sort(child, local, False, origin=origin) if local else child

    def _limited(self, child: spec.Relation) -> spec.Relation:
        limit = limit_origin = None
        if self.kind == "LIMIT" and not self.at_alias():
            at = self.i
            self.advance()
            if self.kind == "ALL" and (self.peek() in _AFTER_LIMIT_ALL):
                self.advance()
            else:
                limit = self.expression()
                limit_origin = self.origin(at)
        if self.kind == "OFFSET" and not self.at_alias():
            at = self.i
            self.advance()
            child = spec.Offset(child, self.expression(), origin=self.origin(at))
        return child if limit is None else spec.Limit(child, limit, origin=limit_origin)


def _is_all(key: spec.Expr) -> bool:
    return isinstance(key, spec.Attribute) and len(key.parts) == 1 and key.parts[0].lower() == "all"


_ANY: Final[frozenset[str]] = frozenset()
_OPERAND: Final = frozenset(("SELECT", "ALL", "DISTINCT", "(", "VALUES", "TABLE", "FROM", "MAP", "REDUCE"))
_BY: Final = frozenset(("BY",))

# First word of a query -> what must follow besides a name (empty: whatever may not follow a name).
_QUERY_STARTS: Final = {
    "SELECT": _ANY,
    "VALUES": _ANY,
    "WITH": frozenset(("quoted",)),
    "FROM": frozenset(("(",)),
    "TABLE": frozenset(("quoted",)),
}

_AFTER_NAME: Final = frozenset(
    (")", ",", ".", "eof", ";", "=", "<", ">", "<=", ">=", "<>", "!=", "<=>", "/", "%", "||", "&", "^", "::", "->", "]")
)

_TAILS: Final = {
    "UNION": _OPERAND,
    "EXCEPT": _OPERAND,
    "MINUS": _OPERAND,
    "INTERSECT": _OPERAND,
    "ORDER": _BY,
    "SORT": _BY,
    "CLUSTER": _BY,
    "DISTRIBUTE": _BY,
    "LIMIT": _ANY,
    "OFFSET": _ANY,
}

_SET_OPERATIONS: Final = {
    "INTERSECT": ("intersect", 4),
    "UNION": ("union", 3),
    "EXCEPT": ("except", 3),
    "MINUS": ("except", 3),
}
_PIPE: Final = 2

_ORGANIZATION: Final = frozenset(("ORDER", "CLUSTER", "DISTRIBUTE", "SORT", "WINDOW", "LIMIT", "OFFSET"))
_AFTER_LIMIT_ALL: Final = frozenset(("eof", ";", ")", "OFFSET", "UNION", "EXCEPT", "INTERSECT", "MINUS", "|>"))
