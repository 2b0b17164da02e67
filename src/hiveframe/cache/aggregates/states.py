"""What a source's rows depend on, told file by file, so that files that came since can be told from others."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.lake.exact_state import exact_state, stamped_files
from hiveframe.lake.registry import short_name
from hiveframe.lake.scan import ScanSource
from hiveframe.lake.stamps import stamp

_SETTLED_NS: Final = 50_000_000  # file systems note times in ticks of up to 10 ms
_CAN_BE_RESTRICTED: Final = frozenset({"parquet", "delta"})
_DIGESTS: Final = 256
_TRAVEL: Final = ("versionasof", "timestampasof")  # to a version, which the files tell


@dataclass(frozen=True, slots=True)
class SourceState:
    """`rest` is all but the files; `files` tells each file's rows from any others that may be found at its path.

    `is_stamped`: by the file's stamp, None where it is gone, before its partition's values.
    """

    rest: bytes
    files: Mapping[str, object]
    is_stamped: bool = False


def state_of(source: ScanSource) -> SourceState | None:
    """A source's state now; None where nothing tells."""
    if short_name(source.format) == "delta" and source.state is not None:
        snapshot: Any = source.state
        rest = _digest(source, snapshot.metadata, snapshot.protocol)
        return SourceState(rest, {snapshot.path_of(file): key[1] for key, file in snapshot.files.items()})
    if stamped_files(source):
        files = {f.path: (stamp(f.path), f.partition_values) for f in source.files}
        return SourceState(_digest(source), files, is_stamped=True)
    whole = exact_state(source)
    return SourceState(whole.token, {}) if whole is not None else None


def is_settled(state: SourceState) -> bool:
    """Whether every file is there, and whatever changes in it from now on shows."""
    if not state.is_stamped:
        return True
    before_ns = time.time_ns() - _SETTLED_NS
    told: Any = state.files.values()
    return all(found is not None and max(found[3], found[4]) < before_ns for found, _ in told)


def can_be_restricted(source: ScanSource) -> bool:
    """Whether the source can be read with some of its files alone, whose states are told one by one."""
    return short_name(source.format) in _CAN_BE_RESTRICTED


def _digest(source: ScanSource, *parts: object) -> bytes:
    """Of everything but files and versions."""
    options = sorted((name.lower(), value) for name, value in source.options.items() if name.lower() not in _TRAVEL)
    h = hashlib.blake2b(digest_size=16)
    told = source.format, source.paths, options, source.partitions, source.hive_layout, source.time_zone
    h.update(repr(told).encode())
    for part in (source.schema, *parts):
        h.update(_digest_of(part))
    return h.digest()


_known: OrderedDict[int, tuple[object, bytes]] = OrderedDict()


def _digest_of(part: object) -> bytes:
    """Of something that opened sources share for as long as it is the same."""
    known = _known.get(id(part))
    if known is not None and known[0] is part:
        return known[1]
    made = hashlib.blake2b(repr(part).encode(), digest_size=16).digest()
    _known[id(part)] = part, made
    while len(_known) > _DIGESTS:
        _known.popitem(last=False)
    return made
