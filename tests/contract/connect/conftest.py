"""The service over a fake runtime, reached by pyspark's own client: in this process, and over TCP."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pyspark.sql.connect.session import SparkSession

from hiveframe.connect.channel import InProcessChannelBuilder
from hiveframe.connect.local import session_manager
from hiveframe.connect.server import RunningServer, start_server
from hiveframe.connect.servicer import ConnectService
from hiveframe.connect.sessions import SessionManager
from tests.contract.connect.fake_runtime import FakeRuntime

Connect = Callable[[], SparkSession]


@pytest.fixture(scope="package")
def service() -> Iterator[ConnectService]:
    manager = SessionManager(FakeRuntime, detached_timeout_s=60.0)
    yield ConnectService(manager)
    manager.close()


@pytest.fixture(scope="package")
def server(service: ConnectService) -> Iterator[RunningServer]:
    running = start_server(service)
    yield running
    running.stop(1.0)


@pytest.fixture(params=["in_process", "in_process_reattachable", "tcp"])
def connect(request: pytest.FixtureRequest, service: ConnectService) -> Iterator[Connect]:
    """Opens sessions by one of the ways in; all are closed at the end."""
    opened: list[SparkSession] = []

    def open_session() -> SparkSession:
        SparkSession._default_session = None  # a test may have left one that is closed
        SparkSession._active_session.session = None
        if request.param == "tcp":
            port = request.getfixturevalue("server").port
            session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").create()
        else:
            session = SparkSession.builder.channelBuilder(InProcessChannelBuilder(service)).create()
            if request.param == "in_process":
                session.client.disable_reattachable_execute()
        opened.append(session)
        return session

    yield open_session
    for session in opened:
        session.stop()


@pytest.fixture
def spark(connect: Connect) -> SparkSession:
    return connect()


@pytest.fixture
def runtime(spark: SparkSession) -> Callable[[], FakeRuntime]:
    """The engine side of `spark`; it exists after the first request."""
    return lambda: FakeRuntime.opened[spark.session_id]


@pytest.fixture(scope="package")
def engine_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConnectService]:
    """The service over the real engine."""
    manager = session_manager({"spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse"))})
    yield ConnectService(manager)
    manager.close()


@pytest.fixture(scope="package")
def engine_server(engine_service: ConnectService) -> Iterator[RunningServer]:
    running = start_server(engine_service)
    yield running
    running.stop(1.0)
