"""Checkpoints: every so many commits the library writes what the log has come to, and drops what is past keeping."""

from __future__ import annotations

import logging
from typing import Final

from hiveframe.lake.delta.snapshot import SNAPSHOTS

_INTERVAL: Final = "delta.checkpointInterval"
_DEFAULT: Final = 10
_log: Final = logging.getLogger(__name__)


def checkpoint_if_due(location: str, version: int) -> None:
    """Write a checkpoint when the version is a multiple of the table's interval.

    The commit stands whatever becomes of it: a table without checkpoints reads right, only slower.
    """
    snapshot = SNAPSHOTS.load(location, version)
    asked = snapshot.properties.get(_INTERVAL, "") if snapshot is not None else ""
    interval = int(asked) if asked.isdecimal() and int(asked) else _DEFAULT
    if snapshot is None or version == 0 or version % interval:
        return
    try:
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError
    except ImportError:
        _log.warning("no checkpoint of version %s of %s: pip install 'hiveframe[delta]'", version, location)
        return
    try:
        table = DeltaTable(location)
        table.create_checkpoint()
        table.cleanup_metadata()
    except (DeltaError, OSError, ValueError) as error:
        _log.warning("no checkpoint of version %s of %s: %s", version, location, error)
