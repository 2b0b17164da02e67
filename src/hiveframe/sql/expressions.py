"""Operators: boolean, predicates, comparison, arithmetic, each by Spark's precedence.

An operator becomes a call of the function that carries Spark's symbol. AND and OR chains become balanced trees, as in
Spark, so that a condition of thousands of terms stays shallow.

Source: rules booleanExpression, predicate and valueExpression of SqlBaseParser.g4.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from hiveframe.errors import ParseException
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.sql.keywords import words
from hiveframe.sql.literals import LiteralGrammar


class ExpressionGrammar(LiteralGrammar):
    """Reads operators over primary expressions."""

    __slots__ = ()

    @abstractmethod
    def primary(self) -> spec.Expr:
        """An expression without operators around it."""

    @abstractmethod
    def query(self) -> spec.Relation:
        """A whole query."""

    @abstractmethod
    def at_query(self, i: int) -> bool:
        """Whether a query, rather than an expression, begins at token `i`."""

    @abstractmethod
    def at_query_tail(self) -> bool:
        """Whether what stands here continues a query: a set operation, ORDER BY, LIMIT, `|>`."""

    @abstractmethod
    def query_after(self, plan: spec.Relation) -> spec.Relation:
        """The query that begins with `plan`, read already, and goes on here."""

    @abstractmethod
    def at_enclosed_query(self, i: int, *, bare: bool = True) -> bool:
        """Whether what begins at token `i`, after a parenthesis, is a query, perhaps itself in parentheses.

        Without `bare` a query that is nothing but a parenthesis does not count: it is a scalar subquery.
        """

    def call(self, name: str, args: tuple[spec.Expr, ...], start: int) -> spec.Function:
        """A call of a function that the grammar names, written from token `start` on."""
        return spec.Function((name,), args, origin=self.origin(start))

    # --------------------------------------------------------------------------------------- boolean expressions

    def expression(self) -> spec.Expr:
        """Any expression."""
        start = self.i
        left = self._conjunction()
        if self.kind != "OR":
            return left
        terms = [left]
        while self.kind == "OR":
            self.advance()
            terms.append(self._conjunction())
        return balanced("or", terms, self.origin(start))

    def expressions(self) -> tuple[spec.Expr, ...]:
        """Expressions between commas. A plain constant is seen at once, for lists of them may be long."""
        found: list[spec.Expr] = []
        while True:
            if self.kind in _PLAIN and self.kinds[self.i + 1] in _AFTER_ITEM:
                found.append(self.number(self.i) if self.kind == "integer" else self.string_literal())
            else:
                found.append(self.expression())
            if self.kind != ",":
                return tuple(found)
            self.advance()

    def _conjunction(self) -> spec.Expr:
        start = self.i
        left = self._negation()
        if self.kind != "AND":
            return left
        terms = [left]
        while self.kind == "AND":
            self.advance()
            terms.append(self._negation())
        return balanced("and", terms, self.origin(start))

    def _negation(self) -> spec.Expr:
        kind = self.kind
        if (kind == "NOT" and self.peek() not in _AFTER_NAME) or kind == "!":
            start = self.i
            self.advance()
            return self.call("not", (self._negation(),), start)
        start = self.i
        if kind == "EXISTS" and self.peek() == "(" and self.at_enclosed_query(start + 2):
            self.skip(2)
            plan = self.query()
            self.expect(")")
            return spec.ExistsSubquery(plan, origin=self.origin(start))
        left = self.value(1)
        if self.kind in _PREDICATES:
            return self._predicate(left)
        return left

    # ----------------------------------------------------------------------------------------------- predicates

    def _predicate(self, left: spec.Expr) -> spec.Expr:
        """`left` under the predicate at the cursor; as in Spark, the predicate's origin leaves `left` out."""
        start = self.i
        kind = self.kind
        if kind == "IS":
            self.advance()
            return self._is(start, left)
        negated = kind == "NOT" or kind == "!"
        if negated:
            if self.peek() not in _NEGATABLE:
                return left
            self.expect_not()
            kind = self.kind
        self.advance()
        if kind == "IN":
            found = self._in(start, left)
        elif kind == "BETWEEN":
            lower = self.value(1)
            self.expect("AND")
            found = self.call("between", (left, lower, self.value(1)), start)
        elif kind == "RLIKE":
            found = self.call("rlike", (left, self.value(1)), start)
        elif self.kind in _QUANTIFIERS and self.peek() == "(":
            return self._quantified_like(start, left, kind, negated)
        else:
            found = self._like(start, left, kind)
        return self.call("not", (found,), start) if negated else found

    def _is(self, start: int, left: spec.Expr) -> spec.Expr:
        negated = self.kind in ("NOT", "!")
        if negated:
            self.expect_not()
        kind = self.expect_any("NULL", "TRUE", "FALSE", "UNKNOWN", "DISTINCT")
        if kind == "NULL":
            return self.call("isnotnull" if negated else "isnull", (left,), start)
        if kind == "UNKNOWN":
            found = self.call("isnotunknown" if negated else "isunknown", (left,), start)
            return replace(found, is_internal=True)
        if kind == "DISTINCT":
            self.expect("FROM")
            same = self.call("<=>", (left, self.value(1)), start)
            return same if negated else self.call("not", (same,), start)
        truth = spec.Literal(kind == "TRUE", t.BOOLEAN, origin=self.origin(self.i - 1))
        found = self.call("<=>", (left, truth), start)
        return self.call("not", (found,), start) if negated else found

    def _in(self, start: int, left: spec.Expr) -> spec.Expr:
        self.expect("(")
        if self.kind == ")":
            self.advance()
            raise self.error("INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE", start)
        if self.kind == "SELECT" and self.peek() == "string" and self.is_list_after(self.i + 1):
            return self.typed_literal()  # which says that there are no literals of the type SELECT
        if self.at_query(self.i) or (self.kind == "(" and self.at_enclosed_query(self.i, bare=False)):
            plan = self.query()
            self.expect(")")
            return spec.InSubquery(row_values(left), plan, origin=self.origin(start))
        items = self.expressions()
        self.close_list(is_long=len(items) > 1)
        return self.call("in", (left, *items), start)

    def is_list_after(self, i: int, *, least: int = 1) -> bool:
        """Whether `least` expressions or more from token `i` on fill the parentheses; Spark prefers them to a query."""
        here = self.i
        try:
            self.skip(i - here)
            return len(self.expressions()) >= least and self.kind == ")"
        except ParseException:
            return False
        finally:
            self.skip(here - self.i)

    def _like(self, start: int, left: spec.Expr, kind: str) -> spec.Expr:
        pattern = self.value(1)
        args: tuple[spec.Expr, ...] = (left, pattern)
        if self.kind == "ESCAPE":
            self.advance()
            escape = self.string_literal()
            assert isinstance(escape, spec.Literal)
            if len(escape.value) != 1:
                raise self.error("INVALID_ESC", start, invalidEscape=f"'{escape.value}'")
            args = (left, pattern, escape)
        return self.call(kind.lower(), args, start)

    def _quantified_like(self, start: int, left: spec.Expr, kind: str, negated: bool) -> spec.Expr:
        """`LIKE ANY (…)`: one call when every pattern is a constant, else the terms joined by OR or AND."""
        quantifier = self.kind
        self.skip(2)
        if self.kind == ")":
            self.advance()
            raise self.error("_LEGACY_ERROR_TEMP_0064", start, msg="Expected something between '(' and ')'.")
        patterns = self.expressions()
        self.expect(")")
        wants_all = quantifier == "ALL"
        if all(isinstance(p, spec.Literal) and p.dtype == t.STRING for p in patterns):
            name = ("not" if negated else "") + ("likeall" if wants_all else "likeany")
            if kind == "ILIKE":
                left = self.call("lower", (left,), start)
                patterns = tuple(
                    spec.Literal(p.value.lower(), t.STRING, origin=p.origin)
                    for p in patterns
                    if isinstance(p, spec.Literal)
                )
            return self.call(name, (left, *patterns), start)
        terms: list[spec.Expr] = [self.call(kind.lower(), (left, p), start) for p in patterns]
        if negated:
            terms = [self.call("not", (term,), start) for term in terms]
        return balanced("and" if wants_all else "or", terms, self.origin(start))

    # ------------------------------------------------------------------------------------- comparison, arithmetic

    def value(self, least: int) -> spec.Expr:
        """Operands joined by operators that bind at least as tightly as `least`."""
        start = self.i
        left = self._operand()
        while True:
            entry = _BINARY.get(self.kind)
            if entry is None or entry[0] < least:
                return left
            if self.kind == "|" and self.at_pipe_operator():
                return left
            self.advance()
            right = self.value(entry[0] + 1)
            if entry[2]:
                left = self.call("not", (self.call(entry[1], (left, right), start),), start)
            else:
                left = self.call(entry[1], (left, right), start)

    def at_pipe_operator(self) -> bool:
        """Whether the `|` here is the short form of `|>` rather than the bitwise operator."""
        return self.peek() in _PIPE_WORDS and self.peek(2) not in _AFTER_OPERAND

    def _operand(self) -> spec.Expr:
        kind = self.kind
        if kind not in _UNARY:
            return self.primary()
        start = self.i
        if kind == "-" and self.peek() in NUMBERS:
            return self.primary()
        self.advance()
        return self.call(_UNARY[kind], (self.value(_UNARY_OPERAND),), start)


def balanced(name: str, terms: Sequence[spec.Expr], origin: spec.Origin) -> spec.Expr:
    """The terms joined two by two into a tree of logarithmic depth (Spark's `reduceToExpressionTree`)."""
    if len(terms) == 1:
        return terms[0]
    middle = (len(terms) - 1) // 2 + 1
    left = balanced(name, terms[:middle], origin)
    right = balanced(name, terms[middle:], origin)
    return spec.Function((name,), (left, right), origin=origin)


def row_values(expr: spec.Expr) -> tuple[spec.Expr, ...]:
    """The columns of a row constructor `(a, b)` or of `STRUCT(a, b)`; any other expression alone."""
    if not isinstance(expr, spec.Function) or len(expr.name) > 1:
        return (expr,)
    if expr.name[0].lower() == "struct":
        return expr.args
    if expr.name[0] == "named_struct" and _begins_with(expr, "("):
        return expr.args[1::2]
    return (expr,)


def _begins_with(expr: spec.Expr, symbol: str) -> bool:
    origin = expr.origin
    return origin is not None and origin.sql_text is not None and origin.sql_text[origin.start] == symbol


NUMBERS: Final = frozenset(
    ("integer", "bigint", "smallint", "tinyint", "decimal", "exponent", "float", "double", "bigdecimal")
)

_NEGATABLE: Final = frozenset(("BETWEEN", "IN", "LIKE", "ILIKE", "RLIKE"))
_PREDICATES: Final = _NEGATABLE | {"NOT", "!", "IS"}
_PLAIN: Final = frozenset(("integer", "string"))
_AFTER_ITEM: Final = frozenset((",", ")"))
_QUANTIFIERS: Final = frozenset(("ANY", "SOME", "ALL"))

# Symbol -> (how tightly it binds, function, whether the result is negated).
_BINARY: Final = {
    "=": (1, "=", False),
    "<=>": (1, "<=>", False),
    "<>": (1, "=", True),
    "!=": (1, "=", True),
    "<": (1, "<", False),
    "<=": (1, "<=", False),
    ">": (1, ">", False),
    ">=": (1, ">=", False),
    "|": (2, "|", False),
    "^": (3, "^", False),
    "&": (4, "&", False),
    "<<": (5, "<<", False),
    ">>": (5, ">>", False),
    ">>>": (5, ">>>", False),
    "+": (6, "+", False),
    "-": (6, "-", False),
    "||": (6, "concat", False),
    "*": (7, "*", False),
    "/": (7, "/", False),
    "%": (7, "%", False),
    "DIV": (7, "div", False),
}

_UNARY: Final = {"-": "negative", "+": "positive", "~": "~"}
_UNARY_OPERAND: Final = 8


_AFTER_NAME: Final = frozenset((",", ")", "eof", ";", "."))

_PIPE_WORDS: Final = words("SELECT EXTEND SET DROP AS WHERE PIVOT UNPIVOT TABLESAMPLE AGGREGATE ORDER LIMIT JOIN UNION")
_AFTER_OPERAND: Final = frozenset((",", ")", "eof", ";", "FROM", "]", "."))
