"""By what a query is known before anything is known of it: its text, or what its tree says, but for its literals."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from typing import Any, Final

from hiveframe.plan import spec, walk

_ATOMS: Final = (str, bytes, int, float)
_LITERAL_TEXT: Final = re.compile(r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|\b\d+(?:\.\d+)?""")
_UNSAID: Final = frozenset({"plan_id", "origin"})

_fields: dict[type, tuple[str, ...]] = {}


def query_key(asked: spec.Relation | spec.Command) -> bytes:
    """Sixteen bytes, the same for texts and for DataFrames that differ in literals only; names are not resolved.

    It is made before the analysis, and so a guess: one text may mean two things in two sessions, other literals may
    take longer, local rows count by their type alone. What is learnt by it may be wrong without any answer being wrong.
    """
    digest = hashlib.blake2b(digest_size=16)
    for node in walk.preorder(asked, spec.Node):
        digest.update(type(node).__name__.encode())
        if isinstance(node, spec.SqlQuery):
            digest.update(_LITERAL_TEXT.sub("?", node.text).encode())
        elif not isinstance(node, spec.Literal):
            for name in _said(type(node)):
                _feed(digest, getattr(node, name))
    return digest.digest()


def _said(cls: type) -> tuple[str, ...]:
    found = _fields.get(cls)
    if found is None:
        found = _fields[cls] = tuple(f.name for f in dataclasses.fields(cls) if f.name not in _UNSAID)
    return found


def _feed(digest: Any, value: Any) -> None:
    if isinstance(value, _ATOMS):
        digest.update(repr(value).encode())
    elif isinstance(value, (tuple, list)):
        digest.update(b"(")
        for item in value:
            _feed(digest, item)
    elif isinstance(value, dict):
        digest.update(b"{")
        for key in sorted(value, key=repr):
            _feed(digest, key)
            _feed(digest, value[key])
    else:
        digest.update(type(value).__name__.encode())
