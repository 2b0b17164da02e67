"""`df.x` means the column of that DataFrame, wherever it is still to be had."""

import pytest

from hiveframe.errors import AnalysisException
from tests.unit.analysis.dataframes import Frame, call, col, frame, lit
from tests.unit.analysis.environment import analyzed, columns_of


def names(found: Frame) -> list[str]:
    return [name for name, _, _ in columns_of(analyzed(found.plan))]


def condition_of(found: Frame) -> tuple[str, dict[str, str]]:
    with pytest.raises(AnalysisException) as caught:
        analyzed(found.plan)
    return caught.value.condition, caught.value.params


def test_a_filter_may_name_a_column_that_the_select_below_dropped() -> None:
    df = frame("a", "b")
    assert names(df.select("a").filter(call(">", df.b, lit(2)))) == ["a"]
    assert names(df.select("a").sort(df.b)) == ["a"]
    assert names(df.select("a").filter(call(">", col("b"), lit(2))).sort(col("b"))) == ["a"]


def test_a_column_of_another_frame_is_refused() -> None:
    df, other = frame("a", "b"), frame("a", "c")
    assert condition_of(df.select(other.c)) == ("CANNOT_RESOLVE_DATAFRAME_COLUMN", {"name": '"c"'})
    assert condition_of(df.select(df.filter(call(">", df.a, lit(1))).a))[0] == "CANNOT_RESOLVE_DATAFRAME_COLUMN"
    assert condition_of(df.select(df.zz)) == ("CANNOT_RESOLVE_DATAFRAME_COLUMN", {"name": '"zz"'})


def test_a_replaced_column_is_gone_for_a_select_but_not_for_a_filter() -> None:
    df = frame("a", "b")
    replaced = df.with_column("a", call("+", df.a, lit(1)))
    assert condition_of(replaced.select(df.a))[0] == "CANNOT_RESOLVE_DATAFRAME_COLUMN"
    assert names(replaced.filter(call(">", df.a, lit(1)))) == ["a", "b"]


def test_a_self_join_condition_prefers_the_direct_input() -> None:
    df = frame("a", "b")
    x = df.filter(call(">", col("a"), lit(1)))
    assert names(df.join(x, call("=", df.a, x.a))) == ["a", "b", "a", "b"]
    assert names(x.join(df, call("=", x.a, df.a))) == ["a", "b", "a", "b"]


def test_a_frame_on_both_sides_of_a_join_is_ambiguous_above_it() -> None:
    df = frame("a", "b")
    x = df.filter(call(">", col("a"), lit(1)))
    joined = df.join(x, call("=", df.a, x.a))
    assert condition_of(joined.select(df.a)) == ("AMBIGUOUS_COLUMN_REFERENCE", {"name": '"a"'})
    assert names(joined.select(x.a)) == ["a"]
    assert condition_of(joined.select("a"))[0] == "AMBIGUOUS_REFERENCE"
    assert condition_of(df.join(df, call("=", df.a, df.a)))[0] == "AMBIGUOUS_COLUMN_REFERENCE"


def test_a_column_that_one_side_dropped_is_not_ambiguous() -> None:
    df = frame("a", "b")
    joined = df.join(df.select("b"), call("=", df.a, lit(1)))
    assert names(joined.select(df.a)) == ["a"]
    assert condition_of(joined.select(df.b))[0] == "AMBIGUOUS_COLUMN_REFERENCE"


def test_the_merged_keys_of_a_using_join_are_both_to_be_had() -> None:
    df, other = frame("a", "b"), frame("a", "c")
    joined = df.join(other, using=("a",))
    assert names(joined.select(df.a, other.a, "c")) == ["a", "a", "c"]
    full = df.join(other, using=("a",), kind="full")
    assert names(full.select(df.a, other.a, "a")) == ["a", "a", "a"]
    grouped = df.group(col("a"), items=(call("count", lit(1)),))
    assert names(df.join(grouped, using=("a",)).select(df.a)) == ["a"]


def test_a_union_hides_its_inputs() -> None:
    df = frame("a", "b")
    assert condition_of(df.union(df).select(df.a))[0] == "CANNOT_RESOLVE_DATAFRAME_COLUMN"


def test_the_api_s_distinct_does_not_hide_what_it_drops() -> None:
    df = frame("a", "b")
    assert names(df.select("a").distinct().sort(df.b)) == ["a"]


def test_order_by_an_aggregate_goes_through_a_filter_of_groups() -> None:
    df = frame("a", "b")
    grouped = df.group(df.a, items=(call("sum", df.b),)).filter(call(">", col("a"), lit(2)))
    assert names(grouped.sort(call("max", df.b))) == ["a", "sum(b)"]


def test_a_column_that_is_not_grouped_is_unknown_above_the_groups() -> None:
    df = frame("a", "b")
    grouped = df.group(df.a, items=(call("sum", df.b),))
    expected = ("UNRESOLVED_COLUMN.WITH_SUGGESTION", {"objectName": "`b`", "proposal": "`a`, `sum(b)`"})
    assert condition_of(grouped.sort(df.b)) == expected
    assert condition_of(grouped.filter(call(">", df.b, lit(1)))) == expected
