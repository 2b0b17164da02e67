"""Each program says under HiveFrame what it said under Spark."""

from __future__ import annotations

import json

import pytest

import hiveframe
from tests.frames.cases import CONF, GOLDEN, cases, said, subjects


@pytest.fixture(scope="module")
def spark():
    session = hiveframe.session(**CONF)
    yield session
    session.stop()


@pytest.mark.parametrize(("subject", "name"), [(s, n) for s in subjects() for n, _ in cases(s)])
def test_the_program_says_what_it_says_under_spark(subject, name, spark):
    golden = json.loads((GOLDEN / f"{subject}.json").read_text(encoding="utf-8"))
    assert said(dict(cases(subject))[name], spark) == golden[name]
