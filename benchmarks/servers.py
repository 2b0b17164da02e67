"""Spark Connect servers of the peers that have one, and HiveFrame's."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.options import UNCACHED
from benchmarks.peers.environments import PEERS

SERVERS = ("sail", "spark")
START_SECONDS = 60


def servers(peers: Iterable[str]) -> tuple[str, ...]:
    """Those of the peers that serve Spark Connect."""
    return tuple(name for name in peers if name in SERVERS)


@contextlib.contextmanager
def peer_server(name: str) -> Iterator[str]:
    """A running server of the peer; yields its URL."""
    port = free_port()
    command, environment = (sail if name == "sail" else spark)(PEERS / name, port)
    with running(command, environment) as process:
        wait_for(port, process)
        yield f"sc://127.0.0.1:{port}"


@contextlib.contextmanager
def hiveframe_server(*arguments: str) -> Iterator[str]:
    """A running `hiveframe serve`; yields its URL."""
    uncached = [part for name, value in UNCACHED.items() for part in ("--conf", f"{name}={value}")]
    command = [sys.executable, "-m", "hiveframe.cli", "serve", "--port", "0", *uncached, *arguments]
    with running(command, {}, stdout=subprocess.PIPE) as process:
        yield url_of(process)


def url_of(process: subprocess.Popen[bytes]) -> str:
    """The URL that a server of HiveFrame prints when it has started."""
    assert process.stdout is not None
    line = process.stdout.readline().decode()
    found = re.search(r"sc://\S+", line)
    if found is None:
        raise RuntimeError(f"`hiveframe serve` did not start: {line!r}")
    return found.group()


def sail(folder: Path, port: int) -> tuple[list[str], dict[str, str]]:
    """The command that serves Sail, and its environment."""
    return [str(folder / "bin/sail"), "spark", "server", "--port", str(port)], {}


def spark(folder: Path, port: int) -> tuple[list[str], dict[str, str]]:
    """The command that serves Apache Spark on two cores, and its environment."""
    home = next(folder.glob("lib/python3*/site-packages/pyspark"))
    jar = next((home / "jars").glob("spark-connect_*.jar"))
    settings = {
        "spark.connect.grpc.binding.port": str(port),
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "4",
    }
    options = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    command = [str(home / "bin/spark-submit"), "--master", "local[2]", "--driver-memory", "4g"]
    command += ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", *options, str(jar)]
    return command, {"SPARK_HOME": str(home), "PYSPARK_PYTHON": str(folder / "bin/python")}


@contextlib.contextmanager
def running(
    command: list[str], environment: dict[str, str], stdout: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    """The process, in an empty folder of its own; ended when the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **environment}, stdout=stdout, stderr=subprocess.DEVNULL
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return once the port answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with status {process.returncode}")
        time.sleep(0.1)
    raise TimeoutError(f"no answer on port {port} within {START_SECONDS} s")
