"""Clients other than the developer environment's own, each in an environment of its own, running a real program."""

from __future__ import annotations

from pathlib import Path

import pytest

from hiveframe.connect.local import session_manager
from hiveframe.connect.server import start_server
from hiveframe.connect.servicer import ConnectService
from tests.clients.environments import python_with, run

SCRIPTS = Path(__file__).parent / "scripts"
# What Ibis' extra names, but for its JVM `pyspark`, in whose place stands the client.
IBIS = ("ibis-framework>=12,<13", "packaging", "pandas<3", "pyarrow", "pyarrow-hotfix", "rich", "numpy")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    manager = session_manager({"spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse"))})
    running = start_server(ConnectService(manager))
    yield f"sc://127.0.0.1:{running.port}"
    running.stop(1.0)
    manager.close()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("script", "packages"),
    [
        ("older_client", ("pyspark-client>=4.0,<4.1", "pandas<3")),
        ("ibis_program", ("pyspark-client>=4.2,<4.3", *IBIS)),
    ],
)
def test_a_program_of_another_client_runs_to_its_end(script, packages, server):
    python = python_with(script, *packages)
    assert run(python, SCRIPTS / f"{script}.py", server).splitlines()[-1] == "done"
