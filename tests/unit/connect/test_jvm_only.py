"""What a JVM alone could do is refused as Spark refuses what it cannot; answers recorded from Spark."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.connect.proto import base_pb2, expressions_pb2, relations_pb2

import hiveframe

Plan = base_pb2.Plan


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = hiveframe.session()
    yield session
    session.stop()


def rows(spark: SparkSession, plan: Plan) -> list[dict[str, Any]]:
    client: Any = spark.client
    request = client._execute_plan_request_with_metadata()
    request.plan.CopyFrom(plan)
    table = client._execute_and_fetch(request, {})[0]
    found: list[dict[str, Any]] = table.to_pylist()
    return found


def condition(spark: SparkSession, plan: Plan) -> tuple[str | None, dict[str, str]]:
    with pytest.raises(PySparkException) as caught:
        rows(spark, plan)
    return caught.value.getCondition(), dict(caught.value.getMessageParameters() or {})


def external(runner: str) -> Plan:
    made = Plan()
    made.command.execute_external_command.runner = runner
    made.command.execute_external_command.command = "do"
    return made


def changes(**options: str) -> Plan:
    made = Plan()
    made.root.relation_changes.unparsed_identifier = "t"
    made.root.relation_changes.options.update(options)
    return made


def projected(fill: Callable[[expressions_pb2.Expression], None]) -> Plan:
    made = Plan()
    made.root.project.input.range.end, made.root.project.input.range.step = 3, 1
    fill(made.root.project.expressions.add())
    return made


def test_commands_for_sources_that_run_none(spark: SparkSession) -> None:
    assert condition(spark, external("nope.Runner")) == ("DATA_SOURCE_NOT_FOUND", {"provider": "nope.Runner"})
    assert condition(spark, external("parquet")) == ("_LEGACY_ERROR_TEMP_1327", {"runner": "parquet"})
    assert condition(spark, external(""))[0] == "CONNECT_INVALID_PLAN.FIELD_CANNOT_BE_EMPTY"


CDC = "INVALID_CDC_OPTION"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "UNSUPPORTED_FEATURE.CHANGE_DATA_CAPTURE"),
        ({"startingVersion": "2", "endingVersion": "1"}, "UNSUPPORTED_FEATURE.CHANGE_DATA_CAPTURE"),
        ({"endingVersion": "1"}, f"{CDC}.MISSING_STARTING_VERSION"),
        ({"endingTimestamp": "2020-01-01"}, f"{CDC}.MISSING_STARTING_TIMESTAMP"),
        ({"startingVersion": "1", "endingTimestamp": "2020-01-01"}, f"{CDC}.CONFLICTING_RANGE_TYPES"),
        ({"startingTimestamp": "2020-01-01", "endingTimestamp": "zzz"}, f"{CDC}.INVALID_TIMESTAMP"),
        ({"startingVersion": "1", "deduplicationMode": "zz"}, f"{CDC}.INVALID_DEDUPLICATION_MODE"),
        ({"startingVersion": "1", "computeUpdates": "zz"}, "_LEGACY_ERROR_TEMP_3206"),
    ],
)
def test_changes_are_of_no_catalog(spark: SparkSession, options: dict[str, str], expected: str) -> None:
    assert condition(spark, changes(**options))[0] == expected


def test_functions_of_scala_and_java(spark: SparkSession) -> None:
    typed = projected(lambda e: e.typed_aggregate_expression.SetInParent())
    assert condition(spark, typed)[0] == "CONNECT_INVALID_PLAN.ASSERTION_FAILURE"
    scala = projected(lambda e: e.common_inline_user_defined_function.scalar_scala_udf.SetInParent())
    assert condition(spark, scala)[0] == "INTERNAL_ERROR"
    java = projected(lambda e: e.common_inline_user_defined_function.java_udf.SetInParent())
    assert condition(spark, java)[0] == "CONNECT_INVALID_PLAN.INVALID_ONE_OF_FIELD_NOT_SUPPORTED"
    registered = Plan()
    registered.command.register_function.function_name = "f"
    registered.command.register_function.java_udf.class_name = "a.B"
    assert condition(spark, registered) == ("_LEGACY_ERROR_TEMP_1329", {"className": "a.B"})


def pairs(kind: int, *, structs: tuple[bool, bool] = (True, True)) -> Plan:
    made = Plan()
    join = made.root.join
    join.left.sql.query = "select id as a, id + 1 as b from range(2)"
    join.right.sql.query = "select id as c from range(1, 3)"
    join.join_type = kind  # type: ignore[assignment]
    join.join_data_type.is_left_struct, join.join_data_type.is_right_struct = structs
    join.join_condition.expression_string.expression = "a = c"
    return made


def test_typed_rows_are_joined_in_pairs(spark: SparkSession) -> None:
    join = relations_pb2.Join
    both = {"_1": {"a": 1, "b": 2}, "_2": {"c": 1}}
    assert rows(spark, pairs(join.JOIN_TYPE_INNER)) == [both]
    assert rows(spark, pairs(join.JOIN_TYPE_INNER, structs=(True, False))) == [{**both, "_2": 1}]
    found = sorted(rows(spark, pairs(join.JOIN_TYPE_FULL_OUTER)), key=str)
    assert found == [{"_1": None, "_2": {"c": 2}}, {"_1": {"a": 0, "b": 1}, "_2": None}, both]
    refused = condition(spark, pairs(join.JOIN_TYPE_LEFT_SEMI))
    assert refused == ("INVALID_JOIN_TYPE_FOR_JOINWITH", {"joinType": "LEFT SEMI"})


def test_a_data_source_is_no_relation(spark: SparkSession) -> None:
    made = Plan()
    made.root.common_inline_user_defined_data_source.name = "x"
    assert condition(spark, made)[0] == "CONNECT_INVALID_PLAN.INVALID_ONE_OF_FIELD_NOT_SUPPORTED"
