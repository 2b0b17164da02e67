"""Cases from templates: calls over a small grid of argument types and edge values.

`templates/<family>.txt` holds a template a line. `$name` is an argument of a kind (see `kinds.py`), `{a b}` makes a
template for each alternative (`~` stands for a space within one), `SAME` repeats the kind before it. A line that begins
with SELECT is a case as it stands. Directives: `--GROUPS` (aggregates from here on), `--WINDOWS` (OVER is added),
`--TYPE` (the value differs from run to run: name, type and nullability alone are compared), `--` (back to scalars),
`--SET name=value` (in force from here on). What is drawn depends on the template's own text alone.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Final

from tests.grid.kinds import KINDS, REFUSED, Kind

TEMPLATES: Final = Path(__file__).parent / "templates"
_CHOICE: Final = re.compile(r"\{([^{}\":]+)\}")
_ARGUMENT: Final = re.compile(r"\$([A-Za-z]\w*)")
_CALL: Final = re.compile(r"^(\w+)\(.*\)$")
_PLAIN_CALL: Final = re.compile(r"^(\w+)\([^()]*\)$")
_TELL_THE_TIME: Final = frozenset({"unix_timestamp"})  # without arguments
_COLUMNS: Final = ("a", "b", "c", "d", "e", "f", "h")
_ROWS: Final = 9
_ROWS_OF_FURTHER_TYPES: Final = 4


@dataclass(frozen=True)
class Template:
    """A line with its choices made. `fresh`: the first with these words, whatever the kinds; it gets every case."""

    text: str
    mode: str = "scalar"
    conf: tuple[tuple[str, str], ...] = ()
    fresh: bool = True
    kinds: tuple[Kind, ...] = field(default=())

    def filled(self, values: Sequence[str]) -> str:
        """The expression with `values` for its arguments."""
        left = iter(values)
        return _ARGUMENT.sub(lambda _: next(left), self.text)


@dataclass(frozen=True)
class GridCase:
    """A select list, and the FROM clause it goes over if any. `alone`: it can't share a query with others."""

    text: str
    relation: str = ""
    alone: bool = False
    typed_only: bool = False
    conf: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        return f"{self.text} FROM {self.relation}" if self.relation else self.text


def families() -> list[str]:
    """The families that have templates."""
    return sorted(p.stem for p in TEMPLATES.glob("*.txt"))


def templates(family: str) -> Iterator[Template]:
    """The templates of a family, choices made."""
    mode, conf, seen = "scalar", {}, set()
    for line in (TEMPLATES / f"{family}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("--SET "):
            name, _, value = line[6:].partition("=")
            conf[name.strip()] = value.strip()
        elif line.startswith("--"):
            mode = line[2:].lower() or "scalar"
        elif line.strip():
            for text in _alternatives(line.strip()):
                kinds = [m.group(1) for m in _ARGUMENT.finditer(text)]
                words = _ARGUMENT.sub("$", text)
                yield Template(text, mode, tuple(conf.items()), words not in seen, tuple(KINDS[k] for k in kinds))
                seen.add(words)


def _alternatives(line: str) -> Iterator[str]:
    fixed = _CHOICE.split(line)
    for chosen in product(*(part.split() for part in fixed[1::2])):
        made = fixed[0] + "".join(c.replace("~", " ") + rest for c, rest in zip(chosen, fixed[2::2], strict=True))
        first = _ARGUMENT.search(made)
        yield re.sub(r"\bSAME\b", lambda _, f=first: f.group(0) if f else "", made)


def rows_of(template: Template) -> list[tuple[str, ...]]:
    """Argument values that show each edge of each kind at least once (within the limit), the plain ones first."""
    if not template.kinds:
        return [()]
    rng = _rng(template, "rows")
    plain = tuple(k.values[0] for k in template.kinds)
    limit = _ROWS if template.fresh else _ROWS_OF_FURTHER_TYPES
    columns = []
    for place, kind in enumerate(template.kinds):
        values = list(kind.values[1:]) if place == 0 or len(kind.values) > 1 else list(kind.values)
        rng.shuffle(values)
        columns.append(values)
    count = min(limit, max(len(c) for c in columns))
    drawn = [tuple(c[row % len(c)] for c in columns) for row in range(count)]
    return list(dict.fromkeys([plain, *drawn]))


def constant_cases(template: Template) -> list[tuple[tuple[str, ...], GridCase]]:
    """A case for each row, its values written out."""
    return [(row, _scalar(template, template.filled(row))) for row in rows_of(template)]


def odd_cases(template: Template) -> Iterator[GridCase]:
    """Near types, refused types, too few and too many arguments."""
    if not template.fresh:
        return
    rng = _rng(template, "odd")
    plain = [k.values[0] for k in template.kinds]
    for place, kind in enumerate(template.kinds):
        near = rng.sample(kind.near, min(2, len(kind.near)))
        for value in (*near, rng.choice(REFUSED)):
            yield _scalar(template, template.filled([*plain[:place], value, *plain[place + 1 :]]), template.mode)
    if call := _CALL.match(template.text):
        plain_text = template.filled(plain)
        if call.group(1) not in _TELL_THE_TIME:
            yield _scalar(template, f"{call.group(1)}()", template.mode)
        yield _scalar(template, f"{plain_text[:-1]}{', ' if template.kinds else ''}1, 'x')", template.mode)


def _scalar(template: Template, text: str, mode: str = "scalar") -> GridCase:
    if text.upper().startswith("SELECT "):
        return GridCase(text, alone=True, conf=template.conf)
    if mode == "windows":
        return GridCase(f"{text} OVER (ORDER BY o)", "VALUES (1), (2) AS t(o)", conf=template.conf)
    alone = template.mode not in ("scalar", "type")
    return GridCase(text, alone=alone, typed_only=template.mode == "type", conf=template.conf)


def column_case(template: Template, rows: Sequence[tuple[str, ...]]) -> GridCase:
    """The rows as columns of one relation."""
    names = _COLUMNS[: len(template.kinds)]
    text = template.filled(names)
    return GridCase(text, _relation(template.kinds, rows), typed_only=template.mode == "type", conf=template.conf)


def mixed_case(template: Template, values: Sequence[str]) -> GridCase:
    """A column of `values` for the first argument, plain constants for the others."""
    plain = [k.values[0] for k in template.kinds]
    text = template.filled(["a", *plain[1:]])
    relation = _relation(template.kinds[:1], [(v,) for v in values])
    return GridCase(text, relation, typed_only=template.mode == "type", conf=template.conf)


def not_null_case(template: Template) -> GridCase:
    """A column without NULLs."""
    return column_case(template, [tuple(k.values[0] for k in template.kinds)])


def _relation(kinds: Sequence[Kind], rows: Sequence[tuple[str, ...]]) -> str:
    """VALUES of the rows; a column of NULLs alone keeps its type."""
    typed = [
        tuple(
            f"cast(null as {kind.dtype})" if value == "null" else value for value, kind in zip(row, kinds, strict=True)
        )
        for row in rows
    ]
    names = ", ".join(_COLUMNS[: len(kinds)])
    return f"VALUES {', '.join('(' + ', '.join(row) + ')' for row in typed)} AS t({names})"


def group_cases(template: Template) -> Iterator[GridCase]:
    """An aggregate over edges, plain values, no rows, NULLs, groups, distinct values, a filter and a window."""
    names = _COLUMNS[: len(template.kinds)]
    text, conf = template.filled(names), template.conf
    edges = _grouped(template, edges=True)
    tame = _grouped(template, edges=False)
    yield GridCase(text, edges, conf=conf)
    yield GridCase(f"g, {text}", f"{tame} GROUP BY g ORDER BY g", conf=conf)
    if not template.fresh:
        return
    yield GridCase(text, tame, conf=conf)
    yield GridCase(text, f"{tame} WHERE o > 100", conf=conf)
    yield GridCase(f"g, {text}", f"{tame} WHERE o > 100 GROUP BY g", conf=conf)
    if template.kinds:
        yield GridCase(text, _relation(template.kinds, [("null",) * len(names)] * 2), conf=conf)
    if call := _PLAIN_CALL.match(template.text):
        if template.kinds:
            name = call.group(1)
            yield GridCase(text.replace(f"{name}(", f"{name}(DISTINCT ", 1), tame, conf=conf)
        yield GridCase(f"o, {text} OVER (PARTITION BY g)", f"{tame} ORDER BY o", conf=conf)
        frame = "ORDER BY o ROWS BETWEEN 1 PRECEDING AND CURRENT ROW"
        yield GridCase(f"o, {text} OVER ({frame})", f"{tame} ORDER BY o", conf=conf)
    if _CALL.match(template.text):
        yield GridCase(f"{text} FILTER (WHERE o > 2)", tame, conf=conf)


def window_cases(template: Template) -> Iterator[GridCase]:
    """A window function over the usual windows."""
    text, conf = template.filled(_COLUMNS[: len(template.kinds)]), template.conf
    relation = _grouped(template, edges=False)
    windows = ["ORDER BY o", "PARTITION BY g ORDER BY o DESC"]
    if template.fresh:
        windows += ["ORDER BY g", "", "ORDER BY o ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING"]
        windows += ["ORDER BY o RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING"]
        windows += ["PARTITION BY g ORDER BY o ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING"]
    for window in windows:
        yield GridCase(f"o, {text} OVER ({window})", f"{relation} ORDER BY o", conf=conf)


def _grouped(template: Template, *, edges: bool) -> str:
    """VALUES with an order `o` and a group `g` beside the arguments."""
    rng = _rng(template, "groups")
    columns = []
    for kind in template.kinds:
        values = [v for v in (kind.values if edges else (*kind.values[:3], kind.values[-1])) if v]
        values = values if edges else [values[0], values[-1], *values]
        if edges:
            rng.shuffle(values)
        columns.append([f"cast(null as {kind.dtype})" if v == "null" else v for v in values])
    count = max([len(c) for c in columns], default=4)
    rows = [
        ", ".join([str(row + 1), "'x'" if row % 3 else "'y'", *(c[row % len(c)] for c in columns)])
        for row in range(count)
    ]
    names = ", ".join(["o", "g", *_COLUMNS[: len(columns)]])
    return f"VALUES {', '.join(f'({r})' for r in rows)} AS t({names})"


def _rng(template: Template, salt: str) -> random.Random:
    return random.Random(zlib.crc32(f"{salt}: {template.text}".encode()))
