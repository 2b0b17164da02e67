"""The states of `approx_top_k`: a sketch of the most frequent values, and what it is kept with.

Sketches of groups are left as Spark's two stages of aggregation leave them: those of the first are written, read and
merged in the second, which shows in the order of equal counts.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from hiveframe.errors import SparkException, SparkRuntimeException
from hiveframe.functions.item_codec import Codec, Key
from hiveframe.functions.items_sketch import ItemsSketch, lg_size_for, scattered
from hiveframe.functions.sketch_rows import spread
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

MOST_TRACKED: Final = 1_000_000
AS_GIVEN: Final = -1  # combined sketches keep their own size
STATE_FIELDS: Final = ("sketch", "maxItemsTracked", "itemDataType", "itemDataTypeDDL")

_HEAD: Final = "<BBBBBBH"
_PREAMBLE: Final = 4
_FAMILY: Final = 10
_EMPTY: Final = 5


@dataclass(slots=True)
class _State:
    """A sketch of one group: `keys` are its items; NULLs are counted apart."""

    codec: Codec
    keys: list[Key]
    sketch: ItemsSketch
    nulls: int = 0

    def merged_anew(self, lg_max: int) -> _State:
        """As Spark's final aggregation leaves it: written, read, and merged into an empty one."""
        made = ItemsSketch(self.sketch.hashes, lg_max)
        made.merge(_read_back(self.sketch))
        return _State(self.codec, self.keys, made, self.nulls)

    def frequent(self, k: int) -> list[tuple[Key | None, int]]:
        """The k most frequent keys and their counts, NULL (None) after those that are as frequent."""
        found: list[tuple[Key | None, int]] = [(self.keys[i], count) for i, count in self.sketch.frequent()]
        if self.nulls:
            place = sum(count >= self.nulls for _, count in found)
            found.insert(place, (None, self.nulls))
        return found[:k]

    def write(self) -> bytes:
        """The sketch's bytes with the count of NULLs."""
        counters, sketch = self.sketch.counters(), self.sketch
        nulls = struct.pack(">q", self.nulls)
        if not counters:
            return struct.pack(_HEAD, 1, 1, _FAMILY, sketch.lg_max, sketch.lg_size, _EMPTY, 0) + nulls
        head = struct.pack(_HEAD, _PREAMBLE, 1, _FAMILY, sketch.lg_max, sketch.lg_size, 0, 0)
        head += struct.pack("<iiqq", len(counters), 0, sketch.weight, sketch.offset)
        counts = struct.pack(f"<{len(counters)}q", *(count for _, count in counters))
        return head + counts + self.codec.write([self.keys[item] for item, _ in counters]) + nulls


def _read_back(sketch: ItemsSketch) -> ItemsSketch:
    made = ItemsSketch(sketch.hashes, sketch.lg_max, sketch.lg_size)
    made.load(sketch.counters(), sketch.weight, sketch.offset)
    return made


def _read(codec: Codec, data: bytes, places: dict[Key, int], hashes: list[int]) -> tuple[ItemsSketch, int]:
    """The sketch of bytes and its count of NULLs; its keys get places, and hashes there, where they have none yet."""
    preamble, _, _, lg_max, lg_size, _, _ = struct.unpack_from(_HEAD, data)
    nulls = struct.unpack_from(">q", data, len(data) - 8)[0]
    sketch = ItemsSketch(hashes, lg_max, lg_size)
    if preamble == 1:
        return sketch, nulls
    count, _, weight, offset = struct.unpack_from("<iiqq", data, 8)
    counts = struct.unpack_from(f"<{count}q", data, 8 * _PREAMBLE)
    keys = codec.read(data[8 * (_PREAMBLE + count) : -8], count)
    fresh = [key for key in keys if key not in places]
    places.update(zip(fresh, range(len(hashes), len(hashes) + len(fresh)), strict=True))
    hashes.extend(scattered(codec.hash_codes(fresh)))
    sketch.load(zip((places[key] for key in keys), counts, strict=True), weight, offset)
    return sketch, nulls


def _states(codec: Codec, tracked: int, lists: pa.ListArray) -> list[_State]:
    """The sketch of each list of values."""
    values = lists.values
    valid = values.is_valid().to_numpy(zero_copy_only=False)
    keys, places = codec.encoded(values.drop_null())
    hashes = scattered(codec.hash_codes(keys))
    before = np.concatenate([[0], np.cumsum(valid)])
    lg_max = lg_size_for(tracked)
    made = []
    for place in spread(lists):
        inside = places[before[place.start] : before[place.stop]]
        sketch = ItemsSketch(hashes, lg_max)
        items, firsts, counts = np.unique(inside, return_index=True, return_counts=True)
        if len(items) <= sketch.capacity:
            order = np.argsort(firsts)
            for item, count in zip(items[order].tolist(), counts[order].tolist(), strict=True):
                sketch.update(item, count)
        else:
            for item in inside.tolist():
                sketch.update(item)
        nulls = place.stop - place.start - len(inside)
        made.append(_State(codec, keys, sketch, nulls).merged_anew(lg_max))
    return made


def top(codec: Codec, k: int, tracked: int, lists: pa.ListArray) -> pa.Array:
    """The k most frequent values of each list with their counts."""
    return _counted(codec, [state.frequent(k) for state in _states(codec, tracked, lists)])


def _counted(codec: Codec, groups: Sequence[Sequence[tuple[Key | None, int]] | None]) -> pa.Array:
    flat = [pair for group in groups for pair in group or ()]
    items = codec.array([key for key, _ in flat])
    pairs = pa.StructArray.from_arrays([items, pa.array([n for _, n in flat], pa.int64())], ["item", "count"])
    ends = np.cumsum([0, *(len(group or ()) for group in groups)])
    mask = pa.array([group is None for group in groups])
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), pairs, mask=mask)


def accumulated(codec: Codec, tracked: int, lists: pa.ListArray) -> pa.Array:
    """The sketch of each list as a state."""
    return _as_states(codec, [(state.write(), tracked) for state in _states(codec, tracked, lists)])


def _as_states(codec: Codec, made: list[tuple[bytes, int]]) -> pa.Array:
    texts = pa.array([_ddl(codec.dtype)] * len(made), pa.string())
    columns = [
        pa.array([image for image, _ in made], pa.binary()),
        pa.array([tracked for _, tracked in made], pa.int32()),
        pa.nulls(len(made), codec.arrow),
        texts,
    ]
    return pa.StructArray.from_arrays(columns, list(STATE_FIELDS))


def combined(codec: Codec, tracked: int, function: str, lists: pa.ListArray) -> pa.Array:
    """The states of each list in one."""
    images, sizes, _, texts = (lists.values.field(i).to_pylist() for i in range(4))
    made = []
    for place in spread(lists):
        rows = range(place.start, place.stop)
        if not rows:
            raise SparkException("SKETCH_OF_NOTHING", {"function": f"`{function}`"})
        size = sizes[rows[0]] if tracked == AS_GIVEN else tracked
        for row in rows:
            _check_alike(sizes[row] if tracked == AS_GIVEN else size, size, texts[rows[0]], texts[row])
        made.append((_joined(codec, tracked, [images[row] for row in rows]).write(), size))
    return _as_states(codec, made)


def _joined(codec: Codec, tracked: int, images: list[bytes]) -> _State:
    lg_max = lg_size_for(MOST_TRACKED if tracked == AS_GIVEN else tracked)
    places: dict[Key, int] = {}
    hashes: list[int] = []
    whole = ItemsSketch(hashes, lg_max)
    nulls = 0
    for image in images:
        sketch, more = _read(codec, image, places, hashes)
        whole.merge(sketch)
        nulls += more
    return _State(codec, list(places), whole, nulls).merged_anew(lg_max)


def _check_alike(size: int, first_size: int, first: str, text: str) -> None:
    if size != first_size:
        params = {"size1": str(first_size), "size2": str(size)}
        raise SparkRuntimeException("APPROX_TOP_K_SKETCH_SIZE_NOT_MATCH", params)
    if text != first:
        params = {"type1": f'"{_type_in(first)}"', "type2": f'"{_type_in(text)}"'}
        raise SparkRuntimeException("APPROX_TOP_K_SKETCH_TYPE_NOT_MATCH", params)


def _type_in(ddl: str) -> str:
    return ddl.split(" ", 1)[1].upper().removesuffix(" NOT NULL")


def estimated(codec: Codec, k: int, states: pa.StructArray) -> pa.Array:
    """The k most frequent values of each state; NULL for NULL."""
    valid = states.is_valid().to_pylist()
    images, sizes = states.field(0).to_pylist(), states.field(1).to_pylist()
    groups: list[Sequence[tuple[Key | None, int]] | None] = []
    for is_valid, image, tracked in zip(valid, images, sizes, strict=True):
        if is_valid and tracked < k:
            raise_too_few(tracked, k)
        groups.append(_read_state(codec, image).frequent(k) if is_valid else None)
    return _counted(codec, groups)


def _read_state(codec: Codec, image: bytes) -> _State:
    places: dict[Key, int] = {}
    sketch, nulls = _read(codec, image, places, [])
    return _State(codec, list(places), sketch, nulls)


def _ddl(dtype: DataType) -> str:
    return "item string not null" if isinstance(dtype, t.StringType) else f"item {t.sql_name(dtype)} NOT NULL"


def raise_too_few(tracked: int, k: int) -> None:
    """Raise the error for fewer items tracked than asked for."""
    params = {"maxItemsTracked": str(tracked), "k": str(k)}
    raise SparkRuntimeException("APPROX_TOP_K_MAX_ITEMS_TRACKED_LESS_THAN_K", params)
