"""What a Delta table holds at one version."""

from __future__ import annotations

import json
import logging
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import unquote

from hiveframe.dataclass import dataclass
from hiveframe.errors import SparkError, SparkException, analysis_error
from hiveframe.lake.delta.actions import (
    Action,
    AddFile,
    AppTransaction,
    CommitInfo,
    DomainMetadata,
    Metadata,
    Protocol,
    RemoveFile,
)
from hiveframe.lake.delta.columns import schema_of_log, shown_path
from hiveframe.lake.delta.log import (
    Listing,
    Segment,
    checkpoint_actions,
    commit_actions,
    list_log,
    segment,
    version_not_found,
)
from hiveframe.plan.type_json import type_from_json
from hiveframe.plan.types import StructType

CLUSTERING: Final = "delta.clustering"

FileKey = tuple[str, str]
"""A file's canonical path and its deletion vector: what makes an entry of the table."""

_log: Final = logging.getLogger(__name__)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A version. `files` are the live data files by key; `removed` those taken out since the last checkpoint."""

    location: str
    version: int
    protocol: Protocol
    metadata: Metadata
    files: Mapping[FileKey, AddFile]
    removed: Mapping[FileKey, RemoveFile]
    transactions: Mapping[str, AppTransaction]
    domains: Mapping[str, DomainMetadata]
    in_commit_ms: int | None = None

    @property
    def properties(self) -> Mapping[str, str]:
        """The table's properties, such as `delta.appendOnly`."""
        return self.metadata.configuration

    def flag(self, name: str) -> bool:
        """A property that is true or false; false when it is not set."""
        return self.properties.get(name, "false").lower() == "true"

    @property
    def schema(self) -> StructType:
        """The table's columns as the user sees them; metadata holds what the format notes with each."""
        return parsed_schema(self.metadata.schema_text)

    @property
    def mapping_mode(self) -> str:
        """How columns are found in files: `none`, `name` or `id`."""
        return self.properties.get("delta.columnMapping.mode", "none")

    @property
    def clustering(self) -> tuple[str, ...]:
        """The columns that the table is clustered by."""
        domain = self.domains.get(CLUSTERING)
        columns = json.loads(domain.configuration).get("clusteringColumns", []) if domain is not None else []
        return tuple(shown_path(self.schema, c["physicalName"] if isinstance(c, dict) else c) for c in columns)

    def row_counts(self) -> Mapping[str, int] | None:
        """By a file's path, its rows less those deleted; None where the log does not say it of every file."""
        counts = {self.path_of(add): add.live_row_count for add in self.files.values()}
        known = {path: count for path, count in counts.items() if count is not None}
        return known if len(known) == len(counts) else None

    def path_of(self, file: AddFile | RemoveFile) -> str:
        """Where a file lies."""
        return local_file(self.location, file.path)


class _Schemas:
    """Schema texts already read."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, StructType] = OrderedDict()

    def __call__(self, text: str) -> StructType:
        known = self._known.get(text)
        if known is None:
            made = type_from_json(text)
            if not isinstance(made, StructType):
                raise analysis_error("INVALID_JSON_DATA_TYPE", invalidType=text[:200])
            known = self._known[text] = schema_of_log(made)
            if len(self._known) > 256:
                self._known.popitem(last=False)
        return known


parsed_schema: Final = _Schemas()


def local_file(location: str, path: str) -> str:
    """The place of a path of the log: relative to the table unless it is absolute; `%20` and the like are decoded."""
    decoded = unquote(path)
    if decoded.startswith("file:"):
        return "/" + decoded[5:].lstrip("/")
    if _SCHEME.match(decoded):
        raise SparkException("UNSUPPORTED_FILE_SCHEME", {"scheme": decoded.partition(":")[0], "path": path})
    return decoded if decoded.startswith("/") else os.path.join(location, decoded)


def file_key(location: str, file: AddFile | RemoveFile) -> FileKey:
    """What tells one entry of a table from another."""
    vector = file.deletion_vector
    return os.path.normpath(local_file(location, file.path)), vector.unique_id if vector else ""


class _Replay:
    """Actions applied one after the other."""

    def __init__(self, location: str, base: Snapshot | None = None) -> None:
        self.location = location
        self.protocol = base.protocol if base else None
        self.metadata = base.metadata if base else None
        self.files = dict(base.files) if base else {}
        self.removed = dict(base.removed) if base else {}
        self.transactions = dict(base.transactions) if base else {}
        self.domains = dict(base.domains) if base else {}
        self.in_commit_ms = base.in_commit_ms if base else None

    @property
    def keeps_times(self) -> bool:
        """Whether commits of the table say when they were made."""
        configuration = self.metadata.configuration if self.metadata is not None else {}
        return configuration.get("delta.enableInCommitTimestamps", "false").lower() == "true"

    def apply(self, actions: Iterable[Action]) -> None:
        """One commit's or checkpoint's actions: what is removed goes before what is added comes."""
        added: list[AddFile] = []
        for action in actions:
            match action:
                case AddFile():
                    added.append(action)
                case RemoveFile():
                    key = file_key(self.location, action)
                    self.files.pop(key, None)
                    self.removed[key] = action
                case Metadata():
                    self.metadata = action
                case Protocol():
                    self.protocol = action
                case AppTransaction():
                    self.transactions[action.app_id] = action
                case DomainMetadata():
                    if action.removed:
                        self.domains.pop(action.domain, None)
                    else:
                        self.domains[action.domain] = action
                case CommitInfo():
                    self.in_commit_ms = action.value.get("inCommitTimestamp", self.in_commit_ms)
        for file in added:
            key = file_key(self.location, file)
            self.files[key] = file
            self.removed.pop(key, None)

    def snapshot(self, version: int) -> Snapshot:
        """The state reached; DELTA_STATE_RECOVER_ERROR when the log never described the table."""
        if self.protocol is None or self.metadata is None:
            missing = "protocol" if self.protocol is None else "metaData"
            params = {"version": str(version), "path": self.location, "missing": missing}
            raise SparkException("DELTA_STATE_RECOVER_ERROR", params)
        return Snapshot(
            self.location,
            version,
            self.protocol,
            self.metadata,
            self.files,
            self.removed,
            self.transactions,
            self.domains,
            self.in_commit_ms,
        )


def _beginning(wanted: Segment, listing: Listing) -> tuple[_Replay, tuple[str, ...]]:
    """A checkpoint's state and the commits that follow it; a broken one is passed over if an older way is there."""
    replay = _Replay(listing.location)
    if wanted.checkpoint is None:
        return replay, wanted.commits
    try:
        replay.apply(checkpoint_actions(wanted.checkpoint))
    except SparkException as broken:
        others = tuple(c for c in listing.checkpoints if c is not wanted.checkpoint)
        rest = replace(listing, checkpoints=others)
        try:
            older = segment(listing.location, rest, wanted.version)
        except SparkError:
            raise broken from None
        _log.warning("a broken checkpoint is passed over: %s", broken)
        return _beginning(older, rest)
    return replay, wanted.commits


def after(base: Snapshot, actions: Iterable[Action]) -> Snapshot:
    """The version that follows `base` with these actions."""
    replay = _Replay(base.location, base)
    replay.apply(actions)
    return replay.snapshot(base.version + 1)


class Snapshots:
    """Snapshots by table and version, made from the one before where only commits came since. Thread-safe."""

    def __init__(self, capacity: int = 64) -> None:
        self._known: OrderedDict[tuple[str, int], tuple[tuple[int, int, int], Snapshot]] = OrderedDict()
        self._capacity = capacity
        self._lock = threading.Lock()

    def load(self, location: str, version: int | None = None) -> Snapshot | None:
        """The snapshot at a version (the newest when None); None where there is no table."""
        listing = list_log(location)
        if listing is None:
            return None
        if version is not None and not 0 <= version <= listing.latest:
            raise version_not_found(listing, version)
        return self._at(segment(location, listing, version), listing)

    def _at(self, wanted: Segment, listing: Listing) -> Snapshot:
        known = self._find(wanted.version, listing)
        if known is not None:
            return known
        first = wanted.version - len(wanted.commits)
        earlier = (self._find(v, listing) for v in range(wanted.version - 1, first, -1))
        base = next((s for s in earlier if s is not None), None)
        if base is not None:
            replay, commits = _Replay(listing.location, base), wanted.commits[base.version - first :]
        else:
            replay, commits = _beginning(wanted, listing)
        for commit in commits:
            replay.apply(commit_actions(commit))
        own = listing.commits.get(wanted.version)
        if not commits and own is not None and replay.keeps_times:  # a checkpoint does not say when it was made
            replay.apply(a for a in commit_actions(own) if isinstance(a, CommitInfo))
        made = replay.snapshot(wanted.version)
        identity = _identity(listing.source_of(wanted.version))
        if identity is not None:
            with self._lock:
                self._known[(listing.location, wanted.version)] = (identity, made)
                while len(self._known) > self._capacity:
                    self._known.popitem(last=False)
        return made

    def _find(self, version: int, listing: Listing) -> Snapshot | None:
        found = self._known.get((listing.location, version))
        if found is None or _identity(listing.source_of(version)) != found[0]:
            return None
        return found[1]


def _identity(path: str | None) -> tuple[int, int, int] | None:
    if path is None:
        return None
    try:
        stat = os.stat(path)
    except FileNotFoundError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


SNAPSHOTS: Final = Snapshots()
