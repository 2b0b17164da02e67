"""What stands in FROM: tables, subqueries, VALUES, functions, and the joins of them.

Source: rules fromClause, relation, relationPrimary and below of SqlBaseParser.g4.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.spec import AUTO_ALIAS
from hiveframe.sql.expressions import row_values
from hiveframe.sql.keywords import words
from hiveframe.sql.named_expressions import CLAUSES
from hiveframe.sql.table_functions import TableFunctionGrammar


class RelationGrammar(TableFunctionGrammar):
    """Reads relations."""

    __slots__ = ()

    def from_clause(self) -> spec.Relation:
        """`FROM relation, … [LATERAL VIEW …] [PIVOT …] [UNPIVOT …]`."""
        start = self.i
        self.expect("FROM")
        left = self.relation()
        while self.accept(","):
            is_lateral = self.kind == "LATERAL" and self.peek() != "VIEW"
            right = self.relation()
            if is_lateral:
                self._check_lateral(start, right)
            left = spec.Join(left, right, "inner", is_lateral=is_lateral, origin=self.origin(start))
        has_views = self.kind == "LATERAL" and self.peek() == "VIEW"
        left = self.lateral_views(left)
        while self.kind in _PIVOTS and self.peek() in CLAUSES[self.kind]:
            if has_views:
                raise self.error(f"NOT_ALLOWED_IN_FROM.LATERAL_WITH_{self.kind}", start)
            left = self.pivot(left) if self.kind == "PIVOT" else self.unpivot(left)
        return left

    def relation(self) -> spec.Relation:
        """A primary relation with its joins, pivots and unpivots."""
        self.accept("LATERAL")
        return self._extensions(self.relation_primary())

    def _extensions(self, left: spec.Relation) -> spec.Relation:
        while True:
            if self.at_join():
                left = self.join(left)
            elif self.kind in _PIVOTS and self.peek() in CLAUSES[self.kind]:
                left = self.pivot(left) if self.kind == "PIVOT" else self.unpivot(left)
            else:
                return left

    # --------------------------------------------------------------------------------------------------- joins

    def at_join(self) -> bool:
        """Whether a join begins here."""
        return self.kind in _JOIN_WORDS

    def join(self, left: spec.Relation) -> spec.Relation:
        """`left` joined with what follows."""
        start = self.i
        natural = self.accept("NATURAL")
        kind = self._join_kind()
        self.demand("JOIN")
        is_lateral = self.accept("LATERAL")
        right = self.relation_primary()
        condition = None
        using: tuple[str, ...] = ()
        if natural:
            pass
        elif self.accept("ON"):
            condition = self.expression()
        elif self.kind == "USING" and self.peek() == "(":
            self.advance()
            using = self.name_list()
        elif self.kind in ("APPROX", "EXACT") and self.peek() == "NEAREST":
            return self._nearest_by(left, right, kind, start)
        if is_lateral:
            self._check_lateral(start, right)
            self._check_lateral_join(start, kind, natural=natural, has_using=bool(using))
        return spec.Join(left, right, kind, condition, using, natural, is_lateral, origin=self.origin(start))

    def _nearest_by(self, left: spec.Relation, right: spec.Relation, kind: str, start: int) -> spec.Relation:
        """`APPROX | EXACT NEAREST [n] BY DISTANCE | SIMILARITY ranking`."""
        if kind not in ("inner", "left"):
            shown = {"semi": "LEFT SEMI", "anti": "LEFT ANTI", "right": "RIGHT OUTER", "full": "FULL OUTER"}
            supported = "'INNER', 'LEFT OUTER'"
            condition = "NEAREST_BY_JOIN.UNSUPPORTED_JOIN_TYPE"
            raise self.error(condition, start, joinType=shown.get(kind, kind.upper()), supported=supported)
        self.advance()
        self.demand("NEAREST")
        count = 1 if self.kind == "BY" else self.integer()
        if not 1 <= count <= spec.MOST_NEAREST:
            bounds = {"min": "1", "max": str(spec.MOST_NEAREST)}
            raise self.error("NEAREST_BY_JOIN.NUM_RESULTS_OUT_OF_RANGE", start, numResults=str(count), **bounds)
        self.demand("BY")
        direction = self.expect_any("DISTANCE", "SIMILARITY").lower()
        return spec.NearestByJoin(left, right, self.expression(), count, kind, direction, origin=self.origin(start))

    def _check_lateral_join(self, start: int, kind: str, *, natural: bool, has_using: bool) -> None:
        """LATERAL goes with ON, and with joins that keep no row of the right side alone."""
        if natural:
            raise self.error("INCOMPATIBLE_JOIN_TYPES", start, joinType1="LATERAL", joinType2="NATURAL")
        if has_using:
            raise self.error("UNSUPPORTED_FEATURE.LATERAL_JOIN_USING", start)
        if kind not in ("inner", "cross", "left"):
            shown = {"semi": "LEFT SEMI", "anti": "LEFT ANTI", "right": "RIGHT OUTER", "full": "FULL OUTER"}[kind]
            raise self.error("INVALID_LATERAL_JOIN_TYPE", start, joinType=shown)

    def _check_lateral(self, start: int, right: spec.Relation) -> None:
        """LATERAL goes with subqueries and table functions."""
        inner = right.child if isinstance(right, spec.SubqueryAlias) else right
        if isinstance(inner, (spec.Table, spec.Values)):
            raise self.error("INVALID_SQL_SYNTAX.LATERAL_WITHOUT_SUBQUERY_OR_TABLE_VALUED_FUNC", start)

    def _join_kind(self) -> str:
        kind = self.kind
        if kind != "JOIN" and kind in _JOIN_WORDS:
            self.advance()
            if kind == "LEFT" and self.kind in ("SEMI", "ANTI"):
                kind = self.kind
                self.advance()
            elif kind in ("LEFT", "RIGHT", "FULL"):
                self.accept("OUTER")
            return kind.lower()
        return "inner"

    # ------------------------------------------------------------------------------------------ primary relations

    def relation_primary(self) -> spec.Relation:
        """A table, a subquery, VALUES, a function, or a relation in parentheses, with its alias and sample."""
        start = self.i
        kind = self.kind
        if kind == "(":
            return self._parenthesized_relation(start)
        if kind == "VALUES" and self.at_query(start):
            return self.inline_table()
        if kind == "STREAM" and self.peek() in self.identifiers and self.peek() not in CLAUSES:
            self.advance()
            return self._table(start, self.table_name(), is_streaming=True)
        if kind == "IDENTIFIER" and self.peek() == "(":
            name = self.table_name()
            if self.kind == "(" and name.clause is None:
                return self.table_function(start, name.parts)
            if self.kind == "(":
                raise self.unsupported("IDENTIFIER(expression) as a table function", start)
            return self._table(start, name)
        if kind not in self.identifiers and kind not in ("LEFT", "RIGHT", "FILTER"):
            self.fail("a table")
        if self.peek() == "(" and kind not in self.identifiers:
            self.advance()
            return self.table_function(start, (self.token_text(start),))
        parts = self.multipart_name()
        if self.kind == "(":
            return self.table_function(start, parts)
        return self._table(start, spec.TableName(parts))

    def _table(self, start: int, name: spec.TableName, *, is_streaming: bool = False) -> spec.Relation:
        version = timestamp = options = None
        if self.kind in _TEMPORAL:
            version, timestamp = self.temporal()
        if self.kind == "CHANGES" and self.peek() == "FROM":
            raise self.unsupported("CHANGES in FROM", start)
        if self.kind == "WITH" and self.peek() == "(":
            self.advance()
            options = self.properties()
        relation: spec.Relation = spec.Table(name, options, is_streaming, version, timestamp, origin=self.origin(start))
        sample_at = self.i if self.kind == "TABLESAMPLE" and self.peek() in CLAUSES["TABLESAMPLE"] else None
        if sample_at is None:
            return self.aliased(start, self.watermark(relation))
        sample = self.sample_spec()
        return sample.of(self.aliased(start, self.watermark(relation)), self.origin(sample_at))

    def temporal(self) -> tuple[spec.Expr | None, spec.Expr | None]:
        """`[FOR] VERSION AS OF n` or `[FOR] TIMESTAMP AS OF expression`, if that is what follows."""
        i = self.i + 1 if self.kind == "FOR" else self.i
        kind = self.kinds[i]
        if self.kinds[i + 1 : i + 3] != ["AS", "OF"] or kind not in _TEMPORAL or kind == "FOR":
            return None, None
        self.skip(i + 3 - self.i)
        if kind in ("TIMESTAMP", "SYSTEM_TIME"):
            return None, self.value(1)
        start = self.i
        if self.kind == "string":
            return self.string_literal(), None
        if self.kind in ("?", ":"):
            return self.parameter(), None
        return spec.Literal(str(self.integer()), t.STRING, origin=self.origin(start)), None

    def _parenthesized_relation(self, start: int) -> spec.Relation:
        """`(query)` or `(relation)`: what stands behind the first parentheses decides when they open twice."""
        self.advance()
        if self.at_query(self.i):
            if self.kind == "VALUES":
                return self._after_values(start, self.inline_table())
            plan = self.query()
            self.expect(")")
            return self._subquery_relation(start, plan)
        if self.kind == "(":
            inner_at = self.i
            inner = self._parenthesized_relation(inner_at)
            is_bare = isinstance(inner, spec.SubqueryAlias) and inner.name == AUTO_ALIAS
            if is_bare and isinstance(inner, spec.SubqueryAlias) and (self.at_query_tail() or self.kind == ")"):
                plan = self.query_after(inner.child)
                self.expect(")")
                return self._subquery_relation(start, plan)
            relation = self._extensions(inner)
        else:
            relation = self.relation()
        self.expect(")")
        return self._sampled_and_aliased(start, relation)

    def _after_values(self, start: int, values: spec.Relation) -> spec.Relation:
        """`(VALUES …)` as a query, or as the first relation of a join in parentheses."""
        relation = self._extensions(values)
        if relation is not values:
            self.expect(")")
            return self._sampled_and_aliased(start, relation)
        plan = self.query_after(values)
        self.expect(")")
        return self._subquery_relation(start, plan)

    def _subquery_relation(self, start: int, plan: spec.Relation) -> spec.Relation:
        found = self._sampled_and_aliased(start, plan)
        if isinstance(found, spec.SubqueryAlias) and found is not plan:
            return found
        return spec.SubqueryAlias(found, AUTO_ALIAS, origin=self.origin(start))

    def _sampled_and_aliased(self, start: int, relation: spec.Relation) -> spec.Relation:
        if self.kind == "TABLESAMPLE" and self.peek() in CLAUSES["TABLESAMPLE"]:
            relation = self.sample(relation)
        return self.aliased(start, self.watermark(relation))

    def inline_table(self) -> spec.Relation:
        """`VALUES row, … [alias]`."""
        start = self.i
        self.expect("VALUES")
        rows = tuple(row_values(row) for row in self.expressions())
        values = spec.Values(rows, origin=self.origin(start))
        alias = self.table_alias()
        if alias is None:
            return values
        name, columns = alias
        return spec.SubqueryAlias(replace(values, names=columns), name, columns, origin=self.origin(start))


_PIVOTS: Final = ("PIVOT", "UNPIVOT")
_JOIN_WORDS: Final = words("JOIN INNER CROSS LEFT SEMI RIGHT FULL ANTI NATURAL")
_TEMPORAL: Final = frozenset(("FOR", "VERSION", "TIMESTAMP", "SYSTEM_VERSION", "SYSTEM_TIME"))
