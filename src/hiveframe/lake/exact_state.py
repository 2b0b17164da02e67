"""What tells a source's rows from those of any other: the stamps of its files, or the version of its table."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.lake.registry import short_name
from hiveframe.lake.scan import ScanSource
from hiveframe.lake.stamps import stamp

# Formats whose rows are those of the files listed, the schema and the options: no other file has a say.
_BY_FILES: Final = frozenset({"parquet", "orc", "csv", "json", "text", "binaryfile", "avro", "xml"})

XSD: Final = "rowValidationXSDPath"
"""Unless XML is held against this one, which may include others that nothing names."""


@dataclass(frozen=True, slots=True)
class ExactState:
    """`token` is equal for equal rows, as long as the `stamped` files keep their stamps."""

    token: bytes
    stamped: tuple[str, ...]


def exact_state(source: ScanSource) -> ExactState | None:
    """The state of an opened source; None where nothing says what its rows depend on."""
    files = stamped_files(source)
    if files:
        return ExactState(_digest(source, None), files)
    versioned = _VERSIONS.get(short_name(source.format))
    return None if versioned is None else ExactState(_digest(source, versioned(source)), ())


def table_state(source: ScanSource) -> str | None:
    """What tells a table's rows from those it had or will have, whatever part of them and however it is read.

    None where nothing tells.
    """
    versioned = _VERSIONS.get(short_name(source.format))
    if versioned is None and not source.paths:
        return None
    if versioned is not None:
        told = versioned(source)
    else:  # not by their paths: a table keeps its rows when it gets another name
        told = sorted(repr((f.partition_values, stamp(f.path))) for f in source.files)
    return hashlib.blake2b(repr(told).encode(), digest_size=16).hexdigest()


def stamped_files(source: ScanSource) -> tuple[str, ...]:
    """The files whose stamps are part of the state."""
    is_of_files = short_name(source.format) in _BY_FILES and source.state is None and XSD not in source.options
    return tuple(f.path for f in source.files) if is_of_files else ()


def _delta(source: ScanSource) -> object:
    snapshot: Any = source.state
    return snapshot.metadata.id, snapshot.version, snapshot.metadata.schema_text, sorted(snapshot.files)


def _honey(source: ScanSource) -> object:
    return source.state


def _iceberg(source: ScanSource) -> object:
    pinned: Any = source.state
    snapshot = pinned.snapshot
    listed = (snapshot.snapshot_id, snapshot.manifest_list) if snapshot is not None else None
    return str(pinned.table.metadata.table_uuid), listed, pinned.schema.schema_id, str(pinned.schema)


# Of the files that these formats name none ever changes.
_VERSIONS: Final = {"delta": _delta, "honeystore": _honey, "iceberg": _iceberg}


def _digest(source: ScanSource, version: object) -> bytes:
    h = hashlib.blake2b(digest_size=16)
    options = sorted((name.lower(), value) for name, value in source.options.items())
    parts = (source.format, source.paths, source.schema, options, source.partitions, source.hive_layout)
    h.update(repr((*parts, source.time_zone, version)).encode())
    for f in source.files:
        h.update(f"{f.path}\0{f.size_bytes}\0{f.modified_us}\0{f.partition_values!r}\0".encode())
    return h.digest()
