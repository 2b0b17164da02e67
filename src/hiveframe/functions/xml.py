"""XML texts: making them, reading them, their schemas."""

from __future__ import annotations

import functools

import pyarrow as pa

from hiveframe.functions.binding import wrong_input
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.json import constant_text, text_argument
from hiveframe.functions.map_options import fold_options, packed, unpacked
from hiveframe.functions.registry import ANY, Binder, Function, always_null, never_null, optional, register
from hiveframe.functions.schema_argument import schema_argument
from hiveframe.functions.sql import Sql, func
from hiveframe.functions.xml_options import check_writing, xml_options
from hiveframe.functions.xml_reader import XmlReader
from hiveframe.functions.xml_schema import XmlSchema
from hiveframe.functions.xml_writer import xml_text
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal


def _bind_to_xml(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    value = args[0]
    if not isinstance(value.dtype, (t.StructType, t.NullType)):
        raise wrong_input(binder, args, 0, '"STRUCT"')
    options = fold_options(binder, args[1] if len(args) > 1 else None)
    if isinstance(value.dtype, t.NullType):
        return Literal(None, t.STRING)
    check_writing(xml_options(options, binder.time_zone))
    return Call("to_xml", (value, packed(options)), t.STRING, True)


def _emit_to_xml(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    dtype = call.args[0].dtype
    assert isinstance(dtype, t.StructType)
    return xml_text(args[0], dtype, xml_options(unpacked(call.args[1]), ctx.time_zone), 0, ctx)


def _bind_from_xml(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    text = text_argument(binder, args)
    dtype = schema_argument(binder, args[1])
    if isinstance(dtype, t.VariantType):
        raise binder.error("UNSUPPORTED_FEATURE.HIVEFRAME", feature="from_xml to VARIANT")
    if not isinstance(dtype, t.StructType):
        raise binder.error("DATATYPE_MISMATCH.INVALID_XML_SCHEMA", schema=f'"{t.sql_name(dtype)}"')
    options = fold_options(binder, args[2] if len(args) > 2 else None)
    if options.get("mode", "").upper() == "DROPMALFORMED":
        raise binder.error("PARSE_MODE_UNSUPPORTED", funcName="`from_xml`", mode="DROPMALFORMED")
    xml_options(options, binder.time_zone)
    return Call("from_xml", (text, packed(options)), dtype, True)


def _emit_from_xml(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    assert isinstance(call.dtype, t.StructType)
    sensitive = ctx.setting("spark.sql.caseSensitive") == "true"
    reader = XmlReader(call.dtype, xml_options(unpacked(call.args[1]), ctx.time_zone, case_sensitive=sensitive))
    read = functools.partial(_read, reader=reader, arrow_type=ctx.arrow_type(call.dtype))
    return func(ctx.kernel("from_xml", read, [t.STRING], call.dtype), args[0])


def _read(documents: pa.Array, *, reader: XmlReader, arrow_type: pa.DataType) -> pa.Array:
    return reader.rows_of(documents, arrow_type)


def _bind_schema_of_xml(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    document = constant_text(binder, args, "xml")
    options = xml_options(fold_options(binder, args[1] if len(args) > 1 else None), binder.time_zone)
    inference = XmlSchema(options, ntz=binder.setting("spark.sql.timestampType") == "TIMESTAMP_NTZ")
    found = inference.document(document) or t.StructType()
    dtype = inference.settled(found) or t.StructType()
    return Call("schema_of_xml", (args[0], Literal(t.sql_name(dtype), t.STRING)), t.STRING, False)


register(
    Function(
        "to_xml",
        (ANY, optional(ANY)),
        bind=_bind_to_xml,
        shows=lambda texts: f"to_xml({texts[0]})",
        emit=_emit_to_xml,
        doc="A struct as XML text.",
        group="xml",
        since="4.0.0",
    ),
    Function(
        "from_xml",
        (ANY, ANY, optional(ANY)),
        nullable=always_null,
        bind=_bind_from_xml,
        shows=lambda texts: f"from_xml({texts[0]})",
        emit=_emit_from_xml,
        doc="XML text as a struct of a schema.",
        group="xml",
        since="4.0.0",
    ),
    Function(
        "schema_of_xml",
        (ANY, optional(ANY)),
        nullable=never_null,
        bind=_bind_schema_of_xml,
        shows=lambda texts: f"schema_of_xml({texts[0]})",
        emit=lambda call, args, ctx: args[1],
        doc="The schema of an XML text, as DDL.",
        group="xml",
        since="4.0.0",
    ),
)
