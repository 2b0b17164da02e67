"""The schema of XML records by Spark's rules: fields sorted by name, repeated ones lists, text beside others `_VALUE`.

Source: Spark's `XmlInferSchema`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Final

from hiveframe.errors import SparkException
from hiveframe.functions.coercion import tightest_type
from hiveframe.functions.xml_events import BadXml, End, Events, Start, Text, read_events
from hiveframe.functions.xml_options import XmlOptions
from hiveframe.functions.xml_reader import read_date, read_timestamp, read_timestamp_ntz, skip_element, skip_to
from hiveframe.functions.xml_validation import Validator
from hiveframe.plan import types as t
from hiveframe.plan.types import ArrayType, DataType, DecimalType, MapType, StructField, StructType

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


class XmlSchema:
    """Infers types. `ntz`: moments without a zone are TIMESTAMP_NTZ."""

    def __init__(self, options: XmlOptions, *, ntz: bool = False) -> None:
        self._options = options
        self._ntz = ntz
        self._validator = Validator(options.xsd_path) if options.xsd_path is not None else None

    def document(self, document: str) -> StructType | None:
        """The type of one document's root; None for a bad one that is to be dropped."""
        events = read_events(document)
        try:
            root = events.next()
            while isinstance(root, Text):
                root = events.next()
            if self._validator is not None and events.failure is None and not self._validator.accepts(document):
                return self._bad()
            return self._object(events, root.attributes if isinstance(root, Start) else ())
        except BadXml:
            return self._bad()

    def records(self, content: str) -> Iterator[StructType]:
        """The types of a file's records."""
        events = read_events(content)
        validator = self._validator.records_of(events) if self._validator is not None else None
        while True:
            has_ended = False
            found: StructType | None
            try:
                start = skip_to(events, self._options)
                if start is None:
                    return
                if validator is None or validator.accepts_next():
                    found = self._object(events, start.attributes)
                else:
                    skip_element(events)
                    found = self._bad()
            except BadXml:
                found, has_ended = self._bad(), True
            if found is not None:
                yield found
            if has_ended:
                return

    def _bad(self) -> StructType | None:
        column = self._options.corrupt_column
        if self._options.mode == "FAILFAST":
            params = {"badRecord": column, "failFastMode": "FAILFAST"}
            raise SparkException("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", params)
        return StructType((StructField(column, t.STRING),)) if self._options.mode == "PERMISSIVE" else None

    def merged(self, left: DataType, right: DataType) -> DataType:
        """The most general type of both."""
        if left == right:
            return left
        match left, right:
            case (StructType(), StructType()):
                return self._merged_structs(left, right)
            case (ArrayType(a), ArrayType(b)):
                return ArrayType(self.merged(a, b))
        found = tightest_type(left, right, ansi=False)
        if found is not None:
            return found
        match left, right:
            case (t.DoubleType(), DecimalType()) | (DecimalType(), t.DoubleType()):
                return t.DOUBLE
            case (DecimalType(), DecimalType()):
                return _wider_decimal(left, right)
            case (ArrayType(element), other) | (other, ArrayType(element)):
                is_first = isinstance(left, ArrayType)
                return ArrayType(self.merged(element, other) if is_first else self.merged(other, element))
            case (StructType(), other) | (other, StructType()):
                struct = left if isinstance(left, StructType) else right
                assert isinstance(struct, StructType)
                return self._with_value(struct, other)
            case (t.IntegralType(), DecimalType()):
                return self.merged(t.INTEGRAL_DECIMAL[left], right)
            case (DecimalType(), t.IntegralType()):
                return self.merged(left, t.INTEGRAL_DECIMAL[right])
        return t.STRING

    def settled(self, dtype: DataType) -> DataType | None:
        """The type with VOID read as STRING, and without structs that have no fields (None for such a one)."""
        match dtype:
            case ArrayType(element):
                inner = self.settled(element)
                return None if inner is None else ArrayType(inner)
            case StructType(fields):
                kept = [(f.name, self.settled(f.dtype)) for f in fields if f.name]
                made = tuple(StructField(name, inner) for name, inner in kept if inner is not None)
                return StructType(made) if made else None
            case t.NullType():
                return t.STRING
        return dtype

    def _merged_structs(self, left: StructType, right: StructType) -> StructType:
        fields: dict[str, StructField] = {}
        for f in (*left.fields, *right.fields):
            known = fields.get(self._key(f.name))
            fields[self._key(f.name)] = (
                f if known is None else StructField(known.name, self.merged(known.dtype, f.dtype))
            )
        return StructType(tuple(sorted(fields.values(), key=lambda f: f.name)))

    def _with_value(self, struct: StructType, other: DataType) -> DataType:
        tag = self._options.value_tag
        if not any(f.name == tag for f in struct.fields):
            return t.STRING
        fields = (StructField(tag, self.merged(f.dtype, other)) if f.name == tag else f for f in struct.fields)
        return StructType(tuple(fields))

    # ------------------------------------------------------------------------------------------------- elements

    def _object(self, events: Events, attributes: tuple[tuple[str, str], ...] = ()) -> StructType:
        types: dict[str, StructField] = {}
        for name, value in self._attributes(attributes):
            self._add(types, name, self._atom(value))
        while True:
            event = events.next()
            if event is None or isinstance(event, End):
                return StructType(tuple(sorted(types.values(), key=lambda f: f.name)))
            if isinstance(event, Start):
                self._add(types, self._options.name(event.name), self._element(events, event))
            elif not event.is_blank:
                self._add(types, self._options.value_tag, self._atom(event.data))

    def _element(self, events: Events, start: Start) -> DataType:
        inner = self._field(events)
        attributes = self._attributes(start.attributes)
        if not attributes:
            return inner
        fields = list(inner.fields) if isinstance(inner, StructType) else []
        if not isinstance(inner, (StructType, t.NullType)):
            fields.append(StructField(self._options.value_tag, inner))
        fields += [StructField(name, self._atom(value)) for name, value in attributes]
        return StructType(tuple(sorted(fields, key=lambda f: f.name)))

    def _field(self, events: Events) -> DataType:
        event = events.peek()
        if event is None or isinstance(event, End):
            events.next()
            return t.NULL
        struct = self._object(events)
        if isinstance(event, Start):
            return struct
        if not struct.fields:
            return t.NULL
        only = struct.fields[0]
        is_value = self._key(only.name) == self._key(self._options.value_tag)
        if len(struct.fields) == 1 and is_value and not isinstance(only.dtype, (StructType, ArrayType, MapType)):
            return only.dtype
        return struct

    def _attributes(self, attributes: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
        if self._options.excludes_attributes:
            return []
        prefix = self._options.attribute_prefix
        return [(prefix + self._options.name(name), value) for name, value in attributes]

    def _add(self, types: dict[str, StructField], name: str, dtype: DataType) -> None:
        """The field; a second one of the name makes a list."""
        known = types.get(self._key(name))
        if known is None:
            types[self._key(name)] = StructField(name, dtype)
            return
        merged = self.merged(known.dtype, dtype)
        is_list = isinstance(known.dtype, ArrayType)
        types[self._key(name)] = StructField(known.name, merged if is_list else ArrayType(merged))

    def _key(self, name: str) -> str:
        return name if self._options.case_sensitive else name.lower()

    def _atom(self, written: str) -> DataType:
        """The narrowest type that reads the text."""
        text = written.strip() if self._options.trims else written
        if not self._options.infers_types:
            return t.STRING
        if not text:
            return t.NULL
        if _NUMBER.fullmatch(text):
            return self._number(text)
        if self._options.prefers_date and read_date(text, self._options) is not None:
            return t.DATE
        if self._ntz and read_timestamp_ntz(text, self._options) is not None:
            return t.TIMESTAMP_NTZ
        if read_timestamp(text, self._options) is not None:
            return t.TIMESTAMP
        return t.BOOLEAN if text.lower() in ("true", "false") else t.STRING

    def _number(self, text: str) -> DataType:
        unsigned = text.lstrip("+-")
        if unsigned.isdigit() and int(unsigned) < 1 << 63:
            return t.LONG
        if self._options.prefers_decimal:
            try:
                exact = Decimal(text)
            except InvalidOperation:
                return t.DOUBLE
            digits, exponent = exact.as_tuple().digits, exact.as_tuple().exponent
            scale = -int(exponent)
            precision = max(len(digits), scale)
            if scale >= 0 and precision <= 38:
                return DecimalType(precision, scale)
        return t.DOUBLE


def _wider_decimal(left: DecimalType, right: DecimalType) -> DataType:
    scale = max(left.scale, right.scale)
    whole = max(left.precision - left.scale, right.precision - right.scale)
    return t.DOUBLE if whole + scale > 38 else DecimalType(whole + scale, scale)
