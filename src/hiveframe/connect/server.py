"""The gRPC server: any Spark Connect client over TCP, the same service as in-process."""

from __future__ import annotations

import errno
import hmac
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any, Final, cast

import grpc
from google.protobuf.message import DecodeError, Message
from grpc_status import rpc_status

from hiveframe.connect.decode.invalid import invalid_plan
from hiveframe.connect.deep_messages import DeepStackPool, allow_deep_messages
from hiveframe.connect.rpcs import RPCS, SERVICE, Rpc
from hiveframe.connect.servicer import ConnectService, Delivery
from hiveframe.connect.sessions import SessionManager
from hiveframe.dataclass import dataclass
from hiveframe.sessions.admission import Door

logger = logging.getLogger("hiveframe.connect")

TOKEN_VARIABLE: Final = "SPARK_CONNECT_AUTHENTICATE_TOKEN"


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """`message_bytes`: the largest request; `batch_bytes`: what one response should not exceed."""

    message_bytes: int = 128 * 1024 * 1024
    batch_bytes: int = 2936012
    in_flight: int = 256
    sweep_interval_s: float = 30.0


class RunningServer:
    """A started server; `port` is the one it listens on."""

    def __init__(
        self,
        server: grpc.Server,
        port: int,
        manager: SessionManager,
        pools: Sequence[Executor],
        sweep_interval_s: float,
    ) -> None:
        self.port = port
        self._server = server
        self._pools = pools
        self._manager = manager
        self._stopping = threading.Event()
        self._sweeper = threading.Thread(
            target=self._sweep, args=(sweep_interval_s,), name="hiveframe-sweep", daemon=True
        )
        self._sweeper.start()

    def wait(self) -> None:
        """Return when the server has been stopped."""
        self._server.wait_for_termination()

    def stop(self, grace_s: float = 5.0) -> None:
        """Take no more calls, let the running ones end within `grace_s`, close the sessions."""
        self._stopping.set()
        self._server.stop(grace_s).wait()
        self._manager.close()
        for pool in self._pools:
            pool.shutdown()

    def _sweep(self, interval_s: float) -> None:
        while not self._stopping.wait(interval_s):
            self._manager.sweep()


def start_server(
    service: ConnectService,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    token: str | None = None,
    limits: ServerLimits | None = None,
    door: Door | None = None,
) -> RunningServer:
    """Listen on `host`; port 0 takes a free one. With `token`, callers must send it as a bearer token.

    With `door`, operations run when it lets them in.
    An address that cannot be had is an OSError.
    """
    limits = limits or ServerLimits()
    allow_deep_messages()
    handlers = DeepStackPool(limits.in_flight, "hiveframe-rpc")
    workers = DeepStackPool(limits.in_flight, "hiveframe-query")
    server = grpc.server(
        cast(ThreadPoolExecutor, handlers),
        interceptors=[_TokenCheck(token)] if token else [],
        options=[
            ("grpc.max_receive_message_length", limits.message_bytes),
            ("grpc.max_send_message_length", -1),
            ("grpc.so_reuseport", 0),
        ],
    )
    methods = {name: _handler(service, name, rpc, workers, limits, door) for name, rpc in RPCS.items()}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, methods),))
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        bound = server.add_insecure_port(address)
    except RuntimeError as error:
        raise OSError(errno.EADDRNOTAVAIL, f"cannot listen on {address}") from error
    server.start()
    return RunningServer(server, bound, service.manager, (handlers, workers), limits.sweep_interval_s)


def serve(
    host: str = "127.0.0.1",
    port: int = 15002,
    *,
    manager: SessionManager,
    token: str | None = None,
    limits: ServerLimits | None = None,
    door: Door | None = None,
    on_started: Callable[[RunningServer], None] | None = None,
) -> None:
    """Run a server until it is stopped. The token comes from the environment when none is given."""
    service = ConnectService(manager)
    token = token or os.environ.get(TOKEN_VARIABLE) or None
    server = start_server(service, host, port, token=token, limits=limits, door=door)
    logger.info("listening on %s:%d", host, server.port)
    try:
        if on_started is not None:
            on_started(server)
        server.wait()
    finally:
        server.stop()


class _TokenCheck(grpc.ServerInterceptor):
    """Answers UNAUTHENTICATED to every call without the right bearer token; compares in constant time."""

    def __init__(self, token: str) -> None:
        self._expected = f"Bearer {token}".encode()

    def intercept_service(self, continuation: Callable[[Any], Any], details: Any) -> Any:
        sent = next((value for key, value in details.invocation_metadata if key == "authorization"), "")
        handler = continuation(details)
        if handler is None or hmac.compare_digest(sent.encode(), self._expected):
            return handler
        return _refusal(handler)


def _refusal(handler: Any) -> Any:
    def refuse(_: Any, context: grpc.ServicerContext) -> Any:
        context.abort(grpc.StatusCode.UNAUTHENTICATED, "Invalid authentication token")

    if handler.request_streaming:
        return grpc.stream_unary_rpc_method_handler(refuse)
    if handler.response_streaming:
        return grpc.unary_stream_rpc_method_handler(refuse)
    return grpc.unary_unary_rpc_method_handler(refuse)


def _handler(
    service: ConnectService, name: str, rpc: Rpc, workers: DeepStackPool, limits: ServerLimits, door: Door | None
) -> Any:
    """The handler of one RPC. Requests are parsed on the handler's own thread, which has the stack for deep ones."""
    method: Callable[..., Any] = getattr(service, name)

    def unary(data: bytes, context: grpc.ServicerContext) -> Any:
        request: Any = None
        try:
            request = _parse(rpc, data)
            return method(request)
        except Exception as error:  # noqa: BLE001 - every failure crosses the wire as a status
            return _abort(service, context, error, request)

    def uploads(chunks: Iterator[bytes], context: grpc.ServicerContext) -> Any:
        seen: list[Any] = []
        try:
            return method(_parsed(rpc, chunks, seen))
        except Exception as error:  # noqa: BLE001 - every failure crosses the wire as a status
            return _abort(service, context, error, seen[0] if seen else None)

    def stream(data: bytes, context: grpc.ServicerContext) -> Iterator[Any]:
        def on_end(callback: Callable[[], None]) -> None:
            if not context.add_callback(callback):
                callback()

        delivery = Delivery(limits.batch_bytes, workers.submit, on_end, door=door)
        request: Any = None
        try:
            request = _parse(rpc, data)
            yield from method(request, delivery)
        except Exception as error:  # noqa: BLE001 - every failure crosses the wire as a status
            _abort(service, context, error, request)

    encode = rpc.response.SerializeToString
    if rpc.streams_requests:
        return grpc.stream_unary_rpc_method_handler(uploads, response_serializer=encode)
    if rpc.streams_responses:
        return grpc.unary_stream_rpc_method_handler(stream, response_serializer=encode)
    return grpc.unary_unary_rpc_method_handler(unary, response_serializer=encode)


def _parse(rpc: Rpc, data: bytes) -> Message:
    try:
        return rpc.request.FromString(data)
    except DecodeError as error:
        raise invalid_plan("CANNOT_PARSE", errorMsg=str(error)) from error


def _parsed(rpc: Rpc, chunks: Iterator[bytes], seen: list[Any]) -> Iterator[Message]:
    for data in chunks:
        request = _parse(rpc, data)
        if not seen:
            seen.append(request)
        yield request


def _abort(service: ConnectService, context: grpc.ServicerContext, error: Exception, request: Any) -> None:
    status = service.failure(error, request)
    context.abort_with_status(rpc_status.to_status(status))
