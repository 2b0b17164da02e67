"""TPC-H queries written with the DataFrame API give the same answers as their SQL."""

from datetime import date

import pytest
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from tests.tpc.answers import GOLDEN, columns_of, load, rows_of


def revenue() -> Column:
    return F.col("l_extendedprice") * (1 - F.col("l_discount"))


def q01(spark: SparkSession) -> DataFrame:
    return (
        spark.table("lineitem")
        .where(F.col("l_shipdate") <= F.date_sub(F.lit(date(1998, 12, 1)), 68))
        .groupBy("l_returnflag", "l_linestatus")
        .agg(
            F.sum("l_quantity").alias("sum_qty"),
            F.sum("l_extendedprice").alias("sum_base_price"),
            F.sum(revenue()).alias("sum_disc_price"),
            F.sum(revenue() * (1 + F.col("l_tax"))).alias("sum_charge"),
            F.avg("l_quantity").alias("avg_qty"),
            F.avg("l_extendedprice").alias("avg_price"),
            F.avg("l_discount").alias("avg_disc"),
            F.count("*").alias("count_order"),
        )
        .sort("l_returnflag", "l_linestatus")
    )


def q03(spark: SparkSession) -> DataFrame:
    customers = spark.table("customer").where(F.col("c_mktsegment") == "BUILDING")
    orders = spark.table("orders").where("o_orderdate < date '1995-03-15'")
    lines = spark.table("lineitem").where("l_shipdate > date '1995-03-15'")
    return (
        customers.join(orders, customers.c_custkey == orders.o_custkey)
        .join(lines, F.col("l_orderkey") == F.col("o_orderkey"))
        .groupBy("l_orderkey", "o_orderdate", "o_shippriority")
        .agg(F.sum(revenue()).alias("revenue"))
        .select("l_orderkey", "revenue", "o_orderdate", "o_shippriority")
        .orderBy(F.desc("revenue"), "o_orderdate")
        .limit(10)
    )


def q04(spark: SparkSession) -> DataFrame:
    late = spark.table("lineitem").where(F.col("l_commitdate") < F.col("l_receiptdate"))
    orders = spark.table("orders").where(F.col("o_orderdate").between(date(1995, 4, 1), date(1995, 6, 30)))
    return (
        orders.join(late, orders.o_orderkey == late.l_orderkey, "left_semi")
        .groupBy("o_orderpriority")
        .agg(F.count("*").alias("order_count"))
        .orderBy("o_orderpriority")
    )


def q05(spark: SparkSession) -> DataFrame:
    region = spark.table("region").where(F.col("r_name") == "AFRICA")
    nation = spark.table("nation").join(region, F.col("n_regionkey") == F.col("r_regionkey"))
    orders = spark.table("orders").where("o_orderdate >= date '1994-01-01' and o_orderdate < date '1995-01-01'")
    return (
        spark.table("customer")
        .join(orders, F.col("c_custkey") == F.col("o_custkey"))
        .join(spark.table("lineitem"), F.col("l_orderkey") == F.col("o_orderkey"))
        .join(
            spark.table("supplier"),
            (F.col("l_suppkey") == F.col("s_suppkey")) & (F.col("c_nationkey") == F.col("s_nationkey")),
        )
        .join(nation, F.col("s_nationkey") == F.col("n_nationkey"))
        .groupBy("n_name")
        .agg(F.sum(revenue()).alias("revenue"))
        .orderBy(F.col("revenue").desc())
    )


def q06(spark: SparkSession) -> DataFrame:
    return (
        spark.table("lineitem")
        .filter((F.col("l_shipdate") >= "1994-01-01") & (F.col("l_shipdate") < "1995-01-01"))
        .filter(F.expr("l_discount between 0.04 - 0.01 and 0.04 + 0.01") & (F.col("l_quantity") < 24))
        .agg(F.sum(F.col("l_extendedprice") * F.col("l_discount")).alias("revenue"))
    )


def q10(spark: SparkSession) -> DataFrame:
    customer, nation = spark.table("customer"), spark.table("nation")
    orders = spark.table("orders").where("o_orderdate >= date '1993-07-01' and o_orderdate < date '1993-10-01'")
    returned = spark.table("lineitem").where(F.col("l_returnflag") == "R")
    return (
        customer.join(orders, customer["c_custkey"] == orders["o_custkey"])
        .join(returned, orders["o_orderkey"] == returned["l_orderkey"])
        .join(nation, customer["c_nationkey"] == nation["n_nationkey"])
        .groupBy("c_custkey", "c_name", "c_acctbal", "c_phone", "n_name", "c_address", "c_comment")
        .agg(F.sum(revenue()).alias("revenue"))
        .select("c_custkey", "c_name", "revenue", "c_acctbal", "n_name", "c_address", "c_phone", "c_comment")
        .orderBy(F.desc("revenue"))
        .limit(20)
    )


def q13(spark: SparkSession) -> DataFrame:
    orders = spark.table("orders").where(~F.col("o_comment").like("%express%requests%"))
    return (
        spark.table("customer")
        .join(orders, F.col("c_custkey") == F.col("o_custkey"), "left")
        .groupBy("c_custkey")
        .agg(F.count("o_orderkey").alias("c_count"))
        .groupBy("c_count")
        .agg(F.count("*").alias("custdist"))
        .orderBy(F.desc("custdist"), F.desc("c_count"))
    )


def q22(spark: SparkSession) -> DataFrame:
    prefixes = ["24", "34", "16", "30", "33", "14", "13"]
    customers = spark.table("customer").withColumn("cntrycode", F.substring("c_phone", 1, 2))
    wanted = customers.where(F.col("cntrycode").isin(prefixes))
    mean = wanted.where("c_acctbal > 0.00").agg(F.avg("c_acctbal").alias("mean"))
    return (
        wanted.crossJoin(mean)
        .where(F.col("c_acctbal") > F.col("mean"))
        .join(spark.table("orders"), F.col("o_custkey") == F.col("c_custkey"), "left_anti")
        .groupBy("cntrycode")
        .agg(F.count("*").alias("numcust"), F.sum("c_acctbal").alias("totacctbal"))
        .orderBy("cntrycode")
    )


@pytest.mark.parametrize("query", [q01, q03, q04, q05, q06, q10, q13, q22], ids=lambda query: query.__name__)
def test_tpch_in_dataframes_gives_the_answer_of_its_sql(tpch: SparkSession, query) -> None:
    frame = query(tpch)
    load(GOLDEN / "tpch" / f"{query.__name__}.json")[0].check(columns_of(frame), rows_of(frame))
