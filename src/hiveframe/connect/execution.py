"""One ExecutePlan: its responses are produced once, numbered, and kept until the client has let go of them.

A stream of an execution may break at any response; another one picks up after the last that arrived. Who produces
depends on the transport. In-process, the thread that asks for the next response computes it (no hand-over, and the
client's pace is the back-pressure). Over the network a worker runs ahead by a bounded number of bytes, so that progress
can be reported meanwhile.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from pyspark.sql.connect.proto import base_pb2 as pb

from hiveframe.connect.operation import RunningOperation
from hiveframe.errors import InvalidHandle, OperationCanceled


class State(Enum):
    """What GetStatus tells."""

    RUNNING = pb.GetStatusResponse.OperationStatus.OPERATION_STATE_RUNNING
    TERMINATING = pb.GetStatusResponse.OperationStatus.OPERATION_STATE_TERMINATING
    SUCCEEDED = pb.GetStatusResponse.OperationStatus.OPERATION_STATE_SUCCEEDED
    FAILED = pb.GetStatusResponse.OperationStatus.OPERATION_STATE_FAILED
    CANCELLED = pb.GetStatusResponse.OperationStatus.OPERATION_STATE_CANCELLED


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """`ahead_bytes`: how far a worker runs ahead; `retained_bytes`: what is kept for a client that lost its stream."""

    ahead_bytes: int = 64 * 1024 * 1024
    retained_bytes: int = 10 * 1024 * 1024


@dataclass(slots=True)
class _Kept:
    response: pb.ExecutePlanResponse
    size_bytes: int


_DISCONNECTED: Final = "INVALID_CURSOR.DISCONNECTED"


class Execution:
    """The responses of one operation."""

    def __init__(
        self,
        operation: RunningOperation,
        source: Iterator[pb.ExecutePlanResponse],
        *,
        plan: pb.Plan,
        reattachable: bool,
        limits: StreamLimits,
        progress_interval_s: float,
        progress: Callable[[RunningOperation], pb.ExecutePlanResponse | None],
        now: Callable[[], float],
    ) -> None:
        self.operation = operation
        self.plan = plan
        self.reattachable = reattachable
        self.last_seen = now()
        self._source = source
        self._limits = limits
        self._progress_interval_s = progress_interval_s
        self._progress = progress
        self._now = now
        self._changed = threading.Condition()
        self._kept: OrderedDict[int, _Kept] = OrderedDict()
        self._produced = 0
        self._sent = 0
        self._ahead_bytes = 0
        self._behind_bytes = 0
        self._busy = False
        self._has_worker = False
        self._finished = False
        self._released = False
        self._error: BaseException | None = None
        self._stream = 0

    # ------------------------------------------------------------------------------------------------- reading

    def stream(
        self, after: str | None = None, *, watch: Callable[[Callable[[], bool]], None] | None = None
    ) -> Iterator[pb.ExecutePlanResponse]:
        """The responses after the one with id `after`; the stream that was open before is cut off.

        `watch` gets what tells whether this is still the latest stream and nothing was done yet: the operation waits.
        """
        with self._changed:
            position = self._position_after(after)
            self._stream += 1
            mine = self._stream
            self._changed.notify_all()
        if watch is not None:
            watch(lambda: self._stream == mine and self.operation.is_waiting)
        return self._read(position, mine)

    def _read(self, position: int, mine: int) -> Iterator[pb.ExecutePlanResponse]:
        while True:
            response = self._next(position, mine)
            if response is None:
                return
            yield response
            position += 1

    def _next(self, position: int, mine: int) -> pb.ExecutePlanResponse | None:
        """The response at `position`, waited for or produced here; None at the end."""
        while True:
            with self._changed:
                self.last_seen = self._now()
                if self._stream != mine:
                    raise InvalidHandle(_DISCONNECTED)
                if self._released:
                    raise InvalidHandle("INVALID_HANDLE.OPERATION_ABANDONED", {"handle": self.operation.id})
                if position < self._produced:
                    return self._take(position)
                if self._finished:
                    if self._error is not None:
                        raise self._error
                    return None
                if self._busy or self._has_worker:
                    if not self._changed.wait(self._progress_interval_s):
                        self._report_progress()
                    continue
                self._busy = True
            self._produce()

    def _take(self, position: int) -> pb.ExecutePlanResponse:
        kept = self._kept.get(position)
        if kept is None:
            params = {"responseId": response_id(position), "index": str(position + 1)}
            raise InvalidHandle("INVALID_CURSOR.POSITION_NOT_AVAILABLE", params)
        if position >= self._sent:
            self._sent = position + 1
            self._ahead_bytes -= kept.size_bytes
            self._behind_bytes += kept.size_bytes
            self._changed.notify_all()
        self._forget(self._limits.retained_bytes if self.reattachable else 0)
        return kept.response

    def _forget(self, allowed_bytes: int) -> None:
        """Drop the oldest sent responses, except the very last sent, until the rest fits."""
        while self._behind_bytes > allowed_bytes:
            oldest = next(iter(self._kept))
            if oldest >= self._sent - (1 if self.reattachable else 0):
                return
            self._behind_bytes -= self._kept.pop(oldest).size_bytes

    def _position_after(self, after: str | None) -> int:
        if after is None or after == "":
            return 0
        position = response_position(after)
        if position is None or position >= self._produced:
            raise InvalidHandle("INVALID_CURSOR.POSITION_NOT_FOUND", {"responseId": after})
        return position + 1

    def _report_progress(self) -> None:
        response = self._progress(self.operation)
        if response is not None and not self._finished:
            self._append(response)

    # ----------------------------------------------------------------------------------------------- producing

    def drive(self) -> None:
        """Produce everything, as a worker: at most `ahead_bytes` more than was sent."""
        while True:
            with self._changed:
                self._wait_for_reader()
                if self._released or self._finished:
                    return
                self._busy = True
            self._produce()

    def _wait_for_reader(self) -> None:
        """Returns when there is room ahead, or none is needed any more; the operation has no place meanwhile."""

        def has_room() -> bool:
            is_over = self._released or self.operation.cancelled
            return is_over or self._ahead_bytes <= self._limits.ahead_bytes

        if not has_room():
            self.operation.pause()
            self._changed.wait_for(has_room)
            self.operation.resume()

    def give_to_worker(self) -> None:
        """From now on readers wait for `drive` and produce nothing themselves."""
        self._has_worker = True

    def _produce(self) -> None:
        """Take one response from the source; the caller has set `_busy`."""
        response: pb.ExecutePlanResponse | None = None
        error: BaseException | None = None
        try:
            self.operation.check()
            response = next(self._source, None)
        except Exception as failure:  # noqa: BLE001 - kept and raised to whoever reads
            error = failure
        except BaseException:
            self._interrupted()
            raise
        with self._changed:
            self._busy = False
            if response is not None:
                self._append(response)
            else:
                self._finished = True
                self._error = self._cancelled_error(error)
            released = self._released
            self._changed.notify_all()
        if released:
            self._close_source()

    def _interrupted(self) -> None:
        """The user's Ctrl-C hit this thread: stop the engine and let go."""
        self.operation.cancel()
        with self._changed:
            self._busy = False
            self._finished = True
            self._error = OperationCanceled("OPERATION_CANCELED")
            self._changed.notify_all()
        self._close_source()

    def _cancelled_error(self, error: BaseException | None) -> BaseException | None:
        if error is None or isinstance(error, OperationCanceled) or not self.operation.cancelled:
            return error
        canceled = OperationCanceled("OPERATION_CANCELED")
        canceled.__cause__ = error
        return canceled

    def _append(self, response: pb.ExecutePlanResponse) -> None:
        size = len(response.arrow_batch.data) + 64
        response.response_id = response_id(self._produced)
        self._kept[self._produced] = _Kept(response, size)
        self._produced += 1
        self._ahead_bytes += size
        if response.HasField("result_complete"):
            self._finished = True
        self._changed.notify_all()

    # ----------------------------------------------------------------------------------------------- letting go

    def interrupt(self) -> bool:
        """Cancel the operation; False when it had ended already."""
        with self._changed:
            if self._finished or self._released:
                return False
        cancelled = self.operation.cancel()
        with self._changed:
            self._changed.notify_all()
        return cancelled

    def release_until(self, until: str) -> None:
        """The client will not ask again for responses up to the one with this id."""
        position = response_position(until)
        with self._changed:
            if position is None or position >= self._produced:
                raise InvalidHandle("INVALID_CURSOR.POSITION_NOT_FOUND", {"responseId": until})
            while self._kept:
                oldest = next(iter(self._kept))
                if oldest > position or oldest >= self._sent:
                    break
                self._behind_bytes -= self._kept.pop(oldest).size_bytes

    def release(self) -> None:
        """Forget everything; what still runs is cancelled."""
        with self._changed:
            if self._released:
                return
            self._released = True
            self._kept.clear()
            running, busy = not self._finished, self._busy
            self._changed.notify_all()
        if running:
            self.operation.cancel()
        if not busy:
            self._close_source()

    def _close_source(self) -> None:
        close = getattr(self._source, "close", None)
        if close is not None:
            close()

    @property
    def is_idle(self) -> bool:
        """Whether nobody computes anything for it now."""
        return not self._busy

    @property
    def state(self) -> State:
        """Running until everything was produced; then how it ended, `TERMINATING` until the client lets go."""
        if not self._finished and not self._released:
            return State.RUNNING
        if self.operation.cancelled:
            return State.CANCELLED
        if self._error is not None:
            return State.FAILED
        return State.SUCCEEDED if self._released else State.TERMINATING


def response_id(position: int) -> str:
    """The id of the response at `position`, from 0."""
    return f"r{position}"


def response_position(text: str) -> int | None:
    """The inverse; None for text that is no such id."""
    digits = text[1:]
    return int(digits) if text.startswith("r") and digits.isascii() and digits.isdigit() else None
