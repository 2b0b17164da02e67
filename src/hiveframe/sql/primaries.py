"""What stands without operators around it: names, calls, constants, CASE, parentheses; and what hangs on behind it.

Source: rule primaryExpression of SqlBaseParser.g4.
"""

from __future__ import annotations

from typing import Final

from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.sql.calls import SPECIAL_CALLS, CallGrammar
from hiveframe.sql.expressions import NUMBERS
from hiveframe.sql.identifiers import parse_multipart_identifier
from hiveframe.sql.type_grammar import without_char


class PrimaryGrammar(CallGrammar):
    """Reads primary expressions."""

    __slots__ = ()

    def primary(self) -> spec.Expr:
        start = self.i
        kind = self.kind
        if kind == "ident":
            found = self._named(start)
        elif kind in NUMBERS:
            found = self.number(start)
        elif kind == "string":
            found = self.joined_text(start, self.string_literal())
        elif kind == "(":
            found = self._parenthesized(start)
        elif kind == "quoted":
            found = self._named(start)
        elif kind == "*":
            found = self._star(start, ())
        elif kind == "-":
            self.advance()
            found = self.number(start, "-")
        elif kind == "?" or kind == ":":
            found = self.joined_text(start, self.parameter())
        else:
            found = self._keyword(start)
        return self._postfix(start, found) if self.kind in _POSTFIX else found

    # -------------------------------------------------------------------------------------------- names and calls

    def _keyword(self, start: int) -> spec.Expr:
        """A keyword at the cursor: a constant, a construct of the grammar, or a name like any other."""
        kind = self.kind
        after = self.peek()
        if kind in _CONSTANTS:
            if after != "string":
                value, dtype = _CONSTANTS[kind]
                self.advance()
                return spec.Literal(value, dtype, origin=self.origin(start))
        elif after == "(":
            if kind in SPECIAL_CALLS:
                return self.special_call(start)
            if kind == "IDENTIFIER":
                return self._identifier_clause(start)
            if kind == "CASE":
                return self._case(start)
        elif kind == "CASE" and after not in _AFTER_NAME:
            return self._case(start)
        elif kind == "INTERVAL" and self.at_interval():
            return self.interval()
        if kind not in self.identifiers and kind not in _CALLABLE:
            self.fail("an expression")
        return self._named(start)

    def _named(self, start: int) -> spec.Expr:
        """A column, a call, a star, a lambda or a typed literal: all begin with a name."""
        after = self.kinds[start + 1]
        kind = self.kind
        if after == "(":
            if kind in self.identifiers:
                name = self.identifier()
            else:
                name = self.token_text()
                self.advance()
            return self.function_call(start, (name,))
        if kind not in self.identifiers:
            if kind in _CURRENT:
                self.advance()
                return spec.Function((self.token_text(start),), (), origin=self.origin(start))
            self.fail("an expression")
        if after != ".":
            if after == "string":
                return self.typed_literal()
            name = self.identifier()
            if after == "->":
                self.advance()
                return spec.Lambda((name,), self.expression(), origin=self.origin(start))
            if self.in_dml and kind == "DEFAULT":
                return spec.DefaultValue(origin=self.origin(start))
            return spec.Attribute((name,), origin=self.origin(start))
        parts = [self.identifier()]
        while self.kind == ".":
            following = self.peek()
            if following == "*":
                self.advance()
                return self._star(start, tuple(parts))
            self.advance()
            parts.append(self.identifier())
        if self.kind == "(":
            return self.function_call(start, tuple(parts))
        return spec.Attribute(tuple(parts), origin=self.origin(start))

    def _star(self, start: int, target: tuple[str, ...]) -> spec.Expr:
        self.expect("*")
        except_: tuple[tuple[str, ...], ...] = ()
        if self.kind == "EXCEPT" and self.peek() == "(" and not self.at_query(self.i + 2):
            self.skip(2)
            except_ = self.multipart_names()
            self.expect(")")
        return spec.Star(target, except_=except_, origin=self.origin(start))

    def _identifier_clause(self, start: int) -> spec.Expr:
        """`IDENTIFIER(expr)` as a column, or as a function when arguments follow."""
        self.skip(2)
        name = self.expression()
        self.expect(")")
        text = constant_text(name)
        if self.kind == "(":
            if text is not None:
                return self.function_call(start, parse_multipart_identifier(text))
            call = self.function_call(start, ("identifier",))
            args = call.args if isinstance(call, spec.Function) else ()
            return spec.IdentifierClause(name, args, origin=self.origin(start))
        if text is not None:
            return spec.Attribute(parse_multipart_identifier(text), origin=self.origin(start))
        return spec.IdentifierClause(name, origin=self.origin(start))

    # ----------------------------------------------------------------------------------------- CASE, parentheses

    def _case(self, start: int) -> spec.Expr:
        self.advance()
        subject = None if self.kind == "WHEN" and self.peek() not in _AFTER_NAME else self.expression()
        args: list[spec.Expr] = []
        if self.kind != "WHEN":
            self.fail("'WHEN'")
        while self.kind == "WHEN":
            self.advance()
            args.append(self.expression())
            self.demand("THEN")
            args.append(self.expression())
        if self.accept("ELSE"):
            args.append(self.expression())
        self.expect("END")
        if subject is not None:
            for n in range(0, len(args) - 1, 2):
                args[n] = self.call("=", (subject, args[n]), start)
        return self.call("when", tuple(args), start)

    def _parenthesized(self, start: int) -> spec.Expr:
        """A subquery, a lambda of several parameters, a row, or an expression in parentheses."""
        if self.at_query(start + 1):
            self.advance()
            if self.at("SELECT", "string") and self.is_list_after(self.i + 1, least=2):
                return self.typed_literal()  # which says that there are no literals of the type SELECT
            return self._subquery(start, self.query())
        parameters = self._lambda_parameters()
        if parameters is not None:
            return spec.Lambda(parameters, self.expression(), origin=self.origin(start))
        self.advance()
        inner = self.kind
        first = self.named_expression()
        if self.kind == ")":
            if isinstance(first, spec.Alias):
                self.fail("','")
            self.advance()
            return first
        if inner == "(" and isinstance(first, spec.ScalarSubquery) and self.at_query_tail():
            return self._subquery(start, self.query_after(first.plan))
        items = [first]
        while self.accept(","):
            items.append(self.named_expression())
        if len(items) == 1:
            self.fail("')'")
        self.close_list(is_long=True)
        return self._row(start, items)

    def _subquery(self, start: int, plan: spec.Relation) -> spec.Expr:
        self.expect(")")
        return spec.ScalarSubquery(plan, origin=self.origin(start))

    def _row(self, start: int, items: list[spec.Expr]) -> spec.Expr:
        """`(a, b)`: a struct whose fields are named after their columns, else col1, col2, …"""
        if any(isinstance(item, spec.Star) for item in items):
            return self.call("struct", tuple(items), start)
        args: list[spec.Expr] = []
        for number, item in enumerate(items, 1):
            name, value = f"col{number}", item
            if isinstance(item, spec.Attribute):
                name = item.parts[-1]
            elif isinstance(item, spec.Alias) and len(item.names) == 1:
                name, value = item.names[0], item.child
            args += (spec.Literal(name, t.STRING, origin=item.origin), value)
        return self.call("named_struct", tuple(args), start)

    def _lambda_parameters(self) -> tuple[str, ...] | None:
        """Steps over `(x, y) ->` if that is what stands here."""
        kinds = self.kinds
        i = self.i + 1
        if kinds[i + 1] != ",":
            return None
        while kinds[i] in self.identifiers and kinds[i + 1] == ",":
            i += 2
        if kinds[i] not in self.identifiers or kinds[i + 1] != ")" or kinds[i + 2] != "->":
            return None
        self.advance()
        names = self.names()
        self.expect(")", "->")
        return names

    # -------------------------------------------------------------------------------------------------- postfix

    def _postfix(self, start: int, base: spec.Expr) -> spec.Expr:
        """`base` with its `.field`, `[key]`, `::type`, `:path` and COLLATE."""
        while True:
            kind = self.kind
            if kind == ".":
                self.advance()
                begin = self.i
                name = self.identifier()
                if isinstance(base, spec.Attribute):
                    base = spec.Attribute((*base.parts, name), origin=self.origin(start))
                else:
                    key = spec.Literal(name, t.STRING, origin=self.origin(begin))
                    base = spec.ExtractValue(base, key, origin=self.origin(start))
            elif kind == "[":
                self.advance()
                key_expr = self.value(1)
                self.expect("]")
                base = spec.ExtractValue(base, key_expr, origin=self.origin(start))
            elif kind == "::":
                self.advance()
                base = spec.Cast(base, without_char(self.data_type()), origin=self.origin(start))
            elif kind == ":":
                base = self._path(start, base)
            elif kind == "COLLATE" and self.peek() in self.identifiers:
                self.advance()
                begin = self.i
                name = ".".join(self.multipart_name())
                collation = spec.Literal(name, t.STRING, origin=self.origin(begin))
                base = self.call("collate", (base, collation), start)
            else:
                return base

    def _path(self, start: int, base: spec.Expr) -> spec.Expr:
        """`variant:a.b[0]`: the value at a path, which names its column after its last part."""
        self.advance()
        path = ["$"]
        name = self._path_step(path, is_first=True)
        while self.kind == "[" or (self.kind == "." and self.peek() in self.identifiers):
            name = self._path_step(path) or name
        literal = spec.Literal("".join(path), t.STRING, origin=self.origin(start))
        variant = spec.Literal("variant", t.STRING)
        value = self.call("variant_get", (base, literal, variant), start)
        if name:
            self.path_names[id(value)] = name
        return value

    def _path_step(self, path: list[str], *, is_first: bool = False) -> str:
        """Adds one step to `path`; its name when it has one."""
        if self.accept("["):
            if self.kind == "string":
                name = self.string()
                path.append(f"['{name}']")
            elif self.kind == "integer":
                name = ""
                path.append(f"[{self.integer()}]")
            else:
                name = self.identifier()
                path.append(f"['{name}']")
            self.expect("]")
            return name
        if not is_first:
            self.expect(".")
        name = self.identifier()
        path.append(f".{name}")
        return name


def constant_text(expr: spec.Expr) -> str | None:
    """The value of a string constant; None for any other expression."""
    if isinstance(expr, spec.Literal) and expr.dtype == t.STRING:
        return str(expr.value)
    return None


_CONSTANTS: Final = {"NULL": (None, t.NULL), "TRUE": (True, t.BOOLEAN), "FALSE": (False, t.BOOLEAN)}
_POSTFIX: Final = frozenset((".", "[", "::", ":", "COLLATE"))
_AFTER_NAME: Final = frozenset((")", ",", ".", "eof", ";", "FROM", "=", "->"))

# Functions whose names are reserved words where keywords are reserved.
_CALLABLE: Final = frozenset(("FILTER", "LEFT", "RIGHT"))
_CURRENT: Final = frozenset(
    ("CURRENT_DATE", "CURRENT_PATH", "CURRENT_TIME", "CURRENT_TIMESTAMP", "CURRENT_USER", "SESSION_USER", "USER")
)
