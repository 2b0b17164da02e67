"""XML documents as XPath sees them: a root, elements, attributes, texts, each with its place in the document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat


@dataclass(eq=False, slots=True)
class XmlNode:
    """A node. `kind` is root, element, attribute or text; `order` counts in document order."""

    kind: str
    order: int
    name: str = ""
    text: str = ""  # of attributes and texts
    parent: XmlNode | None = None
    children: list[XmlNode] = field(default_factory=list)
    attributes: list[XmlNode] = field(default_factory=list)

    @property
    def value(self) -> str:
        """XPath's string value: the text within."""
        if self.kind in ("attribute", "text"):
            return self.text
        return "".join(node.text for node in self.descendants() if node.kind == "text")

    def descendants(self) -> Iterator[XmlNode]:
        """The nodes below, in document order."""
        stack = self.children[::-1]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))


class BadXml(ValueError):
    """Text that is not well-formed XML."""


def parse_xml(document: str) -> XmlNode:
    """The root of a document; BadXml when it is not well-formed."""
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    try:
        parser.Parse(document, True)
    except expat.ExpatError as error:
        raise BadXml(str(error)) from None
    return builder.root


class _Builder:
    def __init__(self) -> None:
        self.root = XmlNode("root", 0)
        self._at = self.root
        self._count = 0

    def _next(self) -> int:
        self._count += 1
        return self._count

    def start(self, name: str, attributes: list[str]) -> None:
        """An element begins; attributes are names and values in turn."""
        node = XmlNode("element", self._next(), name, parent=self._at)
        for key, value in zip(attributes[::2], attributes[1::2], strict=True):
            node.attributes.append(XmlNode("attribute", self._next(), key, value, node))
        self._at.children.append(node)
        self._at = node

    def end(self, name: str) -> None:
        """An element ends."""
        assert self._at.parent is not None
        self._at = self._at.parent

    def characters(self, text: str) -> None:
        """Text stands here; CDATA joins what is around it."""
        last = self._at.children[-1] if self._at.children else None
        if last is not None and last.kind == "text":
            last.text += text
        else:
            self._at.children.append(XmlNode("text", self._next(), text=text, parent=self._at))
