"""What to keep next: a pure choice from what is known of a family.

Making a part costs about as much as eight to ten scans save (TPC-H's lineitem, two cores: 34 ns a number and 120 ns a
text to keep; 3 and 12 ns saved by each scan). So what was read eight times is kept at once, which at worst costs about
twice what the best choice in hindsight would have. While nothing runs, twice is enough.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.engine.hot_columns.parts import Family, Part

USES_WHEN_BUSY: Final = 8.0
USES_WHEN_IDLE: Final = 1.9
FADED: Final = 0.25
_MOST_PARTS: Final = 4
_LARGE_PARTS: Final = 2  # that are left alone when there are so many
_MOST_DEAD: Final = 0.5  # of a part's files


@dataclass(frozen=True, slots=True)
class PartWanted:
    """A part with `columns` of the files at `paths`, after which `replaced` go. `strength`: how much it is wanted."""

    columns: frozenset[str]
    paths: tuple[str, ...]
    replaced: tuple[Part, ...]
    strength: float


def next_part(family: Family, now_s: float, uses: float) -> PartWanted | None:
    """The part that a family is short of once columns and files were read `uses` times; None when it lacks nothing.

    Columns that were read twice come with those that made it worth while, and those that are kept stay until they fade.
    A column that was read of few of the files counts for as much less.
    """
    files = frozenset(path for path in family.known if family.files.strength(path, now_s) >= uses)
    strengths = {name: family.reads(name, files, now_s) for name in family.columns}
    asked = frozenset(name for name, strength in strengths.items() if strength >= uses)
    if not asked:
        return None
    whole = [part for part in family.parts if asked <= part.columns]
    missing = files - frozenset(path for part in whole for path in part.files if family.is_current(part, path))
    if not missing:
        return None
    strength = max(strengths[name] for name in asked)
    if whole and len(whole) == len(family.parts):  # files were added
        columns = frozenset.intersection(*(part.columns for part in whole))
        replaced = () if len(whole) < _MOST_PARTS else tuple(part for part in whole if part not in _that_stay(family))
    else:
        kept = frozenset(name for part in family.parts for name in part.columns)
        warm = (name for name, s in strengths.items() if s >= USES_WHEN_IDLE or (name in kept and s >= FADED))
        columns, replaced, missing = asked.union(warm), tuple(family.parts), files
    alive = frozenset(path for part in replaced for path in part.files if family.is_current(part, path))
    return PartWanted(columns, _in_order(family, missing | alive), replaced, strength)


def _that_stay(family: Family) -> list[Part]:
    """The parts that stay when others become one: the larger ones, unless most of their files are gone."""
    alive = [
        part
        for part in family.parts
        if sum(family.is_current(part, path) for path in part.files) >= _MOST_DEAD * len(part.files)
    ]
    return sorted(alive, key=lambda part: -part.size_bytes)[:_LARGE_PARTS]


def _in_order(family: Family, paths: Collection[str]) -> tuple[str, ...]:
    return tuple(path for path in family.known if path in paths)
