"""The example prints under HiveFrame what it prints under Apache Spark."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests/golden/flights/output.txt"


def tables_of(printed: str) -> str:
    """What the script prints between the paths on top and the timings at the end."""
    return printed[printed.index("The tables\n") : printed.index("Timings\n")].strip() + "\n"


@pytest.mark.slow
def test_the_flights_example_prints_what_spark_prints(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hiveframe.cli.main", "run", str(ROOT / "examples/flights.py")]
    done = subprocess.run(
        [*command, "--output", str(tmp_path / "out")],
        cwd=tmp_path,
        env={**os.environ, "MPLCONFIGDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert tables_of(done.stdout) == GOLDEN.read_text()
    assert (tmp_path / "out/delays.png").read_bytes().startswith(b"\x89PNG")
