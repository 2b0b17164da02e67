"""Record Spark's answers to the commands: `python -m tests.record.commands sc://host:port`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pyspark.sql import SparkSession

from tests.unit.sessions.command_cases import SCENARIOS, run

GOLDEN = Path(__file__).parents[1] / "golden" / "commands.json"


def main() -> None:
    """Run every scenario in a session of its own."""
    found = {}
    for scenario in SCENARIOS:
        spark = SparkSession.builder.remote(sys.argv[1]).create()
        spark.conf.set("spark.sql.session.timeZone", "UTC")
        found[scenario] = run(spark, scenario)
        spark.stop()
    GOLDEN.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
