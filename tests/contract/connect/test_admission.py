"""Operations at a server's door, seen from clients: they wait, are cancelled, are refused, and come again."""

from __future__ import annotations

import threading
import time
import uuid
from random import Random

import grpc
import pyspark.sql.connect.proto as pb
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from pyspark.errors.exceptions.connect import SparkConnectGrpcException
from pyspark.sql.connect.client.retries import DefaultPolicy
from pyspark.sql.connect.session import SparkSession

from hiveframe.connect.local import session_manager
from hiveframe.connect.server import start_server
from hiveframe.connect.servicer import ConnectService
from hiveframe.connect.sessions import SessionManager
from hiveframe.sessions.admission import Door
from hiveframe.swarm.admission import Admission, Kind
from tests.contract.connect.fake_runtime import FakeRuntime
from tests.contract.connect.frames import sql


class Places:
    """A limit that does not change."""

    def __init__(self, places):
        self.places = places

    def finished(self, query):
        pass


class Always(Random):
    """Lets everybody wait."""

    def random(self):
        return 0.0


def serve(factory, *, lottery, patience_s=None):
    """A server with one place, and its door."""
    door = Door(Admission(Places(1), Always(), interactive_s=60.0, lottery=lottery))
    if patience_s is not None:
        door.admission.usual[Kind.INTERACTIVE].seconds = patience_s
    service = ConnectService(SessionManager(factory))
    return start_server(service, door=door), door, service


@pytest.fixture
def waiting_room():
    """Whoever comes waits, for as long as it takes."""
    server, door, service = serve(FakeRuntime, lottery=True, patience_s=1000.0)
    yield server, door, service
    service.manager.close()
    server.stop(0.5)


@pytest.fixture
def full_house():
    """Whoever finds no place is turned away."""
    server, door, service = serve(FakeRuntime, lottery=False)
    yield server, door, service
    service.manager.close()
    server.stop(0.5)


def connect(server):
    """A session, the active one, whose client does not come again by itself."""
    SparkSession._default_session = None
    SparkSession._active_session.session = None
    spark = SparkSession.builder.remote(f"sc://127.0.0.1:{server.port}").create()
    spark.client.set_retry_policies([])
    return spark


def collect(spark, text, found):
    def run():
        try:
            found.append(sql(spark, text).collect())
        except Exception as error:  # noqa: BLE001 - looked at by the test
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def until(holds):
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.005)


def states(door):
    return [seen.state for seen in door.seen()]


def block(server, door):
    """A query that keeps the only place until its session is interrupted."""
    spark, found = connect(server), []
    thread = collect(spark, "block", found)
    until(lambda: states(door) == ["running"])
    return spark, thread, found


def test_a_query_waits_for_its_turn(waiting_room):
    server, door, _ = waiting_room
    first, blocked, _ = block(server, door)
    second, found = connect(server), []
    thread = collect(second, "rows 3", found)
    until(lambda: states(door) == ["running", "waiting"])
    first.interruptAll()
    blocked.join(60)
    thread.join(60)
    assert [row.id for row in found[0]] == [0, 1, 2]
    until(lambda: states(door) == [])


def test_a_waiting_query_can_be_interrupted(waiting_room):
    server, door, _ = waiting_room
    first, _, _ = block(server, door)
    second, found = connect(server), []
    thread = collect(second, "rows 3", found)
    until(lambda: states(door) == ["running", "waiting"])
    assert len(second.interruptAll()) == 1
    thread.join(60)
    assert isinstance(found[0], SparkConnectGrpcException)
    assert found[0].getCondition() == "OPERATION_CANCELED"
    assert states(door) == ["running"]
    first.interruptAll()


def test_closing_its_session_ends_a_waiting_query(waiting_room):
    server, door, service = waiting_room
    block(server, door)
    second, found = connect(server), []
    thread = collect(second, "rows 3", found)
    until(lambda: states(door) == ["running", "waiting"])
    (session,) = [s for s in service.manager.sessions() if s.key.session_id == second.session_id]
    service.manager.release(session.key)
    thread.join(60)
    assert not thread.is_alive()
    assert states(door) == ["running"]


@pytest.mark.parametrize("is_reattachable", [True, False])
def test_a_waiting_query_whose_client_goes_away_waits_no_more(waiting_room, is_reattachable):
    server, door, _ = waiting_room
    block(server, door)
    request = pb.ExecutePlanRequest(session_id=str(uuid.uuid4()), operation_id=str(uuid.uuid4()))
    request.user_context.user_id = "u"
    request.plan.root.sql.query = "rows 3"
    if is_reattachable:
        request.request_options.add().reattach_options.reattachable = True
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        call = pb.SparkConnectServiceStub(channel).ExecutePlan(request)
        until(lambda: states(door) == ["running", "waiting"])
        call.cancel()
        until(lambda: states(door) == ["running"])


def test_a_refusal_is_unavailable_and_says_when_to_come_again(full_house):
    server, door, _ = full_house
    first, _, _ = block(server, door)
    second = connect(server)
    with pytest.raises(SparkConnectGrpcException, match=r"SERVER_OVERLOADED.*\d+ ms") as caught:
        sql(second, "rows 1").collect()
    assert caught.value.getGrpcStatusCode() is grpc.StatusCode.UNAVAILABLE
    assert caught.value.getCondition() == "SERVER_OVERLOADED"
    assert caught.value.getSqlState() == "53000"
    request = pb.ExecutePlanRequest(session_id=second.session_id, operation_id=str(uuid.uuid4()))
    request.plan.root.sql.query = "rows 1"
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        with pytest.raises(grpc.RpcError) as refused:
            list(pb.SparkConnectServiceStub(channel).ExecutePlan(request))
        details = rpc_status.from_call(refused.value).details
    retry = error_details_pb2.RetryInfo()
    assert any(detail.Unpack(retry) for detail in details)
    assert 0 < retry.retry_delay.ToMilliseconds() < 30_000
    first.interruptAll()


@pytest.mark.parametrize("is_reattachable", [True, False])
def test_the_client_comes_again_by_itself_until_there_is_a_place(full_house, is_reattachable):
    server, door, _ = full_house
    first, blocked, _ = block(server, door)
    second, found = connect(server), []
    if not is_reattachable:
        second.client.disable_reattachable_execute()
    second.client.set_retry_policies([DefaultPolicy(max_backoff=100)])
    thread = collect(second, "rows 3", found)
    until(lambda: door.counts()["interactive.turned_away"] >= 2)
    first.interruptAll()
    blocked.join(60)
    thread.join(60)
    assert [row.id for row in found[0]] == [0, 1, 2]


def test_a_query_that_waits_for_its_client_gives_its_place_to_others(waiting_room):
    server, door, _ = waiting_room
    request = pb.ExecutePlanRequest(session_id=str(uuid.uuid4()), operation_id=str(uuid.uuid4()))
    request.user_context.user_id = "u"
    request.plan.root.sql.query = "wide 80000000"
    with grpc.insecure_channel(f"127.0.0.1:{server.port}", [("grpc.max_receive_message_length", -1)]) as channel:
        call = pb.SparkConnectServiceStub(channel).ExecutePlan(request)
        until(lambda: states(door) == ["paused"])
        assert len(sql(connect(server), "rows 2").collect()) == 2
        call.cancel()
    until(lambda: states(door) == [])


def test_what_runs_and_waits_stands_in_system_tables(tmp_path):
    door = Door(Admission(Places(1), Random(0), interactive_s=60.0))
    manager = session_manager({"spark.sql.warehouse.dir": str(tmp_path)})
    server = start_server(ConnectService(manager), door=door)
    try:
        spark = connect(server)
        queries = "SELECT state FROM system.runtime.queries WHERE class = 'interactive' AND expected_ms IS NULL"
        assert "running" in [row.state for row in spark.sql(queries).collect()]  # this very query
        names = [row.name for row in spark.sql("SELECT name FROM system.runtime.admission").collect()]
        assert {"places", "interactive.pheromone", "batch.waiting"} <= set(names)
        spark.stop()
    finally:
        manager.close()
        server.stop(0.5)


def test_what_runs_within_a_query_waits_for_no_place_of_its_own(tmp_path):
    """Scripts, commands, subqueries, cached frames and Python stages behind a door with a single place."""
    door = Door(Admission(Places(1), Random(0), interactive_s=60.0, lottery=False))
    manager = session_manager({"spark.sql.warehouse.dir": str(tmp_path)})
    server = start_server(ConnectService(manager), door=door)
    try:
        spark = connect(server)
        spark.sql("CREATE TABLE t AS SELECT id FROM range(10)")
        spark.sql("BEGIN DECLARE n INT; SET n = (SELECT count(*) FROM t); INSERT INTO t SELECT n; END")
        cached = spark.table("t").cache()
        assert cached.count() == 11
        doubled = cached.mapInPandas(lambda frames: (frame * 2 for frame in frames), "id long")
        assert doubled.join(doubled, "id").agg({"id": "max"}).collect()[0][0] == 20
        spark.sql("EXECUTE IMMEDIATE 'INSERT INTO t SELECT max(id) FROM t'")
        assert spark.sql("SELECT (SELECT max(id) FROM t) + count(*) FROM t").collect()[0][0] == 22
        counts = door.counts()
        assert counts["interactive.turned_away"] == counts["batch.turned_away"] == 0
        assert counts["interactive.started"] > 5
        spark.stop()
        assert states(door) == []
    finally:
        manager.close()
        server.stop(0.5)
