"""What goes wrong inside DuckDB, as Spark's errors.

Four ways in: an emitter's `raise_error` (the message names its site), a Python function that raised (the message names
the kept exception), failures that an emitter foresaw (`native`), and DuckDB's other failures, told by their text.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import duckdb
import pyarrow as pa

from hiveframe import errors
from hiveframe.engine.blame import context_of
from hiveframe.engine.emit.context import ErrorSite
from hiveframe.engine.kernels import take_failure
from hiveframe.errors import QueryContext, SparkError
from hiveframe.functions.emit import RAISED
from hiveframe.lake.scan import ScanSource
from hiveframe.plan.logical import Relation, Scan
from hiveframe.plan.walk import preorder

_log = logging.getLogger(__name__)

ANSI: Final = '"spark.sql.ansi.enabled"'
_SITE: Final = re.compile(re.escape(RAISED) + r"(\d+);(.*)", re.DOTALL)


@contextlib.contextmanager
def raised(sites: Sequence[ErrorSite] = (), plan: Relation | None = None) -> Iterator[None]:
    """Failures of the engine inside leave as Spark's; `plan` is searched for the call to blame."""
    try:
        yield
    except (duckdb.Error, pa.ArrowException, OSError) as failure:
        raise spark_error(failure, sites, plan) from failure


def spark_error(failure: BaseException, sites: Sequence[ErrorSite], plan: Relation | None = None) -> SparkError:
    """The Spark error that a failure of DuckDB stands for."""
    kept = failure
    while (inner := take_failure(str(kept))) is not None:  # one stage's failure may stand for another's
        if isinstance(inner, SparkError):
            return inner
        kept = inner
    message = str(kept)
    said = message.rpartition("\n\nLINE ")[0] or message  # without the SQL that DuckDB quotes, which has sites too
    found = _SITE.search(said)
    if found is not None:
        return _at_site(sites[int(found.group(1))], found.group(2))
    foreseen = _foreseen(said, sites)
    if foreseen is not None:
        return foreseen
    for pattern, build in _FAILURES:
        match = pattern.search(message)
        if match is not None:
            return build(match, plan)
    damaged = _damaged_file(kept, message, plan)
    if damaged is not None:
        return damaged
    made = errors.internal_error(message)
    _log.error("%s", made, exc_info=kept)
    return made


def _damaged_file(failure: BaseException, message: str, plan: Relation | None) -> SparkError | None:
    """The error for a Parquet file that DuckDB's reader chokes on, which seldom says which file it was.

    What is thrown below DuckDB (by Thrift, by a codec) comes as `duckdb.Error` itself and none of its subclasses.
    """
    scans = [n for n in preorder(plan, Relation) if isinstance(n, Scan)] if plan is not None else []
    sources = [n.source for n in scans if isinstance(n.source, ScanSource) and n.source.numbers_rows]
    if not sources or not (type(failure) is duckdb.Error or _DAMAGE.search(message)):
        return None
    paths = [f"file://{f.path}" for f in sources[0].files] if len(sources) == 1 else []
    named = _NAMED_FILE.search(message)
    path = f"file://{named.group(1)}" if named else paths[0] if len(paths) == 1 else "file:///"
    return errors.SparkException("FAILED_READ_FILE.NO_HINT", {"path": path}, detail=f" {message}")


_NAMED_FILE: Final = re.compile(r"(?:ile \"|outside file: )(/[^\",]+)")
_DAMAGE: Final = re.compile(
    r"^Invalid Error:|[Pp]arquet|Failed to read file|Incorrect stats size|corrupt file|row count mismatch"
    r"|bytes outside file"
)


def _foreseen(message: str, sites: Sequence[ErrorSite]) -> SparkError | None:
    """The error of the places that said what this failure of DuckDB's own means; placed when there is one alone."""
    matches = [(site, re.search(site.pattern, message)) for site in sites if site.pattern is not None]
    found = [(site, match) for site, match in matches if match is not None]
    if not found:
        return None
    site, match = found[0]
    params = {name: value.format(**match.groupdict()) for name, value in site.params.items()}
    places = {(s.context.start, s.context.stop) if s.context else None for s, _ in found}
    return site.error(site.condition, params, context=site.context if len(places) == 1 else None)


def _at_site(site: ErrorSite, rest: str) -> SparkError:
    values = json.JSONDecoder().raw_decode(rest)[0] if site.dynamic else []
    params = dict(site.params) | {name: str(value) for name, value in zip(site.dynamic, values, strict=True)}
    return site.error(site.condition, params, context=site.context)


# -------------------------------------------------------------------------------------- DuckDB's own failures

_TYPES: Final = {
    "BOOL": "BOOLEAN",
    "BOOLEAN": "BOOLEAN",
    "INT8": "TINYINT",
    "INT16": "SMALLINT",
    "INT32": "INT",
    "INT64": "BIGINT",
    "INT128": "DECIMAL(38,0)",
    "VARCHAR": "STRING",
    "BLOB": "BINARY",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
    "TIMESTAMP": "TIMESTAMP_NTZ",
}

_OPERATIONS: Final = {
    "addition": ("+", "try_add"),
    "subtraction": ("-", "try_subtract"),
    "multiplication": ("*", "try_multiply"),
}


def _type_name(duck: str) -> str:
    name = duck.strip().rstrip("!")
    return f'"{_TYPES.get(name, name)}"'


def _overflow(match: re.Match[str], plan: Relation | None) -> SparkError:
    operation, width, left, right = match.groups()
    symbol, function = _OPERATIONS[operation]
    context = context_of(plan, symbol)
    if width in ("INT8", "INT16"):
        suffix = "S"
        params = {
            "value1": left + suffix,
            "value2": right + suffix,
            "symbol": symbol,
            "functionName": f"`{function}`",
        }
        return errors.ArithmeticException("BINARY_ARITHMETIC_OVERFLOW", params, context=context)
    return _arithmetic_overflow(f" Use '{function}' to tolerate overflow and return NULL instead.", context)


def _arithmetic_overflow(alternative: str, context: QueryContext | None) -> SparkError:
    params = {"message": "overflow", "alternative": alternative, "config": ANSI}
    return errors.ArithmeticException("ARITHMETIC_OVERFLOW", params, context=context)


def _out_of_range(match: re.Match[str], plan: Relation | None) -> SparkError:
    source, value, target = match.groups()
    if source in ("INT128", "HUGEINT"):  # a sum of BIGINTs, brought back to its type
        return _arithmetic_overflow(
            " Use 'try_add' to tolerate overflow and return NULL instead.", context_of(plan, "sum")
        )
    params = {"value": value, "sourceType": _type_name(source), "targetType": _type_name(target), "ansiConfig": ANSI}
    return errors.ArithmeticException("CAST_OVERFLOW", params, context=context_of(plan, None))


def _decimal_out_of_range(match: re.Match[str], plan: Relation | None) -> SparkError:
    value, precision, scale = match.groups()
    params = {"value": value, "precision": precision, "scale": scale, "config": ANSI}
    return errors.ArithmeticException(
        "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", params, context=context_of(plan, None)
    )


def _malformed(match: re.Match[str], plan: Relation | None) -> SparkError:
    value, target = match.groups()
    kind = (
        errors.NumberFormatException
        if target.strip().startswith(("INT", "DOUBLE", "FLOAT", "DEC"))
        else errors.DateTimeException
    )
    return _cast_error(kind, value, _type_name(target), plan)


def _malformed_moment(match: re.Match[str], plan: Relation | None) -> SparkError:
    kind, value = match.groups()
    return _cast_error(errors.DateTimeException, value, f'"{kind.upper()}"', plan)


def _cast_error(kind: type[SparkError], value: str, target: str, plan: Relation | None) -> SparkError:
    params = {"expression": f"'{value}'", "sourceType": '"STRING"', "targetType": target, "ansiConfig": ANSI}
    return kind("CAST_INVALID_INPUT", params, context=context_of(plan, None))


def _missing_file(match: re.Match[str], plan: Relation | None) -> SparkError:
    return errors.SparkException("FAILED_READ_FILE.FILE_NOT_EXIST", {"path": match.group(1)})


def _bad_footer(match: re.Match[str], plan: Relation | None) -> SparkError:
    return errors.SparkException("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", {"path": match.group(1)})


def _unreadable(match: re.Match[str], plan: Relation | None) -> SparkError:
    return errors.SparkException("FAILED_READ_FILE.NO_HINT", {"path": match.group(1)})


def _other_type(match: re.Match[str], plan: Relation | None) -> SparkError:
    path, column, stored, wanted = match.groups()
    params = {"path": f"file://{path}", "column": f"[{column}]", "actualType": stored, "expectedType": wanted}
    return errors.SparkException("FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH", params)


def _undecodable(match: re.Match[str], plan: Relation | None) -> SparkError:
    detail = " It is not encoded in UTF-8: set the option 'encoding'."
    return errors.SparkException("FAILED_READ_FILE.NO_HINT", {"path": f"file://{match.group(1)}"}, detail=detail)


def _full_disk(match: re.Match[str], plan: Relation | None) -> SparkError:
    return errors.SparkException("TASK_WRITE_FAILED", {"path": match.group(1)}, detail=f" {match.group(2)}")


def _no_memory(match: re.Match[str], plan: Relation | None) -> SparkError:
    wanted, used = match.groups()
    detail = " Raise spark.driver.memory, or give spark.local.dir more room." if wanted else ""
    return errors.SparkException(
        "UNABLE_TO_ACQUIRE_MEMORY", {"requestedBytes": wanted, "receivedBytes": f"none ({used})"}, detail=detail
    )


def _canceled(match: re.Match[str], plan: Relation | None) -> SparkError:
    return errors.OperationCanceled("OPERATION_CANCELED")


def _large_value(match: re.Match[str], plan: Relation | None) -> SparkError:
    return errors.unsupported("values of more than 2 GiB in one batch")


def _many_rows(match: re.Match[str], plan: Relation | None) -> SparkError:
    return errors.SparkException("SCALAR_SUBQUERY_TOO_MANY_ROWS", {})


def _division(match: re.Match[str], plan: Relation | None) -> SparkError:
    return errors.ArithmeticException("DIVIDE_BY_ZERO", {"config": ANSI}, context=context_of(plan, "/"))


def _date_overflow(match: re.Match[str], plan: Relation | None) -> SparkError:
    return errors.DateTimeException("DATETIME_OVERFLOW", {"operation": match.group(1)})


def _repeated_key(match: re.Match[str], plan: Relation | None) -> SparkError:
    key = match.group(1) if match.groups() and match.group(1) else "NULL"
    return errors.SparkRuntimeException(
        "DUPLICATED_MAP_KEY", {"key": key, "mapKeyDedupPolicy": '"spark.sql.mapKeyDedupPolicy"'}
    )


_Build = Callable[[re.Match[str], Any], SparkError]

# Told by DuckDB 2.0's texts, most frequent first; tests hold each of them against the engine.
_FAILURES: Final[tuple[tuple[re.Pattern[str], _Build], ...]] = tuple(
    (re.compile(pattern, re.DOTALL), build)
    for pattern, build in (
        (r"INTERRUPT Error", _canceled),
        (
            r'Error while reading file "(.*?)": failed to cast column "(.*?)" from type (.+?) to ([^:]+):',
            _other_type,
        ),
        (r"Invalid unicode \(byte sequence mismatch\).*?\n\s*file = (.*?)\n", _undecodable),
        (r'(?:Could not|Failed to) write[^"]*"([^"\\]*)\\?": ([^"\\\n]*)', _full_disk),
        (r"Overflow in (addition|subtraction|multiplication) of (\w+) \((\S+) . (\S+)\)", _overflow),
        (r"Overflow in (?:negation|\w+) of", lambda m, p: _arithmetic_overflow("", context_of(p, None))),
        (
            r"Type (\w+) with value (.+?) can't be cast because the value is out of range for .*? type (\w+)",
            _out_of_range,
        ),
        (
            r'(?:Casting value|Could not convert string) "(.+?)" to(?: type)? DECIMAL\((\d+),(\d+)\)',
            _decimal_out_of_range,
        ),
        (r"Could not convert string ['\"](.*?)['\"] to ([\w ()]+?)(?: when casting|\n|$)", _malformed),
        (r'(date|timestamp) field value out of range: "(.*?)"', _malformed_moment),
        (r'invalid (date|timestamp) field format: "(.*?)"', _malformed_moment),
        (r"More than one row returned by a subquery", _many_rows),
        (r"maximum total string size for regular string buffers", _large_value),
        (r"Division by zero", _division),
        (r"(Date|Timestamp|Interval)\b[^\n]* out of range", _date_overflow),
        (r"Map keys must be unique(?:.*key (.*?)\b)?", _repeated_key),
        (r'No files found that match the pattern "(.*?)"', _missing_file),
        (r'Cannot open file "(.*?)": No such file', _missing_file),
        (r"No magic bytes found at end of file '(.*?)'", _bad_footer),
        (r"(?:too small to be a Parquet file|Invalid footer).*?'(.*?)'", _bad_footer),
        (r"Out of Memory Error: (?:could not|failed to) \w+ \w+ (?:block )?of size ([^(]+?) \(([^)]*)\)", _no_memory),
        (r"Out of Memory Error: (.*?)(\n|$)", _no_memory),
        (r'IO Error: (?:Could not read|Failed to read)[^"]*"(.*?)"', _unreadable),
    )
)
