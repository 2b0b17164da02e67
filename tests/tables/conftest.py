"""A session with a warehouse of its own for each test of tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

import hiveframe


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """Where the session's tables lie."""
    return tmp_path / "warehouse"


@pytest.fixture
def spark(warehouse: Path) -> Iterator[SparkSession]:
    """A session on an empty warehouse."""
    conf = {"spark.sql.warehouse.dir": str(warehouse), "spark.sql.session.timeZone": "UTC"}
    session = hiveframe.session(**conf)
    yield session
    session.stop()
