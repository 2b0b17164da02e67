"""What a source's rows depend on, told file by file, so that files that came since can be told from others."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.lake.exact_state import exact_state, stamped_files
from hiveframe.lake.file_states import file_states
from hiveframe.lake.registry import short_name
from hiveframe.lake.scan import ScanSource
from hiveframe.lake.stamps import have_settled, stamp

_CAN_BE_RESTRICTED: Final = frozenset({"parquet", "delta", "honeystore", "iceberg"})
_DIGESTS: Final = 256
_TRAVEL: Final = frozenset({"versionasof", "timestampasof", "snapshot-id", "branch", "tag", "as-of-timestamp"})
"""Options that choose a version, which the files tell."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """`rest` is all but the files; `files` tells each file's rows from any others that may be found at its path.

    `is_stamped`: by the file's stamp when it was listed, None where it was gone, before its partition's values.
    """

    rest: bytes
    files: Mapping[str, object]
    is_stamped: bool = False

    @property
    def is_current(self) -> bool:
        """Whether every file is still as it was listed."""
        return not self.is_stamped or all(stamp(path) == found for path, found in self._stamps().items())

    @property
    def is_settled(self) -> bool:
        """Whether whatever changes in a file from now on shows."""
        return not self.is_stamped or have_settled(self._stamps().values())

    def _stamps(self) -> Mapping[str, Any]:
        told: Any = self.files.items()
        return {path: found for path, (found, _) in told}


def state_of(source: ScanSource) -> SourceState | None:
    """A source's state as it was opened; None where nothing tells."""
    of_files = file_states(source)
    if of_files is not None:
        return SourceState(_digest(source, *of_files.rest), of_files.files)
    if stamped_files(source):
        files = {f.path: (f.stamp or stamp(f.path), f.partition_values) for f in source.files}
        return SourceState(_digest(source), files, is_stamped=True)
    whole = exact_state(source)
    return SourceState(whole.token, {}) if whole is not None else None


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
