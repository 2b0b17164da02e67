"""Deletion vectors: sets of row numbers of one file, read from and written to Delta's own form.

Source: Delta's PROTOCOL.md, "Deletion Vectors" and "Deletion Vector Format"; the bitmaps are CRoaring's portable
64-bit form (`pyroaring`).
"""

from __future__ import annotations

import base64
import os
import struct
import uuid
import zlib
from array import array
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hiveframe.errors import SparkException, UnsupportedOperationException
from hiveframe.lake.delta.actions import DeletionVector
from hiveframe.lake.write.staging import sync_folder

_PORTABLE: Final = 1681511377
_FILE_FORMAT: Final = 1
_UUID_CHARACTERS: Final = 20

RowNumbers = NDArray[np.uint64]


def read_vector(location: str, vector: DeletionVector) -> RowNumbers:
    """The numbers of the deleted rows, ascending."""
    is_inline = vector.storage == "i"
    data = _z85_decode(vector.value)[: vector.size_bytes] if is_inline else _stored(location, vector)
    return _decode(data, vector)


def write_vectors(location: str, deleted: Mapping[str, RowNumbers]) -> dict[str, DeletionVector]:
    """One file beside the table with the sets of all `deleted` (any key to row numbers), synced; their descriptors."""
    name = uuid.uuid4()
    path = os.path.join(location, f"deletion_vector_{name}.bin")
    made: dict[str, DeletionVector] = {}
    body = bytearray([_FILE_FORMAT])
    for key, rows in deleted.items():
        data = _encode(rows)
        offset = len(body)
        body += struct.pack(">i", len(data)) + data + struct.pack(">I", zlib.crc32(data))
        made[key] = DeletionVector("u", _z85_encode(name.bytes), len(data), len(rows), offset)
    with open(path, "xb") as out:
        out.write(body)
        out.flush()
        os.fsync(out.fileno())
    sync_folder(location)
    return made


def vector_path(location: str, vector: DeletionVector) -> str | None:
    """The file that a vector lies in; None for an inline one."""
    match vector.storage:
        case "u":
            prefix, name = vector.value[:-_UUID_CHARACTERS], vector.value[-_UUID_CHARACTERS:]
            stem = f"deletion_vector_{uuid.UUID(bytes=_z85_decode(name))}.bin"
            return os.path.join(location, prefix, stem) if prefix else os.path.join(location, stem)
        case "p":
            return vector.value.removeprefix("file://").removeprefix("file:")
    return None


def _stored(location: str, vector: DeletionVector) -> bytes:
    path = vector_path(location, vector)
    if path is None:
        raise _broken(vector, f"storage type {vector.storage!r} is not known")
    with open(path, "rb") as file:
        file.seek(vector.offset or 0)
        head = file.read(4)
        data = file.read(vector.size_bytes)
        check = file.read(4)
    if len(head) != 4 or struct.unpack(">i", head)[0] != vector.size_bytes or len(data) != vector.size_bytes:
        raise _broken(vector, f"{path} is shorter than its log says, or another file")
    if len(check) != 4 or struct.unpack(">I", check)[0] != zlib.crc32(data):
        raise _broken(vector, f"the checksum in {path} is wrong")
    return data


def _decode(data: bytes, vector: DeletionVector) -> RowNumbers:
    magic = struct.unpack("<i", data[:4])[0] if len(data) >= 4 else None
    if magic != _PORTABLE:
        raise _broken(vector, f"its first number is {magic}")
    try:
        bitmap = _roaring().BitMap64.deserialize(data[4:])
    except ValueError as error:
        raise _broken(vector, str(error)) from error
    if len(bitmap) != vector.cardinality:
        raise _broken(vector, f"it holds {len(bitmap)} rows, its log says {vector.cardinality}")
    return np.asarray(bitmap.to_array(), np.uint64)


def _encode(rows: RowNumbers) -> bytes:
    bitmap = _roaring().BitMap64(array("Q", rows.astype(np.uint64).tobytes()))
    bitmap.run_optimize()
    return struct.pack("<i", _PORTABLE) + bytes(bitmap.serialize())


def _roaring() -> Any:
    try:
        import pyroaring
    except ImportError as error:
        params = {"feature": "a Delta table with deletion vectors", "extra": "delta"}
        raise UnsupportedOperationException("MISSING_EXTRA", params) from error
    return pyroaring


def _broken(vector: DeletionVector, reason: str) -> SparkException:
    return SparkException("DELTA_DELETION_VECTOR_BROKEN", {"vector": vector.unique_id, "reason": reason})


def _z85_encode(data: bytes) -> str:
    """ZeroMQ's base 85 (RFC 32/Z85): the alphabet differs from the one of `base64.b85encode`, the digits do not."""
    return base64.b85encode(data).translate(_TO_Z85).decode("ascii")


def _z85_decode(value: str) -> bytes:
    """Groups of five digits to four bytes each. Some writers let a last group of fewer bytes begin with as many `#`.

    No whole group begins with `#`: it would be greater than four bytes hold.
    """
    short = len(value) - 5 if len(value) >= 5 and value[-5] == "#" else len(value)
    digits = np.frombuffer(value[:short].encode("ascii").translate(_DIGITS), np.uint8).astype(np.uint64)
    groups = digits.reshape(-1, 5) @ _WEIGHTS if len(digits) % 5 == 0 else np.array([1 << 32], np.uint64)
    if (digits >= 85).any() or (groups >> np.uint64(32)).any():
        raise SparkException("DELTA_DELETION_VECTOR_BROKEN", {"vector": value, "reason": "it is no base 85 text"})
    tail = value[short:].lstrip("#")
    number = 0
    for character in tail:
        number = number * 85 + _Z85.index(character.encode())
    return groups.astype(">u4").tobytes() + (number.to_bytes(len(tail) - 1, "big") if tail else b"")


_B85: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
_Z85: Final = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
_TO_Z85: Final = bytes.maketrans(_B85, _Z85)
_WEIGHTS: Final = np.array([85**4, 85**3, 85**2, 85, 1], np.uint64)
_DIGITS: Final = bytes(_Z85.find(bytes([code])) % 256 for code in range(256))
