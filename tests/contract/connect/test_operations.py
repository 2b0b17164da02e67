from __future__ import annotations

import threading
import time
import uuid

import grpc
import pyspark.sql.connect.proto as pb
import pytest
from pyspark.errors.exceptions.connect import SparkConnectGrpcException
from pyspark.sql.connect.session import SparkSession

from tests.contract.connect.frames import sql

BREAK_AFTER = 2


def run_blocked(spark, tag=None):
    """A query that blocks until it is cancelled, on a thread of its own; its error lands in the list."""
    errors = []

    def run():
        if tag:
            spark.addTag(tag)
        try:
            sql(spark, "block").collect()
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, errors


def wait_until_blocked(runtime):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if runtime().blocked.acquire(timeout=0.1):
                return
        except KeyError:
            time.sleep(0.01)
    raise AssertionError("the query did not start")


def assert_cancelled(thread, errors):
    thread.join(60)
    assert not thread.is_alive()
    assert isinstance(errors[0], SparkConnectGrpcException)
    assert errors[0].getCondition() == "OPERATION_CANCELED"
    assert errors[0].getSqlState() == "HY008"


def test_interrupt_all_cancels_what_runs(spark, runtime):
    thread, errors = run_blocked(spark)
    wait_until_blocked(runtime)
    assert len(spark.interruptAll()) == 1
    assert_cancelled(thread, errors)


def test_interrupt_by_tag_leaves_other_tags_alone(spark, runtime):
    one, one_errors = run_blocked(spark, "one")
    two, two_errors = run_blocked(spark, "two")
    wait_until_blocked(runtime)
    wait_until_blocked(runtime)
    assert len(spark.interruptTag("one")) == 1
    assert_cancelled(one, one_errors)
    assert two.is_alive()
    assert spark.interruptTag("none") == []
    spark.interruptTag("two")
    assert_cancelled(two, two_errors)


def test_interrupt_by_operation_id(spark, runtime, service):
    thread, errors = run_blocked(spark)
    wait_until_blocked(runtime)
    session = next(s for s in service.manager.sessions() if s.key.session_id == spark.session_id)
    (execution,) = session.running()
    assert spark.interruptOperation(str(uuid.uuid4())) == []
    assert spark.interruptOperation(execution.operation.id) == [execution.operation.id]
    assert_cancelled(thread, errors)


def test_a_finished_operation_is_not_interrupted(spark):
    spark.range(3).collect()
    assert spark.interruptAll() == []


def test_nothing_is_kept_of_a_finished_operation(spark, service):
    for _ in range(3):
        spark.range(3).collect()
    session = next(s for s in service.manager.sessions() if s.key.session_id == spark.session_id)
    deadline = time.monotonic() + 60
    while session.running() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert session.running() == []


def test_closing_a_local_iterator_cancels_its_query(spark, runtime, service):
    rows = sql(spark, "rows 1000000").toLocalIterator()
    next(rows)
    rows.close()
    session = next(s for s in service.manager.sessions() if s.key.session_id == spark.session_id)
    deadline = time.monotonic() + 60
    while session.running() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert session.running() == []


class Lost(grpc.RpcError):
    """A connection that broke."""

    def code(self):
        return grpc.StatusCode.UNAVAILABLE

    def details(self):
        return "the connection broke"

    def trailing_metadata(self):
        return ()


def break_streams(client, after):
    """Let every stream of `client` break after so many responses."""
    stub = client._stub

    def broken(method):
        def call(request, **options):
            for n, response in enumerate(method(request, **options)):
                if n == after:
                    raise Lost
                yield response

        return call

    stub.ExecutePlan = broken(stub.ExecutePlan)
    stub.ReattachExecute = broken(stub.ReattachExecute)


def test_a_broken_stream_is_picked_up_where_it_broke(spark):
    spark.client.enable_reattachable_execute()
    break_streams(spark.client, BREAK_AFTER)
    assert [r.id for r in sql(spark, "rows 7000").collect()] == list(range(7000))


def request_for(spark, text, **options):
    spark.range(1).collect()
    request = spark.client._execute_plan_request_with_metadata()
    request.plan.root.sql.query = text
    reattach = pb.ReattachOptions(reattachable=True)
    request.request_options.append(pb.ExecutePlanRequest.RequestOption(reattach_options=reattach))
    request.operation_id = options.get("operation_id", str(uuid.uuid4()))
    return request


def reattach(spark, request, last=None):
    again = pb.ReattachExecuteRequest(
        session_id=request.session_id, user_context=request.user_context, operation_id=request.operation_id
    )
    if last:
        again.last_response_id = last
    return spark.client._stub.ReattachExecute(again)


def condition_of(call):
    with pytest.raises(grpc.RpcError) as caught:
        list(call())
    return caught.value.details().partition("]")[0].lstrip("[")


def test_reattaching_replays_what_was_not_released(spark):
    request = request_for(spark, "rows 3000")
    first = list(spark.client._stub.ExecutePlan(request))
    again = list(reattach(spark, request, first[0].response_id))
    assert [r.response_id for r in again] == [r.response_id for r in first[1:]]
    assert again[-1].HasField("result_complete")


def test_executing_the_same_request_again_attaches_to_it(spark):
    request = request_for(spark, "rows 10")
    first = list(spark.client._stub.ExecutePlan(request))
    assert list(spark.client._stub.ExecutePlan(request)) == first
    other = pb.ExecutePlanRequest()
    other.CopyFrom(request)
    other.plan.root.sql.query = "rows 11"
    assert condition_of(lambda: spark.client._stub.ExecutePlan(other)) == "INVALID_HANDLE.OPERATION_ALREADY_EXISTS"


def test_an_older_stream_is_cut_off_by_a_newer_one(spark):
    request = request_for(spark, "rows 400000")
    old = iter(spark.client._stub.ExecutePlan(request))
    first = next(old)
    list(reattach(spark, request, first.response_id))
    with pytest.raises(grpc.RpcError) as caught:
        list(old)
    assert "INVALID_CURSOR.DISCONNECTED" in str(caught.value)


def test_unknown_positions_and_operations_are_refused(spark):
    request = request_for(spark, "rows 10")
    list(spark.client._stub.ExecutePlan(request))
    assert condition_of(lambda: reattach(spark, request, "zzz")) == "INVALID_CURSOR.POSITION_NOT_FOUND"
    other = request_for(spark, "rows 1")
    assert condition_of(lambda: reattach(spark, other)) == "INVALID_HANDLE.OPERATION_NOT_FOUND"
    bad = request_for(spark, "rows 1", operation_id="abc")
    assert condition_of(lambda: spark.client._stub.ExecutePlan(bad)) == "INVALID_HANDLE.FORMAT"


def release(spark, request):
    done = pb.ReleaseExecuteRequest(
        session_id=request.session_id, user_context=request.user_context, operation_id=request.operation_id
    )
    done.release_all.SetInParent()
    return spark.client._stub.ReleaseExecute(done)


def test_a_released_operation_is_abandoned(spark):
    request = request_for(spark, "rows 10")
    list(spark.client._stub.ExecutePlan(request))
    assert release(spark, request).operation_id == request.operation_id
    assert release(spark, request).operation_id == ""
    assert condition_of(lambda: reattach(spark, request)) == "INVALID_HANDLE.OPERATION_NOT_FOUND"
    assert condition_of(lambda: spark.client._stub.ExecutePlan(request)) == "INVALID_HANDLE.OPERATION_ABANDONED"


def test_responses_released_by_id_are_gone(spark):
    request = request_for(spark, "rows 3000")
    responses = list(spark.client._stub.ExecutePlan(request))
    until = pb.ReleaseExecuteRequest(
        session_id=request.session_id, user_context=request.user_context, operation_id=request.operation_id
    )
    until.release_until.response_id = responses[1].response_id
    spark.client._stub.ReleaseExecute(until)
    assert condition_of(lambda: reattach(spark, request)) == "INVALID_CURSOR.POSITION_NOT_AVAILABLE"
    rest = list(reattach(spark, request, responses[1].response_id))
    assert [r.response_id for r in rest] == [r.response_id for r in responses[2:]]


def states(spark, *operation_ids):
    names = pb.GetStatusResponse.OperationStatus.OperationState.Name
    response = spark.client._get_operation_statuses(list(operation_ids))
    return [names(s.state).removeprefix("OPERATION_STATE_") for s in response.operation_statuses]


def test_the_state_of_operations_can_be_asked_for(spark, runtime):
    done = request_for(spark, "rows 10")
    list(spark.client._stub.ExecutePlan(done))
    assert states(spark, done.operation_id, str(uuid.uuid4())) == ["TERMINATING", "UNKNOWN"]
    release(spark, done)
    failed = request_for(spark, "fail")
    with pytest.raises(grpc.RpcError):
        list(spark.client._stub.ExecutePlan(failed))
    assert states(spark, done.operation_id, failed.operation_id) == ["SUCCEEDED", "FAILED"]
    thread, errors = run_blocked(spark)
    wait_until_blocked(runtime)
    assert "RUNNING" in states(spark)
    spark.interruptAll()
    assert_cancelled(thread, errors)


def test_progress_is_reported_while_a_query_runs(server):
    spark = SparkSession.builder.remote(f"sc://127.0.0.1:{server.port}").create()
    spark.conf.set("spark.connect.progress.reportInterval", "50ms")
    seen = []
    spark.registerProgressHandler(lambda **state: seen.append(state))
    sql(spark, "progress 0.4").collect()
    spark.stop()
    shares = [sum(s.num_completed_tasks for s in state["stages"]) for state in seen if state["stages"]]
    assert shares[:3] == [25, 50, 75]
    assert seen[-1]["done"] is True
