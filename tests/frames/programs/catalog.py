"""The catalog, the session's settings, and statements that only describe."""

from tests.frames.cases import rows, unordered

CLASS = "test.org.apache.spark.sql.MyDoubleAvg"


def _function_of_a_class(spark):
    spark.sql("DROP FUNCTION IF EXISTS hf_frames_f")
    spark.sql(f"CREATE FUNCTION hf_frames_f AS '{CLASS}'")


def case_a_function_of_a_class(spark):
    _function_of_a_class(spark)
    found = [spark.catalog.getFunction(n) for n in ("hf_frames_f", "default.hf_frames_f")]
    listed = [f for f in spark.catalog.listFunctions() if f.name == "hf_frames_f"]
    described = rows(spark.sql("DESCRIBE FUNCTION EXTENDED hf_frames_f"))
    spark.sql("DROP FUNCTION hf_frames_f")
    return [*found, *listed, described, spark.catalog.functionExists("hf_frames_f")]


def case_a_function_of_a_class_twice(spark):
    _function_of_a_class(spark)
    return spark.sql(f"CREATE FUNCTION hf_frames_f AS '{CLASS}'")


def case_a_function_of_a_class_is_called(spark):
    _function_of_a_class(spark)
    return spark.sql("SELECT hf_frames_f(1)")


def case_a_function_of_a_class_is_refreshed(spark):
    _function_of_a_class(spark)
    return spark.sql("REFRESH FUNCTION hf_frames_f")


def case_a_temporary_function_of_a_class(spark):
    return spark.sql(f"CREATE TEMPORARY FUNCTION hf_frames_g AS '{CLASS}'")


def case_a_built_in_function_is_refreshed(spark):
    return spark.sql("REFRESH FUNCTION abs")


def case_a_function_that_is_not_there_is_refreshed(spark):
    return spark.sql("REFRESH FUNCTION hf_frames_none")


def case_several_inserts(spark):
    for name in ("hf_frames_even", "hf_frames_odd"):
        spark.sql(f"DROP TABLE IF EXISTS {name}")
        spark.sql(f"CREATE TABLE {name} (id BIGINT) USING parquet")
    spark.sql(
        "FROM (SELECT id FROM range(6)) INSERT INTO hf_frames_even SELECT id WHERE id % 2 = 0 "
        "INSERT OVERWRITE hf_frames_odd SELECT id + 100 WHERE id % 2 = 1"
    )
    found = [rows(spark.table(name).sort("id")) for name in ("hf_frames_even", "hf_frames_odd")]
    for name in ("hf_frames_even", "hf_frames_odd"):
        spark.sql(f"DROP TABLE {name}")
    return found


def case_collations(spark):
    return unordered(spark.tvf.collations())


def case_a_setting_with_a_default(spark):
    names = ("spark.sql.sources.partitionOverwriteMode", "spark.sql.caseSensitive")
    return [spark.conf.get(name, default) for name, default in zip(names, ("DYNAMIC", "true"), strict=True)]


def case_a_setting_with_a_default_that_is_set(spark):
    spark.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
    found = spark.conf.get("spark.sql.sources.partitionOverwriteMode", "STATIC")
    spark.conf.unset("spark.sql.sources.partitionOverwriteMode")
    return [found, spark.conf.get("spark.sql.sources.partitionOverwriteMode")]


def case_a_stream_described(spark):
    stream = spark.readStream.format("rate").load()
    kept = stream.withWatermark("timestamp", "10 minutes").dropDuplicatesWithinWatermark(["value"])
    return [stream.isStreaming, kept.schema.simpleString(), spark.range(1).isStreaming]


def case_a_stream_collected(spark):
    return spark.readStream.format("rate").load()
