"""Virtual environments of clients that cannot live in the developer's: made once under `.cache/clients`."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / ".cache" / "clients"
INSTALL_LIMIT_S = 600


def python_with(name: str, *packages: str) -> Path:
    """The interpreter of an environment with `packages`; skips the test where they cannot be installed."""
    digest = hashlib.sha256(" ".join((sys.version, *packages)).encode()).hexdigest()[:12]
    folder = ROOT / f"{name}-{digest}"
    python, done, failed = folder / "bin" / "python", folder / "installed", folder / "failed"
    if done.exists():
        return python
    if failed.exists():
        pytest.skip(f"{name} could not be installed here before; delete {folder} to try again")
    venv.create(folder, with_pip=True, clear=True)
    command = [str(python), "-m", "pip", "install", "--quiet", *packages]
    try:
        made = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"{name}: pip took longer than {INSTALL_LIMIT_S} s")
    if made.returncode:
        failed.write_text(made.stderr)
        pytest.skip(f"{name}: pip reached no registry that has it: {made.stderr.strip()[-200:]}")
    done.touch()
    return python


def run(python: Path, script: Path, *arguments: str, timeout_s: float = 240.0) -> str:
    """What the script prints; its errors fail the test."""
    made = subprocess.run(
        [str(python), str(script), *arguments],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
        cwd=script.parent,
    )
    assert made.returncode == 0, made.stderr[-4000:]
    return made.stdout
