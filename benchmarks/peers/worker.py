"""A peer, run by its own Python: tables and statements come as JSON lines, an answer's row count goes back.

The standard output that the parent reads is kept for the answers; whatever the engine prints goes to standard error.
"""

import json
import os
import sys


class Spark:
    """Apache Spark on two cores."""

    def __init__(self):
        from pyspark.sql import SparkSession

        settings = {
            "spark.driver.memory": "3g",
            "spark.driver.host": "127.0.0.1",
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "4",
            "spark.log.level": "ERROR",
        }
        builder = SparkSession.builder.master("local[2]")
        for name, value in settings.items():
            builder = builder.config(name, value)
        self.spark = builder.getOrCreate()

    def open_tables(self, tables):
        for name, path in tables.items():
            self.spark.read.parquet(path).createOrReplaceTempView(name)

    def run(self, statement):
        frame = self.spark.sql(statement)
        return frame.toArrow() if frame.columns else None


class Sail(Spark):
    """Sail, which answers through a Spark Connect server in this process alone."""

    def __init__(self):
        from pysail.spark import SparkConnectServer
        from pyspark.sql import SparkSession

        self.server = SparkConnectServer()
        self.server.start()
        _, port = self.server.listening_address
        self.spark = SparkSession.builder.remote(f"sc://localhost:{port}").getOrCreate()


class Polars:
    """Polars' SQL on lazy scans, by its streaming engine."""

    def open_tables(self, tables):
        import polars as pl

        self.context = pl.SQLContext({name: pl.scan_parquet(path) for name, path in tables.items()})

    def run(self, statement):
        return self.context.execute(statement).collect(engine="streaming").to_arrow()


class Daft:
    """Daft's SQL."""

    def open_tables(self, tables):
        import daft

        self.tables = {name: daft.read_parquet(path) for name, path in tables.items()}

    def run(self, statement):
        import daft

        return daft.sql(statement, register_globals=False, **self.tables).to_arrow()


ENGINES = {"sail": Sail, "spark": Spark, "polars": Polars, "daft": Daft}


def main():
    """Obey what comes until the standard input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    engine = ENGINES[sys.argv[1]]()
    for line in sys.stdin:
        try:
            done = obey(engine, json.loads(line))
        except BaseException as error:  # noqa: BLE001  the parent is told; a Rust panic is no Exception
            done = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(done), file=answers, flush=True)


def obey(engine, order):
    """What goes back for one order."""
    if "tables" in order:
        engine.open_tables(order["tables"])
        return {}
    rows = engine.run(order["statement"])
    if "file" in order and rows is not None:
        import pyarrow as pa

        with pa.OSFile(order["file"], "wb") as sink, pa.ipc.new_file(sink, rows.schema) as writer:
            writer.write_table(rows)
    return {"rows": None if rows is None else rows.num_rows}


main()
