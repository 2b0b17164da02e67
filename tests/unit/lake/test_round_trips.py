"""Whatever is written is read back, and no text changes the shape of a query, a line or a path."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from hiveframe.engine.database import reader
from hiveframe.engine.emit.context import Context
from hiveframe.engine.process import database
from hiveframe.engine.render import render
from hiveframe.lake.options import Options
from hiveframe.lake.write.request import Build, WriteRequest
from hiveframe.lake.write.writer import write
from hiveframe.plan import types as t
from hiveframe.plan.types import StructField, StructType
from hiveframe.settings import Settings
from tests.unit.lake.harness import UTC, opened, rows_of

# Text that UTF-8 can carry, without the two noncharacters that the CSV reader keeps for itself.
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\U0010fffe\U0010ffff"), max_size=12)
# A folder whose name begins with a point is hidden, in Spark too.
NAME = TEXT.filter(lambda name: name.strip() and name == name.strip() and "\0" not in name and name[0] != ".")


class ArrowRows:
    """Rows of an Arrow table for the writers."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def copy(self, build: Build) -> int:
        return int(next(iter(self.stream(build))).column(0)[0].as_py())

    def stream(self, build: Build) -> pa.RecordBatchReader:
        context = Context(Settings(UTC), database())
        source = context.source(self._table)
        alias = exp.TableAlias(
            this=exp.to_identifier("t"),
            columns=[exp.to_identifier(f"r{i}", quoted=True) for i in range(self._table.num_columns)],
        )
        select = exp.select("*").from_(exp.Subquery(this=exp.select("*").from_(source), alias=alias))
        text = render(build(select, tuple(f"r{i}" for i in range(self._table.num_columns)), context))
        with context.kernels_in_force(), database().lease("UTC") as connection:
            yield from reader(connection, text, 2048)


def written(
    folder: Path, format_name: str, columns: dict[str, list[object]], partition_by: tuple[str, ...] = (), **options: str
) -> Path:
    kinds = {int: t.LONG, str: t.STRING, float: t.DOUBLE}
    schema = StructType(
        tuple(StructField(n, kinds[type(next(v for v in c if v is not None))]) for n, c in columns.items())
    )
    arrays = [pa.array(c) for c in columns.values()]
    table = pa.table(arrays, names=[f"c{i}" for i in range(len(arrays))])
    request = WriteRequest(format_name, str(folder / "out"), schema, "overwrite", partition_by, Options(options))
    write(request, ArrowRows(table), Settings(UTC))
    return folder / "out"


COMMON = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("format_name", ["parquet", "json", "orc"])
@given(values=st.lists(st.none() | TEXT, min_size=1, max_size=6).filter(any))
@COMMON
def test_any_text_comes_back(format_name: str, values: list[str | None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), format_name, {"v": values, "n": list(range(len(values)))})
        rows = rows_of(opened(format_name, path, schema="v string, n bigint"))
    assert sorted(rows, key=lambda r: r[1]) == [(v, n) for n, v in enumerate(values)]


@given(values=st.lists(TEXT.filter(lambda v: "\r" not in v), min_size=1, max_size=6))
@COMMON
def test_any_text_comes_back_from_csv(values: list[str]) -> None:
    keep = {"ignoreLeadingWhiteSpace": "false", "ignoreTrailingWhiteSpace": "false", "quoteAll": "true"}
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), "csv", {"v": values, "n": list(range(len(values)))}, **keep)
        rows = rows_of(opened("csv", path, schema="v string, n bigint", multiLine=True))
    assert sorted(rows, key=lambda r: r[1]) == [(v or None, n) for n, v in enumerate(values)]


@given(
    value=TEXT.filter(lambda v: v not in (".", "..") and "\0" not in v and v != "__HIVE_DEFAULT_PARTITION__"), name=NAME
)
@COMMON
def test_any_text_comes_back_from_a_folders_name(value: str, name: str) -> None:
    if name.lower() == "v" or len((name + value).encode()) > 60:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), "parquet", {"v": [1], name: [value]}, (name,))
        source = opened("parquet", path, conf={"spark.sql.sources.partitionColumnTypeInference.enabled": "false"})
        assert source.schema.fields[1].name == name
        assert rows_of(source) == [(1, value or None)]


@given(value=st.floats(allow_nan=False), whole=st.integers(-(2**63), 2**63 - 1))
@COMMON
def test_any_number_comes_back(value: float, whole: int) -> None:
    for format_name in ("csv", "json", "parquet"):
        with tempfile.TemporaryDirectory() as folder:
            path = written(Path(folder), format_name, {"d": [value], "n": [whole]})
            assert rows_of(opened(format_name, path, schema="d double, n bigint")) == [(value, whole)]
