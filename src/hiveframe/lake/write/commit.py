"""Making written files visible: all of them or none, whatever happens in between.

Files are written into a staging folder beside the target (same file system), synced, then moved. Overwriting exchanges
the two folders in one system call where the system has one; what was there before goes afterwards. A staging folder
names the process that made it, and the next write into the same parent removes those of processes that are gone.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from hiveframe.errors import AnalysisException
from hiveframe.lake.paths import is_hidden

SUCCESS = "_SUCCESS"
_STAGING = ".hiveframe-staging"
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def refuse_existing(target: str) -> None:
    """PATH_ALREADY_EXISTS when `target` exists."""
    if os.path.exists(target):
        raise AnalysisException("PATH_ALREADY_EXISTS", {"outputPath": f"file:{target}"})


@contextmanager
def staging(target: str) -> Iterator[str]:
    """An empty folder beside `target` to write into; it is gone afterwards, with whatever was not moved out."""
    parent = os.path.dirname(os.path.abspath(target))
    os.makedirs(parent, exist_ok=True)
    _remove_orphans(parent)
    folder = os.path.join(parent, f"{_STAGING}-{os.getpid()}-{uuid.uuid4().hex}")
    os.mkdir(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_orphans(parent: str) -> None:
    for name in os.listdir(parent):
        if name.startswith(_STAGING) and not _is_alive(name.split("-")[2]):
            shutil.rmtree(os.path.join(parent, name), ignore_errors=True)


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, ValueError):
        return True
    return True


def append(staged: str, target: str) -> None:
    """Move every staged file to its place under `target`, beside what is there."""
    sync_tree(staged)
    made = _data_files(staged)
    for relative in made:
        place = os.path.join(target, relative)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        os.rename(os.path.join(staged, relative), place)
    for folder in {os.path.dirname(os.path.join(target, relative)) for relative in made}:
        _sync(folder)
    os.makedirs(target, exist_ok=True)
    _mark(target)


def replace(staged: str, target: str) -> None:
    """Put the staged folder in the place of `target`; what was there is removed when the new files are in place."""
    _mark(staged)
    sync_tree(staged)
    exchange(staged, target)


def replace_partitions(staged: str, target: str) -> None:
    """Put each staged partition folder in the place of the one of the same name; other partitions stay."""
    sync_tree(staged)
    for relative in sorted({os.path.dirname(f) for f in _data_files(staged)}):
        place = os.path.join(target, relative)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        exchange(os.path.join(staged, relative), place)
    os.makedirs(target, exist_ok=True)
    _mark(target)


def exchange(new: str, place: str) -> None:
    """`new` at `place`; the folder or file that was there is left at `new`, for its owner to remove."""
    if not os.path.lexists(place):
        os.rename(new, place)
        os.mkdir(new)
    elif not _exchanged(new, place):
        aside = f"{new}-old"
        os.rename(place, aside)
        os.rename(new, place)
        os.rename(aside, new)
    _sync(os.path.dirname(place))


def _exchanged(left: str, right: str) -> bool:
    """Whether the system swapped the two names in one step."""
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    rename = getattr(libc, "renameat2", None)
    if rename is None:
        return False
    done: int = rename(_AT_FDCWD, os.fsencode(left), _AT_FDCWD, os.fsencode(right), _RENAME_EXCHANGE)
    return done == 0


def _data_files(folder: str) -> list[str]:
    found = []
    for root, _, names in os.walk(folder):
        found += [os.path.relpath(os.path.join(root, n), folder) for n in names if not is_hidden(n)]
    return sorted(found)


def _mark(folder: str) -> None:
    with open(os.path.join(folder, SUCCESS), "wb"):
        pass


def sync_tree(folder: str) -> None:
    """Everything under `folder` on disk."""
    for root, _, names in os.walk(folder):
        for name in names:
            _sync(os.path.join(root, name))
        _sync(root)


def _sync(path: str) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
