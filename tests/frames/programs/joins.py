"""Nearest-by joins and what else joins in a way of its own."""

from pyspark.sql import functions as F

from tests.frames.cases import unordered


def _users(spark):
    return spark.createDataFrame([(1, 10.0), (2, 20.0), (3, None)], "user_id int, score double")


def _products(spark):
    return spark.createDataFrame([("A", 11.0), ("B", 22.0), ("C", 5.0), ("D", None)], "product string, pscore double")


def _nearest(spark, *args, **options):
    users, products = _users(spark), _products(spark)
    return unordered(users.nearestByJoin(products, F.abs(users.score - products.pscore), *args, **options))


def case_nearest_by_distance(spark):
    return _nearest(spark, 2, "exact", "distance")


def case_nearest_by_distance_left_outer(spark):
    return _nearest(spark, 1, "approx", "distance", joinType="leftouter")


def case_nearest_by_similarity(spark):
    return _nearest(spark, 1, "exact", "similarity")


def case_nearest_by_map(spark):
    users, products = _users(spark), _products(spark)
    return users.nearestByJoin(products, F.create_map(F.lit(1), products.pscore), 1, "exact", "distance")


def case_nearest_by_aggregate(spark):
    users, products = _users(spark), _products(spark)
    return users.nearestByJoin(products, F.max(products.pscore), 1, "exact", "distance")


def case_nearest_in_sql(spark):
    return unordered(
        spark.sql(
            "SELECT * FROM VALUES (1), (5) AS a(x) LEFT JOIN VALUES (2), (3), (9) AS b(y) "
            "APPROX NEAREST 2 BY SIMILARITY abs(x - y)"
        )
    )


def case_nearest_in_sql_one_by_default(spark):
    return unordered(
        spark.sql(
            "SELECT * FROM VALUES (1), (5) AS a(x) JOIN VALUES (2), (9) AS b(y) EXACT NEAREST BY DISTANCE abs(x - y)"
        )
    )


def case_nearest_in_sql_too_many(spark):
    return spark.sql("SELECT * FROM VALUES (1) AS a(x) JOIN VALUES (2) AS b(y) EXACT NEAREST 100001 BY DISTANCE x - y")


def case_nearest_in_sql_right_join(spark):
    return spark.sql("SELECT * FROM VALUES (1) AS a(x) RIGHT JOIN VALUES (2) AS b(y) EXACT NEAREST 1 BY DISTANCE x - y")


def case_scalar_subquery_inside_a_function(spark):
    frame = spark.createDataFrame([("a", 1), ("a", 3), ("b", 5)], "k string, v int").alias("x")
    total = frame.alias("y").where(F.col("y.k") == F.col("x.k").outer()).select(F.sum("v")).scalar()
    return unordered(frame.select("k", F.format_number(100 * F.col("v") / total, 1).alias("share")))
