"""What stands in FROM: tables, subqueries, VALUES, functions, joins, PIVOT, UNPIVOT, LATERAL VIEW, TABLESAMPLE.

Source: rules fromClause, relation, relationPrimary and below of SqlBaseParser.g4.
"""

from __future__ import annotations

from typing import Final

from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.sql.expressions import CLAUSES, row_values
from hiveframe.sql.identifiers import parse_multipart_identifier
from hiveframe.sql.keywords import words
from hiveframe.sql.primaries import constant_text
from hiveframe.sql.properties import PropertyGrammar

AUTO_ALIAS: Final = "__auto_generated_subquery_name"


class RelationGrammar(PropertyGrammar):
    """Reads relations."""

    __slots__ = ()

    def from_clause(self) -> spec.Relation:
        """`FROM relation, … [LATERAL VIEW …] [PIVOT …] [UNPIVOT …]`."""
        start = self.i
        self.expect("FROM")
        left = self.relation()
        while self.accept(","):
            is_lateral = self.kind == "LATERAL" and self.peek() != "VIEW"
            at = self.i
            right = self.relation()
            if is_lateral:
                self._check_lateral(at, right, "inner")
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
        if is_lateral:
            self._check_lateral(start, right, kind)
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
            raise self.unsupported("nearest-by joins", start)
        return spec.Join(left, right, kind, condition, using, natural, is_lateral, origin=self.origin(start))

    def _check_lateral(self, start: int, right: spec.Relation, kind: str) -> None:
        """LATERAL goes with subqueries and table functions, and with joins that keep no row of the right side alone."""
        if kind not in ("inner", "cross", "left"):
            shown = {"semi": "LEFT SEMI", "anti": "LEFT ANTI", "right": "RIGHT OUTER", "full": "FULL OUTER"}[kind]
            raise self.error("INVALID_LATERAL_JOIN_TYPE", start, joinType=shown)
        inner = right.child if isinstance(right, spec.SubqueryAlias) else right
        if isinstance(inner, spec.Table):
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
                return self._table_function(start, name.parts)
            if self.kind == "(":
                raise self.unsupported("IDENTIFIER(expression) as a table function", start)
            return self._table(start, name)
        if kind not in self.identifiers and kind not in ("LEFT", "RIGHT", "FILTER"):
            self.fail("a table")
        if self.peek() == "(" and kind not in self.identifiers:
            self.advance()
            return self._table_function(start, (self.token_text(start),))
        parts = self.multipart_name()
        if self.kind == "(":
            return self._table_function(start, parts)
        return self._table(start, spec.TableName(parts))

    def table_name(self) -> spec.TableName:
        """A table's name, or `IDENTIFIER(expression)` in its place."""
        if self.kind == "IDENTIFIER" and self.peek() == "(":
            self.skip(2)
            clause = self.expression()
            self.expect(")")
            text = constant_text(clause)
            if text is not None:
                parts = parse_multipart_identifier(text)
                while self.accept("."):
                    parts = (*parts, self.name())
                return spec.TableName(parts)
            return spec.TableName((), clause)
        return spec.TableName(self.multipart_name())

    def _table(self, start: int, name: spec.TableName, *, is_streaming: bool = False) -> spec.Relation:
        version = timestamp = options = None
        if self.kind in _TEMPORAL:
            version, timestamp = self._temporal()
        if self.kind == "CHANGES" and self.peek() == "FROM":
            raise self.unsupported("CHANGES in FROM", start)
        if self.kind == "WITH" and self.peek() == "(":
            self.advance()
            options = self.properties()
        relation: spec.Relation = spec.Table(name, options, is_streaming, version, timestamp, origin=self.origin(start))
        sample_at = self.i if self.kind == "TABLESAMPLE" and self.peek() in CLAUSES["TABLESAMPLE"] else None
        if sample_at is None:
            return self._aliased(start, self.watermark(relation))
        sample = self._sample_spec()
        return sample.of(self._aliased(start, self.watermark(relation)), self.origin(sample_at))

    def _temporal(self) -> tuple[spec.Expr | None, spec.Expr | None]:
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

    def watermark(self, child: spec.Relation) -> spec.Relation:
        """`child` with its `WATERMARK column DELAY OF interval`, if one follows."""
        if self.kind != "WATERMARK" or self.peek() not in self.identifiers or self.peek(2) != "DELAY":
            return child
        start = self.i
        self.advance()
        column = self.identifier()
        self.expect("DELAY", "OF")
        delay_at = self.i
        self.interval()
        delay = self.text_from(delay_at)[len("INTERVAL") :].strip()
        return spec.WithWatermark(child, column, delay, origin=self.origin(start))

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
        return self._aliased(start, self.watermark(relation))

    def table_alias(self) -> tuple[str, tuple[str, ...]] | None:
        """`[AS] name [(columns)]`, or None."""
        if self.kind == "AS":
            self.advance()
        elif self.kind not in self.strict_identifiers or not self.at_alias():
            return None
        name = self.strict_identifier()
        return name, self.name_list() if self.kind == "(" else ()

    def _aliased(self, start: int, relation: spec.Relation) -> spec.Relation:
        alias = self.table_alias()
        if alias is None:
            return relation
        return spec.SubqueryAlias(relation, alias[0], alias[1], origin=self.origin(start))

    def inline_table(self) -> spec.Relation:
        """`VALUES row, … [alias]`."""
        start = self.i
        self.expect("VALUES")
        rows = tuple(row_values(row) for row in self.expressions())
        return self._aliased(start, spec.Values(rows, origin=self.origin(start)))

    # ---------------------------------------------------------------------------------- table-valued functions

    def _table_function(self, start: int, name: tuple[str, ...]) -> spec.Relation:
        self.expect("(")
        args: list[spec.Expr] = []
        if self.kind != ")":
            args.append(self._table_function_argument())
            while self.accept(","):
                args.append(self._table_function_argument())
        self.expect(")")
        function = spec.TableFunction(name, tuple(args), origin=self.origin(start))
        return self._aliased(start, self.watermark(function))

    def _table_function_argument(self) -> spec.Expr:
        start = self.i
        if self.kind in self.identifiers and self.peek() == "=>" and self.kinds[start + 2] == "TABLE":
            name = self.identifier()
            self.advance()
            return spec.NamedArgument(name, self._table_argument(), origin=self.origin(start))
        if self.kind == "TABLE" and (self.peek() == "(" or self.peek() in self.identifiers):
            return self._table_argument()
        return self.function_argument()

    def _table_argument(self) -> spec.Expr:
        start = self.i
        self.expect("TABLE")
        plan: spec.Relation
        if self.kind == "(":
            self.advance()
            at = self.i
            plan = self.query() if self.at_query(at) else spec.Table(self.table_name(), origin=self.origin(at))
            self.expect(")")
        else:
            plan = spec.Table(self.table_name(), origin=self.origin(start))
        if self.accept("WITH", "SINGLE", "PARTITION"):
            order = self._table_argument_order(start)
            return spec.TableArgument(plan, (), order, True, origin=self.origin(start))
        partition: tuple[spec.Expr, ...] = ()
        order = ()
        if self.kind in ("PARTITION", "DISTRIBUTE") and self.peek() == "BY":
            self.skip(2)
            partition = row_values(self.expression())
            if self.kind == "," and self.peek(2) not in ("=>", "(") and self._is_stray_key():
                raise self._needs_parentheses(start, "PARTITION BY")
            order = self._table_argument_order(start)
        return spec.TableArgument(plan, partition, order, origin=self.origin(start))

    def _table_argument_order(self, start: int) -> tuple[spec.SortOrder, ...]:
        if not (self.kind in ("ORDER", "SORT") and self.peek() == "BY"):
            return ()
        self.skip(2)
        if self.kind == "(":
            self.advance()
            items = self.sort_items()
            self.expect(")")
            return items
        items = (self.sort_item(),)
        if self.kind == "," and self._is_stray_key():
            raise self._needs_parentheses(start, "ORDER BY")
        return items

    def _is_stray_key(self) -> bool:
        """Whether the argument after the comma reads as another key: a bare expression, no table and no `name =>`."""
        return self.peek() != "TABLE" and self.peek(2) != "=>"

    def _needs_parentheses(self, start: int, clause: str) -> Exception:
        return self.error(
            "_LEGACY_ERROR_TEMP_0064",
            start,
            msg="The table function call includes a table argument with an invalid partitioning/ordering "
            f"specification: the {clause} clause included multiple expressions without parentheses surrounding "
            "them; please add parentheses around these expressions and then retry the query again",
        )

    # ------------------------------------------------------------------------------------------ pivot and unpivot

    def pivot(self, child: spec.Relation) -> spec.Relation:
        """`PIVOT (aggregates FOR columns IN (values)) [alias]`."""
        start = self.i
        self.expect("PIVOT", "(")
        aggregates = self.named_expressions()
        self.expect("FOR")
        columns = tuple(spec.Attribute((name,)) for name in self._pivot_columns())
        self.expect("IN", "(")
        values = [self._pivot_value()]
        while self.accept(","):
            values.append(self._pivot_value())
        self.expect(")", ")")
        pivot = spec.Pivot(child, aggregates, columns, tuple(values), origin=self.origin(start))
        return self._aliased(start, pivot)

    def _pivot_columns(self) -> tuple[str, ...]:
        return self.name_list() if self.kind == "(" else (self.name(),)

    def _pivot_value(self) -> spec.Expr:
        start = self.i
        value = self.expression()
        if self.accept("AS") or self.kind in self.identifiers:
            return spec.Alias(value, (self.name(),), origin=self.origin(start))
        return value

    def unpivot(self, child: spec.Relation) -> spec.Relation:
        """`UNPIVOT [INCLUDE|EXCLUDE NULLS] (values FOR name IN (columns)) [alias]`."""
        start = self.i
        self.expect("UNPIVOT")
        include_nulls = self.accept_any(("INCLUDE", "EXCLUDE"))
        if include_nulls:
            self.expect("NULLS")
        self.expect("(")
        many = self.kind == "("
        value_names = self.name_list() if many else (self.identifier(),)
        self.expect("FOR")
        variable = self.identifier()
        self.expect("IN", "(")
        groups = [self._unpivot_group(many)]
        while self.accept(","):
            groups.append(self._unpivot_group(many))
        self.expect(")", ")")
        unpivot = spec.Unpivot(
            child, None, tuple(groups), variable, value_names, include_nulls == "INCLUDE", origin=self.origin(start)
        )
        return self._aliased(start, unpivot)

    def _unpivot_group(self, many: bool) -> tuple[tuple[spec.Expr, ...], str | None]:
        if many:
            self.expect("(")
            columns = [self._column()]
            while self.accept(","):
                columns.append(self._column())
            self.expect(")")
        else:
            columns = [self._column()]
        named = self.accept("AS") or self.kind in self.identifiers
        return tuple(columns), self.name() if named else None

    def _column(self) -> spec.Expr:
        start = self.i
        return spec.Attribute(self.multipart_name(), origin=self.origin(start))

    # -------------------------------------------------------------------------------------- lateral view, sample

    def lateral_views(self, child: spec.Relation) -> spec.Relation:
        """`child` with each `LATERAL VIEW` that follows."""
        while self.kind == "LATERAL" and self.peek() == "VIEW":
            start = self.i
            self.skip(2)
            is_outer = self.kind == "OUTER" and self.peek() != "("
            if is_outer:
                self.advance()
            name_at = self.i
            name = self.multipart_name()
            self.expect("(")
            args = () if self.kind == ")" else self.expressions()
            self.expect(")")
            generator = spec.Function(name, args, origin=self.origin(name_at))
            table = self.identifier()
            columns: list[str] = []
            if self.accept("AS") or (self.kind in self.identifiers and self.at_alias()):
                columns.append(self.identifier())
                while self.accept(","):
                    columns.append(self.identifier())
            child = spec.LateralView(child, generator, is_outer, table, tuple(columns), origin=self.origin(start))
        return child

    def sample(self, child: spec.Relation) -> spec.Relation:
        """`child` under the TABLESAMPLE that follows."""
        start = self.i
        return self._sample_spec().of(child, self.origin(start))

    def _sample_spec(self) -> _SampleSpec:
        start = self.i
        self.expect("TABLESAMPLE")
        self.accept_any(("BERNOULLI", "SYSTEM"))
        self.expect("(")
        if self.kind == ")":
            self.advance()
            raise self.error("_LEGACY_ERROR_TEMP_0014", start)
        found = self._sample_method(start)
        self.expect(")")
        if self.accept("REPEATABLE", "("):
            seed = self.integer()
            self.expect(")")
            return _SampleSpec(found.fraction, found.rows, seed)
        return found

    def _sample_method(self, start: int) -> _SampleSpec:
        if self.kind == "BUCKET" and self.peek() == "integer":
            self.advance()
            numerator = self.integer()
            self.expect("OUT", "OF")
            denominator = self.integer()
            if self.accept("ON"):
                raise self.error("_LEGACY_ERROR_TEMP_0016", start)
            return self._fraction(start, numerator / denominator)
        value = self.expression()
        if self.accept("ROWS"):
            return _SampleSpec(None, value, None)
        if self.accept("PERCENT"):
            if isinstance(value, spec.Literal) and isinstance(value.dtype, t.NumericType):
                return self._fraction(start, float(value.value) / 100)
            raise self.unsupported("a TABLESAMPLE percentage that is not a number", start)
        raise self.error("_LEGACY_ERROR_TEMP_0015", start, msg="byte length literal")

    def _fraction(self, start: int, fraction: float) -> _SampleSpec:
        if not -_SAMPLE_SLACK <= fraction <= 1 + _SAMPLE_SLACK:
            message = f"Sampling fraction ({fraction}) must be on interval [0, 1]"
            raise self.error("_LEGACY_ERROR_TEMP_0064", start, msg=message)
        return _SampleSpec(fraction, None, None)


class _SampleSpec:
    """What TABLESAMPLE asks for: a share of the rows or a number of them."""

    __slots__ = ("fraction", "rows", "seed")

    def __init__(self, fraction: float | None, rows: spec.Expr | None, seed: int | None) -> None:
        self.fraction = fraction
        self.rows = rows
        self.seed = seed

    def of(self, child: spec.Relation, origin: spec.Origin) -> spec.Relation:
        """`child` sampled."""
        if self.rows is not None:
            return spec.Limit(child, self.rows, origin=origin)
        return spec.Sample(child, 0.0, self.fraction or 0.0, seed=self.seed, origin=origin)


_PIVOTS: Final = ("PIVOT", "UNPIVOT")
_JOIN_WORDS: Final = words("JOIN INNER CROSS LEFT SEMI RIGHT FULL ANTI NATURAL")
_TEMPORAL: Final = frozenset(("FOR", "VERSION", "TIMESTAMP", "SYSTEM_VERSION", "SYSTEM_TIME"))
_SAMPLE_SLACK: Final = 1e-6
