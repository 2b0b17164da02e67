"""Kernels for the string functions over bytes, which DuckDB has for text only."""

from __future__ import annotations

import pyarrow as pa

from hiveframe.errors import NO_CONDITION, NegativeArraySize
from hiveframe.functions.by_row import by_row


def substring(value: bytes, position: int, length: int) -> bytes:
    """Bytes from a position that counts from 1 (0 too), or from the end when negative."""
    start = position - 1 if position > 0 else len(value) + position if position < 0 else 0
    end = start + length
    return value[max(start, 0) : max(end, 0)]


def _left(value: bytes, count: int) -> bytes:
    return value[: max(count, 0)]


def _padding(value: bytes, length: int, pad: bytes) -> bytes:
    if length < 0:
        raise NegativeArraySize(NO_CONDITION, {"message": str(length)})
    missing = max(length - len(value), 0)
    return (pad * (missing // len(pad) + 1))[:missing] if pad else b""


def _left_pad(value: bytes, length: int, pad: bytes) -> bytes:
    return _padding(value, length, pad) + _left(value, length)


def _right_pad(value: bytes, length: int, pad: bytes) -> bytes:
    return _left(value, length) + _padding(value, length, pad)


def _overlay(value: bytes, new: bytes, position: int, count: int) -> bytes:
    length = len(new) if count < 0 else count
    return substring(value, 1, position - 1) + new + substring(value, position + length, 2**31 - 1)


def substrings(values: pa.Array, positions: pa.Array, lengths: pa.Array) -> pa.Array:
    """`substring` of each row."""
    return by_row(substring, pa.binary(), [values, positions, lengths])


def lefts(values: pa.Array, counts: pa.Array) -> pa.Array:
    """The first bytes of each row."""
    return by_row(_left, pa.binary(), [values, counts])


def left_padded(values: pa.Array, lengths: pa.Array, pads: pa.Array) -> pa.Array:
    """`lpad` of each row."""
    return by_row(_left_pad, pa.binary(), [values, lengths, pads])


def right_padded(values: pa.Array, lengths: pa.Array, pads: pa.Array) -> pa.Array:
    """`rpad` of each row."""
    return by_row(_right_pad, pa.binary(), [values, lengths, pads])


def reversed_bytes(values: pa.Array) -> pa.Array:
    """The bytes of each row in reverse order."""
    return by_row(lambda value: value[::-1], pa.binary(), [values])


def overlaid(values: pa.Array, new: pa.Array, positions: pa.Array, counts: pa.Array) -> pa.Array:
    """`overlay` of each row."""
    return by_row(_overlay, pa.binary(), [values, new, positions, counts])


def contained(values: pa.Array, parts: pa.Array) -> pa.Array:
    """Whether each row holds the other's bytes."""
    return by_row(lambda value, part: part in value, pa.bool_(), [values, parts])


def started(values: pa.Array, parts: pa.Array) -> pa.Array:
    """Whether each row starts with the other's bytes."""
    return by_row(bytes.startswith, pa.bool_(), [values, parts])


def ended(values: pa.Array, parts: pa.Array) -> pa.Array:
    """Whether each row ends with the other's bytes."""
    return by_row(bytes.endswith, pa.bool_(), [values, parts])
