"""The engine's way to split lines of CSV is the one of `functions.univocity`, wherever it is taken."""

from __future__ import annotations

import random

import duckdb
import pyarrow as pa
import pytest

from hiveframe.functions.sql import Sql, column, func
from hiveframe.functions.univocity import Dialect, RecordParser
from hiveframe.lake.csv.options import read_options
from hiveframe.lake.csv.tokens import token_list
from hiveframe.lake.options import Options
from hiveframe.settings import Settings

LEFT = ["left to Python"]


def left(lines: pa.Array) -> pa.Array:
    return pa.array([LEFT] * len(lines), pa.list_(pa.string()))


def split(line: Sql) -> Sql:
    return func("left_to_python", line)


@pytest.mark.parametrize("given", [{}, {"escape": '"'}, {"sep": "\t"}, {"quote": ""}, {"sep": "||"}])
def test_the_engine_splits_lines_as_univocity_does(given: dict[str, str]) -> None:
    options = read_options(Options(given), Settings({}))
    signs = ['"', '"', '"', options.separator, options.separator, "a", "b", " ", "\\"]
    rng = random.Random(7)
    drawn = ("".join(rng.choices(signs, k=rng.choice([2, 4, 8, 16]))) for _ in range(3000))
    lines = [line for line in drawn if line.strip()]
    with duckdb.connect() as connection:
        connection.create_function("left_to_python", left, ["VARCHAR"], "VARCHAR[]", type="arrow")  # type: ignore[arg-type,list-item]
        connection.register("lines", pa.table({"line": lines}))
        fields = token_list(column("line"), options, split).sql("duckdb")
        rows = connection.execute(f"SELECT line, {fields} FROM lines").fetchall()
    parser = RecordParser(options.dialect)
    taken = [(line, found) for line, found in rows if found != LEFT]
    assert len(taken) > len(lines) / 20
    assert [(line, found) for line, found in taken if found != parser.line(line)] == []


# As univocity 2.9.1 answers.
CASES = [
    ('"a"b,c', Dialect(), ['"a"b', "c"]),
    ('"a"b,c"d,e', Dialect(unescaped_quotes="STOP_AT_CLOSING_QUOTE"), ['a"b,c"d,e']),
    ('"a"b,c"d,e', Dialect(unescaped_quotes="BACK_TO_DELIMITER"), ["ab", "cd,e"]),
    ('x,"a"b,c', Dialect(unescaped_quotes="SKIP_VALUE"), ["x", None, "c"]),
    ('"a""b","c', Dialect(escape='"'), ['a"b', "c"]),
    ('a,"', Dialect(), ["a", '"']),
    ('"a\\', Dialect(), ["a"]),
    ('"a" ,b', Dialect(), ["a", "b"]),
    ('"a#"",b', Dialect(escape="#", escape_escape="#"), ['a"', "b"]),
]


@pytest.mark.parametrize(("line", "dialect", "fields"), CASES)
def test_a_line_is_split_as_univocity_splits_it(line: str, dialect: Dialect, fields: list[str | None]) -> None:
    assert RecordParser(dialect).line(line) == fields
