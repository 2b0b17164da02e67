"""Programs over pyspark's client give on HiveFrame what they give on Spark, in this process and over TCP."""

from __future__ import annotations

import inspect
import logging

import pytest
from pyspark.sql.connect.session import SparkSession

from hiveframe.connect.channel import InProcessChannelBuilder
from hiveframe.connect.local import session_manager
from hiveframe.connect.server import start_server
from hiveframe.connect.servicer import ConnectService
from tests.clients.answers import PROGRAMS, answer, cases, golden

ALL = [(program, name) for program in PROGRAMS for name in cases(program)]
OVER_TCP = frozenset({"sessions", "udfs", "results"})  # what depends on the way there


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    manager = session_manager({"spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse"))})
    yield ConnectService(manager)
    manager.close()


@pytest.fixture(scope="module")
def server(service):
    running = start_server(service)
    yield running
    running.stop(1.0)


@pytest.fixture(autouse=True)
def quiet_client():
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def forget_sessions():
    def forget() -> None:
        SparkSession._default_session = None
        SparkSession._active_session.session = None

    forget()
    yield
    forget()


def given(case, spark, tmp_path):
    extra = [tmp_path] if len(inspect.signature(case).parameters) > 1 else []
    return answer(case, spark, *extra)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("forget_sessions")
@pytest.mark.parametrize(("program", "name"), ALL, ids=[f"{p}-{n.removeprefix('case_')}" for p, n in ALL])
def test_a_program_gives_what_it_gives_on_spark(program, name, service, tmp_path):
    spark = SparkSession.builder.channelBuilder(InProcessChannelBuilder(service)).getOrCreate()
    try:
        assert given(cases(program)[name], spark, tmp_path) == golden(program)[name]
    finally:
        spark.client.release_session()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("forget_sessions")
@pytest.mark.parametrize(
    ("program", "name"),
    [(p, n) for p, n in ALL if p in OVER_TCP],
    ids=[f"{p}-{n.removeprefix('case_')}" for p, n in ALL if p in OVER_TCP],
)
def test_it_does_so_over_tcp(program, name, server, tmp_path):
    spark = SparkSession.builder.remote(f"sc://127.0.0.1:{server.port}").getOrCreate()
    try:
        assert given(cases(program)[name], spark, tmp_path) == golden(program)[name]
    finally:
        spark.client.release_session()


def test_every_case_has_an_answer_and_every_answer_a_case():
    for program in PROGRAMS:
        assert set(golden(program)) == set(cases(program)), program
