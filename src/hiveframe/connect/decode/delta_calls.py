"""The calls of `delta.tables.DeltaTable`, as `delta-spark` sends them, to the commands that SQL has for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from google.protobuf.message import DecodeError
from pyspark.sql.connect.proto import expressions_pb2, relations_pb2, types_pb2

from hiveframe.connect.decode.delta_messages import COMMAND, RELATION, kind_of, message_class
from hiveframe.connect.decode.identifiers import table_parts
from hiveframe.connect.decode.invalid import invalid_plan, no_extension
from hiveframe.connect.decode.types import decode_type, decode_type_or_ddl
from hiveframe.dataclass import dataclass
from hiveframe.errors import unsupported
from hiveframe.plan import commands as c
from hiveframe.plan import spec, walk
from hiveframe.plan import types as t
from hiveframe.plan.attribute_names import attribute_parts
from hiveframe.sql.parser import parse_data_type, parse_expression, parse_schema

if TYPE_CHECKING:
    from hiveframe.connect.decode.plan import Decoder


def delta_relation(d: Decoder, m: Any) -> spec.Relation:
    """A relation of Delta's: a table's rows, or those that a command gives."""
    message = _unpacked(m, RELATION)
    kind = kind_of(message)
    if kind is None:
        raise invalid_plan("INVALID_ONE_OF_FIELD_NOT_SET", fullName=RELATION, name="RELATIONTYPE_NOT_SET")
    body = getattr(message, kind)
    if kind == "scan":
        return spec.Table(_name(body.table))
    return spec.CommandResult(_RELATIONS[kind](d, body))


def delta_command(d: Decoder, m: Any) -> spec.Command:
    """A command of Delta's."""
    message = _unpacked(m, COMMAND)
    kind = kind_of(message)
    if kind is None:
        raise invalid_plan("INVALID_ONE_OF_FIELD_NOT_SET", fullName=COMMAND, name="COMMANDTYPE_NOT_SET")
    return _COMMANDS[kind](d, getattr(message, kind))


def _unpacked(m: Any, full_name: str) -> Any:
    if m.type_url.rpartition("/")[2] != full_name:
        raise no_extension(m)
    return _parsed(message_class(full_name), m.value)


def _parsed(kind: Any, data: bytes) -> Any:
    try:
        return kind.FromString(data)
    except DecodeError as error:
        raise invalid_plan("ASSERTION_FAILURE", message=f"a message of Delta's cannot be read: {error}") from error


def _name(table: Any) -> spec.TableName:
    if table.HasField("path"):
        return spec.TableName(("delta", table.path.path))
    return spec.TableName(table_parts(table.table_or_view_name))


def _operation(kind: str, **fixed: Any) -> Callable[[Decoder, Any], spec.Command]:
    return lambda d, m: c.TableOperation(_name(m.table), kind, fixed)


# --------------------------------------------------------------------------------------------------- rows that change


@dataclass(frozen=True, slots=True, eq=False)
class _Target:
    """The table that a call changes, the name of its rows, and the ids by which the client knows them."""

    name: spec.TableName
    alias: str | None
    plan_ids: frozenset[int]

    def own(self, e: spec.Expr) -> spec.Expr:
        """The expression with columns of the client's DataFrame of the table as columns under its name."""
        alias = self.alias or self.name.parts[-1]

        def freed(node: Any) -> Any:
            if isinstance(node, spec.Attribute) and node.plan_id in self.plan_ids:
                return spec.Attribute((alias, *node.parts), origin=node.origin)
            return node

        made: spec.Expr = walk.rewrite_up(e, spec.Expr, freed)
        return made


def _target(data: bytes) -> _Target:
    relation = _parsed(relations_pb2.Relation, data)
    alias = None
    ids = {relation.common.plan_id}
    while relation.WhichOneof("rel_type") == "subquery_alias":
        alias = alias or relation.subquery_alias.alias
        relation = relation.subquery_alias.input
        ids.add(relation.common.plan_id)
    if relation.WhichOneof("rel_type") == "extension":
        message = _unpacked(relation.extension, RELATION)
        if kind_of(message) == "scan":
            return _Target(_name(message.scan.table), alias, frozenset(ids))
    raise invalid_plan("ASSERTION_FAILURE", message="a change of rows expects a Delta table.")


def _expression(d: Decoder, target: _Target, data: bytes) -> spec.Expr:
    return target.own(d.expression(_parsed(expressions_pb2.Expression, data)))


def _condition(d: Decoder, target: _Target, m: Any) -> spec.Expr | None:
    return _expression(d, target, m.condition) if m.HasField("condition") else None


def _assignments(d: Decoder, target: _Target, found: Any) -> tuple[tuple[tuple[str, ...], spec.Expr], ...]:
    return tuple((_column(a.field), _expression(d, target, a.value)) for a in found)


def _column(data: bytes) -> tuple[str, ...]:
    m = _parsed(expressions_pb2.Expression, data)
    if m.WhichOneof("expr_type") == "expression_string":
        return attribute_parts(m.expression_string.expression)
    if m.WhichOneof("expr_type") == "unresolved_attribute":
        return attribute_parts(m.unresolved_attribute.unparsed_identifier)
    raise invalid_plan("ASSERTION_FAILURE", message="an assignment expects a column.")


def _delete(d: Decoder, m: Any) -> spec.Command:
    target = _target(m.target)
    return c.Delete(target.name, target.alias, _condition(d, target, m))


def _update(d: Decoder, m: Any) -> spec.Command:
    target = _target(m.target)
    return c.Update(target.name, target.alias, _assignments(d, target, m.assignments), _condition(d, target, m))


def _merge(d: Decoder, m: Any) -> spec.Command:
    target = _target(m.target)
    groups = (
        ("matched", m.matched_actions),
        ("not_matched", m.not_matched_actions),
        ("not_matched_by_source", m.not_matched_by_source_actions),
    )
    return c.Merge(
        target.name,
        target.alias,
        d.relation(_parsed(relations_pb2.Relation, m.source)),
        _expression(d, target, m.condition),
        tuple(_action(d, target, when, action) for when, actions in groups for action in actions),
        m.with_schema_evolution,
    )


def _action(d: Decoder, target: _Target, when: str, m: Any) -> c.MergeAction:
    for kind, name in _ACTIONS.items():
        if m.HasField(kind):
            assignments = _assignments(d, target, getattr(getattr(m, kind), "assignments", ()))
            return c.MergeAction(when, name, _condition(d, target, m), assignments)
    raise invalid_plan("ASSERTION_FAILURE", message="MERGE INTO expects merge actions.")


_ACTIONS: Final[Mapping[str, str]] = {
    "delete_action": "delete",
    "update_action": "update",
    "update_star_action": "update_all",
    "insert_action": "insert",
    "insert_star_action": "insert_all",
}


# ------------------------------------------------------------------------------------------------- tables, whole ones


def _optimize(d: Decoder, m: Any) -> spec.Command:
    condition: spec.Expr | None = None
    for text in m.partition_filters:
        term = parse_expression(text)
        condition = term if condition is None else spec.Function(("and",), (condition, term))
    columns = tuple(attribute_parts(name) for name in m.zorder_columns)
    return c.TableOperation(_name(m.table), "optimize", {"full": False, "condition": condition, "zorder": columns})


def _point(m: Any) -> dict[str, spec.Expr | None]:
    version = spec.Literal(m.version, t.LONG) if m.HasField("version") else None
    timestamp = spec.Literal(m.timestamp, t.STRING) if m.HasField("timestamp") else None
    return {"version": version, "timestamp": timestamp}


def _restore(d: Decoder, m: Any) -> spec.Command:
    return c.TableOperation(_name(m.table), "restore", _point(m))


def _convert(d: Decoder, m: Any) -> spec.Command:
    fields: tuple[t.StructField, ...] = ()
    if m.HasField("partition_schema_string"):
        found = parse_schema(m.partition_schema_string)
        fields = found.fields if isinstance(found, t.StructType) else ()
    elif m.HasField("partition_schema_struct"):
        given = decode_type(_parsed(types_pb2.DataType, m.partition_schema_struct))
        fields = given.fields if isinstance(given, t.StructType) else ()
    columns = tuple(c.ColumnDef((f.name,), f.dtype) for f in fields)
    name = spec.TableName(table_parts(m.identifier))
    return c.TableOperation(name, "convert", {"partition_columns": columns, "is_named": True})


def _is_delta_table(d: Decoder, m: Any) -> spec.Command:
    return c.TableOperation(spec.TableName(("delta", m.path)), "is_table", {})


def _clone(d: Decoder, m: Any) -> spec.Command:
    is_path = m.target.startswith("/") or ":/" in m.target
    return c.TableOperation(
        spec.TableName(("delta", m.target) if is_path else table_parts(m.target)),
        "clone",
        {
            "source": _name(m.table),
            "is_shallow": m.is_shallow,
            "replace": m.replace,
            "if_not_exists": False,
            "properties": _pairs(m.properties),
            "location": None,
            **_point(m),
        },
    )


def _vacuum(d: Decoder, m: Any) -> spec.Command:
    hours = m.retention_hours if m.HasField("retention_hours") else None
    return c.TableOperation(_name(m.table), "vacuum", {"hours": hours, "dry_run": False})


def _with_properties(m: Any, **properties: str) -> spec.Command:
    named = {f"delta.{name}": value for name, value in properties.items()}
    return c.AlterTable(_name(m.table), "set_properties", {"properties": named})


def _upgrade(d: Decoder, m: Any) -> spec.Command:
    return _with_properties(m, minReaderVersion=str(m.reader_version), minWriterVersion=str(m.writer_version))


def _add_feature(d: Decoder, m: Any) -> spec.Command:
    return _with_properties(m, **{f"feature.{m.feature_name}": "supported"})


def _drop_feature(d: Decoder, m: Any) -> spec.Command:
    args = {"name": m.feature_name, "truncates": m.truncate_history}
    return c.AlterTable(_name(m.table), "drop_feature", args)


def _generate(d: Decoder, m: Any) -> spec.Command:
    raise unsupported(f"DeltaTable.generate({m.mode!r})")


def _create(d: Decoder, m: Any) -> spec.Command:
    is_named = m.HasField("table_name")
    name = spec.TableName(table_parts(m.table_name) if is_named else ("delta", m.location))
    return c.CreateTable(
        name,
        tuple(_column_def(column) for column in m.columns),
        format="delta",
        if_not_exists=m.mode == _CREATE_IF_NOT_EXISTS,
        or_replace=m.mode == _CREATE_OR_REPLACE,
        replace_only=m.mode == _REPLACE,
        partition_by=tuple(spec.Attribute((column,)) for column in m.partitioning_columns),
        cluster_by=tuple(m.clustering_columns),
        location=m.location if m.HasField("location") and is_named else None,
        comment=m.comment if m.HasField("comment") else None,
        properties=_pairs(m.properties),
    )


_CREATE_IF_NOT_EXISTS, _REPLACE, _CREATE_OR_REPLACE = 2, 3, 4


def _column_def(m: Any) -> c.ColumnDef:
    dtype = decode_type_or_ddl(_parsed(types_pb2.DataType, m.data_type))
    text = m.generated_always_as if m.HasField("generated_always_as") else None
    identity = None
    if m.HasField("identity_info"):
        identity = (m.identity_info.allow_explicit_insert, m.identity_info.start, m.identity_info.step)
    return c.ColumnDef(
        (m.name,),
        parse_data_type(dtype) if isinstance(dtype, str) else dtype,
        m.nullable,
        generated=parse_expression(text) if text is not None else None,
        generated_text=text,
        identity=identity,
        comment=m.comment if m.HasField("comment") else None,
    )


def _pairs(found: Any) -> dict[str, str]:
    return {pair.key: pair.value for pair in found}


_RELATIONS: Final[Mapping[str, Callable[[Decoder, Any], spec.Command]]] = {
    "describe_history": _operation("history", limit=None),
    "describe_detail": _operation("detail"),
    "convert_to_delta": _convert,
    "restore_table": _restore,
    "is_delta_table": _is_delta_table,
    "delete_from_table": _delete,
    "update_table": _update,
    "merge_into_table": _merge,
    "optimize_table": _optimize,
}
_COMMANDS: Final[Mapping[str, Callable[[Decoder, Any], spec.Command]]] = {
    "clone_table": _clone,
    "vacuum_table": _vacuum,
    "upgrade_table_protocol": _upgrade,
    "generate": _generate,
    "create_delta_table": _create,
    "add_feature_support": _add_feature,
    "drop_feature_support": _drop_feature,
}
