"""Which entries a tier of bounded size keeps: the seam between a tier and whoever decides."""

from __future__ import annotations

from typing import Protocol


class Policy(Protocol):
    """Decides for one tier. It is told of every hit, every offer and every removal, by one thread at a time."""

    def hit(self, key: str) -> None:
        """The entry `key` served."""

    def admit(self, key: str, size_bytes: int, cost_s: float) -> list[str] | None:
        """The entries that give way to a new one that took `cost_s` to compute; None where it is worth less than they.

        The tier removes them, and keeps the new one, without asking again.
        """

    def forget(self, key: str) -> None:
        """The entry `key` is gone for another reason."""
