"""Hadoop's block compression (`.snappy`, `.lz4`): a stream of blocks, each of one or more compressed chunks.

A block is its uncompressed length (4 bytes, big endian), then chunks until that many bytes are had; a chunk is its
compressed length (4 bytes) and its data. Source: Hadoop's `BlockCompressorStream`.
"""

from __future__ import annotations

import io
import struct
from typing import IO, Final

import pyarrow as pa

_BLOCK_BYTES: Final = 1 << 16
_CODECS: Final = {"snappy": "snappy", "lz4": "lz4_raw"}


class BlockReader(io.RawIOBase):
    """The uncompressed bytes of a file."""

    def __init__(self, path: str, codec: str) -> None:
        super().__init__()
        self._file = open(path, "rb")  # noqa: SIM115  closed by close()
        self._codec = pa.Codec(_CODECS[codec])
        self._is_snappy = codec == "snappy"
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fills as much of `buffer` as the current block allows; 0 at the end."""
        while not self._ready:
            head = self._file.read(4)
            if len(head) < 4:
                return 0
            self._ready = self._block(int.from_bytes(head, "big"))
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _block(self, size: int) -> bytes:
        parts: list[bytes] = []
        left = size
        while left > 0:
            length = int.from_bytes(self._file.read(4), "big")
            chunk = self._file.read(length)
            expected = _snappy_length(chunk) if self._is_snappy else left
            part = self._codec.decompress(chunk, decompressed_size=expected, asbytes=True)
            parts.append(part)
            left -= len(part)
        return b"".join(parts)

    def close(self) -> None:
        """Lets go of the file."""
        self._file.close()
        super().close()


class BlockWriter:
    """A file written in blocks of one chunk."""

    def __init__(self, path: str, codec: str) -> None:
        self._file = open(path, "wb")  # noqa: SIM115  closed by close()
        self._codec = pa.Codec(_CODECS[codec])
        self._held = bytearray()

    def write(self, data: bytes) -> None:
        """Adds bytes."""
        self._held += data
        while len(self._held) >= _BLOCK_BYTES:
            self._put(bytes(self._held[:_BLOCK_BYTES]))
            del self._held[:_BLOCK_BYTES]

    def _put(self, block: bytes) -> None:
        chunk = self._codec.compress(block, asbytes=True)
        self._file.write(struct.pack(">II", len(block), len(chunk)) + chunk)

    def close(self) -> None:
        """Completes the file."""
        if self._held:
            self._put(bytes(self._held))
        self._file.close()


def open_blocks(path: str, codec: str) -> IO[bytes]:
    """A buffered reader of the uncompressed bytes."""
    return io.BufferedReader(BlockReader(path, codec))


def _snappy_length(chunk: bytes) -> int:
    """The uncompressed length that a snappy chunk begins with (a varint)."""
    value = shift = 0
    for byte in chunk:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    return value
