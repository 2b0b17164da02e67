"""What a benchmark run is asked for."""

from dataclasses import dataclass

UNCACHED = {
    "spark.hiveframe.cache.results": "false",
    "spark.hiveframe.cache.columns": "false",
    "spark.hiveframe.cache.aggregates": "false",
    "spark.hiveframe.optimizer.learning": "false",
}
"""Settings under which every query runs, reads its files, and is planned as at first."""


@dataclass(frozen=True)
class Options:
    """What the command line says.

    `peers`: names to compare with; `rounds`: runs of each query; `rows`, `hits`: of the memory benchmark and of
    ClickBench's table, in millions; `questions`: of the dashboards.
    """

    scale: float
    rounds: int
    peers: tuple[str, ...]
    rows: int
    hits: float
    questions: int
    queries: tuple[str, ...] = ()
