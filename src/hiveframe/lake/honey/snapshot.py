"""What a HoneyStore table holds at one version."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.errors import AnalysisException, analysis_error
from hiveframe.lake.honey.bitmaps import decode
from hiveframe.lake.honey.place import Place
from hiveframe.lake.pruning import Zone
from hiveframe.lake.tables.table import AsOf, Definition, RowNumbers
from hiveframe.plan.type_json import type_from_json
from hiveframe.plan.types import StructType, json_value

PARQUET: Final = "parquet"
VORTEX: Final = "vortex"


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A file of rows. `path` is relative to the table; `zones` are by stored column; `clustered_by` orders its rows."""

    id: int
    path: str
    kind: str
    level: int
    row_count: int
    size_bytes: int
    modified_us: int
    partition_values: Mapping[str, Any]
    zones: Mapping[str, Zone]
    clustered_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """What tells one state of a table from another: a folder put back from a copy counts on from an older number, so
    the moment at which a version was made is part of it."""

    table_id: str
    number: int
    layout: int
    made_us: int


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A version. `deleted` are rows, by segment, that are no longer there; `locators` files, by segment and column;
    `sketched` are the segments' columns of which the manifest has sketches."""

    place: Place
    version: Version
    definition: Definition
    segments: tuple[Segment, ...]
    deleted: Mapping[int, RowNumbers]
    locators: Mapping[int, Mapping[str, str]]
    sketched: frozenset[tuple[int, str]]

    def path_of(self, segment: Segment) -> str:
        """Where a segment lies."""
        return os.path.join(self.place.location, segment.path)

    @property
    def row_count(self) -> int:
        """Rows that are there."""
        return sum(s.row_count for s in self.segments) - sum(len(rows) for rows in self.deleted.values())


class Snapshots:
    """Snapshots by version, the latest ones kept. Thread-safe."""

    def __init__(self, capacity: int = 64) -> None:
        self._known: OrderedDict[tuple[str, Version], Snapshot] = OrderedDict()
        self._capacity = capacity
        self._lock = threading.Lock()

    def load(self, place: Place, as_of: AsOf | None = None) -> Snapshot | None:
        """The snapshot now or then; None for a table that was begun and has no version."""
        if as_of is None:
            latest = place.manifest.unchanged.get(place.table_id, lambda: _latest(place))
            known = self._known.get((place.location, latest)) if latest is not None else None
            if known is not None:
                return known
        with place.manifest.reading() as connection:
            version = _version(connection, place, as_of)
            if version is None:
                return None
            key = (place.location, version)
            known = self._known.get(key)
            if known is not None:
                return known
            made = _loaded(connection, place, version)
        with self._lock:
            self._known[key] = made
            while len(self._known) > self._capacity:
                self._known.popitem(last=False)
        return made


SNAPSHOTS: Final = Snapshots()


def _latest(place: Place) -> Version | None:
    with place.manifest.reading() as connection:
        return _version(connection, place, None)


def _version(connection: sqlite3.Connection, place: Place, as_of: AsOf | None) -> Version | None:
    row = connection.execute(
        "SELECT layout, (SELECT max(version) FROM versions WHERE table_id = id),"
        " (SELECT min(version) FROM versions WHERE table_id = id) FROM tables WHERE id = ?",
        (place.table_id,),
    ).fetchone()
    if row is None or row[1] is None:
        return None
    layout, latest, earliest = row
    if as_of is None or (as_of.version is None and as_of.timestamp_us is None):
        return Version(place.table_id, latest, layout, _made_us(connection, place, latest))
    wanted = as_of.version if as_of.timestamp_us is None else _version_at(connection, place, as_of.timestamp_us)
    if not isinstance(wanted, int) or not earliest <= wanted <= latest:
        params = {"earliest": str(earliest), "latest": str(latest)}
        raise AnalysisException("HONEY_VERSION_NOT_FOUND", {"userVersion": str(wanted), **params})
    return Version(place.table_id, wanted, layout, _made_us(connection, place, wanted))


def _made_us(connection: sqlite3.Connection, place: Place, number: int) -> int:
    query = "SELECT made_us FROM versions WHERE table_id = ? AND version = ?"
    (made_us,) = connection.execute(query, (place.table_id, number)).fetchone()
    return int(made_us)


def _version_at(connection: sqlite3.Connection, place: Place, moment_us: int) -> int:
    """The newest version that was there at a moment."""
    query = "SELECT max(version), max(made_us) FROM versions WHERE table_id = ? AND made_us <= ?"
    found, _ = connection.execute(query, (place.table_id, moment_us)).fetchone()
    if found is None:
        raise analysis_error("HONEY_NOTHING_AT_THAT_TIME", path=place.location)
    return int(found)


def _loaded(connection: sqlite3.Connection, place: Place, version: Version) -> Snapshot:
    at = (place.table_id, version.number)
    (text,) = connection.execute(
        "SELECT text FROM definitions WHERE table_id = ? AND version <= ? ORDER BY version DESC LIMIT 1", at
    ).fetchone()
    alive = (*at, version.number)
    segments = tuple(_segment(row) for row in connection.execute(_SEGMENTS, alive))
    bitmaps: dict[int, bytes] = dict(connection.execute(_DELETIONS, (*alive, version.number)).fetchall())
    numbers = {segment: decode(bitmap) for segment, bitmap in bitmaps.items()}  # of several, the newest stays
    locators: dict[int, dict[str, str]] = {}
    for segment, name, path in connection.execute(_LOCATORS, alive):
        locators.setdefault(segment, {})[name] = path
    sketched = frozenset(connection.execute(_SKETCHES, alive).fetchall())
    return Snapshot(place, version, definition_of(text), segments, numbers, locators, sketched)


_SEGMENTS: Final = """
    SELECT id, path, kind, level, row_count, size_bytes, modified_us, clustered_by, partition_values, zones
    FROM segments WHERE table_id = ? AND added <= ? AND (removed IS NULL OR removed > ?) ORDER BY id"""

_DELETIONS: Final = """
    SELECT d.segment_id, d.bitmap FROM deletions d JOIN segments s ON s.id = d.segment_id
    WHERE s.table_id = ? AND s.added <= ? AND (s.removed IS NULL OR s.removed > ?) AND d.version <= ?
    ORDER BY d.version"""

_LOCATORS: Final = """
    SELECT l.segment_id, l.column_name, l.path FROM locators l JOIN segments s ON s.id = l.segment_id
    WHERE s.table_id = ? AND s.added <= ? AND (s.removed IS NULL OR s.removed > ?)"""


_SKETCHES: Final = """
    SELECT k.segment_id, k.column_name FROM sketches k JOIN segments s ON s.id = k.segment_id
    WHERE s.table_id = ? AND s.added <= ? AND (s.removed IS NULL OR s.removed > ?)"""


def _segment(row: tuple[Any, ...]) -> Segment:
    number, path, kind, level, row_count, size_bytes, modified_us, clustered_by, partition, zones = row
    return Segment(
        number,
        path,
        kind,
        level,
        row_count,
        size_bytes,
        modified_us,
        values_of(partition),
        zones_of(zones, row_count),
        tuple(json.loads(clustered_by)),
    )


def zones_of(text: str, row_count: int) -> dict[str, Zone]:
    """Zone maps out of the manifest."""
    return {
        name: Zone(_value(low), _value(high), nulls, row_count, may_have_nan)
        for name, (low, high, nulls, may_have_nan) in json.loads(text).items()
    }


def zones_text(zones: Mapping[str, Zone]) -> str:
    """Zone maps as the manifest keeps them."""
    return json.dumps(
        {name: (_shown(z.low), _shown(z.high), z.null_count, z.may_have_nan) for name, z in zones.items()},
        separators=(",", ":"),
        ensure_ascii=False,
    )


def values_text(values: Mapping[str, Any]) -> str:
    """Values in storage form as the manifest keeps them."""
    return json.dumps({name: _shown(value) for name, value in values.items()}, ensure_ascii=False)


def values_of(text: str) -> dict[str, Any]:
    """Values in storage form out of the manifest."""
    return {name: _value(shown) for name, shown in json.loads(text).items()}


def _shown(value: Any) -> Any:
    if isinstance(value, Decimal):
        return ["decimal", str(value)]
    return ["binary", value.hex()] if isinstance(value, bytes) else value


def _value(shown: Any) -> Any:
    if not isinstance(shown, list):
        return shown
    kind, text = shown
    return Decimal(text) if kind == "decimal" else bytes.fromhex(text)


def definition_text(definition: Definition) -> str:
    """A definition as the manifest keeps it."""
    return json.dumps(
        {
            "schema": json_value(definition.schema),
            "partitionColumns": definition.partition_columns,
            "properties": dict(definition.properties),
            "comment": definition.comment,
            "clusterBy": definition.cluster_by,
        },
        ensure_ascii=False,
    )


def definition_of(text: str) -> Definition:
    """A definition out of the manifest."""
    value = json.loads(text)
    schema = type_from_json(json.dumps(value["schema"]))
    assert isinstance(schema, StructType)
    return Definition(
        schema, tuple(value["partitionColumns"]), value["properties"], value["comment"], tuple(value["clusterBy"])
    )
