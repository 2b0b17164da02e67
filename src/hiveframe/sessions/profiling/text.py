"""A profile as people read it, in 118 columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hiveframe.sessions.profiling.profile import Profile, ProfiledOperator

_WIDTH: Final = 118
_NUMBERS: Final = (12, 12, 12, 10)  # rows, estimated, error, time
_TREE: Final = _WIDTH - sum(_NUMBERS)
_SAME: Final = 1.05
_UNITS: Final = ("B", "KiB", "MiB", "GiB", "TiB")


def profile_text(profile: Profile) -> str:
    """The run in a few lines, then its operators."""
    return "\n".join((*_summary(profile), "", *_table(profile.plan))) + "\n"


def _summary(profile: Profile) -> Iterator[str]:
    before = (
        ("analysis", profile.analysis_seconds),
        ("optimizer", profile.optimizer_seconds),
        ("compile", profile.compile_seconds),
        ("engine planning", profile.engine_planning_seconds),
        ("run", profile.run_seconds),
    )
    parts = ", ".join(f"{name} {_time(seconds)}" for name, seconds in before)
    rows = "1 row" if profile.rows == 1 else f"{profile.rows:,} rows"
    yield f"== Profile ==\n{rows} in {_time(profile.seconds)}: {parts}"
    spilled = f"{_bytes(profile.spilled_bytes)} spilled" if profile.spilled_bytes else "nothing spilled"
    yield f"Memory: {_bytes(profile.peak_memory_bytes)} at most, {spilled}. Read: {_bytes(profile.bytes_read)}"
    rules = [name if times == 1 else f"{name} ×{times}" for name, times in profile.rules.items()]
    yield from _wrapped("Rules: ", rules or ["none changed the plan"])
    yield "Cache: " + _CACHE[profile.cache]
    for part in profile.run_first:
        outcome = f"keys [{', '.join(part.keys)}]" if part.is_used else "too many, not used"
        yield _cut(f"Run first: {part.rows:,} rows in {_time(part.seconds)}, {outcome}: {_flat(part.tree)}", _WIDTH)


_LEGEND: Final = (
    "error: by which factor the estimate is off; -: none, or joins further up keep rows out of what it is for"
)

_CACHE: Final = {
    "kept": "the result is kept, so that a plain run is served from it",
    "fragments": "parts of the plan were served from kept results",
    "aggregates": "parts of the plan were made of kept groups",
    "none": "nothing kept was of use",
}


def _flat(tree: str) -> str:
    """A plan's operators in one line."""
    return " ← ".join(line.lstrip("+-: ") for line in tree.split("\n"))


def _wrapped(title: str, words: list[str]) -> Iterator[str]:
    line = title
    for i, word in enumerate(words):
        piece = word + (", " if i < len(words) - 1 else "")
        if len(line) + len(piece.rstrip()) > _WIDTH:
            yield line.rstrip()
            line = " " * len(title)
        line += piece
    yield line


def _table(root: ProfiledOperator) -> Iterator[str]:
    titles = ("rows", "estimated", "error", "time")
    yield "Operator".ljust(_TREE) + "".join(t.rjust(w) for t, w in zip(titles, _NUMBERS, strict=True))
    stack: list[tuple[ProfiledOperator, str, str]] = [(root, "", "")]
    while stack:
        node, lead, below = stack.pop()
        yield _line(node, lead)
        for note in _notes(node):
            yield _cut(f"{below}{': ' if node.children else '  '}  {note}", _WIDTH)
        for i, child in reversed(list(enumerate(node.children))):
            is_last = i == len(node.children) - 1
            stack.append((child, below + ("+ " if is_last else ": "), below + ("  " if is_last else ": ")))
    yield ""
    yield _LEGEND


def _line(node: ProfiledOperator, lead: str) -> str:
    text = _cut(f"{lead}{node.name} {node.detail}".rstrip(), _TREE - 1)
    numbers = (f"{node.rows:,}", _estimated(node), _error(node), _time(node.seconds))
    return text.ljust(_TREE) + "".join(n.rjust(w) for n, w in zip(numbers, _NUMBERS, strict=True))


def _estimated(node: ProfiledOperator) -> str:
    if node.estimated_rows is None:
        return "-"
    mark = {"guessed": "?", "stale": "~"}.get(node.origin or "", "")
    return f"{mark}{round(node.estimated_rows):,}"


def _error(node: ProfiledOperator) -> str:
    """The factor, and whether too many or too few rows were expected."""
    error = node.error
    if error is None or node.estimated_rows is None:
        return "-"
    if error < _SAME:
        return "="
    factor = f"{error:.1f}" if error < 10 else f"{error:,.0f}"
    return f"{factor}× " + ("over" if node.estimated_rows > node.rows else "under")


def _notes(node: ProfiledOperator) -> Iterator[str]:
    """What a scan left out."""
    scanned = node.scanned
    if scanned is None:
        return
    if scanned.filters:
        yield "filters: " + " AND ".join(map(_bare, scanned.filters))
    read = []
    if scanned.files_left_out:
        read.append(f"files: {scanned.file_count} of {scanned.file_count + scanned.files_left_out}")
    elif scanned.file_count > 1:
        read.append(f"files: {scanned.file_count}")
    if scanned.row_groups is not None and scanned.row_groups > 1:
        read.append(f"row groups: {scanned.row_groups_read} of {scanned.row_groups}")
    if scanned.is_kept:
        read.append("from kept columns")
    if scanned.join_columns:
        read.append("joins above keep rows out by " + ", ".join(scanned.join_columns))
    if read:
        yield "; ".join(read)


def _bare(text: str) -> str:
    """A condition without parentheses around it."""
    while text.startswith("(") and text.endswith(")") and _closes_last(text):
        text = text[1:-1]
    return text


def _closes_last(text: str) -> bool:
    depth = 0
    for i, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if depth == 0:
            return i == len(text) - 1
    return False


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _time(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1000:.1f} ms"


def _bytes(size: float) -> str:
    unit = 0
    while size >= 1024 and unit < len(_UNITS) - 1:
        size /= 1024
        unit += 1
    return f"{size:.1f} {_UNITS[unit]}" if unit else f"{int(size)} B"
