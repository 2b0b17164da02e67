"""The engine divided among queries, and whole again."""

from __future__ import annotations

import pytest

from hiveframe.engine.database import Database


@pytest.fixture
def database(tmp_path):
    made = Database(spill_dir=str(tmp_path / "spill"), memory_limit_bytes=1 << 30, threads=4)
    yield made
    made.close()


def settings(database):
    text = "SELECT current_setting('threads'), current_setting('operator_memory_limit')"
    with database.lease("UTC") as connection:
        return connection.execute(text).fetchall()[0]


def test_statements_that_begin_after_a_division_have_their_share_and_all_when_it_is_over(database):
    assert settings(database) == (4, None)
    database.share(1, 4)
    assert settings(database) == (1, "256.0 MiB")
    database.share(4, 1)
    assert settings(database) == (4, None)


def test_a_share_changes_no_answer(database):
    text = (
        "SELECT count(*), sum(s) FROM (SELECT id % 300000 AS k, sum(id) AS s FROM range(1000000) AS t(id) GROUP BY k)"
    )

    def answer():
        with database.lease("UTC") as connection:
            return connection.execute(text).fetchall()

    whole = answer()
    database.share(1, 64)
    assert answer() == whole == [(300000, 499999500000)]
