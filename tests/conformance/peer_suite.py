"""A peer's suite of Spark functions, run on a HiveFrame server: thousands of queries with Spark's own answers.

The suite is not part of the project. Where a checkout of its runner lies beside the project (`../shared/tools`), it is
run as it is; it installs itself into a virtual environment of its own on first use.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNNER = ROOT.parent / "shared/tools/peer_function_suite.sh"
FAILURES = Path(__file__).with_name("peer_failures.txt")
_FAILED = re.compile(r"^(?:FAILED|ERROR) \S*?/function/(test_\w+\.py::.*)$", re.MULTILINE)
_COUNTS = re.compile(r"(\d+) (failed|passed|errors?)\b")


def known_failures() -> dict[str, str]:
    """The cases that are known to fail, with the reason behind `  # `; one with `order:` may also pass."""
    lines = FAILURES.read_text(encoding="utf-8").splitlines() if FAILURES.exists() else []
    pairs = (line.rpartition("  # ") for line in lines if line and not line.startswith("#"))
    return {(case or reason).strip(): reason if case else "" for case, _, reason in pairs}


def run_suite(*arguments: str) -> tuple[set[str], int]:
    """The cases that fail, and how many pass, on a server started for it."""
    command = [sys.executable, "-m", "hiveframe.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            found = re.search(r"sc://\S+", server.stdout.readline())
            assert found is not None, "the server did not start"
            # The suite's fixtures stand above its folder, where pytest would not look.
            options = ["--confcutdir=/", "--tb=no", "-rfE", "-p", "no:warnings", *arguments]
            done = subprocess.run(
                ["bash", str(RUNNER), found.group(), *options], stdout=subprocess.PIPE, text=True, check=False
            )
        finally:
            server.terminate()
    failing = {re.sub(r" - .*$", "", case) for case in _FAILED.findall(done.stdout)}
    counts = {what: int(number) for number, what in _COUNTS.findall(done.stdout.splitlines()[-1])}
    assert len(failing) == counts.get("failed", 0) + counts.get("errors", 0) + counts.get("error", 0), done.stdout[
        -2000:
    ]
    return failing, counts.get("passed", 0)
