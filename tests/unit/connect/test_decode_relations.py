from __future__ import annotations

import sys

import pyspark.sql.connect.functions as F
import pyspark.sql.connect.proto as pb
import pytest
from pyspark.sql import types as T
from pyspark.sql.connect.window import Window

from hiveframe.connect.decode.local_data import read_table
from hiveframe.errors import ParseException, SparkError
from hiveframe.plan import commands, spec
from hiveframe.plan import types as t


def test_a_projection_over_a_filter(spark, decode):
    plan = decode(spark.range(1, 10, 2, 4).filter(F.col("id") > 3).select("id", (F.col("id") + 1).alias("n")))
    assert isinstance(plan, spec.Project)
    first, second = plan.items
    assert first.parts == ("id",)
    assert (second.names, second.child.name, second.child.args[1].value) == (("n",), ("+",), 1)
    assert plan.child.condition.name == (">",)
    source = plan.child.child
    assert (source.start, source.end, source.step, source.partitions) == (1, 10, 2, 4)


def test_each_relation_carries_the_id_that_columns_refer_to(spark, decode):
    base = spark.range(3)
    plan = decode(base.select(base["id"]))
    assert plan.child.plan_id == base._plan._plan_id
    assert plan.items[0].plan_id == base._plan._plan_id


def test_joins_by_condition_by_columns_and_cross(spark, decode):
    left, right = spark.range(3), spark.range(5)
    by_condition = decode(left.join(right, left.id == right.id, "left_anti"))
    assert (by_condition.kind, by_condition.using) == ("anti", ())
    assert by_condition.condition.name == ("==",)
    by_columns = decode(left.join(right, ["id"], "full"))
    assert (by_columns.kind, by_columns.using, by_columns.condition) == ("full", ("id",), None)
    assert decode(left.crossJoin(right)).kind == "cross"


def test_an_aggregation_keeps_its_keys(spark, decode):
    plan = decode(spark.range(3).groupBy("id").agg(F.sum("id"), F.count_distinct("id")))
    assert (plan.kind, plan.keeps_keys, len(plan.keys)) == ("groupby", True, 1)
    assert [i.name for i in plan.items] == [("sum",), ("count",)]
    assert plan.items[1].distinct


def test_pivots_rollups_cubes_and_grouping_sets(spark, decode):
    frame = spark.range(3)
    pivot = decode(frame.groupBy("id").pivot("k", ["a", "b"]).agg(F.sum("v")))
    assert (pivot.kind, pivot.pivot_column.parts) == ("pivot", ("k",))
    assert [v.value for v in pivot.pivot_values] == ["a", "b"]
    assert decode(frame.rollup("id").count()).kind == "rollup"
    assert decode(frame.cube("id").count()).kind == "cube"
    sets = decode(frame.groupingSets([[frame.id], []], frame.id).count())
    assert [len(s) for s in sets.grouping_sets] == [1, 0]


def test_set_operations(spark, decode):
    a, b = spark.range(3), spark.range(4)
    union = decode(a.unionByName(b, allowMissingColumns=True))
    assert (union.kind, union.is_all, union.by_name, union.allow_missing) == ("union", True, True, True)
    assert decode(a.intersect(b)).is_all is False
    assert decode(a.exceptAll(b)).kind == "except"


def test_sorting_is_global_unless_within_partitions(spark, decode):
    plan = decode(spark.range(3).orderBy(F.desc_nulls_first("id"), "x"))
    key, other = plan.keys
    assert (plan.is_global, key.ascending, key.nulls_first) == (True, False, True)
    assert (other.ascending, other.nulls_first) == (True, True)
    assert decode(spark.range(3).sortWithinPartitions("id")).is_global is False


def test_window_frames_count_from_the_current_row(spark, decode):
    window = Window.partitionBy("a").orderBy("b").rowsBetween(-2, Window.currentRow)
    item = decode(spark.range(3).select(F.sum("id").over(window))).items[0]
    frame = item.spec.frame
    assert (frame.unit, frame.lower.kind, frame.lower.value.value, frame.upper.kind) == (
        "rows",
        "preceding",
        2,
        "current_row",
    )
    window = Window.orderBy("b").rangeBetween(Window.unboundedPreceding, 5)
    frame = decode(spark.range(3).select(F.sum("id").over(window))).items[0].spec.frame
    assert (frame.unit, frame.lower.kind, frame.upper.kind, frame.upper.value.value) == (
        "range",
        "unbounded_preceding",
        "following",
        5,
    )


def test_columns_added_renamed_dropped_and_cast(spark, decode):
    frame = spark.range(3)
    assert decode(frame.withColumn("a", F.lit(1))).items[0].names == ("a",)
    assert decode(frame.withColumnsRenamed({"id": "x"})).renames == (("id", "x"),)
    assert decode(frame.drop("a", "b")).names == ("a", "b")
    assert decode(frame.toDF("n")).names == ("n",)
    to = decode(frame.to(T.StructType([T.StructField("id", T.StringType())])))
    assert to.schema == t.StructType((t.StructField("id", t.STRING),))
    cast = decode(frame.select(F.col("id").cast("decimal(10,2)"), F.col("id").try_cast(T.DateType()))).items
    assert (cast[0].dtype, cast[0].is_try) == ("decimal(10,2)", False)
    assert (cast[1].dtype, cast[1].is_try) == (t.DATE, True)


def test_sql_text_of_expressions_is_parsed(spark, decode):
    assert decode(spark.range(3).filter("id > 1")).condition.parts == ("parsed id > 1",)


def test_structs_lambdas_stars_and_regexes(spark, decode):
    frame = spark.range(3)
    items = decode(
        frame.select(
            "*",
            frame["s"]["f"],
            F.col("s").withField("a.b", F.lit(1)),
            F.col("s").dropFields("c"),
            F.transform("xs", lambda x: x + 1),
            frame.colRegex("`i.*`"),
        )
    ).items
    assert isinstance(items[0], spec.Star)
    assert items[1].key.value == "f"
    assert (items[2].field, items[2].value.value) == ("a.b", 1)
    assert (items[3].field, items[3].value) == ("c", None)
    function = items[4].args[1]
    assert function.params == (function.body.args[0].name,)
    assert items[5].pattern == "`i.*`"


def test_subqueries_hold_their_relations(spark, decode):
    inner = spark.range(5).filter(F.col("id") == 1).select(F.max("id"))
    outer = decode(spark.range(3).select(inner.scalar().alias("m")))
    subquery = outer.items[0].child
    assert isinstance(subquery, spec.ScalarSubquery)
    assert isinstance(subquery.plan, spec.Project)
    exists = decode(spark.range(3).filter(spark.range(2).exists()))
    assert isinstance(exists.condition, spec.ExistsSubquery)
    isin = decode(spark.range(3).filter(F.col("id").isin(spark.range(2))))
    assert isinstance(isin.condition, spec.InSubquery)
    assert len(isin.condition.values) == 1


def test_a_subquery_within_a_subquery(spark, decode):
    innermost = spark.range(7).select(F.max("id"))
    middle = spark.range(5).filter(F.col("id") < innermost.scalar()).select(F.min("id"))
    plan = decode(spark.range(3).filter(F.col("id") == middle.scalar()))
    found = plan.condition.args[1].plan
    assert found.child.condition.args[1].plan.child.end == 7


def test_a_subquery_without_its_relation_is_an_invalid_plan(decoder):
    message = pb.Relation()
    message.filter.input.range.end = message.filter.input.range.step = 1
    message.filter.condition.subquery_expression.plan_id = 77
    message.filter.condition.subquery_expression.subquery_type = pb.SubqueryExpression.SUBQUERY_TYPE_SCALAR
    with pytest.raises(SparkError, match="INVALID_WITH_RELATION_REFERENCE"):
        decoder.relation(message)


def test_reading_tables_and_files(spark, decode):
    assert decode(spark.read.table("a.`b.c`")).name.parts == ("a", "b.c")
    schema = T.StructType([T.StructField("a", T.IntegerType(), True, {"k": 1})])
    source = decode(spark.read.schema(schema).option("header", True).csv(["x", "y"]))
    assert (source.format, source.paths) == ("csv", ("x", "y"))
    assert source.schema == t.StructType((t.StructField("a", t.INT, True, {"k": 1}),))
    assert source.options["header"] == "true"
    assert decode(spark.read.schema("a INT").parquet("p")).schema == "a INT"


def test_a_bad_table_name_is_a_parse_error(spark, decode):
    with pytest.raises(ParseException) as caught:
        decode(spark.read.table("a-b"))
    assert caught.value.condition == "INVALID_IDENTIFIER"


def test_rows_sent_with_the_plan(spark, decode):
    schema = T.StructType([T.StructField("n", T.IntegerType()), T.StructField("s", T.StringType())])
    plan = decode(spark.createDataFrame([(1, "a"), (2, None)], schema))
    assert plan.data.to_pylist() == [{"n": 1, "s": "a"}, {"n": 2, "s": None}]
    assert plan.schema == t.StructType((t.StructField("n", t.INT), t.StructField("s", t.STRING)))


def test_rows_that_are_no_arrow_stream_cannot_be_parsed():
    with pytest.raises(SparkError, match="CANNOT_PARSE"):
        read_table([b"certainly not Arrow"])


def test_cached_rows_are_found_by_hash_or_named_as_missing(decoder, blobs, spark):
    rows = spark.createDataFrame([(1,), (2,)], ["n"])._plan.plan(spark.client).to_df.input.local_relation
    blobs["h"] = rows.SerializeToString()
    blobs["data"], blobs["schema"] = rows.data, rows.schema.encode()
    single = pb.Relation(cached_local_relation=pb.CachedLocalRelation(hash="h"))
    assert decoder.relation(single).data.column(0).to_pylist() == [1, 2]
    chunks = pb.Relation()
    chunks.chunked_cached_local_relation.dataHashes.extend(["data", "data"])
    chunks.chunked_cached_local_relation.schemaHash = "schema"
    assert decoder.relation(chunks).data.column(0).to_pylist() == [1, 2, 1, 2]
    with pytest.raises(SparkError, match="hash: gone"):
        decoder.relation(pb.Relation(cached_local_relation=pb.CachedLocalRelation(hash="gone")))


def test_nulls_and_statistics(spark, decode):
    frame = spark.range(3)
    fill = decode(frame.na.fill({"a": 1, "b": "x"}))
    assert (fill.columns, [v.value for v in fill.values]) == (("a", "b"), [1, "x"])
    assert decode(frame.na.drop(thresh=2, subset=["a"])).min_non_nulls == 2
    replaced = decode(frame.na.replace({1: 2}, subset=["a"])).replacements
    assert (replaced[0][0].value, replaced[0][1].value) == (1, 2)
    assert decode(frame.summary("min")).statistics == ("min",)
    assert decode(frame.freqItems(["id"])).support == 0.01
    sample = decode(frame.sampleBy("id", {0: 0.5}, seed=3))
    assert (sample.fractions[0][0].value, sample.fractions[0][1], sample.seed) == (0, 0.5, 3)


def test_unpivot_with_and_without_values(spark, decode):
    plan = decode(spark.range(3).unpivot("id", ["a", "b"], "k", "v"))
    assert [g[0].parts for g, _ in plan.values] == [("a",), ("b",)]
    assert (plan.variable_name, plan.value_names) == ("k", ("v",))
    assert decode(spark.range(3).unpivot("id", None, "k", "v")).values is None


def test_catalog_calls_are_commands_in_a_relation(spark, decoder):
    message = pb.Relation()
    message.catalog.list_tables.pattern = "a*"
    call = decoder.relation(message).command
    assert isinstance(call, commands.CatalogCall)
    assert (call.operation, call.args) == ("list_tables", {"db_name": None, "pattern": "a*"})


def test_three_thousand_steps_decode_without_deep_recursion(decoder):
    root = step = pb.Relation()
    for n in range(3000):
        step.common.plan_id = n
        alias = step.with_columns.aliases.add(name=["a"])
        alias.expr.literal.integer = n
        step = step.with_columns.input
    step.range.end = step.range.step = 1
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(200)
    try:
        plan = decoder.relation(root)
    finally:
        sys.setrecursionlimit(before)
    depth = 0
    while isinstance(plan, spec.WithColumns):
        plan, depth = plan.child, depth + 1
    assert depth == 3000


def test_a_missing_input_is_an_invalid_plan(decoder):
    message = pb.Relation()
    message.filter.condition.literal.boolean = True
    with pytest.raises(SparkError) as caught:
        decoder.relation(message)
    assert caught.value.condition == "CONNECT_INVALID_PLAN.ASSERTION_FAILURE"


def test_the_place_in_the_users_program_is_kept(decoder):
    message = pb.Relation()
    message.filter.input.range.end = message.filter.input.range.step = 1
    condition = message.filter.condition
    condition.literal.boolean = True
    condition.common.origin.python_origin.fragment = "filter"
    condition.common.origin.python_origin.call_site = "job.py:3"
    origin = decoder.relation(message).condition.origin
    assert (origin.fragment, origin.call_site) == ("filter", "job.py:3")


def test_python_functions_arrive_as_their_bytes(spark, decode):
    double = F.udf(lambda x: x * 2, T.LongType(), useArrow=False)  # else it asks the session that was active last
    udf = decode(spark.range(3).select(double("id"))).items[0]
    assert isinstance(udf, spec.PythonUdf)
    assert isinstance(udf.function.command, bytes)
    assert udf.function.return_type == t.LONG
    mapped = decode(spark.range(3).mapInPandas(lambda batches: batches, T.StructType([])))
    assert isinstance(mapped, spec.MapPartitions)
    grouped = decode(spark.range(3).groupBy("id").applyInPandas(lambda frame: frame, T.StructType([])))
    assert isinstance(grouped, spec.GroupMap)
    assert len(grouped.keys) == 1


def test_a_range_needs_no_start(decoder):
    assert decoder.relation(pb.Relation(range=pb.Range(end=3, step=1))).start == 0


def test_compressed_plans_are_read(spark, decoder):
    import zstandard

    relation = spark.range(8).limit(3)._plan.plan(spark.client)
    kind = pb.Plan.CompressedOperation
    plan = pb.Plan(
        compressed_operation=kind(
            data=zstandard.compress(relation.SerializeToString()),
            op_type=kind.OP_TYPE_RELATION,
            compression_codec=pb.CompressionCodec.COMPRESSION_CODEC_ZSTD,
        )
    )
    assert decoder.plan(plan).child.end == 8
    plan.compressed_operation.data = b"broken"
    with pytest.raises(SparkError, match="CANNOT_PARSE"):
        decoder.plan(plan)
