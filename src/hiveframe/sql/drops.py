"""DROP, whatever it drops.

Source: the DROP alternatives of rule statement of SqlBaseParser.g4.
"""

from __future__ import annotations

from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.sql.namespaces import NAMESPACE
from hiveframe.sql.views import ViewGrammar


class DropGrammar(ViewGrammar):
    """Reads DROP statements."""

    __slots__ = ()

    def drop(self) -> spec.Command:
        """Any DROP statement."""
        start = self.i
        self.expect("DROP")
        kind = self.kind
        if kind in NAMESPACE:
            self.advance()
            if_exists = self.accept_if_exists()
            name = self.table_name()
            cascade = self.accept_any(("RESTRICT", "CASCADE")) == "CASCADE"
            return c.DropNamespace(name, if_exists, cascade, origin=self.origin(start))
        if kind in ("TABLE", "VIEW"):
            self.advance()
            if_exists = self.accept_if_exists()
            name = self.table_name()
            purge = kind == "TABLE" and self.accept("PURGE")
            return c.DropTable(name, if_exists, purge, kind == "VIEW", origin=self.origin(start))
        temporary = self.accept("TEMPORARY")
        if self.accept("FUNCTION"):
            if_exists = self.accept_if_exists()
            function = self.table_name()
            if temporary and len(function.parts) > 1:
                raise self.qualified_temporary(start, function, "FUNCTION")
            return c.DropFunction(function, if_exists, temporary, origin=self.origin(start))
        if temporary and self.accept_any(("VARIABLE", "VAR")):
            if_exists = self.accept_if_exists()
            return c.DropVariable(self.table_name(), if_exists, origin=self.origin(start))
        if kind == "INDEX":
            raise self.unsupported("DROP INDEX", start)
        if kind == "ROLE" or (temporary and self.kind == "MACRO"):
            raise self.not_valid("DROP ROLE" if kind == "ROLE" else "DROP TEMPORARY MACRO", start)
        raise self.syntax_error("TABLE, VIEW, DATABASE, FUNCTION or TEMPORARY VARIABLE")
