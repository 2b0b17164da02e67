"""Values as XML text: `to_xml`, and the XML files that are written.

DuckDB turns every leaf into Spark's text, one column at a time; what is left to Python is to put tags around it.
Source: Spark's `StaxXmlGenerator`, checked against Spark 4.2.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import pyarrow as pa

from hiveframe.errors import IllegalArgumentException, SparkRuntimeException
from hiveframe.functions.casts import cast_value
from hiveframe.functions.datetime_printer import printed_alike
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let
from hiveframe.functions.sql import (
    Sql,
    case,
    cast,
    field,
    func,
    is_null,
    lambda_,
    null,
    op,
    param,
    physical_field_names,
    struct_pack,
    text,
)
from hiveframe.functions.xml_options import XmlOptions
from hiveframe.plan import types as t
from hiveframe.plan.types import ArrayType, DataType, MapType, StructField, StructType

_MOMENT: Final = "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]"
_CLOCK: Final = "yyyy-MM-dd'T'HH:mm:ss[.SSS]"
_KEY: Final = "\x01key"
_VALUE: Final = "\x01value"
_NAME: Final = re.compile(r"[^\W\d][\w.\-]*(?::[^\W\d][\w.\-]*)?")
_REFUSED: Final = (t.YearMonthIntervalType, t.DayTimeIntervalType, t.CalendarIntervalType, t.VariantType)


def xml_text(value: Sql, dtype: StructType, options: XmlOptions, depth: int, ctx: EmitContext) -> Sql:
    """The element of a struct, VARCHAR, its tag indented `depth` times; NULL where `value` is NULL."""
    _check(dtype)
    texts, shape = _texts(value, dtype, options, ctx)
    assert isinstance(shape, StructType)
    write = functools.partial(_elements, shape=shape, options=options, depth=depth)
    return func(ctx.kernel("to_xml", write, [shape], t.STRING), texts)


def _check(dtype: DataType) -> None:
    match dtype:
        case ArrayType(element):
            _check(element)
        case MapType(_, item):
            _check(item)
        case StructType(fields):
            for f in fields:
                _check(f.dtype)
        case _ if isinstance(dtype, _REFUSED):
            params = {"v": "a value", "class": "a value", "dt": t.simple_string(dtype)}
            raise IllegalArgumentException("_LEGACY_ERROR_TEMP_3238", params)


# ---------------------------------------------------------------------------------------------- leaves, in DuckDB


def _texts(
    value: Sql, dtype: DataType, options: XmlOptions, ctx: EmitContext, *, is_attribute: bool = False
) -> tuple[Sql, DataType]:
    """`value` with every leaf as its text, and its type then."""
    match dtype:
        case ArrayType(element):
            x = ctx.fresh("x")
            item, item_type = _texts(param(x), element, options, ctx)
            return func("list_transform", value, lambda_([x], item)), ArrayType(item_type)
        case MapType(key, held):
            x = ctx.fresh("x")
            entry = StructType((StructField("key", key), StructField("value", held)))
            name = cast_value(field(param(x), entry, 0), key, t.STRING, "ansi", None, ctx)
            item, item_type = _texts(field(param(x), entry, 1), held, options, ctx)
            made = _pair(item_type)
            pairs = func("list_transform", func("map_entries", value), lambda_([x], struct_pack(made, [name, item])))
            return pairs, ArrayType(made)
        case StructType():
            return let(value, ctx, lambda v: _struct_texts(v, dtype, options, ctx)[0]), _shape(dtype)
    return _leaf_text(value, dtype, options, ctx, is_attribute=is_attribute), t.STRING


def _shape(dtype: DataType) -> DataType:
    """The type with every leaf a text and maps as lists of pairs."""
    match dtype:
        case ArrayType(element):
            return ArrayType(_shape(element))
        case MapType(_, held):
            return ArrayType(_pair(_shape(held)))
        case StructType(fields):
            return StructType(tuple(StructField(f.name, _shape(f.dtype)) for f in fields))
    return t.STRING


def _pair(held: DataType) -> StructType:
    """An entry of a map; no field of a user's is called so by chance."""
    return StructType((StructField(_KEY, t.STRING), StructField(_VALUE, held)))


def _struct_texts(value: Sql, dtype: StructType, options: XmlOptions, ctx: EmitContext) -> tuple[Sql, DataType]:
    parts = [
        _texts(field(value, dtype, i), f.dtype, options, ctx, is_attribute=_is_attribute(f.name, options))[0]
        for i, f in enumerate(dtype.fields)
    ]
    shape = _shape(dtype)
    assert isinstance(shape, StructType)
    return case((is_null(value), null()), default=struct_pack(shape, parts)), shape


def _leaf_text(value: Sql, dtype: DataType, options: XmlOptions, ctx: EmitContext, *, is_attribute: bool) -> Sql:
    if isinstance(dtype, t.NullType):
        return cast(null(), "VARCHAR")
    if is_attribute and isinstance(dtype, t.DateType):  # Spark writes its inner number
        return cast(op("-", value, cast(text("1970-01-01"), "DATE")), "VARCHAR")
    if is_attribute and isinstance(dtype, (t.TimestampType, t.TimestampNTZType)):
        return cast(func("epoch_us", value), "VARCHAR")
    if isinstance(dtype, t.BinaryType):
        pairs = func("regexp_extract_all", func("hex", value), text(".."))
        return _bracketed(func("array_to_string", pairs, text(" ")))
    patterns: dict[type[DataType], str] = {
        t.DateType: options.date_format,
        t.TimestampType: options.timestamp_format or _MOMENT,
        t.TimestampNTZType: options.timestamp_ntz_format or _CLOCK,
    }
    pattern = patterns.get(type(dtype))
    if pattern is None:
        return cast_value(value, dtype, t.STRING, "ansi", None, ctx)
    zone = options.time_zone if isinstance(dtype, t.TimestampType) else "UTC"
    moment = value if isinstance(dtype, t.TimestampType) else cast(value, "TIMESTAMP")
    if not isinstance(dtype, t.TimestampType):
        moment = func("timezone", text("UTC"), moment)
    show = functools.partial(_printed, pattern=pattern, zone_name=zone)
    return func(ctx.kernel("xml_moment", show, [t.LONG], t.STRING), func("epoch_us", moment))


def _bracketed(shown: Sql) -> Sql:
    return op("||", op("||", text("["), shown), text("]"))


def _printed(micros: pa.Array, *, pattern: str, zone_name: str) -> pa.Array:
    return printed_alike(micros, pattern=pattern, zone_name=zone_name)


# ---------------------------------------------------------------------------------------------------- tags, in Python

Part = tuple[str, Any]  # a name and what it holds


def _elements(values: pa.Array, *, shape: StructType, options: XmlOptions, depth: int) -> pa.Array:
    writer = _Writer(options)
    return pa.array([None if v is None else writer.row(v, shape, depth) for v in values.to_pylist()], pa.string())


class _Writer:
    def __init__(self, options: XmlOptions) -> None:
        self._options = options
        self._known: set[str] = set()

    def row(self, value: dict[str, Any], shape: StructType, depth: int) -> str:
        """The element of one record."""
        made = "".join(self._element(self._options.row_tag, value, shape, depth))
        if not self._options.indent:
            return made if depth else made + "\n"
        return self._options.indent * depth + made

    def _element(self, name: str, value: Any, shape: DataType, depth: int) -> Iterator[str]:
        """`<name …>…</name>`; a name that no element may have is refused."""
        self._check(name)
        yield f"<{name}"
        attributes, content, has_children = self._content(value, shape, depth)
        yield attributes
        if content is None:
            yield "/>"
            return
        yield ">"
        yield content
        if has_children:
            yield self._line(depth)
        yield f"</{name}>"

    def _content(self, value: Any, shape: DataType, depth: int) -> tuple[str, str | None, bool]:
        """Attributes, what stands between the tags (None for nothing at all), and whether elements are among it."""
        if isinstance(shape, ArrayType) and not _is_map(shape):
            parts = [
                p for x in value or () for p in self._child(self._options.array_element_name, x, shape.element, depth)
            ]
            return "", "".join(parts) or None, bool(parts)
        if not isinstance(shape, (StructType, ArrayType)):
            return "", _escaped(value if value is not None else self._options.null_value or ""), False
        if value is None:
            return "", self._options.null_value or None, False
        attributes: list[str] = []
        content: list[str] = []
        has_children = False
        for name, held, dtype in _fields(value, shape):
            if _is_attribute(name, self._options):
                shown = held if held is not None else self._options.null_value
                if shown is not None:
                    attributes.append(
                        f' {name[len(self._options.attribute_prefix) :]}="{_escaped(shown, quoted=True)}"'
                    )
            elif name == self._options.value_tag:
                if held is not None or self._options.null_value is not None:
                    content.append(_escaped(held if held is not None else self._options.null_value or ""))
            else:
                made = list(self._child(name, held, dtype, depth))
                has_children = has_children or bool(made)
                content += made
        return "".join(attributes), "".join(content) if content else None, has_children

    def _child(self, name: str, value: Any, shape: DataType, depth: int) -> Iterator[str]:
        """The elements of one field: one for each item of a list; NULL is none without a `nullValue`."""
        if isinstance(shape, ArrayType) and not _is_map(shape) and value is not None:
            for item in value:
                yield from self._one(name, item, shape.element, depth)
        else:
            yield from self._one(name, value, shape, depth)

    def _one(self, name: str, value: Any, shape: DataType, depth: int) -> Iterator[str]:
        if value is None and self._options.null_value is None:
            return
        yield self._line(depth + 1)
        yield from self._element(name, value, shape if value is not None else t.STRING, depth + 1)

    def _line(self, depth: int) -> str:
        return "\n" + self._options.indent * depth if self._options.indent else ""

    def _check(self, name: str) -> None:
        if name in self._known or not self._options.validates_names:
            return
        if _NAME.fullmatch(name) is None:
            raise SparkRuntimeException("TASK_WRITE_FAILED", {"path": f"XML: {name!r} is no name of an element"})
        self._known.add(name)


def _is_attribute(name: str, options: XmlOptions) -> bool:
    return name.startswith(options.attribute_prefix) and name != options.value_tag


def _is_map(shape: DataType) -> bool:
    """Whether a list stands for a map."""
    match shape:
        case ArrayType(StructType((first, _))):
            return first.name == _KEY
    return False


def _fields(value: Any, shape: StructType | ArrayType) -> Sequence[tuple[str, Any, DataType]]:
    if isinstance(shape, StructType):
        names = physical_field_names(shape)
        return [(f.name, value[n], f.dtype) for n, f in zip(names, shape.fields, strict=True)]
    assert isinstance(shape.element, StructType)
    held = shape.element.fields[1].dtype
    return [(pair[_KEY], pair[_VALUE], held) for pair in value]


def _escaped(plain: str, *, quoted: bool = False) -> str:
    shown = plain.replace("&", "&amp;").replace("<", "&lt;")
    return shown.replace('"', "&quot;") if quoted else shown
