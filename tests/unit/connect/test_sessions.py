from __future__ import annotations

import threading
import uuid

import pytest

from hiveframe.connect.seam import SessionKey
from hiveframe.connect.sessions import SessionManager
from hiveframe.connect.status import ErrorLog
from hiveframe.errors import InvalidHandle
from tests.contract.connect.fake_runtime import FakeRuntime


class Time:
    now = 0.0

    def __call__(self):
        return self.now


def key(user="u"):
    return SessionKey(user, str(uuid.uuid4()))


def test_a_session_is_made_once_for_each_user_and_id():
    manager = SessionManager(FakeRuntime)
    one = key()
    assert manager.open(one) is manager.open(one)
    assert manager.open(one) is not manager.open(SessionKey("other", one.session_id))


@pytest.mark.parametrize(
    "text", ["", "abc", "{00112233-4455-6677-8899-aabbccddeeff}", "00112233445566778899aabbccddeeff"]
)
def test_a_session_id_is_a_uuid_in_its_usual_form(text):
    with pytest.raises(InvalidHandle) as caught:
        SessionManager(FakeRuntime).open(SessionKey("u", text))
    assert caught.value.condition == "INVALID_HANDLE.FORMAT"


def test_a_session_that_was_never_opened_is_not_found():
    with pytest.raises(InvalidHandle, match="SESSION_NOT_FOUND"):
        SessionManager(FakeRuntime).get(key())


def test_a_released_id_stays_closed_unless_the_client_wants_to_come_back():
    manager = SessionManager(FakeRuntime)
    one, two = key(), key()
    manager.open(one)
    manager.open(two)
    manager.release(one)
    manager.release(two, allow_reconnect=True)
    with pytest.raises(InvalidHandle, match="SESSION_CLOSED"):
        manager.open(one)
    assert manager.open(two).key == two


def test_idle_sessions_are_closed_and_used_ones_are_not():
    time = Time()
    manager = SessionManager(FakeRuntime, idle_timeout_s=100, now=time)
    idle, used = key(), key()
    manager.open(idle)
    manager.open(used)
    time.now = 90
    manager.open(used)
    time.now = 120
    manager.sweep()
    assert [s.key for s in manager.sessions()] == [used]
    assert FakeRuntime.opened[idle.session_id].closed
    with pytest.raises(InvalidHandle, match="SESSION_CLOSED"):
        manager.open(idle)


def test_another_servers_session_is_noticed():
    manager = SessionManager(FakeRuntime)
    one = key()
    session = manager.open(one)
    assert manager.open(one, session.server_id) is session
    with pytest.raises(InvalidHandle, match="SESSION_CHANGED"):
        manager.open(one, str(uuid.uuid4()))


def test_the_last_failures_are_kept_and_older_ones_forgotten():
    log = ErrorLog(capacity=2)
    names = [log.keep(InvalidHandle("INVALID_CURSOR.NOT_REATTACHABLE")) for _ in range(3)]
    assert log.get(names[0]) is None
    assert log.get(names[2]) is not None


def test_threads_that_open_a_session_at_once_share_one():
    opened = []

    def factory(key):
        opened.append(key)
        threading.Event().wait(0.05)
        return FakeRuntime(key)

    manager = SessionManager(factory)
    one = key()
    threads = [threading.Thread(target=manager.open, args=(one,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened == [one]
