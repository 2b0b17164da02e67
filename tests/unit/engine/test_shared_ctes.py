"""What a query names once and reads several times is computed once."""

import pytest

import hiveframe


@pytest.fixture
def spark(tmp_path):
    session = hiveframe.session(**{"spark.sql.warehouse.dir": str(tmp_path / "warehouse")})
    session.range(10).write.parquet(str(tmp_path / "rows"))
    session.read.parquet(str(tmp_path / "rows")).createOrReplaceTempView("rows")
    yield session
    session.stop()


def statement(frame):
    """The engine's statement, as EXPLAIN shows it."""
    return frame._explain_string(mode="codegen")


def test_an_entry_of_with_that_is_used_twice_reads_its_files_once(spark):
    text = "WITH a AS (SELECT id, count(*) AS n FROM rows GROUP BY id) SELECT * FROM a x JOIN a y ON x.id = y.n"
    assert statement(spark.sql(text)).count("read_parquet") == 1


def test_an_entry_that_is_used_once_is_put_in_place(spark):
    text = "WITH a AS (SELECT id FROM rows WHERE id > 3) SELECT count(*) FROM a"
    shown = statement(spark.sql(text))
    assert shown.count("read_parquet") == 1
    assert "WITH" not in shown.partition("Generated code:")[2]


def test_an_aggregation_under_having_with_a_subquery_is_made_once_for_all_who_read_it(spark):
    text = """
        WITH a AS (SELECT id % 3 AS k, count(*) AS n FROM rows GROUP BY 1 HAVING count(*) > (SELECT min(id) FROM rows))
        SELECT id FROM rows WHERE id IN (SELECT k FROM a) UNION ALL SELECT id FROM rows WHERE id IN (SELECT n FROM a)
    """
    assert sorted(r.id for r in spark.sql(text).collect()) == [0, 1, 2, 3, 4]
    assert statement(spark.sql(text)).count("AS MATERIALIZED") == 1


def test_rows_that_are_only_filtered_are_not_kept(spark):
    text = "WITH a AS (SELECT id FROM rows WHERE id > 3) SELECT * FROM a x JOIN a y ON x.id = y.id + 1"
    assert "MATERIALIZED" not in statement(spark.sql(text))
