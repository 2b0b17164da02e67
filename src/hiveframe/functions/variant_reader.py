"""Spark's binary form of a VARIANT, read one node at a time.

A VARIANT is two byte strings: `value`, a tree of nodes, and `metadata`, the dictionary of its objects' keys.
Source: the Variant Binary Encoding of Apache Parquet, and Spark's `VariantUtil`.
"""

from __future__ import annotations

import enum
import itertools
import struct
import uuid
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from hiveframe.errors import SparkRuntimeException

Keys = Sequence[str]
VERSION: Final = 1
# The two low bits of a node's first byte; the other six say more.
PRIMITIVE, SHORT_STRING, OBJECT, ARRAY = range(4)


class NodeKind(enum.Enum):
    """What a node is; integers of every width are one kind."""

    NULL = "null"
    BOOLEAN = "boolean"
    LONG = "long"
    FLOAT = "float"
    DOUBLE = "double"
    DECIMAL = "decimal"
    STRING = "string"
    BINARY = "binary"
    DATE = "date"
    TIMESTAMP = "timestamp"
    TIMESTAMP_NTZ = "timestamp_ntz"
    UUID = "uuid"
    ARRAY = "array"
    OBJECT = "object"


@lru_cache(maxsize=1024)
def keys_of(metadata: bytes) -> tuple[str, ...]:
    """The keys of a metadata, by id."""
    try:
        if metadata[0] & 0x0F != VERSION:
            raise malformed()
        width = (metadata[0] >> 6) + 1
        count = int.from_bytes(metadata[1 : 1 + width], "little")
        start = 1 + width
        ends = _unsigned_list(metadata, start, count + 1, width)
        texts = metadata[start + (count + 1) * width :]
        if ends[-1] > len(texts):
            raise malformed()
        return tuple(texts[a:b].decode() for a, b in itertools.pairwise(ends))
    except (IndexError, ValueError) as error:
        raise malformed() from error


def read(value: bytes, at: int, keys: Keys) -> tuple[NodeKind, Any]:
    """The kind and content of the node at `at`.

    DATE is days, timestamps are microseconds, a DECIMAL has no zeros at its end; an ARRAY is its elements' places,
    an OBJECT its keys with their values' places, in the order of the keys.
    """
    try:
        head = value[at]
        basic, info = head & 3, head >> 2
        if basic == SHORT_STRING:
            return NodeKind.STRING, _bytes(value, at + 1, info).decode()
        if basic == OBJECT:
            return NodeKind.OBJECT, _members(value, at, info, keys)
        if basic == ARRAY:
            return NodeKind.ARRAY, _elements(value, at, info)
        kind, _, content = _PRIMITIVES[info]
        return kind, content(value, at + 1)
    except (IndexError, KeyError, ValueError, struct.error) as error:
        raise malformed() from error


def size_of(value: bytes, at: int) -> int:
    """How many bytes the node at `at` takes."""
    try:
        head = value[at]
        basic, info = head & 3, head >> 2
        if basic == SHORT_STRING:
            return 1 + info
        if basic in (OBJECT, ARRAY):
            count, start, width = _layout(value, at, info, is_object=basic == OBJECT)
            last = start + count * width
            return last + width - at + int.from_bytes(_bytes(value, last, width), "little")
        _, width, _ = _PRIMITIVES[info]
        return 1 + (width if width >= 0 else 4 + _length(value, at + 1))
    except (IndexError, KeyError) as error:
        raise malformed() from error


def subtree(value: bytes, at: int) -> bytes:
    """The bytes of the node at `at`."""
    return value[at : at + size_of(value, at)]


def is_null(value: bytes) -> bool:
    """Whether the whole is JSON's null."""
    return value[:1] == b"\x00"


def is_valid(value: bytes, metadata: bytes) -> bool:
    """Whether every node can be read, and nothing points outside."""
    try:
        keys = keys_of(metadata)
        pending = [0]
        while pending:
            at = pending.pop()
            if at + size_of(value, at) > len(value):
                return False
            kind, content = read(value, at, keys)
            if kind is NodeKind.ARRAY:
                pending.extend(content)
            elif kind is NodeKind.OBJECT:
                pending.extend(place for _, place in content)
    except SparkRuntimeException:
        return False
    return True


def malformed() -> SparkRuntimeException:
    """The error for bytes that are no VARIANT."""
    return SparkRuntimeException("MALFORMED_VARIANT", {})


def _bytes(value: bytes, at: int, size: int) -> bytes:
    found = value[at : at + size]
    if len(found) != size:
        raise IndexError(at)
    return found


def _length(value: bytes, at: int) -> int:
    return int.from_bytes(_bytes(value, at, 4), "little")


def _unsigned_list(value: bytes, at: int, count: int, width: int) -> Sequence[int]:
    raw = _bytes(value, at, count * width)
    if width == 1:
        return raw
    if width == 3:
        return [int.from_bytes(raw[i : i + 3], "little") for i in range(0, len(raw), 3)]
    return struct.unpack(f"<{count}{'H' if width == 2 else 'I'}", raw)


def _layout(value: bytes, at: int, info: int, *, is_object: bool) -> tuple[int, int, int]:
    """An object's or array's number of parts, where its list of offsets begins, and how wide an offset is."""
    is_large = info >> (4 if is_object else 2) & 1
    count = _length(value, at + 1) if is_large else value[at + 1]
    start = at + (5 if is_large else 2)
    if is_object:
        start += count * ((info >> 2 & 3) + 1)
    return count, start, (info & 3) + 1


def _elements(value: bytes, at: int, info: int) -> list[int]:
    count, start, width = _layout(value, at, info, is_object=False)
    data = start + (count + 1) * width
    return [data + offset for offset in _unsigned_list(value, start, count, width)]


def _members(value: bytes, at: int, info: int, keys: Keys) -> list[tuple[str, int]]:
    count, start, width = _layout(value, at, info, is_object=True)
    id_width = (info >> 2 & 3) + 1
    ids = _unsigned_list(value, start - count * id_width, count, id_width)
    data = start + (count + 1) * width
    offsets = _unsigned_list(value, start, count, width)
    return [(keys[i], data + offset) for i, offset in zip(ids, offsets, strict=True)]


def _signed(width: int) -> Callable[[bytes, int], int]:
    return lambda value, at: int.from_bytes(_bytes(value, at, width), "little", signed=True)


def _floating(form: str) -> Callable[[bytes, int], float]:
    return lambda value, at: float(struct.unpack_from(form, value, at)[0])


def _decimal(width: int) -> Callable[[bytes, int], Decimal]:
    def content(value: bytes, at: int) -> Decimal:
        unscaled = int.from_bytes(_bytes(value, at + 1, width), "little", signed=True)
        return stripped(unscaled, value[at])

    return content


def stripped(unscaled: int, scale: int) -> Decimal:
    """`unscaled` × 10^-`scale` without zeros behind its point's last other digit."""
    while scale > 0 and unscaled % 10 == 0:
        unscaled //= 10
        scale -= 1
    digits = tuple(map(int, str(abs(unscaled))))
    return Decimal((int(unscaled < 0), digits, -scale))


def _sized(value: bytes, at: int) -> bytes:
    return _bytes(value, at + 4, _length(value, at))


# NodeKind, bytes (-1: told by four bytes before them), content.
_PRIMITIVES: Final[Mapping[int, tuple[NodeKind, int, Callable[[bytes, int], Any]]]] = {
    0: (NodeKind.NULL, 0, lambda value, at: None),
    1: (NodeKind.BOOLEAN, 0, lambda value, at: True),
    2: (NodeKind.BOOLEAN, 0, lambda value, at: False),
    3: (NodeKind.LONG, 1, _signed(1)),
    4: (NodeKind.LONG, 2, _signed(2)),
    5: (NodeKind.LONG, 4, _signed(4)),
    6: (NodeKind.LONG, 8, _signed(8)),
    7: (NodeKind.DOUBLE, 8, _floating("<d")),
    8: (NodeKind.DECIMAL, 5, _decimal(4)),
    9: (NodeKind.DECIMAL, 9, _decimal(8)),
    10: (NodeKind.DECIMAL, 17, _decimal(16)),
    11: (NodeKind.DATE, 4, _signed(4)),
    12: (NodeKind.TIMESTAMP, 8, _signed(8)),
    13: (NodeKind.TIMESTAMP_NTZ, 8, _signed(8)),
    14: (NodeKind.FLOAT, 4, _floating("<f")),
    15: (NodeKind.BINARY, -1, _sized),
    16: (NodeKind.STRING, -1, lambda value, at: _sized(value, at).decode()),
    20: (NodeKind.UUID, 16, lambda value, at: str(uuid.UUID(bytes=_bytes(value, at, 16)))),
}
