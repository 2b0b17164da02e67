"""A Delta table under random changes holds the rows that queries over a plain table of the same rows give."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

import hiveframe
from tests.sim.random_queries import BOOL, DECIMAL, DOUBLE, INT, LONG, TABLES, TEXT, Queries, Relation
from tests.sim.test_random_queries import SEEDS, rows

COLUMNS = {"id": INT, "a": INT, "b": LONG, "s": TEXT, "d": DOUBLE, "m": DECIMAL, "f": BOOL}
TYPES = "id INT, a INT, b BIGINT, s STRING, d DOUBLE, m DECIMAL(20, 6), f BOOLEAN"
STEPS = 3


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    warehouse: Path = tmp_path_factory.mktemp("warehouse")
    session = hiveframe.session(**{"spark.sql.warehouse.dir": str(warehouse), "spark.sql.session.timeZone": "UTC"})
    for name, query in TABLES.items():
        session.sql(query).createOrReplaceTempView(name)
    yield session
    session.stop()


def stored(value: str, name: str) -> str:
    """A value as the column of that name keeps it."""
    kinds = {part.split()[0]: part.split(" ", 1)[1] for part in TYPES.replace("(20, 6)", "(20;6)").split(", ")}
    return f"CAST({value} AS {kinds[name].replace(';', ', ')})"


class Changes:
    """Random changes of `t`, each with the query over `p` that gives the rows that it leaves."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.queries = Queries(seed)
        self.row = Relation("p AS t", {f"t.{name}": dtype for name, dtype in COLUMNS.items()})

    def draw(self) -> tuple[str, str]:
        return self.rng.choice((self._update, self._delete, self._insert, self._merge))()

    def _condition(self) -> str:
        return self.queries.expr(BOOL, Relation("p AS t", self.row.columns), 1)

    def _values(self) -> dict[str, str]:
        changed = self.rng.sample([n for n in COLUMNS if n != "id"], 2)
        return {n: stored(self.queries.expr(COLUMNS[n], self.row, 1), n) for n in changed}

    def _update(self) -> tuple[str, str]:
        condition, values = self._condition(), self._values()
        assigned = ", ".join(f"{n} = {v}" for n, v in values.items())
        items = (f"if({condition}, {values[n]}, t.{n}) AS {n}" if n in values else f"t.{n}" for n in COLUMNS)
        return f"UPDATE t SET {assigned} WHERE {condition}", f"SELECT {', '.join(items)} FROM p AS t"

    def _delete(self) -> tuple[str, str]:
        condition = self._condition()
        return f"DELETE FROM t WHERE {condition}", f"SELECT * FROM p AS t WHERE NOT coalesce({condition}, false)"

    def _insert(self) -> tuple[str, str]:
        more = f"SELECT id + 100, a, b, s, d, m, f FROM p AS t WHERE {self._condition()}"
        return f"INSERT INTO t {more.replace('FROM p', 'FROM t')}", f"SELECT * FROM p UNION ALL {more}"

    def _merge(self) -> tuple[str, str]:
        shift, condition, values = self.rng.randint(0, 5), self._condition(), self._values()
        source = f"(SELECT id + {shift} AS k, a AS n FROM t1)"
        assigned = ", ".join(f"{n} = {v}" for n, v in values.items())
        items = (
            f"if(o.k IS NOT NULL AND {condition}, {values[n]}, t.{n})" if n in values else f"t.{n}" for n in COLUMNS
        )
        change = (
            f"MERGE INTO t USING {source} AS o ON t.id = o.k WHEN MATCHED AND {condition} THEN UPDATE SET {assigned} "
            "WHEN NOT MATCHED THEN INSERT (id, a) VALUES (o.k, o.n)"
        )
        kept = f"SELECT {', '.join(items)} FROM p AS t LEFT JOIN {source} AS o ON t.id = o.k"
        new = f"SELECT o.k, o.n, null, null, null, null, null FROM {source} AS o LEFT ANTI JOIN p ON p.id = o.k"
        return change, f"{kept} UNION ALL {new}"


@pytest.mark.parametrize("seed", SEEDS[:6])
def test_a_table_with_versions_holds_what_the_queries_give(spark: SparkSession, seed: int) -> None:
    for name, provider in (("t", "delta"), ("p", "parquet")):
        spark.sql(f"DROP TABLE IF EXISTS {name}")
        spark.sql(f"CREATE TABLE {name} ({TYPES}) USING {provider}")
        spark.sql(f"INSERT INTO {name} SELECT id, a, b, s, d, m, f FROM t1")
    changes = Changes(seed)
    for _ in range(STEPS):
        change, query = changes.draw()
        spark.sql(change)
        spark.sql("DROP TABLE IF EXISTS q")
        spark.sql(f"CREATE TABLE q ({TYPES}) USING parquet")
        spark.sql(f"INSERT INTO q {query}")
        spark.sql("DROP TABLE p")
        spark.sql("ALTER TABLE q RENAME TO p")
        assert rows(spark, "SELECT * FROM t") == rows(spark, "SELECT * FROM p"), change
