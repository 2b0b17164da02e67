"""The sessions of a server: opened on first use, closed by the client or for being idle, never opened twice."""

from __future__ import annotations

import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from random import Random

from pyspark.sql.connect.proto import relations_pb2

from hiveframe.connect.artifacts import Artifacts
from hiveframe.connect.decode import Decoder
from hiveframe.connect.decoded import Decoded
from hiveframe.connect.execution import Execution, State
from hiveframe.connect.seam import RuntimeFactory, SessionKey, SessionRuntime
from hiveframe.connect.status import ErrorLog
from hiveframe.errors import InvalidHandle, SparkError
from hiveframe.plan import spec


class Session:
    """One client session on this side."""

    def __init__(self, key: SessionKey, runtime: SessionRuntime, *, now: Callable[[], float], random: Random) -> None:
        self.key = key
        self.runtime = runtime
        self.server_id = str(uuid.uuid4())
        self.artifacts = Artifacts(runtime.add_python_path, runtime.set_files_root)
        self.errors = ErrorLog()
        self.executions: dict[str, Execution] = {}
        self.ended: OrderedDict[str, State] = OrderedDict()
        self.profile_count = 0
        self.last_used = now()
        self._now = now
        self._random = random
        self._decoded = Decoded()
        self._lock = threading.Lock()

    def decoder(self) -> Decoder:
        """A decoder for one request."""
        return Decoder(
            session_id=self.key.session_id,
            artifact=self.artifacts.cached,
            parse_expression=self.runtime.parse_expression,
            random=self._random,
        )

    def relation(self, message: relations_pb2.Relation) -> spec.Relation:
        """The tree of a message; the same message gives the same tree."""
        return self._decoded.relation(message, self.decoder(), self.runtime.conf.version)

    def touch(self) -> None:
        """Note that the client is there."""
        self.last_used = self._now()

    def add(self, operation_id: str, make: Callable[[], Execution]) -> tuple[Execution, bool]:
        """The execution under this id, and whether it was made now.

        An id that was used before and let go is INVALID_HANDLE.OPERATION_ABANDONED.
        """
        with self._lock:
            known = self.executions.get(operation_id)
            if known is not None:
                return known, False
            if operation_id in self.ended:
                raise InvalidHandle("INVALID_HANDLE.OPERATION_ABANDONED", {"handle": operation_id})
            made = self.executions[operation_id] = make()
            return made, True

    def execution(self, operation_id: str) -> Execution:
        """The running or unreleased execution; INVALID_HANDLE.OPERATION_NOT_FOUND."""
        known = self.executions.get(operation_id)
        if known is None:
            raise InvalidHandle("INVALID_HANDLE.OPERATION_NOT_FOUND", {"handle": operation_id})
        return known

    def release(self, operation_id: str) -> bool:
        """Let an execution go; False when there is none."""
        with self._lock:
            execution = self.executions.pop(operation_id, None)
        if execution is None:
            return False
        execution.release()
        with self._lock:
            self.ended[operation_id] = execution.state
            while len(self.ended) > 1000:
                self.ended.popitem(last=False)
        return True

    def forget(self, operation_id: str) -> None:
        """Nothing was done under this id: it may be used as if it were new."""
        with self._lock:
            execution = self.executions.pop(operation_id, None)
            self.ended.pop(operation_id, None)
        if execution is not None:
            execution.release()

    def running(self) -> list[Execution]:
        """A snapshot."""
        with self._lock:
            return list(self.executions.values())

    def sweep(self, detached_s: float) -> None:
        """Let go of executions that no client has asked about for that long."""
        now = self._now()
        for execution in self.running():
            if execution.is_idle and now - execution.last_seen > detached_s:
                self.release(execution.operation.id)

    def close(self) -> None:
        """Cancel what runs, delete uploads, close the engine side."""
        for execution in self.running():
            self.release(execution.operation.id)
        self.artifacts.close()
        self.runtime.close()


class SessionManager:
    """All sessions of one process. `idle_timeout_s` None: sessions end only when clients release them."""

    def __init__(
        self,
        factory: RuntimeFactory,
        *,
        idle_timeout_s: float | None = 3600.0,
        detached_timeout_s: float = 300.0,
        now: Callable[[], float] = time.monotonic,
        random: Random | None = None,
    ) -> None:
        self._factory = factory
        self._idle_timeout_s = idle_timeout_s
        self._detached_timeout_s = detached_timeout_s
        self.now = now
        self._random = random or Random()
        self._sessions: dict[SessionKey, Session] = {}
        self._closed: OrderedDict[SessionKey, str] = OrderedDict()
        self._lock = threading.Lock()
        self._opening = threading.Lock()

    def open(self, key: SessionKey, seen_server_id: str | None = None) -> Session:
        """The session, made on first use.

        INVALID_HANDLE: FORMAT for an id that is no UUID, SESSION_CLOSED after its end, SESSION_CHANGED when the client
        has seen another server's session under this id.
        """
        session = self._sessions.get(key)
        if session is None:
            check_uuid(key.session_id)
            session = self._make(key)
        return _checked(session, seen_server_id)

    def get(self, key: SessionKey, seen_server_id: str | None = None) -> Session:
        """The session if it is open; else SESSION_CLOSED or SESSION_NOT_FOUND."""
        session = self._sessions.get(key)
        if session is None:
            check_uuid(key.session_id)
            self._refuse_closed(key)
            raise InvalidHandle("INVALID_HANDLE.SESSION_NOT_FOUND", {"handle": key.session_id})
        return _checked(session, seen_server_id)

    def find(self, key: SessionKey) -> Session | None:
        """The session if it is open."""
        return self._sessions.get(key)

    def clone(self, source: Session, new_id: str | None) -> Session:
        """A new session that starts with a copy of the source's state."""
        target = SessionKey(source.key.user_id, new_id or str(uuid.uuid4()))
        if not is_uuid(target.session_id):
            raise _clone_error("FORMAT", target)
        with self._lock:
            if target in self._closed:
                raise _clone_error("ALREADY_CLOSED", target)
            if target in self._sessions:
                raise _clone_error("ALREADY_EXISTS", target)
        return self._keep(target, source.runtime.clone(target))

    def release(self, key: SessionKey, *, allow_reconnect: bool = False) -> str:
        """Close the session, if there is one; its id stays closed unless `allow_reconnect`. The server's id of it."""
        check_uuid(key.session_id)
        with self._lock:
            session = self._sessions.pop(key, None)
            server_id = session.server_id if session else self._closed.get(key) or str(uuid.uuid4())
            if not allow_reconnect:
                self._closed[key] = server_id
                while len(self._closed) > 10_000:
                    self._closed.popitem(last=False)
        if session is not None:
            session.close()
        return server_id

    def sweep(self) -> None:
        """Close idle sessions and abandoned executions; call it now and then."""
        for session in self.sessions():
            session.sweep(self._detached_timeout_s)
            idle_s = self.now() - session.last_used
            if self._idle_timeout_s is not None and idle_s > self._idle_timeout_s and not session.executions:
                self.release(session.key)

    def sessions(self) -> list[Session]:
        """A snapshot."""
        with self._lock:
            return list(self._sessions.values())

    def close(self) -> None:
        """Close every session."""
        for session in self.sessions():
            self.release(session.key)

    def _make(self, key: SessionKey) -> Session:
        """Open the session unless another thread just did; the factory is asked once for each key."""
        with self._opening:
            known = self._sessions.get(key)
            if known is not None:
                return known
            self._refuse_closed(key)
            return self._keep(key, self._factory(key))

    def _keep(self, key: SessionKey, runtime: SessionRuntime) -> Session:
        with self._lock:
            known = self._sessions.get(key)
            if known is None:
                made = self._sessions[key] = Session(key, runtime, now=self.now, random=self._random)
                return made
        runtime.close()
        return known

    def _refuse_closed(self, key: SessionKey) -> None:
        if key in self._closed:
            raise InvalidHandle("INVALID_HANDLE.SESSION_CLOSED", {"handle": key.session_id})


def _checked(session: Session, seen_server_id: str | None) -> Session:
    if seen_server_id and seen_server_id != session.server_id:
        raise InvalidHandle("INVALID_HANDLE.SESSION_CHANGED", {"handle": session.key.session_id})
    session.touch()
    return session


def _clone_error(kind: str, key: SessionKey) -> SparkError:
    condition = f"INVALID_CLONE_SESSION_REQUEST.TARGET_SESSION_ID_{kind}"
    return InvalidHandle(condition, {"targetSessionId": key.session_id})


def is_uuid(text: str) -> bool:
    """Whether `text` is a UUID in its usual form."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def check_uuid(text: str) -> None:
    """INVALID_HANDLE.FORMAT unless `text` is a UUID."""
    if not is_uuid(text):
        raise InvalidHandle("INVALID_HANDLE.FORMAT", {"handle": text})
