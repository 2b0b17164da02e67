"""How a table is named in a query: its name, IDENTIFIER in its place, alias, watermark.

Source: rules identifierReference, tableAlias and watermarkClause of SqlBaseParser.g4.
"""

from __future__ import annotations

from hiveframe.plan import spec
from hiveframe.sql.identifiers import parse_multipart_identifier
from hiveframe.sql.primaries import constant_text
from hiveframe.sql.properties import PropertyGrammar


class TableReferenceGrammar(PropertyGrammar):
    """Reads the names of tables and what they are called in a query."""

    __slots__ = ()

    def table_name(self) -> spec.TableName:
        """A table's name, or `IDENTIFIER(expression)` in its place."""
        if self.kind == "IDENTIFIER" and self.peek() == "(":
            self.skip(2)
            clause = self.expression()
            self.expect(")")
            text = constant_text(clause)
            if text is not None:
                parts = parse_multipart_identifier(text)
                while self.accept("."):
                    parts = (*parts, self.name())
                return spec.TableName(parts)
            return spec.TableName((), clause)
        return spec.TableName(self.multipart_name())

    def watermark(self, child: spec.Relation) -> spec.Relation:
        """`child` with its `WATERMARK column DELAY OF interval`, if one follows."""
        if self.kind != "WATERMARK" or self.peek() not in self.identifiers or self.peek(2) != "DELAY":
            return child
        start = self.i
        self.advance()
        column = self.identifier()
        self.expect("DELAY", "OF")
        delay_at = self.i
        self.interval()
        delay = self.text_from(delay_at)[len("INTERVAL") :].strip()
        return spec.WithWatermark(child, column, delay, origin=self.origin(start))

    def table_alias(self) -> tuple[str, tuple[str, ...]] | None:
        """`[AS] name [(columns)]`, or None."""
        if self.kind == "AS":
            self.advance()
        elif self.kind not in self.strict_identifiers or not self.at_alias():
            return None
        name = self.strict_identifier()
        return name, self.name_list() if self.kind == "(" else ()

    def aliased(self, start: int, relation: spec.Relation) -> spec.Relation:
        """`relation`, under its alias if one follows; it began at token `start`."""
        alias = self.table_alias()
        if alias is None:
            return relation
        return spec.SubqueryAlias(relation, alias[0], alias[1], origin=self.origin(start))
