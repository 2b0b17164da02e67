"""Record Spark's answers to the grid of functions as goldens, or the gaps that HiveFrame has.

python -m tests.record.grid sc://127.0.0.1:15061 [family …]     Spark's answers to every generated case
                                                                (`calls`: the names of pyspark.sql.functions)
python -m tests.record.grid --gaps [family …]                   the cases that HiveFrame does not pass
"""

import logging
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from pyspark.sql import SparkSession

from tests.grid import calls, generate
from tests.grid.generate import GridCase, Template, families, templates
from tests.grid.goldens import ask, ask_together, batches, differences, load, save, save_gaps

Recorded = dict[str, tuple[GridCase, dict[str, Any]]]


def record(spark: SparkSession, family: str) -> Recorded:
    """Every case of a family with Spark's answer, by key."""
    found: Recorded = {}
    for template in templates(family):
        match template.mode:
            case "groups" | "windows":
                _add(spark, found, _grouping_cases(template))
            case _:
                _scalars(spark, found, template)
        _add(spark, found, generate.odd_cases(template), together=False)
    return found


def _grouping_cases(template: Template) -> Iterator[GridCase]:
    if template.text.upper().startswith("SELECT "):
        yield from (case for _, case in generate.constant_cases(template))
    elif template.mode == "windows":
        yield from generate.window_cases(template)
    else:
        yield from generate.group_cases(template)
        yield generate.constant_cases(template)[0][1]


def _scalars(spark: SparkSession, found: Recorded, template: Template) -> None:
    constants = generate.constant_cases(template)
    _add(spark, found, (case for _, case in constants))
    if not template.kinds or constants[0][1].alone:
        return
    sound = [row for row, case in constants if "error" not in found[case.key][1]]
    if sound:
        _add(spark, found, [generate.column_case(template, sound)])
    if template.fresh:
        _add(spark, found, [generate.not_null_case(template)])
        if len(template.kinds) > 1:
            _add(spark, found, [_mixed(spark, template)])


def _mixed(spark: SparkSession, template: Template) -> GridCase:
    values = template.kinds[0].values
    whole = generate.mixed_case(template, values)
    if "error" not in ask(spark, whole):
        return whole
    sound = [v for v in values if "error" not in ask(spark, generate.mixed_case(template, [v]))]
    return generate.mixed_case(template, sound) if sound else whole


def _add(spark: SparkSession, found: Recorded, cases: Any, *, together: bool = True) -> None:
    fresh = {case.key: case for case in cases if case.key not in found}
    for batch in batches(fresh.values()):
        answers = ask_together(spark, batch) if together and len(batch) > 1 else None
        for case, got in zip(batch, answers or [ask(spark, c) for c in batch], strict=True):
            found[case.key] = (case, got)


def main(remote: str, only: list[str]) -> None:
    logging.disable(logging.ERROR)
    spark = SparkSession.builder.remote(remote).create()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    if not only or "calls" in only:
        with calls.table(spark) as df:
            calls.save({line: calls.ask_call(spark, df, line) for line in calls.calls()})
    for family in (f for f in families() if not only or f in only):
        recorded = record(spark, family)
        save(family, recorded.values())
        errors = sum("error" in found for _, found in recorded.values())
        print(f"{family}: {len(recorded)} cases, {errors} of them errors", flush=True)
    spark.stop()


def list_gaps(only: list[str]) -> None:
    import hiveframe

    logging.disable(logging.ERROR)
    with tempfile.TemporaryDirectory() as warehouse:
        conf = {"spark.sql.warehouse.dir": warehouse, "spark.sql.session.timeZone": "UTC"}
        spark = hiveframe.session(**conf)
        if not only or "calls" in only:
            save_gaps("calls", calls.differences(spark))
        for family in (f for f in families() if not only or f in only):
            failed = differences(spark, load(family))
            save_gaps(family, failed)
            print(f"{family}: {len(failed)} of {len(load(family))} cases fail", flush=True)
        spark.stop()


if __name__ == "__main__":
    if sys.argv[1] == "--gaps":
        list_gaps(sys.argv[2:])
    else:
        main(sys.argv[1], sys.argv[2:])
