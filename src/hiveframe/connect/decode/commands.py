"""Protobuf commands to `plan.commands`: the table at the end has a row for each of the 20 kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from pyspark.sql.connect.proto import commands_pb2 as pb
from pyspark.sql.connect.proto import expressions_pb2, relations_pb2

from hiveframe.connect.decode.expressions import decode_python_function
from hiveframe.connect.decode.identifiers import table_parts
from hiveframe.connect.decode.invalid import Refusal, bad_enum, invalid_plan, not_set
from hiveframe.connect.decode.literals import decode_literal
from hiveframe.connect.decode.types import decode_type_or_ddl
from hiveframe.errors import AnalysisException, unsupported
from hiveframe.plan import commands, spec
from hiveframe.plan.attribute_names import attribute_parts

if TYPE_CHECKING:
    from hiveframe.connect.decode.plan import Decoder


def _register_function(_: Decoder, m: expressions_pb2.CommonInlineUserDefinedFunction) -> spec.Command:
    if m.WhichOneof("function") == "java_udf":
        raise AnalysisException("_LEGACY_ERROR_TEMP_1329", {"className": m.java_udf.class_name})
    return commands.RegisterFunction(m.function_name, decode_python_function(m), m.deterministic)


def _register_table_function(_: Decoder, m: relations_pb2.CommonInlineUserDefinedTableFunction) -> spec.Command:
    if m.WhichOneof("function") is None:
        raise not_set(m, "function")
    udtf = m.python_udtf
    return_type = decode_type_or_ddl(udtf.return_type) if udtf.HasField("return_type") else ""
    function = spec.PythonFunction(udtf.command, udtf.eval_type, return_type, udtf.python_ver)
    return commands.RegisterFunction(m.function_name, function, m.deterministic, is_table=True)


def _register_data_source(_: Decoder, m: relations_pb2.CommonInlineUserDefinedDataSource) -> spec.Command:
    if m.WhichOneof("data_source") is None:
        raise not_set(m, "data_source")
    return commands.RegisterDataSource(m.name, m.python_data_source.command)


def _write(d: Decoder, m: pb.WriteOperation) -> spec.Command:
    mode = _WRITE_MODES.get(m.mode)
    if mode is None:
        raise bad_enum(m, "mode")
    table, method = None, "save_as_table"
    if m.WhichOneof("save_type") == "table":
        table = spec.TableName(table_parts(m.table.table_name))
        found = _SAVE_METHODS.get(m.table.save_method)
        if found is None:
            raise bad_enum(m.table, "save_method")
        method = found
    return commands.WriteSource(
        d.relation(m.input),
        m.source if m.HasField("source") and m.source else None,
        mode,
        path=m.path if m.WhichOneof("save_type") == "path" else None,
        table=table,
        table_method=method,
        partition_by=tuple(m.partitioning_columns),
        sort_by=tuple(m.sort_column_names),
        bucket_by=tuple(m.bucket_by.bucket_column_names),
        bucket_count=m.bucket_by.num_buckets,
        cluster_by=tuple(m.clustering_columns),
        options=dict(m.options),
    )


def _write_table(d: Decoder, m: pb.WriteOperationV2) -> spec.Command:
    mode = _TABLE_MODES.get(m.mode)
    if mode is None:
        raise bad_enum(m, "mode")
    return commands.WriteTable(
        d.relation(m.input),
        spec.TableName(table_parts(m.table_name)),
        mode,
        format=m.provider if m.HasField("provider") and m.provider else None,
        partition_by=d.expressions(m.partitioning_columns),
        options=dict(m.options),
        properties=dict(m.table_properties),
        condition=d.expression(m.overwrite_condition) if m.HasField("overwrite_condition") else None,
        cluster_by=tuple(m.clustering_columns),
    )


def _create_view(d: Decoder, m: pb.CreateDataFrameViewCommand) -> spec.Command:
    name = spec.TableName(table_parts(m.name))
    return commands.CreateView(name, d.relation(m.input), "global" if m.is_global else "local", replace=m.replace)


def _sql(d: Decoder, m: pb.SqlCommand) -> spec.Command:
    if m.HasField("input"):
        query = d.relation(m.input)
        if not isinstance(query, spec.SqlQuery):
            kind = m.input.WhichOneof("rel_type") or "rel_type_not_set"
            raise invalid_plan("SQL_COMMAND_EXPECTS_SQL_OR_WITH_RELATIONS", other=kind.replace("_", "").upper())
        return commands.SqlCommand(query)
    named: dict[str, spec.Expr] = {name: decode_literal(value) for name, value in m.args.items()}
    named.update((name, d.expression(value)) for name, value in m.named_arguments.items())
    positional: tuple[spec.Expr, ...] = tuple(decode_literal(v) for v in m.pos_args) or d.expressions(m.pos_arguments)
    return commands.SqlCommand(spec.SqlQuery(m.sql, named or None, positional))


def _checkpoint(d: Decoder, m: pb.CheckpointCommand) -> spec.Command:
    return commands.Checkpoint(d.relation(m.relation), m.local, m.eager)


def _remove_cached(_: Decoder, m: pb.RemoveCachedRemoteRelationCommand) -> spec.Command:
    return commands.RemoveCached(m.relation.relation_id)


def _merge(d: Decoder, m: pb.MergeIntoTableCommand) -> spec.Command:
    groups = (
        ("matched", m.match_actions),
        ("not_matched", m.not_matched_actions),
        ("not_matched_by_source", m.not_matched_by_source_actions),
    )
    return commands.Merge(
        spec.TableName(table_parts(m.target_table_name)),
        None,
        d.relation(m.source_table_plan),
        d.expression(m.merge_condition),
        tuple(_merge_action(d, a, when) for when, actions in groups for a in actions),
        m.with_schema_evolution,
    )


def _merge_action(d: Decoder, m: expressions_pb2.Expression, when: str) -> commands.MergeAction:
    if m.WhichOneof("expr_type") != "merge_action":
        raise invalid_plan("ASSERTION_FAILURE", message="MERGE INTO expects merge actions.")
    action = m.merge_action
    kind = _MERGE_ACTIONS.get(action.action_type)
    if kind is None:
        raise bad_enum(action, "action_type")
    condition = d.expression(action.condition) if action.HasField("condition") else None
    assignments = tuple((_target(d, a.key), d.expression(a.value)) for a in action.assignments)
    return commands.MergeAction(when, kind, condition, assignments)


def _extension(d: Decoder, m: Any) -> spec.Command:
    from hiveframe.connect.decode.delta_calls import delta_command

    return delta_command(d, m)


def _target(d: Decoder, m: expressions_pb2.Expression) -> tuple[str, ...]:
    if m.WhichOneof("expr_type") == "expression_string":
        return attribute_parts(m.expression_string.expression)
    key = d.expression(m)
    if not isinstance(key, spec.Attribute):
        raise invalid_plan("ASSERTION_FAILURE", message="A merge assignment's key is a column.")
    return key.parts


def _only_executed(_: Decoder, m: Any) -> spec.Command:
    """`connect.execute` answers it without a plan."""
    raise unsupported(f"{m.DESCRIPTOR.name} as a plan")


def _external(_: Decoder, m: pb.ExecuteExternalCommand) -> spec.Command:
    if not m.runner:
        raise invalid_plan("FIELD_CANNOT_BE_EMPTY", fieldName="runner", fullName=m.DESCRIPTOR.full_name)
    return commands.ExecuteExternal(m.runner, m.command, dict(m.options))


_WRITE_MODES: Final[Mapping[int, str]] = {
    pb.WriteOperation.SAVE_MODE_UNSPECIFIED: "error",
    pb.WriteOperation.SAVE_MODE_APPEND: "append",
    pb.WriteOperation.SAVE_MODE_OVERWRITE: "overwrite",
    pb.WriteOperation.SAVE_MODE_ERROR_IF_EXISTS: "error",
    pb.WriteOperation.SAVE_MODE_IGNORE: "ignore",
}

_SAVE_METHODS: Final[Mapping[int, str]] = {
    pb.WriteOperation.SaveTable.TABLE_SAVE_METHOD_SAVE_AS_TABLE: "save_as_table",
    pb.WriteOperation.SaveTable.TABLE_SAVE_METHOD_INSERT_INTO: "insert_into",
}

_TABLE_MODES: Final[Mapping[int, str]] = {
    pb.WriteOperationV2.MODE_CREATE: "create",
    pb.WriteOperationV2.MODE_OVERWRITE: "overwrite",
    pb.WriteOperationV2.MODE_OVERWRITE_PARTITIONS: "overwrite_partitions",
    pb.WriteOperationV2.MODE_APPEND: "append",
    pb.WriteOperationV2.MODE_REPLACE: "replace",
    pb.WriteOperationV2.MODE_CREATE_OR_REPLACE: "create_or_replace",
}

_MERGE_ACTIONS: Final[Mapping[int, str]] = {
    expressions_pb2.MergeAction.ACTION_TYPE_DELETE: "delete",
    expressions_pb2.MergeAction.ACTION_TYPE_INSERT: "insert",
    expressions_pb2.MergeAction.ACTION_TYPE_INSERT_STAR: "insert_all",
    expressions_pb2.MergeAction.ACTION_TYPE_UPDATE: "update",
    expressions_pb2.MergeAction.ACTION_TYPE_UPDATE_STAR: "update_all",
}

COMMANDS: Final[Mapping[str, Callable[[Decoder, Any], spec.Command]]] = {
    "register_function": _register_function,
    "write_operation": _write,
    "create_dataframe_view": _create_view,
    "write_operation_v2": _write_table,
    "sql_command": _sql,
    "write_stream_operation_start": Refusal("structured streaming"),
    "streaming_query_command": Refusal("structured streaming"),
    "get_resources_command": _only_executed,
    "streaming_query_manager_command": Refusal("structured streaming"),
    "register_table_function": _register_table_function,
    "streaming_query_listener_bus_command": Refusal("structured streaming"),
    "register_data_source": _register_data_source,
    "create_resource_profile_command": _only_executed,
    "checkpoint_command": _checkpoint,
    "remove_cached_remote_relation_command": _remove_cached,
    "merge_into_table_command": _merge,
    "ml_command": Refusal("machine learning"),
    "execute_external_command": _external,
    "pipeline_command": Refusal("declarative pipelines"),
    "extension": _extension,
}

PARTIAL: Final[Mapping[str, str]] = {
    "extension": "those of the package delta-spark",
}
"""What is missing of kinds that are not refused as a whole."""

AS_SPARK: Final[Mapping[str, str]] = {"execute_external_command": "refused: no source here runs commands"}
"""Kinds whose errors come later than from here, and are Spark's own."""
