"""Reading a table's changes: options checked as Spark's `ChangelogInfo` does; no catalog here keeps changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hiveframe.analysis.frame import Context, Resolved, failure
from hiveframe.errors import IllegalArgumentException
from hiveframe.functions.datetime_text import parse_timestamp
from hiveframe.plan import spec

_MODES = frozenset({"none", "dropcarryovers", "netchanges"})
_FLAGS = ("startingBoundInclusive", "endingBoundInclusive", "computeUpdates")


def relation_changes(node: spec.RelationChanges, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """Always an error: what is wrong with the options, else that the catalog has no changes."""
    options = {key.lower(): value for key, value in node.options.items()}
    _check_range(node, options, context)
    for flag in _FLAGS:
        value = options.get(flag.lower())
        if value is not None and value.lower() not in ("true", "false"):
            raise IllegalArgumentException("_LEGACY_ERROR_TEMP_3206", {"value": value})
    mode = options.get("deduplicationmode")
    if mode is not None and mode.lower() not in _MODES:
        raise failure("INVALID_CDC_OPTION.INVALID_DEDUPLICATION_MODE", None, mode=mode)
    raise failure("UNSUPPORTED_FEATURE.CHANGE_DATA_CAPTURE", None, catalogName=context.env.catalog)


def _check_range(node: spec.RelationChanges, options: Mapping[str, str], context: Context) -> None:
    first, last = "startingversion", "endingversion"
    since, until = "startingtimestamp", "endingtimestamp"
    if (first in options or last in options) and (since in options or until in options):
        raise failure("INVALID_CDC_OPTION.CONFLICTING_RANGE_TYPES", None)
    if last in options and first not in options:
        raise failure("INVALID_CDC_OPTION.MISSING_STARTING_VERSION", None)
    if until in options and since not in options:
        raise failure("INVALID_CDC_OPTION.MISSING_STARTING_TIMESTAMP", None)
    for moment in (since, until):
        if moment in options and parse_timestamp(options[moment], context.env.settings.time_zone) is None:
            raise failure("INVALID_CDC_OPTION.INVALID_TIMESTAMP", None, timestamp=options[moment])
