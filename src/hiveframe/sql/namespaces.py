"""CREATE and ALTER DATABASE.

Source: the namespace alternatives of rule statement of SqlBaseParser.g4.
"""

from __future__ import annotations

from typing import Any, Final

from hiveframe.errors import ParseException
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.sql.alter_table import AlterTableGrammar

NAMESPACE: Final = ("NAMESPACE", "DATABASE", "SCHEMA")


class NamespaceGrammar(AlterTableGrammar):
    """Reads definitions of databases."""

    __slots__ = ()

    def create_namespace(self) -> spec.Command:
        """`CREATE DATABASE [IF NOT EXISTS] name [COMMENT …] [LOCATION …] [WITH DBPROPERTIES …]`."""
        start = self.i
        self.expect("CREATE")
        self.expect_any(*NAMESPACE)
        if_not_exists = self.accept_if_not_exists()
        name = self.table_name()
        found: dict[str, Any] = {}
        while self.kind in ("COMMENT", "LOCATION", "WITH", "DEFAULT"):
            at = self.i
            kind = self.kind
            if kind == "DEFAULT":
                self.set_once(found, "collation", self._schema_collation(), "DEFAULT COLLATION", at)
                continue
            self.advance()
            if kind == "COMMENT":
                self.set_once(found, "comment", self.string(), kind, at)
            elif kind == "LOCATION":
                self.set_once(found, "location", self.string(), kind, at)
            else:
                self.expect_any("DBPROPERTIES", "PROPERTIES")
                self.set_once(found, "properties", self.properties(), "WITH PROPERTIES", at)
        return c.CreateNamespace(name, if_not_exists, **found, origin=self.origin(start))

    def _schema_collation(self) -> str:
        """Spark has it behind a setting."""
        enabled = self.conf.get("spark.sql.collation.schemaLevel.enabled") if self.conf is not None else None
        if (enabled or "").lower() != "true":
            raise ParseException("UNSUPPORTED_FEATURE.SCHEMA_LEVEL_COLLATIONS")
        return self.default_collation()

    def set_once(self, found: dict[str, Any], key: str, value: Any, clause: str, start: int) -> None:
        """Adds what a clause said; a clause said twice is an error."""
        if key in found:
            raise self.error("DUPLICATE_CLAUSES", start, clauseName=clause)
        found[key] = value

    def alter_namespace(self) -> spec.Command:
        """`ALTER DATABASE name SET DBPROPERTIES … | UNSET DBPROPERTIES … | SET LOCATION …`."""
        start = self.i
        self.expect("ALTER")
        self.expect_any(*NAMESPACE)
        name = self.table_name()
        found: dict[str, Any] = {}
        if self.accept("UNSET"):
            self.expect_any("DBPROPERTIES", "PROPERTIES")
            found["unset_properties"] = self.property_keys()
        elif self.kind == "DEFAULT":
            found["collation"] = self._schema_collation()
        else:
            self.expect("SET")
            if self.accept("LOCATION"):
                found["location"] = self.string()
            else:
                self.expect_any("DBPROPERTIES", "PROPERTIES", "LOCATION")
                found["properties"] = self.properties()
        return c.AlterNamespace(name, **found, origin=self.origin(start))
