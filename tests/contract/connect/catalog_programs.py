"""A program for each call of `spark.catalog`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyspark.sql.types import IntegerType, StructType

Program = Callable[[Any], Any]


def table(spark, name="protocol_c"):
    spark.sql(f"DROP TABLE IF EXISTS {name}")
    spark.sql(f"CREATE TABLE {name} (v INT, k INT) USING parquet PARTITIONED BY (k) TBLPROPERTIES ('a' = 'b')")
    spark.sql(f"INSERT INTO {name} VALUES (1, 2)")
    return name


def view(spark):
    spark.sql(f"CREATE OR REPLACE VIEW protocol_v AS SELECT * FROM {table(spark)}")
    return "protocol_v"


def database(spark):
    spark.catalog.createDatabase("protocol_db", ifNotExists=True)
    return "protocol_db"


def in_database(spark):
    spark.catalog.setCurrentDatabase(database(spark))
    found = spark.catalog.currentDatabase()
    spark.catalog.setCurrentDatabase("default")
    return found == "protocol_db"


def dropped_database(spark):
    spark.catalog.dropDatabase(database(spark))
    return not spark.catalog.databaseExists("protocol_db")


def created(spark):
    spark.sql("DROP TABLE IF EXISTS protocol_made")
    schema = StructType().add("a", IntegerType())
    spark.catalog.createTable("protocol_made", source="parquet", schema=schema)
    return spark.table("protocol_made").columns == ["a"]


def dropped_table(spark):
    spark.catalog.dropTable(table(spark))
    return not spark.catalog.tableExists("protocol_c")


def dropped_view(spark):
    spark.catalog.dropView(view(spark))
    return not spark.catalog.tableExists("protocol_v")


def dropped_temporary(spark):
    spark.range(1).createOrReplaceTempView("protocol_tmp")
    spark.range(1).createOrReplaceGlobalTempView("protocol_tmp")
    return spark.catalog.dropTempView("protocol_tmp") and spark.catalog.dropGlobalTempView("protocol_tmp")


def truncated(spark):
    spark.catalog.truncateTable(table(spark))
    return spark.table("protocol_c").count() == 0


def analyzed(spark):
    spark.catalog.analyzeTable(table(spark))
    return True


def recovered(spark):
    spark.catalog.recoverPartitions(table(spark))
    return spark.table("protocol_c").count() == 1


def cached(spark):
    name = table(spark)
    spark.catalog.cacheTable(name)
    was = spark.catalog.isCached(name)
    spark.catalog.uncacheTable(name)
    is_now = spark.catalog.isCached(name)
    spark.catalog.cacheTable(name)
    spark.catalog.clearCache()
    return was and not is_now and not spark.catalog.isCached(name)


def refreshed(spark):
    spark.catalog.refreshTable(table(spark))
    spark.catalog.refreshByPath("/nowhere")
    return True


def same_catalog(spark):
    spark.catalog.setCurrentCatalog("spark_catalog")
    return spark.catalog.currentCatalog() == "spark_catalog"


CATALOG: dict[str, Program] = {
    "current_catalog": same_catalog,
    "set_current_catalog": same_catalog,
    "list_catalogs": lambda s: [c.name for c in s.catalog.listCatalogs()] == ["spark_catalog"],
    "current_database": in_database,
    "set_current_database": in_database,
    "list_databases": lambda s: "default" in [d.name for d in s.catalog.listDatabases()],
    "get_database": lambda s: s.catalog.getDatabase("default").catalog == "spark_catalog",
    "database_exists": lambda s: s.catalog.databaseExists("default"),
    "create_database": lambda s: s.catalog.databaseExists(database(s)),
    "drop_database": dropped_database,
    "list_tables": lambda s: table(s) in [t.name for t in s.catalog.listTables()],
    "list_views": lambda s: view(s) in [t.name for t in s.catalog.listViews()],
    "get_table": lambda s: s.catalog.getTable(table(s)).tableType == "MANAGED",
    "table_exists": lambda s: s.catalog.tableExists(table(s)),
    "list_columns": lambda s: [c.isPartition for c in s.catalog.listColumns(table(s))] == [False, True],
    "create_table": created,
    "drop_table": dropped_table,
    "drop_view": dropped_view,
    "drop_temp_view": dropped_temporary,
    "drop_global_temp_view": dropped_temporary,
    "list_partitions": lambda s: len(s.catalog.listPartitions(table(s))) == 1,
    "get_table_properties": lambda s: s.catalog.getTableProperties(table(s))["a"] == "b",
    "get_create_table_string": lambda s: s.catalog.getCreateTableString(table(s)).startswith("CREATE TABLE"),
    "truncate_table": truncated,
    "analyze_table": analyzed,
    "recover_partitions": recovered,
    "list_functions": lambda s: "abs" in [f.name for f in s.catalog.listFunctions()],
    "get_function": lambda s: s.catalog.getFunction("abs").isTemporary,
    "function_exists": lambda s: s.catalog.functionExists("abs"),
    "is_cached": cached,
    "cache_table": cached,
    "uncache_table": cached,
    "clear_cache": cached,
    "refresh_table": refreshed,
    "refresh_by_path": refreshed,
}
