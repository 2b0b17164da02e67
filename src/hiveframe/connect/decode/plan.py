"""A request's plan to `plan.spec`, without recursing over the depth of its relations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from random import Random
from typing import Final, NamedTuple

import zstandard
from google.protobuf.message import DecodeError, Message
from pyspark.sql.connect.proto import base_pb2, commands_pb2, common_pb2, expressions_pb2, relations_pb2

from hiveframe.connect.decode.commands import COMMANDS
from hiveframe.connect.decode.expressions import EXPRESSIONS, decode_sort_order
from hiveframe.connect.decode.invalid import bad_enum, invalid_plan, not_set, not_supported
from hiveframe.connect.decode.relations import REFERENCES, RELATIONS, Row
from hiveframe.plan import spec

MAX_PLAN_BYTES: Final = 512 * 1024 * 1024


class _Build(NamedTuple):
    """Build a relation whose `input_count` inputs stand on top of the stack of decoded ones."""

    message: relations_pb2.Relation
    row: Row
    body: Message
    input_count: int


class _Remember(NamedTuple):
    """The relation just decoded is one that subqueries name by this id."""

    plan_id: int


_Step = relations_pb2.Relation | _Build | _Remember


class Decoder:
    """Decodes one request. `artifact` finds an uploaded blob by its hash; `parse_expression` reads SQL text."""

    def __init__(
        self,
        *,
        session_id: str,
        artifact: Callable[[str], bytes | memoryview | None],
        parse_expression: Callable[[str], spec.Expr],
        random: Random,
    ) -> None:
        self.session_id = session_id
        self.artifact = artifact
        self.parse_expression = parse_expression
        self._random = random
        self._references: dict[int, spec.Relation] = {}
        self.has_drawn = False

    def plan(self, message: base_pb2.Plan) -> spec.Relation | spec.Command:
        """The relation or command of a plan, uncompressed where it came compressed."""
        operation = unwrap(message)
        if isinstance(operation, commands_pb2.Command):
            return self.command(operation)
        return self.relation(operation)

    def command(self, message: commands_pb2.Command) -> spec.Command:
        """The command."""
        kind = message.WhichOneof("command_type")
        if kind is None:
            raise not_set(message, "command_type")
        handler = COMMANDS.get(kind)
        if handler is None:
            raise not_supported(message, kind)
        return handler(self, getattr(message, kind))

    def relation(self, message: relations_pb2.Relation) -> spec.Relation:
        """The relation with everything below it."""
        done: list[spec.Relation] = []
        todo: list[_Step] = [message]
        while todo:
            step = todo.pop()
            if isinstance(step, _Build):
                first = len(done) - step.input_count
                node = step.row.build(self, step.body, *done[first:])
                del done[first:]
                done.append(_placed(node, step.message))
            elif isinstance(step, _Remember):
                self._remember(step.plan_id, done[-1])
            else:
                todo.extend(reversed(_steps(step)))
        return done[0]

    def _remember(self, plan_id: int, node: spec.Relation) -> None:
        self._references[plan_id] = node
        if node.plan_id is not None:
            self._references[node.plan_id] = node

    def expression(self, message: expressions_pb2.Expression) -> spec.Expr:
        """The expression, placed where the client wrote it."""
        kind = message.WhichOneof("expr_type")
        if kind is None:
            raise not_set(message, "expr_type")
        handler = EXPRESSIONS.get(kind)
        if handler is None:
            raise not_supported(message, kind)
        node = handler(self, getattr(message, kind))
        if message.HasField("common") and message.common.HasField("origin"):
            return replace(node, origin=_origin(message.common.origin))
        return node

    def expressions(self, messages: Iterable[expressions_pb2.Expression]) -> tuple[spec.Expr, ...]:
        """Each in order."""
        return tuple([self.expression(m) for m in messages])

    def sort_orders(self, messages: Iterable[expressions_pb2.Expression.SortOrder]) -> tuple[spec.SortOrder, ...]:
        """Each in order."""
        return tuple([decode_sort_order(self, m) for m in messages])

    def reference(self, plan_id: int) -> spec.Relation:
        """The relation that a subquery names by `plan_id`; it stands in the enclosing `with_relations`."""
        found = self._references.get(plan_id)
        if found is None:
            raise invalid_plan("INVALID_WITH_RELATION_REFERENCE")
        return found

    def new_seed(self) -> int:
        """A seed where the client gave none."""
        self.has_drawn = True
        return self._random.getrandbits(63)


def _steps(message: relations_pb2.Relation) -> list[_Step]:
    """What decoding `message` takes: its inputs in order, then itself."""
    kind = message.WhichOneof("rel_type")
    if kind is None:
        raise not_set(message, "rel_type")
    row = RELATIONS.get(kind)
    if row is None:
        raise not_supported(message, kind)
    body = getattr(message, kind)
    steps: list[_Step] = []
    count = 0
    for name in row.inputs:
        if name == REFERENCES:
            for reference in body.references:
                steps += [reference, _Remember(reference.common.plan_id)]
                count += 1
        elif body.HasField(name.removesuffix("?")):
            steps.append(getattr(body, name.removesuffix("?")))
            count += 1
        elif not name.endswith("?"):
            raise invalid_plan("ASSERTION_FAILURE", message=f"{body.DESCRIPTOR.full_name} needs the input {name!r}.")
    steps.append(_Build(message, row, body, count))
    return steps


def _placed(node: spec.Relation, message: relations_pb2.Relation) -> spec.Relation:
    """`node` with the client's id and origin, unless it carries its own (the root of `with_relations`).

    SQL text in `with_relations` is known by the outer id: that is what the client calls the result by.
    """
    common = message.common
    is_called = node.plan_id is None or isinstance(node, spec.SqlQuery)
    plan_id = common.plan_id if common.HasField("plan_id") and is_called else node.plan_id
    origin = _origin(common.origin) if common.HasField("origin") else node.origin
    if plan_id is node.plan_id and origin is node.origin:
        return node
    return replace(node, plan_id=plan_id, origin=origin)


def _origin(message: common_pb2.Origin) -> spec.Origin | None:
    kind = message.WhichOneof("function")
    if kind == "python_origin":
        return spec.Origin(fragment=message.python_origin.fragment, call_site=message.python_origin.call_site)
    if kind != "jvm_origin":
        return None
    jvm = message.jvm_origin
    if jvm.HasField("sql_text"):
        return spec.Origin(
            jvm.sql_text,
            jvm.start_index,
            jvm.stop_index,
            jvm.line,
            jvm.start_position,
            jvm.object_type,
            jvm.object_name,
        )
    frames = jvm.stack_trace
    if not frames:
        return None
    top = frames[0]
    site = frames[1] if len(frames) > 1 else top
    call_site = f"{site.declaring_class}.{site.method_name}({site.file_name}:{site.line_number})"
    return spec.Origin(fragment=top.method_name, call_site=call_site)


def unwrap(message: base_pb2.Plan) -> relations_pb2.Relation | commands_pb2.Command:
    """The relation or command that a plan holds, as it is or compressed."""
    kind = message.WhichOneof("op_type")
    if kind == "root":
        return message.root
    if kind == "command":
        return message.command
    if kind == "compressed_operation":
        return _decompress(message.compressed_operation)
    raise not_set(message, "op_type")


def _decompress(message: base_pb2.Plan.CompressedOperation) -> relations_pb2.Relation | commands_pb2.Command:
    """The relation or command that the client sent as zstd; larger than `MAX_PLAN_BYTES` is refused."""
    if message.compression_codec != base_pb2.COMPRESSION_CODEC_ZSTD:
        raise bad_enum(message, "compression_codec")
    kind = _COMPRESSED.get(message.op_type)
    if kind is None:
        raise bad_enum(message, "op_type")
    try:
        with zstandard.ZstdDecompressor().stream_reader(message.data) as reader:
            data = reader.read(MAX_PLAN_BYTES + 1)
        if len(data) > MAX_PLAN_BYTES:
            raise invalid_plan("PLAN_SIZE_LARGER_THAN_MAX", planSize="unknown", maxPlanSize=str(MAX_PLAN_BYTES))
        return kind.FromString(data)
    except (zstandard.ZstdError, DecodeError) as error:
        raise invalid_plan("CANNOT_PARSE", errorMsg=str(error)) from error


_COMPRESSED: Final[Mapping[int, type[relations_pb2.Relation] | type[commands_pb2.Command]]] = {
    base_pb2.Plan.CompressedOperation.OP_TYPE_RELATION: relations_pb2.Relation,
    base_pb2.Plan.CompressedOperation.OP_TYPE_COMMAND: commands_pb2.Command,
}
