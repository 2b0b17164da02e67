"""Python functions over rows, as Arrow kernels: the last resort where DuckDB and pyarrow have nothing alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa


def by_row(function: Callable[..., Any], result: pa.DataType, columns: Sequence[pa.Array]) -> pa.Array:
    """`function(*values)` for each row, NULL where a value is NULL. Repeated rows of one column are computed once."""
    if len(columns) == 1:
        return _by_value(function, result, columns[0])
    return pa.array([_unless_null(function, row) for row in zip(*map(values_of, columns), strict=True)], result)


def by_nullable_row(function: Callable[..., Any], result: pa.DataType, columns: Sequence[pa.Array]) -> pa.Array:
    """`function(*values)` for each row; it sees NULLs as None."""
    return pa.array([function(*row) for row in zip(*map(values_of, columns), strict=True)], result)


def values_of(column: pa.Array) -> Iterator[Any]:
    """The values of an array as Python objects."""
    return iter(column.to_pylist())


def _unless_null(function: Callable[..., Any], row: tuple[Any, ...]) -> Any:
    return None if any(value is None for value in row) else function(*row)


def _by_value(function: Callable[..., Any], result: pa.DataType, column: pa.Array) -> pa.Array:
    known: dict[Any, Any] = {None: None}
    made = []
    for value in column.to_pylist():
        if value not in known:
            known[value] = function(value)
        made.append(known[value])
    return pa.array(made, result)
