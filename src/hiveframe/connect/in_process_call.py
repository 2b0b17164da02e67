"""The call objects of the in-process channel: what grpc hands to a client, without a wire."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import grpc
from grpc_status import rpc_status

from hiveframe.connect.servicer import ConnectService
from hiveframe.connect.status import Status

Metadata = tuple[tuple[str, str | bytes], ...]


class InProcessError(grpc.RpcError):
    """A failed call; `grpc_status.rpc_status.from_call` reads the rich status from it."""

    def __init__(self, status: Status) -> None:
        converted = rpc_status.to_status(status)
        self._code: grpc.StatusCode = converted.code
        self._details: str = converted.details
        self._trailing: Metadata = tuple((key, value) for key, value in converted.trailing_metadata)
        super().__init__(f"{self._code}: {self._details}")

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str:
        return self._details

    def initial_metadata(self) -> Metadata:
        return ()

    def trailing_metadata(self) -> Any:
        return self._trailing


class FinishedCall(grpc.Call):
    """A call that is over: with an error, or well."""

    def __init__(self) -> None:
        self._error: InProcessError | None = None
        self._done = True
        self._callbacks: list[Callable[[], None]] = []

    def is_active(self) -> bool:
        return not self._done

    def time_remaining(self) -> float:
        return math.inf

    def cancel(self) -> bool:
        return False

    def add_callback(self, callback: Callable[[], None]) -> bool:
        if self._done:
            return False
        self._callbacks.append(callback)
        return True

    def initial_metadata(self) -> Metadata:
        return ()

    def trailing_metadata(self) -> Any:
        return self._error.trailing_metadata() if self._error is not None else ()

    def code(self) -> grpc.StatusCode:
        return self._error.code() if self._error is not None else grpc.StatusCode.OK

    def details(self) -> str:
        return self._error.details() if self._error is not None else ""


class AnsweredCall(FinishedCall):
    """A unary call that has its answer, or its error, already: a `grpc.Future` in all but base class."""

    def __init__(self, response: Any = None, error: InProcessError | None = None) -> None:
        super().__init__()
        self._response = response
        self._error = error

    def result(self, timeout: float | None = None) -> Any:
        if self._error is not None:
            raise self._error
        return self._response

    def exception(self, timeout: float | None = None) -> Exception | None:
        return self._error

    def traceback(self, timeout: float | None = None) -> Any:
        return self._error.__traceback__ if self._error is not None else None

    def add_done_callback(self, fn: Callable[[Any], None]) -> None:
        fn(self)

    def done(self) -> bool:
        return True

    def running(self) -> bool:
        return False

    def cancelled(self) -> bool:
        return False


class StreamCall(FinishedCall):
    """A running response stream; computing starts when the first response is asked for."""

    def __init__(self, service: ConnectService, open_stream: Callable[[], Iterator[Any]], request: Any) -> None:
        super().__init__()
        self._done = False
        self._service = service
        self._open = open_stream
        self._request = request
        self._responses: Iterator[Any] | None = None

    def __iter__(self) -> StreamCall:
        return self

    def __next__(self) -> Any:
        if self._done:
            raise StopIteration
        try:
            if self._responses is None:
                self._responses = self._open()
            return next(self._responses)
        except StopIteration:
            self._finish()
            raise
        except Exception as error:  # noqa: BLE001 - every failure crosses the boundary as a status
            self._error = InProcessError(self._service.failure(error, self._request))
            self._finish()
            raise self._error from None
        except BaseException:
            self._finish()
            raise

    def cancel(self) -> bool:
        if self._done:
            return False
        self._finish()
        return True

    def _finish(self) -> None:
        self._done = True
        close = getattr(self._responses, "close", None)
        if close is not None:
            close()
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()
