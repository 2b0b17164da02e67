"""A cache of its own for each test, which keeps whatever may be kept, however cheap and small."""

import pytest

import hiveframe
from hiveframe.cache import process, results
from hiveframe.sessions import answering
from hiveframe.settings import Settings


@pytest.fixture
def cache(tmp_path, monkeypatch):
    conf = {"spark.local.dir": str(tmp_path / "local"), "spark.hiveframe.cache.disk": "64MB"}
    made = process.opened(Settings(conf | {"spark.hiveframe.cache.memory": "16MB"}))
    monkeypatch.setattr(process, "_results", made)
    monkeypatch.setattr(results, "CHEAP_S", 0)
    monkeypatch.setattr(results, "TOO_CHEAP_S", 0)
    monkeypatch.setattr(answering, "SMALL_BYTES", 0)
    yield made
    made.flush()


@pytest.fixture
def spark(tmp_path, cache):
    session = hiveframe.session(**{"spark.sql.warehouse.dir": str(tmp_path / "warehouse")})
    yield session
    session.stop()
