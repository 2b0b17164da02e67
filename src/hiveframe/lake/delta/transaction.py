"""A commit to a Delta log: written as one file that must not exist yet, tried again behind commits that do no harm.

Two writers that start from one version both write the next; the second finds the file taken, looks at what came
between, and goes on behind it unless its own work would then be wrong.

Source: Delta's PROTOCOL.md, "Atomicity and concurrency"; the conflict rules are those of its documentation,
"Concurrency control", under the isolation level WriteSerializable (or `delta.isolationLevel`).
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.errors import SparkException
from hiveframe.lake.delta.actions import (
    Action,
    AddFile,
    AppTransaction,
    CommitInfo,
    DomainMetadata,
    Metadata,
    Protocol,
    RemoveFile,
    line_of,
)
from hiveframe.lake.delta.checkpoints import checkpoint_if_due
from hiveframe.lake.delta.features import features_of
from hiveframe.lake.delta.log import LOG, commit_actions, commit_path
from hiveframe.lake.delta.snapshot import FileKey, Snapshot, file_key, local_file
from hiveframe.lake.tables.engine_info import engine_info
from hiveframe.lake.write.new_file import put_if_absent

_MOST_ATTEMPTS: Final = 10_000

Reads = Callable[[AddFile], bool]
"""Whether a transaction's result would have been another with that file in the table."""


def reads_nothing(file: AddFile) -> bool:
    """Of a blind append."""
    return False


def reads_all(file: AddFile) -> bool:
    """Of whoever looked at the whole table."""
    return True


@dataclass(frozen=True, slots=True, eq=False)
class Commit:
    """What a transaction did, from the version it read on. `read_files` are those whose rows it has seen."""

    location: str
    operation: str
    parameters: Mapping[str, Any]
    actions: Sequence[Action]
    reads: Reads
    read_files: frozenset[FileKey]
    base: Snapshot | None
    metrics: Mapping[str, str] | None = None
    text: str | None = None


def commit(job: Commit) -> int:
    """Land the actions; the version made. What others committed meanwhile is checked first, one after the other."""
    version = job.base.version + 1 if job.base is not None else 0
    latest_ms = job.base.in_commit_ms if job.base is not None else None
    folder = os.path.join(job.location, LOG)
    os.makedirs(folder, exist_ok=True)
    for _ in range(_MOST_ATTEMPTS):
        if put_if_absent(commit_path(job.location, version), _lines(job, version, latest_ms)):
            checkpoint_if_due(job.location, version)
            return version
        winning = commit_actions(commit_path(job.location, version))
        job = _after(job, version, winning)
        latest_ms = next((i.get("inCommitTimestamp") for i in _infos(winning)), latest_ms)
        version += 1
    params = {"attempts": str(_MOST_ATTEMPTS), "path": job.location}
    raise SparkException("DELTA_CONCURRENT_WRITE", params)


def _lines(job: Commit, version: int, latest_ms: int | None) -> str:
    info = _info(job, latest_ms)
    actions = job.actions
    begins = "inCommitTimestamp" in info.value and not (job.base is not None and job.base.flag(_IN_COMMIT))
    if begins and version > 0:
        noted = {_SINCE_VERSION: str(version), _SINCE_MOMENT: str(info.value["inCommitTimestamp"])}
        actions = [
            replace(a, configuration={**a.configuration, **noted}) if isinstance(a, Metadata) else a for a in actions
        ]
    return "".join(f"{line_of(action)}\n" for action in (info, *actions))


def _info(job: Commit, latest_ms: int | None) -> CommitInfo:
    """What the commit says of itself; its time is later than the last one (`latest_ms`), whatever the clock says."""
    now = time.time_ns() // 1_000_000
    is_blind = job.reads is reads_nothing and not any(isinstance(a, RemoveFile) for a in job.actions)
    value: dict[str, Any] = {
        "timestamp": now,
        "operation": job.operation,
        "operationParameters": dict(job.parameters),
        "isolationLevel": isolation_level(job.base),
        "isBlindAppend": is_blind,
        "operationMetrics": dict(job.metrics or {}),
        "engineInfo": engine_info(),
        "txnId": str(uuid.uuid4()),
    }
    if job.text is not None:
        value["userMetadata"] = job.text
    if job.base is not None:
        value["readVersion"] = job.base.version
    if _has_in_commit_time(job):
        value = {"inCommitTimestamp": max(now, (latest_ms or 0) + 1), **value}
    return CommitInfo(value)


def _has_in_commit_time(job: Commit) -> bool:
    described = [a for a in job.actions if isinstance(a, Metadata)]
    configuration = described[-1].configuration if described else job.base.properties if job.base else {}
    return configuration.get(_IN_COMMIT, "false").lower() == "true"


_IN_COMMIT: Final = "delta.enableInCommitTimestamps"
_SINCE_VERSION: Final = "delta.inCommitTimestampEnablementVersion"
_SINCE_MOMENT: Final = "delta.inCommitTimestampEnablementTimestamp"


def isolation_level(base: Snapshot | None) -> str:
    """How strictly a table's transactions are ordered."""
    return base.properties.get("delta.isolationLevel", "WriteSerializable") if base is not None else "Serializable"


def _after(job: Commit, version: int, winning: Sequence[Action]) -> Commit:
    """The job as it goes on behind the winning commit, or the error that this makes of it."""
    told = _Told(job, version, _winner(winning))
    job = _with_protocol(job, winning, told)
    if any(isinstance(a, Metadata) for a in winning):
        raise told.failure("DELTA_METADATA_CHANGED")
    _check_files(job, winning, told)
    ours = {a.app_id for a in job.actions if isinstance(a, AppTransaction)}
    for action in winning:
        if isinstance(action, AppTransaction) and action.app_id in ours:
            params = {"app": action.app_id, "version": str(version), "path": job.location}
            raise SparkException("DELTA_CONCURRENT_TRANSACTION", params)
    domains = {a.domain for a in job.actions if isinstance(a, DomainMetadata)}
    for action in winning:
        if isinstance(action, DomainMetadata) and action.domain in domains:
            params = {"domain": action.domain, "path": job.location, "version": str(version)}
            raise SparkException("DELTA_DOMAIN_METADATA_CHANGED", params)
    return job


def _with_protocol(job: Commit, winning: Sequence[Action], told: _Told) -> Commit:
    """A protocol that only lets writers do more binds nobody who did not; any other change does."""
    for new in winning:
        if not isinstance(new, Protocol):
            continue
        before = features_of(job.base.protocol) if job.base is not None else frozenset()
        ours = [a for a in job.actions if isinstance(a, Protocol)]
        wanted = frozenset(name for a in ours for name in features_of(a))
        if job.base is None or not features_of(new) - before <= _PERMISSIONS or not wanted <= features_of(new):
            raise told.failure("DELTA_PROTOCOL_CHANGED")
        job = replace(job, actions=[a for a in job.actions if not isinstance(a, Protocol)])
    return job


_PERMISSIONS: Final = frozenset({"deletionVectors"})


def _check_files(job: Commit, winning: Sequence[Action], told: _Told) -> None:
    added = [a for a in winning if isinstance(a, AddFile)]
    removed = {file_key(job.location, a): a for a in winning if isinstance(a, RemoveFile)}
    is_blind = not removed and not any(isinstance(a, Metadata) for a in winning) and _says_blind(winning)
    defines = any(isinstance(a, Metadata) for a in job.actions)
    if not (is_blind and isolation_level(job.base) != "Serializable" and not defines):
        missed = [f for f in added if f.data_change and job.reads(f)]
        if missed:
            raise told.failure("DELTA_CONCURRENT_APPEND", files=", ".join(f.path for f in missed[:3]))
    ours = {file_key(job.location, a) for a in job.actions if isinstance(a, RemoveFile)}
    for key, action in removed.items():
        if key in ours:
            raise told.failure("DELTA_CONCURRENT_DELETE_DELETE", file=local_file(job.location, action.path))
        if key in job.read_files:
            raise told.failure("DELTA_CONCURRENT_DELETE_READ", file=local_file(job.location, action.path))


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """What every conflict's message says."""

    job: Commit
    version: int
    winner: str

    def failure(self, condition: str, **params: str) -> SparkException:
        common = {"operation": self.job.operation, "version": str(self.version), "path": self.job.location}
        return SparkException(condition, {**common, "winner": self.winner, **params})


def _infos(actions: Sequence[Action]) -> Iterator[Mapping[str, Any]]:
    return (a.value for a in actions if isinstance(a, CommitInfo))


def _winner(actions: Sequence[Action]) -> str:
    return next((f"{i.get('operation')} of {i.get('engineInfo')}" for i in _infos(actions)), "another engine")


def _says_blind(actions: Sequence[Action]) -> bool:
    return any(i.get("isBlindAppend") for i in _infos(actions))
