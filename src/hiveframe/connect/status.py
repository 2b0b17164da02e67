"""Failures as the client decodes them: a `google.rpc.Status` with an `ErrorInfo`, and the details fetched later.

Source: pyspark `errors/exceptions/connect.py`, Spark's `ErrorUtils`. The status must fit gRPC's metadata limit, so long
messages and parameters are cut there and come whole with FetchErrorDetails.
"""

from __future__ import annotations

import json
import logging
import threading
import traceback
import uuid
from collections import OrderedDict
from typing import Final

from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from pyspark.sql.connect.proto import base_pb2 as pb

from hiveframe.errors import QueryContext, ServerOverloaded, SparkError, SparkException

__all__ = ["ErrorLog", "Status", "as_spark_error", "class_hierarchy", "describe", "to_status"]

logger = logging.getLogger("hiveframe.connect")

MAX_MESSAGE_CHARS: Final = 2048
MAX_PARAMETERS_BYTES: Final = 1024
_TOP_CLASSES: Final = ("java.lang.Exception", "java.lang.Throwable", "java.lang.Object")


class ErrorLog:
    """The last failures of a session by id, for FetchErrorDetails."""

    def __init__(self, capacity: int = 64) -> None:
        self._capacity = capacity
        self._errors: OrderedDict[str, SparkError] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, error: SparkError) -> str:
        """The id under which `error` can be fetched until `capacity` later ones came."""
        error_id = str(uuid.uuid4())
        with self._lock:
            self._errors[error_id] = error
            while len(self._errors) > self._capacity:
                self._errors.popitem(last=False)
        return error_id

    def get(self, error_id: str) -> SparkError | None:
        """The failure, if it is still known."""
        with self._lock:
            return self._errors.get(error_id)


def as_spark_error(error: BaseException) -> SparkError:
    """`error` itself, or INTERNAL_ERROR for one that nobody foresaw; its id finds the traceback in the log."""
    if isinstance(error, SparkError):
        return error
    log_id = uuid.uuid4()
    logger.error("internal error %s", log_id, exc_info=error)
    summary = "".join(traceback.format_exception_only(error)).strip()
    text = f"HiveFrame failed in a way that it should not: {summary} (error id {log_id} in its log)"
    internal = SparkException("INTERNAL_ERROR", {"message": text})
    internal.__cause__ = error
    return internal


def to_status(error: SparkError, error_id: str | None) -> Status:
    """The status that crosses the wire."""
    message = error.message()
    classes = class_hierarchy(error)
    info = error_details_pb2.ErrorInfo(reason=classes[0], domain="org.apache.spark")
    info.metadata["classes"] = _json(classes)
    if error.condition:
        info.metadata["errorClass"] = error.condition
    if error.sql_state:
        info.metadata["sqlState"] = error.sql_state
    parameters = _json(error.params)
    if error.condition and len(parameters.encode()) <= MAX_PARAMETERS_BYTES:
        info.metadata["messageParameters"] = parameters
    if error_id is not None:
        info.metadata["errorId"] = error_id
    details = [_packed(info)]
    code = code_pb2.INTERNAL
    if isinstance(error, ServerOverloaded):  # clients before Spark 4.1 go by the code, later ones by the delay too
        code = code_pb2.UNAVAILABLE
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromMilliseconds(round(error.retry_s * 1000))
        details.append(_packed(retry))
    status: Status = Status(code=code, message=_abbreviated(message), details=details)
    return status


def _packed(message: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed


def class_hierarchy(error: SparkError) -> list[str]:
    """The JVM class names by which clients choose an exception, from the most special to Object."""
    own = list(error.jvm_classes)
    return own + [name for name in _TOP_CLASSES if name not in own]


def describe(error: SparkError) -> list[pb.FetchErrorDetailsResponse.Error]:
    """The error and the causes below it, each pointing at the next."""
    chain: list[pb.FetchErrorDetailsResponse.Error] = [_describe_spark(error)]
    cause = error.__cause__
    while cause is not None and len(chain) < 5:
        chain[-1].cause_idx = len(chain)
        chain.append(_describe_spark(cause) if isinstance(cause, SparkError) else _describe_other(cause))
        cause = cause.__cause__
    return chain


def _describe_spark(error: SparkError) -> pb.FetchErrorDetailsResponse.Error:
    if not error.condition:
        return pb.FetchErrorDetailsResponse.Error(
            error_type_hierarchy=class_hierarchy(error), message=error.message(), stack_trace=_frames(error)
        )
    throwable = pb.FetchErrorDetailsResponse.SparkThrowable(
        error_class=error.condition,
        message_parameters={name: str(value) for name, value in error.params.items()},
        query_contexts=[_context(error.context)] if error.context is not None else [],
    )
    if error.sql_state:
        throwable.sql_state = error.sql_state
    return pb.FetchErrorDetailsResponse.Error(
        error_type_hierarchy=class_hierarchy(error),
        message=error.message(),
        stack_trace=_frames(error),
        spark_throwable=throwable,
    )


def _describe_other(error: BaseException) -> pb.FetchErrorDetailsResponse.Error:
    kind = type(error)
    return pb.FetchErrorDetailsResponse.Error(
        error_type_hierarchy=[f"{c.__module__}.{c.__qualname__}" for c in kind.__mro__ if c is not object],
        message=str(error),
        stack_trace=_frames(error),
    )


def _frames(error: BaseException) -> list[pb.FetchErrorDetailsResponse.StackTraceElement]:
    """The Python frames, innermost first as the JVM lists them; no values of variables."""
    return [
        pb.FetchErrorDetailsResponse.StackTraceElement(
            declaring_class="python", method_name=f.name, file_name=f.filename, line_number=f.lineno or 0
        )
        for f in reversed(traceback.extract_tb(error.__traceback__, limit=-50))
    ]


def _context(context: QueryContext) -> pb.FetchErrorDetailsResponse.QueryContext:
    kind = pb.FetchErrorDetailsResponse.QueryContext
    return kind(
        context_type=kind.SQL if context.is_sql else kind.DATAFRAME,
        object_type=context.object_type,
        object_name=context.object_name,
        start_index=context.start,
        stop_index=context.stop,
        fragment=context.fragment,
        call_site=context.call_site,
        summary=context.summary(),
    )


def _abbreviated(text: str) -> str:
    return text if len(text) <= MAX_MESSAGE_CHARS else text[: MAX_MESSAGE_CHARS - 3] + "..."


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
