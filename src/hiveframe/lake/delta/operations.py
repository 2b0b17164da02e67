"""What a Delta table says of itself, and what is done to its files rather than to its rows.

Source: Delta's documentation, "Table utility commands".
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from hiveframe.errors import PlainIllegalArgument, analysis_error
from hiveframe.lake.delta.actions import Action, AddFile, Metadata, RemoveFile
from hiveframe.lake.delta.columns import MAX_ID
from hiveframe.lake.delta.deletion_vectors import read_vector, vector_path, write_vectors
from hiveframe.lake.delta.features import features_of, with_features
from hiveframe.lake.delta.history import commit_info, commit_times
from hiveframe.lake.delta.intervals import hours
from hiveframe.lake.delta.log import LOG, commit_path
from hiveframe.lake.delta.snapshot import CLUSTERING, Snapshot
from hiveframe.lake.delta.transaction import Commit, commit, reads_all
from hiveframe.lake.paths import is_hidden
from hiveframe.lake.write.staging import sync_folder

_DEFAULT_HOURS: Final = 7 * 24.0
_CHANGES: Final = "_change_data"


def history(location: str, limit: int | None) -> list[Mapping[str, Any]]:
    """The commits, the newest first."""
    found: list[Mapping[str, Any]] = []
    for version, made_ms in reversed(list(commit_times(location))):
        if limit is not None and len(found) == limit:
            break
        info = commit_info(commit_path(location, version))
        found.append({**{k: info.get(k) for k in _SAID}, "version": version, "timestamp": made_ms * 1000})
    return found


_SAID: Final = (
    "userId", "userName", "operation", "operationParameters", "clusterId", "readVersion", "isolationLevel",
    "isBlindAppend", "operationMetrics", "userMetadata", "engineInfo",
)  # fmt: skip


def detail(snapshot: Snapshot) -> Mapping[str, Any]:
    """What the table is."""
    metadata, protocol = snapshot.metadata, snapshot.protocol
    times = list(commit_times(snapshot.location))
    return {
        "format": "delta",
        "id": metadata.id,
        "name": metadata.name,
        "description": metadata.description,
        "location": f"file:{snapshot.location}",
        "createdAt": (metadata.created_ms or 0) * 1000,
        "lastModified": times[-1][1] * 1000 if times else None,
        "partitionColumns": list(metadata.partition_columns),
        "clusteringColumns": list(snapshot.clustering),
        "numFiles": len(snapshot.files),
        "sizeInBytes": sum(f.size_bytes for f in snapshot.files.values()),
        "properties": dict(metadata.configuration),
        "minReaderVersion": protocol.min_reader,
        "minWriterVersion": protocol.min_writer,
        "tableFeatures": sorted(protocol.reader_features | features_of(protocol)),
    }


def restore(now: Snapshot, then: Snapshot, parameters: Mapping[str, Any]) -> Mapping[str, int]:
    """A version that holds what `then` did."""
    gone = [add for key, add in now.files.items() if key not in then.files]
    back = [add for key, add in then.files.items() if key not in now.files]
    missing = [add for add in back if not os.path.exists(then.path_of(add))]
    if missing:
        file = then.path_of(missing[0])
        raise analysis_error("DELTA_MISSING_FILES_OF_VERSION", version=str(then.version), path=now.location, file=file)
    moment = time.time_ns() // 1_000_000
    metadata = _as_it_was(now.metadata, then.metadata)
    actions: list[Action] = [metadata] if metadata != now.metadata else []
    actions += _clustered_as_then(now, then)
    actions += [add.removal(moment) for add in gone]
    actions += [replace(add, data_change=True) for add in back]
    commit(Commit(now.location, "RESTORE", parameters, actions, reads_all, frozenset(now.files), now))
    return {
        "table_size_after_restore": sum(f.size_bytes for f in then.files.values()),
        "num_of_files_after_restore": len(then.files),
        "num_removed_files": len(gone),
        "num_restored_files": len(back),
        "removed_files_size": sum(f.size_bytes for f in gone),
        "restored_files_size": sum(f.size_bytes for f in back),
    }


def _as_it_was(now: Metadata, then: Metadata) -> Metadata:
    """An older description; numbers that columns were given since are not given again."""
    most = now.configuration.get(MAX_ID)
    return replace(then, configuration={**then.configuration, MAX_ID: most}) if most is not None else then


def _clustered_as_then(now: Snapshot, then: Snapshot) -> list[Action]:
    """The clustering columns of an older version, where these are others; numbers and the like of today stay."""
    held, wanted = now.domains.get(CLUSTERING), then.domains.get(CLUSTERING)
    if held == wanted:
        return []
    return [wanted] if wanted is not None else [replace(held, removed=True)] if held is not None else []


def vacuum(snapshot: Snapshot, kept: float | None, *, dry_run: bool, checks: bool) -> list[str]:
    """Remove the files that no version younger than `kept` hours names; their paths."""
    configured = _hours(snapshot.properties.get("delta.deletedFileRetentionDuration"))
    kept_hours = configured if kept is None else kept
    if checks and kept_hours < configured:
        raise PlainIllegalArgument(
            "",
            {
                "message": f"requirement failed: Are you sure you would like to vacuum files with such a low retention "
                f"period? Files younger than {configured:g} hours may still be read or written; if none are, set "
                f"spark.databricks.delta.retentionDurationCheck.enabled = false."
            },
        )
    before_s = time.time() - kept_hours * 3600
    needed = _needed(snapshot, before_s)
    found = [path for path in _files(snapshot.location) if path not in needed and _age(path) < before_s]
    if not dry_run:
        for path in found:
            with contextlib.suppress(FileNotFoundError):  # another one tidies up, too
                os.remove(path)
    return sorted(found)


def _needed(snapshot: Snapshot, before_s: float) -> set[str]:
    """The files of this version and of those that were left within the time to keep."""
    kept: set[str] = set()
    recent = [r for r in snapshot.removed.values() if r.deleted_ms / 1000 >= before_s]
    every: list[AddFile | RemoveFile] = [*snapshot.files.values(), *recent]
    for file in every:
        kept.add(os.path.normpath(snapshot.path_of(file)))
        vector = file.deletion_vector
        path = vector_path(snapshot.location, vector) if vector is not None else None
        if path is not None:
            kept.add(os.path.normpath(path))
    return kept


def _files(location: str) -> Iterator[str]:
    """Every file below the table but those of its log and hidden ones; changes of data are old data, too."""
    for folder, folders, names in os.walk(location):
        folders[:] = [f for f in folders if f != LOG and (not is_hidden(f) or f == _CHANGES)]
        yield from (os.path.join(folder, n) for n in names if not is_hidden(n))


def _age(path: str) -> float:
    return os.stat(path).st_mtime


def _hours(interval: str | None) -> float:
    """Hours of `interval 1 week`, the form in which properties hold times."""
    if interval is None:
        return _DEFAULT_HOURS
    found = hours(interval)
    if found is None:
        raise analysis_error("DELTA_INVALID_INTERVAL", interval=interval)
    return found


def clone(
    source: Snapshot, location: str, target: Snapshot | None, *, is_shallow: bool, properties: Mapping[str, str]
) -> None:
    """A table at `location` with the source's files, copied or named where they lie."""
    os.makedirs(location, exist_ok=True)
    files = list(source.files.values())
    added = [_named(source, add) for add in files] if is_shallow else _copied(source, files, location)
    configuration = {**source.metadata.configuration, **properties}
    known = source.metadata
    metadata = Metadata(
        target.metadata.id if target is not None else str(uuid.uuid4()),
        known.schema_text,
        known.partition_columns,
        configuration,
        known.name,
        known.description,
        time.time_ns() // 1_000_000,
    )
    moment = time.time_ns() // 1_000_000
    gone: list[Action] = [add.removal(moment) for add in target.files.values()] if target is not None else []
    protocol, ended = source.protocol, list[Action]()
    if target is not None:
        protocol = with_features(target.protocol, features_of(protocol))
        ended = [replace(d, removed=True) for name, d in target.domains.items() if name not in source.domains]
    actions: list[Action] = [protocol, metadata, *ended, *source.domains.values(), *gone, *added]
    parameters = {
        "source": source.location,
        "sourceVersion": str(source.version),
        "isShallow": json.dumps(is_shallow),
    }
    read = frozenset(target.files) if target is not None else frozenset()
    commit(Commit(location, "CLONE", parameters, actions, reads_all, read, target))


def _named(source: Snapshot, add: AddFile) -> AddFile:
    """The file where it lies, with its deletion vector."""
    vector = add.deletion_vector
    lies_at = vector_path(source.location, vector) if vector is not None else None
    if vector is not None and lies_at is not None:
        vector = replace(vector, storage="p", value=f"file://{os.path.normpath(lies_at)}")
    return replace(add, path=f"file://{quote(os.path.normpath(source.path_of(add)))}", deletion_vector=vector)


def _copied(source: Snapshot, files: Sequence[AddFile], location: str) -> list[AddFile]:
    """The files' copies below `location`, synced, and one file of the deletion vectors of all."""
    made: list[AddFile] = []
    gone = {}
    folders: set[str] = set()
    for add in files:
        path = os.path.normpath(source.path_of(add))
        relative = os.path.relpath(path, source.location)
        if relative.startswith(".."):  # the source is a shallow clone: files of several folders may have one name
            relative = f"{uuid.uuid4()}-{os.path.basename(path)}"
        target = os.path.join(location, relative)
        _copy(path, target)
        folders.add(os.path.dirname(target))
        named = quote(relative, safe="/!$&'()*+,;=:@-._~")
        if add.deletion_vector is not None and add.deletion_vector.storage != "i":
            gone[named] = read_vector(source.location, add.deletion_vector)
        made.append(replace(add, path=named))
    for folder in folders:
        sync_folder(folder)
    vectors = write_vectors(location, gone) if gone else {}
    return [replace(add, deletion_vector=vectors.get(add.path, add.deletion_vector)) for add in made]


def _copy(source: str, target: str) -> None:
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.exists(target):
        return
    aside = f"{target}.{uuid.uuid4()}.copying"
    shutil.copyfile(source, aside)
    with open(aside, "rb+") as out:
        os.fsync(out.fileno())
    os.replace(aside, target)
