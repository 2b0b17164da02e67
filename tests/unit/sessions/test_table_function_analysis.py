"""`analyze` of Python table functions, over SQL and DataFrames; the answers are Spark's own."""

from collections.abc import Iterator
from typing import Any

import pytest
from pyspark.errors import AnalysisException
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import IntegerType, StringType, StructField, StructType
from pyspark.sql.udtf import AnalyzeArgument, AnalyzeResult, OrderingColumn, PartitioningColumn, SelectedColumn

import hiveframe

TABLE = "(select * from values (1, 3), (1, 2), (2, 9) t(k, v))"


class Counted:
    """Its argument; or of each partition by `k`, how many rows it has and the last by `v`."""

    @staticmethod
    def analyze(a: AnalyzeArgument, **_: AnalyzeArgument) -> AnalyzeResult:
        if not a.isTable:
            return AnalyzeResult(StructType([StructField("x", a.dataType)]))
        schema = StructType([StructField("n", IntegerType()), StructField("s", StringType())])
        return AnalyzeResult(schema, partitionBy=[PartitioningColumn("k")], orderBy=[OrderingColumn("v")])

    def __init__(self) -> None:
        self.last: tuple[int, str] | None = None

    def eval(self, a: Any, **_: Any) -> Iterator[tuple[Any, ...]]:
        if isinstance(a, Row):
            self.last = ((self.last or (0, ""))[0] + 1, str(a))
        else:
            yield (a,)

    def terminate(self) -> Iterator[tuple[Any, ...]]:
        if self.last is not None:
            yield self.last


class Wide:
    """As many columns as its argument says."""

    @staticmethod
    def analyze(n: AnalyzeArgument) -> AnalyzeResult:
        if n.value is None:
            raise ValueError("n must be constant")
        return AnalyzeResult(StructType([StructField(f"c{i}", IntegerType()) for i in range(n.value)]))

    def eval(self, n: int) -> Iterator[tuple[int, ...]]:
        yield tuple(range(n))


class Selecting:
    """The last row of a table, one column of it."""

    @staticmethod
    def analyze(t: AnalyzeArgument) -> AnalyzeResult:
        schema = StructType([StructField("z", StringType())])
        return AnalyzeResult(schema, withSinglePartition=True, select=[SelectedColumn("v")])

    def eval(self, row: Row) -> None:
        self.row = row

    def terminate(self) -> Iterator[tuple[str]]:
        yield (str(self.row),)


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = hiveframe.session()
    for kind in (Counted, Wide, Selecting):
        session.udtf.register(kind.__name__.lower(), F.udtf(kind))  # type: ignore[arg-type, type-var]
    yield session
    session.stop()


@pytest.mark.parametrize(
    ("call", "schema", "rows"),
    [
        ("counted('x')", "struct<x:string>", [("x",)]),
        ("counted(a => 5)", "struct<x:int>", [(5,)]),
        ("wide(3)", "struct<c0:int,c1:int,c2:int>", [(0, 1, 2)]),
        (f"counted(table({TABLE}))", "struct<n:int,s:string>", [(1, "Row(k=2, v=9)"), (2, "Row(k=1, v=3)")]),
        (f"selecting(table({TABLE}))", "struct<z:string>", [("Row(v=9)",)]),
    ],
)
def test_a_call_has_the_columns_and_partitions_that_it_asks_for(
    spark: SparkSession, call: str, schema: str, rows: list[tuple[Any, ...]]
) -> None:
    found = spark.sql(f"select * from {call}")
    assert found.schema.simpleString() == schema
    assert sorted(map(tuple, found.collect())) == rows


def test_a_frame_is_a_table_argument(spark: SparkSession) -> None:
    table = spark.sql(TABLE[1:-1]).asTable()
    counted = F.udtf(Counted)(table)  # type: ignore[arg-type, type-var, operator]
    assert sorted(map(tuple, counted.collect())) == [(1, "Row(k=2, v=9)"), (2, "Row(k=1, v=3)")]


def failed(spark: SparkSession, call: str) -> tuple[str | None, dict[str, str]]:
    with pytest.raises(AnalysisException) as caught:
        spark.sql(f"select * from {call}").collect()
    return caught.value.getCondition(), dict(caught.value.getMessageParameters() or {})


def test_what_analyze_raises_is_told_from_the_users_code_on(spark: SparkSession) -> None:
    condition, params = failed(spark, "wide(cast(null as int))")
    assert condition == "TABLE_VALUED_FUNCTION_FAILED_TO_ANALYZE_IN_PYTHON"
    assert params["msg"].startswith(f'Traceback (most recent call last):\n  File "{__file__}"')
    assert params["msg"].endswith("\nValueError: n must be constant")
    _, params = failed(spark, "counted()")
    assert params["msg"].startswith("Failed to evaluate the user-defined table function 'counted' because the function")


def test_a_call_must_not_partition_what_the_function_does(spark: SparkSession) -> None:
    condition, params = failed(spark, f"counted(table({TABLE}) partition by k)")
    assert condition == "TABLE_VALUED_FUNCTION_REQUIRED_METADATA_INCOMPATIBLE_WITH_CALL"
    assert params["functionName"] == "counted"
