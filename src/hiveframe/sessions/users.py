"""Who runs the process."""

from __future__ import annotations

import getpass
import os
from functools import cache


@cache
def current_user() -> str:
    """The user's name: SPARK_USER, else the system's; asked once."""
    return os.environ.get("SPARK_USER") or getpass.getuser()
