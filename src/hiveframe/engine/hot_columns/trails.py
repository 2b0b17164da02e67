"""How often columns and files were read lately: each use deposits one, of which half evaporates in a half-life."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

HALF_LIFE_S: Final = 900.0


class Trails:
    """Strengths by name."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, float]] = {}  # the strength at a moment

    def deposit(self, names: Iterable[str], now_s: float) -> None:
        """Each of them is read now."""
        for name in names:
            self._known[name] = self.strength(name, now_s) + 1.0, now_s

    def strength(self, name: str, now_s: float) -> float:
        """What is left of its deposits now."""
        strength, at_s = self._known.get(name, (0.0, now_s))
        return strength * 0.5 ** ((now_s - at_s) / HALF_LIFE_S) if now_s > at_s else strength

    def of(self, now_s: float) -> dict[str, float]:
        """All strengths now."""
        return {name: self.strength(name, now_s) for name in self._known}

    def strongest(self, now_s: float) -> float:
        """The greatest strength now; 0 where there is none."""
        return max((self.strength(name, now_s) for name in self._known), default=0.0)

    def forget(self, name: str) -> None:
        """Drop a trail."""
        self._known.pop(name, None)
