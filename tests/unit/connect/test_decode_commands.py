from __future__ import annotations

import pyspark.sql.connect.functions as F
import pyspark.sql.connect.proto as pb
import pytest

from hiveframe.errors import SparkError
from hiveframe.plan import commands, spec
from tests.contract.connect.fake_runtime import FakeRuntime


@pytest.fixture
def ran(spark):
    """What a call sends as a command."""
    spark.range(1).collect()
    runtime = FakeRuntime.opened[spark.session_id]

    def run(call):
        call()
        return runtime.commands[-1]

    return run


def test_writing_to_a_path(spark, ran):
    frame = spark.range(3)
    write = ran(lambda: frame.write.mode("overwrite").partitionBy("a").option("k", 1).format("csv").save("/x"))
    assert isinstance(write, commands.WriteSource)
    assert (write.format, write.mode, write.path, write.table) == ("csv", "overwrite", "/x", None)
    assert (write.partition_by, write.options) == (("a",), {"k": "1"})


def test_writing_to_a_table(spark, ran):
    frame = spark.range(3)
    write = ran(lambda: frame.write.bucketBy(4, "a").sortBy("b").saveAsTable("d.t"))
    assert (write.table.parts, write.table_method, write.mode) == (("d", "t"), "save_as_table", "error")
    assert (write.bucket_by, write.bucket_count, write.sort_by) == (("a",), 4, ("b",))
    assert ran(lambda: frame.write.insertInto("t")).table_method == "insert_into"


def test_the_newer_writer(spark, ran):
    frame = spark.range(3)
    write = ran(lambda: frame.writeTo("t").using("parquet").partitionedBy(F.col("a")).tableProperty("p", "v").create())
    assert (write.mode, write.format, write.properties) == ("create", "parquet", {"p": "v"})
    assert write.partition_by[0].parts == ("a",)
    overwrite = ran(lambda: frame.writeTo("t").overwrite(F.col("a") == 1))
    assert overwrite.mode == "overwrite"
    assert overwrite.condition.name == ("==",)
    assert ran(lambda: frame.writeTo("t").overwritePartitions()).mode == "overwrite_partitions"


def test_views_of_frames(spark, ran):
    view = ran(lambda: spark.range(3).createOrReplaceTempView("v"))
    assert (view.name.parts, view.scope, view.replace) == (("v",), "local", True)
    assert ran(lambda: spark.range(3).createGlobalTempView("g")).scope == "global"


def test_registering_functions(spark, ran):
    function = ran(lambda: spark.udf.register("f", lambda x: x, "int"))
    assert isinstance(function, commands.RegisterFunction)
    assert (function.name, function.is_table) == ("f", False)
    assert isinstance(function.function.command, bytes)


def test_merging(spark, ran):
    merge = ran(
        lambda: (
            spark.range(3)
            .mergeInto("t", F.expr("t.id = id"))
            .whenMatched(F.col("x") > 1)
            .update({"a": F.lit(1)})
            .whenNotMatched()
            .insertAll()
            .whenNotMatchedBySource()
            .delete()
            .merge()
        )
    )
    assert [(a.when, a.kind) for a in merge.actions] == [
        ("matched", "update"),
        ("not_matched", "insert_all"),
        ("not_matched_by_source", "delete"),
    ]
    assert merge.actions[0].assignments[0][0] == ("a",)
    assert merge.actions[0].condition.name == (">",)


def test_sql_with_arguments_by_name_and_by_place(spark, ran):
    by_name = ran(lambda: spark.sql("query :a", {"a": 1})).query
    assert isinstance(by_name, spec.SqlQuery)
    assert by_name.named_args["a"].value == 1
    assert [a.value for a in ran(lambda: spark.sql("query ?", [2])).query.positional_args] == [2]


@pytest.mark.parametrize("kind", ["write_stream_operation_start", "pipeline_command"])
def test_what_is_not_supported_says_so(decoder, kind):
    message = pb.Command()
    getattr(message, kind).SetInParent()
    with pytest.raises(SparkError) as caught:
        decoder.command(message)
    assert caught.value.condition == "UNSUPPORTED_FEATURE.HIVEFRAME"


def test_an_unknown_enum_value_is_an_invalid_plan(decoder):
    message = pb.Command()
    message.write_operation_v2.input.range.end = message.write_operation_v2.input.range.step = 1
    message.write_operation_v2.table_name = "t"
    with pytest.raises(SparkError) as caught:
        decoder.command(message)
    assert caught.value.condition == "CONNECT_INVALID_PLAN.INVALID_ENUM"
    assert caught.value.params["name"] == "MODE_UNSPECIFIED"
