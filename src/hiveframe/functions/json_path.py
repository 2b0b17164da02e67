"""`get_json_object`'s paths: `$.a.b[0]`, `$['a']`, `[*]`, `.*`. Source: Spark's `JsonPathParser`."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, Final

Step = tuple[str, Any]
_STEP: Final = re.compile(r"\.(\*)|\.([^\.\[]+)|\[(\*)\]|\[(\d+)\]|\['([^\?]*?)'\]")


@lru_cache(maxsize=256)
def parse_path(path: str) -> tuple[Step, ...] | None:
    """The steps of a path; None when it is none."""
    if not path.startswith("$"):
        return None
    steps: list[Step] = []
    at = 1
    while at < len(path):
        m = _STEP.match(path, at)
        if m is None:
            return None
        wild, name, all_elements, index, quoted = m.groups()
        if wild:
            steps.append(("members", None))
        elif all_elements:
            steps.append(("elements", None))
        elif index is not None:
            steps.append(("index", int(index)))
        else:
            steps.append(("name", name if name is not None else quoted))
        at = m.end()
    return tuple(steps)


def extract(document: str, path: str) -> str | None:
    """The text at the path: strings bare, everything else as compact JSON; NULL where there is nothing."""
    steps = parse_path(path)
    if steps is None:
        return None
    try:
        value = json.loads(document)
    except (ValueError, RecursionError):
        return None
    found = _follow(value, steps)
    kept = [x for x in found if x is not None]
    if not kept:
        return None
    many = any(kind in ("elements", "members") for kind, _ in steps)
    if many and len(kept) > 1:
        return _dump(kept)
    return kept[0] if isinstance(kept[0], str) and not many else _dump(kept[0])


def _follow(value: Any, steps: tuple[Step, ...]) -> list[Any]:
    found = [value]
    for kind, key in steps:
        found = [x for v in found for x in _step(v, kind, key)]
    return found


def _step(value: Any, kind: str, key: Any) -> list[Any]:
    match kind:
        case "name" if isinstance(value, dict) and key in value:
            return [value[key]]
        case "name" if isinstance(value, list):
            return [x[key] for x in value if isinstance(x, dict) and key in x]
        case "index" if isinstance(value, list) and key < len(value):
            return [value[key]]
        case "elements" if isinstance(value, list):
            return list(value)
        case "members" if isinstance(value, dict):
            return list(value.values())
    return []


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
