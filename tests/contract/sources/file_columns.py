"""Questions about the file that a row is from; Spark's answers stand in tests/golden/lake/file_columns.json.

They ask about `{t}` (CSV, partitioned), `{p}` (Parquet) and `{j}` (JSON); `python -m tests.record.lake` records.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from tests.contract.sources.answers import plain

_SECONDS = 1_714_979_289.123456  # 2024-05-06 07:08:09

QUESTIONS = [
    "select _metadata from {t} where k = 1",
    "select _metadata.* from {t} order by file_path",
    "select _metadata.file_path, _metadata.file_name, _metadata.row_index from {p}",
    "select id, _metadata.row_index from {p} where id > 1",
    "select id from {p} where _metadata.row_index = 2",
    "select _metadata from {j}",
    "select * from {t} where _metadata.file_size > 0 order by k",
    "select *, _metadata.file_name from {t} where k = 1",
    "select _metadata.file_name from (select id from {p}) x limit 1",
    "select x._metadata.file_name from {p} as x limit 1",
    "select id from {p} order by _metadata.row_index desc",
    "select _metadata.file_name, count(*) from {t} group by _metadata.file_name order by 1",
    "select max(_metadata.row_index) from {p}",
    "select _metadata.file_name from {p} where id = 1 order by id",
    "select _metadata.file_name from (select distinct k from {t}) x order by 1",
    "select _metadata.file_name from (select id, explode(array(1, 2)) from {p} where id = 1) x",
    "select id, row_number() over (order by id) n, _metadata.row_index from {p}",
    "with q as (select * from {p}) select _metadata.file_name from q",
    "select _metadata.file_name from (select k, count(*) from {t} group by k) x",
    "select _metadata.file_name from (select id from {p} union all select id from {p}) x",
    "select _metadata.file_name from {p} p, range(1) r where p.id = 1",
    "select _metadata.file_name from {p}, {j}",
    "select _metadata.file_name from {p} join range(9) using (id)",
    "select _metadata.nope from {p}",
    "select _metadata from range(1)",
    "select k, input_file_name(), input_file_block_start(), input_file_block_length() from {t}",
    "select k from {t} where input_file_name() like '%k=2%'",
    "select input_file_name(), count(*) from {t} group by input_file_name() order by 1",
    "select input_file_name(), input_file_block_start(), input_file_block_length() from range(1)",
    "select upper(input_file_name()) from {j}",
    "select distinct input_file_name() from {p}",
    "select input_file_name() from (select k, count(*) from {t} group by k) x limit 1",
    "select input_file_name() from {p}, {j}",
    "select input_file_name() from (select count(*) from {t}) x, {j}",
    "select distinct input_file_name() from {p} p join range(2) r on p.id = r.id",
    "select input_file_name() from range(2) r left join {p} p on p.id = r.id",
    "select id, input_file_name() from (select id from {p} union all select id from {j}) x",
    "select input_file_name() from (select id from {p} where id = 1 union all select id from range(2)) x",
    "select input_file_name() from (select id from range(2) union all select id from {j}) x",
    "select input_file_name() from (select id from {p} union select id from {j}) x",
    "select input_file_name() from (select id from {p} union all select id from {p}) x where id > 2",
    (
        "select upper(input_file_name()), input_file_block_start(), input_file_block_length() from (select id + 1 "
        "as id from {j} union all select id from {p} where id = 3) x"
    ),
    (
        "select input_file_name(), count(*) from (select id from {p} union all select id from {j} union all "
        "select 1) x group by 1"
    ),
    "select id from (select id from {p} union all select id from {j}) x where input_file_name() like '%json'",
    "select input_file_name() from (select id from {p} union all select max(id) from {p}) x",
    (
        "select input_file_name() from (select p.id from {p} p join {p} q on p.id = q.id where p.id = 1 union all "
        "select id from {j}) x"
    ),
    "select input_file_name() from (select id from {p} intersect select id from {p}) x where id = 1",
    "select input_file_name(1)",
]


def make_files(root: Path) -> None:
    """The files that the questions read."""
    for k in (1, 2):
        folder = root / "t" / f"k={k}"
        folder.mkdir(parents=True)
        (folder / f"f {k}é.csv").write_text(f"{k * 10}\n{k * 10 + 1}\n", encoding="utf-8")
    (root / "p q").mkdir()
    pq.write_table(pa.table({"id": [1, 2, 3]}), root / "p q" / "a+b%.parquet")
    (root / "j").mkdir()
    (root / "j" / "x.json").write_text('{"id": 1}\n', encoding="utf-8")
    for path in root.rglob("*.*"):
        os.utime(path, (_SECONDS, _SECONDS))


def answer(spark: SparkSession, question: str, root: Path) -> dict[str, Any]:
    """Schema, nullability and rows, or the error's condition; the files' folder is shown as {root}."""
    query = question.format(t=f"csv.`{root}/t`", p=f"parquet.`{root}/p q`", j=f"json.`{root}/j`")
    try:
        frame = spark.sql(query)
        rows = [repr(plain(tuple(row))) for row in frame.collect()]
    except PySparkException as error:
        return {"error": error.getCondition()}
    shown = [row.replace(str(root), "{root}").replace(str(root).upper(), "{ROOT}") for row in rows]
    nullable = [f.nullable for f in frame.schema.fields]
    return {"schema": frame.schema.simpleString(), "nullable": nullable, "rows": sorted(shown)}
