"""`hiveframe run` runs scripts as Python does, with sessions in this process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(script: Path, *arguments: str, conf: str = "") -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "hiveframe.cli",
        "run",
        *(["--conf", conf] if conf else []),
        str(script),
        *arguments,
    ]
    return subprocess.run(command, cwd=script.parent, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return tmp_path / "job.py"


def test_the_script_is_main_and_gets_its_arguments_and_neighbours(script: Path) -> None:
    (script.parent / "neighbour.py").write_text("NAME = 'Ann'")
    script.write_text("import sys, neighbour\nprint(__name__, sys.argv[1:], neighbour.NAME, sys.path[0])")
    done = run(script, "--conf", "x", "-v")
    assert done.stdout == f"__main__ ['--conf', 'x', '-v'] Ann {script.parent.resolve()}\n"
    assert done.returncode == 0


def test_an_exit_status_is_the_scripts(script: Path) -> None:
    script.write_text("import sys; sys.exit(7)")
    assert run(script).returncode == 7


def test_an_uncaught_error_gives_one_and_a_traceback_of_the_script_only(script: Path) -> None:
    script.write_text("def broken():\n    raise ValueError('no')\nbroken()\n")
    done = run(script)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Traceback (most recent call last):",
        f'  File "{script}", line 3, in <module>',
        "    broken()",
        f'  File "{script}", line 2, in broken',
        "    raise ValueError('no')",
        "ValueError: no",
    ]


def test_a_syntax_error_is_shown_as_python_shows_it(script: Path) -> None:
    script.write_text("x = = 1\n")
    done = run(script)
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == f'  File "{script}", line 1'
    assert done.stderr.splitlines()[-1] == "SyntaxError: invalid syntax"


def test_the_builder_gives_an_in_process_session_whatever_the_master(script: Path) -> None:
    script.write_text(
        "from pyspark.sql import SparkSession\n"
        "from pyspark import SparkConf\n"
        "conf = SparkConf().setMaster('spark://far:7077').setAppName('job').set('spark.sql.shuffle.partitions', '5')\n"
        "spark = SparkSession.builder.config(conf=conf).enableHiveSupport().getOrCreate()\n"
        "print(spark.conf.get('spark.sql.shuffle.partitions'), spark.conf.get('spark.from.outside'))\n"
        "again = SparkSession.builder.master('local[*]').config('spark.sql.shuffle.partitions', '6').getOrCreate()\n"
        "print(again is spark, spark.conf.get('spark.sql.shuffle.partitions'), SparkSession.active() is spark)\n"
        "spark.stop()\n"
        "fresh = SparkSession.builder.getOrCreate()\n"
        "print(fresh is spark, fresh.range(3).count())\n"
    )
    done = run(script, conf="spark.from.outside=yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "5 yes\nTrue 6 True\nFalse 3\n"


def test_functions_of_the_script_run_as_udfs(script: Path) -> None:
    script.write_text(
        "from pyspark.sql import SparkSession, functions as F\n"
        "from pyspark.sql.types import LongType\n"
        "FACTOR = 3\n"
        "@F.udf(LongType())\n"
        "def times(x):\n"
        "    return FACTOR * x\n"
        "if __name__ == '__main__':\n"
        "    spark = SparkSession.builder.appName('udf').getOrCreate()\n"
        "    print([row[0] for row in spark.range(3).select(times('id')).collect()])\n"
    )
    done = run(script)
    assert (done.stdout, done.stderr) == ("[0, 3, 6]\n", "")


def test_a_failed_query_prints_the_condition_once(script: Path) -> None:
    script.write_text(
        "from pyspark.sql import SparkSession\n"
        "spark = SparkSession.builder.getOrCreate()\n"
        "spark.sql('SELECT nope FROM range(1)').show()\n"
    )
    done = run(script)
    assert done.returncode == 1
    assert done.stderr.count("UNRESOLVED_COLUMN.WITH_SUGGESTION") == 1
    assert "hiveframe/cli" not in done.stderr


def test_an_address_in_the_environment_is_set_aside_with_a_word(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "SPARK_REMOTE", "sc://127.0.0.1:1")
    script.write_text(
        "from pyspark.sql import SparkSession\nprint(SparkSession.builder.getOrCreate().range(2).count())"
    )
    done = run(script)
    assert done.stdout == "2\n"
    assert "SPARK_REMOTE is set aside" in done.stderr
