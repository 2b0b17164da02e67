"""What the rows of a table's version depend on, told file by file: which files another version shares with it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.lake.registry import short_name
from hiveframe.lake.scan import ScanSource

_NAME_MAPPING: Final = "schema.name-mapping.default"
_VERSIONS: Final = 16  # of which the files are remembered, as they never change


@dataclass(frozen=True, slots=True)
class FileStates:
    """`files` tells by path which rows a file has: equal for equal rows as long as `rest` is equal, too."""

    rest: tuple[object, ...]
    files: Mapping[str, object]


def file_states(source: ScanSource) -> FileStates | None:
    """The files of a table that keeps versions; None for other sources, and for a part of a version."""
    told = _TOLD.get(short_name(source.format))
    found = told(source.state, source.detail) if told is not None and source.state is not None else None
    return found if found is not None and len(found.files) == len(source.files) else None


def _delta(snapshot: Any, detail: Any) -> FileStates:
    return FileStates((snapshot.metadata, snapshot.protocol), _delta_files(snapshot))


@lru_cache(_VERSIONS)
def _delta_files(snapshot: Any) -> Mapping[str, object]:
    return {snapshot.path_of(file): vector for (_, vector), file in snapshot.files.items()}


def _honey(version: Any, detail: Any) -> FileStates:
    snapshot = detail.snapshot
    return FileStates((version.table_id, snapshot.definition), _honey_files(snapshot))


@lru_cache(_VERSIONS)
def _honey_files(snapshot: Any) -> Mapping[str, object]:
    def told(segment: Any) -> object:
        deleted = snapshot.deleted.get(segment.id)
        return segment.id, hashlib.blake2b(deleted.tobytes(), digest_size=16).digest() if deleted is not None else None

    return {snapshot.path_of(segment): told(segment) for segment in snapshot.segments}


def _iceberg(pinned: Any, detail: Any) -> FileStates:
    metadata = pinned.table.metadata
    rest = str(metadata.table_uuid), pinned.schema, metadata.schemas, metadata.properties.get(_NAME_MAPPING)
    return FileStates(rest, _iceberg_files(pinned))


@lru_cache(_VERSIONS)
def _iceberg_files(pinned: Any) -> Mapping[str, object]:
    return {p.path: tuple(d.file_path for d in (*p.positions, *p.equalities)) for p in pinned.files()}


_TOLD: Final[Mapping[str, Callable[[Any, Any], FileStates]]] = {
    "delta": _delta,
    "honeystore": _honey,
    "iceberg": _iceberg,
}
