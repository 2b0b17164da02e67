"""Messages of delta-spark: ours have its numbers, and what is packed into them is read."""

from __future__ import annotations

from random import Random
from typing import Any

import pyspark.sql.connect.proto as pb
import pytest

from hiveframe.connect.decode.delta_messages import COMMAND, RELATION, message_class
from hiveframe.connect.decode.plan import Decoder
from hiveframe.errors import SparkError
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.sql.parser import parse_expression


def packed(kind: str, **fields: Any) -> Any:
    """A relation or command of Spark's with a message of Delta's in it."""
    name = RELATION if kind in message_class(RELATION).DESCRIPTOR.fields_by_name else COMMAND
    message = message_class(name)()
    getattr(message, kind).SetInParent()
    for path, value in fields.items():
        *parents, last = path.split("__")
        body = getattr(message, kind)
        for parent in parents:
            body = getattr(body, parent)
        if isinstance(value, list):
            getattr(body, last).extend(value)
        else:
            setattr(body, last, value)
    outer = pb.Relation() if name == RELATION else pb.Command()
    outer.extension.type_url = f"type.googleapis.com/{name}"
    outer.extension.value = message.SerializeToString()
    return outer


def decoded(message: Any) -> Any:
    decoder = Decoder(session_id="s", artifact=lambda _: None, parse_expression=parse_expression, random=Random(1))
    return decoder.relation(message) if isinstance(message, pb.Relation) else decoder.command(message)


def test_rows_of_a_table_are_a_relation() -> None:
    found = decoded(packed("scan", table__table_or_view_name="a.b"))
    assert isinstance(found, spec.Table)
    assert found.name.parts == ("a", "b")
    assert decoded(packed("scan", table__path__path="/x/y")).name.parts == ("delta", "/x/y")


def test_a_change_of_rows_names_its_table_and_its_condition() -> None:
    target = pb.Relation()
    target.subquery_alias.alias = "t"
    target.subquery_alias.input.CopyFrom(packed("scan", table__table_or_view_name="people"))
    condition = pb.Expression()
    condition.expression_string.expression = "t.id = 1"
    sent = packed("delete_from_table", target=target.SerializeToString(), condition=condition.SerializeToString())
    found = decoded(sent)
    assert isinstance(found, spec.CommandResult)
    command = found.command
    assert isinstance(command, c.Delete)
    assert (command.table.parts, command.alias) == (("people",), "t")
    assert isinstance(command.condition, spec.Function)


@pytest.mark.parametrize(
    ("kind", "fields", "operation", "args"),
    [
        ("describe_history", {}, "history", {"limit": None}),
        ("vacuum_table", {"retention_hours": 5.0}, "vacuum", {"hours": 5.0, "dry_run": False}),
        (
            "optimize_table",
            {"zorder_columns": ["a", "s.b"]},
            "optimize",
            {"full": False, "condition": None, "zorder": (("a",), ("s", "b"))},
        ),
    ],
)
def test_operations(kind: str, fields: dict[str, Any], operation: str, args: dict[str, Any]) -> None:
    found = decoded(packed(kind, table__table_or_view_name="t", **fields))
    command = found.command if isinstance(found, spec.CommandResult) else found
    assert isinstance(command, c.TableOperation)
    assert (command.name.parts, command.kind, dict(command.args)) == (("t",), operation, args)


def test_other_extensions_are_refused_as_spark_refuses_them() -> None:
    other = pb.Relation()
    other.extension.type_url = "type.googleapis.com/some.Other"
    with pytest.raises(SparkError) as caught:
        decoded(other)
    assert caught.value.condition == "CONNECT_INVALID_PLAN.NO_HANDLER_FOR_EXTENSION"


@pytest.mark.parametrize("root", [RELATION, COMMAND])
def test_fields_have_the_packages_numbers(root: str) -> None:
    proto = pytest.importorskip("delta.connect.proto", reason="needs delta-spark")
    pending = [(message_class(root).DESCRIPTOR, getattr(proto, root.rpartition(".")[2]).DESCRIPTOR)]
    while pending:
        ours, theirs = pending.pop()
        assert _numbers(ours) == _numbers(theirs), theirs.full_name
        inner = {f.name: f.message_type for f in theirs.fields}
        pending += [(f.message_type, inner[f.name]) for f in ours.fields if f.message_type is not None]


def _numbers(descriptor: Any) -> dict[str, int]:
    return {f.name: f.number for f in descriptor.fields}
