"""Python table functions that analyse their own result, and their TABLE arguments."""

from pyspark.sql import functions as F
from pyspark.sql.functions import (
    AnalyzeArgument,
    AnalyzeResult,
    OrderingColumn,
    PartitioningColumn,
    SelectedColumn,
    udtf,
)
from pyspark.sql.types import IntegerType, LongType, StringType, StructType

from tests.frames.cases import rows, unordered


def _words(spark):
    return spark.createDataFrame([(1, "b"), (1, "a"), (2, "d"), (2, "c"), (3, "e")], "k int, w string")


def case_a_schema_by_a_constant(spark):
    @udtf
    class Repeated:
        @staticmethod
        def analyze(text: AnalyzeArgument, count: AnalyzeArgument) -> AnalyzeResult:
            assert isinstance(count.value, int)
            schema = StructType()
            for i in range(count.value):
                schema = schema.add(f"w{i}", text.dataType)
            return AnalyzeResult(schema)

        def eval(self, text, count):
            yield tuple([text] * count)

    spark.udtf.register("hf_repeated", Repeated)
    return [
        rows(spark.sql("SELECT * FROM hf_repeated('x', 3)")),
        rows(Repeated(F.lit(7), F.lit(2))),
        rows(spark.sql("SELECT * FROM hf_repeated(count => 1, text => 'y')")),
    ]


def case_what_analyze_sees(spark):
    @udtf
    class Seen:
        @staticmethod
        def analyze(*args, **kwargs):
            texts = [f"{a.dataType.simpleString()} {a.value!r} {a.isTable} {a.isConstantExpression}" for a in args]
            texts += [f"{k}: {a.dataType.simpleString()} {a.value!r}" for k, a in sorted(kwargs.items())]
            schema = StructType()
            for i, text in enumerate(texts):
                schema = schema.add(f"{i} {text}", StringType())
            return AnalyzeResult(schema)

        def eval(self, *args, **kwargs):
            yield tuple(str(a) for a in (*args, *kwargs.values()))

    spark.udtf.register("hf_seen", Seen)
    return rows(spark.sql("SELECT * FROM hf_seen(1, 'a', 1 + 1, date'2020-01-02', NULL, array(1, 2), b => 2.5)"))


def _analysed(**options):
    class Counted:
        @staticmethod
        def analyze(table: AnalyzeArgument):
            schema = StructType().add("k", IntegerType()).add("n", LongType()).add("ws", StringType())
            return AnalyzeResult(schema, **options)

        def __init__(self):
            self._rows = []

        def eval(self, row):
            self._rows.append(row)

        def terminate(self):
            yield self._rows[0][0], len(self._rows), ",".join(str(r[-1]) for r in self._rows)

    return Counted


def case_partitions_and_order_that_analyze_asks_for(spark):
    counted = udtf(_analysed(partitionBy=[PartitioningColumn("k")], orderBy=[OrderingColumn("w")]))
    return unordered(counted(_words(spark).asTable()))


def case_descending_order_that_analyze_asks_for(spark):
    order = [OrderingColumn("w", ascending=False, overrideNullsFirst=True)]
    counted = udtf(_analysed(partitionBy=[PartitioningColumn("k % 2")], orderBy=order))
    return unordered(counted(_words(spark).asTable()))


def case_one_partition_that_analyze_asks_for(spark):
    counted = udtf(_analysed(withSinglePartition=True, orderBy=[OrderingColumn("w")]))
    return unordered(counted(_words(spark).asTable()))


def case_columns_that_analyze_selects(spark):
    select = [SelectedColumn("k"), SelectedColumn("upper(w)", alias="u")]
    order = [OrderingColumn("k"), OrderingColumn("w")]
    counted = udtf(_analysed(withSinglePartition=True, orderBy=order, select=select))
    return unordered(counted(_words(spark).asTable()))


def case_a_table_partitioned_by_the_caller(spark):
    @udtf(returnType="k int, n bigint, ws string")
    class Counted:
        def __init__(self):
            self._rows = []

        def eval(self, row):
            self._rows.append(row)

        def terminate(self):
            if self._rows:
                yield self._rows[0]["k"], len(self._rows), ",".join(r["w"] for r in self._rows)

    words = _words(spark)
    spark.udtf.register("hf_counted", Counted)
    words.createOrReplaceTempView("hf_words")
    return [
        unordered(Counted(words.asTable().partitionBy("k").orderBy("w"))),
        unordered(Counted(words.asTable().partitionBy(F.col("k") % 2).orderBy(F.desc("w")))),
        unordered(Counted(words.asTable().withSinglePartition().orderBy("w"))),
        unordered(spark.sql("SELECT * FROM hf_counted(TABLE(hf_words) PARTITION BY k ORDER BY w DESC)")),
        unordered(
            spark.sql("SELECT * FROM hf_counted(TABLE(SELECT * FROM hf_words WHERE k = 2) WITH SINGLE PARTITION)")
        ),
    ]


def case_analyze_fails(spark):
    @udtf
    class Failing:
        @staticmethod
        def analyze(a: AnalyzeArgument):
            raise ValueError("no")

        def eval(self, a):
            yield (a,)

    return _condition(lambda: Failing(F.lit(1)).schema)


def case_analyze_is_called_wrongly(spark):
    @udtf
    class One:
        @staticmethod
        def analyze(a: AnalyzeArgument):
            return AnalyzeResult(StructType().add("a", IntegerType()))

        def eval(self, a):
            yield (a,)

    return _condition(lambda: One(F.lit(1), F.lit(2)).schema)


def case_analyze_returns_something_else(spark):
    @udtf
    class Wrong:
        @staticmethod
        def analyze(a: AnalyzeArgument):
            return StructType().add("a", IntegerType())

        def eval(self, a):
            yield (a,)

    return _condition(lambda: Wrong(F.lit(1)).schema)


def case_a_lateral_join_with_a_table_function(spark):
    @udtf(returnType="part string")
    class Parts:
        def eval(self, text):
            for part in text.split(" "):
                yield (part,)

    lines = spark.createDataFrame([("a b",), ("c",)], "line string")
    return unordered(lines.lateralJoin(Parts(F.col("line").outer())))


def _condition(ask):
    from pyspark.errors import PySparkException

    try:
        ask()
    except PySparkException as error:
        return [type(error).__name__, error.getCondition(), error.getSqlState()]
    return None
