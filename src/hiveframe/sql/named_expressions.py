"""Expressions with a name, sort items, and where a word is a name and where it begins a clause.

In Spark nearly every keyword may be a name, so `SELECT a from` and `SELECT a limit FROM t` name their column.

Source: rules namedExpression and sortItem of SqlBaseParser.g4.
"""

from __future__ import annotations

from typing import Final

from hiveframe.plan import spec
from hiveframe.sql.expressions import ExpressionGrammar


class NamedExpressionGrammar(ExpressionGrammar):
    """Reads expressions with their names."""

    __slots__ = ()

    def named_expression(self) -> spec.Expr:
        """An expression, in an `Alias` when it is given a name or names."""
        start = self.i
        child = self.expression()
        kind = self.kind
        if self.path_names:
            child = self._named_by_path(child)
        if kind == "," or (kind == "FROM" and not self.at_alias()):
            return child
        if kind == "AS" and (self.peek() in self.identifiers or self.peek() == "(" or kind not in self.identifiers):
            self.advance()
            names = self.name_list() if self.kind == "(" else (self.name(),)
        elif kind == "(":
            names = self.name_list()
        elif kind in self.identifiers and self.at_alias():
            names = (self.name(),)
        else:
            return child
        if isinstance(child, spec.Alias):
            child = child.child
        return spec.Alias(child, names, origin=self.origin(start))

    def _named_by_path(self, child: spec.Expr) -> spec.Expr:
        """`child` under the name that a `:path` in it gives, casts around it left aside."""
        inner = child
        while isinstance(inner, spec.Cast):
            inner = inner.child
        name = self.path_names.get(id(inner))
        return child if name is None else spec.Alias(child, (name,), origin=child.origin)

    def named_expressions(self) -> tuple[spec.Expr, ...]:
        """Named expressions between commas."""
        found = [self.named_expression()]
        while self.kind == ",":
            self.advance()
            found.append(self.named_expression())
        return tuple(found)

    def at_alias(self) -> bool:
        """Whether the word here is a name for what stands before it, not the beginning of a clause."""
        kind = self.kind
        if kind == "ident" or kind == "quoted":
            return True
        following = CLAUSES.get(kind)
        if following is None:
            return True
        after = self.peek()
        if kind == "FOR" and after in self.identifiers:
            return self.peek(2) != "IN" and after not in following
        if kind == "WINDOW":
            return after not in self.identifiers or self.peek(2) != "AS"
        if following:
            return after not in following
        return after in _AFTER_ALIAS

    def sort_item(self) -> spec.SortOrder:
        """`expression [ASC|DESC] [NULLS FIRST|LAST]`."""
        start = self.i
        child = self.expression()
        ascending = self.accept_any(("ASC", "DESC")) != "DESC"
        nulls_first = None
        if self.kind == "NULLS" and self.peek() in ("FIRST", "LAST"):
            self.advance()
            nulls_first = self.expect_any("FIRST", "LAST") == "FIRST"
        return spec.SortOrder(child, ascending, nulls_first, origin=self.origin(start))

    def sort_items(self) -> tuple[spec.SortOrder, ...]:
        """Sort items between commas."""
        found = [self.sort_item()]
        while self.accept(","):
            found.append(self.sort_item())
        return tuple(found)


_SET_OPERAND: Final = frozenset(("SELECT", "ALL", "DISTINCT", "(", "VALUES", "TABLE", "FROM", "MAP", "REDUCE"))
_ALWAYS: Final[frozenset[str]] = frozenset()
_BY: Final = frozenset(("BY",))

# Words that begin a clause after an expression -> what must follow for it to be one (empty: anything but the end).
CLAUSES: Final[dict[str, frozenset[str]]] = {
    "FROM": _ALWAYS,
    "WHERE": _ALWAYS,
    "HAVING": _ALWAYS,
    "QUALIFY": _ALWAYS,
    "LIMIT": _ALWAYS,
    "OFFSET": _ALWAYS,
    "SELECT": _ALWAYS,
    "GROUP": _BY,
    "ORDER": _BY,
    "SORT": _BY,
    "CLUSTER": _BY,
    "DISTRIBUTE": _BY,
    "WINDOW": _ALWAYS,
    "LATERAL": frozenset(("VIEW",)),
    "UNION": _SET_OPERAND,
    "EXCEPT": _SET_OPERAND,
    "INTERSECT": _SET_OPERAND,
    "MINUS": _SET_OPERAND,
    "INSERT": frozenset(("INTO", "OVERWRITE", "WITH")),
    "WITH": frozenset(("ROLLUP", "CUBE", "(")),
    "GROUPING": frozenset(("SETS",)),
    "FOR": frozenset(("(", "VERSION", "TIMESTAMP", "SYSTEM_VERSION", "SYSTEM_TIME")),
    "ANTI": frozenset(("JOIN",)),
    "SEMI": frozenset(("JOIN",)),
    "PIVOT": frozenset(("(",)),
    "UNPIVOT": frozenset(("(", "INCLUDE", "EXCLUDE")),
    "TABLESAMPLE": frozenset(("(", "BERNOULLI", "SYSTEM")),
    "VERSION": frozenset(("AS",)),
    "TIMESTAMP": frozenset(("AS",)),
    "SYSTEM_VERSION": frozenset(("AS",)),
    "SYSTEM_TIME": frozenset(("AS",)),
    "DELAY": frozenset(("OF",)),
    "WATERMARK": _ALWAYS,
    "SET": _ALWAYS,
    "WHEN": frozenset(("MATCHED", "NOT", "!")),
    "APPROX": frozenset(("NEAREST",)),
    "EXACT": frozenset(("NEAREST",)),
    "CHANGES": frozenset(("FROM",)),
    "INTO": _ALWAYS,
    "REPLACE": frozenset(("WHERE", "ON", "USING")),
    "BY": frozenset(("NAME",)),
}

_AFTER_ALIAS: Final = frozenset((",", ")", "eof", ";", "FROM", "|>"))
