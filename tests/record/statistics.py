"""Record Spark's answers to ANALYZE TABLE and DESCRIBE: `python -m tests.record.statistics sc://host:port`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pyspark.sql import SparkSession

from tests.unit.sessions.statistics_cases import run

GOLDEN = Path(__file__).parents[1] / "golden" / "statistics.json"


def main() -> None:
    """Run the statements in a session of their own."""
    spark = SparkSession.builder.remote(sys.argv[1]).create()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    GOLDEN.write_text(json.dumps(run(spark), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
