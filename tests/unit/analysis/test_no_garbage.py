"""What an analysis made on the way is freed when its plan is there: nothing refers back to itself."""

import gc

import pytest

from hiveframe.analysis.frame import Resolved, Run
from hiveframe.plan import spec
from hiveframe.sql import parse_query
from tests.unit.analysis.dataframes import col
from tests.unit.analysis.environment import analyzed

ROWS = parse_query("SELECT * FROM VALUES (true, 2.5), (false, 3.5) AS t(a, b)")
PLANS: dict[str, spec.Relation] = {
    "a select": parse_query("SELECT a + 1 AS x FROM VALUES (1), (2) AS t(a) WHERE a > 1 ORDER BY a"),
    "an aggregation with HAVING": parse_query(
        "SELECT a, sum(b) AS s FROM VALUES (1, 2), (2, 3) AS t(a, b) GROUP BY a HAVING sum(b) > 1 ORDER BY max(b)"
    ),
    "WITH and a subquery": parse_query(
        "WITH v AS (SELECT * FROM VALUES (1), (2) AS t(a)) SELECT * FROM v WHERE a = (SELECT max(a) FROM v w)"
    ),
    "a DataFrame's plan": spec.Project(spec.Filter(ROWS, col("a"), plan_id=1), (col("b"),), plan_id=2),
}


@pytest.mark.parametrize("name", PLANS)
def test_an_analysis_leaves_nothing_to_the_garbage_collector(name: str) -> None:
    was_enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        before = _alive()
        plan = analyzed(PLANS[name])
        assert plan.output
        assert _alive() == before
    finally:
        if was_enabled:
            gc.enable()


def _alive() -> int:
    return sum(isinstance(found, (Resolved, Run)) for found in gc.get_objects())
