"""What is kept of which files: families of files that are read alike, and the tables that hold their columns.

A part is a table that is never changed: other columns or files are another part, which takes its place. So a
statement that was made for a part is right for as long as the part is there, and its lease keeps it there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlglot import exp

from hiveframe.engine.kept_tables import KeptTable
from hiveframe.functions.sql import Sql, cast, column, ident, number
from hiveframe.lake.kept_columns import KeptPart, Reading
from hiveframe.lake.scan import ScanFile
from hiveframe.lake.stamps import Stamp, stamp
from hiveframe.lake.table_function import call, path_list, select_from
from hiveframe.swarm.pheromone import Trail

PLACE: Final = "__place"
"""The column that says in which of a part's files a row is, by its place among them."""

FILE_NUMBER: Final = "file_index"
"""Under this name DuckDB's readers number the files of a call."""

HALF_LIFE_S: Final = 900.0
"""After so long a use counts for half."""

_OWN: Final = frozenset({PLACE, FILE_NUMBER})

FileState = Stamp | tuple[int, int]


def file_state(file: ScanFile, *, is_versioned: bool) -> FileState | None:
    """What tells a file from any other that was or will be at its path; None where it is gone."""
    return (file.size_bytes, file.modified_us) if is_versioned else stamp(file.path)


def file_states(reading: Reading) -> dict[str, FileState | None]:
    """The states of the files of a reading, by path."""
    return {f.path: file_state(f, is_versioned=reading.is_versioned) for f in reading.files}


@dataclass(eq=False)
class Part:
    """A table with `columns` of `files`, each with its place and state. Who holds a lease may read it.

    It counts as `size_bytes`: at least what was guessed, as its last rows fill no block before they are many.
    """

    table: KeptTable
    columns: frozenset[str]
    files: Mapping[str, tuple[int, FileState]]
    size_bytes: int

    def held(self, states: Mapping[str, FileState | None]) -> frozenset[str]:
        """The paths of the files whose rows it has, as they are now."""
        return frozenset(
            path for path, state in states.items() if (known := self.files.get(path)) is not None and known[1] == state
        )

    def query(self, wanted: Iterable[str], paths: frozenset[str]) -> exp.Select:
        """`SELECT wanted FROM part`, of these files only."""
        items = [exp.Alias(this=column(name), alias=ident(name)) for name in wanted]
        select = exp.Select(expressions=items or [number(1)], from_=exp.From(this=self.table.source))
        if len(paths) == len(self.files):
            return select
        places = sorted(self.files[path][0] for path in paths)
        condition: exp.Expression = exp.In(this=column(PLACE), expressions=[number(p) for p in places])
        if places[-1] - places[0] == len(places) - 1:
            condition = exp.Between(this=column(PLACE), low=number(places[0]), high=number(places[-1]))
        return select.where(condition, copy=False)


class Trails(dict[str, Trail]):
    """How often columns, or files, were read lately, or how many bytes."""

    def __missing__(self, name: str) -> Trail:
        made = self[name] = Trail(HALF_LIFE_S)
        return made

    def strength(self, name: str, now_s: float) -> float:
        """The uses, or bytes, of one of them that still count."""
        return self[name].level(now_s) if name in self else 0.0

    def lay(self, names: Iterable[str], now_s: float, amount: float = 1.0) -> None:
        """Each of them is read now."""
        for name in names:
            self[name].lay(now_s, amount)


@dataclass(eq=False)
class Family:
    """Files that one call can read: `like` is a reading of some of them, `known` all that were read lately.

    `volumes` tells of each column how many bytes the files had of which it was read.
    """

    like: Reading
    columns: Trails = field(default_factory=Trails)
    volumes: Trails = field(default_factory=Trails)
    files: Trails = field(default_factory=Trails)
    known: dict[str, ScanFile] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    rests_until_s: float = 0.0

    def note(self, reading: Reading, now_s: float) -> None:
        """The reading is made now."""
        self.columns.lay(reading.wanted, now_s)
        self.volumes.lay(reading.wanted, now_s, sum(f.size_bytes for f in reading.files))
        self.files.lay((f.path for f in reading.files), now_s)
        self.known.update((f.path, f) for f in reading.files)

    def find(self, reading: Reading) -> list[tuple[Part, KeptPart]]:
        """What the parts hold of a reading."""
        if not self.parts:
            return []
        states = file_states(reading)
        wanted = frozenset(reading.wanted)
        found: list[tuple[Part, KeptPart]] = []
        for part in self.parts:
            paths = part.held(states) if wanted <= part.columns else frozenset()
            if paths:
                found.append((part, KeptPart(part.query(reading.wanted, paths), paths)))
                states = {path: state for path, state in states.items() if path not in paths}
        return found

    def is_current(self, part: Part, path: str) -> bool:
        """Whether a part has a file as it was when it was last listed."""
        file, held = self.known.get(path), part.files.get(path)
        if file is None or held is None:
            return False
        return held[1] == (file.size_bytes, file.modified_us) or _fits(held[1], file)

    def dead_parts(self) -> list[Part]:
        """The parts that have no file any more as it was when it was last listed."""
        return [part for part in self.parts if not any(self.is_current(part, path) for path in part.files)]

    def strength(self, columns: Iterable[str], now_s: float) -> float:
        """How much some columns are used: as the most used of them."""
        return max((self.columns.strength(name, now_s) for name in columns), default=0.0)

    def reads(self, name: str, paths: Collection[str], now_s: float) -> float:
        """How often a column of these files was read: uses, or as many of all of their bytes if these are fewer."""
        size_bytes = sum(self.known[path].size_bytes for path in paths)
        uses = self.columns.strength(name, now_s)
        return min(uses, self.volumes.strength(name, now_s) / size_bytes) if size_bytes else uses

    def guessed_bytes(self, columns: Collection[str], paths: Collection[str]) -> int:
        """About how large a part would be: the columns' share of the files."""
        whole = sum(self.known[path].size_bytes for path in paths)
        return int(whole * len(columns) / max(len(self.like.stored), len(columns), 1))

    def forget_gone(self, paths: Collection[str]) -> None:
        """Forget those of the files that are no longer there: nobody waits for them."""
        for path in paths:
            if not self.like.is_versioned and path in self.known and stamp(path) is None:
                self._forget(path)

    def forget(self, now_s: float, faded: float) -> None:
        """Forget files that nobody reads any more."""
        for path in [p for p in self.known if self.files.strength(p, now_s) < faded]:
            self._forget(path)

    def _forget(self, path: str) -> None:
        del self.known[path]
        del self.files[path]


def _fits(state: FileState, file: ScanFile) -> bool:
    """Whether a stamp may be that of the file as it was listed."""
    return len(state) > 2 and state[2] == file.size_bytes and state[3] // 1000 == file.modified_us


def may_keep(reading: Reading) -> bool:
    """Whether a part can hold such files: no column of theirs has a name that a part needs for itself."""
    return not any(name.lower() in _OWN for name, _ in reading.stored)


def part_query(like: Reading, columns: Sequence[str], paths: Sequence[str]) -> exp.Select:
    """The rows of the files as a part holds them, each with its file's place."""
    adding = dict(like.adding[name] for name in columns if name in like.adding)
    reader = call(like.function, path_list(paths), **like.arguments, **adding)
    place: Sql = cast(column(FILE_NUMBER), "INTEGER")
    return select_from(reader, [*((name, column(name)) for name in columns), (PLACE, place)])


def family_key(reading: Reading) -> object:
    """Equal for readings whose files one call can read to the same columns."""
    return reading.function, reading.roots, reading.stored, tuple(reading.arguments.items())
