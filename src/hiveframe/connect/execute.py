"""What an ExecutePlan answers: schema, rows, command results, metrics, computed as the client takes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

import pyarrow as pa
from pyspark.sql.connect.proto import base_pb2 as pb
from pyspark.sql.connect.proto import commands_pb2, ml_pb2, relations_pb2

from hiveframe.connect.decode.plan import unwrap
from hiveframe.connect.encode.arrow_schema import empty_batch
from hiveframe.connect.encode.batches import BatchLimits, encode_batches
from hiveframe.connect.encode.literals import encode_literal
from hiveframe.connect.encode.types import fill_type
from hiveframe.connect.operation import RunningOperation
from hiveframe.connect.seam import ObservedMetrics, Result
from hiveframe.connect.sessions import Session
from hiveframe.dataclass import dataclass
from hiveframe.errors import SparkError
from hiveframe.plan import commands, spec
from hiveframe.plan import types as t

_Response = pb.ExecutePlanResponse


@dataclass(frozen=True, slots=True)
class Responder:
    """Produces the responses of one operation."""

    session: Session
    operation: RunningOperation
    plan: pb.Plan
    limits: BatchLimits
    ends_with_complete: bool

    def responses(self) -> Iterator[_Response]:
        """Everything the client gets, lazily; a reattachable stream ends with `result_complete`."""
        last = self.new()
        yield from self._admitted(last)
        add_observed(last, self.session.runtime.profiles())
        if self.ends_with_complete:
            last.result_complete.SetInParent()
            yield last
        elif last.observed_metrics or last.HasField("metrics"):
            yield last

    def _admitted(self, last: _Response) -> Iterator[_Response]:
        """What has to be computed; the operation's place, if it took one, is given back however that ends."""
        operation = unwrap(self.plan)
        is_whole = has_failed = False
        try:
            if isinstance(operation, relations_pb2.Relation):
                yield from self._rows(self.session.relation(operation), last)
            else:
                yield from self._command(operation, last)
            is_whole = True
        except SparkError as error:
            has_failed = error.condition == "UNABLE_TO_ACQUIRE_MEMORY"
            raise
        finally:
            self.operation.leave(failed=has_failed, whole=is_whole)

    def new(self) -> _Response:
        """An empty response of this operation."""
        return _Response(
            session_id=self.session.key.session_id,
            server_side_session_id=self.session.server_id,
            operation_id=self.operation.id,
        )

    def progress(self, operation: RunningOperation) -> _Response | None:
        """How far the operation is; None when nothing is known."""
        stages = operation.stages()
        if not stages:
            return None
        response = self.new()
        progress = response.execution_progress
        for stage in stages:
            progress.stages.add(
                stage_id=stage.stage,
                num_tasks=stage.tasks,
                num_completed_tasks=stage.completed,
                input_bytes_read=stage.bytes_read,
                done=stage.done,
            )
        progress.num_inflight_tasks = sum(1 for stage in stages if not stage.done)
        return response

    # -------------------------------------------------------------------------------------------------- relations

    def _rows(self, plan: spec.Relation, last: _Response) -> Iterator[_Response]:
        result = self.session.runtime.execute(plan, operation=self.operation)
        response = self.new()
        fill_type(response.schema, result.schema)
        for batch in encode_batches(self._batches(result), self.limits):
            response.arrow_batch.CopyFrom(batch)
            yield response
            response = self.new()
        add_metrics(last, result.metrics)
        add_observed(last, result.observed)

    def _batches(self, result: Result) -> Iterator[pa.RecordBatch]:
        """The result's batches, at least one, until the operation is cancelled."""
        first = next(result.batches, None)
        if first is None:
            yield empty_batch(result.schema)
            return
        for batch in chain((first,), result.batches):
            self.operation.check()
            yield batch

    # --------------------------------------------------------------------------------------------------- commands

    def _command(self, message: commands_pb2.Command, last: _Response) -> Iterator[_Response]:
        answer = _PROTOCOL_COMMANDS.get(message.WhichOneof("command_type") or "")
        if answer is not None:
            response = self.new()
            if answer(self.session, message, response):
                yield response
                return
        command = self.session.decoder().command(message)
        outcome = self.session.runtime.run_command(command, operation=self.operation)
        if isinstance(command, commands.SqlCommand):
            response = self.new()
            relation = response.sql_command_result.relation
            if outcome.result is not None:
                self._fill_local(relation.local_relation, outcome.result)
            else:
                _echo(message.sql_command, relation)
            yield response
            add_observed(last, outcome.result.observed if outcome.result is not None else ())
        elif isinstance(command, commands.Checkpoint):
            assert isinstance(outcome.relation, spec.CachedRelation), "a checkpoint leaves a cached relation"
            response = self.new()
            response.checkpoint_command_result.relation.relation_id = outcome.relation.key
            yield response
        add_observed(last, outcome.observed)

    def _fill_local(self, target: relations_pb2.LocalRelation, result: Result) -> None:
        batches = list(self._batches(result))
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batches[0].schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
        target.data = sink.getvalue().to_pybytes()
        target.schema = json.dumps(t.json_value(result.schema))


def _echo(message: commands_pb2.SqlCommand, relation: relations_pb2.Relation) -> None:
    """A query comes back as it was sent: it runs when the client asks for its rows."""
    if message.HasField("input"):
        relation.CopyFrom(message.input)
        return
    relation.sql.query = message.sql
    for name, value in message.args.items():
        relation.sql.args[name].CopyFrom(value)
    for name, expression in message.named_arguments.items():
        relation.sql.named_arguments[name].CopyFrom(expression)
    relation.sql.pos_args.extend(message.pos_args)
    relation.sql.pos_arguments.extend(message.pos_arguments)


def add_observed(response: _Response, observed: Iterable[ObservedMetrics]) -> None:
    """Write what `observe` measured."""
    for metrics in observed:
        response.observed_metrics.add(
            name=metrics.name,
            keys=list(metrics.keys),
            values=[encode_literal(v.value, v.dtype) for v in metrics.values],
        )


def add_metrics(response: _Response, metrics: Mapping[str, int]) -> None:
    """Write the execution's counters as one node's."""
    if not metrics:
        return
    node = response.metrics.metrics.add(name="HiveFrame")
    for name, value in metrics.items():
        target = node.execution_metrics[name]
        target.name, target.value, target.metric_type = name, value, "sum"


# ------------------------------------------------------------------------ commands that only the protocol knows


def _resources(_: Session, __: commands_pb2.Command, response: _Response) -> bool:
    response.get_resources_command_result.SetInParent()
    return True


def _resource_profile(session: Session, _: commands_pb2.Command, response: _Response) -> bool:
    """A number for the profile; on one machine there is nothing to place by it."""
    session.profile_count += 1
    response.create_resource_profile_command_result.profile_id = session.profile_count
    return True


def _model_cache(_: Session, command: commands_pb2.Command, response: _Response) -> bool:
    """Every client cleans the model cache when it exits; there is none."""
    if command.ml_command.WhichOneof("command") != "clean_cache":
        return False
    response.ml_command_result.CopyFrom(ml_pb2.MlCommandResult())
    return True


_PROTOCOL_COMMANDS: Final[Mapping[str, Callable[[Session, commands_pb2.Command, _Response], bool]]] = {
    "get_resources_command": _resources,
    "create_resource_profile_command": _resource_profile,
    "ml_command": _model_cache,
}
