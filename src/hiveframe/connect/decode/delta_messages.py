"""The messages that the package `delta-spark` packs into `extension`, without needing that package.

Field names and numbers are those of Delta's base.proto, commands.proto and relations.proto (`delta.connect`). Messages
of Spark's own within them are taken as bytes, which is how they travel, and read by Spark's own classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message

RELATION: Final = "delta.connect.DeltaRelation"
COMMAND: Final = "delta.connect.DeltaCommand"


@lru_cache(maxsize=2)
def message_class(full_name: str) -> type[Message]:
    """The class of a message; a pool of its own keeps it apart from the package's."""
    found: type[Message] = message_factory.GetMessageClass(_pool().FindMessageTypeByName(full_name))
    return found


def kind_of(message: Any) -> str | None:
    """The one field that is set of a message whose fields exclude each other."""
    return next((f.name for f, _ in message.ListFields()), None)


@lru_cache(maxsize=1)
def _pool() -> descriptor_pool.DescriptorPool:
    file = descriptor_pb2.FileDescriptorProto(name="hiveframe/delta.proto", package="delta.connect", syntax="proto3")
    for name, fields in _MESSAGES.items():
        made = file.message_type.add(name=name)
        for number, text in fields.items():
            _add(made, number, text)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


def _add(message: descriptor_pb2.DescriptorProto, number: int, text: str) -> None:
    *words, name = text.split()
    field = message.field.add(name=name, number=number)
    field.label = field.LABEL_REPEATED if words[0] == "repeated" else field.LABEL_OPTIONAL
    kind = words[-1]
    if kind in _SCALARS:
        field.type = getattr(field, f"TYPE_{kind.upper()}")
    else:
        field.type = field.TYPE_MESSAGE
        field.type_name = f".delta.connect.{kind}"
    if words[0] == "optional":
        field.proto3_optional = True
        field.oneof_index = len(message.oneof_decl)
        message.oneof_decl.add(name=f"_{name}")


_SCALARS: Final = frozenset({"string", "bytes", "bool", "int32", "int64", "double"})
_TABLE: Final = {1: "DeltaTable table"}
_POINT: Final = {2: "optional int64 version", 3: "optional string timestamp"}
_CONDITION: Final = {1: "optional bytes target", 2: "optional bytes condition"}

_MESSAGES: Final[Mapping[str, Mapping[int, str]]] = {
    "DeltaTable": {1: "Path path", 2: "optional string table_or_view_name"},
    "Path": {1: "string path", 2: "repeated Pair hadoop_conf"},
    "Pair": {1: "string key", 2: "string value"},
    "DeltaRelation": {
        1: "Scan scan",
        2: "Scan describe_history",
        3: "Scan describe_detail",
        4: "ConvertToDelta convert_to_delta",
        5: "RestoreTable restore_table",
        6: "IsDeltaTable is_delta_table",
        7: "DeleteFromTable delete_from_table",
        8: "UpdateTable update_table",
        9: "MergeIntoTable merge_into_table",
        10: "OptimizeTable optimize_table",
    },
    "Scan": _TABLE,
    "ConvertToDelta": {
        1: "string identifier",
        2: "optional string partition_schema_string",
        3: "optional bytes partition_schema_struct",
    },
    "RestoreTable": {**_TABLE, **_POINT},
    "IsDeltaTable": {1: "string path"},
    "DeleteFromTable": _CONDITION,
    "UpdateTable": {**_CONDITION, 3: "repeated Assignment assignments"},
    "MergeIntoTable": {
        1: "bytes target",
        2: "bytes source",
        3: "bytes condition",
        4: "repeated MergeAction matched_actions",
        5: "repeated MergeAction not_matched_actions",
        6: "repeated MergeAction not_matched_by_source_actions",
        7: "optional bool with_schema_evolution",
    },
    "MergeAction": {
        1: "optional bytes condition",
        2: "Star delete_action",
        3: "Assignments update_action",
        4: "Star update_star_action",
        5: "Assignments insert_action",
        6: "Star insert_star_action",
    },
    "Star": {},
    "Assignments": {1: "repeated Assignment assignments"},
    "Assignment": {1: "bytes field", 2: "bytes value"},
    "OptimizeTable": {**_TABLE, 2: "repeated string partition_filters", 3: "repeated string zorder_columns"},
    "DeltaCommand": {
        1: "CloneTable clone_table",
        2: "VacuumTable vacuum_table",
        3: "UpgradeTableProtocol upgrade_table_protocol",
        4: "Generate generate",
        5: "CreateDeltaTable create_delta_table",
        6: "AddFeatureSupport add_feature_support",
        7: "DropFeatureSupport drop_feature_support",
    },
    "CloneTable": {
        **_TABLE,
        2: "string target",
        3: "optional int32 version",
        4: "optional string timestamp",
        5: "bool is_shallow",
        6: "bool replace",
        7: "repeated Pair properties",
    },
    "VacuumTable": {**_TABLE, 2: "optional double retention_hours"},
    "UpgradeTableProtocol": {**_TABLE, 2: "int32 reader_version", 3: "int32 writer_version"},
    "Generate": {**_TABLE, 2: "string mode"},
    "CreateDeltaTable": {
        1: "int32 mode",
        2: "optional string table_name",
        3: "optional string location",
        4: "optional string comment",
        5: "repeated Column columns",
        6: "repeated string partitioning_columns",
        7: "repeated Pair properties",
        8: "repeated string clustering_columns",
    },
    "Column": {
        1: "string name",
        2: "bytes data_type",
        3: "bool nullable",
        4: "optional string generated_always_as",
        5: "optional string comment",
        6: "Identity identity_info",
    },
    "Identity": {1: "int64 start", 2: "int64 step", 3: "bool allow_explicit_insert"},
    "AddFeatureSupport": {**_TABLE, 2: "string feature_name"},
    "DropFeatureSupport": {**_TABLE, 2: "string feature_name", 3: "optional bool truncate_history"},
}
