"""SET in its many forms, RESET and USE.

Source: rule setResetStatement of SqlBaseParser.g4; the raw text of SET and RESET is read as in `SparkSqlAstBuilder`.
"""

from __future__ import annotations

import re
from typing import Final

from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.sql.identifiers import unquote_identifier
from hiveframe.sql.namespaces import NAMESPACE
from hiveframe.sql.show import ShowGrammar


class SettingGrammar(ShowGrammar):
    """Reads statements that change settings, variables and where names are looked up."""

    __slots__ = ()

    def set_statement(self) -> spec.Command:
        """Any SET statement."""
        start = self.i
        self.expect("SET")
        kind = self.kind
        if kind == "TIME" and self.peek() == "ZONE":
            return self._time_zone(start)
        if kind == "CATALOG" and self.peek() not in ("=", ".", "eof", ";"):
            return self._catalog(start)
        if kind in ("VARIABLE", "VAR") and (self.peek() in self.identifiers or self.peek() == "("):
            self.advance()
            return self._variables(start)
        if kind == "ROLE":
            raise self.not_valid("SET ROLE", start)
        if kind == "PATH" and self.peek() == "=":
            raise self.unsupported("SET PATH", start)
        if kind == "quoted" and self.peek() in ("=", "eof", ";"):
            return self._quoted_key(start)
        found = self._quoted_value(start)
        return found if found is not None else self._raw_setting(start)

    def rest_of_text(self) -> str:
        """The text from the cursor to the end, which is stepped over."""
        text = self.text[self.starts[self.i] :]
        while self.kind != "eof":
            self.advance()
        return text.strip()

    def _raw_setting(self, start: int) -> spec.Command:
        rest = self.rest_of_text()
        match = _KEY_VALUE.fullmatch(rest)
        if match:
            return c.SetConf(match[1], match[2].strip(), origin=self.origin(start))
        match = _KEY.fullmatch(rest)
        if match:
            return c.SetConf(match[1], origin=self.origin(start))
        if rest.rstrip("; \n") == "-v":
            return c.SetConf(verbose=True, origin=self.origin(start))
        if not rest.strip("; \n"):
            return c.SetConf(origin=self.origin(start))
        raise self.error("INVALID_SET_SYNTAX", start)

    def _quoted_key(self, start: int) -> spec.Command:
        """``SET `key` = value``."""
        key = unquote_identifier(self.token_text())
        self.advance()
        if not self.accept("="):
            return c.SetConf(key, origin=self.origin(start))
        if self.kind == "quoted" and self.peek() in ("eof", ";"):
            value = unquote_identifier(self.token_text())
            self.advance()
            return c.SetConf(key, value, origin=self.origin(start))
        rest = self.rest_of_text()
        match = _VALUE.fullmatch(rest)
        if match is None:
            raise self.error("INVALID_PROPERTY_VALUE", start, value=f"`{rest}`", key=f"`{key}`")
        return c.SetConf(key, match[1].strip(), origin=self.origin(start))

    def _quoted_value(self, start: int) -> spec.Command | None:
        """``SET key = `value` ``, if that is what stands here."""
        i = self.i
        while self.kinds[i] not in ("eof", "="):
            i += 1
        if self.kinds[i] != "=" or self.kinds[i + 1] != "quoted" or self.kinds[i + 2] not in ("eof", ";"):
            return None
        key = self.text[self.starts[self.i] : self.starts[i]].strip()
        value = unquote_identifier(self.token_text(i + 1))
        self.skip(i + 2 - self.i)
        match = _KEY.fullmatch(key)
        if match is None:
            raise self.error("INVALID_PROPERTY_KEY", start, key=f"`{key}`", value=f"`{value}`")
        return c.SetConf(key, value, origin=self.origin(start))

    def _time_zone(self, start: int) -> spec.Command:
        self.expect("TIME", "ZONE")
        value: spec.Expr | str
        if self.kind == "INTERVAL":
            value = self.interval()
        elif self.accept("LOCAL"):
            value = "LOCAL"
        elif self.kind == "string":
            value = self.string()
        else:
            raise self.error("_LEGACY_ERROR_TEMP_0045", start)
        return c.SetTimeZone(value, origin=self.origin(start))

    def _catalog(self, start: int) -> spec.Command:
        self.expect("CATALOG")
        if self.kind == "string" and self.peek() in ("eof", ";"):
            name = spec.TableName((self.string(),))
        elif self.kind in self.identifiers and self.peek() in ("eof", ";", "-"):
            name = spec.TableName((self.name(),))
        else:
            name = spec.TableName((), self.expression())
        return c.UseNamespace(name, True, origin=self.origin(start))

    def _variables(self, start: int) -> spec.Command:
        """`SET VARIABLE a = expression, …` or `SET VARIABLE (a, b) = (query)`."""
        if self.accept("("):
            targets = self.multipart_names()
            self.expect(")", "=", "(")
            query = self.query()
            self.expect(")")
            return c.SetVariable((), targets, query, origin=self.origin(start))
        self.in_dml = True
        assignments = self.assignments()
        return c.SetVariable(assignments, origin=self.origin(start))

    def reset_statement(self) -> spec.Command:
        """`RESET [key]`."""
        start = self.i
        self.expect("RESET")
        if self.kind == "quoted" and self.peek() in ("eof", ";"):
            key = unquote_identifier(self.token_text())
            self.advance()
            return c.ResetConf(key, origin=self.origin(start))
        rest = self.rest_of_text().rstrip("; \n")
        if not rest:
            return c.ResetConf(origin=self.origin(start))
        if _KEY.fullmatch(rest) is None:
            raise self.error("INVALID_RESET_COMMAND_FORMAT", start)
        return c.ResetConf(rest, origin=self.origin(start))

    def use(self) -> spec.Command:
        """`USE [DATABASE] name`."""
        start = self.i
        self.expect("USE")
        if self.kind in NAMESPACE and self.peek() in self.identifiers:
            self.advance()
        return c.UseNamespace(self.table_name(), origin=self.origin(start))


_KEY_VALUE: Final = re.compile(r"([a-zA-Z_\d\\.:]+)\s*=([^;]*);*\s*", re.DOTALL)
_KEY: Final = re.compile(r"([a-zA-Z_\d\\.:]+)[;\s]*")
_VALUE: Final = re.compile(r"([^;]*);*\s*", re.DOTALL)
