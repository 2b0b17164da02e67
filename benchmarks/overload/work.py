"""What the clients of the overload benchmark ask: short questions that somebody waits for, and long reports."""

from dataclasses import dataclass
from pathlib import Path
from random import Random

A_REPORT = 25
"""One query in so many is a report; they are most of the work."""


@dataclass(frozen=True)
class Query:
    """One query; those of one `template` cost much the same."""

    template: str
    text: str


class Work:
    """Draws queries on TPC-H's tables."""

    def __init__(self, files: dict[str, Path], seed: int) -> None:
        self._names = {name: f"parquet.`{file}`" for name, file in files.items()}
        self._random = Random(seed)
        self._next: list[str] = []

    def draw(self) -> Query:
        """The next query: kinds and templates by turns, which chance puts in order, so that each run has as many."""
        if not self._next:
            self._next = [*REPORTS, *(len(REPORTS) * (A_REPORT - 1) // len(QUESTIONS) * [*QUESTIONS])]
            self._random.shuffle(self._next)
        template = self._next.pop()
        value = self._random.randrange(VALUES)
        return Query(template, {**QUESTIONS, **REPORTS}[template].format(v=value, year=1993 + value % 5, **self._names))


VALUES = 8

QUESTIONS = {
    "question: orders": (
        "SELECT o_orderpriority, count(*) AS n FROM {orders} WHERE o_orderdate >= DATE'{year}-03-01' "
        "AND o_orderdate < DATE'{year}-03-15' AND o_shippriority < {v} + 1 GROUP BY o_orderpriority ORDER BY 1"
    ),
    "question: customers": (
        "SELECT c_mktsegment, avg(c_acctbal) AS b FROM {customer} WHERE c_nationkey = {v} "
        "GROUP BY c_mktsegment ORDER BY 1"
    ),
    "question: parts": (
        "SELECT p_brand, count(*) AS n, max(p_retailprice) AS m FROM {part} WHERE p_size = {v} + 1 "
        "GROUP BY p_brand ORDER BY n DESC, p_brand LIMIT 10"
    ),
    "question: suppliers": (
        "SELECT n_name, count(*) AS n, sum(s_acctbal) AS b FROM {supplier} JOIN {nation} ON s_nationkey = n_nationkey "
        "WHERE n_regionkey = {v} % 5 GROUP BY n_name ORDER BY 1"
    ),
}

REPORTS = {
    "report: prices": (
        "SELECT l_returnflag, l_linestatus, sum(l_quantity) AS q, sum(l_extendedprice * (1 - l_discount)) AS p, "
        "avg(l_discount) AS d, count(*) AS n FROM {lineitem} WHERE l_shipdate <= DATE'1998-09-01' - INTERVAL '{v}' DAY "
        "GROUP BY ALL ORDER BY 1, 2"
    ),
    "report: volumes": (
        "SELECT o_custkey, sum(l_quantity) AS q FROM {orders} JOIN {lineitem} ON o_orderkey = l_orderkey "
        "WHERE o_orderdate < DATE'{year}-01-01' GROUP BY o_custkey ORDER BY q DESC, o_custkey LIMIT 100"
    ),
}
