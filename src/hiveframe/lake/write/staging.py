"""Files written aside, synced and moved into place, so that a kill at any moment loses and half-writes nothing.

Rows go into a folder beside the target, `_temporary-<target>-<id>`, locked by its writer. When everything is there and
synced, an overwrite swaps whole folders in one step of the file system; an append first notes its moves in a journal,
then renames file by file. What a killed writer leaves is found by the next write to the same target: without a journal
it is removed, with one its moves are finished.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import json
import os
import shutil
import sys
import uuid
from collections.abc import Iterator, Sequence
from typing import Final

from hiveframe.dataclass import dataclass

_PREFIX: Final = "_temporary-"
_JOURNAL: Final = "_journal"
_LOCK: Final = "_lock"
_DATA: Final = "data"
_OLD: Final = "old"
_NOTE: Final = ".swap"
_RENAME_EXCHANGE: Final = 2
_AT_FDCWD: Final = -100


@dataclass(frozen=True, slots=True)
class Staging:
    """One write's folder: files go below `data`."""

    root: str
    target: str

    @property
    def data(self) -> str:
        """Where the new files are laid out as they shall lie below the target."""
        return os.path.join(self.root, _DATA)


@contextlib.contextmanager
def staging(target: str) -> Iterator[Staging]:
    """A fresh, locked staging folder beside `target`, gone afterwards whatever happened."""
    beside = _beside(target)
    os.makedirs(beside, exist_ok=True)
    recover(target)
    made, lock = _locked(beside, target)
    try:
        os.mkdir(made.data)
        yield made
    finally:
        if not os.path.exists(os.path.join(made.root, _JOURNAL)):
            _remove(made.root)
        os.close(lock)


def _locked(beside: str, target: str) -> tuple[Staging, int]:
    """A folder with its lock held. One that another writer's `recover` took for abandoned in between is given up."""
    while True:
        made = Staging(os.path.join(beside, f"{_stem(target)}{uuid.uuid4().hex}"), target)
        os.mkdir(made.root)
        path = os.path.join(made.root, _LOCK)
        try:
            lock = os.open(path, os.O_CREAT | os.O_RDWR, 0o644)
        except FileNotFoundError:
            continue
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_there(path, lock):
            return made, lock
        os.close(lock)


def _is_there(path: str, lock: int) -> bool:
    """Whether the file that is locked still stands under its name."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(lock))
    except FileNotFoundError:
        return False


def recover(target: str) -> None:
    """Finish or remove what killed writers of `target` left; a folder whose writer lives is left alone."""
    beside, stem = _beside(target), _stem(target)
    for name in os.listdir(beside):
        if not name.startswith(stem):
            continue
        root = os.path.join(beside, name)
        path = os.path.join(root, _LOCK)
        try:
            lock = os.open(path, os.O_RDWR)
        except OSError:
            continue  # just made, or just removed, by a writer that lives
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not _is_there(path, lock):
                continue  # removed between the two calls
            _finish(Staging(root, target))
            _finish_swaps(Staging(root, target))
            _remove(root)
        except BlockingIOError:
            continue
        finally:
            os.close(lock)


def commit_append(made: Staging, files: Sequence[str]) -> None:
    """Move `files` (relative paths below `data`) into the target; new names never meet old ones."""
    sync_tree(made.data)
    journal = os.path.join(made.root, _JOURNAL)
    with open(journal + ".new", "w", encoding="utf-8") as out:
        json.dump(list(files), out)
        out.flush()
        os.fsync(out.fileno())
    os.rename(journal + ".new", journal)
    sync_folder(made.root)
    _finish(made)


def commit_overwrite(made: Staging, folders: Sequence[str]) -> None:
    """Put the staged `folders` (relative; `.` for everything) in the place of the target's; the old ones go."""
    sync_tree(made.data)
    for number, folder in enumerate(folders):
        staged = os.path.normpath(os.path.join(made.data, folder))
        target = os.path.normpath(os.path.join(made.target, folder))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not os.path.isdir(staged):
            os.makedirs(staged)
        _swap(staged, target, os.path.join(made.root, f"{_OLD}-{number}"))
        sync_folder(os.path.dirname(target))


def _finish(made: Staging) -> None:
    """Do what the journal says, as far as it is not done."""
    journal = os.path.join(made.root, _JOURNAL)
    if not os.path.exists(journal):
        return
    with open(journal, encoding="utf-8") as noted:
        files: list[str] = json.load(noted)
    touched: set[str] = set()
    for file in files:
        staged, target = os.path.join(made.data, file), os.path.join(made.target, file)
        if os.path.exists(staged):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.rename(staged, target)
            touched.add(os.path.dirname(target))
    for folder in touched:
        sync_folder(folder)
    os.remove(journal)


def _swap(staged: str, target: str, old: str) -> None:
    """`staged` becomes `target` and the other way round, in one step where the system can.

    Elsewhere it takes two, and a note beside `old` tells the next writer what to finish.
    """
    if not os.path.lexists(target):
        os.rename(staged, target)
    elif not _exchange(staged, target):
        with open(f"{old}{_NOTE}", "w", encoding="utf-8") as note:
            json.dump([staged, target], note)
            note.flush()
            os.fsync(note.fileno())
        os.rename(target, old)
        os.rename(staged, target)
        os.remove(f"{old}{_NOTE}")


def _finish_swaps(made: Staging) -> None:
    """Complete swaps that were cut between their two steps."""
    for name in os.listdir(made.root):
        if name.endswith(_NOTE):
            with open(os.path.join(made.root, name), encoding="utf-8") as note:
                staged, target = json.load(note)
            if not os.path.lexists(target) and os.path.lexists(staged):
                os.rename(staged, target)


def _exchange(first: str, second: str) -> bool:
    """Linux's renameat2(RENAME_EXCHANGE); False where there is no such call or the file system has none."""
    if not sys.platform.startswith("linux"):
        return False
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    if call(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
        return False
    raise OSError(code, os.strerror(code), second)


def _beside(target: str) -> str:
    return os.path.dirname(target)


def _stem(target: str) -> str:
    return f"{_PREFIX}{os.path.basename(target)}-"


def sync_tree(root: str) -> None:
    """Every file and folder below `root` on disk."""
    for folder, _, files in os.walk(root):
        for file in files:
            _sync_file(os.path.join(folder, file))
        sync_folder(folder)


def _sync_file(path: str) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(path: str) -> None:
    """A folder's entries on disk."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(root: str) -> None:
    """The folder and all below it; one that is gone already is fine."""
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(root)
