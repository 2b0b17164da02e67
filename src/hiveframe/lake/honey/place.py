"""Where a table's manifest is: its folder notes the table's id, and whether a warehouse's manifest keeps it.

The note goes with the folder, so a table that is moved below its warehouse stays the same table, and one whose folder
is gone is gone.
"""

from __future__ import annotations

import json
import os
import uuid
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.errors import SparkException
from hiveframe.lake.honey import steps
from hiveframe.lake.honey.manifest import FILE, FOLDER, Manifest, manifest_at
from hiveframe.lake.write.new_file import put_if_absent

_NOTE: Final = "table.json"
_MOST_LEVELS: Final = 4
_MOST_PLACES: Final = 4096


@dataclass(frozen=True, slots=True)
class Place:
    """A table's folder, its id, and the manifest that keeps it."""

    location: str
    table_id: str
    manifest: Manifest

    @property
    def own_folder(self) -> str:
        """Where things lie that are no segments."""
        return os.path.join(self.location, FOLDER)


_PLACES: Final[dict[str, tuple[tuple[int, ...], Place]]] = {}
"""What was found last at a folder, with the stamps of its note, which is written once and goes with its table."""


def find(location: str) -> Place | None:
    """The table that was begun at a folder; it need not have a version yet."""
    path = os.path.join(location, FOLDER, _NOTE)
    try:
        stat = os.stat(path)
        state = stat.st_dev, stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns
        known = _PLACES.get(location)
        if known is not None and known[0] == state and os.path.exists(known[1].manifest.path):
            return known[1]
        with open(path, encoding="utf-8") as note:
            found = _noted(location, json.load(note))
    except (FileNotFoundError, NotADirectoryError):
        return None
    if len(_PLACES) >= _MOST_PLACES:
        _PLACES.clear()
    _PLACES[location] = state, found
    return found


def _noted(location: str, found: dict[str, str]) -> Place:
    if found["manifest"] == "table":
        return Place(location, found["id"], manifest_at(os.path.join(location, FOLDER, FILE)))
    above = location
    for _ in range(_MOST_LEVELS):
        above = os.path.dirname(above)
        path = os.path.join(above, FOLDER, FILE)
        if os.path.exists(path):
            return Place(location, found["id"], manifest_at(path))
    raise SparkException("HONEY_MANIFEST_MISSING", {"path": location})


def make(location: str, root: str | None) -> Place:
    """The table at a folder, begun if need be: kept by the manifest of `root`, or by one of its own."""
    known = find(location)
    if known is not None:
        return known
    keeper = root if root is not None and _is_below(location, root) else location
    os.makedirs(os.path.join(location, FOLDER), exist_ok=True)
    os.makedirs(os.path.join(keeper, FOLDER), exist_ok=True)
    with manifest_at(os.path.join(keeper, FOLDER, FILE)).writing():
        steps.reached("manifest made")  # there before anything points to it
    note = {"id": str(uuid.uuid4()), "manifest": "table" if keeper == location else "warehouse"}
    put_if_absent(os.path.join(location, FOLDER, _NOTE), json.dumps(note))
    steps.reached("table noted")
    made = find(location)
    assert made is not None
    return made


def _is_below(location: str, root: str) -> bool:
    inner = os.path.relpath(location, root).split(os.sep)
    return inner[0] not in (os.pardir, os.curdir) and len(inner) < _MOST_LEVELS
