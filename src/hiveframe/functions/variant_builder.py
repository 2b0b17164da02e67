"""VARIANTs made: of JSON texts, of typed values, of parts of other VARIANTs.

Source: Spark's `VariantBuilder`. The same input gives the same bytes as Spark: keys are numbered in the order met, the
members of an object lie in that order too, and only its lists of ids and offsets are sorted by key.
"""

from __future__ import annotations

import itertools
import json
import struct
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from hiveframe.functions.deep_values import has_room, is_too_deep
from hiveframe.functions.variant_reader import ARRAY, OBJECT, SHORT_STRING, VERSION, Keys, NodeKind, read, subtree

SIZE_LIMIT: Final = 128 * 1024 * 1024
_MAX_PRECISION: Final = 38
_BLANK: Final = " \t\n\r"
NULL: Final = b"\x00"


class InvalidJson(ValueError):
    """The text does not begin with a JSON value."""


class TooLarge(ValueError):
    """The VARIANT would be larger than SIZE_LIMIT."""


class DuplicateKey(ValueError):
    """An object has one key twice."""


class VariantBuilder:
    """Gathers the keys while nodes are made; `finished` then gives both parts."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}

    def finished(self, value: bytes) -> tuple[bytes, bytes]:
        """The whole VARIANT whose root node is `value`."""
        metadata = _metadata(tuple(self._ids))
        if len(value) > SIZE_LIMIT or len(metadata) > SIZE_LIMIT:
            raise TooLarge
        return value, metadata

    def json(self, parsed: Any) -> bytes:
        """The node of a value as `parse` gives it."""
        scalar = _SCALARS.get(type(parsed))
        if scalar is not None:
            return scalar(parsed)
        if type(parsed) is list:
            return array([self.json(x) for x in parsed])
        known, ids, nodes = self._ids, [], []
        for key, held in parsed:
            ids.append(known.setdefault(key, len(known)))
            scalar = _SCALARS.get(type(held))
            nodes.append(scalar(held) if scalar is not None else self.json(held))
        return _object(tuple([key for key, _ in parsed]), tuple(ids), nodes)

    def rebuilt(self, value: bytes, at: int, keys: Keys) -> bytes:
        """The node at `at` of another VARIANT, with keys of this one."""
        kind, content = read(value, at, keys)
        if kind is NodeKind.OBJECT:
            return self.object([(key, self.key(key), self.rebuilt(value, place, keys)) for key, place in content])
        if kind is NodeKind.ARRAY:
            return array([self.rebuilt(value, place, keys) for place in content])
        return subtree(value, at)

    def key(self, key: str) -> int:
        """The id of a key, a new one when it is met first."""
        return self._ids.setdefault(key, len(self._ids))

    def object(self, members: Sequence[tuple[str, int, bytes]]) -> bytes:
        """An object of (key, id, node); a key that comes twice is refused."""
        return _object(tuple([m[0] for m in members]), tuple([m[1] for m in members]), [m[2] for m in members])


def _object(keys: tuple[str, ...], ids: tuple[int, ...], nodes: Sequence[bytes]) -> bytes:
    order, id_width, sorted_ids = _sorted_ids(keys, ids)
    offsets = [0, *itertools.accumulate(map(len, nodes))]
    width = _width(offsets[-1])
    large = len(keys) > 0xFF
    head = OBJECT | (large << 4 | (id_width - 1) << 2 | width - 1) << 2
    places = [offsets[i] for i in order]
    places.append(offsets[-1])
    count = len(keys).to_bytes(4, "little") if large else bytes((len(keys),))
    return b"".join((bytes((head,)), count, sorted_ids, _unsigned_list(places, width), *nodes))


# Documents of one column have their keys in common: what depends on keys alone is made once for each set of them.


@lru_cache(maxsize=4096)
def _metadata(keys: tuple[str, ...]) -> bytes:
    """The list of all keys, by their ids."""
    texts = [_utf8(key) for key in keys]
    ends = [0, *itertools.accumulate(map(len, texts))]
    width = _width(max(ends[-1], len(texts)))
    head = bytes((VERSION | (width - 1) << 6,))
    return b"".join((head, len(texts).to_bytes(width, "little"), _unsigned_list(ends, width), *texts))


@lru_cache(maxsize=4096)
def _sorted_ids(keys: tuple[str, ...], ids: tuple[int, ...]) -> tuple[tuple[int, ...], int, bytes]:
    """The order of an object's keys, the width of an id in bytes, and the ids in that order."""
    order = sorted(range(len(keys)), key=lambda i: _java_order(keys[i]))
    if len(set(ids)) != len(ids):
        raise DuplicateKey(next(keys[i] for i in order if ids.count(ids[i]) > 1))
    width = _width(max(ids, default=0))
    return tuple(order), width, _unsigned_list([ids[i] for i in order], width)


class Scientific(Decimal):
    """A number that was written with an exponent, which a VARIANT holds as a DOUBLE."""


class Pairs(list[tuple[str, Any]]):
    """A JSON object's members as they stand."""


def of_json(document: str) -> tuple[bytes, bytes]:
    """A JSON text as a VARIANT; raises InvalidJson, DuplicateKey or TooLarge."""
    builder = VariantBuilder()
    return builder.finished(builder.json(parse(document)))


def parse(document: str) -> Any:
    """The JSON value that a text begins with; what follows it is not looked at, as Jackson doesn't."""
    start = len(document) - len(document.lstrip(_BLANK))
    try:
        value, end = _DECODER.raw_decode(document, start)
    except ValueError as error:
        raise InvalidJson(document) from error
    except RecursionError as error:
        if is_too_deep(document):
            raise InvalidJson(document) from error
        raise
    if has_room() and is_too_deep(document):
        raise InvalidJson(document)
    following = document[end : end + 1]
    if following and document[end - 1] not in '"]}' and following not in _BLANK:
        is_number = not isinstance(value, (bool, type(None)))
        if is_number or following.isalnum() or following in "_$":
            raise InvalidJson(document)
    return value


def array(nodes: Sequence[bytes]) -> bytes:
    """An array of nodes."""
    offsets = [0, *itertools.accumulate(map(len, nodes))]
    width = _width(offsets[-1])
    large = len(nodes) > 0xFF
    head = bytes((ARRAY | (large << 2 | width - 1) << 2,))
    return b"".join((head, len(nodes).to_bytes(4 if large else 1, "little"), _unsigned_list(offsets, width), *nodes))


def boolean(value: bool) -> bytes:
    """TRUE or FALSE."""
    return b"\x04" if value else b"\x08"


def long(value: int) -> bytes:
    """An integer in as few bytes as hold it."""
    if -128 <= value < 128:
        return _SMALL[value]
    for info, bits in ((4, 16), (5, 32)):
        if -(1 << bits - 1) <= value < 1 << bits - 1:
            return bytes((info << 2,)) + value.to_bytes(bits // 8, "little", signed=True)
    return b"\x18" + value.to_bytes(8, "little", signed=True)


def double(value: float) -> bytes:
    """A DOUBLE."""
    return b"\x1c" + struct.pack("<d", value)


def float32(value: float) -> bytes:
    """A FLOAT."""
    return b"\x38" + struct.pack("<f", value)


def decimal(value: Decimal) -> bytes:
    """A DECIMAL of at most 38 digits, in as few bytes as hold it."""
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    unscaled, scale = int("".join(map(str, digits))), -exponent
    width, info = 16, 10
    if scale <= 9 and len(digits) <= 9:
        width, info = 4, 8
    elif scale <= 18 and len(digits) <= 18:
        width, info = 8, 9
    written = (-unscaled if sign else unscaled).to_bytes(width, "little", signed=True)
    return bytes((info << 2, scale)) + written


def string(value: str) -> bytes:
    """A string."""
    text = _utf8(value)
    if len(text) <= 0x3F:
        return bytes((SHORT_STRING | len(text) << 2,)) + text
    return b"\x40" + len(text).to_bytes(4, "little") + text


def binary(value: bytes) -> bytes:
    """Bytes."""
    return b"\x3c" + len(value).to_bytes(4, "little") + value


def date(days: int) -> bytes:
    """Days since 1970."""
    return b"\x2c" + days.to_bytes(4, "little", signed=True)


def timestamp(microseconds: int) -> bytes:
    """Microseconds since 1970, UTC."""
    return b"\x30" + microseconds.to_bytes(8, "little", signed=True)


def timestamp_ntz(microseconds: int) -> bytes:
    """Microseconds since 1970 on a wall clock."""
    return b"\x34" + microseconds.to_bytes(8, "little", signed=True)


def number(written: str) -> bytes:
    """A JSON number that is no BIGINT."""
    found = _exact(written)
    return decimal(found) if isinstance(found, Decimal) else double(found)


def _decimal(value: Decimal) -> bytes:
    return decimal(value) if _fits(value) else double(float(value))


def _fits(value: Decimal) -> bool:
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    return len(digits) <= _MAX_PRECISION and -exponent <= _MAX_PRECISION


def json_number(written: str) -> Decimal:
    """A JSON number with a fraction or an exponent, exactly."""
    return Scientific(written) if "e" in written or "E" in written else Decimal(written)


def _exact(written: str) -> Decimal | float:
    """A DECIMAL where plain digits fit one, else a DOUBLE."""
    if "e" not in written and "E" not in written:
        found = Decimal(written)
        if _fits(found):
            return found
    return float(written)


def _no_constant(word: str) -> Any:
    raise InvalidJson(word)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=Pairs, parse_float=_exact, parse_constant=_no_constant, strict=True
)


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:  # half of a surrogate pair
        raise InvalidJson(text) from error


def _java_order(key: str) -> bytes:
    """What sorts keys as Java's strings do, by UTF-16 units."""
    return key.encode("utf-16-be", "surrogatepass")


def _width(largest: int) -> int:
    if largest <= 0xFF:
        return 1
    if largest <= 0xFFFF:
        return 2
    return 3 if largest <= 0xFFFFFF else 4


def _unsigned_list(numbers: Sequence[int], width: int) -> bytes:
    if width == 1:
        return bytes(numbers)
    return b"".join(n.to_bytes(width, "little") for n in numbers)


def _integer(value: int) -> bytes:
    return long(value) if -(1 << 63) <= value < 1 << 63 else number(str(value))


_SMALL: Final = {n: bytes((3 << 2,)) + n.to_bytes(1, "little", signed=True) for n in range(-128, 128)}
_SCALARS: Final[Mapping[type, Callable[[Any], bytes]]] = {
    str: string,
    bool: boolean,
    int: _integer,
    float: double,
    Decimal: _decimal,
    Scientific: lambda value: double(float(value)),
    type(None): lambda _: NULL,
}
