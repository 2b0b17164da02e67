"""What goes wrong inside DuckDB, as Spark's errors."""

from __future__ import annotations

import contextlib
import json
import logging
import re
from collections.abc import Iterator, Sequence
from typing import Final

import duckdb

from hiveframe import errors
from hiveframe.engine.emit.context import RAISED, ErrorSite
from hiveframe.engine.kernels import take_failure

_log = logging.getLogger(__name__)
_SITE: Final = re.compile(re.escape(RAISED) + r"(\d+);(.*)", re.DOTALL)


@contextlib.contextmanager
def raised(sites: Sequence[ErrorSite] = ()) -> Iterator[None]:
    """DuckDB's failures inside leave as Spark's."""
    try:
        yield
    except duckdb.Error as failure:
        raise spark_error(failure, sites) from failure


def spark_error(failure: duckdb.Error, sites: Sequence[ErrorSite]) -> errors.SparkError:
    """The Spark error that a DuckDB failure stands for."""
    message = str(failure)
    kept = take_failure(message)
    if isinstance(kept, errors.SparkError):
        return kept
    found = _SITE.search(message)
    if found is not None:
        return _at_site(sites[int(found.group(1))], found.group(2))
    native = _native(message, sites)
    if native is not None:
        return native
    made = errors.internal_error(message)
    _log.error("%s", made, exc_info=failure)
    return made


def _native(message: str, sites: Sequence[ErrorSite]) -> errors.SparkError | None:
    """The error of the first place that foresaw a failure of DuckDB's own with this message."""
    for site in sites:
        found = re.search(site.pattern, message) if site.pattern is not None else None
        if found is not None:
            params = {name: value.format(**found.groupdict()) for name, value in site.params.items()}
            return site.error(site.condition, params, context=site.context)
    return None


def _at_site(site: ErrorSite, rest: str) -> errors.SparkError:
    values = json.JSONDecoder().raw_decode(rest)[0] if site.dynamic else []
    params = dict(site.params) | {name: str(value) for name, value in zip(site.dynamic, values, strict=True)}
    return site.error(site.condition, params, context=site.context)
