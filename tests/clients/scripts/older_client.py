"""A program on pyspark-client 4.0: every assertion holds on Spark 4.2 too. Its argument is the server's address."""

import sys
import tempfile
import uuid
from pathlib import Path

import pandas as pd
import pyspark
from pyspark.errors import AnalysisException, ArithmeticException, ParseException, PythonException
from pyspark.sql import Row, SparkSession, Window
from pyspark.sql import functions as F

assert pyspark.__version__.startswith("4.0."), pyspark.__version__
spark = SparkSession.builder.remote(sys.argv[1]).getOrCreate()
assert spark.version.startswith("4.2")


def raises(kind, condition, action):
    raised = None
    try:
        action()
    except kind as error:
        raised = error
    assert raised is not None, f"no {kind.__name__}"
    assert condition in (raised.getCondition() or str(raised)), raised


# rows, uploads, parameters
assert spark.createDataFrame([(1, "a"), (2, "b")], ["i", "s"]).filter("i > 1").collect() == [Row(i=2, s="b")]
assert spark.createDataFrame(pd.DataFrame({"n": range(300_000)})).agg(F.sum("n")).first()[0] == sum(range(300_000))
assert spark.sql("select :a + 1 x", args={"a": 4}).first().x == 5
assert spark.sql("select ? + 1 x", args=[4]).first().x == 5

# tables
name = f"older_client_{uuid.uuid4().hex}"
spark.sql(f"create table {name} (i int, s string) using parquet")
spark.sql(f"insert into {name} values (1, 'x'), (2, 'y'), (3, 'x')")
spark.createDataFrame([(4, "z")], "i int, s string").write.insertInto(name)
assert spark.table(name).groupBy("s").agg(F.sum("i").alias("t")).orderBy("s").collect() == [
    Row(s="x", t=4),
    Row(s="y", t=2),
    Row(s="z", t=4),
]
assert spark.catalog.tableExists(name)
spark.sql(f"drop table {name}")

# joins of pinned columns, windows, subqueries
a, b = spark.range(3), spark.range(2, 4)
full = a.join(b, a.id == b.id, "full").select(a.id.alias("l"), b.id.alias("r")).orderBy("l", "r").collect()
assert full == [Row(l=None, r=3), Row(l=0, r=None), Row(l=1, r=None), Row(l=2, r=2)]
ranked = spark.range(3).withColumn("r", F.row_number().over(Window.orderBy(F.desc("id")))).orderBy("id")
assert [row.r for row in ranked.collect()] == [3, 2, 1]
assert spark.range(3).where(F.col("id") > spark.range(2).agg(F.avg("id")).scalar()).count() == 2

# Python functions
assert [r[0] for r in spark.range(3).select(F.udf(lambda v: v * 2, "long")("id")).collect()] == [0, 2, 4]
assert [r[0] for r in spark.range(3).select(F.pandas_udf(lambda s: s + 1, "long")("id")).collect()] == [1, 2, 3]
firsts = spark.range(4).groupBy((F.col("id") % 2).alias("k")).applyInPandas(lambda f: f.head(1)[["id"]], "id long")
assert sorted(row.id for row in firsts.collect()) == [0, 1]
assert spark.range(3).mapInPandas(lambda parts: (part + 1 for part in parts), "id long").count() == 3


class Doubles:
    def eval(self, x):
        yield x, x * 2


assert F.udtf(Doubles, returnType="a int, b int")(F.lit(3)).collect() == [Row(a=3, b=6)]
with tempfile.TemporaryDirectory() as folder:
    module = f"module_{uuid.uuid4().hex}"
    Path(folder, f"{module}.py").write_text("ANSWER = 42\n")
    spark.addArtifact(str(Path(folder, f"{module}.py")), pyfile=True)
    assert spark.range(1).select(F.udf(lambda _: __import__(module).ANSWER, "int")("id")).first()[0] == 42

# types, results, settings, tags
schema = spark.sql("select map('a', array(1)) m, struct(1 as x) s, parse_json('1') v").schema
assert schema.simpleString() == "struct<m:map<string,array<int>>,s:struct<x:int>,v:variant>"
assert spark.range(2).toPandas().id.tolist() == [0, 1]
assert spark.range(2).toArrow().num_rows == 2
assert sum(1 for _ in spark.range(50_000).toLocalIterator()) == 50_000
spark.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
assert spark.conf.get("spark.sql.session.timeZone") == "Asia/Tokyo"
spark.addTag("t")
assert spark.getTags() == {"t"}
assert spark.interruptTag("t") == []
spark.clearTags()

# errors
raises(AnalysisException, "UNRESOLVED_COLUMN", lambda: spark.sql("select nope from range(1)").collect())
raises(ParseException, "PARSE_SYNTAX_ERROR", lambda: spark.sql("selec 1").collect())
raises(ArithmeticException, "DIVIDE_BY_ZERO", lambda: spark.sql("select 1 / 0").collect())
raises(PythonException, "ZeroDivisionError", lambda: spark.range(1).select(F.udf(lambda v: 1 / v)("id")).collect())
spark.stop()
print("done")
