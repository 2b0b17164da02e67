"""A `grpc.Channel` without a network: pyspark's client calls the service in its own process, on its own thread.

Messages are handed over as they are, not serialized. Failures leave as `grpc.RpcError` with the same rich status that a
server sends, so that the client decodes them into the same exceptions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import grpc
from pyspark.sql.connect.client.core import ChannelBuilder

from hiveframe.connect.in_process_call import AnsweredCall, InProcessError, StreamCall
from hiveframe.connect.rpcs import RPCS, rpc_name
from hiveframe.connect.servicer import ConnectService


class InProcessChannel(grpc.Channel):
    """Carries calls to `service`. Closing it does not close the service's sessions."""

    def __init__(self, service: ConnectService) -> None:
        self._service = service

    def unary_unary(self, method: str, *_: Any, **__: Any) -> Any:
        return _Unary(self._service, rpc_name(method))

    def stream_unary(self, method: str, *_: Any, **__: Any) -> Any:
        return _Unary(self._service, rpc_name(method))

    def unary_stream(self, method: str, *_: Any, **__: Any) -> Any:
        return _Streaming(self._service, rpc_name(method))

    def stream_stream(self, method: str, *_: Any, **__: Any) -> Any:
        raise NotImplementedError(f"the service has no RPC that streams both ways: {method}")

    def subscribe(
        self, callback: Callable[[grpc.ChannelConnectivity], None], try_to_connect: bool | None = None
    ) -> None:
        callback(grpc.ChannelConnectivity.READY)

    def unsubscribe(self, callback: Callable[[grpc.ChannelConnectivity], None]) -> None:
        """Nothing to undo: the connectivity never changes."""

    def close(self) -> None:
        """Nothing to close."""

    def __enter__(self) -> InProcessChannel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Unary:
    """A callable for the RPCs with one response; `request` is an iterator where the client streams."""

    def __init__(self, service: ConnectService, name: str) -> None:
        self._service = service
        self._method: Callable[[Any], Any] = getattr(service, name)
        self._streams = RPCS[name].streams_requests

    def __call__(self, request: Any, timeout: float | None = None, **_: Any) -> Any:
        seen: list[Any] = []
        try:
            return self._method(_noting(request, seen) if self._streams else request)
        except Exception as error:  # noqa: BLE001 - every failure crosses the boundary as a status
            named = (seen[0] if seen else None) if self._streams else request
            raise InProcessError(self._service.failure(error, named)) from None

    def with_call(self, request: Any, timeout: float | None = None, **options: Any) -> tuple[Any, grpc.Call]:
        response = self(request, timeout, **options)
        return response, AnsweredCall(response)

    def future(self, request: Any, timeout: float | None = None, **options: Any) -> AnsweredCall:
        try:
            return AnsweredCall(self(request, timeout, **options))
        except InProcessError as error:
            return AnsweredCall(error=error)


class _Streaming:
    """A callable for the RPCs with a stream of responses."""

    def __init__(self, service: ConnectService, name: str) -> None:
        self._service = service
        self._method: Callable[[Any], Iterator[Any]] = getattr(service, name)

    def __call__(self, request: Any, timeout: float | None = None, **_: Any) -> StreamCall:
        return StreamCall(self._service, lambda: self._method(request), request)


def _noting(requests: Iterator[Any], seen: list[Any]) -> Iterator[Any]:
    """The requests; the first is kept in `seen`, for it names the session."""
    for request in requests:
        if not seen:
            seen.append(request)
        yield request


class InProcessChannelBuilder(ChannelBuilder):
    """What `SparkSession.builder.channelBuilder(…)` takes to run on `service`."""

    def __init__(self, service: ConnectService, params: dict[str, str] | None = None) -> None:
        super().__init__(params=params)
        self._service = service

    def toChannel(self) -> grpc.Channel:
        channel: grpc.Channel = InProcessChannel(self._service)
        if self._interceptors:
            channel = grpc.intercept_channel(channel, *self._interceptors)
        return channel

    @property
    def host(self) -> str:
        return "in-process"

    def __deepcopy__(self, memo: dict[int, Any]) -> InProcessChannelBuilder:
        """A builder on the same service (the client copies its builder when it clones a session)."""
        twin = InProcessChannelBuilder(self._service, dict(self._params))
        twin._interceptors = list(self._interceptors)
        return twin
