"""The tutorial's blocks print what the page says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs/lakehouse-tutorial.md"
BLOCK = re.compile(r"```(python|text)\n(.*?)```", re.DOTALL)


@pytest.mark.slow
def test_the_tutorial_prints_what_it_says(tmp_path: Path) -> None:
    blocks = BLOCK.findall(PAGE.read_text())
    program = "\n".join(text for kind, text in blocks if kind == "python")
    (tmp_path / "tutorial.py").write_text(program)
    done = subprocess.run(
        [sys.executable, "tutorial.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = "\n".join(text for kind, text in blocks if kind == "text")
    assert _lines(done.stdout) == _lines(said)


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]
