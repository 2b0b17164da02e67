"""Records Spark's answers to the programs of tests/clients.

`python -m tests.record.clients sc://… [program | program:case …]`
"""

from __future__ import annotations

import inspect
import json
import logging
import sys
import tempfile
import warnings
from pathlib import Path

from pyspark.sql.connect.session import SparkSession

from tests.clients.answers import GOLDENS, PROGRAMS, answer, cases, golden


def main() -> None:
    remote, *wanted = sys.argv[1:]
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    for text in wanted or PROGRAMS:
        program, _, only = text.partition(":")
        answers = golden(program) if only else {}
        for name, case in cases(program).items():
            if only not in ("", name):
                continue
            SparkSession._default_session = None
            SparkSession._active_session.session = None
            spark = SparkSession.builder.remote(remote).getOrCreate()
            with tempfile.TemporaryDirectory() as folder:
                extra = [Path(folder)] if len(inspect.signature(case).parameters) > 1 else []
                answers[name] = answer(case, spark, *extra)
            spark.client.release_session()
            print(program, name, json.dumps(answers[name])[:160], flush=True)
        GOLDENS.mkdir(parents=True, exist_ok=True)
        lines = [f"{json.dumps(name)}: {json.dumps(answers[name])}" for name in cases(program) if name in answers]
        (GOLDENS / f"{program}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
