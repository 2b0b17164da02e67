"""The running request as the engine sees it: identity, admission, cancellation, progress."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from hiveframe.dataclass import dataclass
from hiveframe.errors import OperationCanceled

if TYPE_CHECKING:
    from hiveframe.plan import spec
    from hiveframe.sessions.admission import Door, Visitor  # what only servers need
    from hiveframe.settings import Settings


@dataclass(frozen=True, slots=True)
class StageProgress:
    """How far one stage is."""

    stage: int
    tasks: int
    completed: int
    bytes_read: int
    done: bool


class RunningOperation:
    """Fulfils `seam.Operation`. `door` None admits at once."""

    def __init__(
        self, operation_id: str, tags: frozenset[str] = frozenset(), *, door: Door | None = None, user: str = ""
    ) -> None:
        self.id = operation_id
        self.tags = tags
        self._door = door
        self._user = user
        self._visitor: Visitor | None = None
        self._is_entering = False
        self._cancelled = False
        self._callbacks: list[Callable[[], None]] = []
        self._stages: dict[int, StageProgress] = {}
        self._poll: Callable[[], float | None] | None = None
        self._lock = threading.Lock()

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._cancelled

    # ------------------------------------------------------------------------------------------------- admission

    def admit(self, asked: spec.Relation | spec.Command, settings: Settings) -> None:
        """Wait for a place, once; ServerOverloaded where there is none, OPERATION_CANCELED after `cancel`."""
        if self._door is None or self._visitor is not None:
            return
        self._is_entering = True
        try:
            self._visitor = self._door.enter(
                asked, settings, operation_id=self.id, user=self._user, on_cancel=self.on_cancel
            )
        finally:
            self._is_entering = False
        self.check()

    def leave(self, *, failed: bool = False, whole: bool = True) -> None:
        """Give the place back, if there is one: see `Door.leave`."""
        visitor, self._visitor = self._visitor, None
        if visitor is not None and self._door is not None:
            self._door.leave(visitor, failed=failed, whole=whole)

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for a place: nothing of it was done yet."""
        return self._is_entering

    def pause(self) -> None:
        """Nothing is computed until the client has taken what there is: others may have the place."""
        if self._visitor is not None and self._door is not None:
            self._door.pause(self._visitor)

    def resume(self) -> None:
        """Computing goes on."""
        if self._visitor is not None and self._door is not None:
            self._door.resume(self._visitor)

    # ---------------------------------------------------------------------------------------------- cancellation

    def on_cancel(self, callback: Callable[[], None]) -> None:
        """Call `callback` when the operation is cancelled; at once if it is already."""
        with self._lock:
            if not self._cancelled:
                self._callbacks.append(callback)
                return
        callback()

    def cancel(self) -> bool:
        """Stop what runs; whether this call was the first to ask."""
        with self._lock:
            if self._cancelled:
                return False
            self._cancelled = True
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()
        return True

    def check(self) -> None:
        """Raise OPERATION_CANCELED after `cancel`."""
        if self._cancelled:
            raise OperationCanceled("OPERATION_CANCELED")

    # -------------------------------------------------------------------------------------------------- progress

    def progress(
        self, *, stage: int = 0, tasks: int = 1, completed: int = 0, bytes_read: int = 0, done: bool = False
    ) -> None:
        """Note how far `stage` is."""
        self._stages[stage] = StageProgress(stage, tasks, completed, bytes_read, done)

    def progress_from(self, poll: Callable[[], float | None]) -> None:
        """Ask `poll` whenever progress is due; None ends that."""
        self._poll = poll

    def stages(self) -> list[StageProgress]:
        """The latest state; a polled share of 0 to 1 counts as a stage of 100 tasks."""
        poll = self._poll
        share = poll() if poll is not None else None
        if share is not None:
            self._stages[0] = StageProgress(0, 100, max(0, min(100, int(share * 100))), 0, share >= 1)
        return [self._stages[key] for key in sorted(self._stages)]
