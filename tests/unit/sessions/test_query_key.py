from __future__ import annotations

import pytest

from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.sessions.query_key import query_key


def sql(text):
    return spec.SqlQuery(text)


def above(limit, plan_id):
    condition = spec.Function(">", (spec.Attribute(("id",)), spec.Literal(limit, t.LONG)))
    return spec.Filter(spec.Range(0, 10, 1, plan_id=plan_id), condition, plan_id=plan_id + 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT * FROM t WHERE a = 1", "SELECT * FROM t WHERE a = 22.5"),
        ("SELECT * FROM t WHERE a = 'x'", "SELECT * FROM t WHERE a = 'it''s'"),
        ("SELECT DATE'2020-01-01'", "SELECT DATE'1999-12-31'"),
    ],
)
def test_texts_that_differ_in_literals_only_are_one_query(one, other):
    assert query_key(sql(one)) == query_key(sql(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT a FROM t", "SELECT b FROM t"),
        ("SELECT a FROM t1", "SELECT a FROM t2"),
        ("SELECT a FROM parquet.`/x/1.parquet`", "SELECT a FROM csv.`/x/1.parquet`"),
    ],
)
def test_other_texts_are_other_queries(one, other):
    assert query_key(sql(one)) != query_key(sql(other))


def test_frames_built_alike_are_one_query_whatever_their_ids_and_literals():
    assert query_key(above(3, 7)) == query_key(above(4, 9))
    assert query_key(above(3, 7)) != query_key(spec.Range(0, 10, 1))


def test_a_plan_of_thousands_of_steps_has_a_key():
    plan = spec.Range(0, 10, 1)
    for _ in range(3000):
        plan = spec.Filter(plan, spec.Literal(True, t.BOOLEAN))
    assert len(query_key(plan)) == 16
