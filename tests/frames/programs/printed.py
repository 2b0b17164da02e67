"""What `show`, `printSchema` and a notebook print."""

from pyspark.sql import functions as F


def _mixed(spark):
    return spark.sql(
        "SELECT 1 AS a, 'a long text that is cut where it is too long' AS `text <b>`, array(1, null) AS list, "
        "map('k', 1.5D) AS m, named_struct('x', date'2020-01-02', 'y', X'414243') AS r, null AS nothing "
        "UNION ALL SELECT 2, null, array(), map(), null, null"
    )


def case_shown(spark):
    return _mixed(spark)._show_string()


def case_shown_in_full(spark):
    return _mixed(spark)._show_string(truncate=False)


def case_shown_cut_short(spark):
    return [_mixed(spark)._show_string(1, n) for n in (1, 3, 4, 7)]


def case_shown_vertically(spark):
    return _mixed(spark)._show_string(vertical=True)


def case_shown_vertically_cut_short(spark):
    return [_mixed(spark)._show_string(1, n, vertical=True) for n in (0, 3, 10)]


def case_shown_without_rows(spark):
    empty = spark.range(0)
    return [empty._show_string(), empty._show_string(vertical=True), spark.range(3)._show_string(0)]


def case_shown_without_columns(spark):
    return spark.range(2).select()._show_string()


def case_shown_wide_characters(spark):
    frame = spark.createDataFrame([("中文字", "é"), ("👍", "\ttab\nline")], "wide string, odd string")
    return [frame._show_string(), frame._show_string(truncate=2), frame._show_string(vertical=True)]


def case_shown_numbers_and_times(spark):
    return spark.sql(
        "SELECT 1.0D, 1e10D, float('nan'), cast(1.50 as decimal(5, 2)), timestamp'2020-01-02 03:04:05.600', "
        "interval 1 day 2 hours, interval 14 months, true, cast(null as int)"
    )._show_string(truncate=False)


def _tree(frame, level=None):
    plan = frame._plan.to_proto(frame.sparkSession.client)
    return frame.sparkSession.client._analyze(method="tree_string", plan=plan, level=level).tree_string


def case_a_schema_printed_by_levels(spark):
    frame = spark.sql(
        "SELECT 1 AS a, array(named_struct('b', map('k', array(1)), 'c', 2)) AS list, "
        "named_struct('d', named_struct('e', 1.5), 'f', 'x') AS r"
    )
    return [_tree(frame, level) for level in (None, 0, 1, 2, 3, 4)]


def _html(spark, frame, **settings):
    names = {"rows": "maxNumRows", "width": "truncate"}
    spark.conf.set("spark.sql.repl.eagerEval.enabled", "true")
    for name, value in settings.items():
        spark.conf.set(f"spark.sql.repl.eagerEval.{names[name]}", value)
    try:
        return frame._repr_html_()
    finally:
        spark.conf.unset("spark.sql.repl.eagerEval.enabled")
        for name in settings:
            spark.conf.unset(f"spark.sql.repl.eagerEval.{names[name]}")


def case_a_notebooks_table(spark):
    return _html(spark, _mixed(spark))


def case_a_notebooks_table_with_few_rows(spark):
    return _html(spark, spark.range(5).withColumn("x", F.lit("<&>")), rows="2")


def case_a_notebooks_table_with_narrow_cells(spark):
    return _html(spark, _mixed(spark), width="5")


def case_a_notebooks_table_without_rows(spark):
    return _html(spark, spark.range(0))


def case_a_notebook_that_did_not_ask(spark):
    return spark.range(1)._repr_html_()
