"""The folder `_delta_log`: which versions there are, and the actions that lead to one.

Every listing is made anew: a table's log may be written by any engine at any time. `_last_checkpoint` is only a hint
for stores that list slowly, so it is not read; a broken one harms nobody.

Source: Delta's PROTOCOL.md, "Delta Log Entries", "Checkpoints".
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from typing import Any, Final

import pyarrow.parquet as pq

from hiveframe.dataclass import dataclass
from hiveframe.errors import AnalysisException, SparkException, analysis_error
from hiveframe.lake.delta.actions import Action, action_of

LOG: Final = "_delta_log"
_COMMIT: Final = re.compile(r"(\d{20})\.json")
_CHECKPOINT: Final = re.compile(
    r"(\d{20})\.checkpoint(?:\.(?P<part>\d{10})\.(?P<parts>\d{10})|\.(?P<uuid>[0-9a-f-]{36}))?\.(?P<ext>parquet|json)"
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The files of one complete checkpoint."""

    version: int
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """What has to be read for `version`: a checkpoint, then commits in order, as paths."""

    version: int
    checkpoint: Checkpoint | None
    commits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """What a log folder holds."""

    location: str
    commits: dict[int, str]
    checkpoints: tuple[Checkpoint, ...]

    @property
    def latest(self) -> int:
        """The newest version."""
        return max([*self.commits, *(c.version for c in self.checkpoints)])

    @property
    def earliest(self) -> int:
        """The oldest version that can be read."""
        if 0 in self.commits:
            return 0
        return min([c.version for c in self.checkpoints] or [self.latest])

    def source_of(self, version: int) -> str | None:
        """The file that tells one writing of a version from another."""
        found = self.commits.get(version)
        if found is not None:
            return found
        return next((c.files[-1] for c in reversed(self.checkpoints) if c.version == version), None)


def log_folder(location: str) -> str:
    """The log of the table at `location`."""
    return os.path.join(location, LOG)


def commit_path(location: str, version: int) -> str:
    """The file of a commit."""
    return os.path.join(location, LOG, f"{version:020d}.json")


def is_table(location: str) -> bool:
    """Whether a Delta table stands at that folder."""
    return list_log(location) is not None


def list_log(location: str) -> Listing | None:
    """What the log holds; None where there is no table."""
    folder = log_folder(location)
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return None
    commits: dict[int, str] = {}
    parts: dict[tuple[int, str], list[str]] = {}
    needed: dict[tuple[int, str], int] = {}
    for name in names:
        if (found := _COMMIT.fullmatch(name)) is not None:
            commits[int(found.group(1))] = os.path.join(folder, name)
        elif (found := _CHECKPOINT.fullmatch(name)) is not None:
            key = (int(found.group(1)), found.group("uuid") or found.group("parts") or "")
            parts.setdefault(key, []).append(os.path.join(folder, name))
            needed[key] = int(found.group("parts") or 1)
    complete = [Checkpoint(key[0], tuple(sorted(files))) for key, files in parts.items() if len(files) == needed[key]]
    if not commits and not complete:
        return None
    return Listing(location, commits, tuple(sorted(complete, key=lambda c: (c.version, c.files))))


def segment(location: str, listing: Listing, version: int | None = None) -> Segment:
    """What to read for a version (the newest when None); DELTA_VERSIONS_NOT_CONTIGUOUS when a commit is missing."""
    wanted = listing.latest if version is None else version
    usable = [c for c in listing.checkpoints if c.version <= wanted]
    start = usable[-1] if usable else None
    first = start.version + 1 if start else 0
    missing = [v for v in range(first, wanted + 1) if v not in listing.commits]
    if missing and start is None and min(listing.commits, default=0) > 0:
        raise version_not_found(listing, wanted)
    if missing:
        raise SparkException(
            "DELTA_VERSIONS_NOT_CONTIGUOUS",
            {"path": location, "version": str(missing[0]), "versionToLoad": str(wanted)},
        )
    return Segment(wanted, start, tuple(listing.commits[v] for v in range(first, wanted + 1)))


def version_not_found(listing: Listing, wanted: int) -> AnalysisException:
    """DELTA_VERSION_NOT_FOUND with the versions that are there."""
    earliest, latest = str(listing.earliest), str(listing.latest)
    return analysis_error("DELTA_VERSION_NOT_FOUND", userVersion=str(wanted), earliest=earliest, latest=latest)


def commit_actions(path: str) -> list[Action]:
    """The actions of one commit; DELTA_LOG_FILE_MALFORMED quotes a line that is no action."""
    actions: list[Action] = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                made = _action(path, line)
                if made is not None:
                    actions.append(made)
    return actions


def _action(path: str, line: str) -> Action | None:
    try:
        return action_of(json.loads(line))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SparkException("DELTA_LOG_FILE_MALFORMED", {"path": path, "line": line.strip()[:200]}) from error


def checkpoint_actions(checkpoint: Checkpoint) -> Iterator[Action]:
    """The actions of a checkpoint, those of its sidecars among them."""
    for path in checkpoint.files:
        for row in _rows(path):
            sidecar = row.get("sidecar")
            if sidecar:
                for inner in _rows(os.path.join(os.path.dirname(path), "_sidecars", sidecar["path"])):
                    yield from _of_row(path, inner)
            else:
                yield from _of_row(path, row)


def _of_row(path: str, row: dict[str, Any]) -> Iterator[Action]:
    try:
        made = action_of(row)
    except (KeyError, TypeError) as error:
        raise SparkException("DELTA_LOG_FILE_MALFORMED", {"path": path, "line": str(row)[:200]}) from error
    if made is not None:
        yield made


_READ: Final = ("txn", "add", "remove", "metaData", "protocol", "domainMetadata", "sidecar")
_UNREAD: Final = frozenset({"stats_parsed", "partitionValues_parsed"})


def _rows(path: str) -> Iterator[dict[str, Any]]:
    try:
        if path.endswith(".json"):
            with open(path, encoding="utf-8") as lines:
                yield from (json.loads(line) for line in lines if line.strip())
            return
        file = pq.ParquetFile(path)
        for batch in file.iter_batches(columns=_leaves(file)):
            for row in batch.to_pylist(maps_as_pydicts="strict"):
                yield {kind: value for kind, value in row.items() if value is not None}
    except (OSError, ValueError) as error:
        raise SparkException("DELTA_LOG_FILE_MALFORMED", {"path": path, "line": str(error)}) from error


def _leaves(file: pq.ParquetFile) -> list[str]:
    """The columns worth decoding: statistics stand in `stats` as text, too."""
    schema = file.schema_arrow
    chosen: list[str] = []
    for name in _READ:
        index = schema.get_field_index(name)
        if index >= 0:
            chosen += [f"{name}.{f.name}" for f in schema.field(index).type if f.name not in _UNREAD]
    return chosen
