"""Every kind of message that the protocol defines has a row."""

from __future__ import annotations

from contextlib import suppress

import pyspark.sql.connect.proto as pb
import pytest

from hiveframe.connect.decode.catalog_ops import decode_catalog
from hiveframe.connect.decode.commands import COMMANDS
from hiveframe.connect.decode.expressions import EXPRESSIONS
from hiveframe.connect.decode.relations import REFERENCES, RELATIONS
from hiveframe.connect.decode.types import decode_type
from hiveframe.connect.rpcs import RPCS
from hiveframe.connect.servicer import ConnectService
from hiveframe.errors import SparkError


def kinds(message, oneof):
    return {f.name for f in message.DESCRIPTOR.oneofs_by_name[oneof].fields}


def test_every_relation_expression_and_command_has_a_row():
    assert set(RELATIONS) == kinds(pb.Relation, "rel_type")
    assert set(EXPRESSIONS) == kinds(pb.Expression, "expr_type")
    assert set(COMMANDS) == kinds(pb.Command, "command_type")


def test_every_input_that_a_row_names_is_a_relation_of_its_message():
    for kind, row in RELATIONS.items():
        body = pb.Relation.DESCRIPTOR.fields_by_name[kind].message_type
        for name in row.inputs:
            field = body.fields_by_name["references" if name == REFERENCES else name.removesuffix("?")]
            assert field.message_type.name == "Relation", (kind, name)


def test_an_empty_message_of_any_kind_is_an_error_of_the_plan_or_a_node_but_never_a_bug(decoder):
    for message, oneof, decode in (
        (pb.Relation, "rel_type", decoder.relation),
        (pb.Expression, "expr_type", decoder.expression),
        (pb.Command, "command_type", decoder.command),
    ):
        for kind in kinds(message, oneof):
            empty = message()
            getattr(empty, kind).SetInParent()
            with suppress(SparkError):
                decode(empty)


def test_every_catalog_operation_decodes_to_its_name_and_arguments():
    for kind in kinds(pb.Catalog, "cat_type"):
        message = pb.Catalog()
        getattr(message, kind).SetInParent()
        call = decode_catalog(message)
        body = pb.Catalog.DESCRIPTOR.fields_by_name[kind].message_type
        assert (call.operation, set(call.args)) == (kind, {f.name for f in body.fields})


def test_every_type_decodes_or_is_refused():
    refused = set()
    for kind in kinds(pb.DataType, "kind"):
        message = pb.DataType()
        getattr(message, kind).SetInParent()
        try:
            decode_type(message)
        except SparkError:
            refused.add(kind)
    # An array, a map and a UDT need their element types; the others are not supported.
    assert refused == {"array", "map", "udt", "unparsed"}


def test_every_rpc_of_the_service_is_served():
    service = pb.base_pb2.DESCRIPTOR.services_by_name["SparkConnectService"]
    assert {m.name: m.input_type.name for m in service.methods} == {n: r.request.__name__ for n, r in RPCS.items()}
    for method in service.methods:
        rpc = RPCS[method.name]
        assert rpc.response.__name__ == method.output_type.name
        assert callable(getattr(ConnectService, method.name))


@pytest.mark.parametrize("feature", ["ml_relation", "apply_in_pandas_with_state"])
def test_what_is_not_supported_says_so(decoder, feature):
    message = pb.Relation()
    getattr(message, feature).SetInParent()
    with pytest.raises(SparkError) as caught:
        decoder.relation(message)
    assert caught.value.condition == "UNSUPPORTED_FEATURE.HIVEFRAME"
