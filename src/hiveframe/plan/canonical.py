"""A plan's canonical key: the same for plans that compute the same thing in the same way.

Column ids are replaced by the order in which they are met, names and error positions are left out, so two analyses of
one query agree. It is the key of cached results, of `sameSemantics` and of what is learned about a plan.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from hiveframe.plan.logical import Column, Cte, CteRef, LambdaVar, Literal, Node, Relation
from hiveframe.plan.types import DataType
from hiveframe.plan.walk import preorder

_IGNORED: Final = frozenset({"name", "shown", "context", "implicit", "metadata"})
_NAMED_MATTERS: Final = frozenset({"CollectMetrics", "PyUdf", "PyUdtf"})
_PLAIN: Final = (str, bytes, int, float)

Opaque = Callable[[Any], bytes | None]
"""What stands in a key for a value that is no plain data; None leaves a dataclass to be told by its fields."""


class NotExact(Exception):
    """A plan holds something of which nobody can say what it is, such as rows in memory."""


def canonical_key(root: Relation) -> str:
    """A hex digest of 128 bits; local data counts by identity, files by path, size and time of change."""
    return _Digests(_by_identity).of(root).hex()


def exact_key(root: Relation, opaque: Opaque) -> str:
    """The key, the same in every process; what `opaque` has no answer for raises `NotExact`."""

    def ask(value: Any) -> bytes | None:
        answer = opaque(value)
        if answer is None and not _is_data(value):
            raise NotExact(type(value).__name__)
        return answer

    return _Digests(ask).of(root).hex()


def shape_key(root: Relation) -> tuple[str, str]:
    """The key of all plans that differ in constants and versions of sources alone, and one of the constants."""
    digests = _Digests(_by_place, is_shape=True)
    return digests.of(root).hex(), digests.constants.hexdigest()


class Fingerprints:
    """Digests of expressions over `columns`, and of relations.

    Equal for those that compute the same of columns in the same places; versions of sources have no say. With
    `is_shape`, constants have none either.
    """

    def __init__(self, columns: Sequence[Column] = (), *, is_shape: bool = False) -> None:
        self._columns = columns
        self._is_shape = is_shape
        self._shared = self._new()
        self._told: list[Node] = []  # what was asked for stays, as it is known by its identity

    def of(self, node: Node) -> bytes:
        """The digest of 128 bits; of an expression whose columns are all from `columns` or from inside of it."""
        self._told.append(node)
        # what brings columns of its own numbers them from the same place each time
        digests = self._new() if any(isinstance(part, _BRINGING) for part in preorder(node, Node)) else self._shared
        return digests.of(node)

    def _new(self) -> _Digests:
        return _Digests(_by_place, is_shape=self._is_shape, columns={c.id: i for i, c in enumerate(self._columns)})


_BRINGING: Final = (Relation, LambdaVar)


def _by_place(value: Any) -> bytes | None:
    paths = getattr(value, "paths", None)
    if paths is not None:
        return repr((value.format, paths)).encode()
    return None if _is_data(value) else type(value).__name__.encode()


def _by_identity(value: Any) -> bytes | None:
    return None if _is_data(value) else f"object {id(value)}".encode()


def _is_data(value: Any) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


class _Digests:
    """The digests of one plan's nodes, each made once."""

    def __init__(self, opaque: Opaque, *, is_shape: bool = False, columns: Mapping[int, int] | None = None) -> None:
        self._opaque = opaque
        self._is_shape = is_shape
        self.constants = hashlib.blake2b(digest_size=8)
        self._columns = dict(columns or {})
        self._ctes: dict[int, int] = {}
        self._known: dict[int, bytes] = {}
        self._types: dict[int, bytes] = {}

    def of(self, root: Node) -> bytes:
        known = self._known
        stack: list[tuple[Node, bool]] = [(root, False)]
        while stack:
            node, ready = stack.pop()
            if id(node) in known:
                continue
            if not ready and type(node) is not Column:
                stack.append((node, True))
                stack.extend((child, False) for child in reversed(_parts(node)))
                continue
            known[id(node)] = self._digest(node)
        return known[id(root)]

    def _digest(self, node: Node) -> bytes:
        h = hashlib.blake2b(type(node).__name__.encode(), digest_size=16)
        if self._is_shape and isinstance(node, Literal):
            self.constants.update(repr(node.value).encode())
            return h.digest()
        if isinstance(node, (Column, LambdaVar)):
            place = self._columns.setdefault(node.id, len(self._columns))
            h.update(b"%d:" % place)
            h.update(self._type(node.dtype))
            return h.digest()
        for name, label in _fields(type(node)):
            value = getattr(node, name)
            if name == "id" and isinstance(node, (Cte, CteRef)):
                value = self._ctes.setdefault(value, len(self._ctes))
            h.update(label)
            self._feed(h, value)
        return h.digest()

    def _type(self, dtype: DataType) -> bytes:
        found = self._types.get(id(dtype))
        if found is None:
            found = self._types[id(dtype)] = repr(dtype).encode()
        return found

    def _feed(self, h: Any, value: Any) -> None:
        if isinstance(value, Node):
            h.update(self._known[id(value)])
        elif value is None or isinstance(value, _PLAIN):
            h.update(f"{type(value).__name__}{value!r}".encode())
        elif isinstance(value, DataType):
            h.update(b"type")
            h.update(self._type(value))
        elif isinstance(value, (tuple, list)):
            h.update(b"(%d" % len(value))
            for item in value:
                self._feed(h, item)
        elif isinstance(value, Mapping):
            h.update(b"{%d" % len(value))
            for key in sorted(value, key=repr):
                self._feed(h, key)
                self._feed(h, value[key])
        elif isinstance(value, (frozenset, set)):
            h.update(repr(sorted(value, key=repr)).encode())
        elif type(value).__module__ == "decimal":
            h.update(repr(value).encode())
        else:
            self._feed_object(h, value)

    def _feed_object(self, h: Any, value: Any) -> None:
        told = self._opaque(value)
        if told is not None:
            h.update(told)
            return
        h.update(type(value).__name__.encode())
        for f in dataclasses.fields(value):
            self._feed(h, getattr(value, f.name))


_known_fields: dict[type, tuple[tuple[str, bytes], ...]] = {}


def _fields(cls: type) -> tuple[tuple[str, bytes], ...]:
    """The fields that count, with their names as bytes."""
    found = _known_fields.get(cls)
    if found is None:
        names = [f.name for f in dataclasses.fields(cls)]
        kept = [n for n in names if n not in _IGNORED or (n == "name" and cls.__name__ in _NAMED_MATTERS)]
        found = _known_fields[cls] = tuple((n, n.encode()) for n in kept)
    return found


def _parts(node: Node) -> list[Node]:
    found: list[Node] = []
    for name, _ in _fields(type(node)):
        _collect(getattr(node, name), found)
    return found


def _collect(value: Any, found: list[Node]) -> None:
    if isinstance(value, Node):
        found.append(value)
    elif type(value) is tuple:
        for item in value:
            _collect(item, found)
