"""SQL functions: what their bodies must be when they are created."""

from pyspark.errors import PySparkException


def _created(spark, *definitions):
    """The condition of each CREATE FUNCTION, None where it is created."""
    found = []
    for definition in definitions:
        spark.sql("DROP FUNCTION IF EXISTS hf_body")
        try:
            spark.sql(f"CREATE FUNCTION hf_body{definition}")
        except PySparkException as error:
            found.append([error.getCondition(), error.getMessageParameters()])
        else:
            found.append(None)
    spark.sql("DROP FUNCTION IF EXISTS hf_body")
    return found


def case_bodies_over_their_parameters(spark):
    return _created(
        spark,
        "(x INT) RETURNS INT RETURN x + 1",
        "(x INT) RETURNS INT RETURN hf_body.x + 1",
        "() RETURNS INT RETURN 'abc'",
        "(x INT, y INT DEFAULT 3) RETURNS INT RETURN (SELECT max(v) FROM VALUES (1), (2) AS t(v)) + x + y",
        "() RETURNS TABLE RETURN SELECT 1 AS a, 2 AS b",
        "(x INT) RETURNS TABLE (a INT) RETURN SELECT v + x FROM VALUES (1), (2) AS t(v)",
    )


def case_bodies_that_name_what_is_not_there(spark):
    return _created(
        spark,
        "() RETURNS INT RETURN nothing",
        "(x INT) RETURNS INT RETURN x + y",
        "() RETURNS INT RETURN (SELECT a FROM hf_nowhere)",
        "(x INT DEFAULT y) RETURNS INT RETURN x",
    )


def case_bodies_of_the_wrong_kind(spark):
    return _created(
        spark,
        "() RETURNS INT RETURN sum(1)",
        "(x INT) RETURNS INT RETURN max(x) OVER ()",
        "() RETURNS TABLE (a INT) RETURN SELECT 1 AS a, 2 AS b",
        "(x INT, X INT) RETURNS INT RETURN x",
    )


def case_a_temporary_function_s_body(spark):
    return spark.sql("CREATE TEMPORARY FUNCTION hf_body(x INT) RETURNS INT RETURN x + zz")
