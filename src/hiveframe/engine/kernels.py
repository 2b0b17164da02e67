"""Arrow functions that DuckDB calls by name: what a statement needs, and how Python failures travel through DuckDB."""

from __future__ import annotations

import functools
import inspect
import itertools
import threading
from collections.abc import Callable, Sequence
from typing import Any, Final

import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.functions.deep_values import deeply
from hiveframe.functions.sql import physical_type_text
from hiveframe.plan.types import DataType

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """`function` over pyarrow arrays, callable in DuckDB as `name`.

    `is_shared`: it captures nothing, so one registration serves every statement of the process.
    """

    name: str
    function: Function
    arg_types: tuple[str, ...]
    result: str
    is_volatile: bool
    is_shared: bool

    @staticmethod
    def of_texts(function: Function) -> Kernel:
        """A kernel of one statement that makes lists of texts out of texts."""
        return _new("texts", (function, ("VARCHAR",), "VARCHAR[]", False), is_shared=False)


_numbers: Final = itertools.count()
_shared: Final[dict[tuple[Any, ...], Kernel]] = {}
_lock: Final = threading.Lock()


def kernel(
    stem: str, function: Function, arg_types: Sequence[DataType], result: DataType, *, is_volatile: bool = False
) -> Kernel:
    """The kernel of these types, the same object each time when `function` captures nothing."""
    arg_texts = tuple(physical_type_text(d) for d in arg_types)
    result_text = physical_type_text(result)
    key = (function, arg_texts, result_text, is_volatile)
    if not _captures_nothing(function):
        return _new(stem, key, is_shared=False)
    with _lock:
        found = _shared.get(key)
        if found is None:
            found = _shared[key] = _new(stem, key, is_shared=True)
        return found


def _new(stem: str, key: tuple[Any, ...], *, is_shared: bool) -> Kernel:
    function, arg_texts, result_text, is_volatile = key
    name = f"hf_{stem}_{next(_numbers)}"
    return Kernel(name, function, arg_texts, result_text, is_volatile, is_shared)


def _captures_nothing(function: Function) -> bool:
    if isinstance(function, functools.partial):
        return False
    if getattr(function, "__closure__", None) is not None:
        return False
    return "<lambda>" not in getattr(function, "__qualname__", "<lambda>")


def as_udf(function: Function, arity: int) -> Function:
    """`function` as DuckDB calls it: chunked arrays in, failures kept for `take_failure`."""

    def call(*columns: pa.ChunkedArray) -> pa.Array:
        try:
            return deeply(function, *(c.chunk(0) if c.num_chunks == 1 else c.combine_chunks() for c in columns))
        except BaseException as failure:
            raise RuntimeError(keep_failure(failure)) from failure

    # DuckDB counts the parameters of the signature, whatever types it is given.
    names = [inspect.Parameter(f"column{i}", inspect.Parameter.POSITIONAL_ONLY) for i in range(arity)]
    call.__signature__ = inspect.Signature(names)  # type: ignore[attr-defined]
    return call


_FAILURE: Final = "hiveframe-failure:"
_KEPT_MOST: Final = 256
_failures: Final[dict[str, BaseException]] = {}


def keep_failure(failure: BaseException) -> str:
    """A text that stands for `failure` inside DuckDB's message; only the latest few hundred are kept."""
    token = f"{_FAILURE}{next(_numbers)};"
    with _lock:
        while len(_failures) >= _KEPT_MOST:
            del _failures[next(iter(_failures))]
        _failures[token] = failure
    return token


def take_failure(message: str) -> BaseException | None:
    """The Python failure that a DuckDB message stands for, if it does."""
    start = message.find(_FAILURE)
    if start < 0:
        return None
    token = message[start : message.find(";", start) + 1]
    with _lock:
        return _failures.pop(token, None)
