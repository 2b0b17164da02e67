"""Work beside the statements goes on, whatever a step of it does."""

import threading

import pytest

from hiveframe.engine import background
from hiveframe.engine.background import Background


def test_after_a_step_that_fails_it_goes_on(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(background, "_REST_S", 0.0)
    done = threading.Event()
    steps = iter([ValueError("a fault"), None])

    def step() -> bool:
        found = next(steps, None)
        if found is not None:
            raise found
        done.set()
        return False

    work = Background("work", step, lambda: False)
    work.wake()
    assert done.wait(timeout=30)
    work.close(interrupt=lambda: None)
    assert "a fault" in caplog.text
