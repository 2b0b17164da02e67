"""Shares that no sample can have, and when that is said."""

import re

from pyspark.sql import functions as F
from pyspark.sql.connect.dataframe import DataFrame
from pyspark.sql.connect.plan import Sample

from tests.frames.cases import rows


def _sampled(spark, lower, upper, child=None, *, with_replacement=False):
    frame = child if child is not None else spark.range(5)
    return DataFrame(Sample(frame._plan, lower, upper, with_replacement, 1), spark)


def _failure(ask):
    from pyspark.errors import PySparkException

    try:
        return ask()
    except PySparkException as error:
        required = re.search("requirement failed: [^\n]*", str(error))
        return [type(error).__name__, required.group() if required else error.getCondition()]


def case_more_than_all(spark):
    return [_failure(lambda: _sampled(spark, 0.0, 2.0).schema.simpleString())]


def case_less_than_none(spark):
    return _failure(lambda: _sampled(spark, 0.0, -0.5).schema.simpleString())


def case_less_than_none_with_replacement(spark):
    return _failure(lambda: _sampled(spark, 0.0, -0.5, with_replacement=True).schema.simpleString())


def case_more_than_all_of_what_cannot_be_analysed(spark):
    return _failure(lambda: _sampled(spark, 0.0, 2.0, spark.range(3).select("missing")).schema.simpleString())


def case_more_than_all_of_a_range_that_stands_still(spark):
    return _failure(lambda: _sampled(spark, 0.0, 2.0, spark.range(0, 3, 0)).schema.simpleString())


def case_a_range_that_stands_still(spark):
    return _failure(lambda: spark.range(0, 3, 0).schema.simpleString())


def case_bounds_that_no_sample_has(spark):
    bounds = [(5e-324, -0.000001), (-0.000002, -0.000002), (1.000002, 1.000002), (0.5, 0.2)]
    return [_failure(lambda b=b: rows(_sampled(spark, *b))) for b in bounds]


def case_bounds_that_no_sample_has_are_described(spark):
    return _sampled(spark, -0.000002, -0.000001).schema.simpleString()


def case_none_with_replacement_of_a_failing_projection(spark):
    failing = spark.range(3).select(F.raise_error(F.lit("projection-error")).alias("x"))
    return rows(_sampled(spark, 0.0, 0.0, failing, with_replacement=True))


def case_none_with_replacement_of_a_failing_filter(spark):
    failing = spark.range(3).where(F.raise_error(F.lit("filter-error")).cast("boolean"))
    return _failure(lambda: rows(_sampled(spark, 0.0, 0.0, failing, with_replacement=True)))


def case_none_without_replacement_of_a_failing_projection(spark):
    failing = spark.range(3).select(F.raise_error(F.lit("projection-error")).alias("x"))
    return _failure(lambda: rows(_sampled(spark, 0.0, 0.0, failing)))
