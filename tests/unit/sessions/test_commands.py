"""Commands answer as Spark's do: schema, rows, conditions and their parameters."""

import json
from pathlib import Path

import pytest

import hiveframe
from tests.unit.sessions.command_cases import SCENARIOS, run

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "commands.json").read_text())


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_commands_answer_as_sparks_do(scenario, tmp_path):
    spark = hiveframe.session(
        **{"spark.sql.warehouse.dir": str(tmp_path / "warehouse"), "spark.sql.session.timeZone": "UTC"}
    )
    try:
        answers = run(spark, scenario)
    finally:
        spark.stop()
    assert answers == GOLDEN[scenario]
