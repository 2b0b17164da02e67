"""Records held against an XSD (`rowValidationXSDPath`), by the package `xmlschema`.

Source: Spark's `ValidatorUtil` and `StaxXMLRecordReader`. A schema may include others beside it; nothing is fetched
from a network, and locations that documents name are not followed.
"""

from __future__ import annotations

import os
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from hiveframe.errors import SparkException, UnsupportedOperationException
from hiveframe.functions.text_options import refused
from hiveframe.functions.xml_events import End, Event, Events, Start, Text


class Validator:
    """An XSD by its path or `file:` URI; the FAILED_READ_FILE.FILE_NOT_EXIST family where there is none."""

    def __init__(self, path: str) -> None:
        try:
            import xmlschema
        except ImportError as error:
            given = {"feature": "rowValidationXSDPath", "extra": "xml"}
            raise UnsupportedOperationException("MISSING_EXTRA", given) from error
        local = os.path.abspath("/" + path[5:].lstrip("/") if path.startswith("file:") else path)
        if not os.path.isfile(local):
            raise SparkException("FAILED_READ_FILE.FILE_NOT_EXIST", {"path": f"file:{local}"})
        try:
            self._schema: Any = xmlschema.XMLSchema(local, allow="local")
        except (xmlschema.XMLSchemaException, SyntaxError) as error:
            raise refused(f"rowValidationXSDPath: {local} is no XSD: {error}") from error

    def accepts(self, document: str) -> bool:
        """Whether a document of well-formed XML is as the schema says."""
        return bool(self._schema.is_valid(document.lstrip(), use_location_hints=False))

    def records_of(self, events: Events) -> RecordValidator:
        """For records that are elements within a document."""
        return RecordValidator(self, events)


class RecordValidator:
    """Holds the elements of one document against a schema, each as it would stand alone."""

    def __init__(self, validator: Validator, events: Events) -> None:
        self._validator = validator
        self._events = events
        self._passed = 0
        self._open: list[dict[str, str]] = [{}]

    def accepts_next(self) -> bool:
        """Whether the element that has just begun is as the schema says; one that never ends is left to the reader."""
        start = self._events.at - 1
        for event in self._events.events[self._passed : start]:
            self._pass(event)
        self._passed = start
        parts: list[str] = []
        depth = 0
        for event in self._events.events[start:]:
            parts.append(self._written(event, is_root=not parts))
            depth += isinstance(event, Start)
            depth -= isinstance(event, End)
            if depth == 0:
                return self._validator.accepts("".join(parts))
        return True

    def _pass(self, event: Event) -> None:
        if isinstance(event, Start):
            declared = {name: uri for name, uri in event.attributes if name == "xmlns" or name.startswith("xmlns:")}
            self._open.append(self._open[-1] | declared)
        elif isinstance(event, End):
            self._open.pop()

    def _written(self, event: Event, *, is_root: bool) -> str:
        match event:
            case Start(name, attributes):
                given = (self._open[-1] if is_root else {}) | dict(attributes)
                return f"<{name}{''.join(f' {n}={quoteattr(v)}' for n, v in given.items())}>"
            case End(name):
                return f"</{name}>"
            case Text(data):
                return escape(data)
