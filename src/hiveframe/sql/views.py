"""CREATE VIEW, in its persistent, temporary and global forms.

Source: rules createView and createTempViewUsing of SqlBaseParser.g4.
"""

from __future__ import annotations

from typing import Any

from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.sql.routines import RoutineGrammar


class ViewGrammar(RoutineGrammar):
    """Reads definitions of views."""

    __slots__ = ()

    def create_view(self) -> spec.Command:
        """`CREATE [OR REPLACE] [[GLOBAL] TEMPORARY] VIEW name [(columns)] … AS query`, or `… USING format`."""
        start = self.i
        self.expect("CREATE")
        replace = self.accept("OR", "REPLACE")
        is_global = self.accept("GLOBAL")
        temporary = self.accept("TEMPORARY")
        if is_global and not temporary:
            self.fail("'TEMPORARY'")
        self.expect("VIEW")
        if_not_exists = self.accept_if_not_exists()
        name = self.table_name()
        if temporary and self._is_view_using():
            return self._view_using(start, name, replace, is_global)
        columns: tuple[tuple[str, str | None], ...] = ()
        if self.kind == "(":
            columns = self._view_columns()
        found: dict[str, Any] = {}
        while self.kind in ("COMMENT", "WITH", "PARTITIONED", "TBLPROPERTIES", "DEFAULT", "LANGUAGE"):
            self._view_clause(found, temporary)
        self.expect("AS")
        at = self.i
        child = self.query()
        if temporary and if_not_exists:
            raise self.error("_LEGACY_ERROR_TEMP_0053", start)
        if replace and if_not_exists:
            view_name = ".".join(name.parts)
            raise self.error("CREATE_VIEW_WITH_IF_NOT_EXISTS_AND_REPLACE", start, viewName=view_name)
        if temporary and len(name.parts) > 1:
            raise self.qualified_temporary(start, name, "VIEW")
        scope = "global" if is_global else "local" if temporary else "persistent"
        return c.CreateView(
            name,
            child,
            scope,
            self.text_from(at),
            columns,
            replace,
            if_not_exists,
            **found,
            origin=self.origin(start),
        )

    def _view_clause(self, found: dict[str, Any], temporary: bool) -> None:
        at = self.i
        kind = self.kind
        if kind == "COMMENT":
            self.advance()
            self.set_once(found, "comment", self.string(), kind, at)
        elif kind == "TBLPROPERTIES":
            self.advance()
            self.set_once(found, "properties", self.properties(), kind, at)
            if temporary:
                message = "TBLPROPERTIES can't coexist with CREATE TEMPORARY VIEW"
                raise self.operation_not_allowed(message, at)
        elif kind == "WITH" and self.peek() == "SCHEMA":
            self.set_once(found, "schema_binding", self.schema_binding(), "WITH SCHEMA", at)
        elif kind == "PARTITIONED":
            raise self.not_valid("CREATE VIEW ... PARTITIONED ON", at)
        elif kind == "DEFAULT":
            self.set_once(found, "collation", self.default_collation(), "DEFAULT COLLATION", at)
        else:
            raise self.unsupported("metric views", at)

    def _view_columns(self) -> tuple[tuple[str, str | None], ...]:
        self.expect("(")
        found: list[tuple[str, str | None]] = []
        while True:
            name = self.identifier()
            found.append((name, self.string() if self.accept("COMMENT") else None))
            if not self.accept(","):
                break
        self.expect(")")
        return tuple(found)

    def _is_view_using(self) -> bool:
        """Whether USING follows, perhaps after typed columns."""
        if self.kind != "(":
            return self.kind == "USING"
        i = self.closing(self.i) + 1
        return self.kinds[i] == "USING"

    def _view_using(self, start: int, name: spec.TableName, replace: bool, is_global: bool) -> spec.Command:
        schema = None
        if self.accept("("):
            schema = t.StructType(self.column_types())
            self.expect(")")
        self.expect("USING")
        format_ = ".".join(self.multipart_name())
        options = self.properties() if self.accept("OPTIONS") else {}
        return c.CreateTemporaryViewUsing(name, format_, schema, options, replace, is_global, origin=self.origin(start))
