"""`printf` and number formats column by column: a constant format is read once, each of its parts is made for all rows.

Only what is certain to be as `java_formatter` and `decimal_format` have it is made here; those do the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hiveframe.functions.java_formatter import Specifier, parts_of
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

_INTEGERS: Final = (t.ByteType, t.ShortType, t.IntegerType, t.LongType)
_MOST_PLACES: Final = 10
_LARGEST: Final = 1e15


def format_columns(pattern: str, columns: Sequence[pa.Array], types: Sequence[DataType]) -> pa.Array | None:
    """The formatted texts of all rows; None for a format whose parts are not all among the common ones."""
    made: list[pa.Array | str] = []
    following = 0
    for part in parts_of(pattern):
        if isinstance(part, str):
            made.append(part)
            continue
        if part.index is not None or part.repeats or following >= len(columns):
            return None
        texts = _formatted(part, columns[following], types[following])
        if texts is None:
            return None
        made.append(texts)
        following += 1
    if not following:
        return None
    return pc.binary_join_element_wise(*made, "")


def _formatted(part: Specifier, column: pa.Array, dtype: DataType) -> pa.Array | None:
    if column.null_count or (set(part.flags) - set("0")) or (part.flags and not part.width):
        return None
    match part.conversion:
        case "s" if isinstance(dtype, (t.StringType, *_INTEGERS)) and part.precision is None and not part.flags:
            texts = pc.cast(column, pa.string())
            return pc.utf8_lpad(texts, part.width) if part.width else texts
        case "d" if isinstance(dtype, _INTEGERS) and part.precision is None:
            return _padded(pc.cast(column, pa.string()), column, part)
        case "f" if isinstance(dtype, t.DoubleType):
            places = 6 if part.precision is None else part.precision
            texts = doubles_shown(column, f".{places}f", places, rounds_half_up=True)
            return None if texts is None else _padded(texts, column, part)
    return None


def _padded(texts: pa.Array, numbers: pa.Array, part: Specifier) -> pa.Array | None:
    """Numbers in their width; zeros go behind a sign, so that columns with negative numbers are left to others."""
    if not part.flags:
        return pc.utf8_lpad(texts, part.width) if part.width else texts
    if (pc.min(numbers).as_py() or 0) < 0:
        return None
    return pc.utf8_lpad(texts, part.width, "0")


def doubles_shown(column: pa.Array, form: str, places: int, *, rounds_half_up: bool = False) -> pa.Array | None:
    """Doubles in Python's `form`, NULL where NULL; None where a value is not finite, or large.

    Python rounds the binary value, half to even, as `DecimalFormat` does. `Formatter` rounds the shortest decimal that
    stands for it, half up: None where a value is so close to a half that the two may differ.
    """
    if places > _MOST_PLACES:
        return None
    values = column.drop_null().to_numpy(zero_copy_only=False)
    if not (np.abs(values) < _LARGEST).all() or np.signbit(values[values == 0]).any():
        return None
    if rounds_half_up:
        scaled = np.abs(values) * 10.0**places
        if (np.abs(scaled - np.floor(scaled) - 0.5) < 1e-3).any() or (scaled >= _LARGEST / 10).any():
            return None
    return _each(column, f"{{:{form}}}".format)


def _each(column: pa.Array, show: Callable[[Any], str]) -> pa.Array:
    return pa.array([None if value is None else show(value) for value in column.to_pylist()], pa.string())
