"""A program for each kind of message that is served: PySpark's client sends one of it, and the answer is looked at."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow as pa
import pyspark.sql.connect.proto as pb
from pyspark.sql import Row, Window
from pyspark.sql import functions as F
from pyspark.sql.connect.dataframe import DataFrame
from pyspark.sql.connect.plan import LogicalPlan
from pyspark.sql.functions import udtf
from pyspark.sql.types import IntegerType, StructType

Program = Callable[[Any], Any]


def rows(frame):
    return [tuple(r) for r in frame.collect()]


def words(spark):
    return spark.createDataFrame([(1, "a", None), (2, "b", 2.0), (2, "a", 3.0)], "k int, w string, v double")


def view(spark):
    words(spark).createOrReplaceTempView("protocol_words")
    return spark.table("protocol_words")


@udtf(returnType="n int")
class Twice:
    def eval(self, n):
        yield (n,)
        yield (n,)


class Given(LogicalPlan):
    """A relation that the client has no class for."""

    def __init__(self, relation: pb.Relation) -> None:
        super().__init__(None)
        self._relation = relation

    def plan(self, session):
        relation = self._create_proto_relation()
        common = pb.RelationCommon()
        common.CopyFrom(relation.common)
        relation.CopyFrom(self._relation)
        relation.common.CopyFrom(common)
        return relation


def cached_local(spark):
    """Rows that were uploaded once, named by their hash."""
    sink = pa.BufferOutputStream()
    table = pa.table({"a": pa.array([1, 2], pa.int32())})
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    schema = StructType().add("a", IntegerType()).json()
    message = pb.LocalRelation(data=sink.getvalue().to_pybytes(), schema=schema).SerializeToString()
    digest = hashlib.sha256(message).hexdigest()
    spark.client._artifact_manager.cache_artifact(message)
    relation = pb.Relation(cached_local_relation=pb.CachedLocalRelation(hash=digest))
    return rows(DataFrame(Given(relation), spark)) == [(1,), (2,)]


def chunked_local(spark):
    spark.conf.set("spark.sql.session.localRelationCacheThreshold", "1")
    try:
        return rows(spark.createDataFrame([(1,), (2,)], "a int")) == [(1,), (2,)]
    finally:
        spark.conf.unset("spark.sql.session.localRelationCacheThreshold")


def as_of(spark):
    left, right = spark.range(3).toDF("a"), spark.range(2).toDF("b")
    return rows(left._joinAsOf(right, "a", "b").sort("a")) == [(0, 0), (1, 1), (2, 1)]


def observed(spark):
    from pyspark.sql import Observation

    seen = Observation()
    spark.range(3).observe(seen, F.count(F.lit(1)).alias("n")).collect()
    return seen.get == {"n": 3}


RELATIONS: dict[str, Program] = {
    "read": lambda s: view(s).count() == 3,
    "project": lambda s: rows(s.range(2).select((F.col("id") + 1).alias("x"))) == [(1,), (2,)],
    "filter": lambda s: rows(s.range(3).where("id > 1")) == [(2,)],
    "join": lambda s: rows(s.range(3).join(s.range(1, 2), "id")) == [(1,)],
    "set_op": lambda s: sorted(rows(s.range(2).union(s.range(1)))) == [(0,), (0,), (1,)],
    "sort": lambda s: rows(s.range(2).sort(F.desc("id"))) == [(1,), (0,)],
    "limit": lambda s: rows(s.range(5).limit(1)) == [(0,)],
    "aggregate": lambda s: rows(s.range(3).agg(F.sum("id"))) == [(3,)],
    "sql": lambda s: rows(s.sql("SELECT :a AS a", {"a": 1})) == [(1,)],
    "local_relation": lambda s: rows(s.createDataFrame([(1, "x")], "a int, b string")) == [(1, "x")],
    "sample": lambda s: s.range(100).sample(0.5, 1).count() > 0,
    "offset": lambda s: rows(s.range(3).offset(2)) == [(2,)],
    "deduplicate": lambda s: words(s).dropDuplicates(["k"]).count() == 2,
    "range": lambda s: rows(s.range(2)) == [(0,), (1,)],
    "subquery_alias": lambda s: rows(s.range(1).alias("r").select("r.id")) == [(0,)],
    "repartition": lambda s: s.range(4).coalesce(1).count() == 4,
    "to_df": lambda s: s.range(1).toDF("x").columns == ["x"],
    "with_columns_renamed": lambda s: s.range(1).withColumnRenamed("id", "x").columns == ["x"],
    "show_string": lambda s: s.range(1)._show_string() == "+---+\n| id|\n+---+\n|  0|\n+---+\n",
    "drop": lambda s: words(s).drop("w", "v").columns == ["k"],
    "tail": lambda s: [tuple(r) for r in s.range(3).tail(1)] == [(2,)],
    "with_columns": lambda s: rows(s.range(1).withColumn("x", F.lit(2))) == [(0, 2)],
    "hint": lambda s: s.range(2).hint("broadcast").count() == 2,
    "unpivot": lambda s: (
        sorted(rows(s.range(1).withColumn("x", F.lit(2)).unpivot("id", ["x"], "n", "v"))) == [(0, "x", 2)]
    ),
    "to_schema": lambda s: rows(s.range(1).to(StructType().add("id", "string"))) == [("0",)],
    "repartition_by_expression": lambda s: s.range(4).repartition(2, "id").count() == 4,
    "map_partitions": lambda s: rows(s.range(2).mapInPandas(lambda it: it, "id bigint")) == [(0,), (1,)],
    "collect_metrics": observed,
    "parse": lambda s: rows(s.read.json(s.createDataFrame([('{"a": 1}',)], "value string"))) == [(1,)],
    "group_map": lambda s: (
        sorted(rows(words(s).groupBy("k").applyInPandas(lambda g: g[["k"]].head(1), "k int"))) == [(1,), (2,)]
    ),
    "co_group_map": lambda s: (
        rows(
            s.range(2)
            .groupBy("id")
            .cogroup(s.range(1).groupBy("id"))
            .applyInPandas(lambda a, b: pd.DataFrame({"n": [len(a) + len(b)]}), "n long")
            .sort("n")
        )
        == [(1,), (2,)]
    ),
    "with_watermark": lambda s: s.sql("SELECT now() AS t").withWatermark("t", "1 minute").count() == 1,
    "html_string": lambda s: "<table" in DataFrame(_html(s), s)._to_table()[0][0][0].as_py(),
    "cached_local_relation": cached_local,
    "cached_remote_relation": lambda s: s.range(3).localCheckpoint().count() == 3,
    "common_inline_user_defined_table_function": lambda s: rows(Twice(F.lit(1))) == [(1,), (1,)],
    "as_of_join": as_of,
    "with_relations": lambda s: (
        rows(s.range(3).where(F.col("id") == s.range(3).select(F.max("id")).scalar())) == [(2,)]
    ),
    "transpose": lambda s: rows(s.createDataFrame([("a", 1)], "k string, v int").transpose()) == [("v", 1)],
    "unresolved_table_valued_function": lambda s: rows(s.tvf.explode(F.array(F.lit(1)))) == [(1,)],
    "lateral_join": lambda s: rows(s.range(1, 2).lateralJoin(s.tvf.explode(F.array(F.col("id").outer())))) == [(1, 1)],
    "chunked_cached_local_relation": chunked_local,
    "nearest_by_join": lambda s: (
        s.range(2)
        .toDF("a")
        .nearestByJoin(s.range(3).toDF("b"), F.col("a") - F.col("b"), 1, "exact", "distance")
        .count()
        == 2
    ),
    "fill_na": lambda s: words(s).fillna(0.0).where("v = 0").count() == 1,
    "drop_na": lambda s: words(s).dropna().count() == 2,
    "replace": lambda s: words(s).replace("a", "z").where("w = 'z'").count() == 2,
    "summary": lambda s: words(s).summary("count").count() == 1,
    "crosstab": lambda s: words(s).crosstab("k", "w").count() == 2,
    "describe": lambda s: words(s).describe("k").count() == 5,
    "cov": lambda s: s.range(3).withColumn("x", F.col("id") * 2).cov("id", "x") == 2.0,
    "corr": lambda s: round(s.range(3).withColumn("x", F.col("id") * 2).corr("id", "x"), 9) == 1.0,
    "approx_quantile": lambda s: s.range(5).approxQuantile("id", [0.5], 0.0) == [2.0],
    "freq_items": lambda s: words(s).freqItems(["k"], 0.5).count() == 1,
    "sample_by": lambda s: s.range(4).sampleBy("id", {1: 1.0}, 0).count() == 1,
    "catalog": lambda s: s.catalog.currentDatabase() == "default",
}


def _html(spark):
    from pyspark.sql.connect.plan import HtmlString

    return HtmlString(child=spark.range(1)._plan, num_rows=20, truncate=20)


def by_pattern(frame):
    return frame.select(frame.colRegex("`i.*`"))


def plus_one():
    return F.udf(lambda x: x + 1, "int")


EXPRESSIONS: dict[str, Program] = {
    "literal": lambda s: rows(s.range(1).select(F.lit(1))) == [(1,)],
    "unresolved_attribute": lambda s: rows(s.range(1).select("id")) == [(0,)],
    "unresolved_function": lambda s: rows(s.range(1).select(F.abs("id"))) == [(0,)],
    "expression_string": lambda s: rows(s.range(1).select(F.expr("id + 1"))) == [(1,)],
    "unresolved_star": lambda s: rows(s.range(1).select("*")) == [(0,)],
    "alias": lambda s: s.range(1).select(F.col("id").alias("x")).columns == ["x"],
    "cast": lambda s: rows(s.range(1).select(F.col("id").cast("string"))) == [("0",)],
    "unresolved_regex": lambda s: by_pattern(s.range(1)).columns == ["id"],
    "sort_order": lambda s: (
        rows(s.range(2).select(F.lit(1).alias("o"), "id").groupBy("o").agg(F.max("id"))) == [(1, 1)]
        and rows(s.range(2).repartitionByRange(2, F.col("id").desc()).sort("id")) == [(0,), (1,)]
    ),
    "lambda_function": lambda s: rows(s.range(1).select(F.transform(F.array("id"), lambda x: x + 1))) == [([1],)],
    "window": lambda s: rows(s.range(2).select(F.row_number().over(Window.orderBy("id")))) == [(1,), (2,)],
    "unresolved_extract_value": lambda s: rows(s.range(1).select(F.array("id")[0])) == [(0,)],
    "update_fields": lambda s: (
        rows(s.range(1).select(F.struct("id").alias("r")).select(F.col("r").withField("x", F.lit(1))))
        == [(Row(id=0, x=1),)]
    ),
    "unresolved_named_lambda_variable": lambda s: (
        rows(s.range(1).select(F.filter(F.array("id"), lambda x: x > 0))) == [([],)]
    ),
    "common_inline_user_defined_function": lambda s: rows(s.range(1).select(plus_one()("id"))) == [(1,)],
    "call_function": lambda s: rows(s.range(1).select(F.call_function("abs", F.col("id")))) == [(0,)],
    "named_argument_expression": lambda s: (
        rows(s.range(1).select(F.udf(lambda a: a, "bigint")(a=F.col("id")))) == [(0,)]
    ),
    "subquery_expression": lambda s: s.range(2).where(s.range(1).exists()).count() == 2,
    "direct_shuffle_partition_id": lambda s: s.range(2).repartitionById(2, F.col("id").cast("int")).count() == 2,
}


def written(spark, tmp_path):
    path = str(tmp_path / "rows")
    spark.range(2).write.parquet(path)
    return spark.read.parquet(path).count() == 2


def table_written(spark):
    spark.sql("DROP TABLE IF EXISTS protocol_t")
    spark.range(2).writeTo("protocol_t").using("parquet").create()
    return spark.table("protocol_t").count() == 2


def function_registered(spark):
    spark.udf.register("protocol_f", lambda x: x + 1, "int")
    return rows(spark.sql("SELECT protocol_f(1)")) == [(2,)]


def table_function_registered(spark):
    spark.udtf.register("protocol_tf", Twice)
    return rows(spark.sql("SELECT * FROM protocol_tf(1)")) == [(1,), (1,)]


def profile_made(spark):
    command = pb.Command(create_resource_profile_command=pb.CreateResourceProfileCommand())
    _, properties, _ = spark.client.execute_command(command)
    return properties["create_resource_profile_command_result"] > 0


def removed(spark):
    import gc

    kept = spark.range(1).localCheckpoint()
    del kept
    gc.collect()
    return True


COMMANDS: dict[str, Program] = {
    "register_function": function_registered,
    "create_dataframe_view": lambda s: view(s).count() == 3,
    "write_operation_v2": table_written,
    "sql_command": lambda s: rows(s.sql("SHOW CURRENT NAMESPACE"))[0][1] == "default",
    "register_table_function": table_function_registered,
    "checkpoint_command": lambda s: s.range(2).localCheckpoint().count() == 2,
}

# Commands that `connect.execute` answers before they are decoded.
PROTOCOL_COMMANDS: dict[str, Program] = {
    "get_resources_command": lambda s: (
        s.client.execute_command(pb.Command(get_resources_command=pb.GetResourcesCommand()))[1]
        == {"get_resources_command_result": {}}
    ),
    "create_resource_profile_command": profile_made,
}


def tree(spark, frame):
    return spark.client._analyze(method="tree_string", plan=frame._plan.to_proto(spark.client), level=1).tree_string


ANALYSES: dict[str, Program] = {
    "schema": lambda s: s.range(1).schema.simpleString() == "struct<id:bigint>",
    "explain": lambda s: "Range" in s.range(1)._explain_string(),
    "tree_string": lambda s: "|-- id: long" in tree(s, s.range(1)),
    "is_local": lambda s: s.createDataFrame([(1,)], "a int").isLocal(),
    "is_streaming": lambda s: not s.range(1).isStreaming,
    "input_files": lambda s: s.range(1).inputFiles() == [],
    "spark_version": lambda s: s.version == "4.2.0",
    "ddl_parse": lambda s: (
        s.client._analyze(method="ddl_parse", ddl_string="a int").parsed.simpleString() == "struct<a:int>"
    ),
    "same_semantics": lambda s: s.range(1).sameSemantics(s.range(1)),
    "semantic_hash": lambda s: isinstance(s.range(1).semanticHash(), int),
    "persist": lambda s: s.range(1).persist().count() == 1,
    "unpersist": lambda s: s.range(1).persist().unpersist().count() == 1,
    "get_storage_level": lambda s: s.range(1).persist().storageLevel.useMemory,
    "json_to_ddl": lambda s: (
        s.client._analyze(
            method="json_to_ddl", json_string=json.dumps(StructType().add("a", IntegerType()).jsonValue())
        ).ddl_string
        == "a INT"
    ),
}


def set_and_unset(spark):
    spark.conf.set("protocol.key", "1")
    found = spark.conf.get("protocol.key")
    spark.conf.unset("protocol.key")
    return found == "1"


def asked(spark, name):
    operation = pb.ConfigRequest.Operation(get_option=pb.ConfigRequest.GetOption(keys=[name]))
    return list(spark.client.config(operation).pairs)


SETTINGS: dict[str, Program] = {
    "set": set_and_unset,
    "get": lambda s: s.conf.get("spark.sql.ansi.enabled") == "true",
    "get_with_default": lambda s: s.conf.get("protocol.none", "x") == "x",
    "get_option": lambda s: asked(s, "protocol.none") == [("protocol.none", None)],
    "get_all": lambda s: isinstance(s.conf.getAll, dict),
    "unset": set_and_unset,
    "is_modifiable": lambda s: s.conf.isModifiable("spark.sql.ansi.enabled"),
}
