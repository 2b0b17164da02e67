"""Sessions, operations and uploads as clients use them."""

from __future__ import annotations

import copy
import threading
import time
import uuid
import zipfile
from pathlib import Path

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

FOREVER = "select sum(sqrt(a.id + b.id)) from range(100000000) a cross join range(100000) b"


def _another(spark: SparkSession) -> SparkSession:
    """A new session on the same server; the client has no `newSession`."""
    builder = copy.deepcopy(spark.client._builder)
    builder._params.pop("session_id", None)
    return type(spark).builder.channelBuilder(builder).create()


def case_new_sessions_share_tables_only(spark: SparkSession):
    spark.sql("drop table if exists shared_by_sessions")
    spark.sql("create table shared_by_sessions using parquet as select 1 as a")
    spark.range(3).createOrReplaceTempView("mine")
    spark.conf.set("spark.sql.ansi.enabled", "false")
    other = _another(spark)
    found = [
        other.table("shared_by_sessions").count(),
        other.catalog.tableExists("mine"),
        other.conf.get("spark.sql.ansi.enabled"),
        other.session_id != spark.session_id,
    ]
    other.client.release_session()
    spark.sql("drop table shared_by_sessions")
    spark.conf.unset("spark.sql.ansi.enabled")
    return found


def case_clones_keep_views_settings_and_functions(spark: SparkSession):
    spark.range(3).createOrReplaceTempView("mine")
    spark.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
    spark.udf.register("twice", lambda v: v * 2, "long")
    clone = spark.cloneSession()
    clone.range(1).count()  # Spark copies when the clone is first used
    spark.range(9).createOrReplaceTempView("mine")
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    found = [
        clone.table("mine").count(),
        clone.conf.get("spark.sql.session.timeZone"),
        clone.sql("select twice(21) v").collect()[0].v,
        spark.table("mine").count(),
    ]
    clone.client.release_session()
    return found


def case_a_stopped_session_answers_no_more(spark: SparkSession):
    other = _another(spark)
    other.range(1).createOrReplaceTempView("gone")
    found = [other.range(2).count()]
    other.client.release_session()
    try:
        other.range(2).count()
        found.append("it answered")
    except PySparkException as error:
        found.append(error.getCondition())
    again = _another(spark)
    found += [again.range(3).count(), again.catalog.tableExists("gone")]
    again.client.release_session()
    return found


def _interrupted(spark: SparkSession, interrupt, *, tag: str | None = None):
    """Whether a query that would run for ever ends when `interrupt` is called, and how."""
    told = []

    def run():
        if tag:
            spark.addTag(tag)
        try:
            spark.sql(FOREVER).collect()
            told.append("it ended")
        except PySparkException as error:
            told.append(error.getCondition())

    thread = threading.Thread(target=run)
    thread.start()
    stopped: list[str] = []
    deadline = time.monotonic() + 30
    while not stopped and time.monotonic() < deadline:
        time.sleep(0.3)
        stopped = interrupt()
    thread.join(30)
    return [len(stopped), [str(uuid.UUID(s)) == s for s in stopped], told, thread.is_alive()]


def case_interrupted_by_tag(spark: SparkSession):
    return [_interrupted(spark, lambda: spark.interruptTag("slow"), tag="slow"), spark.interruptTag("none")]


def case_interrupted_all(spark: SparkSession):
    return [_interrupted(spark, spark.interruptAll), spark.interruptAll()]


def case_interrupted_by_operation(spark: SparkSession):
    def interrupt():
        found = spark.interruptTag("named")
        return [op for op in found for _ in [spark.interruptOperation(op)]]

    return [_interrupted(spark, interrupt, tag="named"), spark.interruptOperation(str(uuid.uuid4()))]


def case_tags(spark: SparkSession):
    spark.addTag("a")
    spark.addTag("b")
    found = [set(spark.getTags())]
    spark.removeTag("a")
    found.append(set(spark.getTags()))
    spark.clearTags()
    found.append(set(spark.getTags()))
    for bad in ("", "a,b"):
        try:
            spark.addTag(bad)
        except (PySparkException, ValueError) as error:
            found.append(type(error).__name__)
    return found


def case_python_files_reach_functions(spark: SparkSession, folder: Path):
    name = f"helper_{uuid.uuid4().hex}"
    (folder / f"{name}.py").write_text("def answer():\n    return 42\n")
    package = f"package_{uuid.uuid4().hex}"
    with zipfile.ZipFile(folder / f"{package}.zip", "w") as archive:
        archive.writestr(f"{package}/__init__.py", "WORD = 'zipped'\n")
    spark.addArtifact(str(folder / f"{name}.py"), pyfile=True)
    spark.addArtifacts(str(folder / f"{package}.zip"), pyfile=True)

    def from_file(_):
        return __import__(name).answer()

    def from_zip(_):
        return __import__(package).WORD

    return spark.range(1).select(F.udf(from_file, "int")("id").alias("n"), F.udf(from_zip, "string")("id").alias("w"))


def case_an_artifact_cannot_change(spark: SparkSession, folder: Path):
    (folder / "same.txt").write_text("1")
    spark.addArtifacts(str(folder / "same.txt"), file=True)
    spark.addArtifacts(str(folder / "same.txt"), file=True)
    (folder / "same.txt").write_text("2")
    spark.addArtifacts(str(folder / "same.txt"), file=True)


def case_settings(spark: SparkSession):
    spark.conf.set("spark.sql.shuffle.partitions", 7)
    found = [spark.conf.get("spark.sql.shuffle.partitions"), spark.conf.get("no.such", "fallback")]
    spark.conf.unset("spark.sql.shuffle.partitions")
    found.append(spark.conf.isModifiable("spark.sql.ansi.enabled"))
    found.append(spark.conf.isModifiable("spark.sql.warehouse.dir"))
    for wrong in (lambda: spark.conf.get("no.such"), lambda: spark.conf.set("spark.sql.warehouse.dir", "/x")):
        try:
            wrong()
        except PySparkException as error:
            found.append(error.getCondition())
    return found


def case_versions_and_names(spark: SparkSession):
    return [spark.version.split()[0], type(spark).__name__, spark.range(1).sparkSession is spark]


def case_files_and_archives_reach_functions(spark: SparkSession, folder: Path):
    (folder / "words.txt").write_text("one two")
    with zipfile.ZipFile(folder / "bundle.zip", "w") as archive:
        archive.writestr("inner/data.txt", "inside")
    spark.addArtifacts(str(folder / "words.txt"), file=True)
    spark.addArtifacts(f"{folder / 'bundle.zip'}#things", archive=True)

    def read_file(_):
        from pyspark.core.files import SparkFiles

        return open(SparkFiles.get("words.txt")).read()

    def read_archive(_):
        from pyspark.core.files import SparkFiles

        return open(f"{SparkFiles.get('things')}/inner/data.txt").read()

    return spark.range(1).select(
        F.udf(read_file, "string")("id").alias("f"), F.udf(read_archive, "string")("id").alias("a")
    )


def case_artifacts_of_another_session(spark: SparkSession, folder: Path):
    (folder / "only_here.txt").write_text("x")
    spark.addArtifacts(str(folder / "only_here.txt"), file=True)

    def exists(_):
        import os

        from pyspark.core.files import SparkFiles

        return os.path.exists(SparkFiles.get("only_here.txt"))

    other = _another(spark)
    found = [s.range(1).select(F.udf(exists, "boolean")("id").alias("e")).first().e for s in (spark, other)]
    other.client.release_session()
    return found
