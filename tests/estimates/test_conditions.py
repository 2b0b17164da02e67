"""Estimates of single conditions and steps over tables of known values."""

from __future__ import annotations

import pytest

from hiveframe.optimizer.statistics import Estimate, estimates, joined, q_error
from hiveframe.plan import logical as lg
from hiveframe.plan import types as t
from hiveframe.plan.statistics import ColumnStatistics, TableStatistics
from tests.estimates.plans import estimated, new_session, plan_of, rows_of, steps


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    made = new_session(tmp_path_factory.mktemp("warehouse"))
    for statement in (
        """CREATE TABLE t USING parquet AS SELECT id, id % 100 AS g, CAST(id % 7 AS STRING) AS s,
        IF(id % 4 = 0, NULL, id % 50) AS n, date_add(DATE'2020-01-01', CAST(id % 366 AS INT)) AS d,
        CAST(id % 1000 AS DECIMAL(10,2)) AS p FROM range(20000)""",
        "CREATE TABLE few USING parquet AS SELECT id AS k, id % 5 AS c FROM range(100)",
        "CREATE TABLE pairs USING parquet AS SELECT a.id AS x, b.id AS y FROM range(50) a CROSS JOIN range(40) b",
        "CREATE TABLE none(k BIGINT) USING parquet",
    ):
        made.run(made.environment.parse_query(statement))
    yield made
    made.close()


@pytest.mark.parametrize(
    "condition",
    [
        "g = 7",
        "g <> 7",
        "7 = g",
        "g = 700",
        "g IN (1, 2, 3, 400)",
        "g NOT IN (1, 2, 3)",
        f"id IN ({', '.join(map(str, range(0, 6000, 30)))})",
        "g < 25",
        "g >= 90",
        "30 > g",
        "g BETWEEN 10 AND 19",
        "g > 10 AND g <= 20 AND g > 15",
        "NOT (g < 25)",
        "g < 10 OR g >= 90",
        "g = 1 AND s = '3'",
        "n IS NULL",
        "n IS NOT NULL",
        "n = 10",
        "n <=> 10",
        "NOT (n = 10)",
        "n < 25",
        "d >= '2020-07-01'",
        "d < DATE'2020-01-01' + INTERVAL '1' MONTH",
        "d = '2020-02-29'",
        "month(d) = 3",
        "year(d) = 2020",
        "p >= 250.5",
        "p BETWEEN 10 AND 10.99",
        "s = '5'",
        "s LIKE '3%'",
        "s > '4'",
        "TRUE",
        "1 = 2",
        "g + 1 = 5",
        "id % 8 = 3",
    ],
)
def test_a_filters_rows_are_estimated_within_a_factor_of_two(session, condition):
    expected, real = rows_of(session, f"SELECT * FROM t WHERE {condition}")
    assert q_error(expected, real) < 2, (expected, real)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM t JOIN few ON g = k",
        "SELECT * FROM t, few WHERE g = k AND c = 1",
        "SELECT * FROM t JOIN few ON n = k",
        "SELECT * FROM t LEFT JOIN few ON g = k AND c = 1",
        "SELECT * FROM few RIGHT JOIN t ON g = k AND c = 1",
        "SELECT * FROM t FULL JOIN few ON g = k + 50",
        "SELECT * FROM t LEFT SEMI JOIN few ON g = k",
        "SELECT * FROM t WHERE g IN (SELECT k FROM few WHERE c = 2)",
        "SELECT * FROM t WHERE g NOT IN (SELECT k FROM few WHERE c = 2)",
        "SELECT * FROM t LEFT ANTI JOIN (SELECT * FROM few WHERE k < 60) ON g = k",
        "SELECT * FROM t WHERE EXISTS (SELECT 1 FROM few WHERE k = g AND c < 4)",
        "SELECT * FROM few, few AS other",
        "SELECT * FROM few a, few b, few c WHERE a.k = b.k AND b.k = c.k AND a.k = c.k",
        "SELECT * FROM t JOIN pairs ON g = x AND id % 40 = y",
        "SELECT g, count(*) FROM t GROUP BY g",
        "SELECT g, s, count(*) FROM t GROUP BY g, s",
        "SELECT s, n FROM t GROUP BY s, n",
        "SELECT DISTINCT s FROM t WHERE g < 50",
        "SELECT s, g, count(*) FROM t GROUP BY ROLLUP (s, g)",
        "SELECT count(*) FROM t",
        "SELECT g, sum(id) AS total FROM t GROUP BY g HAVING count(*) > 100",
        "SELECT g FROM t UNION ALL SELECT k FROM few",
        "SELECT g FROM t UNION SELECT k FROM few",
        "SELECT g FROM t INTERSECT SELECT k FROM few",
        "SELECT * FROM t LIMIT 17",
        "SELECT * FROM few LIMIT 10 OFFSET 95",
        "SELECT * FROM t TABLESAMPLE (10 PERCENT) REPEATABLE (3)",
        "WITH big AS (SELECT * FROM t WHERE g < 10) SELECT * FROM big a JOIN big b ON a.id = b.id",
        "SELECT * FROM VALUES (1), (2), (3)",
        "SELECT * FROM none",
        "SELECT * FROM t JOIN none ON g = k",
        "SELECT *, row_number() OVER (PARTITION BY g ORDER BY id) FROM t",
        "SELECT * FROM range(10, 0, -3)",
    ],
)
def test_a_steps_rows_are_estimated_within_a_factor_of_two(session, query):
    expected, real = rows_of(session, query)
    assert q_error(expected, real) < 2, (expected, real)


def scan_of(*columns: lg.Column) -> lg.Relation:
    from hiveframe.lake.options import Options
    from hiveframe.lake.scan import ScanSource

    fields = tuple(t.StructField(c.name, c.dtype) for c in columns)
    source = ScanSource("csv", (), (), t.StructType(fields), Options())
    return lg.Scan(columns, source, tuple(range(len(columns))))


def with_statistics(condition: lg.Expr, known: ColumnStatistics, column: lg.Column) -> float:
    plan = lg.Filter(scan_of(column), condition)
    return estimates(plan, lambda source: TableStatistics(1, 1000, {column.name: known}))[id(plan)].rows


TEXT = lg.Column(1, "x", t.STRING)
NUMBER = lg.Column(1, "x", t.INT)


def call(name: str, *args: lg.Expr) -> lg.Expr:
    return lg.Call(name, args, t.BOOLEAN)


def test_a_common_value_has_its_own_share_and_the_others_share_the_rest():
    known = ColumnStatistics(distinct_count=11, common=(("often", 0.9),))
    assert with_statistics(call("=", TEXT, lg.Literal("often", t.STRING)), known, TEXT) == pytest.approx(900)
    assert with_statistics(call("=", TEXT, lg.Literal("seldom", t.STRING)), known, TEXT) == pytest.approx(10)
    assert with_statistics(call("like", TEXT, lg.Literal("%fte%", t.STRING)), known, TEXT) > 900


def test_quantiles_tell_where_values_are_dense():
    known = ColumnStatistics(0, 1000, 0, 500, quantiles=(0, 1, 2, 3, 4, 1000))
    assert with_statistics(call("<=", NUMBER, lg.Literal(4, t.INT)), known, NUMBER) == pytest.approx(800)


def test_what_is_not_known_is_guessed_and_said_to_be():
    plan = lg.Filter(scan_of(NUMBER), call("=", NUMBER, lg.Literal(4, t.INT)))
    found = estimates(plan, lambda source: None)[id(plan)]
    assert found.origin == "guessed"
    assert found.rows >= 0


def test_stale_statistics_mark_what_is_made_of_them(session):
    few = plan_of(session, "SELECT * FROM few JOIN t ON k = g")
    found = estimates(few, lambda source: TableStatistics(10, 10, {}, "stale" if len(source.files) else "metadata"))
    assert {e.origin for e in found.values()} == {"stale"}


def test_a_learner_joins_estimates_without_a_plan(session):
    plan = plan_of(session, "SELECT * FROM t JOIN (SELECT * FROM few WHERE c = 1) ON g = k")
    join = next(node for node in steps(plan) if isinstance(node, lg.Join))
    known = estimated(session, plan)
    sides = known[id(join.left)], known[id(join.right)]
    for left, right in (sides, sides[::-1]):
        assert joined(left, right, "inner", [join.condition]).rows == pytest.approx(4000, rel=0.05)
    assert joined(*sides, "semi", [join.condition]).rows == pytest.approx(4000, rel=0.05)


def test_deep_conditions_cost_no_stack():
    condition: lg.Expr = call("=", NUMBER, lg.Literal(0, t.INT))
    for i in range(5000):
        condition = call("or" if i % 2 else "and", condition, call("=", NUMBER, lg.Literal(i, t.INT)))
    assert with_statistics(condition, ColumnStatistics(0, 10, 0, 10), NUMBER) >= 0


def test_no_estimate_is_below_zero_or_no_number(session):
    expected, _ = rows_of(session, "SELECT * FROM none a LEFT JOIN none b ON a.k = b.k WHERE a.k > 3")
    assert expected == 0
    assert Estimate(0.0).size_bytes((NUMBER,)) == 0
