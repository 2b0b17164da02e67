"""Small Delta tables, one a feature of the format, made by the library of others where it can write the feature.

python -m tests.record.delta_tables          make those that are missing in tests/fixtures/delta
python -m tests.record.delta_tables NAME …   make these anew

Beside each table lies `NAME.json`: who made it, and the rows that it holds, in their order by the first column.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Field, Schema, Transaction, write_deltalake

import hiveframe

TABLES = Path(__file__).parents[1] / "fixtures" / "delta"
PEOPLE = pa.table({"id": pa.array([1, 2, 3], pa.int64()), "name": ["a", "b", None]})
MORE = pa.table({"id": pa.array([4], pa.int64()), "name": ["d"]})


def appended(at: str) -> None:
    write_deltalake(at, PEOPLE)
    write_deltalake(at, MORE, mode="append")


def partitioned(at: str) -> None:
    days = pa.array([dt.date(2024, 2, 29), None, dt.date(1969, 12, 31)])
    rows = PEOPLE.append_column("day", days).append_column("p", pa.array(["x=/ %ü", " ", None]))
    write_deltalake(at, rows, partition_by=["day", "p"])


def checkpointed(at: str) -> None:
    appended(at)
    table = DeltaTable(at)
    table.delete("id = 2")
    table.create_checkpoint()
    write_deltalake(at, MORE, mode="append")


def fed(at: str) -> None:
    write_deltalake(at, PEOPLE, configuration={"delta.enableChangeDataFeed": "true"})
    DeltaTable(at).update(predicate="id = 2", updates={"name": "'two'"})
    DeltaTable(at).delete("id = 1")


def constrained(at: str) -> None:
    write_deltalake(at, PEOPLE)
    DeltaTable(at).alter.add_constraint({"positive": "id > 0"})


def without_zone(at: str) -> None:
    moments = pa.array([dt.datetime(2024, 3, 10, 2, 30), dt.datetime(1900, 1, 1), None], pa.timestamp("us"))
    write_deltalake(at, PEOPLE.append_column("at", moments))


def evolved(at: str) -> None:
    write_deltalake(at, PEOPLE)
    write_deltalake(at, MORE.append_column("more", pa.array([1.5])), mode="append", schema_mode="merge")


def numbered(at: str) -> None:
    properties = CommitProperties(app_transactions=[Transaction("app", 7)])
    write_deltalake(at, PEOPLE, commit_properties=properties)


def not_null(at: str) -> None:
    fields = [Field("id", "long", nullable=False), Field("name", "string")]
    DeltaTable.create(at, Schema(fields))
    write_deltalake(at, PEOPLE, mode="append")


def zordered(at: str) -> None:
    appended(at)
    DeltaTable(at).optimize.z_order(["id"])


def append_only(at: str) -> None:
    write_deltalake(at, PEOPLE, configuration={"delta.appendOnly": "true"})


LIBRARY: list[Callable[[str], None]] = [
    appended, partitioned, checkpointed, fed, constrained, without_zone, evolved, numbered, not_null, zordered,
    append_only,
]  # fmt: skip

PROPERTIES = "tblproperties ('delta.{}' = '{}')"
STATEMENTS: dict[str, list[str]] = {
    "deletion_vectors": [
        "create table {t} using delta as select id, concat('n', id) name from range(20)",
        "delete from {t} where id % 3 = 0",
        "update {t} set name = 'changed' where id = 10",
    ],
    "mapped_by_name": [
        "create table {t} (id bigint, s struct<a: int>) using delta " + PROPERTIES.format("columnMapping.mode", "name"),
        "insert into {t} values (1, named_struct('a', 1)), (2, null)",
        "alter table {t} rename column s to renamed",
        "alter table {t} add columns (added string)",
        "insert into {t} values (3, named_struct('a', 3), 'x')",
    ],
    "mapped_by_id": [
        "create table {t} (id bigint, old int, name string) using delta "
        + PROPERTIES.format("columnMapping.mode", "id"),
        "insert into {t} values (1, 10, 'a')",
        "alter table {t} drop column old",
        "insert into {t} values (2, 'b')",
    ],
    "widened": [
        "create table {t} (id int, f float) using delta " + PROPERTIES.format("enableTypeWidening", "true"),
        "insert into {t} values (1, 0.5)",
        "alter table {t} alter column id type bigint",
        "alter table {t} alter column f type double",
        "insert into {t} values (5000000000, 0.1)",
    ],
    "computed": [
        "create table {t} (id bigint generated always as identity, a int, twice int generated always as (a * 2),"
        " d string default 'none') using delta " + PROPERTIES.format("feature.allowColumnDefaults", "supported"),
        "insert into {t} (a) values (1), (2)",
    ],
    "variant": [
        "create table {t} (id bigint, v variant) using delta",
        "insert into {t} select 1, parse_json('{{\"a\": [1, null]}}')",
    ],
    "timed": [
        "create table {t} (id bigint) using delta " + PROPERTIES.format("enableInCommitTimestamps", "true"),
        "insert into {t} values (1)",
    ],
    "clustered": [
        "create table {t} (id bigint, b int) using delta cluster by (b)",
        "insert into {t} values (1, 2), (2, 1)",
        "optimize {t}",
    ],
    "checkpointed_v2": [
        "create table {t} (id bigint, name string) using delta " + PROPERTIES.format("checkpointPolicy", "v2"),
        "alter table {t} set " + PROPERTIES.format("checkpointInterval", "2"),
        "insert into {t} values (1, 'a'), (2, 'b'), (3, null)",
        "delete from {t} where id = 2",
        "insert into {t} values (4, 'd')",
    ],
    "vacuum_checked": [
        "create table {t} (id bigint) using delta " + PROPERTIES.format("feature.vacuumProtocolCheck", "supported"),
        "insert into {t} values (1), (2)",
    ],
}


def main(names: list[str]) -> None:
    """Make tables."""
    TABLES.mkdir(parents=True, exist_ok=True)
    spark = hiveframe.session(**{"spark.sql.session.timeZone": "UTC"})
    makers: dict[str, tuple[str, Callable[[str], Any]]] = {
        make.__name__: (f"deltalake {version('deltalake')}", make) for make in LIBRARY
    }
    for name, statements in STATEMENTS.items():

        def make(at: str, statements: list[str] = statements) -> None:
            for statement in statements:
                spark.sql(statement.format(t=f"delta.`{at}`"))

        makers[name] = ("HiveFrame", make)
    for name, (maker, make) in makers.items():
        place = TABLES / name
        if place.exists() and name not in names:
            continue
        shutil.rmtree(place, ignore_errors=True)
        make(str(place))
        for log in place.glob("_delta_log/*.json"):  # where a table was made is nobody's business
            log.write_text(log.read_text().replace(place.as_uri(), f"file:///tables/{name}"))
        rows = [row.asDict(recursive=True) for row in spark.read.format("delta").load(str(place)).collect()]
        rows.sort(key=lambda row: next(iter(row.values())))
        described = {"made by": maker, "rows": json.loads(json.dumps(rows, default=str))}
        (TABLES / f"{name}.json").write_text(json.dumps(described, indent=1, ensure_ascii=False) + "\n")
        print(name, len(rows))
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
