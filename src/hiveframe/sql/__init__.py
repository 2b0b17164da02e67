"""SwarmQL: SQL text to the unresolved tree (`plan.spec`, `plan.commands`), and types and names in text."""

from __future__ import annotations

from hiveframe.sql.cursor import ParserConf
from hiveframe.sql.identifiers import parse_multipart_identifier, quote_identifier, quote_if_needed
from hiveframe.sql.parameters import bind_parameters
from hiveframe.sql.parser import parse_expression, parse_named_expressions, parse_query, parse_statement
from hiveframe.sql.strings import quote_string
from hiveframe.sql.type_json import type_from_json
from hiveframe.sql.type_parser import parse_data_type, parse_schema, parse_schema_ddl

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
    "quote_identifier",
    "quote_if_needed",
    "quote_string",
    "type_from_json",
]
