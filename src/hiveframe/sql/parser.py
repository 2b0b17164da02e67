"""The whole parser, and its entry points."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hiveframe.errors import ParseException, QueryContext
from hiveframe.plan import spec
from hiveframe.sql.cursor import ParserConf
from hiveframe.sql.statements import StatementGrammar
from hiveframe.sql.type_parser import parse_data_type, parse_schema, parse_schema_ddl

__all__ = [
    "Parser",
    "parse_data_type",
    "parse_expression",
    "parse_named_expressions",
    "parse_query",
    "parse_schema",
    "parse_schema_ddl",
    "parse_statement",
]

T = TypeVar("T")


class Parser(StatementGrammar):
    """SwarmQL's grammar; one object reads one text."""

    __slots__ = ()


def parse_statement(text: str, *, conf: ParserConf | None = None) -> spec.Relation | spec.Command:
    """The relation of a query, or the command of any other statement; raises ParseException."""
    return _parse(text, conf, Parser.statement)


def parse_query(text: str, *, conf: ParserConf | None = None) -> spec.Relation:
    """The relation of a query; raises ParseException."""
    return _parse(text, conf, Parser.query)


def parse_expression(text: str, *, conf: ParserConf | None = None) -> spec.Expr:
    """One expression, an `Alias` when it is named; raises ParseException."""
    return _parse(text, conf, Parser.named_expression)


def parse_named_expressions(text: str, *, conf: ParserConf | None = None) -> tuple[spec.Expr, ...]:
    """Expressions between commas, each perhaps named; raises ParseException."""
    return _parse(text, conf, Parser.named_expressions)


def _parse(text: str, conf: ParserConf | None, rule: Callable[[Parser], T]) -> T:
    parser = Parser(text, conf)
    if parser.kind == "eof":
        raise ParseException("PARSE_EMPTY_STATEMENT", context=QueryContext("", 0, -1, 1, 0, text))
    try:
        found = rule(parser)
    except RecursionError:
        raise parser.error("FAILED_TO_PARSE_TOO_COMPLEX", 0) from None
    parser.expect_end()
    return found
