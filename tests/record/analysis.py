"""Records what Spark says of the queries in `tests/golden/analysis/*.sql`: their schema, or their error.

    python -m tests.record.analysis sc://127.0.0.1:15002

needs a Spark Connect server of Apache Spark. Answers that are there already are kept; delete a file to ask anew.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

GOLDEN = Path(__file__).parents[1] / "golden" / "analysis"


def queries(path: Path) -> list[str]:
    """The queries of a file, one a line; a line that begins with `--` is a comment."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("--")]


def answer(spark: SparkSession, query: str) -> dict[str, Any]:
    """The query's columns as (name, type, nullable), or the error that its analysis raises."""
    try:
        schema = spark.sql(query).schema
    except PySparkException as error:
        contexts = [[c.fragment(), c.startIndex(), c.stopIndex()] for c in error.getQueryContext() or []]
        return {
            "error": type(error).__name__,
            "condition": error.getCondition(),
            "state": error.getSqlState(),
            "params": error.getMessageParameters(),
            "context": contexts,
        }
    return {"columns": [[f.name, f.dataType.simpleString(), f.nullable] for f in schema.fields]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("remote", help="a Spark Connect endpoint, sc://host:port")
    spark = SparkSession.builder.remote(parser.parse_args().remote).create()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    for path in sorted(GOLDEN.glob("*.sql")):
        target = path.with_suffix(".json")
        known = json.loads(target.read_text(encoding="utf-8")) if target.exists() else {}
        answers = {q: known.get(q) or answer(spark, q) for q in queries(path)}
        target.write_text(json.dumps(answers, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
