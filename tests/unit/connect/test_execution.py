from __future__ import annotations

import threading

import pyspark.sql.connect.proto as pb
import pytest

from hiveframe.connect.execution import Execution, State, StreamLimits
from hiveframe.connect.operation import RunningOperation
from hiveframe.errors import InvalidHandle, OperationCanceled


def response(size=0, complete=False):
    message = pb.ExecutePlanResponse()
    if complete:
        message.result_complete.SetInParent()
    else:
        message.arrow_batch.data = b"x" * size
    return message


def execution(source, **options):
    defaults = {
        "plan": pb.Plan(),
        "reattachable": True,
        "limits": StreamLimits(),
        "progress_interval_s": 0.01,
        "progress": lambda operation: None,
        "now": lambda: 0.0,
    }
    return Execution(RunningOperation("op"), iter(source), **{**defaults, **options})


def ids(responses):
    return [r.response_id for r in responses]


def test_responses_are_numbered_in_order():
    run = execution([response(), response(), response(complete=True)])
    assert ids(run.stream()) == ["r0", "r1", "r2"]
    assert run.state is State.TERMINATING


def test_nothing_is_computed_before_it_is_asked_for():
    computed = []

    def source():
        for n in range(3):
            computed.append(n)
            yield response()

    stream = execution(source()).stream()
    next(stream)
    assert computed == [0]


def test_a_second_stream_goes_on_after_the_last_response_that_arrived():
    run = execution([response(), response(), response()])
    first = run.stream()
    next(first)
    assert ids(run.stream("r0")) == ["r1", "r2"]
    with pytest.raises(InvalidHandle, match="DISCONNECTED"):
        next(first)


def test_sent_responses_are_kept_up_to_a_size():
    run = execution([response(1000) for _ in range(10)], limits=StreamLimits(retained_bytes=3500))
    list(run.stream())
    assert ids(run.stream("r6")) == ["r7", "r8", "r9"]
    with pytest.raises(InvalidHandle, match="POSITION_NOT_AVAILABLE"):
        list(run.stream("r2"))


def test_nothing_is_kept_for_a_stream_that_cannot_be_attached_again():
    run = execution([response(1000) for _ in range(10)], reattachable=False)
    list(run.stream())
    assert run._kept == {}


def test_an_error_is_raised_to_every_stream():
    def source():
        yield response()
        raise ValueError("no")

    run = execution(source())
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            list(run.stream())
    assert run.state is State.FAILED


def test_an_error_after_a_cancel_is_a_cancel():
    def source():
        yield response()
        run.interrupt()
        raise RuntimeError("the engine was interrupted")

    run = execution(source())
    with pytest.raises(OperationCanceled):
        list(run.stream())
    assert run.state is State.CANCELLED


def test_a_parked_execution_is_cancelled_at_its_next_response():
    run = execution([response(), response()])
    stream = run.stream()
    next(stream)
    assert run.interrupt() is True
    assert run.interrupt() is False
    with pytest.raises(OperationCanceled):
        next(stream)


def test_releasing_closes_what_computes():
    closed = threading.Event()

    def source():
        try:
            while True:
                yield response()
        finally:
            closed.set()

    run = execution(source())
    next(run.stream())
    run.release()
    assert closed.is_set()
    assert run.operation.cancelled
    with pytest.raises(InvalidHandle, match="OPERATION_ABANDONED"):
        list(run.stream("r0"))


def test_a_worker_runs_ahead_by_a_bounded_size():
    produced, is_ahead = [], threading.Event()

    def source():
        for n in range(100):
            produced.append(n)
            if n == 3:
                is_ahead.set()
            yield response(1000)

    run = execution(source(), limits=StreamLimits(ahead_bytes=5000))
    run.give_to_worker()
    worker = threading.Thread(target=run.drive)
    worker.start()
    assert is_ahead.wait(60)
    worker.join(0.2)  # time to run further, if nothing held it
    assert worker.is_alive()
    assert len(produced) <= 7
    assert len(ids(run.stream())) == 100
    worker.join(60)
    assert not worker.is_alive()


def test_progress_is_sent_while_a_worker_computes():
    go = threading.Event()

    def source():
        go.wait(60)
        yield response()

    def progress(_):
        go.set()
        message = pb.ExecutePlanResponse()
        message.execution_progress.num_inflight_tasks = 1
        return message

    run = execution(source(), progress=progress)
    run.give_to_worker()
    threading.Thread(target=run.drive, daemon=True).start()
    kinds = [r.WhichOneof("response_type") for r in run.stream()]
    assert kinds[0] == "execution_progress"
    assert kinds[-1] == "arrow_batch"


def test_a_callback_for_cancelling_runs_once_and_at_once_when_it_is_late():
    operation = RunningOperation("op")
    calls = []
    operation.on_cancel(lambda: calls.append("early"))
    assert operation.cancel() is True
    assert operation.cancel() is False
    operation.on_cancel(lambda: calls.append("late"))
    assert calls == ["early", "late"]


def test_control_c_stops_the_engine_and_reaches_the_user():
    def source():
        yield response()
        raise KeyboardInterrupt

    run = execution(source())
    stream = run.stream()
    next(stream)
    with pytest.raises(KeyboardInterrupt):
        next(stream)
    assert run.operation.cancelled
    assert run.state is State.CANCELLED
