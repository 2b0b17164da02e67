"""The Spark Connect service: twelve RPCs over the sessions of a `SessionManager`, free of any transport.

A method returns its response (or an iterator of them) and raises on failure; the transports turn what is raised into a
status by `failure`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

from pyspark.sql.connect.proto import base_pb2 as pb

from hiveframe.connect.analyze import analyze
from hiveframe.connect.config import configure
from hiveframe.connect.decode.invalid import invalid_plan
from hiveframe.connect.encode.batches import BatchLimits, chunk_limit
from hiveframe.connect.execute import Responder
from hiveframe.connect.execution import Execution, StreamLimits
from hiveframe.connect.operation import RunningOperation
from hiveframe.connect.seam import SessionKey
from hiveframe.connect.sessions import Session, SessionManager, check_uuid
from hiveframe.connect.status import Status, as_spark_error, describe, to_status
from hiveframe.dataclass import dataclass
from hiveframe.errors import InvalidHandle, ServerOverloaded, SparkError
from hiveframe.settings import duration_s

if TYPE_CHECKING:
    from hiveframe.sessions.admission import Door


def _ignore(_: Callable[[], None]) -> None:
    """In-process streams end by being closed."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a transport wants its streams.

    `batch_bytes`: what one message should not exceed. `spawn`: runs a worker that computes ahead; None computes on the
    thread that reads. `on_end`: registers what to do when the caller goes away. `door`:
    where operations wait for a place to run in; None lets all of them run.
    """

    batch_bytes: int = 64 * 1024 * 1024
    spawn: Callable[[Callable[[], None]], object] | None = None
    on_end: Callable[[Callable[[], None]], None] = _ignore
    limits: StreamLimits = field(default_factory=StreamLimits)
    door: Door | None = None


IN_PROCESS: Final = Delivery()


class ConnectService:
    """The service."""

    def __init__(self, manager: SessionManager, *, now: Callable[[], float] | None = None) -> None:
        self.manager = manager
        self._now = now or manager.now

    # --------------------------------------------------------------------------------------------------- execute

    def ExecutePlan(
        self, request: pb.ExecutePlanRequest, delivery: Delivery = IN_PROCESS
    ) -> Iterator[pb.ExecutePlanResponse]:
        """Run a plan; sending the same request again attaches to the running one."""
        session = self.manager.open(_key(request), request.client_observed_server_side_session_id)
        operation_id = request.operation_id if request.HasField("operation_id") else str(uuid.uuid4())
        check_uuid(operation_id)
        _check_tags(request)
        execution, is_new = session.add(operation_id, lambda: self._execution(session, operation_id, request, delivery))
        if not is_new and execution.plan != request.plan:
            raise InvalidHandle("INVALID_HANDLE.OPERATION_ALREADY_EXISTS", {"handle": operation_id})
        if is_new and delivery.spawn is not None:
            execution.give_to_worker()
            delivery.spawn(execution.drive)
        if execution.reattachable:
            return _followed(session, execution, delivery)
        return _released_at_end(session, execution, delivery)

    def _execution(
        self, session: Session, operation_id: str, request: pb.ExecutePlanRequest, delivery: Delivery
    ) -> Execution:
        reattachable = False
        chunk_bytes: int | None = None
        for option in request.request_options:
            kind = option.WhichOneof("request_option")
            if kind == "reattach_options":
                reattachable = option.reattach_options.reattachable
            elif kind == "result_chunking_options":
                chunk_bytes = chunk_limit(option.result_chunking_options, delivery.batch_bytes)
        user = session.key.user_id
        operation = RunningOperation(operation_id, frozenset(request.tags), door=delivery.door, user=user)
        limits = BatchLimits(delivery.batch_bytes, chunk_bytes)
        responder = Responder(session, operation, request.plan, limits, reattachable)
        return Execution(
            operation,
            responder.responses(),
            plan=request.plan,
            reattachable=reattachable,
            limits=delivery.limits,
            progress_interval_s=duration_s(session.runtime.conf.require("spark.connect.progress.reportInterval")),
            progress=responder.progress,
            now=self._now,
        )

    def ReattachExecute(
        self, request: pb.ReattachExecuteRequest, delivery: Delivery = IN_PROCESS
    ) -> Iterator[pb.ExecutePlanResponse]:
        """The responses after the last one that arrived."""
        session = self.manager.get(_key(request), request.client_observed_server_side_session_id)
        execution = session.execution(request.operation_id)
        if not execution.reattachable:
            raise InvalidHandle("INVALID_CURSOR.NOT_REATTACHABLE")
        return _followed(session, execution, delivery, request.last_response_id)

    def ReleaseExecute(self, request: pb.ReleaseExecuteRequest) -> pb.ReleaseExecuteResponse:
        """Forget responses that arrived, or all of them; an operation that is gone already is no error."""
        session = self.manager.get(_key(request), request.client_observed_server_side_session_id)
        response = pb.ReleaseExecuteResponse(
            session_id=session.key.session_id, server_side_session_id=session.server_id
        )
        execution = session.executions.get(request.operation_id)
        if execution is None:
            return response
        if request.HasField("release_until"):
            execution.release_until(request.release_until.response_id)
        else:
            session.release(request.operation_id)
        response.operation_id = request.operation_id
        return response

    def Interrupt(self, request: pb.InterruptRequest) -> pb.InterruptResponse:
        """Cancel the session's operations, all or by tag or id; the ids of those that this stopped."""
        session = self._open(request)
        is_meant = _interrupt_filter(request)
        stopped = [e.operation.id for e in session.running() if is_meant(e) and e.interrupt()]
        return pb.InterruptResponse(
            session_id=session.key.session_id, server_side_session_id=session.server_id, interrupted_ids=stopped
        )

    def GetStatus(self, request: pb.GetStatusRequest) -> pb.GetStatusResponse:
        """The state of the session's operations, also of those that ended not long ago when asked by id."""
        session = self.manager.get(_key(request), request.client_observed_server_side_session_id)
        response = pb.GetStatusResponse(session_id=session.key.session_id, server_side_session_id=session.server_id)
        if request.HasField("operation_status"):
            asked = list(request.operation_status.operation_ids) or [e.operation.id for e in session.running()]
            for operation_id in asked:
                response.operation_statuses.add(operation_id=operation_id, state=_state(session, operation_id))
        return response

    # ------------------------------------------------------------------------------------------- questions, state

    def AnalyzePlan(self, request: pb.AnalyzePlanRequest) -> pb.AnalyzePlanResponse:
        """Answer one of fourteen questions about a plan."""
        session = self._open(request)
        response = pb.AnalyzePlanResponse(session_id=session.key.session_id, server_side_session_id=session.server_id)
        analyze(session, request, response)
        return response

    def Config(self, request: pb.ConfigRequest) -> pb.ConfigResponse:
        """Read or change settings."""
        session = self._open(request)
        response = pb.ConfigResponse(session_id=session.key.session_id, server_side_session_id=session.server_id)
        configure(session.runtime.conf, request.operation, response)
        return response

    def AddArtifacts(self, requests: Iterator[pb.AddArtifactsRequest]) -> pb.AddArtifactsResponse:
        """Store uploads in the session that the first request names."""
        first = next(requests, None)
        if first is None:
            raise invalid_plan("ASSERTION_FAILURE", message="An upload without requests.")
        session = self._open(first)
        return pb.AddArtifactsResponse(
            session_id=session.key.session_id,
            server_side_session_id=session.server_id,
            artifacts=session.artifacts.add(_chained(first, requests)),
        )

    def ArtifactStatus(self, request: pb.ArtifactStatusesRequest) -> pb.ArtifactStatusesResponse:
        """Which cached blobs are there."""
        session = self._open(request)
        response = pb.ArtifactStatusesResponse(
            session_id=session.key.session_id, server_side_session_id=session.server_id
        )
        for name in request.names:
            response.statuses[name].exists = session.artifacts.exists(name)
        return response

    # --------------------------------------------------------------------------------------------------- sessions

    def ReleaseSession(self, request: pb.ReleaseSessionRequest) -> pb.ReleaseSessionResponse:
        """Close the session."""
        server_id = self.manager.release(_key(request), allow_reconnect=request.allow_reconnect)
        return pb.ReleaseSessionResponse(session_id=request.session_id, server_side_session_id=server_id)

    def CloneSession(self, request: pb.CloneSessionRequest) -> pb.CloneSessionResponse:
        """Copy the session's state into a new one."""
        session = self.manager.get(_key(request), request.client_observed_server_side_session_id)
        clone = self.manager.clone(session, request.new_session_id if request.HasField("new_session_id") else None)
        return pb.CloneSessionResponse(
            session_id=session.key.session_id,
            server_side_session_id=session.server_id,
            new_session_id=clone.key.session_id,
            new_server_side_session_id=clone.server_id,
        )

    # ----------------------------------------------------------------------------------------------------- errors

    def FetchErrorDetails(self, request: pb.FetchErrorDetailsRequest) -> pb.FetchErrorDetailsResponse:
        """All about a failure whose id a status carried; empty when it is not known (any more)."""
        session = self.manager.find(_key(request))
        error = session.errors.get(request.error_id) if session is not None else None
        if session is None or error is None:
            return pb.FetchErrorDetailsResponse(session_id=request.session_id)
        return pb.FetchErrorDetailsResponse(
            session_id=session.key.session_id,
            server_side_session_id=session.server_id,
            root_error_idx=0,
            errors=describe(error),
        )

    def failure(self, error: BaseException, request: Any) -> Status:
        """The status for what a method raised on `request`; details are kept for FetchErrorDetails.

        Not so for a handle that is not valid: its client may be cut off, and the status says all; nor for an operation
        that was turned away: its id is forgotten, for the client sends the same request again.
        """
        spark_error = as_spark_error(error)
        if isinstance(spark_error, ServerOverloaded):
            refused = self.manager.find(_key(request))
            if refused is not None:
                refused.forget(request.operation_id)
        has_details = request is not None and not isinstance(spark_error, (InvalidHandle, ServerOverloaded))
        session = self.manager.find(_key(request)) if has_details else None
        return to_status(spark_error, session.errors.keep(spark_error) if session is not None else None)

    def _open(self, request: Any) -> Session:
        return self.manager.open(_key(request), request.client_observed_server_side_session_id)


def _key(request: Any) -> SessionKey:
    return SessionKey(request.user_context.user_id, request.session_id)


def _chained(first: pb.AddArtifactsRequest, rest: Iterator[pb.AddArtifactsRequest]) -> Iterator[pb.AddArtifactsRequest]:
    yield first
    yield from rest


def _check_tags(request: pb.ExecutePlanRequest) -> None:
    for tag in request.tags:
        if not tag:
            raise invalid_plan("ASSERTION_FAILURE", message="Spark Connect tag cannot be an empty string.")
        if "," in tag:
            raise invalid_plan("ASSERTION_FAILURE", message="Spark Connect tag cannot contain ','.")


def _released_at_end(session: Session, execution: Execution, delivery: Delivery) -> Iterator[pb.ExecutePlanResponse]:
    """The only stream of an execution that cannot be attached again: both end together, for whatever reason."""

    def release() -> None:
        session.release(execution.operation.id)

    delivery.on_end(release)
    try:
        yield from execution.stream()
    finally:
        release()


def _followed(
    session: Session, execution: Execution, delivery: Delivery, after: str | None = None
) -> Iterator[pb.ExecutePlanResponse]:
    """A stream of an execution that can be attached again.

    One whose client goes away while it waits for a place is forgotten: there is nothing to come back for, and a client
    that does come back sends its request anew.
    """

    def watch(is_waiting: Callable[[], bool]) -> None:
        def left() -> None:
            if is_waiting():
                session.forget(execution.operation.id)

        delivery.on_end(left)

    return execution.stream(after, watch=watch)


def _interrupt_filter(request: pb.InterruptRequest) -> Callable[[Execution], bool]:
    kind = request.interrupt_type
    if kind == pb.InterruptRequest.INTERRUPT_TYPE_ALL:
        return lambda _: True
    if kind == pb.InterruptRequest.INTERRUPT_TYPE_TAG:
        if not request.operation_tag:
            raise _missing("TAG_REQUIRES_TAG", "operation_tag")
        return lambda e: request.operation_tag in e.operation.tags
    if kind == pb.InterruptRequest.INTERRUPT_TYPE_OPERATION_ID:
        if not request.HasField("operation_id"):
            raise _missing("OPERATION_ID_REQUIRES_ID", "operation_id")
        return lambda e: request.operation_id == e.operation.id
    name = pb.InterruptRequest.InterruptType.Name(kind)
    raise InvalidHandle("UNSUPPORTED_FEATURE.INTERRUPT_TYPE", {"interruptType": name})


def _missing(kind: str, parameter: str) -> SparkError:
    condition = f"INVALID_PARAMETER_VALUE.INTERRUPT_TYPE_{kind}"
    return InvalidHandle(condition, {"parameter": parameter, "functionName": "interrupt"})


def _state(session: Session, operation_id: str) -> Any:
    execution = session.executions.get(operation_id)
    state = execution.state if execution is not None else session.ended.get(operation_id)
    if state is None:
        return pb.GetStatusResponse.OperationStatus.OPERATION_STATE_UNKNOWN
    return state.value
