"""Types and schemas from text: DDL and Spark's JSON."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TypeVar

from hiveframe.errors import ParseException, QueryContext
from hiveframe.plan import types as t
from hiveframe.plan.type_json import type_from_json
from hiveframe.sql.cursor import ParserConf
from hiveframe.sql.type_grammar import TypeGrammar

T = TypeVar("T")


def parse_data_type(text: str, *, conf: ParserConf | None = None) -> t.DataType:
    """The type that `text` names, such as `array<int>`; raises ParseException."""
    return _parse(text, conf, TypeGrammar.data_type)


def parse_schema_ddl(text: str, *, conf: ParserConf | None = None) -> t.StructType:
    """The columns of `a int, b string NOT NULL COMMENT 'x'`; raises ParseException."""
    return t.StructType(_parse(text, conf, TypeGrammar.column_types))


def parse_schema(text: str, *, conf: ParserConf | None = None) -> t.DataType:
    """The schema or type in `text`, which may be DDL columns, a type, `a: int` pairs or Spark's JSON."""
    if text.lstrip()[:1] in ("{", '"'):
        return type_from_json(text)
    attempts: tuple[Callable[[], t.DataType], ...] = (
        lambda: parse_schema_ddl(text, conf=conf),
        lambda: parse_data_type(text, conf=conf),
        lambda: parse_data_type(f"struct<{text.strip()}>", conf=conf),
    )
    failures: list[ParseException] = []
    for attempt in attempts:
        try:
            return attempt()
        except ParseException as error:
            failures.append(error)
    raise failures[0]


def parse_type_or_columns(text: str, *, conf: ParserConf | None = None) -> t.DataType:
    """A function's schema argument: a type, else columns; what is neither fails as a type (`DataType.fromDDL`)."""
    if text.lstrip()[:1] in ("{", '"'):
        return type_from_json(text)
    try:
        return parse_data_type(text, conf=conf)
    except ParseException:
        with contextlib.suppress(ParseException):
            return parse_schema_ddl(text, conf=conf)
        raise


def _parse(text: str, conf: ParserConf | None, rule: Callable[[TypeGrammar], T]) -> T:
    grammar = TypeGrammar(text, conf)
    if grammar.kind == "eof":
        raise ParseException("PARSE_EMPTY_STATEMENT", context=QueryContext("", 0, -1, 1, 0, text))
    try:
        found = rule(grammar)
    except ParseException as error:  # a type is read to its end before it is judged
        if error.condition == "UNSUPPORTED_DATATYPE" and grammar.kind != "eof":
            grammar.fail("the end of the type")
        raise
    if grammar.kind != "eof":
        grammar.fail("the end of the type")
    return found
