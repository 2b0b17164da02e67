"""XML as a list of events: elements that begin and end, and the texts between; comments split texts.

Names keep their prefixes and declarations of namespaces are attributes, as Spark reads XML. Entities from outside are
never fetched: a reference to one is no event.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.parsers import expat


class BadXml(ValueError):
    """Text that is no XML."""


@dataclass(frozen=True, slots=True)
class Start:
    """An element begins; attributes are in the document's order."""

    name: str
    attributes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class End:
    """An element ends."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """Characters."""

    data: str

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing but white space."""
        return not self.data.strip(" \t\r\n")


Event = Start | End | Text


@dataclass(slots=True)
class Events:
    """Events in order; `failure` is why they end early. The place moves on as they are read."""

    events: list[Event]
    failure: str | None
    at: int = 0

    def peek(self) -> Event | None:
        """The next event; None at the end. BadXml where the document is broken."""
        if self.at < len(self.events):
            return self.events[self.at]
        if self.failure is not None:
            raise BadXml(self.failure)
        return None

    def next(self) -> Event | None:
        """The next event, passed."""
        event = self.peek()
        self.at += 1
        return event


def read_events(document: str | bytes, encoding: str | None = None) -> Events:
    """The events of a document."""
    found: list[Event] = []
    parser = expat.ParserCreate(encoding)
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.buffer_size = 1 << 20

    def start(name: str, attributes: list[str]) -> None:
        found.append(Start(name, tuple(zip(attributes[::2], attributes[1::2], strict=True))))

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: found.append(End(name))
    parser.CharacterDataHandler = lambda data: found.append(Text(data))
    parser.CommentHandler = lambda data: None  # ends the text before it
    parser.ProcessingInstructionHandler = lambda target, data: None
    try:
        parser.Parse(document, True)
    except expat.ExpatError as error:
        return Events(found, str(error))
    return Events(found, None)
