"""`spark.catalog` calls: 36 operations, each its field name and its plain arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from pyspark.sql.connect.proto import catalog_pb2 as pb
from pyspark.sql.connect.proto import common_pb2, types_pb2

from hiveframe.connect.decode.invalid import not_set
from hiveframe.connect.decode.types import decode_type
from hiveframe.plan import commands


def decode_catalog(message: pb.Catalog) -> commands.CatalogCall:
    """The call: argument names are the protocol's; an optional argument that is not given is None."""
    operation = message.WhichOneof("cat_type")
    if operation is None:
        raise not_set(message, "cat_type")
    body = getattr(message, operation)
    return commands.CatalogCall(operation, {f.name: _argument(body, f) for f in body.DESCRIPTOR.fields})


def _argument(body: Message, field: FieldDescriptor) -> Any:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return dict(getattr(body, field.name))
    if field.has_presence and not body.HasField(field.name):
        return None
    value = getattr(body, field.name)
    convert = _MESSAGES.get(type(value))
    return convert(value) if convert is not None else value


def storage_level_args(message: common_pb2.StorageLevel) -> dict[str, Any]:
    """A storage level's fields by name."""
    return {f.name: getattr(message, f.name) for f in message.DESCRIPTOR.fields}


_MESSAGES: Final[Mapping[type, Callable[[Any], Any]]] = {
    types_pb2.DataType: decode_type,
    common_pb2.StorageLevel: storage_level_args,
}
