"""Keys and values in parentheses: OPTIONS, TBLPROPERTIES, DBPROPERTIES.

Source: rules propertyList and expressionPropertyList of SqlBaseParser.g4.
"""

from __future__ import annotations

from collections.abc import Mapping

from hiveframe.sql.primaries import PrimaryGrammar


class PropertyGrammar(PrimaryGrammar):
    """Reads property lists."""

    __slots__ = ()

    def properties(self) -> Mapping[str, str]:
        """`(key = value, …)`; a key without value is refused, as in Spark."""
        start = self.i
        found: dict[str, str] = {}
        empty: list[str] = []
        for key, value in self._property_items():
            if key in found:
                raise self.error("DUPLICATE_KEY", start, keyColumn=f"`{key}`")
            if value is None:
                empty.append(key)
            found[key] = value or ""
        if empty:
            message = f"Values must be specified for key(s): {'[' + ','.join(empty) + ']'}"
            raise self.error("_LEGACY_ERROR_TEMP_0035", start, message=message)
        return found

    def property_keys(self) -> tuple[str, ...]:
        """`(key, …)`; a value is refused."""
        start = self.i
        items = self._property_items()
        keys = [key for key, _ in items]
        twice = next((key for n, key in enumerate(keys) if key in keys[:n]), None)
        if twice is not None:
            raise self.error("DUPLICATE_KEY", start, keyColumn=f"`{twice}`")
        valued = [key for key, value in items if value is not None]
        if valued:
            message = f"Values should not be specified for key(s): {'[' + ','.join(valued) + ']'}"
            raise self.error("_LEGACY_ERROR_TEMP_0035", start, message=message)
        return tuple(keys)

    def _property_items(self) -> list[tuple[str, str | None]]:
        self.expect("(")
        items = [self._property()]
        while self.accept(","):
            items.append(self._property())
        self.expect(")")
        return items

    def _property(self) -> tuple[str, str | None]:
        key = self.property_key()
        if self.accept("="):
            return key, self._property_value()
        if self.kind in (",", ")"):
            return key, None
        return key, self._property_value()

    def property_key(self) -> str:
        """A key: names joined by dots, or a string; several strings are one key only before `=` or `)`."""
        if self.kind == "string":
            end = self.i
            while self.kinds[end] == "string":
                end += 1
            if self.kinds[end] == "=" or end == self.i + 1:
                return self.string()
            value = self.unquote(self.token_text())
            self.advance()
            return value
        return ".".join(self.multipart_name())

    def _property_value(self) -> str:
        kind = self.kind
        if kind == "string":
            return self.string()
        if kind in ("integer", "decimal"):
            value = self.token_text()
        elif kind in ("TRUE", "FALSE"):
            value = kind.lower()
        else:
            self.fail("a property's value")
        self.advance()
        return value

    def option_expressions(self) -> Mapping[str, str]:
        """`OPTIONS (key value, …)` of CREATE TABLE: a value may be a constant expression; its text is kept."""
        start = self.i
        self.expect("(")
        found: dict[str, str] = {}
        while True:
            key = self.property_key()
            if key in found:
                raise self.error("DUPLICATE_KEY", start, keyColumn=f"`{key}`")
            self.accept("=")
            if self.kind == "string" and self.peek() in (",", ")"):
                found[key] = self.string()
            elif self.kind in (",", ")"):
                found[key] = ""
            else:
                at = self.i
                self.expression()
                text = self.text_from(at)
                found[key] = text.lower() if text.upper() in ("TRUE", "FALSE") else text
            if not self.accept(","):
                break
        self.expect(")")
        return found
