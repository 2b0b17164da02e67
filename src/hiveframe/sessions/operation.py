"""The running request, as much of it as a session needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Operation(Protocol):
    """Lets the work be cancelled and its progress be asked for."""

    def on_cancel(self, callback: Callable[[], None]) -> None:
        """Call `callback` once when the operation is interrupted; at once if it is already."""

    def progress_from(self, poll: Callable[[], float | None]) -> None:
        """Ask `poll` (a share of 0 to 1, or None) whenever a progress message is due."""


class Detached:
    """Work that nobody watches."""

    def on_cancel(self, callback: Callable[[], None]) -> None:
        """Nothing cancels it."""

    def progress_from(self, poll: Callable[[], float | None]) -> None:
        """Nobody asks."""


DETACHED = Detached()
