"""Where Spark puts rows, and what counts from there: partition numbers, random numbers with a seed, samples."""

from pyspark.sql import functions as F

from tests.frames.cases import rows


def _local(spark):
    return spark.createDataFrame([(i, f"n{i}") for i in range(5)], "a int, b string")


def _placed(frame):
    return rows(frame.select("*", F.spark_partition_id(), F.monotonically_increasing_id()))


def case_range(spark):
    return _placed(spark.range(7))


def case_range_in_three(spark):
    return _placed(spark.range(10, 0, -1, 3))


def case_range_in_more_than_its_rows(spark):
    return _placed(spark.range(0, 2, 1, 5))


def case_range_of_sql(spark):
    return rows(spark.sql("select id, spark_partition_id() from range(0, 10, 1, 3)"))


def case_filtered_range(spark):
    return _placed(spark.range(9).where("id % 2 = 0"))


def case_local_rows(spark):
    return _placed(_local(spark))


def case_filtered_local_rows(spark):
    return _placed(_local(spark).where("a > 1"))


def case_union(spark):
    return _placed(spark.range(7).union(spark.range(3)))


def case_union_of_local_rows(spark):
    return _placed(_local(spark).union(_local(spark)))


def case_exploded(spark):
    return _placed(spark.range(4).select("id", F.explode(F.array(F.lit(1), F.lit(2)))))


def case_sorted(spark):
    return _placed(spark.range(7).sort(F.desc("id")))


def case_limited(spark):
    return _placed(spark.range(7).limit(5))


def case_a_condition_on_the_partition(spark):
    return rows(spark.range(7).where(F.spark_partition_id() == 1))


def case_round_robin(spark):
    return _placed(spark.range(0, 20, 1, 4).repartition(3))


def case_round_robin_of_texts(spark):
    return _placed(_local(spark).repartition(3))


def case_round_robin_of_nulls_and_doubles(spark):
    values = [(None, 1.5, True), (3, None, None), (-4, -0.25, False), (5, 2.0, True), (7, 0.0, False)]
    return _placed(spark.createDataFrame(values, "a bigint, b double, c boolean").repartition(2))


def case_by_hash(spark):
    return _placed(spark.range(12).repartition(3, "id"))


def case_by_hash_of_texts(spark):
    return _placed(_local(spark).repartition(3, "b", "a"))


def case_by_hash_without_a_number(spark):
    return rows(spark.range(2).repartition("id").select(F.spark_partition_id()))


def case_by_range(spark):
    return _placed(spark.range(7).repartitionByRange(3, "id"))


def case_by_descending_range(spark):
    return _placed(_local(spark).repartitionByRange(2, F.desc("a")))


def case_by_id(spark):
    return _placed(spark.range(7).repartitionById(3, (F.col("id") % 5).cast("int")))


def case_coalesced(spark):
    return _placed(spark.range(0, 20, 1, 5).coalesce(3))


def case_coalesced_to_more(spark):
    return _placed(spark.range(0, 8, 1, 2).coalesce(4))


def case_repartitioned_by_a_hint(spark):
    return _placed(spark.range(0, 9).hint("repartition", 3, "id"))


def case_coalesced_by_a_hint(spark):
    return _placed(spark.sql("select /*+ coalesce(1) */ id from range(0, 6, 1, 3)"))


def case_random_numbers(spark):
    return rows(spark.range(7).select(F.rand(5), F.randn(5), F.rand(5)))


def case_random_numbers_of_local_rows(spark):
    return rows(_local(spark).select(F.rand(3), F.randn(3)))


def case_many_random_numbers(spark):
    frame = spark.range(0, 50_000, 1, 3).select(F.rand(42).alias("r"), F.randn(42).alias("n"))
    return rows(frame.selectExpr("count(*)", "min(r)", "max(r)", "min(n)", "max(n)", "count_if(n > r)"))


def case_a_random_condition_after_another(spark):
    return rows(spark.range(20).where((F.col("id") > 5) & (F.rand(3) < 0.5)))


def case_random_texts(spark):
    return rows(spark.sql("select randstr(5, 7), uniform(1, 100, 3), uniform(0.0, 1.0, 3) from range(5)"))


def case_uuids(spark):
    return rows(spark.range(5).select(F.uuid(F.lit(7))))


def case_shuffled_arrays(spark):
    arrays = "case when id = 2 then null when id = 3 then sequence(1, id) else sequence(1, 5) end"
    return rows(spark.sql(f"select shuffle({arrays}, 7L) from range(0, 9, 1, 2)"))


def case_sample(spark):
    return rows(spark.range(30).sample(0.3, 5))


def case_sample_of_local_rows(spark):
    return rows(_local(spark).sample(0.5, 1))


def case_sample_with_replacement(spark):
    return rows(spark.range(30).sample(True, 0.7, 5))


def case_sample_of_a_sample(spark):
    return rows(spark.range(40).sample(0.5, 1).sample(0.5, 2))


def case_random_split(spark):
    frame = spark.range(30).select((30 - F.col("id")).alias("id"))
    return [rows(part)["rows"] for part in frame.randomSplit([1.0, 2.0], 5)]


def case_sample_by(spark):
    frame = spark.range(0, 100, 1, 5).select((F.col("id") % 3).alias("key"))
    return rows(frame.sampleBy("key", fractions={0: 0.1, 1: 0.2}, seed=0))


def case_a_call_for_each_partition(spark):
    def counted(batches):
        import pandas as pd

        yield pd.DataFrame({"n": [sum(len(b) for b in batches)]})

    return rows(spark.range(0, 10, 1, 4).where("id > 2").mapInPandas(counted, "n bigint"))


def case_a_call_for_each_partition_of_local_rows(spark):
    def counted(batches):
        import pandas as pd

        yield pd.DataFrame({"n": [sum(len(b) for b in batches)]})

    return rows(_local(spark).repartition(3, "a").mapInPandas(counted, "n bigint"))


def case_rows_numbered(spark):
    return rows(spark.range(7).where("id != 3").zipWithIndex())


def case_a_range_of_no_parts(spark):
    return spark.range(0, 10, 1, 0).collect()


def case_a_range_of_no_parts_in_sql(spark):
    return spark.sql("select id from range(0, 10, 1, -1)").collect()
