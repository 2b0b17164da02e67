"""Windows whose keys give another value each time."""

import hiveframe


def test_volatile_keys_are_computed_once_for_each_row():
    spark = hiveframe.session()
    rows = "from values (1), (2), (4) as t(a)"
    sums = [row[0] for row in spark.sql(f"select sum(a) over (order by rand(5), uuid()) {rows}").collect()]
    assert sorted(sums)[-1] == 7
    assert len(set(sums)) == 3
    numbered = spark.sql(f"select a, row_number() over (partition by cast(rand() * 0 as int) order by a) n {rows}")
    assert [tuple(row) for row in numbered.orderBy("a").collect()] == [(1, 1), (2, 2), (4, 3)]
    spark.stop()
