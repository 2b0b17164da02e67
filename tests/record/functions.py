"""Record Spark's answers to the function cases as goldens.

python -m tests.record.functions sc://127.0.0.1:15061 [--all] [family …]

Only cases without an answer are asked, all of them with `--all`; answers of cases that are gone are dropped.
"""

import logging
import sys

from pyspark.sql import SparkSession

from tests.functions.cases import answer, cases, families, load, save


def main(remote: str, only: list[str], *, every: bool) -> None:
    logging.disable(logging.ERROR)
    spark = SparkSession.builder.remote(remote).create()
    for family in only or families():
        known = {} if every else load(family)
        wanted = list(cases(family))
        asked = [c for c in wanted if c.key not in known]
        answers = {c.key: known[c.key] if c.key in known else answer(spark, c) for c in wanted}
        save(family, answers)
        print(f"{family}: {len(wanted)} cases, {len(asked)} asked", flush=True)
    spark.stop()


if __name__ == "__main__":
    flags = [a for a in sys.argv[2:] if a.startswith("--")]
    main(sys.argv[1], [a for a in sys.argv[2:] if not a.startswith("--")], every="--all" in flags)
