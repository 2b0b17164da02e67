"""Partitions that a catalog knows, and folders that it does not: recovered, repaired, added, dropped, written."""

import os
import shutil
import tempfile
from contextlib import contextmanager

from pyspark.errors import PySparkException

from tests.frames.cases import rows

NAME = "hf_recovered"


@contextmanager
def _table(spark, columns="id BIGINT, p INT", by="p", *, location=True):
    """A table over a folder of three partitions that something else wrote."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "t")
        spark.range(6).selectExpr("id", "cast(id % 3 as int) as p").write.partitionBy("p").parquet(path)
        spark.sql(f"DROP TABLE IF EXISTS {NAME}")
        declared = f"({columns}) USING parquet PARTITIONED BY ({by})" if columns else "USING parquet"
        spark.sql(f"CREATE TABLE {NAME} {declared} LOCATION '{path}'")
        try:
            yield path
        finally:
            spark.sql(f"DROP TABLE IF EXISTS {NAME}")


@contextmanager
def _managed(spark):
    """A managed table of HiveFrame's own rows."""
    spark.sql(f"DROP TABLE IF EXISTS {NAME}")
    spark.sql(f"CREATE TABLE {NAME} (id BIGINT, p INT, q STRING) USING parquet PARTITIONED BY (p, q)")
    spark.sql(f"INSERT INTO {NAME} VALUES (1, 1, 'a'), (2, 1, 'b/c'), (3, 2, 'a'), (4, null, null)")
    try:
        yield
    finally:
        spark.sql(f"DROP TABLE IF EXISTS {NAME}")


def _seen(spark):
    listed = [r[0] for r in spark.sql(f"SHOW PARTITIONS {NAME}").collect()]
    return [sorted(map(repr, spark.table(NAME).collect())), listed]


def _refused(ask):
    try:
        ask()
    except PySparkException as error:
        return [error.getCondition(), error.getSqlState(), error.getMessageParameters()]
    return None


def case_a_folder_of_others_is_not_seen_until_recovered(spark):
    with _table(spark):
        before = _seen(spark)
        spark.sql(f"ALTER TABLE {NAME} RECOVER PARTITIONS")
        return [before, _seen(spark)]


def case_columns_taken_from_the_files(spark):
    with _table(spark, columns=""):
        before = [rows(spark.table(NAME)), _seen(spark)]
        spark.sql(f"MSCK REPAIR TABLE {NAME}")
        return [before, _seen(spark)]


def case_the_catalog_creates_and_recovers(spark):
    with _table(spark) as path:
        spark.sql(f"DROP TABLE {NAME}")
        spark.catalog.createTable(NAME, path, "parquet")
        before = _seen(spark)
        spark.catalog.recoverPartitions(NAME)
        return [before, _seen(spark)]


def case_repair_adds_drops_and_syncs(spark):
    found = []
    with _table(spark) as path:
        for option in ("ADD PARTITIONS", "", "DROP PARTITIONS", "SYNC PARTITIONS"):
            spark.sql(f"MSCK REPAIR TABLE {NAME} {option}")
            found.append(_seen(spark))
            if option == "ADD PARTITIONS":
                shutil.rmtree(os.path.join(path, "p=1"))
            if option == "DROP PARTITIONS":
                shutil.rmtree(os.path.join(path, "p=2"))
                shutil.copytree(os.path.join(path, "p=0"), os.path.join(path, "p=7"))
            spark.catalog.refreshTable(NAME)
            found.append(_seen(spark))
    return found


def case_a_folder_is_recovered_as_it_is_spelled(spark):
    with _table(spark) as path:
        shutil.copytree(os.path.join(path, "p=0"), os.path.join(path, "p=007"))
        shutil.copytree(os.path.join(path, "p=0"), os.path.join(path, "P=8"))
        shutil.copytree(os.path.join(path, "p=0"), os.path.join(path, "other=9"))
        shutil.copytree(os.path.join(path, "p=0"), os.path.join(path, "p=1", "below=2"))
        shutil.copytree(os.path.join(path, "p=0"), os.path.join(path, "_p=5"))
        os.mkdir(os.path.join(path, "p=12"))
        shutil.copytree(os.path.join(path, "p=0"), os.path.join(path, "p=__HIVE_DEFAULT_PARTITION__"))
        spark.sql(f"MSCK REPAIR TABLE {NAME}")
        return _seen(spark)


def case_what_is_no_number_is_recovered(spark):
    with _table(spark) as path:
        shutil.copytree(os.path.join(path, "p=0"), os.path.join(path, "p=x"))
        return _refused(lambda: [spark.sql(f"MSCK REPAIR TABLE {NAME}"), spark.table(NAME).collect()])


def case_a_partition_added_is_seen(spark):
    with _table(spark) as path:
        spark.sql(f"ALTER TABLE {NAME} ADD PARTITION (p = 1)")
        spark.sql(f"ALTER TABLE {NAME} ADD PARTITION (p = 9) LOCATION '{path}/p=2'")
        return _seen(spark)


def case_a_partition_dropped_of_a_table_elsewhere_is_hidden(spark):
    with _table(spark) as path:
        spark.sql(f"MSCK REPAIR TABLE {NAME}")
        spark.sql(f"ALTER TABLE {NAME} DROP PARTITION (p = 1)")
        hidden = [_seen(spark), os.path.isdir(os.path.join(path, "p=1"))]
        spark.sql(f"ALTER TABLE {NAME} RECOVER PARTITIONS")
        return [hidden, _seen(spark)]


def case_a_write_registers_its_own_partitions_alone(spark):
    with _table(spark):
        spark.sql(f"INSERT INTO {NAME} VALUES (10, 1), (11, 5)")
        return _seen(spark)


def case_a_static_write_registers_its_partition(spark):
    with _table(spark):
        spark.sql(f"INSERT OVERWRITE {NAME} PARTITION (p = 1) SELECT 10L")
        first = _seen(spark)
        spark.sql(f"INSERT INTO {NAME} PARTITION (p = 2) SELECT 11L")
        return [first, _seen(spark)]


def case_a_write_without_rows(spark):
    with _table(spark):
        spark.sql(f"INSERT INTO {NAME} SELECT 1L, 1 WHERE false")
        first = _seen(spark)
        spark.sql(f"INSERT INTO {NAME} PARTITION (p = 2) SELECT 11L WHERE false")
        return [first, _seen(spark)]


def case_an_overwrite_takes_the_place_of_known_partitions(spark):
    with _table(spark) as path:
        spark.sql(f"ALTER TABLE {NAME} ADD PARTITION (p = 1)")
        spark.sql(f"INSERT OVERWRITE {NAME} VALUES (10, 5)")
        return [_seen(spark), sorted(n for n in os.listdir(path) if n.startswith("p="))]


def case_an_overwrite_of_the_partitions_written(spark):
    spark.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
    try:
        with _table(spark) as path:
            spark.sql(f"ALTER TABLE {NAME} ADD PARTITION (p = 1)")
            spark.sql(f"INSERT OVERWRITE {NAME} VALUES (10, 5), (11, 2)")
            return [_seen(spark), sorted(n for n in os.listdir(path) if n.startswith("p="))]
    finally:
        spark.conf.unset("spark.sql.sources.partitionOverwriteMode")


def case_rows_of_a_managed_table(spark):
    with _managed(spark):
        return _seen(spark)


def case_a_partition_of_a_managed_table_is_dropped(spark):
    with _managed(spark):
        spark.sql(f"ALTER TABLE {NAME} DROP PARTITION (p = 1, q = 'a'), PARTITION (p = 2, q = 'a')")
        return _seen(spark)


def case_some_of_the_columns_overwritten(spark):
    with _managed(spark):
        spark.sql(f"INSERT OVERWRITE {NAME} PARTITION (p = 1, q) SELECT 10L, 'z'")
        return _seen(spark)


def case_a_partition_is_renamed(spark):
    with _managed(spark):
        spark.sql(f"ALTER TABLE {NAME} PARTITION (p = 1, q = 'a') RENAME TO PARTITION (p = 3, q = 'x y')")
        taken = _refused(
            lambda: spark.sql(f"ALTER TABLE {NAME} PARTITION (p = 2, q = 'a') RENAME TO PARTITION (p = 3, q = 'x y')")
        )
        missing = _refused(
            lambda: spark.sql(f"ALTER TABLE {NAME} PARTITION (p = 8, q = 'a') RENAME TO PARTITION (p = 9, q = 'x')")
        )
        return [_seen(spark), taken, missing]


def case_a_table_of_partitions_is_renamed(spark):
    spark.sql(f"DROP TABLE IF EXISTS {NAME}_2")
    with _managed(spark):
        spark.sql(f"ALTER TABLE {NAME} DROP PARTITION (p = 1, q = 'b/c')")  # Spark's catalog in memory loses this one
        spark.sql(f"ALTER TABLE {NAME} RENAME TO {NAME}_2")
        spark.sql(f"ALTER TABLE {NAME}_2 RENAME TO {NAME}")
        return _seen(spark)


def case_a_table_of_partitions_is_truncated(spark):
    with _managed(spark):
        spark.sql(f"TRUNCATE TABLE {NAME} PARTITION (p = 1)")
        first = _seen(spark)
        spark.sql(f"TRUNCATE TABLE {NAME}")
        return [first, _seen(spark)]


def case_a_table_of_a_query(spark):
    spark.sql(f"DROP TABLE IF EXISTS {NAME}")
    spark.sql(f"CREATE TABLE {NAME} USING parquet PARTITIONED BY (p) AS SELECT id, id % 2 AS p FROM range(4)")
    first = _seen(spark)
    spark.range(10, 13).selectExpr("id", "id AS p").write.mode("append").partitionBy("p").saveAsTable(NAME)
    second = _seen(spark)
    spark.range(2).selectExpr("id", "id AS p").write.mode("overwrite").partitionBy("p").saveAsTable(NAME)
    third = _seen(spark)
    spark.sql(f"DROP TABLE {NAME}")
    return [first, second, third]


def case_partitions_that_the_catalog_does_not_manage(spark):
    spark.conf.set("spark.sql.hive.manageFilesourcePartitions", "false")
    try:
        with _table(spark):
            seen = sorted(map(repr, spark.table(NAME).collect()))
            listed = _refused(lambda: spark.sql(f"SHOW PARTITIONS {NAME}"))
            added = _refused(lambda: spark.sql(f"ALTER TABLE {NAME} ADD PARTITION (p = 8)"))
            repaired = _refused(lambda: spark.sql(f"MSCK REPAIR TABLE {NAME}"))
            spark.conf.unset("spark.sql.hive.manageFilesourcePartitions")
            listed_then = _refused(lambda: spark.sql(f"SHOW PARTITIONS {NAME}"))
            repaired_then = _refused(lambda: spark.sql(f"MSCK REPAIR TABLE {NAME}"))
            return [seen, listed, added, repaired, listed_then, repaired_then, _seen(spark)]
    finally:
        spark.conf.unset("spark.sql.hive.manageFilesourcePartitions")


def case_what_has_no_partitions_is_refused(spark):
    spark.sql(f"DROP TABLE IF EXISTS {NAME}")
    spark.sql(f"CREATE TABLE {NAME} (id BIGINT) USING parquet")
    spark.sql(f"CREATE OR REPLACE VIEW {NAME}_view AS SELECT 1 AS a")
    asked = (
        f"MSCK REPAIR TABLE {NAME}",
        f"MSCK REPAIR TABLE {NAME} SYNC PARTITIONS",
        f"ALTER TABLE {NAME} RECOVER PARTITIONS",
        f"ALTER TABLE {NAME} ADD PARTITION (id = 1)",
        f"ALTER TABLE {NAME} DROP PARTITION (id = 1)",
        f"SHOW PARTITIONS {NAME}",
        f"MSCK REPAIR TABLE {NAME}_view",
        f"MSCK REPAIR TABLE {NAME}_none",
        f"ALTER TABLE {NAME}_none RECOVER PARTITIONS",
    )
    found = [_refused(lambda text=text: spark.sql(text)) for text in asked]
    found.append(_refused(lambda: spark.catalog.recoverPartitions(NAME)))
    found.append(_refused(lambda: spark.catalog.recoverPartitions(f"{NAME}_view")))
    spark.sql(f"DROP TABLE {NAME}")
    spark.sql(f"DROP VIEW {NAME}_view")
    return found
