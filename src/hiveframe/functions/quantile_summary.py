"""The quantile summary of `percentile_approx`: values with the ranks that they may have, as Spark keeps it.

Greenwald and Khanna, "Space-efficient Online Computation of Quantile Summaries" (2001). Values come in heads of 50,000,
in the order of the rows; a summary that has grown is compressed from its end. Source: `QuantileSummaries`.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

_HEAD_SIZE: Final = 50_000
_COMPRESSED_AT: Final = 10_000
_COMPRESSED_AGAIN_AT: Final = 20_000


class QuantileSummary:
    """Samples in order: `gaps` is how far a sample's least rank is above that of the one before, `spans` how far its
    greatest may be above its least."""

    def __init__(self, dtype: np.dtype, error: float) -> None:
        self.error = error
        self.count = 0
        self.values = np.zeros(0, dtype=dtype)
        self.gaps = np.zeros(0, dtype=np.int64)
        self.spans = np.zeros(0, dtype=np.int64)

    def insert(self, values: np.ndarray) -> None:
        """Take in values, in this order."""
        for start in range(0, len(values), _HEAD_SIZE):
            head = values[start : start + _HEAD_SIZE]
            self._add(np.sort(head))
            if len(head) == _HEAD_SIZE and len(self.values) >= _COMPRESSED_AT:
                self.compress()

    def compress(self) -> None:
        """Merge samples into the next one while no rank becomes less certain than the error allows."""
        if len(self.values) < 2:
            return
        limit = 2 * self.error * self.count
        gaps, spans = self.gaps.tolist(), self.spans.tolist()
        kept, merged = [len(gaps) - 1], [gaps[-1]]
        for i in range(len(gaps) - 2, 0, -1):
            if gaps[i] + merged[-1] + spans[kept[-1]] < limit:
                merged[-1] += gaps[i]
            else:
                kept.append(i)
                merged.append(gaps[i])
        if self.values[0] <= self.values[kept[-1]]:
            kept.append(0)
            merged.append(gaps[0])
        places = np.array(kept[::-1])
        self.values, self.spans = self.values[places], self.spans[places]
        self.gaps = np.array(merged[::-1], dtype=np.int64)

    def quantiles(self, shares: np.ndarray) -> list[Any]:
        """A sample for each share, its rank near enough to what is asked for."""
        least = np.cumsum(self.gaps)
        slack = float((self.gaps + self.spans).max()) / 2
        return [self._quantile(share, least, slack) for share in shares.tolist()]

    def _quantile(self, share: float, least: np.ndarray, slack: float) -> Any:
        if share <= self.error or len(self.values) == 1:
            return self.values[0]
        if share >= 1 - self.error:
            return self.values[-1]
        rank = math.ceil(share * self.count)
        near = (least + self.spans - slack <= rank) & (rank <= least + slack)
        found = np.nonzero(near[:-1])[0]
        return self.values[found[0]] if len(found) else self.values[-1]

    def _add(self, ordered: np.ndarray) -> None:
        """Sorted values among the samples, after equal ones."""
        if not len(ordered):
            return
        counts = self.count + 1 + np.arange(len(ordered))
        spans = np.floor(2 * self.error * counts).astype(np.int64)
        places = np.searchsorted(self.values, ordered, side="right")
        if places[0] == 0:
            spans[0] = 0
        if places[-1] == len(self.values):
            spans[-1] = 0
        self.values = np.insert(self.values, places, ordered)
        self.gaps = np.insert(self.gaps, places, 1)
        self.spans = np.insert(self.spans, places, spans)
        self.count += len(ordered)


def of_values(values: np.ndarray, error: float) -> QuantileSummary:
    """The summary of values as it is asked: compressed once more."""
    summary = QuantileSummary(values.dtype, error)
    summary.insert(values)
    summary.compress()
    return summary
