from __future__ import annotations

import bz2
import datetime as dt
import gzip
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import orc

from hiveframe.errors import AnalysisException, SparkError
from hiveframe.lake.options import Options
from hiveframe.lake.registry import source_of
from tests.unit.lake.harness import opened, read, rows_of, schema_of, wrote


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def lines(path: Path, **options: Any) -> list[str]:
    return [row[0] for row in rows_of(opened("text", path, **options))]


def test_text_is_read_line_by_line(tmp_path: Path) -> None:
    assert lines(put(tmp_path / "f", b"b\n\n a \n#c\n")) == sorted(["b", "", " a ", "#c"], key=lambda v: repr((v,)))


def test_windows_line_ends_are_no_part_of_the_line(tmp_path: Path) -> None:
    assert lines(put(tmp_path / "f", b"a\r\nb\r\n")) == ["a", "b"]


def test_line_ends_may_be_mixed(tmp_path: Path) -> None:
    assert lines(put(tmp_path / "f", b"a\nb\r\nc\rd")) == ["a", "b", "c", "d"]


def test_a_line_separator_may_be_any_text(tmp_path: Path) -> None:
    assert lines(put(tmp_path / "f", b"a\nb||c||"), lineSep="||") == ["a\nb", "c"]


def test_whole_files_may_be_rows(tmp_path: Path) -> None:
    assert lines(put(tmp_path / "f", b"a\nb\n"), wholetext=True) == ["a\nb\n"]


@pytest.mark.parametrize(("suffix", "compress"), [(".gz", gzip.compress), (".bz2", bz2.compress)])
@pytest.mark.parametrize("format_name", ["text", "csv", "json"])
def test_compressed_files_are_read_by_their_suffix(
    tmp_path: Path, suffix: str, compress: Any, format_name: str
) -> None:
    path = put(tmp_path / f"f{suffix}", compress(b'{"a": "x"}\n'))
    assert len(rows_of(opened(format_name, path))) == 1


@pytest.mark.parametrize(
    ("encoding", "python"), [("ISO-8859-1", "latin-1"), ("UTF-16", "utf-16"), ("UTF-32", "utf-32")]
)
def test_other_encodings_are_decoded(tmp_path: Path, encoding: str, python: str) -> None:
    path = put(tmp_path / "f", "é,b\nü,d\n".encode(python))
    assert rows_of(opened("csv", path, encoding=encoding, multiLine=True)) == [("é", "b"), ("ü", "d")]


def test_text_holds_one_column_of_text(tmp_path: Path) -> None:
    path = put(tmp_path / "f", b"x\n")
    assert read("text", path, schema="line string") == ("struct<line:string>", [("x",)])
    with pytest.raises(AnalysisException, match="The Text datasource doesn't support the column `a`"):
        opened("text", path, schema="a int")
    with pytest.raises(AnalysisException, match="only a single column"):
        opened("text", path, schema="a string, b string")


def test_binary_files_have_path_time_length_and_content(tmp_path: Path) -> None:
    path = put(tmp_path / "f", b"\x00\x01")
    schema, rows = read("binaryFile", path)
    assert schema == "struct<path:string,modificationTime:timestamp,length:bigint,content:binary>"
    ((uri, when, length, content),) = rows
    assert (uri, length, content) == (f"file:{path}", 2, b"\x00\x01")
    assert abs(when - dt.datetime.now(dt.UTC).replace(tzinfo=None)) < dt.timedelta(minutes=5)


def test_orc_is_read_with_the_types_that_spark_noted(tmp_path: Path) -> None:
    noon = dt.datetime(2020, 1, 1, 12)
    fields = [
        pa.field("a", pa.int32()),
        pa.field("ntz", pa.int64(), metadata={"spark.sql.catalyst.type": "timestamp_ntz"}),
        pa.field("d", pa.int64(), metadata={"spark.sql.catalyst.type": "interval day"}),
        pa.field("n", pa.list_(pa.struct([("x", pa.int16())]))),
    ]
    us = 1_577_880_000_000_000
    table = pa.table([[1], [us], [86_400_000_000], [[{"x": 1}]]], schema=pa.schema(fields))
    orc.write_table(table, str(tmp_path / "f.orc"))
    schema, rows = read("orc", tmp_path)
    assert schema == "struct<a:int,ntz:timestamp_ntz,d:interval day,n:array<struct<x:smallint>>>"
    assert rows == [(1, noon, 86_400_000_000, [{"x": 1}])]


def test_orc_files_may_lack_columns(tmp_path: Path) -> None:
    orc.write_table(pa.table({"a": [1], "b": ["x"]}), str(tmp_path / "1.orc"))
    orc.write_table(pa.table({"a": [2]}), str(tmp_path / "2.orc"))
    assert read("orc", tmp_path) == ("struct<a:bigint,b:string>", [(1, "x"), (2, None)])
    assert read("orc", tmp_path, schema="z int, a bigint")[1] == [(None, 1), (None, 2)]


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(SparkError) as caught:
        source_of("nope")
    assert caught.value.condition == "DATA_SOURCE_NOT_FOUND"


@pytest.mark.parametrize("name", ["CSV", "Parquet", "org.apache.spark.sql.execution.datasources.json.JsonFileFormat"])
def test_formats_are_known_by_any_of_their_names(name: str) -> None:
    assert source_of(name).label in ("CSV", "Parquet", "JSON")


def test_options_are_checked_by_name() -> None:
    options = Options({"Header": "maybe", "QUOTE": "ab", "n": "x"})
    with pytest.raises(SparkError, match="header flag can be true or false"):
        options.flag("header")
    with pytest.raises(SparkError, match="cannot be more than one character"):
        options.character(("quote",), '"')
    with pytest.raises(SparkError, match="n should be an integer"):
        options.integer("n", 1)


def test_schema_text_of_the_harness_is_sparks() -> None:
    assert len(schema_of("a int, b struct<c: string>").fields) == 2


@pytest.mark.parametrize("codec", ["snappy", "lz4"])
def test_hadoops_block_compression_is_read_and_written(tmp_path: Path, codec: str) -> None:
    query = "select unnest(range(30000)) a"
    wrote(query, "a bigint", tmp_path / "out", format_name="csv", options={"compression": codec})
    assert len(list((tmp_path / "out").glob(f"*.csv.{codec}"))) == 1
    assert len(read("csv", tmp_path / "out", schema="a bigint")[1]) == 30_000


def test_a_block_that_spark_wrote_is_read(tmp_path: Path) -> None:
    put(tmp_path / "a.csv.snappy", b"\x00\x00\x00\x02\x00\x00\x00\x04\x02\x041\n")
    put(tmp_path / "b.csv.lz4", b"\x00\x00\x00\x02\x00\x00\x00\x03 2\n")
    assert read("csv", tmp_path) == ("struct<_c0:string>", [("1",), ("2",)])


@pytest.mark.parametrize(
    "option",
    [
        {"locale": "de-DE", "dateFormat": "d MMM yyyy"},
    ],
)
def test_what_the_reader_cannot_do_is_refused(tmp_path: Path, option: dict[str, str]) -> None:
    with pytest.raises(SparkError) as caught:
        opened("csv", put(tmp_path / "f", b"x\n"), **option)
    assert caught.value.condition == "UNSUPPORTED_FEATURE.HIVEFRAME"


def test_types_that_orc_does_not_have_are_noted_at_every_depth(tmp_path: Path) -> None:
    query = "select {'t': time '10:00:00', 'n': timestamp '2020-01-01'} s, [time '11:00:00'] a, map {'k': 5} m"
    schema = "s struct<t:time(6),n:timestamp_ntz>, a array<time(6)>, m map<string,interval month>"
    wrote(query, schema, tmp_path / "o", format_name="orc")
    source = opened("orc", tmp_path / "o")
    assert source.schema == schema_of(schema)
    assert rows_of(source)[0][1] == [dt.time(11)]
