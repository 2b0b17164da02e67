"""BEGIN ATOMIC … END: several HoneyStore tables change together, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession


@pytest.fixture
def accounts(spark: SparkSession) -> SparkSession:
    spark.sql("create table giver using honeystore as select 1 id, 100 amount")
    spark.sql("create table taker using honeystore as select 1 id, 0 amount")
    return spark


def amounts(spark: SparkSession) -> list[tuple[Any, ...]]:
    return [
        tuple(r) for r in spark.sql("select (select sum(amount) from giver), (select sum(amount) from taker)").collect()
    ]


def failure(spark: SparkSession, script: str) -> str:
    with pytest.raises(PySparkException) as caught:
        spark.sql(script).collect()
    return str(caught.value.getCondition())


def test_tables_change_together(accounts: SparkSession) -> None:
    found = accounts.sql(
        """begin atomic
             update giver set amount = amount - 30;
             update taker set amount = amount + 30;
             select (select sum(amount) from giver) + (select sum(amount) from taker);
           end"""
    ).collect()
    assert found == [(100,)]
    assert amounts(accounts) == [(70, 30)]


def test_a_failure_undoes_all(accounts: SparkSession) -> None:
    script = "begin atomic update giver set amount = 0; insert into taker select 2, raise_error('no'); end"
    assert failure(accounts, script) == "USER_RAISED_EXCEPTION"
    assert amounts(accounts) == [(100, 0)]
    handled = """begin
        begin atomic
          declare exit handler for sqlexception begin select 'undone'; end;
          delete from giver;
          select raise_error('no');
        end;
      end"""
    accounts.sql(handled)
    assert amounts(accounts) == [(100, 0)]


def test_a_conflict_on_one_table_undoes_the_other(accounts: SparkSession) -> None:
    accounts.sql("create table log using honeystore as select 0 n")
    script = """begin atomic
        update giver set amount = amount - 1;
        merge into taker using giver on taker.id = giver.id when matched then update set amount = giver.amount;
        insert into log values (1);
      end"""
    accounts.sql(script)
    assert amounts(accounts) == [(99, 100)]  # MERGE read the giver as it was before the block
    assert accounts.sql("select count(*) from log").collect() == [(2,)]


def test_what_an_atomic_block_cannot_hold_is_refused(accounts: SparkSession) -> None:
    accounts.sql("create table other using parquet as select 1 x")
    twice = "begin atomic insert into taker values (2, 2); insert into taker values (3, 3); end"
    assert failure(accounts, twice) == "ATOMIC_BLOCK_WRITES_TWICE"
    for statement in ("insert into other values (2)", "drop table taker", "create table t (x int)"):
        assert "UNSUPPORTED" in failure(accounts, f"begin atomic delete from giver; {statement}; end")
    assert failure(accounts, "begin atomic begin atomic delete from giver; end; end") == "ATOMIC_BLOCK_NESTED"
    assert amounts(accounts) == [(100, 0)]
