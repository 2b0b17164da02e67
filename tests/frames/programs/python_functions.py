"""Python functions without results, and schemas written as text."""

from pyspark.sql import Row
from pyspark.sql import functions as F
from pyspark.sql.functions import udtf
from pyspark.sql.types import StructType

from tests.frames.cases import rows, unordered


def _people(spark):
    return spark.createDataFrame([(14, "Tom"), (23, "Alice")], "age int, name string")


def case_foreach(spark):
    return _people(spark).foreach(lambda row: None)


def case_foreach_partition(spark):
    return _people(spark).foreachPartition(lambda people: list(people))


def case_map_in_arrow_without_columns(spark):
    def counted(batches):
        import pyarrow as pa

        for batch in batches:
            yield pa.RecordBatch.from_struct_array(pa.array([{}] * batch.num_rows, pa.struct([])))

    return _people(spark).mapInArrow(counted, StructType()).count()


def case_a_struct_without_fields(spark):
    made = F.udf(lambda age: Row() if age > 20 else None, StructType())
    return unordered(_people(spark).select("age", made("age").alias("nothing")))


def case_a_table_functions_schema_with_colons(spark):
    @udtf(returnType="id: int, doubled: int")
    class Doubled:
        def eval(self, row):
            yield row["age"], row["age"] * 2

    return unordered(Doubled(_people(spark).asTable()))


def case_a_functions_type_as_columns(spark):
    made = F.udf(lambda age: (age, str(age)), "n int, s string")
    return rows(_people(spark).select(made("age").alias("pair")))
