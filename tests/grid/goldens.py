"""Spark's answers to the grid: one JSON line a case in `tests/golden/grid/<family>.jsonl`, and how they are compared.

A line holds `q` (the select list, or a whole query), `f` (what it is FROM), and then `c` (its columns as name, type,
nullability; the name is "" where it equals `q`, null where it is empty) with `v` (rows of values as `repr` shows them),
or `e` (condition), `s` (SQLSTATE), `k` (the exception's class) and `p` (message parameters). `a`: it shares no query
with others.
A case that HiveFrame does not pass yet stands in `gaps/<family>.txt`; the list fails when a listed case passes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from tests.functions.cases import Case, answer, differs
from tests.functions.open_answers import is_open
from tests.grid.generate import GridCase

GOLDEN = Path(__file__).parent.parent / "golden" / "grid"
GAPS = GOLDEN / "gaps"
_BATCH = 30
_LONG = 600
_NO_AVRO = "AVRO_NOT_LOADED_SQL_FUNCTIONS_UNUSABLE"  # the Spark that was asked lacks a module that HiveFrame has
_UNREADABLE = "client: UnicodeDecodeError"  # Spark's text was no UTF-8: its client can't tell what the answer was


def query(cases: Sequence[GridCase]) -> Case:
    """One query of all the cases."""
    first = cases[0]
    if first.alone and first.text.upper().startswith("SELECT "):
        return Case(first.text, first.conf)
    text = ", ".join(c.text for c in cases)
    return Case(f"SELECT {text}" + (f" FROM {first.relation}" if first.relation else ""), first.conf)


def ask(spark: SparkSession, case: GridCase) -> dict[str, Any]:
    """What `spark` answers to one case."""
    try:
        found = answer(spark, query([case]))
    except (ArithmeticError, ValueError, TypeError, KeyError, AssertionError) as error:
        # The client can't hold the value: years beyond Python's, keys that Python can't hash.
        return {"error": f"client: {type(error).__name__}", "condition": "", "sqlstate": "", "params": {}}
    if "rows" in found:
        found["rows"] = [] if case.typed_only else [[shortened(value) for value in row] for row in found["rows"]]
    return found


def shortened(value: str) -> str:
    """A long value by its length and digest."""
    return value if len(value) <= _LONG else f"<{len(value)} {hashlib.md5(value.encode()).hexdigest()}>"


def ask_together(spark: SparkSession, cases: Sequence[GridCase]) -> list[dict[str, Any]] | None:
    """The answers to cases that share a query; None when it fails."""
    found = ask(spark, GridCase(", ".join(c.text for c in cases), conf=cases[0].conf))
    if "error" in found or len(found["columns"]) != len(cases):
        return None
    return [
        {"columns": [column], "rows": [] if case.typed_only else [[value]]}
        for case, column, value in zip(cases, found["columns"], found["rows"][0], strict=True)
    ]


def batches(cases: Iterable[GridCase]) -> Iterator[list[GridCase]]:
    """Cases in the order given, those that may share a query put together."""
    for (alone, _), run in groupby(cases, key=lambda c: (c.alone or bool(c.relation), c.conf)):
        members = list(run)
        size = 1 if alone else _BATCH
        for start in range(0, len(members), size):
            yield members[start : start + size]


def differences(spark: SparkSession, recorded: Sequence[tuple[GridCase, dict[str, Any]]]) -> dict[str, str]:
    """By case, how HiveFrame's answer differs from the one recorded."""
    expected = {case.key: wanted for case, wanted in recorded}
    failed: dict[str, str] = {}

    def compare(case: GridCase, found: dict[str, Any]) -> bool:
        difference = differs(expected[case.key], found)
        if difference is not None and is_open(spark, query([case]), expected[case.key], found):
            difference = None
        if difference is not None:
            failed[case.key] = difference
        return difference is None

    sound = [case for case, wanted in recorded if "error" not in wanted]
    for batch in batches(sound):
        together = ask_together(spark, batch) if len(batch) > 1 else None
        if together is None or any(differs(expected[c.key], f) for c, f in zip(batch, together, strict=True)):
            for case in batch:
                compare(case, ask(spark, case))
    for case, wanted in recorded:
        if "error" in wanted:
            compare(case, ask(spark, case))
    return failed


def load(family: str) -> list[tuple[GridCase, dict[str, Any]]]:
    """The recorded cases of a family with Spark's answers."""
    path = GOLDEN / f"{family}.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    conf: tuple[tuple[str, str], ...] = ()
    found = []
    for line in lines:
        row = json.loads(line)
        if "conf" in row:
            conf = tuple(row["conf"].items())
        elif row.get("k") != _UNREADABLE and row.get("e") != _NO_AVRO:
            found.append(_read(row, conf))
    return found


def save(family: str, recorded: Iterable[tuple[GridCase, dict[str, Any]]]) -> None:
    """Write a family's cases and answers."""
    lines, conf = [], ()
    for case, found in recorded:
        if case.conf != conf:
            conf = case.conf
            lines.append(json.dumps({"conf": dict(conf)}))
        lines.append(json.dumps(_written(case, found), ensure_ascii=False, separators=(",", ":")))
    GOLDEN.mkdir(parents=True, exist_ok=True)
    (GOLDEN / f"{family}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _written(case: GridCase, found: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"q": case.text}
    row |= {"f": case.relation} if case.relation else {}
    row |= {"a": 1} if case.alone else {}
    row |= {"y": 1} if case.typed_only else {}
    if "error" in found:
        row |= {"e": found["condition"], "s": found["sqlstate"], "k": found["error"], "p": found["params"]}
        return row
    columns = [["" if name == case.text else name or None, dtype, int(null)] for name, dtype, null in found["columns"]]
    if len(columns) == 1:
        return row | {"c": columns[0], "v": [value for (value,) in found["rows"]]}
    return row | {"c": columns, "v": found["rows"]}


def _read(row: dict[str, Any], conf: tuple[tuple[str, str], ...]) -> tuple[GridCase, dict[str, Any]]:
    case = GridCase(row["q"], row.get("f", ""), bool(row.get("a")), bool(row.get("y")), conf)
    if "e" in row:
        return case, {"condition": row["e"], "sqlstate": row["s"], "error": row["k"], "params": row["p"]}
    single = not row["c"] or not isinstance(row["c"][0], list)
    columns = [row["c"]] if single else row["c"]
    rows = [[value] for value in row["v"]] if single else row["v"]
    return case, {"columns": [[_named(name, case), dtype, bool(null)] for name, dtype, null in columns], "rows": rows}


def _named(written: str | None, case: GridCase) -> str:
    return case.text if written == "" else written or ""


def gaps(family: str) -> set[str]:
    """The cases of a family that are known to fail."""
    path = GAPS / f"{family}.txt"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return {line for line in text.splitlines() if line and not line.startswith("#")}


def save_gaps(family: str, failed: Iterable[str]) -> None:
    """Write the list of known gaps; an empty one leaves no file."""
    path, lines = GAPS / f"{family}.txt", sorted(failed)
    GAPS.mkdir(parents=True, exist_ok=True)
    if lines:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    else:
        path.unlink(missing_ok=True)
