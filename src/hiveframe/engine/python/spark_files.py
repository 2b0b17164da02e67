"""`SparkFiles` for the user's functions: the files and archives that a client added to its session.

The client's package has no `pyspark.core`, where Spark's workers have the class; a stand-in takes its name there.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
from collections.abc import Iterator
from types import ModuleType
from typing import Any, Final, TypeVar

SETTING: Final = "spark.hiveframe.session.files"  # the folder, set when the session gets its first file

T = TypeVar("T")

_here = threading.local()


class SparkFiles:
    """Where the files are that the session was given."""

    @classmethod
    def getRootDirectory(cls) -> str:
        """The folder that holds them, and unpacked archives by name."""
        return getattr(_here, "root", "")

    @classmethod
    def get(cls, filename: str) -> str:
        """The path of one of them."""
        return os.path.join(cls.getRootDirectory(), filename)


def with_files(root: str | None, results: Iterator[T]) -> Iterator[T]:
    """`results`, computed where `SparkFiles` knows `root`."""
    if root is None:
        return results
    _stand_in()
    return _computed(root, results)


def _computed(root: str, results: Iterator[T]) -> Iterator[T]:
    end: Any = object()
    while True:
        before = getattr(_here, "root", "")
        _here.root = root
        try:
            result = next(results, end)
        finally:
            _here.root = before
        if result is end:
            return
        yield result


def _stand_in() -> None:
    """Make `from pyspark.core.files import SparkFiles` and `from pyspark import SparkFiles` work."""
    import pyspark

    if "pyspark.core.files" in sys.modules or importlib.util.find_spec("pyspark.core") is not None:
        return
    core, files = ModuleType("pyspark.core"), ModuleType("pyspark.core.files")
    core.__path__ = []
    files.SparkFiles = SparkFiles  # type: ignore[attr-defined]
    core.files = files  # type: ignore[attr-defined]
    sys.modules["pyspark.core"], sys.modules["pyspark.core.files"] = core, files
    pyspark.SparkFiles = SparkFiles
