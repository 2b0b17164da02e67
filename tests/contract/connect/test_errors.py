from __future__ import annotations

import logging
import re

import grpc
import pyspark.sql.connect.proto as pb
import pytest
from pyspark.errors import (
    AnalysisException,
    ArithmeticException,
    ParseException,
    PythonException,
    SparkNoSuchElementException,
)
from pyspark.errors.exceptions.base import QueryContextType
from pyspark.errors.exceptions.connect import InvalidPlanInput, SparkConnectGrpcException, SparkException

from tests.contract.connect.frames import sql


def test_an_analysis_error_carries_condition_state_and_parameters(spark):
    with pytest.raises(AnalysisException) as caught:
        spark.table("nope").schema  # noqa: B018
    error = caught.value
    assert error.getCondition() == "TABLE_OR_VIEW_NOT_FOUND"
    assert error.getSqlState() == "42P01"
    assert error.getMessageParameters() == {"relationName": "`nope`", "searchPath": "[`spark_catalog`.`default`]"}
    assert str(error).startswith("[TABLE_OR_VIEW_NOT_FOUND] The table or view `nope` cannot be found.")


def test_a_dataframe_context_names_fragment_and_call_site(spark):
    with pytest.raises(AnalysisException) as caught:
        spark.table("nope").collect()
    (context,) = caught.value.getQueryContext()
    assert context.contextType() == QueryContextType.DataFrame
    assert (context.fragment(), context.callSite()) == ("table", "test.py:1")


def test_a_runtime_error_carries_its_place_in_the_sql_text(spark):
    with pytest.raises(ArithmeticException) as caught:
        sql(spark, "fail").collect()
    error = caught.value
    assert error.getCondition() == "DIVIDE_BY_ZERO"
    (context,) = error.getQueryContext()
    assert (context.startIndex(), context.stopIndex(), context.fragment()) == (7, 9, "1/0")
    assert context.summary() == "== SQL (line 1, position 8) ==\nselect 1/0\n       ^^^\n"


def test_an_error_after_the_first_rows_reaches_the_client(spark):
    with pytest.raises(ArithmeticException):
        sql(spark, "fail later").collect()


def test_a_syntax_error_is_a_parse_exception(spark):
    with pytest.raises(ParseException) as caught:
        spark.sql("selec 1")
    assert caught.value.getCondition() == "PARSE_SYNTAX_ERROR"
    assert "== SQL ==\nselec 1\n^^^" in str(caught.value)


def test_an_error_of_a_user_function_is_a_python_exception(spark):
    with pytest.raises(PythonException, match="ValueError: no"):
        sql(spark, "python").collect()


def test_a_message_too_long_for_the_status_comes_whole(spark):
    with pytest.raises(AnalysisException) as caught:
        sql(spark, "huge 20000").collect()
    assert "n" * 20000 in str(caught.value)
    assert len(caught.value.getMessageParameters()["relationName"]) == 20000


def test_a_missing_setting_is_no_such_element(spark):
    with pytest.raises(SparkNoSuchElementException) as caught:
        spark.conf.get("no.such.setting")
    assert caught.value.getCondition() == "SQL_CONF_NOT_FOUND"


def test_a_bug_of_ours_is_an_internal_error_whose_id_stands_in_the_log(spark, caplog):
    with caplog.at_level(logging.ERROR, "hiveframe.connect"), pytest.raises(SparkException) as caught:
        sql(spark, "crash").collect()
    assert caught.value.getCondition() == "INTERNAL_ERROR"
    error_id = re.search(r"error id ([0-9a-f-]{36})", str(caught.value)).group(1)
    (record,) = [r for r in caplog.records if error_id in r.getMessage()]
    assert "a bug of ours" in str(record.exc_info[1])


def test_the_cause_of_an_internal_error_is_in_its_stack_trace(spark):
    with pytest.raises(SparkException) as caught:
        sql(spark, "crash").collect()
    assert "Caused by: builtins.ZeroDivisionError: a bug of ours" in caught.value.getStackTrace()


def test_a_plan_without_content_is_an_invalid_plan(spark):
    spark.range(1).collect()
    request = spark.client._execute_plan_request_with_metadata()
    with pytest.raises(InvalidPlanInput) as caught:
        spark.client._execute(request)
    assert caught.value.getCondition() == "CONNECT_INVALID_PLAN.INVALID_ONE_OF_FIELD_NOT_SET"
    assert caught.value.getMessageParameters() == {"fullName": "spark.connect.Plan", "name": "OPTYPE_NOT_SET"}


def test_streaming_is_refused_by_name(spark):
    with pytest.raises(AnalysisException) as caught:
        spark.readStream.format("rate").load().writeStream.format("memory").queryName("q").start()
    assert caught.value.getCondition() == "UNSUPPORTED_FEATURE.HIVEFRAME"
    assert "structured streaming" in str(caught.value)


def test_details_of_an_unknown_error_are_empty(spark):
    spark.range(1).collect()
    request = pb.FetchErrorDetailsRequest(session_id=spark.session_id, error_id="unknown")
    request.user_context.user_id = spark.client._user_id or ""
    assert not spark.client._stub.FetchErrorDetails(request).HasField("root_error_idx")


def test_a_failed_call_is_a_grpc_error_with_code_and_details(spark):
    request = pb.ConfigRequest(session_id="not a uuid")
    request.operation.get_all.SetInParent()
    with pytest.raises(grpc.RpcError) as caught:
        spark.client._stub.Config(request)
    assert caught.value.code() == grpc.StatusCode.INTERNAL
    assert caught.value.details().startswith("[INVALID_HANDLE.FORMAT] The handle not a uuid is invalid.")


def test_connect_exceptions_name_their_grpc_status(spark):
    with pytest.raises(SparkConnectGrpcException) as caught:
        spark.table("nope").collect()
    assert caught.value.getGrpcStatusCode() == grpc.StatusCode.INTERNAL
