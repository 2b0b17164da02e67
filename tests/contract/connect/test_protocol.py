"""The checklist of the protocol is true: what it calls served answers, what it calls refused says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pyspark.sql.connect.proto as pb
import pytest
from pyspark.sql.connect.session import SparkSession as ConnectSession

import hiveframe
from hiveframe.connect.analyze import QUESTIONS
from hiveframe.connect.checklist import checklist, markdown
from hiveframe.connect.config import OPERATIONS
from hiveframe.connect.decode.commands import COMMANDS
from hiveframe.connect.decode.expressions import EXPRESSIONS
from hiveframe.connect.decode.plan import Decoder
from hiveframe.connect.decode.relations import RELATIONS
from hiveframe.errors import SparkError
from hiveframe.sessions.commands.catalog_calls import CALLS
from tests.contract.connect import protocol_programs as programs
from tests.contract.connect.catalog_programs import CATALOG

PAGE = Path(__file__).parents[3] / "docs" / "protocol.md"

# Kinds that another suite sends: MERGE INTO and extensions need tables that keep versions, a removal comes when Python
# lets go.
ELSEWHERE = {
    "extension",
    "merge_into_table_command",
    "merge_action",
    "remove_cached_remote_relation_command",
    "register_data_source",
}


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    ConnectSession._default_session = None  # a checkpoint belongs to the active session: not to one of another test's
    ConnectSession._active_session.session = None
    session = hiveframe.session(**{"spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse"))})
    yield session
    session.stop()


@pytest.fixture
def sent(monkeypatch):
    """The kinds that are decoded or answered while a test runs."""
    met: set[str] = set()

    def noting(kind, handler):
        def noted(*args, **kwargs):
            met.add(kind)
            return handler(*args, **kwargs)

        return noted

    for kind, row in RELATIONS.items():
        monkeypatch.setitem(RELATIONS, kind, replace(row, build=noting(kind, row.build)))
    for table in (EXPRESSIONS, COMMANDS, QUESTIONS, OPERATIONS, CALLS):
        for kind, handler in table.items():
            monkeypatch.setitem(table, kind, noting(kind, handler))
    return met


GROUPS = {
    "Relations": programs.RELATIONS,
    "Expressions": programs.EXPRESSIONS,
    "Commands": programs.COMMANDS,
    "Analyses": programs.ANALYSES,
    "Settings": programs.SETTINGS,
    "Catalog": CATALOG,
}


@pytest.mark.parametrize(("group", "kind"), [(g, k) for g, found in GROUPS.items() for k in found])
def test_a_served_kind_answers(group, kind, spark, sent):
    assert GROUPS[group][kind](spark)
    assert kind in sent


@pytest.mark.parametrize("kind", programs.PROTOCOL_COMMANDS)
def test_a_command_of_the_protocol_alone_answers(kind, spark):
    assert programs.PROTOCOL_COMMANDS[kind](spark)


def test_rows_are_written(spark, sent, tmp_path):
    assert programs.written(spark, tmp_path)
    assert "write_operation" in sent


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (message, entry.name)
        for message, group in ((pb.Relation, "Relations"), (pb.Expression, "Expressions"), (pb.Command, "Commands"))
        for entry in checklist()[group]
        if entry.status == "refused"
    ],
)
def test_a_refused_kind_says_so(message, kind):
    decoder = Decoder(session_id="s", artifact=lambda _: None, parse_expression=lambda _: None, random=Random(1))
    empty = message()
    getattr(empty, kind).SetInParent()
    decode = {pb.Relation: decoder.relation, pb.Expression: decoder.expression, pb.Command: decoder.command}[message]
    with pytest.raises(SparkError) as caught:
        decode(empty)
    assert caught.value.condition == "UNSUPPORTED_FEATURE.HIVEFRAME"


def test_every_served_kind_has_a_program():
    missing = {
        entry.name
        for group, found in GROUPS.items()
        for entry in checklist()[group]
        if entry.status not in ("refused", "as Spark") and entry.name not in found
    }
    assert missing - ELSEWHERE - set(programs.PROTOCOL_COMMANDS) == {
        "write_operation",
        "create_external_table",
    }


def test_the_checklist_names_what_the_protocol_names():
    def kinds(message, oneof):
        return {f.name for f in message.DESCRIPTOR.oneofs_by_name[oneof].fields}

    named = {group: {entry.name for entry in entries} for group, entries in checklist().items()}
    assert named["Relations"] == kinds(pb.Relation, "rel_type")
    assert named["Expressions"] == kinds(pb.Expression, "expr_type")
    assert named["Commands"] == kinds(pb.Command, "command_type")
    assert named["Analyses"] == kinds(pb.AnalyzePlanRequest, "analyze")
    assert named["Settings"] == kinds(pb.ConfigRequest.Operation, "op_type")
    assert named["Catalog"] == kinds(pb.Catalog, "cat_type")


def test_the_page_is_what_the_tables_say():
    assert PAGE.read_text(encoding="utf-8") == markdown(), "python -m hiveframe.connect.checklist > docs/protocol.md"
