"""One session in-process and one over gRPC, with the generated tables as temporary views.

`pytest tests/tpc --remote sc://host:port` asks another Spark Connect endpoint instead, Apache Spark for one.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

import hiveframe
from benchmarks.tpc.data import Suite, tables

SCALE = 0.1
START_SECONDS = 20


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--remote", help="ask this Spark Connect endpoint")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "way" in metafunc.fixturenames:
        remote = metafunc.config.getoption("--remote")
        metafunc.parametrize("way", [remote] if remote else ["in-process", "grpc"], scope="module")


@pytest.fixture(scope="module")
def spark(way: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A session of its own, the way the test asks for."""
    if way == "in-process":
        session = hiveframe.session()
        yield session
        session.stop()
    elif way == "grpc":
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        command = [sys.executable, "-m", "hiveframe.cli.main", "serve", "--port", port]
        with subprocess.Popen(command, cwd=tmp_path_factory.mktemp("server")) as server:
            wait_for(int(port), server)
            session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").create()
            yield session
            session.stop()
            server.terminate()
    else:
        session = SparkSession.builder.remote(way).create()
        yield session
        session.stop()


@pytest.fixture(scope="module")
def tpch(spark: SparkSession) -> SparkSession:
    """The session with TPC-H's tables."""
    return with_views(spark, "tpch")


@pytest.fixture(scope="module")
def tpcds(spark: SparkSession) -> SparkSession:
    """The session with TPC-DS's tables."""
    return with_views(spark, "tpcds")


def with_views(spark: SparkSession, suite: Suite) -> SparkSession:
    for name, path in tables(suite, SCALE).items():
        spark.read.parquet(str(path)).createOrReplaceTempView(name)
    return spark


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Return once the port answers; fail when the server ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert server.poll() is None, f"the server ended with {server.returncode}"
        time.sleep(0.05)
    pytest.fail(f"no answer on port {port} within {START_SECONDS} s")
