"""What DuckDB says of its operators, with columns' names in the place of ids and places.

Columns travel through statements as `c<id>`, and behind a projection operators name them by place, `#n`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.engine.profiling import EngineOperator

_ID: Final = re.compile(r"\bc(\d+)\b")
_PLACE: Final = re.compile(r"#(\d+)")
_PACKED: Final = re.compile(r"__internal_(?:de)?compress_\w+\(([^(),]+)(?:, [^()]*)?\)")
_CAST: Final = re.compile(r"CAST\((#?\w+) AS (?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?)\)")
_DEEPEST: Final = 50
_PASSING: Final = frozenset({"FILTER", "ORDER_BY", "TOP_N", "LIMIT", "STREAMING_LIMIT"})


@dataclass(frozen=True, slots=True)
class Names:
    """Columns' names by id."""

    of: Mapping[int, str]

    def shown(self, text: str) -> str:
        """A text with names for ids."""
        return _ID.sub(lambda found: self.of.get(int(found[1]), found[0]), text)


def ids_in(texts: Sequence[str]) -> set[int]:
    """The ids of the columns that are mentioned."""
    return {int(found) for text in texts for found in _ID.findall(text)}


def only_id(text: str) -> int | None:
    """The id of a column that stands alone."""
    found = _ID.fullmatch(text.strip().strip('"'))
    return int(found[1]) if found else None


def resolved(text: str, operator: EngineOperator) -> str:
    """A text of an operator with what its places stand for, as far as projections below tell."""
    child = operator.children[0] if operator.children else None
    for _ in range(_DEEPEST):
        text = _CAST.sub(r"\1", _PACKED.sub(r"\1", text))
        if child is None or not _PLACE.search(text):
            return text
        if child.name == "PROJECTION":
            items = child.info.get("Projections", ())
            text = _PLACE.sub(lambda found, items=items: _item(found, items), text)  # type: ignore[misc]
        elif child.name == "TABLE_SCAN" or child.name not in _PASSING:
            return text
        child = child.children[0] if child.children else None
    return text


def _item(found: re.Match[str], items: Sequence[str]) -> str:
    place = int(found[1])
    return items[place] if place < len(items) else found[0]
