"""The order in which rows of little local data come, and what is printed of them."""

from pyspark.sql import Window
from pyspark.sql import functions as F

from tests.frames.cases import rows


def _letters(spark):
    data = [(3, "b"), (1, "a"), (2, "a"), (1, "b"), (1, "a"), (2, "b")]
    return spark.createDataFrame(data, "id int, letter string")


def case_a_windows_rows(spark):
    window = Window.partitionBy("id").orderBy("letter")
    return rows(_letters(spark).withColumn("n", F.row_number().over(window)))


def case_a_windows_rows_descending(spark):
    window = Window.partitionBy("letter").orderBy(F.desc("id"))
    frame = _letters(spark).withColumn("before", F.lag("id").over(window)).where("before is not null")
    return rows(frame.select("letter", "id", "before"))


def case_ranks_of_equal_rows(spark):
    window = Window.partitionBy("id").orderBy("letter")
    return rows(_letters(spark).select("*", F.rank().over(window), F.sum("id").over(window)))


def case_a_window_without_partitions(spark):
    window = Window.orderBy("letter")
    return rows(_letters(spark).select("*", F.row_number().over(window)))


def case_a_product(spark):
    return rows(_letters(spark).crossJoin(spark.createDataFrame([(80,), (85,)], "height int")))


def case_a_product_with_the_larger_side_on_the_right(spark):
    return rows(spark.range(2).crossJoin(_letters(spark)))


def case_the_first_rows_of_a_product(spark):
    return rows(spark.range(4).crossJoin(spark.range(3).toDF("b")).limit(5))
