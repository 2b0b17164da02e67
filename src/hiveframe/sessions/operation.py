"""The running request, as much of it as a session needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from hiveframe.plan import spec
from hiveframe.settings import Settings


class Operation(Protocol):
    """Lets the work be cancelled and its progress be asked for."""

    def admit(self, asked: spec.Relation | spec.Command, settings: Settings) -> None:
        """Returns when the operation may run; ServerOverloaded where it may not. At once if it was admitted before.

        To be called before locks are taken and work is done: an operation that waits must hold up nobody.
        """

    def on_cancel(self, callback: Callable[[], None]) -> None:
        """Call `callback` once when the operation is interrupted; at once if it is already."""

    def progress_from(self, poll: Callable[[], float | None]) -> None:
        """Ask `poll` (a share of 0 to 1, or None) whenever a progress message is due."""


class Detached:
    """Work that nobody watches."""

    def admit(self, asked: spec.Relation | spec.Command, settings: Settings) -> None:
        """It belongs to work that was admitted, or to a session of this process."""

    def on_cancel(self, callback: Callable[[], None]) -> None:
        """Nothing cancels it."""

    def progress_from(self, poll: Callable[[], float | None]) -> None:
        """Nobody asks."""


DETACHED = Detached()
