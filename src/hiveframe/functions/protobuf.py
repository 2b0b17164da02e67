"""Protobuf messages: Spark's checks of the calls. What would read and write them is an optional module of Spark."""

from __future__ import annotations

import os

from hiveframe.functions.binding import is_foldable, ordinal
from hiveframe.functions.map_options import is_text_map
from hiveframe.functions.registry import ANY, Binder, Function, Param, always_null, register
from hiveframe.plan import types as t
from hiveframe.plan.logical import Expr, Literal


def _bind_from_protobuf(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    raise _refusal(binder, "FROM_PROTOBUF", args, "value from Protobuf format")


def _bind_to_protobuf(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    dtype = args[0].dtype
    if not isinstance(dtype, t.StructType):
        shown = f'"{t.sql_name(dtype)}"'
        raise binder.error("DATATYPE_MISMATCH.NON_STRUCT_TYPE", inputName="data", inputType=shown)
    raise _refusal(binder, "TO_PROTOBUF", args, "value to Protobuf format")


def _refusal(binder: Binder, name: str, args: tuple[Expr, ...], conversion: str) -> Exception:
    """What is wrong with a call: its message's name, its options, its descriptor's file; or that there is no module."""
    message, descriptor, options = args[1:]
    if not (is_foldable(message) and isinstance(message.dtype, t.StringType) and binder.fold(message) is not None):
        return _mismatch(binder, name, 1, "constant string representing the Protobuf message name")
    if not (isinstance(options.dtype, t.NullType) or (is_foldable(options) and is_text_map(options.dtype))):
        wanted = f"constant map of strings to strings containing the options to use for converting the {conversion}"
        return _mismatch(binder, name, 3, wanted)
    if is_foldable(descriptor) and isinstance(descriptor.dtype, t.StringType):
        path = binder.fold(descriptor)
        if path is not None and not os.path.exists(path):
            return binder.error("PROTOBUF_DESCRIPTOR_FILE_NOT_FOUND", filePath=path)
    return binder.error("PROTOBUF_NOT_LOADED_SQL_FUNCTIONS_UNUSABLE", functionName=name)


def _mismatch(binder: Binder, name: str, position: int, wanted: str) -> Exception:
    place = "fourth" if position == 3 else ordinal(position)
    text = f"The {place} argument of the {name} SQL function must be a {wanted}"
    return binder.error("DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT", msg=text, hint="")


_LEFT_OUT = Param((ANY,), optional=True, default=Literal(None, t.NULL))

register(
    Function(
        "from_protobuf",
        (ANY, ANY, _LEFT_OUT, _LEFT_OUT),
        nullable=always_null,
        bind=_bind_from_protobuf,
        doc="A Protobuf message as a struct.",
        group="misc",
        since="4.0.0",
    ),
    Function(
        "to_protobuf",
        (ANY, ANY, _LEFT_OUT, _LEFT_OUT),
        nullable=always_null,
        bind=_bind_to_protobuf,
        doc="A struct as a Protobuf message.",
        group="misc",
        since="4.0.0",
    ),
)
