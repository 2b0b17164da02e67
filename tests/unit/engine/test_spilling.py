import subprocess
import sys

PROGRAM = """
import sys
import hiveframe

spark = hiveframe.session(
    **{"spark.hiveframe.memory": "128m", "spark.local.dir": sys.argv[1], "spark.hiveframe.threads": "2"}
)
spark.range(4_000_000).selectExpr("id", "cast(id as string) AS s").createOrReplaceTempView("t")
print(spark.sql("SELECT count(*), sum(n) FROM (SELECT s, count(*) AS n FROM t GROUP BY s)").collect()[0])
"""


def test_a_query_larger_than_its_memory_spills_to_a_folder_that_did_not_exist(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "not" / "there" / "yet")],
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert "Row(count(1)=4000000, sum(n)=4000000)" in done.stdout, done.stderr[-2000:]
