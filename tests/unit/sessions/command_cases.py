"""Statements whose answers are compared with Spark's: each scenario runs in a database of its own."""

from __future__ import annotations

import re
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

DATABASE = "hf_commands"

SCENARIOS: dict[str, list[str]] = {
    "settings": [
        "SET spark.sql.ansi.enabled",
        "SET some.unknown.key",
        "SET some.unknown.key=7",
        "SET some.unknown.key",
        "RESET some.unknown.key",
        "SET some.unknown.key",
        "SET spark.sql.warehouse.dir=/x",
        "SET TIME ZONE 'Europe/Paris'",
        "SELECT timestamp'2020-07-01 12:00:00 UTC' AS t",
        "SET TIME ZONE INTERVAL 2 HOURS",
        "SET TIME ZONE 'Mars/Olympus'",
        "SET spark.sql.ansi.enabled=maybe",
        "SET spark.sql.session.timeZone=UTC",
    ],
    "databases": [
        "SHOW CURRENT NAMESPACE",
        "CREATE DATABASE hf_commands_x COMMENT 'a comment' WITH DBPROPERTIES (k='v')",
        "CREATE DATABASE hf_commands_x",
        "CREATE DATABASE IF NOT EXISTS hf_commands_x",
        "SHOW DATABASES LIKE 'hf_commands*'",
        "USE hf_commands_x",
        "SHOW CURRENT NAMESPACE",
        "CREATE TABLE t(a INT) USING parquet",
        "USE nowhere",
        "DROP DATABASE hf_commands_x",
        "USE hf_commands",
        "DROP DATABASE hf_commands_x CASCADE",
        "DROP DATABASE hf_commands_x",
        "DROP DATABASE IF EXISTS hf_commands_x",
        "SHOW TABLES IN hf_commands_x",
        "SHOW CATALOGS",
    ],
    "tables": [
        "CREATE TABLE t(a INT COMMENT 'first', b STRING, p INT) USING parquet PARTITIONED BY (p) COMMENT 'a table'",
        "CREATE TABLE t(a INT) USING parquet",
        "CREATE TABLE IF NOT EXISTS t(a INT) USING parquet",
        "DESCRIBE t",
        "DESCRIBE t a",
        "DESCRIBE t nothing",
        "SHOW COLUMNS IN t",
        "SHOW CREATE TABLE t",
        "SHOW TBLPROPERTIES t",
        "INSERT INTO t VALUES (1, 'x', 1), (2, 'y', 2), (3, NULL, 2)",
        "INSERT INTO t (b, a, p) VALUES ('z', 4, 1)",
        "INSERT INTO t PARTITION (p = 3) VALUES (5, 'w')",
        "SELECT * FROM t ORDER BY a",
        "SHOW PARTITIONS t",
        "INSERT OVERWRITE t PARTITION (p = 3) VALUES (6, 'v')",
        "SELECT * FROM t ORDER BY a",
        "INSERT INTO t VALUES (1, 'x')",
        "INSERT INTO t VALUES ('one', 'x', 1)",
        "INSERT INTO t SELECT 1, 2",
        "INSERT INTO t (nothing) VALUES (1)",
        "INSERT INTO nowhere VALUES (1)",
        "ALTER TABLE t ADD COLUMNS (c DOUBLE COMMENT 'new')",
        "SELECT a, c FROM t ORDER BY a LIMIT 1",
        "ALTER TABLE t DROP PARTITION (p = 3)",
        "SELECT count(*) AS n FROM t",
        "ALTER TABLE t SET TBLPROPERTIES ('k' = 'v')",
        "SHOW TBLPROPERTIES t ('k')",
        "SHOW TBLPROPERTIES t ('missing')",
        "ALTER TABLE t UNSET TBLPROPERTIES ('k')",
        "ALTER TABLE t RENAME TO u",
        "SELECT count(*) AS n FROM u",
        "SELECT * FROM t",
        "TRUNCATE TABLE u",
        "SELECT count(*) AS n FROM u",
        "DROP TABLE u",
        "DROP TABLE u",
        "DROP TABLE IF EXISTS u",
    ],
    "created by a query": [
        "CREATE TABLE q USING parquet AS SELECT 1 AS a, 'x' AS b",
        "SELECT * FROM q",
        "DESCRIBE q",
        "CREATE TABLE q2 USING parquet PARTITIONED BY (b) AS SELECT 1 AS a, 'x' AS b UNION ALL SELECT 2, 'y'",
        "SELECT * FROM q2 ORDER BY a",
        "SHOW PARTITIONS q2",
        "CREATE TABLE q3 LIKE q",
        "SELECT * FROM q3",
        "CREATE TABLE q4 USING csv AS SELECT 1 AS a, DATE'2020-01-02' AS d, 1.50 AS m",
        "SELECT * FROM q4",
        "CREATE TABLE q5 USING json AS SELECT 1 AS a, array(1, 2) AS l, named_struct('x', NULL, 'y', 'z') AS s",
        "SELECT * FROM q5",
        "CREATE TABLE bad USING parquet AS SELECT 1 AS a, 2 AS A",
    ],
    "views": [
        "CREATE VIEW v AS SELECT 1 AS a, 'x' AS b",
        "SELECT * FROM v",
        "CREATE VIEW v AS SELECT 2 AS a",
        "CREATE OR REPLACE VIEW v (n COMMENT 'number') AS SELECT 2",
        "SELECT * FROM v",
        "DESCRIBE v",
        "CREATE TEMPORARY VIEW tv AS SELECT 5 AS x",
        "CREATE TEMPORARY VIEW tv AS SELECT 6 AS x",
        "SELECT * FROM tv",
        "CREATE VIEW w AS SELECT * FROM tv",
        "SHOW VIEWS",
        "SHOW TABLES",
        "CREATE GLOBAL TEMPORARY VIEW hf_gv AS SELECT 9 AS g",
        "SELECT * FROM global_temp.hf_gv",
        "DROP VIEW global_temp.hf_gv",
        "ALTER VIEW v AS SELECT 3 AS n",
        "SELECT * FROM v",
        "INSERT INTO v VALUES (1)",
        "DROP TABLE v",
        "DROP VIEW v",
        "DROP VIEW tv",
        "DROP VIEW v",
        "CREATE VIEW bad AS SELECT nothing FROM nowhere",
    ],
    "variables": [
        "DECLARE VARIABLE x INT DEFAULT 5",
        "SELECT x",
        "SET VARIABLE x = x + 1",
        "SELECT x, session.x",
        "DECLARE VARIABLE x INT",
        "DECLARE OR REPLACE VARIABLE x STRING DEFAULT 'a'",
        "SELECT x",
        "SET VARIABLE (x) = (SELECT 'b')",
        "SELECT x",
        "SET VARIABLE y = 1",
        "EXECUTE IMMEDIATE 'SELECT ? + :n AS s' USING 1",
        "EXECUTE IMMEDIATE 'SELECT ? AS s' USING 1",
        "EXECUTE IMMEDIATE 'SELECT :n AS s' USING 2 AS n",
        "EXECUTE IMMEDIATE 'SELECT ''c''' INTO x",
        "SELECT x",
        "DROP TEMPORARY VARIABLE x",
        "SELECT x",
    ],
    "functions": [
        "CREATE TEMPORARY FUNCTION plus(a INT, b INT DEFAULT 1) RETURNS INT RETURN a + b",
        "SELECT plus(1), plus(1, 2)",
        "SHOW USER FUNCTIONS",
        "DROP TEMPORARY FUNCTION plus",
        "SELECT plus(1)",
        "DROP TEMPORARY FUNCTION plus",
        "SHOW FUNCTIONS LIKE 'array_dist*'",
        "DESCRIBE FUNCTION nothing_like_it",
        "CREATE FUNCTION refreshed(a INT) RETURNS INT RETURN a",
        "REFRESH FUNCTION refreshed",
        "REFRESH FUNCTION nowhere",
        "REFRESH FUNCTION abs",
    ],
    "types": [
        "CREATE TABLE c(c CHAR(3), v VARCHAR(3), n INT NOT NULL, d INT DEFAULT 7) USING parquet",
        "INSERT INTO c VALUES ('a', 'b', 1, DEFAULT)",
        "INSERT INTO c (n) VALUES (2)",
        "SELECT c, v, n, d, length(c) AS l FROM c ORDER BY n",
        "INSERT INTO c VALUES ('abcd', 'b', 3, 1)",
        "INSERT INTO c VALUES ('abc', 'b', NULL, 1)",
        "INSERT INTO c VALUES ('abc', 'b', 99999999999, 1)",
        "DESCRIBE c",
    ],
    "several inserts": [
        "CREATE TABLE s(x INT, y STRING) USING parquet",
        "INSERT INTO s VALUES (1, 'a'), (2, 'b'), (3, 'c')",
        "CREATE TABLE a(x INT, y STRING) USING parquet",
        "CREATE TABLE b(x INT) USING parquet",
        "FROM s INSERT INTO a SELECT * WHERE x > 1 INSERT INTO b SELECT x WHERE x < 3",
        "SELECT * FROM a ORDER BY x",
        "SELECT * FROM b ORDER BY x",
        "FROM (SELECT x + 10 AS x, y FROM s) t INSERT OVERWRITE TABLE a SELECT x, y INSERT INTO b SELECT count(*)",
        "SELECT * FROM a ORDER BY x",
        "SELECT * FROM b ORDER BY x",
        "FROM s INSERT INTO a(y, x) SELECT y, x INSERT INTO b SELECT x ORDER BY x DESC LIMIT 1",
        "SELECT * FROM a ORDER BY x, y",
        "FROM s LATERAL VIEW explode(array(1, 2)) AS e INSERT INTO b SELECT e INSERT INTO b SELECT e * 100 GROUP BY e",
        "SELECT * FROM b ORDER BY x",
        "WITH q AS (SELECT 7 x) FROM q INSERT INTO b SELECT x INSERT INTO b SELECT x + 1",
        "FROM s INSERT INTO a SELECT x INSERT INTO b SELECT x",
        "FROM s INSERT INTO nowhere SELECT x INSERT INTO b SELECT x",
        "SELECT count(*) FROM b",
    ],
    "collations": [
        "CREATE TABLE t(a STRING, b STRING COLLATE unicode, c INT) USING parquet DEFAULT COLLATION utf8_lcase",
        "INSERT INTO t VALUES ('a', 'b', 1)",
        "DESCRIBE t",
        "SHOW CREATE TABLE t",
        "SHOW TBLPROPERTIES t",
        "SELECT a = 'A', collation(a), collation(b), 'x' = 'X' FROM t",
        "ALTER TABLE t ADD COLUMN d STRING",
        "ALTER TABLE t DEFAULT COLLATION unicode_ci",
        "ALTER TABLE t ADD COLUMNS (e STRING, f ARRAY<STRING>)",
        "ALTER TABLE t ALTER COLUMN a TYPE STRING COLLATE unicode",
        "ALTER TABLE t ALTER COLUMN a TYPE STRING",
        "DESCRIBE t",
        "ALTER TABLE t DEFAULT COLLATION nothing",
        "CREATE TABLE u USING parquet DEFAULT COLLATION utf8_lcase AS SELECT 'a' AS x, a, b, upper('z') AS y FROM t",
        "DESCRIBE u",
        "CREATE TABLE l LIKE u",
        "DESCRIBE l",
        "CREATE TABLE bad(a STRING) USING parquet DEFAULT COLLATION nothing",
        "CREATE TABLE bad(a STRING) USING parquet DEFAULT COLLATION unicode DEFAULT COLLATION utf8_lcase",
        "CREATE TABLE bad(a MAP<STRING COLLATE utf8_lcase, INT>) USING parquet",
        "CREATE TABLE bad(a MAP<STRING, STRING>) USING parquet DEFAULT COLLATION utf8_lcase",
        "CREATE TABLE df(a STRING DEFAULT 'x', b INT) USING parquet DEFAULT COLLATION utf8_lcase",
        "INSERT INTO df(b) VALUES (1)",
        "SELECT a = 'X' FROM df",
        "CREATE VIEW v DEFAULT COLLATION utf8_lcase AS SELECT 'a' AS x, 'b' = 'B' AS y, upper('z') AS u",
        "DESCRIBE v",
        "SELECT *, collation(x) FROM v",
        "SHOW CREATE TABLE v",
        "ALTER VIEW v AS SELECT 'q' = 'Q' AS q",
        "SELECT * FROM v",
        "ALTER VIEW v DEFAULT COLLATION unicode",
        """CREATE VIEW w DEFAULT COLLATION unicode_ci AS SELECT cast('b' AS STRING) a, 'x' || 'y' c, 'a', array('p') e,
           current_database() d, concat(b, 'x') f, upper(b) g, cast(1 AS STRING) h,
           date_format(DATE'2020-01-01', 'y') i,
           to_json(struct(1)) j, (SELECT 'sub') s FROM t""",
        "DESCRIBE w",
        "CREATE TEMPORARY VIEW tv DEFAULT COLLATION utf8_lcase AS SELECT a, 'B' = 'b' AS y FROM t",
        "SELECT * FROM tv",
        "CREATE TEMPORARY FUNCTION f1(a STRING) RETURNS STRING DEFAULT COLLATION utf8_lcase RETURN a || 'b'",
        "SELECT f1('x') = 'XB', collation(f1('x'))",
        "DESCRIBE FUNCTION f1",
        "CREATE TEMPORARY FUNCTION f2(a INT) RETURNS TABLE (b STRING) DEFAULT COLLATION unicode_ci RETURN SELECT 'a'",
        "SELECT b, collation(b) FROM f2(1)",
        "DESCRIBE FUNCTION f2",
        "CREATE FUNCTION f3(a STRING) RETURNS STRING DEFAULT COLLATION utf8_lcase RETURN a || 'b'",
        "SELECT f3('x') = 'XB'",
        "DROP FUNCTION f3",
        "CREATE SCHEMA hf_commands_s DEFAULT COLLATION unicode_ci",
        "ALTER SCHEMA hf_commands DEFAULT COLLATION unicode_ci",
        "SET spark.sql.collation.schemaLevel.enabled=true",
        "CREATE SCHEMA hf_commands_s DEFAULT COLLATION nothing",
        "CREATE SCHEMA hf_commands_s DEFAULT COLLATION unicode_ci",
        "CREATE TABLE hf_commands_s.t(a STRING, b STRING COLLATE utf8_lcase) USING parquet",
        "DESCRIBE hf_commands_s.t",
        "CREATE TABLE hf_commands_s.u USING parquet AS SELECT 'a' x, cast('b' AS STRING) y",
        "DESCRIBE hf_commands_s.u",
        "CREATE VIEW hf_commands_s.v AS SELECT 'a' x, 'b' = 'B' y",
        "SELECT * FROM hf_commands_s.v",
        "DESCRIBE SCHEMA hf_commands_s",
        "ALTER SCHEMA hf_commands_s DEFAULT COLLATION utf8_lcase",
        "CREATE TABLE hf_commands_s.w(a STRING) USING parquet",
        "DESCRIBE hf_commands_s.w",
        "DROP SCHEMA hf_commands_s CASCADE",
        "SHOW COLLATIONS LIKE 'utf8*'",
    ],
}

_LOCATION = re.compile(r"file:/[^\s'\"]*?/([^/\s'\"]+)(?=[\s'\"]|$)")


def answer(spark: SparkSession, statement: str) -> dict[str, Any]:
    """Schema and rows, or the error's class, condition and parameters; paths by their last part alone."""
    try:
        frame = spark.sql(statement)
        rows = [[_plain(v) for v in row] for row in frame.collect()]
        return {"schema": frame.schema.simpleString(), "rows": rows}
    except PySparkException as e:
        params = {k: _plain(v) for k, v in (e.getMessageParameters() or {}).items()}
        return {"error": type(e).__name__, "condition": e.getCondition(), "params": params}


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return _LOCATION.sub(r"file:…/\1", value)
    if value is None or isinstance(value, (int, float)):
        return value
    return str(value)


def run(spark: SparkSession, scenario: str) -> list[dict[str, Any]]:
    """The answers of a scenario's statements, in order, in a fresh database."""
    spark.sql(f"DROP DATABASE IF EXISTS {DATABASE} CASCADE")
    spark.sql(f"CREATE DATABASE {DATABASE}")
    spark.sql(f"USE {DATABASE}")
    try:
        return [{"statement": s, **answer(spark, s)} for s in SCENARIOS[scenario]]
    finally:
        spark.sql("USE default")
        spark.sql(f"DROP DATABASE IF EXISTS {DATABASE} CASCADE")
