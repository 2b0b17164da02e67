"""Sets of places of rows in files, as sorted arrays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray


def united(*sets: ArrayLike) -> NDArray[np.uint64]:
    """Every number once, ascending.

    `numpy.unique` hashes whole numbers, which for a million takes ten times as long as sorting them.
    """
    every = np.sort(np.concatenate([np.asarray(s, dtype=np.uint64) for s in sets]), kind="stable")
    if len(every) < 2:
        return every
    return every[np.concatenate(([True], every[1:] != every[:-1]))]


def add_places(held: dict[str, NDArray[np.uint64]], more: Mapping[str, NDArray[np.uint64]]) -> None:
    """By file: the places of `more` join those that are held."""
    for path, places in more.items():
        before = held.get(path)
        held[path] = places if before is None else united(before, places)
