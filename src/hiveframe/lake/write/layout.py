"""From DuckDB's output to Spark's: file names, partition folders, `_SUCCESS`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import unquote

from hiveframe.dataclass import dataclass
from hiveframe.lake.partition_values import DEFAULT_PARTITION
from hiveframe.lake.partitions import escape

CHUNK_COLUMN: Final = "__chunk"
"""The innermost folder when files are cut by row count; it is flattened away."""


def partition_alias(number: int) -> str:
    """What partition column `number` is called while DuckDB writes; no user column is called so."""
    return f"__partition_{number}"


@dataclass(frozen=True, slots=True)
class Laid:
    """Relative paths of the files, and of the partition folders they lie in."""

    files: tuple[str, ...]
    folders: tuple[str, ...]


def lay_out(raw: str, data: str, names: Sequence[str], job: str, suffix: str) -> Laid:
    """Moves what DuckDB wrote below `raw` to where Spark would have put it below `data`.

    `names` are the partition columns; `suffix` is everything after the file's number, codec and extension.
    """
    files: list[str] = []
    folders: dict[str, int] = {}
    for path in sorted(_files(raw), key=_in_order):
        folder = _spark_folder(os.path.relpath(os.path.dirname(path), raw), names)
        number = folders.get(folder, 0)
        folders[folder] = number + 1
        mark = "." if names else "-"
        name = f"part-{number:05d}-{job}{mark}c000{suffix}"
        os.makedirs(os.path.join(data, folder), exist_ok=True)
        os.rename(path, os.path.join(data, folder, name))
        files.append(os.path.normpath(os.path.join(folder, name)))
    return Laid(tuple(files), tuple(f for f in folders if names))


SUCCESS: Final = "_SUCCESS"


def mark_success(folder: str) -> None:
    """The empty file that says that everything is there."""
    with open(os.path.join(folder, SUCCESS), "wb"):
        pass


def _in_order(path: str) -> tuple[str, int, str]:
    """Files by folder, then by their number of cut (10 after 9)."""
    folder, name = os.path.split(path)
    base, equals, number = folder.rpartition(f"{CHUNK_COLUMN}=")
    return (base, int(number), name) if equals else (folder, 0, name)


def _files(root: str) -> Iterator[str]:
    for folder, _, names in os.walk(root):
        for name in names:
            yield os.path.join(folder, name)


def _spark_folder(relative: str, names: Sequence[str]) -> str:
    """DuckDB's `__partition_0=a%20b/…` with the columns' names and Spark's escapes."""
    parts: list[str] = []
    for segment in relative.split(os.sep):
        key, equals, value = segment.partition("=")
        if equals and key != CHUNK_COLUMN:
            name = names[int(key.rsplit("_", 1)[1])]
            shown = unquote(value)
            parts.append(f"{escape(name)}={shown if shown == DEFAULT_PARTITION else escape(shown)}")
    return os.path.join(*parts) if parts else "."
