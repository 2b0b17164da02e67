from __future__ import annotations

from random import Random

import pytest
from pyspark.sql.connect.session import SparkSession

from hiveframe.connect.channel import InProcessChannelBuilder
from hiveframe.connect.decode import Decoder
from hiveframe.connect.servicer import ConnectService
from hiveframe.connect.sessions import SessionManager
from hiveframe.plan import spec
from tests.contract.connect.fake_runtime import FakeRuntime


@pytest.fixture(scope="module")
def spark():
    """A client whose frames are only turned into protobuf; it goes with its module, for it is the active session."""
    service = ConnectService(SessionManager(FakeRuntime))
    session = SparkSession.builder.channelBuilder(InProcessChannelBuilder(service)).create()
    yield session
    session.stop()


@pytest.fixture
def blobs():
    return {}


@pytest.fixture
def decoder(blobs):
    return Decoder(
        session_id="a-session",
        artifact=blobs.get,
        parse_expression=lambda text: spec.Attribute((f"parsed {text}",)),
        random=Random(0),
    )


@pytest.fixture
def decode(spark, decoder):
    """A frame as the unresolved tree."""
    return lambda frame: decoder.plan(frame._plan.to_proto(spark.client))
