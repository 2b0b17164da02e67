"""XML documents in a column: `spark.read.xml(DataFrame)`."""

from tests.frames.cases import unordered

DOCUMENTS = [
    "<person><name>Ada</name><age>36</age></person>",
    "<person x='1'><name>Grace</name><tags><t>a</t><t>b</t></tags></person>",
    "<person><name>Bob</name>",
    "<person><name>\nLinus\n</name><age>x</age></person>",
    "text",
]


def _documents(spark):
    return spark.createDataFrame([(d,) for d in DOCUMENTS], "value string")


def case_found_columns(spark):
    return unordered(spark.read.option("rowTag", "person").xml(_documents(spark)))


def case_given_columns(spark):
    schema = "name string, age int, _corrupt_record string"
    return unordered(spark.read.option("rowTag", "person").schema(schema).xml(_documents(spark)))


def case_broken_documents_dropped(spark):
    reader = spark.read.option("rowTag", "person").option("mode", "DROPMALFORMED").schema("name string, age int")
    return unordered(reader.xml(_documents(spark)))


def case_broken_documents_fail(spark):
    reader = spark.read.option("rowTag", "person").option("mode", "FAILFAST").schema("name string, age int")
    return unordered(reader.xml(_documents(spark)))


def case_no_row_tag(spark):
    return unordered(spark.read.xml(_documents(spark)))
