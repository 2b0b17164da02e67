"""Compression by format: Spark's names, the file suffix each gives, and what writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.errors import IllegalArgumentException
from hiveframe.lake.options import Options


@dataclass(frozen=True, slots=True)
class Codec:
    """A codec: `suffix` goes into file names, `duck` is DuckDB's name for it, `python` the name for our own writers."""

    suffix: str = ""
    duck: str | None = "uncompressed"
    python: str | None = None


def codec_of(format_name: str, options: Options, default: str) -> Codec:
    """The codec that the options name; CODEC_NOT_AVAILABLE lists those there are."""
    known = CODECS[format_name]
    name = options.first("compression", "codec") or default
    codec = known.get(name.lower())
    if codec is None:
        params = {"codecName": name, "availableCodecs": ", ".join(known)}
        raise IllegalArgumentException("CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION", params)
    return codec


_TEXT: Final[Mapping[str, Codec]] = {
    "bzip2": Codec(".bz2", None, "bz2"),
    "deflate": Codec(".deflate", None, "deflate"),
    "uncompressed": Codec(),
    "snappy": Codec(".snappy", None, "snappy"),
    "none": Codec(),
    "lz4": Codec(".lz4", None, "lz4"),
    "gzip": Codec(".gz", "gzip", "gzip"),
    "zstd": Codec(".zst", "zstd", "zstd"),
}

CODECS: Final[Mapping[str, Mapping[str, Codec]]] = {
    "csv": _TEXT,
    "json": _TEXT,
    "text": _TEXT,
    "xml": _TEXT,
    "parquet": {
        "brotli": Codec(".br", "brotli"),
        "uncompressed": Codec(),
        "snappy": Codec(".snappy", "snappy"),
        "lz4_raw": Codec(".lz4raw", "lz4_raw"),
        "none": Codec(),
        "zstd": Codec(".zstd", "zstd"),
        "lz4": Codec(".lz4raw", "lz4_raw"),
        "gzip": Codec(".gz", "gzip"),
    },
    "avro": {
        "uncompressed": Codec("", None, "null"),
        "deflate": Codec("", None, "deflate"),
        "snappy": Codec("", None, "snappy"),
        "bzip2": Codec("", None, "bzip2"),
        "xz": Codec("", None, "xz"),
        "zstandard": Codec("", None, "zstandard"),
    },
    "orc": {
        "uncompressed": Codec("", None, "uncompressed"),
        "lz4": Codec(".lz4", None, "lz4"),
        "snappy": Codec(".snappy", None, "snappy"),
        "zlib": Codec(".zlib", None, "zlib"),
        "none": Codec("", None, "uncompressed"),
        "zstd": Codec(".zstd", None, "zstd"),
    },
}
