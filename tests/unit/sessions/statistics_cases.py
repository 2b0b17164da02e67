"""ANALYZE TABLE and what DESCRIBE says afterwards, answered by Spark: sizes, which depend on the writer, left out."""

from __future__ import annotations

import re
from typing import Any

from pyspark.sql import SparkSession

from tests.unit.sessions.command_cases import DATABASE, answer

ROW = (
    "(1, 10, 1.5D, 0.25F, 1.10, 'one', DATE'2020-01-01', TIMESTAMP'2020-01-01 10:00:00',"
    " TIMESTAMP_NTZ'2020-01-01 10:00:00.123456', true, X'0102', 1)"
)
ROWS = (
    ROW,
    "(2, NULL, -0.0D, NULL, 22.20, 'three', DATE'1999-12-31', TIMESTAMP'1969-12-31 23:59:59.5', NULL, false, NULL, 2)",
    "(NULL, 10, double('NaN'), 3F, NULL, NULL, NULL, NULL, NULL, NULL, X'', 2)",
    "(2, 30, 1e300, 3F, 5, 'é', DATE'2020-01-01', NULL, NULL, true, X'00', NULL)",
)
COLUMNS = ("i", "b", "d", "f", "dec", "t", "dt", "ts", "n", "flag", "bin", "p")

TYPES = (
    "i INT, b BIGINT, d DOUBLE, f FLOAT, dec DECIMAL(10,2), t STRING, dt DATE, ts TIMESTAMP, n TIMESTAMP_NTZ,"
    " flag BOOLEAN, bin BINARY, p INT"
)
OTHER_TYPES = "i INT, iv INTERVAL YEAR TO MONTH, id INTERVAL DAY TO SECOND, c CHAR(5), vc VARCHAR(9), s STRING"

STATEMENTS: list[str] = [
    f"CREATE TABLE s({TYPES}) USING parquet PARTITIONED BY (p)",
    "DESCRIBE EXTENDED s i",
    f"INSERT INTO s VALUES {', '.join(ROWS)}",
    "DESCRIBE EXTENDED s",
    "ANALYZE TABLE s COMPUTE STATISTICS",
    "DESCRIBE EXTENDED s",
    "ANALYZE TABLE s COMPUTE STATISTICS NOSCAN",
    "DESCRIBE EXTENDED s",
    "ANALYZE TABLE s COMPUTE STATISTICS FOR COLUMNS i, nothing",
    "ANALYZE TABLE s COMPUTE STATISTICS FOR COLUMNS i, I",
    "DESCRIBE EXTENDED s I",
    "ANALYZE TABLE s COMPUTE STATISTICS FOR ALL COLUMNS",
    "DESCRIBE s i",
    "DESCRIBE FORMATTED s b",
    *(f"DESCRIBE EXTENDED s {name}" for name in COLUMNS),
    "DESCRIBE EXTENDED s",
    f"INSERT INTO s VALUES {ROW}",
    "DESCRIBE EXTENDED s",
    "DESCRIBE EXTENDED s i",
    "SET spark.sql.statistics.histogram.enabled=true",
    "SET spark.sql.statistics.histogram.numBins=3",
    "ANALYZE TABLE s COMPUTE STATISTICS FOR COLUMNS i, t, dt, ts, dec, flag",
    *(f"DESCRIBE EXTENDED s {name}" for name in ("i", "t", "dt", "ts", "dec", "flag", "b")),
    "RESET spark.sql.statistics.histogram.enabled",
    "ANALYZE TABLE s PARTITION (p=1) COMPUTE STATISTICS",
    "DESCRIBE EXTENDED s PARTITION (p=1)",
    "DESCRIBE s PARTITION (p=1)",
    "ANALYZE TABLE s PARTITION (p=77) COMPUTE STATISTICS",
    "DESCRIBE EXTENDED s PARTITION (p=77)",
    "ANALYZE TABLE s PARTITION (i=1) COMPUTE STATISTICS",
    "ANALYZE TABLE s PARTITION (p) COMPUTE STATISTICS NOSCAN",
    "DESCRIBE EXTENDED s PARTITION (p=2)",
    "ANALYZE TABLE s PARTITION (p=1) COMPUTE STATISTICS FOR COLUMNS i",
    "TRUNCATE TABLE s",
    "DESCRIBE EXTENDED s",
    "CREATE TABLE a(x INT, arr ARRAY<INT>, m MAP<INT,INT>, st STRUCT<q:INT>, v VARIANT) USING parquet",
    "ANALYZE TABLE a COMPUTE STATISTICS FOR ALL COLUMNS",
    "ANALYZE TABLE a COMPUTE STATISTICS FOR COLUMNS arr",
    "ANALYZE TABLE a COMPUTE STATISTICS FOR COLUMNS x",
    "DESCRIBE EXTENDED a x",
    "DESCRIBE EXTENDED a arr",
    "DESCRIBE EXTENDED a st.q",
    f"CREATE TABLE u({OTHER_TYPES}) USING parquet",
    "INSERT INTO u VALUES (1, INTERVAL '1-2' YEAR TO MONTH, INTERVAL '1 2:3:4' DAY TO SECOND, 'ab', 'abc', NULL)",
    "ANALYZE TABLE u COMPUTE STATISTICS FOR COLUMNS i, c, vc, s",
    *(f"DESCRIBE EXTENDED u {name}" for name in ("c", "vc", "s")),
    "ANALYZE TABLE u COMPUTE STATISTICS FOR COLUMNS iv",
    "ANALYZE TABLE u COMPUTE STATISTICS FOR COLUMNS id",
    "ANALYZE TABLE u COMPUTE STATISTICS FOR COLUMNS i",
    "DESCRIBE EXTENDED u vc",
    "CREATE TABLE w USING parquet AS SELECT id % 7 AS a FROM range(100)",
    "DESCRIBE EXTENDED w",
    "ANALYZE TABLE w COMPUTE STATISTICS FOR ALL COLUMNS",
    "ALTER TABLE w RENAME TO w2",
    "DESCRIBE EXTENDED w2 a",
    "ALTER TABLE w2 ADD COLUMNS (z INT)",
    "DESCRIBE EXTENDED w2 a",
    "DESCRIBE EXTENDED w2 z",
    "DROP TABLE w2",
    "CREATE TABLE w2 USING parquet AS SELECT id % 7 AS a FROM range(100)",
    "DESCRIBE EXTENDED w2 a",
    "CREATE VIEW v AS SELECT 'v' AS c",
    "ANALYZE TABLE v COMPUTE STATISTICS",
    "ANALYZE TABLE v COMPUTE STATISTICS FOR COLUMNS c",
    "CREATE TEMPORARY VIEW tv AS SELECT 'tv' AS c",
    "ANALYZE TABLE tv COMPUTE STATISTICS",
    "ANALYZE TABLE tv COMPUTE STATISTICS FOR COLUMNS c",
    "CACHE TABLE tv",
    "ANALYZE TABLE tv COMPUTE STATISTICS FOR COLUMNS c",
    "ANALYZE TABLE nowhere COMPUTE STATISTICS",
    "ANALYZE TABLES COMPUTE STATISTICS",
    "DESCRIBE EXTENDED a",
    f"ANALYZE TABLES IN {DATABASE} COMPUTE STATISTICS NOSCAN",
    "ANALYZE TABLES IN nodb COMPUTE STATISTICS",
    "ANALYZE TABLE s COMPUTE STATISTICS FOR COLUMNS",
    "UNCACHE TABLE tv",
    "DROP VIEW tv",
]

_LEFT_OUT = ("Owner", "Created Time")


def run(spark: SparkSession) -> list[dict[str, Any]]:
    """The answers in order, in a fresh database."""
    spark.sql(f"DROP DATABASE IF EXISTS {DATABASE} CASCADE")
    spark.sql(f"CREATE DATABASE {DATABASE}")
    spark.sql(f"USE {DATABASE}")
    try:
        return [{"statement": s, **_without_sizes(answer(spark, s))} for s in STATEMENTS]
    finally:
        spark.sql("USE default")
        spark.sql(f"DROP DATABASE IF EXISTS {DATABASE} CASCADE")


def _without_sizes(found: dict[str, Any]) -> dict[str, Any]:
    if "rows" not in found:
        return found
    rows = [row for row in found["rows"] if row[0] not in _LEFT_OUT]
    plain = [[re.sub(r"\d+ bytes", "n bytes", v) if isinstance(v, str) else v for v in row] for row in rows]
    return {**found, "rows": plain}
