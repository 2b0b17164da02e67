"""From the paths a user gives to the files that are read: URIs, globs, hidden names, filters by name and time.

Source: Spark SQL guide, "Generic File Source Options"; Hadoop's `FileSystem.globStatus` for glob syntax.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from stat import S_ISDIR

from hiveframe.dataclass import dataclass
from hiveframe.errors import AnalysisException, SparkException, analysis_error
from hiveframe.lake.options import Options
from hiveframe.lake.stamps import Stamp, stamp_of
from hiveframe.lake.zones import zone_of

_GLOB = re.compile(r"[{}\[\]*?\\]")
_MOST_LISTINGS = 100
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file with what `stat` says of it; `root` is the user's path (or a match of it) that led here."""

    path: str
    root: str
    stamp: Stamp

    @property
    def size_bytes(self) -> int:
        """Bytes on disk."""
        return self.stamp[2]

    @property
    def modified_us(self) -> int:
        """The time of the last change of content."""
        return self.stamp[3] // 1000


@dataclass(frozen=True, slots=True)
class Listing:
    """The existing roots in order, and the visible files below them, sorted by path within each root."""

    roots: tuple[str, ...]
    files: tuple[FoundFile, ...]


def local_path(path: str) -> str:
    """The absolute local path of a path or `file:` URI; other schemes are refused."""
    if path.startswith("file:"):
        path = "/" + path[5:].lstrip("/")
    elif _SCHEME.match(path):
        raise SparkException("UNSUPPORTED_FILE_SCHEME", {"scheme": path.partition(":")[0], "path": path})
    return os.path.abspath(path)


def file_uri(path: str) -> str:
    """`file:/a/b`, the way Spark writes a local path in messages and locations."""
    return "file:" + path


def is_glob(path: str) -> bool:
    """Whether `path` holds glob characters."""
    return _GLOB.search(path) is not None


def is_hidden(name: str) -> bool:
    """Whether Spark skips this file or folder name: `_x` (but not `_x=1`), `.x`, or a file still being copied."""
    return (name.startswith("_") and "=" not in name) or name.startswith(".") or name.endswith("._COPYING_")


def list_files(paths: Sequence[str], options: Options, time_zone: str = "UTC") -> Listing:
    """Every visible file under `paths`; PATH_NOT_FOUND names the first path that matches nothing."""
    roots: list[str] = []
    for path in paths:
        matches = _expand(path)
        if not matches and not options.flag("ignoreMissingFiles"):
            raise analysis_error("PATH_NOT_FOUND", path=file_uri(local_path(path)))
        roots += matches
    accepts = _FileFilter(options, time_zone)
    found: list[FoundFile] = []
    for root in dict.fromkeys(roots):
        found += _listed(root, accepts)
    return Listing(tuple(dict.fromkeys(roots)), tuple(found))


def _expand(path: str) -> list[str]:
    local = local_path(path)
    if os.path.exists(local):
        return [local]
    if not is_glob(path):
        return []
    return sorted(m for option in _braces(local) for m in _glob(option))


def _braces(pattern: str) -> list[str]:
    """`a{b,c}d` as `abd`, `acd`, nested braces included."""
    start = pattern.find("{")
    if start < 0:
        return [pattern]
    depth, commas = 0, [start]
    for i in range(start, len(pattern)):
        if pattern[i] == "{":
            depth += 1
        elif pattern[i] == "}":
            depth -= 1
            if depth == 0:
                bounds = [*commas, i]
                parts = [pattern[a + 1 : b] for a, b in pairwise(bounds)]
                return [tail for part in parts for tail in _braces(pattern[:start] + part + pattern[i + 1 :])]
        elif pattern[i] == "," and depth == 1:
            commas.append(i)
    raise _bad_pattern(pattern, "Unclosed group")


def _bad_pattern(pattern: str, reason: str) -> SparkException:
    return SparkException("INVALID_PATH_PATTERN", {"pattern": pattern, "reason": reason})


def _glob(pattern: str) -> list[str]:
    """Existing paths that match component by component; hidden names match no pattern."""
    found = ["/"]
    for part in [p for p in pattern.split("/") if p]:
        if not _GLOB.search(part):
            found = [os.path.join(base, part) for base in found if os.path.lexists(os.path.join(base, part))]
            continue
        matcher = _matcher(part)
        found = [
            os.path.join(base, name)
            for base in found
            if os.path.isdir(base)
            for name in os.listdir(base)
            if matcher.fullmatch(name) and not is_hidden(name)
        ]
    return found


def _matcher(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(glob_regex(pattern))
    except re.error as error:
        raise _bad_pattern(pattern, str(error)) from error


def glob_regex(pattern: str) -> str:
    """One path component's glob as a regular expression (Hadoop's GlobPattern)."""
    out: list[str] = []
    i, in_class, depth = 0, False, 0
    while i < len(pattern):
        c = pattern[i]
        if c == "\\" and i + 1 < len(pattern):
            i += 1
            out.append(re.escape(pattern[i]))
        elif in_class:
            out.append("^" if c in "!^" and out[-1] == "[" else "\\\\" if c == "\\" else c)
            in_class = c != "]"
        elif c == "[":
            out.append(c)
            in_class = True
        elif c == "{":
            out.append("(?:")
            depth += 1
        elif c == "}" and depth:
            out.append(")")
            depth -= 1
        elif c == "," and depth:
            out.append("|")
        else:
            out.append({"*": "[^/]*", "?": "[^/]"}.get(c) or re.escape(c))
        i += 1
    return "".join(out)


def _listed(root: str, accepts: _FileFilter) -> list[FoundFile]:
    """The files below a root, sorted by path, as they were at one moment.

    A writer may put another folder in the root's place meanwhile and empty the old one; then it is listed anew. Of a
    root that is a file one look tells all.
    """
    stat = os.stat(root)
    if not S_ISDIR(stat.st_mode):
        file = FoundFile(root, root, stamp_of(stat))
        return [] if is_hidden(os.path.basename(root)) or not accepts(file) else [file]
    for _ in range(_MOST_LISTINGS):
        before = _identity(root)
        try:
            found = sorted(_walk(root, accepts), key=lambda f: f.path)
        except FileNotFoundError:
            if _identity(root) == before:
                raise
            continue
        if _identity(root) == before:
            return found
    raise SparkException("FAILED_READ_FILE.FILE_NOT_EXIST", {"path": file_uri(root)})


def _identity(path: str) -> tuple[int, int]:
    stat = os.stat(path)
    return stat.st_dev, stat.st_ino


def _walk(root: str, accepts: _FileFilter) -> Iterator[FoundFile]:
    folders = [root]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if is_hidden(entry.name):
                    continue
                if entry.is_dir():
                    folders.append(entry.path)
                else:
                    yield from _visible_file(entry.path, root, accepts)


def _visible_file(path: str, root: str, accepts: _FileFilter) -> Iterator[FoundFile]:
    found = FoundFile(path, root, stamp_of(os.stat(path)))
    if accepts(found):
        yield found


class _FileFilter:
    """`pathGlobFilter`, `modifiedBefore` and `modifiedAfter`."""

    def __init__(self, options: Options, time_zone: str) -> None:
        pattern = options.get("pathGlobFilter")
        self._name = _matcher(pattern) if pattern is not None else None
        zone = zone_of(options.get("timeZone") or time_zone)
        self._before = _moment_us("modifiedBefore", options, zone)
        self._after = _moment_us("modifiedAfter", options, zone)

    def __call__(self, file: FoundFile) -> bool:
        if self._name is not None and not self._name.fullmatch(os.path.basename(file.path)):
            return False
        if self._before is not None and file.modified_us >= self._before:
            return False
        return self._after is None or file.modified_us > self._after


def _moment_us(name: str, options: Options, zone: tzinfo) -> int | None:
    value = options.get(name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        params = {"strategy": name.lower(), "timeString": value}
        raise AnalysisException("_LEGACY_ERROR_TEMP_1294", params) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1_000_000)
