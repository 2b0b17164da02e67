"""Records of XML as one VARIANT each (`singleVariantColumn`). Source: Spark's `StaxXmlParser.convertVariant`."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from hiveframe.functions.text_options import java_long
from hiveframe.functions.variant_builder import NULL, VariantBuilder, array, boolean, decimal, long, string
from hiveframe.functions.xml_events import End, Events, Start
from hiveframe.functions.xml_options import XmlOptions
from hiveframe.functions.xml_reader import Attributes, XmlReader
from hiveframe.plan import types as t
from hiveframe.plan.types import StructType

_DIGITS = 38


class XmlVariantReader(XmlReader):
    """Reads records as rows whose one VARIANT holds all of them."""

    def __init__(self, schema: StructType, options: XmlOptions) -> None:
        super().__init__(schema, options)
        self._given = options
        self._variant = next(i for i, f in enumerate(schema.fields) if isinstance(f.dtype, t.VariantType))

    def _object(self, events: Events, schema: StructType, attributes: Attributes = ()) -> list[Any]:
        builder = VariantBuilder()
        value, metadata = builder.finished(_encoded(_element(events, attributes, self._given), builder))
        row: list[Any] = [None] * len(schema.fields)
        row[self._variant] = {"value": value, "metadata": metadata}
        return row


Node = bytes | dict[str, list["Node"]]
"""A value, or an object's members, each as often as it stands there."""


def _encoded(node: Node, builder: VariantBuilder) -> bytes:
    """The bytes of a value; names are numbered in their order, before those inside of what they name."""
    if isinstance(node, bytes):
        return node
    members: list[tuple[str, int, bytes]] = []
    for name in sorted(node, key=lambda n: n.encode("utf-16-be", "surrogatepass")):
        number = builder.key(name)
        held = [_encoded(value, builder) for value in node[name]]
        members.append((name, number, held[0] if len(held) == 1 else array(held)))
    return builder.object(members)


def _element(events: Events, attributes: Attributes, options: XmlOptions) -> Node:
    """What has begun, up to its end: text alone is a value, anything else an object."""
    members: dict[str, list[Node]] = {}
    texts: list[str] = []
    for name, value in () if options.excludes_attributes else attributes:
        members[options.attribute_prefix + options.name(name)] = [_leaf(value, options)]
    while not isinstance(event := events.next(), End) and event is not None:
        if isinstance(event, Start):
            inner = _element(events, event.attributes, options)
            members.setdefault(options.name(event.name), []).append(inner)
        elif not event.is_blank:
            texts.append(event.data)
    if not members:
        return _leaf("".join(texts), options)
    if texts:
        members.setdefault(options.value_tag, []).extend(_leaf(text, options) for text in texts)
    return members


def _leaf(text: str, options: XmlOptions) -> bytes:
    """A text's value: a truth, a whole number, a decimal, or itself; NULL for nothing and for the null value."""
    if text in ("", options.null_value):
        return NULL
    shown = text.strip() if options.trims else text
    if shown.lower() in ("true", "false"):
        return boolean(shown.lower() == "true")
    whole = java_long(shown, 64)
    if whole is not None:
        return long(whole)
    number = _decimal(shown)
    return string(shown) if number is None else decimal(number)


def _decimal(text: str) -> Decimal | None:
    """A number of at most 38 digits, without an exponent."""
    try:
        number = Decimal(format(Decimal(text), "f")) if text == text.strip() else None
    except InvalidOperation:
        return None
    if number is None:
        return None
    exponent = number.as_tuple().exponent
    fits = isinstance(exponent, int) and len(number.as_tuple().digits) <= _DIGITS and -exponent <= _DIGITS
    return number if fits else None
