"""The 43 questions, for HiveFrame in Spark SQL, for DuckDB as its own users would write them."""

from functools import cache
from pathlib import Path

import sqlglot

from benchmarks.tpc.queries import statements

FILE = Path(__file__).with_name("queries.sql")
SUMS = 90
DUCKDB_SPELLINGS = {
    "'$1', 'g'": r"'\1'",  # the pattern matches once; DuckDB's groups have a backslash
    " NULLS FIRST": "",  # Spark's order; no column of the table has NULLs
}


@cache
def questions() -> dict[str, str]:
    """Each question's Spark SQL by ClickBench's number, `q00` to `q42`."""
    sums = ", ".join(f"sum(ResolutionWidth + {n})" if n else "sum(ResolutionWidth)" for n in range(SUMS))
    texts = statements(FILE.read_text().replace("{sums}", sums))
    return {f"q{number:02}": text for number, text in enumerate(texts)}


def in_duckdb(text: str) -> str:
    """The question in DuckDB's SQL."""
    translated = sqlglot.transpile(text, read="spark", write="duckdb")[0]
    for spark, duckdb in DUCKDB_SPELLINGS.items():
        translated = translated.replace(spark, duckdb)
    return translated
