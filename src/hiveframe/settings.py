"""Session settings: Spark's names and defaults, typed access, and what may change at run time.

A setting that nobody listed here is kept as text and handed back, as Spark does with unknown keys.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from hiveframe.dataclass import dataclass
from hiveframe.errors import AnalysisException, IllegalArgumentException


@dataclass(frozen=True, slots=True)
class Setting:
    """One known setting. `kind`: string, boolean, int, size (bytes with a unit), duration, zone or an `a|b` choice.

    A `static` setting is fixed when the process or session starts. `default` None means unset.
    """

    name: str
    default: str | None
    doc: str
    kind: str = "string"
    static: bool = False


@cache
def local_time_zone() -> str:
    """The machine's zone by IANA name: `TZ`, else the system's setting, else UTC."""
    zone = os.environ.get("TZ", "").lstrip(":")
    if zone in available_timezones():
        return zone
    try:
        target = os.path.realpath("/etc/localtime")
    except OSError:
        return "UTC"
    name = target.partition("zoneinfo/")[2]
    return name if name in available_timezones() and name != "Etc/UTC" else "UTC"


def _default_warehouse() -> str:
    return os.path.abspath("spark-warehouse")


_ROWS: Final[tuple[Setting, ...]] = (
    Setting("spark.app.name", "hiveframe", "The name of the application.", static=True),
    Setting("spark.master", "local[*]", "Where the program runs; HiveFrame runs it in this process.", static=True),
    Setting("spark.sql.ansi.enabled", "true", "ANSI rules: overflow and bad casts raise.", "boolean"),
    Setting("spark.sql.session.timeZone", None, "The zone in which timestamps are shown and read.", "zone"),
    Setting("spark.sql.timestampType", "TIMESTAMP_LTZ", "What TIMESTAMP means.", "TIMESTAMP_LTZ|TIMESTAMP_NTZ"),
    Setting("spark.sql.caseSensitive", "false", "Whether names differ by case.", "boolean"),
    Setting("spark.sql.warehouse.dir", None, "The folder of managed tables and of the metastore.", static=True),
    Setting(
        "spark.sql.shuffle.partitions", "200", "Partitions after a shuffle; kept for programs that read it.", "int"
    ),
    Setting("spark.sql.sources.default", "parquet", "The format where none is named."),
    Setting("spark.sql.sources.partitionOverwriteMode", "STATIC", "What overwrite replaces.", "STATIC|DYNAMIC"),
    Setting("spark.sql.sources.partitionColumnTypeInference.enabled", "true", "Types of partition values.", "boolean"),
    Setting(
        "spark.sql.hive.manageFilesourcePartitions",
        "true",
        "Whether the catalog lists partitions.",
        "boolean",
    ),
    Setting("spark.sql.files.maxPartitionBytes", "128MB", "The size of a scan's piece.", "size"),
    Setting(
        "spark.sql.files.maxRecordsPerFile", "0", "The most rows in a file that is written; 0 for no limit.", "int"
    ),
    Setting("spark.sql.parquet.compression.codec", "snappy", "How Parquet is compressed."),
    Setting("spark.sql.parquet.mergeSchema", "false", "Whether files' schemas are merged.", "boolean"),
    Setting("spark.sql.columnNameOfCorruptRecord", "_corrupt_record", "The column that keeps malformed records."),
    Setting("spark.sql.crossJoin.enabled", "true", "Whether joins without a condition are allowed.", "boolean"),
    Setting("spark.sql.groupByAliases", "true", "Whether GROUP BY may name select aliases.", "boolean"),
    Setting("spark.sql.groupByOrdinal", "true", "Whether GROUP BY 1 means the first item.", "boolean"),
    Setting("spark.sql.orderByOrdinal", "true", "Whether ORDER BY 1 means the first item.", "boolean"),
    Setting(
        "spark.sql.lateralColumnAlias.enableImplicitResolution", "true", "Aliases usable in their SELECT.", "boolean"
    ),
    Setting(
        "spark.sql.ansi.enforceReservedKeywords", "false", "Whether ANSI's reserved words may not be names.", "boolean"
    ),
    Setting("spark.sql.ansi.doubleQuotedIdentifiers", "false", 'Whether "x" is a name.', "boolean"),
    Setting(
        "spark.sql.parser.escapedStringLiterals", "false", "Whether a backslash in text stands for itself.", "boolean"
    ),
    Setting("spark.sql.parser.quotedRegexColumnNames", "false", "Whether `a.*` matches columns by pattern.", "boolean"),
    Setting("spark.sql.timeType.enabled", "true", "Whether there is a TIME type; off in Spark 4.2.", "boolean"),
    Setting("spark.sql.legacy.timeParserPolicy", "CORRECTED", "How dates are parsed.", "CORRECTED|EXCEPTION|LEGACY"),
    Setting("spark.sql.legacy.sizeOfNull", "true", "size(NULL) without ANSI.", "boolean"),
    Setting("spark.sql.pivotMaxValues", "10000", "The most values of a pivot without a list.", "int"),
    Setting("spark.sql.mapKeyDedupPolicy", "EXCEPTION", "What a repeated map key does.", "EXCEPTION|LAST_WIN"),
    Setting("spark.sql.repl.eagerEval.enabled", "false", "Whether a notebook shows rows at once.", "boolean"),
    Setting("spark.sql.repl.eagerEval.maxNumRows", "20", "How many rows it shows.", "int"),
    Setting("spark.sql.repl.eagerEval.truncate", "20", "How much of each value it shows.", "int"),
    Setting("spark.sql.execution.arrow.pyspark.enabled", "false", "Kept for programs that set it.", "boolean"),
    Setting("spark.sql.execution.arrow.maxRecordsPerBatch", "10000", "Rows in a UDF's batch; 0 for no limit.", "int"),
    Setting("spark.sql.execution.arrow.useLargeVarTypes", "false", "Large Arrow text types for UDFs.", "boolean"),
    Setting("spark.sql.execution.pandas.convertToArrowArraySafely", "true", "Refuse lossy UDF results.", "boolean"),
    Setting(
        "spark.sql.execution.pandas.structHandlingMode",
        "legacy",
        "How structs become pandas values.",
        "legacy|row|dict",
    ),
    Setting("spark.sql.execution.pythonUDF.arrow.enabled", "true", "Arrow transport of Python UDFs.", "boolean"),
    Setting("spark.sql.pyspark.udf.profiler", None, "What is measured of Python functions.", "perf|memory"),
    Setting("spark.sql.pyspark.inferNestedDictAsStruct.enabled", "false", "Client-side inference.", "boolean"),
    Setting(
        "spark.sql.pyspark.legacy.inferArrayTypeFromFirstElement.enabled", "false", "Client-side inference.", "boolean"
    ),
    Setting("spark.sql.pyspark.legacy.inferMapTypeFromFirstPair.enabled", "false", "Client-side inference.", "boolean"),
    Setting("spark.sql.execution.pythonUDTF.arrow.enabled", "true", "Arrow transport of Python UDTFs.", "boolean"),
    Setting("spark.sql.execution.pandas.inferPandasDictAsMap", "false", "Client-side inference.", "boolean"),
    Setting("spark.sql.execution.pyspark.binaryAsBytes", "true", "Whether BINARY is bytes in Python.", "boolean"),
    Setting("spark.sql.execution.arrow.pyspark.selfDestruct.enabled", "false", "Free Arrow memory early.", "boolean"),
    Setting("spark.sql.connect.serverStacktrace.enabled", "false", "Show the server's frames in errors.", "boolean"),
    Setting("spark.sql.pyspark.jvmStacktrace.enabled", "false", "The same by its older name.", "boolean"),
    Setting("spark.connect.session.planCompression.threshold", "10485760", "Bytes from which plans are compressed."),
    Setting("spark.connect.session.planCompression.defaultAlgorithm", "ZSTD", "How plans are compressed.", "ZSTD|NONE"),
    Setting("spark.connect.progress.reportInterval", "2s", "How often progress is sent.", "duration"),
    Setting("spark.sql.session.localRelationCacheThreshold", "1048576", "When the client caches local rows.", "int"),
    Setting("spark.sql.session.localRelationChunkSizeRows", "10000", "Rows in a cached chunk.", "int"),
    Setting("spark.sql.session.localRelationChunkSizeBytes", "16777216", "Bytes in a cached chunk.", "size"),
    Setting("spark.sql.session.localRelationBatchOfChunksSizeBytes", "1073741824", "Bytes uploaded at once.", "size"),
    Setting("spark.sql.session.localRelationSizeLimit", "3221225472", "The most local rows in bytes.", "size"),
    Setting("spark.sql.scripting.enabled", "true", "SQL scripts.", "boolean"),
    Setting("spark.sql.cte.recursionLevelLimit", "100", "The most steps of a recursive query.", "int"),
    Setting("spark.sql.cte.recursionRowLimit", "1000000", "The most rows of a recursive query.", "int"),
    Setting("spark.driver.memory", None, "The engine's memory limit.", "size", static=True),
    Setting(
        "spark.hiveframe.memory", None, "The engine's memory limit; overrides spark.driver.memory.", "size", static=True
    ),
    Setting(
        "spark.hiveframe.threads", None, "The engine's threads; default: what the machine has.", "int", static=True
    ),
    Setting("spark.local.dir", None, "Where the engine spills.", static=True),
    Setting("spark.sql.statistics.histogram.enabled", "false", "ANALYZE TABLE makes histograms.", "boolean"),
    Setting("spark.sql.statistics.histogram.numBins", "254", "Bins of a histogram.", "int"),
    Setting("spark.sql.statistics.percentile.accuracy", "10000", "How exact a histogram's bounds are.", "int"),
    Setting(
        "spark.sql.statistics.ndv.maxError", "0.05", "How far Spark's distinct counts may be off; here: not at all."
    ),
    Setting(
        "spark.sql.statistics.size.autoUpdate.enabled",
        "false",
        "DESCRIBE tells the size of a changed table.",
        "boolean",
    ),
    Setting(
        "spark.hiveframe.cache.results",
        "auto",
        "Results that are kept: auto, those of which another run would give the very same; true, all that are "
        "repeatable, whatever order or last digits another run might give; false, none.",
        "auto|true|false",
    ),
    Setting(
        "spark.hiveframe.optimizer.learning",
        "true",
        "Whether queries that come again are tried with joins in other orders, and the fastest plan is used.",
        "boolean",
    ),
    Setting(
        "spark.sql.adaptive.enabled",
        "true",
        "Whether small parts of large plans are run first, and the rest is planned by what they gave.",
        "boolean",
    ),
    Setting(
        "spark.sql.optimizer.dynamicPartitionPruning.enabled",
        "true",
        "Whether the keys of such parts leave out files and rows of what is joined with them.",
        "boolean",
    ),
    Setting(
        "spark.sql.optimizer.excludedRules",
        None,
        "Rules of the optimiser to do without, with commas between, by the names that EXPLAIN ANALYZE tells; names of "
        "Spark's own rules exclude nothing.",
    ),
    Setting(
        "spark.hiveframe.cache.columns",
        "true",
        "Whether columns of Parquet files that are read again and again are kept in the engine's own form.",
        "boolean",
    ),
    Setting(
        "spark.hiveframe.cache.columnsBytes",
        None,
        "The most bytes of such columns, under spark.local.dir; default: an eighth of the engine's memory; 0 for none.",
        "size",
        static=True,
    ),
    Setting(
        "spark.hiveframe.cache.aggregates",
        "true",
        "Whether groups of aggregations that come again with other constants are kept, of which any of them is made.",
        "boolean",
    ),
    Setting(
        "spark.hiveframe.cache.aggregatesBytes",
        None,
        "The most bytes of such groups, under spark.local.dir; default: a 16th of the engine's memory; 0 for none.",
        "size",
        static=True,
    ),
    Setting(
        "spark.hiveframe.cache.memory",
        None,
        "The most bytes of results in memory; default: a 32nd of the engine's memory, at most 256 MB.",
        "size",
        static=True,
    ),
    Setting(
        "spark.hiveframe.cache.disk",
        "0",
        "The most bytes of results on disk, under spark.local.dir, for all processes that use it; 0 for none.",
        "size",
        static=True,
    ),
    Setting(
        "spark.hiveframe.query.class",
        "auto",
        "How the session's queries wait for a place on a server: interactive ones pass batch ones. auto: by the name "
        "of the session's spark.scheduler.pool, else by what the same query took before.",
        "auto|interactive|batch",
    ),
    Setting("spark.scheduler.pool", None, "`interactive` or `batch` say of what class the session's queries are."),
    Setting(
        "spark.hiveframe.admission.enabled",
        "true",
        "Whether a server turns work away when it has too much; sessions of one's own process never wait.",
        "boolean",
        static=True,
    ),
    Setting(
        "spark.hiveframe.admission.interactiveTime",
        "250ms",
        "The longest that a query may take alone and count as interactive where nobody says what it is.",
        "duration",
        static=True,
    ),
    Setting(
        "spark.hiveframe.admission.maxConcurrency",
        None,
        "The most queries that a server runs at once; default: four for each of the engine's threads.",
        "int",
        static=True,
    ),
    Setting(
        "spark.hiveframe.catalog.url",
        None,
        "The metastore's SQLAlchemy URL; default: a file in the warehouse.",
        static=True,
    ),
    Setting(
        "spark.hiveframe.honey.bee", "false", "Whether HoneyStore tables are laid out in the background.", "boolean"
    ),
    Setting("spark.hiveframe.honey.beeSeconds", "60", "Seconds between visits in the background.", "int"),
    Setting(
        "spark.default.parallelism",
        None,
        "Into how many partitions rows are cut where nothing says it; default: the n of a `local[n]` master, else 1.",
        "int",
    ),
)

KNOWN: Final[Mapping[str, Setting]] = {row.name: row for row in _ROWS}

_SIZE = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([kmgtp]?)i?b?\s*$", re.IGNORECASE)
_UNITS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}


def size_bytes(text: str) -> int:
    """Bytes of `64MB`, `1g`, `512k` or a plain number (binary units, as in Spark)."""
    m = _SIZE.match(text)
    if m is None:
        raise IllegalArgumentException(
            "INVALID_CONF_VALUE.TYPE_MISMATCH",
            {"confName": "size", "confValue": text, "confType": "size"},
            detail=" Use a size such as 512MB or 4g.",
        )
    return int(float(m.group(1)) * 1024 ** _UNITS[m.group(2).lower()])


_DURATION = re.compile(r"^\s*(\d+)\s*(us|ms|s|m|min|h|d)?\s*$", re.IGNORECASE)
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


def duration_s(text: str) -> float:
    """Seconds of `50ms`, `2s`, `5min`, `1h`; a plain number counts milliseconds, as in Spark."""
    m = _DURATION.match(text)
    if m is None:
        raise IllegalArgumentException(
            "INVALID_CONF_VALUE.DEFAULT",
            {"confName": "duration", "confValue": text},
            detail=" Use a duration such as 500ms or 2s.",
        )
    return int(m.group(1)) * _SECONDS[(m.group(2) or "ms").lower()]


# Java's ZoneId.SHORT_IDS
SHORT_ZONE_IDS: Final[Mapping[str, str]] = {
    "ACT": "Australia/Darwin",
    "AET": "Australia/Sydney",
    "AGT": "America/Argentina/Buenos_Aires",
    "ART": "Africa/Cairo",
    "AST": "America/Anchorage",
    "BET": "America/Sao_Paulo",
    "BST": "Asia/Dhaka",
    "CAT": "Africa/Harare",
    "CNT": "America/St_Johns",
    "CST": "America/Chicago",
    "CTT": "Asia/Shanghai",
    "EAT": "Africa/Addis_Ababa",
    "ECT": "Europe/Paris",
    "EST": "-05:00",
    "HST": "-10:00",
    "IET": "America/Indiana/Indianapolis",
    "IST": "Asia/Kolkata",
    "JST": "Asia/Tokyo",
    "MIT": "Pacific/Apia",
    "MST": "-07:00",
    "NET": "Asia/Yerevan",
    "NST": "Pacific/Auckland",
    "PLT": "Asia/Karachi",
    "PNT": "America/Phoenix",
    "PRT": "America/Puerto_Rico",
    "PST": "America/Los_Angeles",
    "SST": "Pacific/Guadalcanal",
    "VST": "Asia/Ho_Chi_Minh",
}


def is_time_zone(text: str) -> bool:
    """Whether Spark takes `text` as a zone: an IANA name, a short one, `+hh:mm`, `UTC+h`, or `Z`."""
    if text in ("Z", "UTC", "GMT", "UT") or text in SHORT_ZONE_IDS or text in available_timezones():
        return True
    return re.fullmatch(r"(UTC|GMT|UT)?[+-]\d{1,2}(:?\d{2})?(:\d{2})?", text) is not None


def zone_info(text: str) -> ZoneInfo | None:
    """The named zone, or None for a fixed offset."""
    return ZoneInfo(text) if text in available_timezones() else None


class Settings:
    """The settings of one session: explicit values over the defaults."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values: dict[str, str] = {}
        self.version = 0  # counts changes
        for name, value in (values or {}).items():
            self._values[name] = check_value(name, str(value))

    def get(self, name: str, default: str | None = None) -> str | None:
        """The value in force, or `default` when it is neither set nor has a default of its own."""
        value = self._values.get(name)
        if value is not None:
            return value
        row = KNOWN.get(name)
        if row is not None and row.default is not None:
            return row.default
        if name == "spark.sql.session.timeZone":
            return local_time_zone()
        if name == "spark.sql.warehouse.dir":
            return _default_warehouse()
        return default

    def set_value(self, name: str) -> str | None:
        """The value that somebody set or that a static setting has: a default given with a question gives way to it."""
        row = KNOWN.get(name)
        return self.get(name) if row is not None and row.static else self._values.get(name)

    def require(self, name: str) -> str:
        """The value in force; SQL_CONF_NOT_FOUND when there is none."""
        value = self.get(name)
        if value is None:
            raise AnalysisException("SQL_CONF_NOT_FOUND", {"sqlConf": f'"{name}"'})
        return value

    def set(self, name: str, value: str) -> None:
        """Set at run time; a static setting is refused with CANNOT_MODIFY_CONFIG."""
        row = KNOWN.get(name)
        if row is not None and row.static:
            raise AnalysisException("CANNOT_MODIFY_STATIC_CONFIG", {"key": f'"{name}"'})
        self._values[name] = check_value(name, value)
        self.version += 1

    def unset(self, name: str) -> None:
        """Back to the default."""
        row = KNOWN.get(name)
        if row is not None and row.static:
            raise AnalysisException("CANNOT_MODIFY_STATIC_CONFIG", {"key": f'"{name}"'})
        self._values.pop(name, None)
        self.version += 1

    def is_modifiable(self, name: str) -> bool:
        """Whether `set` would take it: a known setting that is not static."""
        row = KNOWN.get(name)
        return row is not None and not row.static

    def all(self, prefix: str = "") -> Iterator[tuple[str, str]]:
        """Every explicit setting under `prefix`, in order of name."""
        return iter(sorted((k, v) for k, v in self._values.items() if k.startswith(prefix)))

    def copy(self) -> Settings:
        """An independent copy (a cloned session's)."""
        twin = Settings()
        twin._values = dict(self._values)
        return twin

    # Typed access for the settings that the engine asks for all the time.

    def flag(self, name: str) -> bool:
        """A boolean setting."""
        return (self.get(name) or "false").lower() == "true"

    def number(self, name: str) -> int:
        """An integer setting."""
        return int(self.require(name))

    @property
    def ansi(self) -> bool:
        return self.flag("spark.sql.ansi.enabled")

    @property
    def time_zone(self) -> str:
        return self.require("spark.sql.session.timeZone")

    @property
    def parallelism(self) -> int:
        """Into how many partitions rows are cut where nothing says it; one when nobody says, on whatever machine."""
        named = self.get("spark.sql.leafNodeDefaultParallelism") or self.get("spark.default.parallelism")
        if named is None:
            master = re.fullmatch(r"local\[(\d+)(?:,\d+)?\]", self.get("spark.master") or "")
            named = master.group(1) if master else "1"
        return max(int(named), 1)

    @property
    def case_sensitive(self) -> bool:
        return self.flag("spark.sql.caseSensitive")


def check_value(name: str, value: str) -> str:
    """`value` as it is kept, or an IllegalArgumentException that quotes it and says what fits."""
    row = KNOWN.get(name)
    kind = row.kind if row else "string"
    if kind == "boolean":
        if value.strip().lower() not in ("true", "false"):
            raise _bad(name, value, "TYPE_MISMATCH", "boolean")
        return value.strip().lower()
    if kind == "int":
        if re.fullmatch(r"[+-]?\d+", value.strip()) is None:
            raise _bad(name, value, "TYPE_MISMATCH", "int")
        return value.strip()
    if kind == "size":
        size_bytes(value)
    elif kind == "duration":
        duration_s(value)
    elif kind == "zone":
        if not is_time_zone(value):
            raise _bad(name, value, "TIME_ZONE", "")
    elif "|" in kind and value.upper() not in kind.upper().split("|"):
        raise _bad(name, value, "OUT_OF_RANGE_OF_OPTIONS", kind.replace("|", ", "))
    return value


def _bad(name: str, value: str, sub: str, expected: str) -> IllegalArgumentException:
    params = {"confName": name, "confValue": value}
    if expected:
        params["confType" if sub == "TYPE_MISMATCH" else "confOptions"] = expected
    return IllegalArgumentException(f"INVALID_CONF_VALUE.{sub}", params)


def engine_bytes(settings: Settings) -> int:
    """The bytes of memory that the engine may use: what is set, else the machine's."""
    given = settings.get("spark.hiveframe.memory") or settings.get("spark.driver.memory")
    return size_bytes(given) if given else os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def scratch_dir() -> str:
    """Where spilled data goes unless `spark.local.dir` says otherwise."""
    return os.path.join(tempfile.gettempdir(), f"hiveframe-{os.getuid() if hasattr(os, 'getuid') else 0}")
