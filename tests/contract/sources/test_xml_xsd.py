"""`rowValidationXSDPath`: records that are not as the XSD says are bad records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

import hiveframe

XSD = """<?xml version="1.0"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="p"><xs:complexType><xs:sequence>
    <xs:element name="a" type="xs:integer"/>
    <xs:element name="b" type="xs:string" minOccurs="0"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>"""
FILE = "<ps><p><a>1</a></p><p><a>x</a></p><p><b>no a</b></p><p><a>4</a><b>&lt;y&gt;</b></p></ps>"


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = hiveframe.session(**{"spark.sql.session.timeZone": "UTC"})
    yield session
    session.stop()


@pytest.fixture
def xsd(tmp_path: Path) -> str:
    (tmp_path / "p.xsd").write_text(XSD)
    return str(tmp_path / "p.xsd")


def test_records_of_files(spark: SparkSession, xsd: str, tmp_path: Path) -> None:
    (tmp_path / "ps.xml").write_text(FILE)
    reader = spark.read.options(rowTag="p", rowValidationXSDPath=xsd)
    frame = reader.schema("a string, b string, _corrupt_record string").xml(str(tmp_path / "ps.xml"))
    assert frame.collect() == [("1", None, None), (None, None, FILE), (None, None, FILE), ("4", "<y>", None)]
    dropping = spark.read.options(rowTag="p", rowValidationXSDPath=f"file://{xsd}", mode="DROPMALFORMED")
    assert dropping.xml(str(tmp_path / "ps.xml")).collect() == [(1, None), (4, "<y>")]
    with pytest.raises(PySparkException, match="FAILED_READ_FILE"):
        reader.option("mode", "FAILFAST").schema("a string").xml(str(tmp_path / "ps.xml")).collect()


def test_a_record_keeps_the_namespaces_around_it(spark: SparkSession, tmp_path: Path) -> None:
    qualified = XSD.replace("<xs:schema ", '<xs:schema targetNamespace="urn:p" elementFormDefault="qualified" ')
    (tmp_path / "n.xsd").write_text(qualified)
    (tmp_path / "n.xml").write_text('<r xmlns:n="urn:p"><n:p><n:a>1</n:a></n:p><p><a>2</a></p></r>')
    reader = spark.read.options(rowTag="p", ignoreNamespace="true", mode="DROPMALFORMED")
    frame = reader.option("rowValidationXSDPath", str(tmp_path / "n.xsd")).schema("a int")
    assert frame.xml(str(tmp_path / "n.xml")).collect() == [(1,)]


def test_documents_of_rows_and_from_xml(spark: SparkSession, xsd: str) -> None:
    documents = ["<p><a>1</a></p>", " <p><a>x</a></p>", "<q/>"]
    rows = spark.createDataFrame([(d,) for d in documents], "xml string")
    reader = spark.read.options(rowTag="p", rowValidationXSDPath=xsd).schema("a string, _corrupt_record string")
    assert reader.xml(rows).collect() == [("1", None), (None, documents[1]), (None, "<q/>")]
    rows.createOrReplaceTempView("documents")
    parsed = spark.sql(f"select from_xml(xml, 'a string', map('rowValidationXSDPath', '{xsd}')).a from documents")
    assert parsed.collect() == [("1",), (None,), (None,)]


def test_a_schema_that_cannot_be_used_is_named(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "bad.xsd").write_text("<not-a-schema/>")
    rows = spark.createDataFrame([("<p/>",)], "xml string")
    for name in ("absent.xsd", "bad.xsd"):
        reader = spark.read.options(rowTag="p", rowValidationXSDPath=str(tmp_path / name)).schema("a string")
        with pytest.raises(PySparkException, match=name):
            reader.xml(rows).collect()


def test_nothing_beside_the_schema_is_fetched(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "far.xsd").write_text(
        XSD.replace(
            '<xs:element name="p">', '<xs:include schemaLocation="http://127.0.0.1:9/x.xsd"/><xs:element name="p">', 1
        )
    )
    rows = spark.createDataFrame([("<p><a>1</a></p>",)], "xml string")
    reader = spark.read.options(rowTag="p", rowValidationXSDPath=str(tmp_path / "far.xsd")).schema("a string")
    with pytest.raises(PySparkException, match=r"far\.xsd is no XSD"):
        reader.xml(rows).collect()
