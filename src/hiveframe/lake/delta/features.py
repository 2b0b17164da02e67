"""Which features of the Delta protocol are read and written here, and what a new table asks of others.

Source: Delta's PROTOCOL.md, "Table Features" and "Valid Feature Names in Table Features".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from hiveframe.errors import SparkException
from hiveframe.lake.delta.actions import Protocol
from hiveframe.plan import types as t
from hiveframe.plan.types import ArrayType, DataType, MapType, StructType

READER: Final = frozenset(
    {
        "columnMapping",
        "deletionVectors",
        "timestampNtz",
        "typeWidening",
        "typeWidening-preview",
        "v2Checkpoint",
        "vacuumProtocolCheck",
        "variantType",
        "variantType-preview",
    }
)
WRITER: Final = READER | {
    "allowColumnDefaults",
    "appendOnly",
    "changeDataFeed",
    "checkConstraints",
    "clustering",
    "domainMetadata",
    "generatedColumns",
    "identityColumns",
    "inCommitTimestamp",
    "invariants",
}
_MOST_READER: Final = 3
_MOST_WRITER: Final = 7

# What a table of an older protocol version asks of its writers and readers without naming it.
_WRITER_VERSIONS: Final[Mapping[int, tuple[str, ...]]] = {
    2: ("appendOnly", "invariants"),
    3: ("checkConstraints",),
    4: ("changeDataFeed", "generatedColumns"),
    5: ("columnMapping",),
    6: ("identityColumns",),
}
_READER_VERSIONS: Final[Mapping[int, tuple[str, ...]]] = {2: ("columnMapping",)}
_READER_AND_WRITER: Final = READER


def check_readable(location: str, protocol: Protocol) -> None:
    """DELTA_UNSUPPORTED_FEATURES_FOR_READ names what is asked for and not here."""
    _check_versions(location, protocol, writes=False)
    missing = protocol.reader_features - READER
    if missing:
        raise _unsupported("READ", location, missing)


def check_writable(location: str, protocol: Protocol) -> None:
    """DELTA_UNSUPPORTED_FEATURES_FOR_WRITE names what is asked for and not here."""
    _check_versions(location, protocol, writes=True)
    missing = protocol.writer_features - WRITER
    if missing:
        raise _unsupported("WRITE", location, missing)


def _check_versions(location: str, protocol: Protocol, *, writes: bool) -> None:
    too_new = protocol.min_reader > _MOST_READER or (writes and protocol.min_writer > _MOST_WRITER)
    broken = protocol.min_reader < 3 and protocol.reader_features
    if too_new or broken or protocol.min_reader < 1:
        params = {
            "path": location,
            "readerRequired": str(protocol.min_reader),
            "writerRequired": str(protocol.min_writer),
            "supportedReader": str(_MOST_READER),
            "supportedWriter": str(_MOST_WRITER),
        }
        raise SparkException("DELTA_INVALID_PROTOCOL_VERSION", params)


def _unsupported(kind: str, location: str, missing: Iterable[str]) -> SparkException:
    params = {"path": location, "unsupported": ", ".join(sorted(missing))}
    return SparkException(f"DELTA_UNSUPPORTED_FEATURES_FOR_{kind}", params)


def features_of(protocol: Protocol) -> frozenset[str]:
    """Everything that a protocol asks of a writer, named or by version."""
    implied = [n for v, names in _WRITER_VERSIONS.items() if protocol.min_writer >= v for n in names]
    if protocol.min_writer >= _MOST_WRITER:
        return protocol.writer_features
    return frozenset(implied)


def with_features(protocol: Protocol | None, wanted: Iterable[str]) -> Protocol:
    """The least protocol that has `wanted` besides what `protocol` has: old version numbers where they suffice."""
    wanted = frozenset(wanted)
    if protocol is None:
        known: frozenset[str] = frozenset({"appendOnly", "invariants"})
        needs_reader = wanted & _READER_AND_WRITER
        if not wanted - known:
            return Protocol(1, 2)
        return (
            Protocol(3 if needs_reader else 1, 7, needs_reader, known | wanted)
            if needs_reader
            else Protocol(1, 7, frozenset(), known | wanted)
        )
    has = features_of(protocol)
    if wanted <= has:
        return protocol
    every = has | wanted
    reads = every & _READER_AND_WRITER
    if protocol.min_reader >= 3 or reads:
        return Protocol(3, 7, protocol.reader_features | reads, every)
    return Protocol(protocol.min_reader, 7, frozenset(), every)


def with_versions(protocol: Protocol | None, properties: Mapping[str, str]) -> Protocol | None:
    """The protocol raised to the version numbers that properties ask for; none is ever lowered."""
    asked = [properties.get(name) for name in VERSIONS]
    if asked == [None, None]:
        return protocol
    before = protocol or with_features(None, ())
    reader, writer = (int(text or 0) for text in asked)
    raised = Protocol(max(reader, before.min_reader), max(writer, before.min_writer))
    if raised.min_reader == _MOST_READER:
        raised = Protocol(_MOST_READER, _MOST_WRITER)
    if raised.min_writer < _MOST_WRITER:
        return raised
    every = features_of(before)
    named = every & _READER_AND_WRITER if raised.min_reader == _MOST_READER else frozenset()
    return Protocol(raised.min_reader, raised.min_writer, before.reader_features | named, every)


VERSIONS: Final = ("delta.minReaderVersion", "delta.minWriterVersion")
"""Properties that are no properties of a table, but raise its protocol."""


def features_of_schema(schema: StructType) -> frozenset[str]:
    """The features that a schema's types ask for."""
    found: set[str] = set()
    _visit(schema, found)
    return frozenset(found)


def _visit(dtype: DataType, found: set[str]) -> None:
    match dtype:
        case StructType(fields):
            for f in fields:
                _visit(f.dtype, found)
        case ArrayType(element):
            _visit(element, found)
        case MapType(key, value):
            _visit(key, found)
            _visit(value, found)
        case t.TimestampNTZType():
            found.add("timestampNtz")
        case t.VariantType():
            found.add("variantType")


def features_of_properties(properties: Mapping[str, str]) -> frozenset[str]:
    """The features that table properties switch on."""
    found = {name for key, name in _PROPERTIES.items() if properties.get(key, "false").lower() == "true"}
    if properties.get("delta.columnMapping.mode", "none") != "none":
        found.add("columnMapping")
    if any(key.startswith("delta.constraints.") for key in properties):
        found.add("checkConstraints")
    if properties.get("delta.checkpointPolicy") == "v2":
        found.add("v2Checkpoint")
    found |= {
        key.removeprefix("delta.feature.")
        for key, value in properties.items()
        if key.startswith("delta.feature.") and value.lower() in ("supported", "enabled")
    }
    return frozenset(found)


_PROPERTIES: Final[Mapping[str, str]] = {
    "delta.appendOnly": "appendOnly",
    "delta.enableChangeDataFeed": "changeDataFeed",
    "delta.enableDeletionVectors": "deletionVectors",
    "delta.enableInCommitTimestamps": "inCommitTimestamp",
    "delta.enableTypeWidening": "typeWidening",
    "delta.enableRowTracking": "rowTracking",
}
