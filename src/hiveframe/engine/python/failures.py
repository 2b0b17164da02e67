"""What a user's function raised, as Spark's error with the user's part of the traceback."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final

import pyspark

from hiveframe import errors as hiveframe_errors
from hiveframe.errors import PythonException, SparkError

_OURS: Final = tuple(os.path.dirname(os.path.abspath(m.__file__ or "")) + os.sep for m in (hiveframe_errors, pyspark))
_MESSAGE: Final = "An exception was thrown from the Python worker"


@contextmanager
def user_code() -> Iterator[None]:
    """What is raised inside leaves as a PythonException, unless it has a Spark condition already."""
    try:
        yield
    except SparkError:
        raise
    except Exception as failure:
        raise python_exception(failure) from failure


def python_exception(failure: Exception) -> PythonException:
    """The error that PySpark's client shows for `failure`."""
    return PythonException("PYTHON_EXCEPTION", {"msg": _MESSAGE, "traceback": user_traceback(failure)})


def user_traceback(failure: Exception) -> str:
    """The traceback from the user's first frame on; without one of theirs, just what was raised."""
    text = traceback.TracebackException(type(failure), failure, _from_user(failure.__traceback__), compact=True)
    return "".join(text.format(chain=True))


def _from_user(frames: TracebackType | None) -> TracebackType | None:
    while frames is not None and frames.tb_frame.f_code.co_filename.startswith(_OURS):
        frames = frames.tb_next
    return frames
