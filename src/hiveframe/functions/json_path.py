"""`get_json_object`: `$.a.b[0]`, `$['a']`, `[*]`. Source: Spark's `JsonPathParser` and `GetJsonObjectEvaluator`.

What Hive did is kept: a wildcard over several matches gives an array, over one match the match itself, and two
wildcards in a row flatten.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from hiveframe.functions.json_lenient import Leniency
from hiveframe.functions.json_text import Members, NotJson, parse, rendered

LENIENCY: Final = Leniency(non_numbers=False, control_characters=True)
_STEP: Final = re.compile(r"(?P<members>\.\*|\['\*'\])|\.\s*([^.\[]+)|\s*\['\s*([^']+)'\]|\[(?:(\*)|\s*(\d+))\]")
_ELEMENTS: Final = object()
_MEMBERS: Final = object()
Path = tuple[Any, ...]
Found = tuple[bool, list[str]]
"""Whether something matched, and what is written."""


@lru_cache(maxsize=256)
def parse_path(path: str) -> Path | None:
    """The steps of a path, each a name, an index or a wildcard; None when it is none."""
    if not path.startswith("$"):
        return None
    steps: list[Any] = []
    at = 1
    while at < len(path):
        m = _STEP.match(path, at)
        if m is None:
            return None
        members, name, quoted, elements, index = m.groups()
        if members:
            steps.append(_MEMBERS)
        elif elements:
            steps.append(_ELEMENTS)
        elif index is not None:
            steps.append(int(index))
        else:
            steps.append(name if name is not None else quoted)
        at = m.end()
    return tuple(steps)


def extract(document: str, path: str) -> str | None:
    """The text at the path: strings bare, everything else as compact JSON; NULL where there is nothing."""
    steps = parse_path(path)
    if steps is None:
        return None
    try:
        value = parse(document, LENIENCY)
    except NotJson:
        return None
    found, written = _follow(value, steps, "raw")
    return " ".join(written) if found else None


def _follow(value: Any, path: Path, style: str) -> Found:
    """What a value gives at the rest of a path; `style` is raw, quoted or flat."""
    if not path:
        return _whole(value, style)
    step, rest = path[0], path[1:]
    if isinstance(value, Members):
        if not isinstance(step, str):
            return False, []
        written: list[str] = []
        for name, held in value:
            if name == step and held is not None:
                found, texts = _follow(held, rest, style)
                written += texts
                if found:
                    return True, written
        return False, written
    if not isinstance(value, list):
        return False, []
    if isinstance(step, int):
        if step >= len(value):
            return False, []
        return _follow(value[step], rest, "quoted" if rest and rest[0] is _ELEMENTS else style)
    return _elements(value, rest, style) if step is _ELEMENTS else (False, [])


def _whole(value: Any, style: str) -> Found:
    if style == "raw" and isinstance(value, str):
        return True, [value]
    if style == "flat" and isinstance(value, list) and not isinstance(value, Members):
        parts = [_whole(x, style) for x in value]
        return any(found for found, _ in parts), [text for _, texts in parts for text in texts]
    return True, [rendered(value)]


def _elements(value: list[Any], rest: Path, style: str) -> Found:
    """`[*]`."""
    if rest and rest[0] is _ELEMENTS:
        parts = [_follow(x, rest[1:], "flat") for x in value]
        return any(found for found, _ in parts), ["[" + ",".join([x for _, texts in parts for x in texts]) + "]"]
    if style == "quoted":
        parts = [_follow(x, rest, "quoted") for x in value]
        return any(found for found, _ in parts), ["[" + ",".join([x for _, texts in parts for x in texts]) + "]"]
    parts = [_follow(x, rest, "flat" if style == "flat" else "quoted") for x in value]
    matches = sum(found for found, _ in parts)
    body = ",".join([x for _, texts in parts for x in texts])
    if matches > 1:
        return True, [f"[{body}]"]
    return matches == 1, [body] if matches == 1 else []
