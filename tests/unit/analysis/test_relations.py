"""Relations that only the DataFrame API makes: their columns are Spark's."""

import pytest

from hiveframe.errors import AnalysisException, IllegalArgumentException, SparkError
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from tests.unit.analysis.dataframes import call, col, lit
from tests.unit.analysis.environment import TestEnvironment, analyzed, columns_of

SCHEMA = t.StructType(
    (
        t.StructField("a", t.INT),
        t.StructField("b", t.DOUBLE),
        t.StructField("c", t.STRING),
        t.StructField("d", t.BOOLEAN),
    )
)
ROWS = spec.LocalRelation(None, SCHEMA)


def found(plan: spec.Relation, env: TestEnvironment | None = None) -> list[tuple[str, str, bool]]:
    return columns_of(analyzed(plan, env))


def condition_of(plan: spec.Relation) -> str:
    with pytest.raises((AnalysisException, IllegalArgumentException)) as caught:
        analyzed(plan)
    return caught.value.condition


def literal(value: int | str | bool | float | None) -> spec.Literal:
    return spec.Literal(None, t.NULL) if value is None else lit(value)


def test_describe_lists_numbers_and_text_as_text() -> None:
    assert found(spec.Describe(ROWS)) == [(n, "string", True) for n in ("summary", "a", "b", "c")]
    assert found(spec.Describe(ROWS, ("d",))) == [("summary", "string", True)]
    assert condition_of(spec.Describe(ROWS, ("zz",))) == "UNRESOLVED_COLUMN.WITH_SUGGESTION"


def test_summary_knows_its_statistics() -> None:
    wanted = ("count", "33%", "count_distinct", "approx_count_distinct", "max")
    assert [name for name, _, _ in found(spec.Summary(ROWS, wanted))] == ["summary", "a", "b", "c"]
    assert condition_of(spec.Summary(ROWS, ("foo",))) == "UNRECOGNIZED_STATISTIC"
    assert condition_of(spec.Summary(ROWS, ("x%",))) == "UNRECOGNIZED_STATISTIC"
    with pytest.raises(SparkError, match="Percentiles must be in the range"):
        found(spec.Summary(ROWS, ("101%",)))


def test_filled_columns_are_not_null_where_the_value_fits_them() -> None:
    whole = found(spec.FillNa(ROWS, (), (lit(0),)))
    assert whole == [("a", "int", False), ("b", "double", False), ("c", "string", True), ("d", "boolean", True)]
    fraction = found(spec.FillNa(ROWS, (), (lit(1.7),)))
    assert [nullable for _, _, nullable in fraction] == [True, False, True, True]
    each = found(spec.FillNa(ROWS, ("b", "c", "d"), (lit(7), lit("z"), lit(True))))
    assert [nullable for _, _, nullable in each] == [True, False, False, False]
    assert condition_of(spec.FillNa(ROWS, ("zz",), (lit(1),))) == "UNRESOLVED_COLUMN.WITH_SUGGESTION"


def test_dropping_rows_with_missing_values_keeps_the_columns() -> None:
    for plan in (spec.DropNa(ROWS, ()), spec.DropNa(ROWS, (), 1), spec.DropNa(ROWS, ("a", "b"), 2)):
        assert found(plan) == found(ROWS)


def test_replaced_values_keep_the_columns() -> None:
    for pairs in (((lit(1), lit(10)),), ((lit("x"), literal(None)),), ((lit(True), lit(False)),)):
        assert found(spec.ReplaceNa(ROWS, (), pairs)) == found(ROWS)


def test_pair_statistics_are_one_double() -> None:
    assert found(spec.Covariance(ROWS, "a", "b")) == [("cov", "double", True)]
    assert found(spec.Correlation(ROWS, "a", "b")) == [("corr", "double", True)]
    with pytest.raises(IllegalArgumentException, match="dataType string not supported"):
        analyzed(spec.Correlation(ROWS, "a", "c"))


def test_quantiles_and_frequent_items_are_arrays() -> None:
    assert found(spec.ApproxQuantile(ROWS, ("a", "b"), (0.5,), 0.0))[0][1] == "array<array<double>>"
    assert found(spec.FreqItems(ROWS, ("a", "c"))) == [
        ("a_freqItems", "array<int>", False),
        ("c_freqItems", "array<string>", False),
    ]


def test_a_crosstab_has_a_column_for_each_value() -> None:
    env = TestEnvironment(rows=[("null",), ("x",)])
    assert found(spec.Crosstab(ROWS, "a", "c"), env) == [
        ("a_c", "string", True),
        ("null", "bigint", False),
        ("x", "bigint", False),
    ]


def test_a_pivot_without_values_asks_for_them() -> None:
    env = TestEnvironment(rows=[(None,), ("x",)])
    plan = spec.Aggregate(ROWS, (col("a"),), (call("sum", col("b")),), "pivot", True, pivot_column=col("c"))
    assert found(plan, env) == [("a", "int", True), ("null", "double", True), ("x", "double", True)]


def test_a_transpose_names_columns_after_the_index() -> None:
    env = TestEnvironment(rows=[("x", 1.0, 2.5, "x"), (None, 3.0, None, None)])
    plan = spec.Transpose(spec.Project(ROWS, (col("c"), col("a"), col("b"))))
    assert found(plan, env) == [("key", "string", False), ("x", "double", True)]
    assert condition_of(spec.Transpose(ROWS, col("a"))) == "TRANSPOSE_NO_LEAST_COMMON_TYPE"


def test_union_by_name_matches_columns_and_fills_gaps() -> None:
    left = spec.Project(ROWS, (col("a"), col("b")))
    right = spec.Project(spec.LocalRelation(None, SCHEMA), (col("c"), col("a")))
    plan = spec.SetOperation(left, right, "union", True, by_name=True, allow_missing=True)
    assert found(plan) == [("a", "int", True), ("b", "double", True), ("c", "string", True)]
    strict = spec.SetOperation(left, right, "union", True, by_name=True)
    assert condition_of(strict) == "UNRESOLVED_COLUMN_AMONG_FIELD_NAMES"


def test_columns_are_added_replaced_renamed_and_dropped_where_they_stand() -> None:
    plan = spec.WithColumns(ROWS, (spec.Alias(lit(1), ("A",)), spec.Alias(lit(2), ("z",))))
    assert [name for name, _, _ in found(plan)] == ["A", "b", "c", "d", "z"]
    twice = spec.WithColumns(ROWS, (spec.Alias(lit(1), ("x",)), spec.Alias(lit(2), ("X",))))
    assert condition_of(twice) == "COLUMN_ALREADY_EXISTS"
    renamed = spec.WithColumnsRenamed(ROWS, (("a", "b"), ("b", "q"), ("zz", "y")))
    assert [name for name, _, _ in found(renamed)] == ["q", "q", "c", "d"]
    assert [name for name, _, _ in found(spec.Drop(ROWS, (col("a"), col("zz")), ("C", "yy")))] == ["b", "d"]
    assert condition_of(spec.ToDF(ROWS, ("x",))) == "ASSIGNMENT_ARITY_MISMATCH"


def test_a_schema_is_matched_by_name() -> None:
    wanted = t.StructType((t.StructField("b", t.DOUBLE), t.StructField("a", t.LONG), t.StructField("z", t.STRING)))
    assert found(spec.ToSchema(ROWS, wanted)) == [("b", "double", True), ("a", "bigint", True), ("z", "string", True)]
    narrow = t.StructType((t.StructField("c", t.INT),))
    assert condition_of(spec.ToSchema(ROWS, narrow)) == "INVALID_COLUMN_OR_FIELD_DATA_TYPE"
    strict = t.StructType((t.StructField("a", t.INT, False),))
    assert condition_of(spec.ToSchema(ROWS, strict)) == "NULLABLE_COLUMN_OR_FIELD"


def test_unpivoted_values_share_a_type() -> None:
    plan = spec.Unpivot(ROWS, (col("c"),), (((col("a"),), None), ((col("b"),), None)), "var", ("val",))
    assert found(plan) == [("c", "string", True), ("var", "string", False), ("val", "double", True)]
    mixed = spec.Unpivot(ROWS, (col("a"),), (((col("b"),), None), ((col("c"),), None)), "var", ("val",))
    assert condition_of(mixed) == "UNPIVOT_VALUE_DATA_TYPE_MISMATCH"
    assert condition_of(spec.Unpivot(ROWS, (col("a"),), (), "var", ("val",))) == "UNPIVOT_REQUIRES_VALUE_COLUMNS"


def test_observed_metrics_are_aggregates() -> None:
    metrics = (spec.Alias(call("count", lit(1)), ("n",)), call("sum", col("a")))
    plan = analyzed(spec.CollectMetrics(ROWS, "m", metrics))
    assert isinstance(plan, lg.CollectMetrics)
    assert [m.column.name for m in plan.metrics] == ["n", "sum(a)"]
    bare = spec.CollectMetrics(ROWS, "m", (col("a"),))
    assert condition_of(bare) == "INVALID_OBSERVED_METRICS.NON_AGGREGATE_FUNC_ARG_IS_ATTRIBUTE"


def test_a_python_function_over_partitions_gives_its_own_columns() -> None:
    result = t.StructType((t.StructField("x", t.LONG),))
    udf = spec.PythonUdf("f", spec.PythonFunction(b"", 205, result), ())
    assert found(spec.MapPartitions(ROWS, udf)) == [("x", "bigint", True)]
    grouped = analyzed(spec.GroupMap(ROWS, (col("a"), call("+", col("a"), lit(1))), udf))
    assert isinstance(grouped, lg.GroupMap)
    assert [c.name for c in grouped.keys] == ["a", "(a + 1)"]
    assert [a.name for a in grouped.udf.args if isinstance(a, lg.Column)] == ["a", "b", "c", "d"]


def test_an_unknown_hint_is_told() -> None:
    from hiveframe.analysis.analyzer import Analyzer

    analyzer = Analyzer(TestEnvironment())
    analyzer.relation(spec.Hint(spec.Hint(ROWS, "BROADCAST"), "shake"))
    assert analyzer.warnings == ["Unrecognized hint: shake"]


def test_an_as_of_join_keeps_both_sides_and_checks_its_tolerance() -> None:
    def joined(direction: str, tolerance: spec.Expr | None = None) -> spec.AsOfJoin:
        other = spec.LocalRelation(None, SCHEMA)
        return spec.AsOfJoin(ROWS, other, col("a"), col("a"), None, (), "left", tolerance, True, direction)

    assert [nullable for _, _, nullable in found(joined("backward"))] == [True] * 8
    assert condition_of(joined("sideways")) == "AS_OF_JOIN.UNSUPPORTED_DIRECTION"
    assert condition_of(joined("forward", lit(-1))) == "AS_OF_JOIN.TOLERANCE_IS_NON_NEGATIVE"
