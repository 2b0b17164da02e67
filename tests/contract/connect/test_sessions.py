from __future__ import annotations

import uuid

import grpc
import pyspark.sql.connect.proto as pb
import pytest
from pyspark.errors import AnalysisException, IllegalArgumentException
from pyspark.errors.exceptions.connect import SparkConnectGrpcException
from pyspark.sql import types as T
from pyspark.sql.connect.session import SparkSession
from pyspark.storagelevel import StorageLevel

from hiveframe.connect.channel import InProcessChannelBuilder
from tests.contract.connect.fake_runtime import FakeRuntime
from tests.contract.connect.frames import sql


def test_settings_are_kept_for_the_session_that_set_them(connect):
    one, two = connect(), connect()
    one.conf.set("spark.sql.shuffle.partitions", 7)
    assert one.conf.get("spark.sql.shuffle.partitions") == "7"
    assert two.conf.get("spark.sql.shuffle.partitions") == "200"
    one.conf.unset("spark.sql.shuffle.partitions")
    assert one.conf.get("spark.sql.shuffle.partitions") == "200"


def test_an_unknown_setting_has_the_default_that_the_caller_gives(spark):
    assert spark.conf.get("my.key", "d") == "d"
    assert spark.conf.get("my.key", None) is None
    spark.conf.set("my.key", "v")
    assert spark.conf.get("my.key", "d") == "v"
    assert spark.conf.getAll["my.key"] == "v"


def test_static_settings_cannot_be_changed(spark):
    assert spark.conf.isModifiable("spark.sql.ansi.enabled")
    assert not spark.conf.isModifiable("spark.sql.warehouse.dir")
    with pytest.raises(AnalysisException) as caught:
        spark.conf.set("spark.sql.warehouse.dir", "/x")
    assert caught.value.getCondition() == "CANNOT_MODIFY_STATIC_CONFIG"


def test_a_wrong_value_is_an_illegal_argument(spark):
    with pytest.raises(IllegalArgumentException) as caught:
        spark.conf.set("spark.sql.ansi.enabled", "maybe")
    assert caught.value.getCondition() == "INVALID_CONF_VALUE.TYPE_MISMATCH"
    assert caught.value.getMessageParameters()["confValue"] == "maybe"


def test_a_silent_set_only_warns(spark):
    spark.range(1).collect()
    request = spark.client._config_request_with_metadata()
    request.operation.set.silent = True
    request.operation.set.pairs.add(key="spark.sql.warehouse.dir", value="/x")
    (warning,) = spark.client._stub.Config(request).warnings
    assert warning.startswith("Failed to set spark.sql.warehouse.dir to Some(/x) due to [CANNOT_MODIFY_STATIC")


def test_all_settings_under_a_prefix_come_without_it(spark):
    spark.conf.set("my.own.a", "1")
    request = spark.client._config_request_with_metadata()
    request.operation.get_all.prefix = "my.own."
    assert [(p.key, p.value) for p in spark.client._stub.Config(request).pairs] == [("a", "1")]


def test_the_fourteen_questions_about_a_plan_are_answered(spark, runtime):
    frame = spark.range(3)
    assert frame.schema == T.StructType([T.StructField("id", T.LongType(), False)])
    for mode in ("simple", "extended", "codegen", "cost", "formatted"):
        assert frame._explain_string(mode=mode) == f"== {mode} =="
    assert frame.isLocal() is False
    assert frame.isStreaming is False
    assert frame.inputFiles() == ["file:///a.parquet"]
    assert spark.version == "4.2.0"
    assert frame.sameSemantics(spark.range(9)) is True
    assert frame.semanticHash() == -42
    frame.persist(StorageLevel.MEMORY_ONLY)
    assert frame.storageLevel == StorageLevel.MEMORY_ONLY
    frame.unpersist()
    assert frame.storageLevel == StorageLevel.NONE
    assert spark.client._analyze(method="ddl_parse", ddl_string="id bigint").parsed == frame.schema
    json = T.StructType([T.StructField("a b", T.IntegerType(), False, {"comment": "it's"})]).json()
    assert spark.client._analyze(method="json_to_ddl", json_string=json).ddl_string == (
        "`a b` INT NOT NULL COMMENT 'it\\'s'"
    )


def test_print_schema_shows_the_tree(spark, capsys):
    spark.range(3).printSchema()
    assert capsys.readouterr().out == "root\n |-- id: long (nullable = false)\n\n"


def test_a_released_session_is_closed_for_good(connect):
    spark = connect()
    spark.range(1).collect()
    spark.client.release_session()
    assert FakeRuntime.opened[spark.session_id].closed
    with pytest.raises(SparkConnectGrpcException) as caught:
        spark.range(1).collect()
    assert caught.value.getCondition() == "INVALID_HANDLE.SESSION_CLOSED"


def test_a_client_that_saw_another_server_is_told_so(spark):
    spark.range(1).collect()
    spark.client._server_session_id = str(uuid.uuid4())
    with pytest.raises(SparkConnectGrpcException) as caught:
        spark.range(1).collect()
    assert caught.value.getCondition() == "INVALID_HANDLE.SESSION_CHANGED"


def test_a_cloned_session_starts_with_the_settings_of_its_source(spark):
    spark.conf.set("my.key", "v")
    clone = spark.cloneSession()
    assert clone.session_id != spark.session_id
    assert clone.conf.get("my.key") == "v"
    clone.conf.set("my.key", "w")
    assert spark.conf.get("my.key") == "v"
    clone.client.release_session()


@pytest.mark.parametrize(
    ("target", "condition"),
    [("x", "TARGET_SESSION_ID_FORMAT"), (None, "TARGET_SESSION_ID_ALREADY_EXISTS")],
)
def test_a_clone_needs_a_fresh_id(spark, target, condition):
    spark.range(1).collect()
    request = pb.CloneSessionRequest(session_id=spark.session_id, new_session_id=target or spark.session_id)
    request.user_context.user_id = spark.client._user_id or ""
    with pytest.raises(grpc.RpcError, match=f"INVALID_CLONE_SESSION_REQUEST.{condition}"):
        spark.client._stub.CloneSession(request)


def test_interrupting_needs_a_tag_or_an_id(spark):
    spark.range(1).collect()
    request = pb.InterruptRequest(session_id=spark.session_id)
    request.user_context.user_id = spark.client._user_id or ""
    with pytest.raises(grpc.RpcError, match="INTERRUPT_TYPE_UNSPECIFIED"):
        spark.client._stub.Interrupt(request)
    request.interrupt_type = pb.InterruptRequest.INTERRUPT_TYPE_TAG
    with pytest.raises(grpc.RpcError, match="INTERRUPT_TYPE_TAG_REQUIRES_TAG"):
        spark.client._stub.Interrupt(request)
    request.interrupt_type = pb.InterruptRequest.INTERRUPT_TYPE_OPERATION_ID
    with pytest.raises(grpc.RpcError, match="INTERRUPT_TYPE_OPERATION_ID_REQUIRES_ID"):
        spark.client._stub.Interrupt(request)


def test_a_checkpoint_is_a_reference_to_kept_rows(spark, runtime):
    checkpointed = spark.range(3).localCheckpoint()
    assert checkpointed._plan.plan(spark.client).cached_remote_relation.relation_id == "checkpoint-1"
    assert runtime().commands[-1].local is True


def test_resources_and_profiles_are_answered_without_an_engine(spark):
    assert spark.client._resources() == {}
    assert spark.client._create_profile(pb.ResourceProfile()) == 1


def test_leaving_the_process_cleans_no_models(spark, runtime):
    spark.range(1).collect()
    spark.client._cleanup_ml_cache()
    assert runtime().commands == []


def test_an_unknown_relation_kind_is_refused(spark):
    command = pb.Command()
    command.ml_command.get_cache_info.SetInParent()
    with pytest.raises(AnalysisException, match="machine learning"):
        spark.client.execute_command(command)


def test_a_setting_applies_to_the_next_query(spark, runtime):
    spark.conf.set("my.key", "v")
    sql(spark, "rows 1").collect()
    assert runtime().conf.get("my.key") == "v"


class Counting(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    """Counts the calls of a client."""

    def __init__(self):
        self.methods = []

    def intercept_unary_unary(self, continuation, details, request):
        self.methods.append(details.method.rpartition("/")[2])
        return continuation(details, request)

    intercept_unary_stream = intercept_unary_unary


def test_a_clients_interceptors_see_its_calls_in_process(service):
    counting = Counting()
    builder = InProcessChannelBuilder(service)
    builder.add_interceptor(counting)
    spark = SparkSession.builder.channelBuilder(builder).create()
    spark.range(2).collect()
    with pytest.raises(AnalysisException):
        spark.table("nope").collect()
    spark.stop()
    assert {"ExecutePlan", "Config", "FetchErrorDetails", "ReleaseSession"} <= set(counting.methods)
