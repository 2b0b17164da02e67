"""Calls: arguments, DISTINCT, FILTER, WITHIN GROUP, IGNORE NULLS, OVER; and the calls with words among their arguments.

Source: rules functionCall, windowSpec, and the named alternatives of primaryExpression in SqlBaseParser.g4.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.sql.cursor import CONSTANTS
from hiveframe.sql.keywords import DATETIME_UNITS
from hiveframe.sql.named_expressions import CLAUSES, NamedExpressionGrammar
from hiveframe.sql.type_grammar import without_char


class CallGrammar(NamedExpressionGrammar):
    """Reads function calls and windows."""

    __slots__ = ()

    def function_call(self, start: int, name: tuple[str, ...]) -> spec.Expr:
        """The call of `name`, whose `(` is at the cursor."""
        distinct, args, ignore_nulls = self._arguments()
        if not distinct and len(args) == 1 and len(name) == 1 and isinstance(args[0], spec.Star):
            star = args[0]
            if name[0].lower() == "count" and not star.target and not star.except_:
                args = (spec.Literal(1, t.INT, origin=star.origin),)
        return self.call_tail(start, name, args, distinct=distinct, ignore_nulls=ignore_nulls)

    def call_tail(
        self,
        start: int,
        name: tuple[str, ...],
        args: tuple[spec.Expr, ...],
        *,
        distinct: bool = False,
        ignore_nulls: bool | None = None,
    ) -> spec.Expr:
        """What may follow a call's `)`: WITHIN GROUP, FILTER, IGNORE NULLS and OVER."""
        within: tuple[spec.SortOrder, ...] = ()
        condition = None
        kind = self.kind
        if kind in _CALL_TAILS:
            if self.accept("WITHIN", "GROUP", "("):
                self.expect("ORDER", "BY")
                within = self.sort_items()
                self.expect(")")
            if self.accept("FILTER", "("):
                self.expect("WHERE")
                condition = self.expression()
                self.expect(")")
            if self.kind in _NULL_RULES and self.peek() == "NULLS":
                ignore_nulls = self.kind == "IGNORE"
                self.skip(2)
            window = None
            if self.kind == "OVER" and self._at_window():
                self.advance()
                window = self.window_spec()
            origin = self.origin(start)
            call = spec.Function(name, args, distinct, condition, ignore_nulls, within, origin=origin)
            return call if window is None else spec.Window(call, window, origin=origin)
        return spec.Function(name, args, distinct, None, ignore_nulls, origin=self.origin(start))

    def _arguments(self) -> tuple[bool, tuple[spec.Expr, ...], bool | None]:
        """`([DISTINCT|ALL] argument, … [IGNORE|RESPECT NULLS])`: distinct, the arguments, the null rule."""
        self.advance()
        if self.kind == ")":
            self.advance()
            return False, (), None
        distinct = False
        ignore_nulls = None
        if self.kind in _QUANTIFIERS and self.peek() not in _AFTER_WORD:
            distinct = self.kind == "DISTINCT"
            self.advance()
        args = [self.function_argument()]
        while self.kind == ",":
            self.advance()
            args.append(self.function_argument())
        if self.kind in _NULL_RULES and self.peek() == "NULLS":
            ignore_nulls = self.kind == "IGNORE"
            self.skip(2)
            self.demand(")")
        elif isinstance(args[-1], spec.Lambda):
            self.expect(")")
        else:
            self.close_list(is_long=len(args) > 1)
        return distinct, tuple(args), ignore_nulls

    def function_argument(self) -> spec.Expr:
        """An expression or `name => expression`."""
        if self.peek() == "=>" and self.kind in self.identifiers:
            start = self.i
            name = self.identifier()
            self.advance()
            return spec.NamedArgument(name, self.expression(), origin=self.origin(start))
        return self.expression()

    # ------------------------------------------------------------------------------------------------- windows

    def _at_window(self) -> bool:
        after = self.peek()
        return after == "(" or (after in self.identifiers and after not in CLAUSES)

    def window_spec(self) -> spec.WindowSpec:
        """What follows OVER or `name AS`: a window's name, or its definition in parentheses."""
        start = self.i
        if self.kind != "(":
            return spec.WindowSpec(base=self.name())
        self.advance()
        if self.kind in self.identifiers and self.peek() == ")":
            base = self.name()
            self.expect(")")
            return spec.WindowSpec(base=base)
        partition: tuple[spec.Expr, ...] = ()
        order: tuple[spec.SortOrder, ...] = ()
        if self.accept("CLUSTER", "BY"):
            partition = self.expressions()
            order = tuple(spec.SortOrder(key, origin=key.origin) for key in partition)
        else:
            if self.accept_any(("PARTITION", "DISTRIBUTE")):
                self.expect("BY")
                partition = self.expressions()
            if self.accept_any(("ORDER", "SORT")):
                self.expect("BY")
                order = self.sort_items()
        frame = self._frame() if self.kind in ("ROWS", "RANGE") else None
        self.expect(")")
        return spec.WindowSpec(partition, order, frame, origin=self.origin(start))

    def _frame(self) -> spec.Frame:
        unit = self.kind.lower()
        self.advance()
        if self.accept("BETWEEN"):
            lower = self._frame_bound()
            self.expect("AND")
            return spec.Frame(unit, lower, self._frame_bound())
        return spec.Frame(unit, self._frame_bound(), spec.FrameBound("current_row"))

    def _frame_bound(self) -> spec.FrameBound:
        if self.kind == "UNBOUNDED" and self.peek() in _DIRECTIONS:
            self.advance()
            return spec.FrameBound(f"unbounded_{self.expect_any(*_DIRECTIONS).lower()}")
        if self.accept("CURRENT", "ROW"):
            return spec.FrameBound("current_row")
        start = self.i
        value = self.expression()
        kind = self.expect_any(*_DIRECTIONS).lower()
        if not is_constant(value):
            raise self.error("_LEGACY_ERROR_TEMP_0064", start, msg="Frame bound value must be a literal.")
        return spec.FrameBound(kind, value, self.origin(start))

    # --------------------------------------------------------------------------------- calls with words inside

    def special_call(self, start: int) -> spec.Expr:
        """A call at the cursor of a name that the grammar knows; plain when its arguments are plain."""
        return _SPECIAL[self.kind](self, start)

    def _cast(self, start: int) -> spec.Expr:
        """`CAST(value AS type)`; without AS the call of a function of that name."""
        is_try = self.kind == "TRY_CAST"
        if self.peek(2) in _NO_VALUE or self.peek(3) == "=>":
            return self._plain_call(start)
        self.skip(2)
        child = self.expression()
        if self.kind in (",", ")"):
            self.skip(start - self.i)
            return self._plain_call(start)
        self.expect("AS")
        type_start = self.i
        dtype = without_char(self.data_type())
        if self.i == type_start + 1 and self.kind not in _AFTER_TYPE_WORD:
            self.fail(
                "')'"
            )  # a word alone may be read in two ways: Spark's parser supposes nothing left out or too much
        self.demand(")")
        return spec.Cast(child, dtype, is_try, origin=self.origin(start))

    def _plain_call(self, start: int) -> spec.Expr:
        name = self.token_text()
        self.advance()
        return self.function_call(start, (name,))

    def _struct(self, start: int) -> spec.Expr:
        name = self.token_text()
        self.skip(2)
        args: tuple[spec.Expr, ...] = ()
        if self.kind != ")":
            args = self.named_expressions()
        self.demand(")")
        return spec.Function((name,), args, origin=self.origin(start))

    def _position(self, start: int) -> spec.Expr:
        name = self.token_text()
        if not self.has_word_inside("IN"):
            self.advance()
            return self.function_call(start, (name,))
        self.skip(2)
        part = self.value(1)
        self.expect("IN")
        whole = self.value(1)
        self.demand(")")
        return self.call("locate", (part, whole), start)

    def _extract(self, start: int) -> spec.Expr:
        name = self.token_text()
        if self.peek(3) != "FROM" or self.peek(2) not in self.identifiers:
            self.advance()
            return self.function_call(start, (name,))
        self.skip(2)
        field_start = self.i
        field = spec.Literal(self.identifier(), t.STRING, origin=self.origin(field_start))
        self.expect("FROM")
        source = self.value(1)
        self.demand(")")
        return self.call("extract", (field, source), start)

    def _substring(self, start: int) -> spec.Expr:
        name = self.token_text()
        if not self.has_word_inside("FROM") and not self.has_word_inside("FOR"):
            self.advance()
            return self.function_call(start, (name,))
        self.skip(2)
        args = [self.value(1)]
        self.expect_any("FROM", ",")
        args.append(self.value(1))
        if self.accept_any(("FOR", ",")):
            args.append(self.value(1))
        self.demand(")")
        return self.call("substring", tuple(args), start)

    def _trim(self, start: int) -> spec.Expr:
        name = self.token_text()
        if not self.has_word_inside("FROM"):
            self.advance()
            return self.function_call(start, (name,))
        self.skip(2)
        side = self.accept_any(("BOTH", "LEADING", "TRAILING"))
        cut = self.value(1) if self.kind != "FROM" else None
        self.expect("FROM")
        source = self.value(1)
        self.demand(")")
        function = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(side or "", "trim")
        return self.call(function, (source,) if cut is None else (cut, source), start)

    def _overlay(self, start: int) -> spec.Expr:
        name = self.token_text()
        if not self.has_word_inside("PLACING"):
            self.advance()
            return self.function_call(start, (name,))
        self.skip(2)
        args = [self.value(1)]
        self.expect("PLACING")
        args.append(self.value(1))
        self.expect("FROM")
        args.append(self.value(1))
        if self.accept("FOR"):
            args.append(self.value(1))
            self.demand(")")
        else:
            self.expect(")")
        return self.call("overlay", tuple(args), start)

    def _timestamp_arithmetic(self, start: int) -> spec.Expr:
        """`DATEADD(unit, n, t)` and `DATEDIFF(unit, a, b)`: a unit first and three arguments; else a plain call."""
        kind = self.kind
        name = self.token_text()
        first = self.i + 2
        is_unit = self.kinds[first] in DATETIME_UNITS and self.kinds[first + 1] == ","
        is_text = self.kinds[first] == "string" and self.kinds[first + 1] == ","
        self.advance()
        found = self.function_call(start, (name,))
        if not isinstance(found, spec.Function) or len(found.args) != 3 or not (is_unit or is_text):
            return found
        if is_text:
            raise self.error(
                "INVALID_PARAMETER_VALUE.DATETIME_UNIT",
                start,
                functionName=f"`{name}`",
                parameter="`unit`",
                invalidValue=self.token_text(first),
            )
        unit = spec.Literal(self.token_text(first), t.STRING, origin=found.args[0].origin)
        function = "timestampadd" if kind in ("DATEADD", "DATE_ADD", "TIMESTAMPADD") else "timestampdiff"
        return spec.Function((function,), (unit, *found.args[1:]), is_internal=True, origin=self.origin(start))

    def has_word_inside(self, word: str) -> bool:
        """Whether `word` stands between the parentheses after the cursor, at their own level."""
        depth = 0
        kinds = self.kinds
        i = self.i + 1
        while True:
            kind = kinds[i]
            if kind == "(":
                depth += 1
            elif kind == ")":
                depth -= 1
                if depth == 0:
                    return False
            elif kind == "eof":
                return False
            elif kind == word and depth == 1:
                return True
            i += 1


def is_constant(expr: spec.Expr) -> bool:
    """Whether the grammar alone tells that an expression is a constant: literals and arithmetic on them."""
    if isinstance(expr, spec.Function):
        return expr.name[0] in _ARITHMETIC and all(is_constant(arg) for arg in expr.args)
    if isinstance(expr, spec.Cast):
        return is_constant(expr.child)
    return isinstance(expr, (spec.Literal, spec.TypedLiteral, spec.IntervalParts, spec.Parameter))


_ARITHMETIC: Final = frozenset(("+", "-", "*", "/", "%", "div", "negative", "positive"))
_CALL_TAILS: Final = frozenset(("WITHIN", "FILTER", "IGNORE", "RESPECT", "OVER"))
_NULL_RULES: Final = frozenset(("IGNORE", "RESPECT"))
_QUANTIFIERS: Final = frozenset(("DISTINCT", "ALL"))
_NO_VALUE: Final = frozenset((")", "*", "DISTINCT"))  # what a call may begin with and a cast may not
_AFTER_TYPE_WORD: Final = CONSTANTS | {")", "eof"}
_AFTER_WORD: Final = frozenset((")", ",", ".", "=>", "eof"))
_DIRECTIONS: Final = ("PRECEDING", "FOLLOWING")

# Names with a grammar of their own when `(` follows.
_SPECIAL: Final[dict[str, Callable[[Any, int], spec.Expr]]] = {
    "CAST": CallGrammar._cast,
    "TRY_CAST": CallGrammar._cast,
    "STRUCT": CallGrammar._struct,
    "POSITION": CallGrammar._position,
    "EXTRACT": CallGrammar._extract,
    "SUBSTR": CallGrammar._substring,
    "SUBSTRING": CallGrammar._substring,
    "TRIM": CallGrammar._trim,
    "OVERLAY": CallGrammar._overlay,
    "DATEADD": CallGrammar._timestamp_arithmetic,
    "DATE_ADD": CallGrammar._timestamp_arithmetic,
    "TIMESTAMPADD": CallGrammar._timestamp_arithmetic,
    "DATEDIFF": CallGrammar._timestamp_arithmetic,
    "DATE_DIFF": CallGrammar._timestamp_arithmetic,
    "TIMEDIFF": CallGrammar._timestamp_arithmetic,
    "TIMESTAMPDIFF": CallGrammar._timestamp_arithmetic,
}

SPECIAL_CALLS: Final = frozenset(_SPECIAL)
