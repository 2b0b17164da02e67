"""What every readable format owes the engine, whatever it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlglot import exp

import hiveframe
from hiveframe.engine.emit.context import Context
from hiveframe.engine.process import database
from hiveframe.engine.render import render
from hiveframe.errors import AnalysisException
from hiveframe.functions.sql import physical_type_text
from hiveframe.lake.registry import SOURCES, scan_expression
from hiveframe.lake.scan import ScanSource
from hiveframe.lake.tables.table import FORMATS as VERSIONED
from hiveframe.settings import Settings
from tests.unit.lake.harness import UTC, opened, rows_of, wrote

QUERY = "select unnest([1, 2]) a, unnest(['x', 'y']) b, unnest([true, false]) c, unnest([7, 8]) k"
SCHEMA = "a bigint, b string, c boolean, k int"
# Of those there are no folders of files alone: an Iceberg table is a catalog's.
FORMATS = sorted(SOURCES.keys() - {"jdbc", "python data source", "delta changes", "iceberg"})
OPTIONS: dict[str, dict[str, str]] = {"xml": {"rowTag": "row"}}


def files(folder: Path, format_name: str) -> Path:
    """A folder of two partitions in a format."""
    if format_name == "binaryfile":
        for k in (7, 8):
            (folder / f"k={k}").mkdir(parents=True)
            (folder / f"k={k}/f").write_bytes(b"x")
    elif format_name == "text":
        wrote(
            "select unnest(['x', 'y']) b, unnest([7, 8]) k",
            "b string, k int",
            folder,
            format_name="text",
            partition_by=("k",),
        )
    elif format_name in VERSIONED:
        rows = [(1, "x", True, 7), (2, "y", False, 8)]
        spark = hiveframe.session()
        try:
            frame = spark.createDataFrame(rows, SCHEMA)
            frame.write.format(format_name).partitionBy("k").save(str(folder))
        finally:
            spark.stop()
    else:
        options = OPTIONS.get(format_name, {})
        wrote(QUERY, SCHEMA, folder, format_name=format_name, partition_by=("k",), options=options)
    return folder


def run(
    source: ScanSource, needed: list[int], *, with_path: bool = False, wrap: str | None = None
) -> list[tuple[Any, ...]]:
    """The needed columns' rows; `wrap` is a query over them."""
    context = Context(Settings(UTC), database())
    sql = scan_expression(source, needed, context, with_path=with_path)
    handles = {name: context.source(data).this for name, data in sql.arrow.items()}
    for table in sql.select.find_all(exp.Table):
        if table.name in handles:
            table.set("this", handles[table.name])
    text = render(sql.select)
    with context.kernels_in_force(), database().lease("UTC") as connection:
        rows: list[tuple[Any, ...]] = connection.execute(wrap.format(text) if wrap else text).fetchall()
    return rows


@pytest.fixture(params=FORMATS)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> ScanSource:
    return opened(
        request.param, files(tmp_path / "data", request.param), **OPTIONS.get(request.param, {"inferSchema": "true"})
    )


def test_any_columns_come_in_any_order(source: ScanSource) -> None:
    everything = rows_of(source)
    last = len(source.schema.fields) - 1
    assert sorted(run(source, [last, 0]), key=repr) == sorted([(r[last], r[0]) for r in everything], key=repr)


def test_no_columns_still_have_rows(source: ScanSource) -> None:
    assert run(source, [], wrap="select count(*) from ({})") == [(2,)]


def test_columns_are_named_by_place_and_have_their_physical_types(source: ScanSource) -> None:
    described = run(source, list(range(len(source.schema.fields))), wrap="describe {}")
    assert [(row[0], row[1]) for row in described] == [
        (f"f{i}", physical_type_text(f.dtype)) for i, f in enumerate(source.schema.fields)
    ]


def test_paths_come_when_they_are_asked_for(source: ScanSource) -> None:
    assert {row[-1] for row in run(source, [0], with_path=True)} == {f.path for f in source.files}


def test_a_source_can_be_read_again_and_again(source: ScanSource) -> None:
    assert rows_of(source) == rows_of(source)


def test_a_filter_on_a_folder_leaves_the_other_folders_alone(source: ScanSource) -> None:
    last = len(source.schema.fields) - 1
    kept = run(source, list(range(last + 1)), wrap=f"select * from ({{}}) where f{last} = 7")
    assert [row[last] for row in kept] == [7]


def test_a_folder_without_files_has_no_rows_under_a_given_schema(source: ScanSource, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    if source.format in VERSIONED:
        with pytest.raises(AnalysisException, match=r"is no .* table"):
            opened(source.format, tmp_path / "empty")
        return
    schema = {
        "text": "b string",
        "binaryfile": "path string, modificationTime timestamp, length bigint, content binary",
    }
    wanted = schema.get(source.format.lower(), "a bigint, b string")
    empty = opened(source.format, tmp_path / "empty", schema=wanted, **OPTIONS.get(source.format, {}))
    assert rows_of(empty) == []
    assert rows_of(empty, with_path=True) == []
