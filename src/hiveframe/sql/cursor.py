"""The parser's place among the tokens: look, step, demand; where a node came from; names and errors."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final, NoReturn, Protocol

from hiveframe.errors import AnalysisException, ParseException, QueryContext, unsupported
from hiveframe.plan import spec
from hiveframe.sql.identifiers import unquote_identifier
from hiveframe.sql.keywords import ANSI_RESERVED, KEYWORDS, STRICT_NON_RESERVED
from hiveframe.sql.lexer import tokenize
from hiveframe.sql.strings import unquote_string
from hiveframe.sql.syntax_errors import parse_error, syntax_error


class ParserConf(Protocol):
    """Where the parser asks for the settings that change how text reads."""

    def get(self, name: str, /) -> str | None:
        """The value of a setting; None when it is unset."""


class Cursor:
    """A position in the tokens of `text`: `kind` is the kind of the token at `i`."""

    __slots__ = (
        "conf",
        "i",
        "identifiers",
        "in_dml",
        "keep_escapes",
        "kind",
        "kinds",
        "line_starts",
        "path_names",
        "plain_text",
        "positional_count",
        "starts",
        "stops",
        "strict_identifiers",
        "text",
    )

    def __init__(self, text: str, conf: ParserConf | None = None) -> None:
        ansi = _is_on(conf, "spark.sql.ansi.enabled", True)
        double_quoted = ansi and _is_on(conf, "spark.sql.ansi.doubleQuotedIdentifiers")
        reserves = ansi and _is_on(conf, "spark.sql.ansi.enforceReservedKeywords")
        tokens = tokenize(text, double_quoted_identifiers=double_quoted)
        if tokens.unclosed_comment is not None:
            raise parse_error("UNCLOSED_BRACKETED_COMMENT", text, tokens.unclosed_comment, len(text))
        self.text = text
        self.conf = conf
        self.kinds = tokens.kinds
        self.line_starts = [0] + [match.end() for match in _NEWLINE.finditer(text)]
        self.starts = tokens.starts
        self.stops = tokens.stops
        self.i = 0
        self.kind = tokens.kinds[0]
        self.keep_escapes = _is_on(conf, "spark.sql.parser.escapedStringLiterals")
        self.identifiers = _ANSI_IDENTIFIERS if reserves else _IDENTIFIERS
        self.strict_identifiers = _ANSI_IDENTIFIERS if reserves else _STRICT_IDENTIFIERS
        self.plain_text = text.isascii() and "://" not in text
        self.positional_count = 0
        self.path_names: dict[int, str] = {}
        self.in_dml = False

    # ------------------------------------------------------------------------------------------------- stepping

    def advance(self) -> None:
        """Step over the current token."""
        self.i += 1
        self.kind = self.kinds[self.i]

    def skip(self, count: int) -> None:
        """Step over `count` tokens."""
        self.i += count
        self.kind = self.kinds[self.i]

    def peek(self, distance: int = 1) -> str:
        """The kind of the token `distance` ahead."""
        return self.kinds[min(self.i + distance, len(self.kinds) - 1)]

    def at(self, *kinds: str) -> bool:
        """Whether the next tokens are of these kinds, in order."""
        i = self.i
        return self.kinds[i : i + len(kinds)] == list(kinds)

    def accept(self, *kinds: str) -> bool:
        """Step over the tokens of these kinds if they are all there, in order."""
        if self.kind != kinds[0] or (len(kinds) > 1 and not self.at(*kinds)):
            return False
        self.skip(len(kinds))
        return True

    def accept_any(self, kinds: frozenset[str] | tuple[str, ...]) -> str | None:
        """Step over a token of one of these kinds; its kind, or None."""
        kind = self.kind
        if kind not in kinds:
            return None
        self.advance()
        return kind

    def expect(self, *kinds: str) -> None:
        """Step over tokens of these kinds, or say that they are missing."""
        for kind in kinds:
            if self.kind != kind:
                hint = f": extra input '{self.token_text()}'" if self.peek() == kind else ""
                self.fail(f"'{kind}'", hint=hint)
            self.advance()

    def demand(self, kind: str) -> None:
        """Step over a token of this kind where any other token but the end means that it was left out."""
        may_follow = kind != ")" or self.kind not in CONSTANTS  # a constant never stands behind one
        if self.kind != kind and self.kind != "eof" and self.peek() != kind and may_follow:
            self.fail(f"'{kind}'", hint=f": missing {_SHOWN_KINDS.get(kind, repr(kind))}")
        self.expect(kind)

    def close_list(self, *, is_long: bool = False) -> None:
        """Step over the `)` that ends a list; what stands in its place is extra where parts follow, or went before."""
        if self.kind not in (")", "eof") and (is_long or self.peek() in (",", ")", "eof")):
            self.fail("')'", hint=f": extra input '{self.token_text()}'")
        self.expect(")")

    def expect_any(self, *kinds: str) -> str:
        """Step over a token of one of these kinds and return its kind, or say what is missing."""
        kind = self.kind
        if kind not in kinds:
            self.fail(one_of(kinds))
        self.advance()
        return kind

    def expect_not(self) -> None:
        """Step over NOT; `!` in its place inside an operator is told to be outdated, as in Spark."""
        if self.kind == "!":
            start = self.i
            self.advance()
            raise self.error("SYNTAX_DISCONTINUED.BANG_EQUALS_NOT", start, clause="!")
        self.expect("NOT")

    def closing(self, i: int) -> int:
        """The token that closes the parenthesis at token `i`; the last token when none does."""
        depth = 0
        kinds = self.kinds
        while kinds[i] != "eof":
            kind = kinds[i]
            if kind == "(":
                depth += 1
            elif kind == ")":
                depth -= 1
                if depth == 0:
                    return i
            i += 1
        return i

    def expect_end(self) -> None:
        """Nothing but semicolons may be left."""
        start = self.i
        while self.kind == ";":
            self.advance()
        if self.kind != "eof":
            is_extra = self.i > start or self.peek() in ("eof", ";")
            hint = f": extra input '{self.token_text()}'" if is_extra else ""
            self.fail("the end of the statement", hint=hint)

    # ---------------------------------------------------------------------------------------- text and positions

    def token_text(self, i: int | None = None) -> str:
        """The text of the token at `i` (default: the current one)."""
        i = self.i if i is None else i
        return self.text[self.starts[i] : self.stops[i]]

    def text_from(self, start: int) -> str:
        """The text from token `start` to the last token stepped over."""
        return self.text[self.starts[start] : self.stops[self.i - 1]]

    def origin(self, start: int) -> spec.Origin:
        """The span from token `start` to the last token stepped over."""
        begin = self.starts[start]
        line = bisect_right(self.line_starts, begin)
        return spec.Origin(self.text, begin, self.stops[self.i - 1] - 1, line, begin - self.line_starts[line - 1])

    # -------------------------------------------------------------------------------------------------- errors

    def fail(self, expected: str | None = None, at: int | None = None, hint: str = "") -> NoReturn:
        """Raise PARSE_SYNTAX_ERROR at token `at` (default: the current one)."""
        raise self.syntax_error(expected, at, hint)

    def syntax_error(self, expected: str | None = None, at: int | None = None, hint: str = "") -> ParseException:
        """PARSE_SYNTAX_ERROR at token `at` (default: the current one)."""
        i = self.i if at is None else at
        return syntax_error(self.text, self.starts[i], self.stops[i], hint=hint, expected=expected)

    def error(self, condition: str, start: int, /, **params: str) -> ParseException:
        """An error about the text from token `start` to the last token stepped over."""
        begin, end = self.starts[start], self.stops[max(self.i - 1, start)]
        return parse_error(condition, self.text, begin, end, **params)

    def operation_not_allowed(self, message: str, start: int) -> ParseException:
        """Spark's refusal of a statement that its grammar knows and its engine does not."""
        return self.error("_LEGACY_ERROR_TEMP_0035", start, message=message)

    def not_valid(self, operation: str, start: int) -> ParseException:
        """Spark's refusal of a statement or clause that it reads only to refuse it, to the end of the text."""
        while self.kind != "eof":
            self.advance()
        return self.error("INVALID_STATEMENT_OR_CLAUSE", start, operation=operation)

    def unsupported(self, feature: str, start: int) -> AnalysisException:
        """The refusal of something that Spark has and HiveFrame does not, at token `start`."""
        origin = self.origin(start)
        fragment = self.text[origin.start : origin.stop + 1]
        context = QueryContext(fragment, origin.start, origin.stop, origin.line, origin.column, self.text)
        return unsupported(feature, context=context)

    # --------------------------------------------------------------------------------------------------- names

    def identifier(self) -> str:
        """A name: unquoted (a keyword too), quoted, or `IDENTIFIER('text')`."""
        kind = self.kind
        if kind not in self.identifiers:
            self.fail("a name")
        i = self.i
        if kind == "IDENTIFIER" and self.kinds[i + 1] == "(" and self.kinds[i + 2] == "string":
            self.skip(2)
            name = self.string()
            self.expect(")")
            return name
        token = self.text[self.starts[i] : self.stops[i]]
        self.i = i + 1
        self.kind = self.kinds[i + 1]
        if kind == "quoted":
            return unquote_identifier(token)
        if not self.plain_text and (not token.isascii() or "://" in token):
            raise self.error("INVALID_IDENTIFIER", i, ident=token)
        return token

    def strict_identifier(self) -> str:
        """A name that may stand for a table: none of the words that begin what follows one."""
        if self.kind not in self.strict_identifiers:
            self.fail("a name")
        return self.identifier()

    def name(self) -> str:
        """A name where no expression may follow: `a-b` is told to be quoted (INVALID_IDENTIFIER)."""
        start = self.i
        found = self.identifier()
        if self.kind == "-" and self.peek() in self.identifiers:
            at = self.i
            while self.kind == "-" and self.peek() in self.identifiers:
                self.skip(2)
            raise self.error("INVALID_IDENTIFIER", at, ident=self.text_from(start))
        return found

    def multipart_name(self) -> tuple[str, ...]:
        """Names joined by dots."""
        first = self.name()
        if self.kind != ".":
            return (first,)
        parts = [first]
        while self.kind == ".":
            self.advance()
            parts.append(self.name())
        return tuple(parts)

    def name_list(self) -> tuple[str, ...]:
        """`(name, name, …)`."""
        self.expect("(")
        names = self.names()
        self.expect(")")
        return names

    def names(self) -> tuple[str, ...]:
        """Names between commas."""
        found = [self.name()]
        while self.accept(","):
            found.append(self.name())
        return tuple(found)

    def multipart_names(self) -> tuple[tuple[str, ...], ...]:
        """Multi-part names between commas."""
        found = [self.multipart_name()]
        while self.accept(","):
            found.append(self.multipart_name())
        return tuple(found)

    def string(self) -> str:
        """A string literal; neighbours are joined into one."""
        if self.kind != "string":
            self.fail("a string")
        value = self.unquote(self.token_text())
        self.advance()
        while self.kind == "string":
            value += self.unquote(self.token_text())
            self.advance()
        return value

    def unquote(self, token: str) -> str:
        """The value of a string token under the session's rule for backslashes."""
        return unquote_string(token, keep_escapes=self.keep_escapes)

    def integer(self) -> int:
        """A whole number without sign or suffix."""
        if self.kind != "integer":
            self.fail("a whole number")
        value = int(self.token_text())
        self.advance()
        return value


def one_of(kinds: tuple[str, ...]) -> str:
    """The kinds as words of a message."""
    quoted = [f"'{kind}'" for kind in kinds]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " or " + quoted[-1]


def _is_on(conf: ParserConf | None, name: str, default: bool = False) -> bool:
    value = conf.get(name) if conf is not None else None
    return default if value is None else value.strip().lower() == "true"


_SHOWN_KINDS: Final = {"=": "EQ"}
CONSTANTS: Final = frozenset(
    ("string", "integer", "decimal", "exponent", "bigint", "smallint", "tinyint", "float", "double", "bigdecimal")
)
_NEWLINE: Final = re.compile("\n")
_IDENTIFIERS: Final = KEYWORDS | {"ident", "quoted"}
_STRICT_IDENTIFIERS: Final = _IDENTIFIERS - STRICT_NON_RESERVED
_ANSI_IDENTIFIERS: Final = _IDENTIFIERS - ANSI_RESERVED
