"""Tables and queries of other databases: `format("jdbc")`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.errors import AnalysisException, analysis_error
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.text_options import refused
from hiveframe.lake.batch_stream import BatchStream, scan_stream
from hiveframe.lake.jdbc.options import JdbcOptions, jdbc_options
from hiveframe.lake.jdbc.pushdown import JdbcPruner, condition
from hiveframe.lake.jdbc.reading import read_batches, table_schema
from hiveframe.lake.jdbc.strides import stride_conditions
from hiveframe.lake.options import Options
from hiveframe.lake.pruning import Predicate
from hiveframe.lake.scan import ScanSource, ScanSql, scan_column
from hiveframe.lake.sources.source import ReadContext, ReadRequest
from hiveframe.plan import types as t
from hiveframe.plan.types import StructField, StructType, same_type, simple_string

_PARTITIONING: Final = ("partitionColumn", "lowerBound", "upperBound", "numPartitions")


@dataclass(frozen=True, slots=True, eq=False)
class JdbcDetail:
    """Where the rows are, the conditions that divide them (each row comes once for each that it meets), and filters."""

    jdbc: JdbcOptions
    predicates: tuple[str, ...]
    conditions: tuple[Predicate, ...] = ()


class JdbcSource:
    """Reads through SQLAlchemy."""

    label = "JDBC"

    def open(self, request: ReadRequest, context: ReadContext) -> ScanSource:
        """Asks the database for the columns."""
        jdbc = jdbc_options(request.options)
        found = table_schema(jdbc)
        schema = _customised(found, request.options, request.parse_schema)
        if request.schema is not None and not same_type(request.schema, schema):
            given, actual = _ddl(request.schema), _ddl(schema)
            raise analysis_error("USER_SPECIFIED_AND_ACTUAL_SCHEMA_MISMATCH", schema=given, actualSchema=actual)
        predicates = request.predicates or _partitioning(request.options, schema)
        return ScanSource(
            "jdbc",
            (),
            (),
            schema,
            Options(),  # they hold secrets
            time_zone=context.settings.time_zone,
            detail=JdbcDetail(jdbc, predicates),
            pruner=JdbcPruner() if request.options.flag("pushDownPredicate", True) else None,
        )

    def scan(
        self, source: ScanSource, needed: Sequence[int], context: EmitContext, *, with_path: bool = False
    ) -> ScanSql:
        """The needed columns alone, as an Arrow stream."""
        detail: JdbcDetail = source.detail
        fields = [source.schema.fields[i] for i in needed]
        columns = [(scan_column(i), context.arrow_type(f.dtype)) for i, f in zip(needed, fields, strict=True)]
        # a stream without columns has no rows in Arrow
        schema = pa.schema(columns or [("f_none", pa.int32())])
        asked = fields or [StructField("1", t.INT)]

        def batches() -> Iterator[pa.RecordBatch]:
            filters = [condition(p, source.schema) for p in detail.conditions]
            predicates = detail.predicates
            return read_batches(detail.jdbc, asked, schema, predicates, filters, source.time_zone, counts=not fields)

        return scan_stream(source, needed, BatchStream(schema, batches))


def _ddl(schema: StructType) -> str:
    return ",".join(f"{f.name} {t.sql_name(f.dtype)}" for f in schema.fields)


def _customised(found: StructType, options: Options, parse: Callable[[str], StructType] | None) -> StructType:
    """The columns with the types of `customSchema`; names that are not there are passed over."""
    text = options.get("customSchema")
    if text is None or parse is None:
        return found
    given = {f.name.lower(): f.dtype for f in parse(text).fields}
    return StructType(tuple(StructField(f.name, given.get(f.name.lower(), f.dtype)) for f in found.fields))


def _partitioning(options: Options, schema: StructType) -> tuple[str, ...]:
    """The conditions of `partitionColumn` and its bounds, which are checked; none where the table is not divided."""
    name = options.get("partitionColumn")
    given = [option for option in _PARTITIONING if option in options]
    if len(given) < len(_PARTITIONING) and given not in ([], ["numPartitions"]):
        raise _required(_ALL_OR_NONE)
    if name is None:
        return ()
    if "query" in options:
        raise _required(_QUERY_AND_COLUMN)
    column = next((f for f in schema.fields if f.name.lower() == name.strip('"`').lower()), None)
    if column is None:
        params = {"columnName": name, "schema": simple_string(schema)}
        raise AnalysisException("_LEGACY_ERROR_TEMP_1286", params)
    if not isinstance(column.dtype, (t.NumericType, t.DateType, t.TimestampType, t.TimestampNTZType)):
        kinds = {"numericType": "numeric", "dateType": "date", "timestampType": "timestamp"}
        raise AnalysisException("_LEGACY_ERROR_TEMP_1287", {**kinds, "dataType": simple_string(column.dtype)})
    quoted = '"' + column.name.replace('"', '""') + '"'
    low, high = options["lowerBound"], options["upperBound"]
    return stride_conditions(quoted, column.dtype, low, high, options.integer("numPartitions", 1))


_ALL_OR_NONE: Final = (
    "When reading JDBC data sources, users need to specify all or none for the following options: "
    "'partitionColumn', 'lowerBound', 'upperBound', and 'numPartitions'"
)
_QUERY_AND_COLUMN: Final = (
    "Options 'query' and 'partitionColumn' can not be specified together. Please define the query using `dbtable` "
    "option instead and make sure to qualify the partition columns using the supplied subquery alias to resolve any "
    "ambiguity."
)


def _required(message: str) -> Exception:
    return refused(f"requirement failed: {message}")
