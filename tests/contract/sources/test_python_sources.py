"""Data sources written in Python: reading, writing, and the errors that Spark 4.2 gives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyspark.errors import AnalysisException, PySparkException, PythonException
from pyspark.sql import Row, SparkSession
from pyspark.sql.datasource import (
    DataSource,
    DataSourceArrowWriter,
    DataSourceReader,
    DataSourceWriter,
    InputPartition,
    WriterCommitMessage,
)

import hiveframe
from hiveframe.lake import registry
from hiveframe.lake.sources.text import TextSource

GIVEN: dict[str, Any] = {}  # what the sources of this file were given, or did


class Pairs(DataSource):
    """Two partitions of two rows."""

    @classmethod
    def name(cls) -> str:
        return "pairs"

    def schema(self) -> str:
        return "a int, b string, c timestamp"

    def reader(self, schema: Any) -> DataSourceReader:
        GIVEN["options"] = dict(self.options)
        GIVEN["schema"] = schema.simpleString()
        return PairsReader()


class PairsReader(DataSourceReader):
    def partitions(self) -> list[InputPartition]:
        return [InputPartition(0), InputPartition(1)]

    def read(self, partition: InputPartition) -> Iterator[Any]:
        yield (partition.value, "x", None)
        yield Row(c=None, b=None, a=partition.value + 10)


class Batches(Pairs):
    """The same by way of Arrow."""

    @classmethod
    def name(cls) -> str:
        return "batches"

    def schema(self) -> str:
        return "a int, b string"

    def reader(self, schema: Any) -> DataSourceReader:
        return BatchReader()


class BatchReader(DataSourceReader):
    def read(self, partition: InputPartition) -> Iterator[Any]:
        schema = pa.schema([("a", pa.int32()), ("b", pa.string())])
        yield pa.record_batch([[1, 2], ["x", None]], schema=schema)


class Broken(Pairs):
    @classmethod
    def name(cls) -> str:
        return "broken"

    def schema(self) -> str:
        return "a int"

    def reader(self, schema: Any) -> DataSourceReader:
        return BrokenReader(self.options.get("how", ""))


class BrokenReader(DataSourceReader):
    def __init__(self, how: str) -> None:
        self.how = how

    def read(self, partition: InputPartition) -> Iterator[Any]:
        if self.how == "raises":
            raise ValueError("no luck today")
        yield (1, 2) if self.how == "width" else {"a": 1}


class Pushy(Pairs):
    @classmethod
    def name(cls) -> str:
        return "pushy"

    def reader(self, schema: Any) -> DataSourceReader:
        return PushyReader()


class PushyReader(PairsReader):
    def pushFilters(self, filters: Any) -> Any:
        return filters


class Sink(Pairs):
    @classmethod
    def name(cls) -> str:
        return "sink"

    def writer(self, schema: Any, overwrite: bool) -> DataSourceWriter:
        GIVEN["overwrite"] = overwrite
        return ArrowSink() if self.options.get("arrow") else RowSink(self.options.get("fails") == "true")


class RowSink(DataSourceWriter):
    def __init__(self, fails: bool) -> None:
        self.fails = fails

    def write(self, iterator: Iterator[Row]) -> WriterCommitMessage:
        GIVEN["rows"] = list(iterator)
        if self.fails:
            raise ValueError("the disk is full of bees")
        return WriterCommitMessage()

    def commit(self, messages: list[WriterCommitMessage | None]) -> None:
        GIVEN["ended"] = f"commit {len(messages)}"

    def abort(self, messages: list[WriterCommitMessage | None]) -> None:
        GIVEN["ended"] = f"abort {messages}"


class ArrowSink(RowSink, DataSourceArrowWriter):
    def __init__(self) -> None:
        super().__init__(False)

    def write(self, iterator: Iterator[Any]) -> WriterCommitMessage:  # type: ignore[override]
        GIVEN["rows"] = sum(batch.num_rows for batch in iterator)
        return WriterCommitMessage()


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = hiveframe.session(**{"spark.sql.session.timeZone": "UTC"})
    for source in (Pairs, Batches, Broken, Pushy, Sink):
        session.dataSource.register(source)
    yield session
    session.stop()


def test_rows_come_by_place_and_by_name(spark: SparkSession) -> None:
    frame = spark.read.format("Pairs").option("Key", "v").load("/some/path")
    assert frame.schema.simpleString() == "struct<a:int,b:string,c:timestamp>"
    assert sorted(r.a for r in frame.collect()) == [0, 1, 10, 11]
    assert frame.where("b is null").select("a").orderBy("a").collect() == [(10,), (11,)]
    assert frame.count() == 4


def test_arrow_batches_come_as_they_are(spark: SparkSession) -> None:
    assert spark.read.format("batches").load().collect() == [(1, "x"), (2, None)]


def test_a_view_and_a_join_read_it_too(spark: SparkSession) -> None:
    spark.sql("create or replace temporary view pairs_view using pairs")
    assert spark.sql("select count(*) from pairs_view x join pairs_view y using (a)").collect() == [(4,)]


@pytest.mark.parametrize(
    ("how", "text"),
    [("raises", "no luck today"), ("width", "SCHEMA_MISMATCH"), ("kind", "INVALID_RETURN_TYPE")],
)
def test_what_a_reader_does_wrong_is_a_python_exception(spark: SparkSession, how: str, text: str) -> None:
    with pytest.raises(PythonException, match=text):
        spark.read.format("broken").option("how", how).load().collect()


def test_filters_that_nobody_pushes_are_said_to_be_off(spark: SparkSession) -> None:
    with pytest.raises(AnalysisException, match="DATA_SOURCE_PUSHDOWN_DISABLED"):
        spark.read.format("pushy").load().collect()
    spark.conf.set("spark.sql.python.filterPushdown.enabled", "true")
    try:
        assert spark.read.format("pushy").load().where("a = 1").count() == 1
    finally:
        spark.conf.unset("spark.sql.python.filterPushdown.enabled")


@pytest.mark.parametrize(("mode", "overwrite"), [("append", False), ("overwrite", True)])
def test_rows_are_written_and_committed(spark: SparkSession, mode: str, overwrite: bool) -> None:
    spark.sql("select 1 a, 'x' b, timestamp'2020-01-01 00:00:00' c").write.format("sink").mode(mode).save()
    assert GIVEN["overwrite"] is overwrite
    assert [(r.a, r.b) for r in GIVEN["rows"]] == [(1, "x")]
    assert GIVEN["ended"] == "commit 1"


def test_arrow_writers_get_batches(spark: SparkSession) -> None:
    spark.range(5).write.format("sink").option("arrow", "yes").mode("append").save()
    assert (GIVEN["rows"], GIVEN["ended"]) == (5, "commit 1")


def test_a_write_that_fails_is_aborted(spark: SparkSession) -> None:
    with pytest.raises(PythonException, match="full of bees"):
        spark.range(1).write.format("sink").option("fails", "true").mode("append").save()
    assert GIVEN["ended"] == "abort [None]"
    with pytest.raises(PySparkException):
        spark.sql("select raise_error('no')").write.format("sink").mode("append").save()
    assert GIVEN["ended"] == "abort [None]"


@pytest.mark.parametrize("mode", ["error", "ignore"])
def test_other_modes_are_refused(spark: SparkSession, mode: str) -> None:
    with pytest.raises(AnalysisException, match="UNSUPPORTED_DATA_SOURCE_SAVE_MODE"):
        spark.range(1).write.format("sink").mode(mode).save()


def test_a_source_without_a_writer_says_so(spark: SparkSession) -> None:
    with pytest.raises(AnalysisException, match=r"PYTHON_DATA_SOURCE_ERROR.*initialize"):
        spark.range(1).write.format("pairs").mode("append").save()


def test_built_in_names_are_taken(spark: SparkSession) -> None:
    class Json(Pairs):
        @classmethod
        def name(cls) -> str:
            return "json"

    with pytest.raises(AnalysisException, match="DATA_SOURCE_ALREADY_EXISTS"):
        spark.dataSource.register(Json)


def test_a_package_can_offer_a_format(spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Offered:
        def __init__(self, name: str, made: Any) -> None:
            self.name, self.made = name, made

        def load(self) -> Any:
            return self.made

    offered = [Offered("lines", TextSource), Offered("offered", Batches)]
    monkeypatch.setattr(registry.metadata, "entry_points", lambda group: offered)
    registry.installed_source.cache_clear()
    try:
        (tmp_path / "f").write_text("a\nb\n", encoding="utf-8")
        assert spark.read.format("lines").load(str(tmp_path)).collect() == [("a",), ("b",)]
        assert spark.read.format("offered").load().count() == 2
    finally:
        registry.installed_source.cache_clear()


class Filtered(DataSource):
    """Rows of a reader that is told filters, and leaves all of them to the engine."""

    @classmethod
    def name(cls) -> str:
        return "filtered"

    def schema(self) -> str:
        return "a int, b string, d date, m decimal(5,1), f double, t timestamp"

    def reader(self, schema: Any) -> DataSourceReader:
        return FilteredReader()


class FilteredReader(DataSourceReader):
    def pushFilters(self, filters: list[Any]) -> Iterator[Any]:
        GIVEN["filters"] = [str(f) for f in filters]
        yield from filters

    def read(self, partition: InputPartition) -> Iterator[Any]:
        for i in range(5):
            moment = dt.datetime(2020, 1, 1, i)
            yield (i, None if i == 3 else f"n{i}", dt.date(2020, 1, 1 + i), Decimal(i) / 2, i / 2, moment)


TOLD = {  # what Spark 4.2 tells such a reader
    "a = 1": ["IsNotNull(attribute=('a',))", "EqualTo(attribute=('a',), value=1)"],
    "a > 1 and b = 'n2'": [
        "IsNotNull(attribute=('a',))",
        "IsNotNull(attribute=('b',))",
        "GreaterThan(attribute=('a',), value=1)",
        "EqualTo(attribute=('b',), value='n2')",
    ],
    "b like 'n%'": ["IsNotNull(attribute=('b',))", "StringStartsWith(attribute=('b',), value='n')"],
    "b is null": ["IsNull(attribute=('b',))"],
    "b is not null": ["IsNotNull(attribute=('b',))"],
    "d >= date'2020-01-03'": [
        "IsNotNull(attribute=('d',))",
        "GreaterThanOrEqual(attribute=('d',), value=datetime.date(2020, 1, 3))",
    ],
    "m = 1.5": ["IsNotNull(attribute=('m',))", "EqualTo(attribute=('m',), value=Decimal('1.5'))"],
    "f < 1": ["IsNotNull(attribute=('f',))", "LessThan(attribute=('f',), value=1.0)"],
    "1 < a": ["IsNotNull(attribute=('a',))", "GreaterThan(attribute=('a',), value=1)"],
    "t > timestamp'2020-01-01 02:00:00'": [
        "IsNotNull(attribute=('t',))",
        "GreaterThan(attribute=('t',), value=datetime.datetime(2020, 1, 1, 2, 0, tzinfo=zoneinfo.ZoneInfo(key='UTC')))",
    ],
}


@pytest.mark.parametrize("condition", TOLD)
def test_a_reader_is_told_the_filters(spark: SparkSession, condition: str) -> None:
    spark.conf.set("spark.sql.python.filterPushdown.enabled", "true")
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    spark.dataSource.register(Filtered)
    spark.read.format("filtered").load().where(condition).collect()
    spark.conf.unset("spark.sql.python.filterPushdown.enabled")
    assert GIVEN["filters"] == TOLD[condition]
