"""XML records to values of a schema: `from_xml`, and XML files.

The events are walked just as Spark's `StaxXmlParser` walks them, for what it makes of a value that does not fit
depends on it: the walk goes on at the event where it stood, so that the rest of the element is read as its parent's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import pyarrow as pa

from hiveframe.errors import SparkException
from hiveframe.functions.datetime_reader import ReadingRules
from hiveframe.functions.datetime_text import parse_timestamp, parse_timestamp_ntz
from hiveframe.functions.sql import physical_field_names
from hiveframe.functions.xml_events import BadXml, End, Events, Start, Text, read_events
from hiveframe.functions.xml_options import XmlOptions
from hiveframe.functions.xml_validation import Validator
from hiveframe.plan import types as t
from hiveframe.plan.types import ArrayType, DataType, MapType, StructType

Attributes = Sequence[tuple[str, str]]
_DAY_US: Final = 86_400_000_000
_BITS: Final[Mapping[type[DataType], int]] = {t.ByteType: 8, t.ShortType: 16, t.IntegerType: 32, t.LongType: 64}


class Misfit(ValueError):
    """A value that its type cannot hold."""


class PartialRow(Exception):
    """A row of which some value did not fit."""

    def __init__(self, row: list[Any]) -> None:
        super().__init__()
        self.row = row


class XmlReader:
    """Reads records as `schema`; rows are lists in the schema's order."""

    def __init__(self, schema: StructType, options: XmlOptions) -> None:
        self._schema = schema
        self._options = options
        self._places: dict[int, dict[str, int]] = {}
        self._corrupt = self._place(schema, options.corrupt_column)
        self._validator = Validator(options.xsd_path) if options.xsd_path is not None else None

    def rows_of(self, documents: pa.Array, arrow_type: pa.DataType) -> pa.Array:
        """One row a document, as a struct array; its root is the record, whatever it is called."""
        made = [None if d is None else self._packed(self.record(d)) for d in documents.to_pylist()]
        return pa.array(made, arrow_type)

    def record(self, document: str) -> list[Any]:
        """The one record of a document; FAILFAST raises for a bad one."""
        row = self._document(document)
        if row is None or isinstance(row, PartialRow):
            if self._options.mode == "FAILFAST":
                shown = f"[{','.join(['null'] * len(self._schema.fields))}]"
                params = {"badRecord": shown, "failFastMode": "FAILFAST"}
                raise SparkException("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", params)
            return self._corrupted(row, document)
        return row

    def records(self, content: str, path: str) -> Iterator[list[Any]]:
        """The records of a file, told by the row tag; what follows broken XML is lost."""
        events = read_events(content)
        validator = self._validator.records_of(events) if self._validator is not None else None
        while True:
            row: list[Any] | PartialRow | None
            try:
                start = skip_to(events, self._options)
                if start is None:
                    return
                if validator is None or validator.accepts_next():
                    row = self._object(events, self._schema, start.attributes)
                else:
                    skip_element(events)
                    row = PartialRow([None] * len(self._schema.fields))
            except PartialRow as partial:
                row = partial
            except BadXml:
                row = None
            if row is not None and not isinstance(row, PartialRow):
                yield row
                continue
            if self._options.mode == "FAILFAST":
                raise SparkException("FAILED_READ_FILE.NO_HINT", {"path": f"file://{path}"})
            if self._options.mode != "DROPMALFORMED":
                yield self._corrupted(row, content)
            if row is None:
                return

    def documents(self, texts: Iterable[str], path: str | None = None) -> Iterator[list[Any]]:
        """The one record of each text that is not blank; they are lines of a file, or rows in memory."""
        for text in texts:
            if not text.strip():
                continue
            row = self._document(text)
            if isinstance(row, list):
                yield row
            elif self._options.mode == "FAILFAST" and path is not None:
                raise SparkException("FAILED_READ_FILE.NO_HINT", {"path": f"file://{path}"})
            elif self._options.mode != "DROPMALFORMED":
                yield self.record(text)

    def _document(self, document: str) -> list[Any] | PartialRow | None:
        events = read_events(document)
        try:
            root = events.next()
            while isinstance(root, Text):
                root = events.next()
            if self._validator is not None and events.failure is None and not self._validator.accepts(document):
                return None
            return self._object(events, self._schema, root.attributes if isinstance(root, Start) else ())
        except PartialRow as partial:
            return partial
        except BadXml:
            return None

    def _corrupted(self, row: PartialRow | None, document: str) -> list[Any]:
        values = row.row if row is not None else [None] * len(self._schema.fields)
        if self._corrupt is not None:
            values[self._corrupt] = document
        return values

    def _packed(self, row: list[Any]) -> dict[str, Any]:
        return dict(zip(physical_field_names(self._schema), row, strict=True))

    # ------------------------------------------------------------------------------------------------- elements

    def _object(self, events: Events, schema: StructType, attributes: Attributes = ()) -> list[Any]:
        """A row of what stands up to the next end of an element."""
        row: list[Any] = [None] * len(schema.fields)
        self._put_attributes(row, schema, attributes)
        has_failed = False
        while True:
            event = events.next()
            if event is None or isinstance(event, End):
                break
            if isinstance(event, Start):
                try:
                    self._child(events, row, schema, event)
                except (Misfit, PartialRow):
                    has_failed = True
            elif not event.is_blank:
                try:
                    self._text(row, schema, event.data)
                except Misfit:
                    has_failed = True
        if has_failed:
            raise PartialRow(row)
        return row

    def _child(self, events: Events, row: list[Any], schema: StructType, start: Start) -> None:
        name = self._options.name(start.name)
        place = self._place(schema, name)
        if place is None:
            self._unknown_child(events, row, schema, start)
            return
        dtype = schema.fields[place].dtype
        match dtype:
            case StructType():
                row[place] = self._struct(events, dtype, start.attributes)
            case ArrayType(element):
                if isinstance(element, StructType):
                    value = self._struct(events, element, start.attributes)
                else:
                    value = self._field(events, element)
                row[place] = [*(row[place] or ()), value]
            case _:
                row[place] = self._field(events, dtype, start.attributes)

    def _unknown_child(self, events: Events, row: list[Any], schema: StructType, start: Start) -> None:
        place = next((i for i, f in enumerate(schema.fields) if f.name == self._options.wildcard), None)
        if place is None:
            skip_element(events)
            return
        value = self._field(events, t.STRING)
        is_list = isinstance(schema.fields[place].dtype, ArrayType)
        row[place] = [*(row[place] or ()), value] if is_list else value

    def _text(self, row: list[Any], schema: StructType, data: str) -> None:
        place = next((i for i, f in enumerate(schema.fields) if f.name == self._options.value_tag), None)
        if place is None:
            return
        dtype = schema.fields[place].dtype
        if isinstance(dtype, ArrayType):
            row[place] = [*(row[place] or ()), self._value(data, dtype.element)]
        else:
            row[place] = self._value(data, dtype)

    def _struct(self, events: Events, dtype: StructType, attributes: Attributes) -> dict[str, Any]:
        row: list[Any] = [None] * len(dtype.fields)
        self._put_attributes(row, dtype, attributes)
        inner = self._field(events, dtype)
        if isinstance(inner, dict):
            given = list(inner.values())
            row = [x if x is not None else y for x, y in zip(row, given, strict=True)]
        return dict(zip(physical_field_names(dtype), row, strict=True))

    def _field(self, events: Events, dtype: DataType, attributes: Attributes = ()) -> Any:
        """The value of the element that has begun; its end is passed."""
        event = events.peek()
        while isinstance(event, Text) and event.is_blank and not isinstance(dtype, (ArrayType, StructType, *_TEXTS)):
            events.next()
            event = events.peek()
        if event is None or isinstance(event, End):
            events.next()
            return "" if isinstance(dtype, _TEXTS) and self._options.null_value != "" else None
        match dtype:
            case StructType():
                return dict(zip(physical_field_names(dtype), self._object(events, dtype), strict=True))
            case t.StringType() | t.CharType() | t.VarcharType():
                return self._value(self._inner_text(events), dtype)
            case MapType(_, item) if isinstance(event, Start):
                return self._map(events, item, attributes)
            case ArrayType(element) if isinstance(event, Start):
                return self._field(events, element)
        if isinstance(event, Start):
            raise Misfit(event.name)
        element = dtype.element if isinstance(dtype, ArrayType) else dtype
        value = self._value(event.data, element)
        events.next()
        _skip_rest(events)
        return value

    def _map(self, events: Events, item: DataType, attributes: Attributes) -> list[tuple[str, Any]]:
        pairs = {self._options.attribute_prefix + name: self._value(value, item) for name, value in attributes}
        while True:
            event = events.next()
            if event is None or isinstance(event, End):
                return list(pairs.items())
            if isinstance(event, Start):
                pairs[self._options.name(event.name)] = self._field(events, item)
            elif not event.is_blank:
                pairs[self._options.value_tag] = self._value(event.data, item)

    def _inner_text(self, events: Events) -> str:
        """What stands within the element, markup included."""
        parts: list[str] = []
        depth = 0
        while True:
            event = events.next()
            match event:
                case Start(name, attributes):
                    shown = "".join(f' {self._options.name(n)}="{v}"' for n, v in attributes)
                    parts.append(f"<{name}{shown}>")
                    depth += 1
                case End(name):
                    if depth == 0:
                        return "".join(parts)
                    parts.append(f"</{name}>")
                    depth -= 1
                case Text(data):
                    parts.append(data)
                case None:
                    return "".join(parts)

    def _put_attributes(self, row: list[Any], schema: StructType, attributes: Attributes) -> None:
        if self._options.excludes_attributes:
            return
        for name, value in attributes:
            place = self._place(schema, self._options.attribute_prefix + self._options.name(name))
            if place is not None:
                row[place] = self._value(value, schema.fields[place].dtype)

    def _place(self, schema: StructType, name: str) -> int | None:
        places = self._places.get(id(schema))
        if places is None:
            places = {}
            for i, f in enumerate(schema.fields):
                places.setdefault(self._key(f.name), i)
            self._places[id(schema)] = places
        return places.get(self._key(name))

    def _key(self, name: str) -> str:
        return name if self._options.case_sensitive else name.lower()

    def _value(self, written: str, dtype: DataType) -> Any:
        text = written.strip(_JAVA_BLANK) if self._options.trims else written
        if text == self._options.null_value:
            return None
        convert = _ATOMS.get(type(dtype))
        if convert is None:
            raise Misfit(text)
        return convert(text, dtype, self._options)


def skip_to(events: Events, options: XmlOptions) -> Start | None:
    """The next record's beginning."""
    while True:
        event = events.next()
        if event is None:
            return None
        if isinstance(event, Start) and options.name(event.name) == options.row_tag:
            return event


def skip_element(events: Events) -> None:
    """Up to the end of the element that has begun, which is passed."""
    depth = 0
    while True:
        event = events.next()
        if event is None or (isinstance(event, End) and depth == 0):
            return
        depth += isinstance(event, Start)
        depth -= isinstance(event, End)


def _skip_rest(events: Events) -> None:
    """Up to the end of the element, which is passed; another element instead is a misfit."""
    while isinstance(events.peek(), Text):
        events.next()
    if isinstance(events.peek(), Start):
        raise Misfit("an element")
    events.next()


# ---------------------------------------------------------------------------------------------------------- atoms

_JAVA_BLANK: Final = "".join(map(chr, range(33)))
_TEXTS: Final = (t.StringType, t.CharType, t.VarcharType)
_INTEGER: Final = re.compile(r"[+-]?[0-9]+")
_FLOAT: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[fFdD]?|[+-]?NaN|[+-]?Infinity")
_LEADING: Final = re.compile(r"-?(?:[0-9][0-9,]*\.?[0-9]*|\.[0-9]+)(?:E-?[0-9]+)?")


def _text(text: str, dtype: DataType, options: XmlOptions) -> str:
    return text


def _integer(text: str, dtype: DataType, options: XmlOptions) -> int:
    if _INTEGER.fullmatch(text) is None:
        raise Misfit(text)
    value, bits = int(text), _BITS[type(dtype)]
    if not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
        raise Misfit(text)
    return value


def _floating(text: str, dtype: DataType, options: XmlOptions) -> float:
    """Java's numbers, else what leads the text, with commas between thousands."""
    stripped = text.strip(_JAVA_BLANK)
    if _FLOAT.fullmatch(stripped):
        return float(stripped.rstrip("fFdD") if stripped[-1] in "fFdD" else stripped)
    sign = -1.0 if text.startswith("-") else 1.0
    found = _LEADING.match(text[1:] if text[:1] in ("+", "-") and text else text)
    if found is None:
        raise Misfit(text)
    return sign * float(found.group().replace(",", ""))


def _boolean(text: str, dtype: DataType, options: XmlOptions) -> bool:
    lowered = text.lower()
    if lowered not in ("true", "1", "false", "0"):
        raise Misfit(text)
    return lowered in ("true", "1")


def _decimal(text: str, dtype: DataType, options: XmlOptions) -> Decimal:
    assert isinstance(dtype, t.DecimalType)
    try:
        exact = Decimal(text.replace(",", "")).quantize(Decimal(1).scaleb(-dtype.scale), rounding="ROUND_HALF_UP")
    except InvalidOperation as error:
        raise Misfit(text) from error
    if not exact.is_finite() or len(exact.as_tuple().digits) > dtype.precision:
        raise Misfit(text)
    return exact


def _known(value: int | None, text: str) -> int:
    if value is None:
        raise Misfit(text)
    return value


def read_date(text: str, options: XmlOptions) -> int | None:
    """Days since the epoch by the pattern."""
    micros = ReadingRules(None, None).row(text, options.date_format)
    return None if micros is None else micros // _DAY_US


def read_timestamp(text: str, options: XmlOptions) -> int | None:
    """Microseconds since the epoch, by the pattern if there is one."""
    if options.timestamp_format is None:
        return parse_timestamp(text, options.time_zone)
    return ReadingRules(options.time_zone, None).row(text, options.timestamp_format)


def read_timestamp_ntz(text: str, options: XmlOptions) -> int | None:
    """Microseconds of a wall clock, by the pattern if there is one."""
    if options.timestamp_ntz_format is None:
        return parse_timestamp_ntz(text)
    return ReadingRules(None, None).row(text, options.timestamp_ntz_format)


_ATOMS: Final[Mapping[type[DataType], Callable[[str, Any, XmlOptions], Any]]] = {
    t.NullType: lambda text, dtype, options: None,
    t.StringType: _text,
    t.CharType: _text,
    t.VarcharType: _text,
    t.BooleanType: _boolean,
    t.ByteType: _integer,
    t.ShortType: _integer,
    t.IntegerType: _integer,
    t.LongType: _integer,
    t.FloatType: _floating,
    t.DoubleType: _floating,
    t.DecimalType: _decimal,
    t.DateType: lambda text, dtype, options: _known(read_date(text, options), text),
    t.TimestampType: lambda text, dtype, options: _known(read_timestamp(text, options), text),
    t.TimestampNTZType: lambda text, dtype, options: _known(read_timestamp_ntz(text, options), text),
}
