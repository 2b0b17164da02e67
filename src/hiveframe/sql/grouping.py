"""GROUP BY: plain keys, ROLLUP, CUBE, GROUPING SETS, their mixtures, and ALL.

Source: rules aggregationClause and groupingAnalytics of SqlBaseParser.g4; `AstBuilder.withAggregationClause`.
"""

from __future__ import annotations

from itertools import combinations
from typing import Final, NamedTuple

from hiveframe.plan import spec
from hiveframe.sql.relations import RelationGrammar

Set = tuple[spec.Expr, ...]
Element = tuple[str, tuple[Set, ...]]


class GroupBy(NamedTuple):
    """A GROUP BY clause; `analytics` are set where its elements are of several kinds."""

    kind: str
    keys: tuple[spec.Expr, ...]
    sets: tuple[Set, ...]
    analytics: tuple[Element, ...]
    origin: spec.Origin

    def of(self, child: spec.Relation, items: tuple[spec.Expr, ...], *, keeps_keys: bool = False) -> spec.Aggregate:
        """`items` over the groups of `child`'s rows."""
        origin = self.origin
        return spec.Aggregate(child, self.keys, items, self.kind, keeps_keys, self.sets, self.analytics, origin=origin)


class GroupingGrammar(RelationGrammar):
    """Reads GROUP BY clauses."""

    __slots__ = ()

    def group_by(self, *, keeps_keys: bool = False) -> GroupBy:
        """The clause at the cursor."""
        start = self.i
        self.expect("GROUP", "BY")
        elements = [self._element(keeps_keys)]
        while self.accept(","):
            elements.append(self._element(keeps_keys))
        kind = "groupby"
        if self.kind == "WITH" and self.peek() in ("ROLLUP", "CUBE"):
            kind = self.peek().lower()
            self.skip(2)
        elif self.kind == "GROUPING" and self.peek() == "SETS":
            self.skip(2)
            keys = _plain_keys(elements)
            sets = self._sets()
            return GroupBy("grouping_sets", keys, sets, (), self.origin(start))
        if all(element[0] == "groupby" for element in elements):
            keys = _plain_keys(elements)
            if kind == "groupby" and len(keys) == 1 and _is_all(keys[0]):
                return GroupBy("all", (), (), (), self.origin(start))
            return GroupBy(kind, keys, (), (), self.origin(start))
        if len(elements) == 1:
            kind, sets = elements[0]
            if kind == "grouping_sets":
                keys = tuple(key for one in sets for key in one)
                return GroupBy(kind, keys, sets, (), self.origin(start))
            if all(len(one) == 1 for one in sets):
                keys = tuple(key for one in sets for key in one)
                return GroupBy(kind, keys, (), (), self.origin(start))
        return GroupBy("groupby", (), (), tuple(elements), self.origin(start))

    def _element(self, takes_names: bool) -> Element:
        """One element between the commas: its kind and its sets (a plain key is one set of one key)."""
        if self._at_analytics():
            return self._analytics()
        key = self.named_expression()
        if isinstance(key, spec.Alias) and not takes_names:
            hint = f": extra input '{self.token_text(self.i - 1)}'"
            self.fail("a comma or the end of GROUP BY: a key takes no name here", self.i - 1, hint)
        return "groupby", ((key,),)

    def _at_analytics(self) -> bool:
        after = self.peek()
        return (self.kind in ("ROLLUP", "CUBE") and after == "(") or (self.kind == "GROUPING" and after == "SETS")

    def _analytics(self) -> Element:
        kind = self.kind
        self.advance()
        if kind != "GROUPING":
            start = self.i
            sets = self._sets()
            if () in sets:
                raise self.error("_LEGACY_ERROR_TEMP_0051", start, element=kind)
            return kind.lower(), sets
        self.expect("SETS", "(")
        found = [*self._grouping_element()]
        while self.accept(","):
            found += self._grouping_element()
        self.expect(")")
        return "grouping_sets", tuple(found)

    def _grouping_element(self) -> tuple[Set, ...]:
        """The sets of one element of GROUPING SETS; a nested ROLLUP or CUBE stands for all of its sets."""
        if not self._at_analytics():
            return (self._set(),)
        kind, sets = self._analytics()
        if kind == "rollup":
            return rollup_sets(sets)
        return cube_sets(sets) if kind == "cube" else sets

    def _sets(self) -> tuple[Set, ...]:
        self.expect("(")
        sets = [self._set()]
        while self.accept(","):
            sets.append(self._set())
        self.expect(")")
        return tuple(sets)

    def _set(self) -> Set:
        """`(a, b)`, `()` or one expression, which may itself begin with a parenthesis."""
        if self.kind != "(" or not self._closes_element():
            return (self.expression(),)
        self.advance()
        keys = () if self.kind == ")" else self.expressions()
        self.expect(")")
        return keys

    def _closes_element(self) -> bool:
        """Whether the parenthesis that opens here closes right before a comma or another one."""
        return self.kinds[self.closing(self.i) + 1] in _ELEMENT_ENDS


def rollup_sets(elements: tuple[Set, ...]) -> tuple[Set, ...]:
    """All prefixes of the elements, the longest first."""
    return tuple(_joined(elements[:count]) for count in range(len(elements), -1, -1))


def cube_sets(elements: tuple[Set, ...]) -> tuple[Set, ...]:
    """All selections of the elements, the largest first."""
    sizes = range(len(elements), -1, -1)
    return tuple(_joined(chosen) for size in sizes for chosen in combinations(elements, size))


def _joined(sets: tuple[Set, ...]) -> Set:
    return tuple(key for one in sets for key in one)


def _plain_keys(elements: list[Element]) -> tuple[spec.Expr, ...]:
    return tuple(key for _, sets in elements for one in sets for key in one)


def _is_all(key: spec.Expr) -> bool:
    return isinstance(key, spec.Attribute) and len(key.parts) == 1 and key.parts[0].lower() == "all"


_ELEMENT_ENDS: Final = frozenset((",", ")"))
