"""The service of this process, and PySpark sessions on it without a network."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql.connect.session import SparkSession as ConnectSession

from hiveframe.connect.channel import InProcessChannelBuilder
from hiveframe.connect.seam import SessionKey
from hiveframe.connect.servicer import ConnectService
from hiveframe.connect.sessions import SessionManager
from hiveframe.sessions.runtime import Process, Session
from hiveframe.settings import Settings

_SHARED = ("spark.sql.warehouse.dir", "spark.hiveframe.catalog.url")


class LocalSessions:
    """Makes the sessions of one process: those with the same warehouse share its metastore.

    `conf` is what every session starts with; `expect` says more for a session that is about to be opened.
    """

    def __init__(self, conf: Mapping[str, str]) -> None:
        self._conf = dict(conf)
        self._expected: dict[str, dict[str, str]] = {}
        self._processes: dict[tuple[str | None, ...], Process] = {}
        self._lock = threading.Lock()

    def expect(self, session_id: str, conf: Mapping[str, str]) -> None:
        """The settings, static ones included, that the session of this id starts with."""
        self._expected[session_id] = dict(conf)

    def __call__(self, key: SessionKey) -> Session:
        """Open the engine side of a session."""
        settings = Settings({**self._conf, **self._expected.pop(key.session_id, {})})
        shared = tuple(settings.get(name) for name in _SHARED)
        with self._lock:
            process = self._processes.get(shared)
            if process is None:
                process = self._processes[shared] = Process.of(settings)
        return Session.new(process, settings)


_sessions = LocalSessions({})
_service: ConnectService | None = None
_lock = threading.Lock()


def session_manager(conf: Mapping[str, str]) -> SessionManager:
    """The sessions of a server; idle ones are closed."""
    return SessionManager(LocalSessions(conf))


def local_session(conf: Mapping[str, str]) -> SparkSession:
    """A new PySpark session on this process's service."""
    session_id = str(uuid.uuid4())
    Settings(conf)  # a wrong value is refused here, before a session exists
    _sessions.expect(session_id, conf)
    channel = InProcessChannelBuilder(local_service(), {"session_id": session_id})
    builder: Any = ConnectSession.builder
    made = builder.channelBuilder(channel).create()
    made.client.disable_reattachable_execute()  # no stream breaks in-process; saves two thirds of a tiny query's time
    session: SparkSession = made
    return session


def local_service() -> ConnectService:
    """The service of this process, made on first use."""
    global _service
    with _lock:
        if _service is None:
            _service = ConnectService(SessionManager(_sessions, idle_timeout_s=None))
    return _service
