"""A program pays at its start only for what it uses."""

import json
import subprocess
import sys

PROGRAM = """
import json, sys, tempfile
import hiveframe
heavy = {"pyspark", "duckdb", "sqlglot", "pyarrow", "pandas", "numpy"} & set(sys.modules)
spark = hiveframe.session(**{"spark.sql.warehouse.dir": tempfile.mkdtemp()})
assert [row.id for row in spark.range(2).collect()] == [0, 1]
print(json.dumps([sorted(heavy), sorted(sys.modules)]))
"""


def test_importing_hiveframe_is_light_and_frames_need_no_sql_parser():
    done = subprocess.run([sys.executable, "-"], input=PROGRAM, stdout=subprocess.PIPE, text=True, check=True)
    heavy, modules = json.loads(done.stdout)
    assert heavy == []
    for unused in (
        "hiveframe.sql.parser",
        "hiveframe.sessions.commands.tables",
        "sqlalchemy",
        "hiveframe.lake.json",
        "hiveframe.sessions.explaining",
        "hiveframe.functions.variant_extract",
    ):
        assert unused not in modules
