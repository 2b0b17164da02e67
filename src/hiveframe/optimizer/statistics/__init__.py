"""How many rows each step of a plan is expected to give, from what is known of the tables.

`estimates` goes over a whole plan; `filtered`, `crossed`, `joined` and `grouped` are its steps, for
whoever compares plans.
They are pure functions of frozen values, and nothing of a query's ordinary way calls them.
"""

from hiveframe.optimizer.statistics.estimate import ColumnEstimate, Estimate
from hiveframe.optimizer.statistics.joins import crossed, joined
from hiveframe.optimizer.statistics.plans import StatisticsOf, estimates
from hiveframe.optimizer.statistics.steps import filtered, grouped
from hiveframe.plan.statistics import q_error

__all__ = [
    "ColumnEstimate",
    "Estimate",
    "StatisticsOf",
    "crossed",
    "estimates",
    "filtered",
    "grouped",
    "joined",
    "q_error",
]
