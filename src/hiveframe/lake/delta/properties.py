"""The properties of a Delta table that the format gives a meaning, and what may stand in them.

Source: Delta's DeltaConfigs. A name that begins with `delta.` and is none of them is refused, as a slip of the pen
would otherwise change nothing and say nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from hiveframe.errors import analysis_error
from hiveframe.lake.delta.intervals import hours

_PREFIXES: Final = ("delta.constraints.", "delta.feature.", "delta.coordinatedcommits.", "delta.rowtracking.")


def checked(given: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """The properties, the format's own spelled as it spells them.

    DELTA_UNKNOWN_CONFIGURATION or DELTA_INVALID_PROPERTY_VALUE for one that is not `known` already.
    """
    made: dict[str, str] = {}
    for name, value in given.items():
        key = name.lower()
        made[_SPELLED.get(key, name)] = value
        if not key.startswith("delta.") or known.get(name) == value or key.startswith(_PREFIXES):
            continue
        wanted = _WANTED.get(key)
        if wanted is None:
            raise analysis_error("DELTA_UNKNOWN_CONFIGURATION", config=name)
        what, holds = wanted
        if not holds(value):
            raise analysis_error("DELTA_INVALID_PROPERTY_VALUE", property=name, value=value, wanted=what)
    return made


def _is_flag(value: str) -> bool:
    return value.lower() in ("true", "false")


def _whole(least: int) -> Callable[[str], bool]:
    def holds(value: str) -> bool:
        return value.lstrip("-").isdecimal() and int(value) >= least

    return holds


def _one_of(*values: str) -> Callable[[str], bool]:
    return lambda value: value.lower() in {v.lower() for v in values}


def _is_interval(value: str) -> bool:
    return hours(value) is not None


def _is_anything(value: str) -> bool:
    return True


_KINDS: Final[Mapping[tuple[str, Callable[[str], bool]], str]] = {
    ("true or false", _is_flag): """
        appendOnly autoOptimize autoOptimize.autoCompact autoOptimize.optimizeWrite checkpoint.writeStatsAsJson
        checkpoint.writeStatsAsStruct compatibility.symlinkFormatManifest.enabled enableChangeDataFeed
        enableDeletionVectors enableExpiredLogCleanup enableFullRetentionRollback enableIcebergCompatV1
        enableIcebergCompatV2 enableInCommitTimestamps enableMixedModeRowTracking enableRowTracking enableTypeWidening
        enableVariantShredding ignoreProtocolDefaults randomizeFilePrefixes tuneFileSizesForRewrites""",
    ("a number from 1 on", _whole(1)): "checkpointInterval minReaderVersion minWriterVersion randomPrefixLength",
    ("a number from 0 on", _whole(0)): """
        columnMapping.maxColumnId inCommitTimestampEnablementVersion inCommitTimestampEnablementTimestamp
        requireCheckpointProtectionBeforeVersion""",
    ("a number from -1 on", _whole(-1)): "dataSkippingNumIndexedCols",
    ("an interval such as `interval 1 week`", _is_interval): """
        checkpointRetentionDuration deletedFileRetentionDuration logRetentionDuration sampleRetentionDuration
        setTransactionRetentionDuration""",
    ("none, name or id", _one_of("none", "name", "id")): "columnMapping.mode",
    ("classic or v2", _one_of("classic", "v2")): "checkpointPolicy",
    ("Serializable or WriteSerializable", _one_of("Serializable", "WriteSerializable")): "isolationLevel",
    ("any text", _is_anything): "dataSkippingStatsColumns targetFileSize universalFormat.enabledFormats",
}
_WANTED: Final = {f"delta.{name}".lower(): kind for kind, names in _KINDS.items() for name in names.split()}
_SPELLED: Final = {f"delta.{name}".lower(): f"delta.{name}" for names in _KINDS.values() for name in names.split()}
