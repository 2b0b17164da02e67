"""What a benchmark run is asked for."""

from dataclasses import dataclass

UNCACHED = {
    "spark.hiveframe.cache.results": "false",
    "spark.hiveframe.cache.columns": "false",
    "spark.hiveframe.optimizer.learning": "false",
}
"""Settings under which every query runs, reads its files, and is planned as at first."""


@dataclass(frozen=True)
class Options:
    """`peers`: names to compare with; `rounds`: runs of each query; `rows`: of the memory benchmark, in millions."""

    scale: float
    rounds: int
    peers: tuple[str, ...]
    rows: int
    queries: tuple[str, ...] = ()
