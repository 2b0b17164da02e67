from __future__ import annotations

import grpc
import pyspark.sql.connect.proto as pb
import pytest
from pyspark.errors.exceptions.connect import SparkConnectGrpcException
from pyspark.sql.connect.client.core import DefaultChannelBuilder
from pyspark.sql.connect.session import SparkSession

from hiveframe.connect.server import start_server
from hiveframe.connect.servicer import ConnectService
from hiveframe.connect.sessions import SessionManager
from tests.contract.connect.fake_runtime import FakeRuntime


@pytest.fixture
def guarded():
    server = start_server(ConnectService(SessionManager(FakeRuntime)), token="secret")
    yield server
    server.stop(0.5)


def connect(port, token):
    class WithToken(DefaultChannelBuilder):
        def metadata(self):
            return [*super().metadata(), ("authorization", f"Bearer {token}")]

    return SparkSession.builder.channelBuilder(WithToken(f"sc://127.0.0.1:{port}")).create()


def test_the_right_token_is_let_in(guarded):
    spark = connect(guarded.port, "secret")
    assert spark.range(1).collect() != []
    spark.stop()


@pytest.mark.parametrize("token", ["", "wrong", "secret2"])
def test_a_wrong_token_is_unauthenticated(guarded, token):
    spark = connect(guarded.port, token)
    with pytest.raises(SparkConnectGrpcException) as caught:
        spark.range(1).collect()
    assert caught.value.getGrpcStatusCode() == grpc.StatusCode.UNAUTHENTICATED
    assert "secret" not in str(caught.value)
    spark.stop()


def test_a_port_in_use_is_an_os_error(guarded):
    with pytest.raises(OSError, match=str(guarded.port)):
        start_server(ConnectService(SessionManager(FakeRuntime)), port=guarded.port)


def test_a_plan_of_three_thousand_steps_is_taken(guarded):
    plan = pb.Plan()
    step = plan.root
    for _ in range(3000):
        step.limit.limit = 5
        step = step.limit.input
    step.range.end = step.range.step = 1
    spark = connect(guarded.port, "secret")
    assert spark.client.schema(plan).names == ["id"]
    spark.stop()


def test_a_request_that_is_not_a_message_cannot_be_parsed(guarded):
    with grpc.insecure_channel(f"127.0.0.1:{guarded.port}") as channel:
        call = channel.unary_unary("/spark.connect.SparkConnectService/Config")
        with pytest.raises(grpc.RpcError, match="CANNOT_PARSE"):
            call(b"\xff\xff", metadata=(("authorization", "Bearer secret"),))


def test_stopping_closes_the_sessions():
    server = start_server(ConnectService(SessionManager(FakeRuntime)))
    spark = SparkSession.builder.remote(f"sc://127.0.0.1:{server.port}").create()
    spark.range(1).collect()
    server.stop(0.5)
    assert FakeRuntime.opened[spark.session_id].closed
    spark.client._closed = True  # nothing answers any more
