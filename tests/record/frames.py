"""Records what Spark says in the programs of `tests/frames/programs`.

    python -m tests.record.frames sc://127.0.0.1:15002 [subject …]

needs a Spark Connect server of Apache Spark started with `--master local[2]`.
"""

import argparse
import json

from pyspark.sql import SparkSession

from tests.frames.cases import GOLDEN, cases, said, subjects


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("remote", help="a Spark Connect endpoint, sc://host:port")
    parser.add_argument("subjects", nargs="*")
    asked = parser.parse_args()
    GOLDEN.mkdir(parents=True, exist_ok=True)
    spark = SparkSession.builder.remote(asked.remote).getOrCreate()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    for subject in asked.subjects or subjects():
        answers = {name: said(case, spark) for name, case in cases(subject)}
        path = GOLDEN / f"{subject}.json"
        path.write_text(json.dumps(answers, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
