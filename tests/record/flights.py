"""Record what `examples/flights.py` prints under Apache Spark.

python -m tests.record.flights sc://127.0.0.1:15061
"""

import os
import subprocess
import sys
import tempfile

from tests.examples.test_flights import GOLDEN, ROOT, tables_of


def main(remote: str) -> None:
    with tempfile.TemporaryDirectory() as output:
        printed = subprocess.run(
            [sys.executable, str(ROOT / "examples/flights.py"), "--output", output],
            env={**os.environ, "SPARK_REMOTE": remote},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    GOLDEN.write_text(tables_of(printed))


if __name__ == "__main__":
    main(sys.argv[1])
