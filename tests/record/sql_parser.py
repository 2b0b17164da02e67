"""Record what Spark says of SQL text that is wrong, and how it reads types.

python -m tests.record.sql_parser sc://127.0.0.1:15061
"""

import json
import sys
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.types import DataType

from tests.unit.sql.shape import FIXTURES
from tests.unit.sql.test_errors import GOLDEN as ERRORS
from tests.unit.sql.test_types import GOLDEN as TYPES


def main(remote: str) -> None:
    spark = SparkSession.builder.remote(remote).getOrCreate()
    wrong = [json.loads(line) for line in (FIXTURES / "wrong.jsonl").read_text().splitlines()]
    save(ERRORS, [{"sql": text, **refusal(lambda text=text: spark.sql(text))} for text in wrong])
    types = (FIXTURES / "types.txt").read_text().splitlines()
    save(TYPES, [{"text": text, **reading(text)} for text in types])


def refusal(action: Any) -> dict[str, Any]:
    """The error that `action` ends in: its condition, SQLSTATE, parameters and message."""
    try:
        action()
    except PySparkException as error:
        return {
            "condition": error.getCondition(),
            "sql_state": error.getSqlState(),
            "parameters": error.getMessageParameters(),
            "message": str(error).partition("\n\nJVM stacktrace:")[0],
        }
    raise AssertionError("Spark takes this text")


def reading(text: str) -> dict[str, Any]:
    """The JSON of the type that `text` names, or Spark's refusal."""
    try:
        return {"json": DataType.fromDDL(text).jsonValue()}
    except PySparkException as error:
        return {"condition": error.getCondition()}


def save(path: Any, entries: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(entry, ensure_ascii=False, sort_keys=True) for entry in entries) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
