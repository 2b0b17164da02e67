"""SwarmQL: SQL text to the unresolved tree (`plan.spec`, `plan.commands`), and types and names in text.

The names below are imported when they are asked for: a program that uses no SQL text does not pay for its parser.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hiveframe.sql.cursor import ParserConf
    from hiveframe.sql.identifiers import parse_multipart_identifier, quote_identifier, quote_if_needed
    from hiveframe.sql.parameters import bind_parameters
    from hiveframe.sql.parser import parse_expression, parse_named_expressions, parse_query, parse_statement
    from hiveframe.sql.strings import quote_string
    from hiveframe.sql.type_parser import parse_data_type, parse_schema, parse_schema_ddl, parse_type_or_columns

_HOMES = {
    "ParserConf": "cursor",
    "bind_parameters": "parameters",
    "parse_data_type": "type_parser",
    "parse_expression": "parser",
    "parse_multipart_identifier": "identifiers",
    "parse_named_expressions": "parser",
    "parse_query": "parser",
    "parse_schema": "type_parser",
    "parse_schema_ddl": "type_parser",
    "parse_statement": "parser",
    "parse_type_or_columns": "type_parser",
    "quote_identifier": "identifiers",
    "quote_if_needed": "identifiers",
    "quote_string": "strings",
}

__all__ = [
    "ParserConf",
    "bind_parameters",
    "parse_data_type",
    "parse_expression",
    "parse_multipart_identifier",
    "parse_named_expressions",
    "parse_query",
    "parse_schema",
    "parse_schema_ddl",
    "parse_statement",
    "parse_type_or_columns",
    "quote_identifier",
    "quote_if_needed",
    "quote_string",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
