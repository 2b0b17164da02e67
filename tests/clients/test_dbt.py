"""dbt's session method over Spark Connect: seeds, models of every kind, tests, incremental runs, documentation.

Snapshots are left out: dbt-spark makes them in Delta and Hudi tables only.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from pyspark.sql import Row
from pyspark.sql.connect.session import SparkSession

from hiveframe.connect.local import session_manager
from hiveframe.connect.server import start_server
from hiveframe.connect.servicer import ConnectService
from tests.clients.environments import python_with

PROJECT = Path(__file__).parent / "dbt"
# The last dbt that is written in Python; its `session` extra would bring the JVM's pyspark.
PACKAGES = ("dbt-core>=1.10,<1.11", "dbt-spark>=1.9,<1.10", "pyspark-client>=4.2,<4.3", "pandas<3")


@pytest.fixture
def server(tmp_path):
    manager = session_manager({"spark.sql.warehouse.dir": str(tmp_path / "warehouse")})
    running = start_server(ConnectService(manager))
    yield f"sc://127.0.0.1:{running.port}"
    running.stop(1.0)
    manager.close()


@pytest.fixture
def dbt(server, tmp_path):
    """Runs a dbt command in a copy of the project."""
    program = python_with("dbt", *PACKAGES).with_name("dbt")
    folder = tmp_path / "project"
    shutil.copytree(PROJECT, folder)
    environment = {**os.environ, "SPARK_REMOTE": server, "DBT_PROFILES_DIR": str(folder)}
    environment.pop("PYTHONPATH", None)

    def run(*arguments: str) -> Path:
        made = subprocess.run(
            [str(program), *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert made.returncode == 0, made.stdout[-4000:] + made.stderr[-2000:]
        return folder

    return run


def statuses(folder: Path) -> dict[str, str]:
    results = json.loads((folder / "target" / "run_results.json").read_text())["results"]
    return {result["unique_id"].split(".")[2]: result["status"] for result in results}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_project_is_built_tested_extended_and_documented(dbt, server):
    first = statuses(dbt("build"))
    assert first.pop("orders") == "success"
    assert {name: first[name] for name in ("totals", "big", "events", "by_day")} == dict.fromkeys(
        ("totals", "big", "events", "by_day"), "success"
    )
    assert [status for name, status in first.items() if "_" in name and name != "by_day"] == ["pass"] * 4

    with (dbt("--version") / "seeds" / "orders.csv").open("a") as seeds:
        seeds.write("4,eve,7.0\n")
    folder = dbt("build")
    assert set(statuses(folder).values()) == {"success", "pass"}

    SparkSession._default_session = None
    SparkSession._active_session.session = None
    spark = SparkSession.builder.remote(server).create()
    rows = {name: spark.table(f"dbt_hive.{name}").orderBy("name").collect() for name in ("totals", "big")}
    ids = {name: sorted(r.id for r in spark.table(f"dbt_hive.{name}").collect()) for name in ("events", "by_day")}
    spark.stop()
    assert rows["totals"] == [
        Row(name="ann", total=15.0, n=2, place=2),
        Row(name="bob", total=20.0, n=1, place=1),
        Row(name="eve", total=7.0, n=1, place=3),
    ]
    assert rows["big"] == [Row(name="bob", total=20.0, n=1, place=1)]
    assert ids == {"events": [1, 2, 3, 4], "by_day": [1, 2, 3, 4]}

    nodes = json.loads((dbt("docs", "generate") / "target" / "catalog.json").read_text())["nodes"]
    shown = {name.split(".")[2]: (node["metadata"]["type"], list(node["columns"])) for name, node in nodes.items()}
    assert shown["totals"] == ("table", ["name", "total", "n", "place"])
    assert shown["big"] == ("view", ["name", "total", "n", "place"])
