"""What this engine calls itself in the histories of tables."""

from __future__ import annotations

from functools import cache
from importlib import metadata


@cache
def engine_info() -> str:
    """`HiveFrame/<version>`; the version is looked up once, which takes 2 ms."""
    return f"HiveFrame/{metadata.version('hiveframe')}"
