"""Function cases: SQL expressions in `tests/golden/functions/<family>.sql`, Spark's answers beside them in `.json`.

A case is one line: an expression (`SELECT` is put before it, and it may go on with FROM), or a whole query beginning
with SELECT, WITH or VALUES. Lines that begin with `--` are comments, except for `--SET name=value`, in force from
there on until `--RESET`.

Record Spark's answers with `python -m tests.record.functions sc://host:port [family …]`; the replay is
`test_goldens.py`. An answer holds, for each column, its name, type and nullability, and each row's values as `repr`
shows them; or an error's class, condition and message parameters. A case that HiveFrame does not pass yet is listed in
`gaps.txt` as `family: case`; the list fails when a listed case passes.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

GOLDEN = Path(__file__).parent.parent / "golden" / "functions"
GAPS = GOLDEN / "gaps.txt"
_QUERY = re.compile(r"(select|with|values)\b", re.IGNORECASE)
_DOUBLE_ULPS = 1e-14
_COLUMN_NUMBER = re.compile(r"(?<=\w)#\d+")
# Spark fails within, and its words speak of that alone: a refusal that says what is wrong is as good.
_SPARKS_OWN_BUG = "INTERNAL_ERROR"
_PLACE_OF_BYTES = re.compile(r"\[B@[0-9a-f]+")  # Java's text of bytes: where they are in memory, new at each run


@dataclass(frozen=True)
class Case:
    """One line of a family's file with the settings in force there."""

    text: str
    conf: tuple[tuple[str, str], ...] = ()

    @property
    def sql(self) -> str:
        return self.text if _QUERY.match(self.text) else f"SELECT {self.text}"

    @property
    def key(self) -> str:
        shown = "".join(f" [{k.rpartition('.')[2]}={v}]" for k, v in self.conf)
        return self.text + shown


def families() -> list[str]:
    """The families that have cases."""
    return sorted(p.stem for p in GOLDEN.glob("*.sql"))


def cases(family: str) -> Iterator[Case]:
    """The cases of a family in order."""
    conf: dict[str, str] = {}
    for line in (GOLDEN / f"{family}.sql").read_text(encoding="utf-8").splitlines():
        if line.startswith("--SET "):
            name, _, value = line[6:].partition("=")
            conf[name.strip()] = value.strip()
        elif line.startswith("--RESET"):
            conf.clear()
        elif line.strip() and not line.startswith("--"):
            yield Case(line.strip(), tuple(conf.items()))


def answer(spark: SparkSession, case: Case) -> dict[str, Any]:
    """What `spark` answers: columns and rows, or an error."""
    for name, value in case.conf:
        spark.conf.set(name, value)
    try:
        return rows_of(spark.sql(case.sql))
    except PySparkException as error:
        return failure(error)
    finally:
        for name, _ in case.conf:
            spark.conf.unset(name)


def rows_of(frame: DataFrame) -> dict[str, Any]:
    """A frame's columns and rows as goldens keep them."""
    columns = [[f.name, f.dataType.simpleString(), f.nullable] for f in frame.schema.fields]
    return {"columns": columns, "rows": [[shown(v) for v in row] for row in frame.collect()]}


def failure(error: PySparkException) -> dict[str, Any]:
    """An error as goldens keep it."""
    params = error.getMessageParameters() or {}
    return {
        "error": type(error).__name__,
        "condition": error.getCondition(),
        "sqlstate": error.getSqlState(),
        "params": dict(sorted(params.items())),
    }


def shown(value: Any) -> str:
    """A value as goldens keep it: Python's repr, bytes and rows made plain."""
    if isinstance(value, (bytes, bytearray)):
        return f"X'{bytes(value).hex().upper()}'"
    return repr(value)


def differs(expected: dict[str, Any], actual: dict[str, Any]) -> str | None:
    """How two answers differ; None when they agree. Doubles may differ in their last digit (Java's own mathematics).

    Where Spark's error is one of Java's own, without a condition, any error agrees with it.
    """
    if "error" in expected and not expected.get("condition", "none") and "client" not in expected["error"]:
        return None if "error" in actual else f"expected an error, got {actual['rows']!r}"
    if "error" in expected:
        if expected["condition"] == _SPARKS_OWN_BUG and actual.get("condition") not in (None, _SPARKS_OWN_BUG):
            return None
        for part in ("condition", "error", "sqlstate", "params"):
            if part in expected and _numberless(expected[part]) != _numberless(actual.get(part)):
                return f"{part}: expected {expected[part]!r}, got {actual.get(part, actual)!r}"
        return None
    if "error" in actual:
        return f"expected {expected['rows']!r}, got {actual['condition']} {actual['params']}"
    if expected["columns"] != actual["columns"]:
        return f"columns: expected {expected['columns']!r}, got {actual['columns']!r}"
    if len(expected["rows"]) != len(actual["rows"]):
        return f"expected {len(expected['rows'])} rows, got {len(actual['rows'])}"
    for wanted, found in zip(expected["rows"], actual["rows"], strict=True):
        if not all(_same(a, b) for a, b in zip(wanted, found, strict=True)):
            return f"rows: expected {wanted!r}, got {found!r}"
    return None


def _numberless(part: Any) -> Any:
    """Message parameters without the numbers of columns (`a#17`), which are the run's own, in Spark as here."""
    return {k: _COLUMN_NUMBER.sub("#", v) for k, v in part.items()} if isinstance(part, dict) else part


def _same(expected: str, actual: str) -> bool:
    if _PLACE_OF_BYTES.sub("[B@", expected) == _PLACE_OF_BYTES.sub("[B@", actual):
        return True
    try:
        a, b = float(expected), float(actual)
    except ValueError:
        return False
    return math.isclose(a, b, rel_tol=_DOUBLE_ULPS) and Decimal(expected).adjusted() == Decimal(actual).adjusted()


def load(family: str) -> dict[str, Any]:
    """The recorded answers by case."""
    path = GOLDEN / f"{family}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def save(family: str, answers: dict[str, Any]) -> None:
    """Write the answers, one case a line."""
    lines = [f"{json.dumps(k, ensure_ascii=False)}: {json.dumps(v, ensure_ascii=False)}" for k, v in answers.items()]
    (GOLDEN / f"{family}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def gaps() -> set[str]:
    """The cases that are known to fail."""
    text = GAPS.read_text(encoding="utf-8") if GAPS.exists() else ""
    return {line for line in text.splitlines() if line and not line.startswith("#")}
