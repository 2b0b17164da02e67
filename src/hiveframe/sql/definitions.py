"""Databases, views, functions, variables: their CREATE, ALTER and DROP.

Source: the matching alternatives of rule statement in SqlBaseParser.g4.
"""

from __future__ import annotations

from typing import Any, Final

from hiveframe.errors import ParseException
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.sql.alter_table import AlterTableGrammar

NAMESPACE: Final = ("NAMESPACE", "DATABASE", "SCHEMA")


class DefinitionGrammar(AlterTableGrammar):
    """Reads statements that define and drop things other than tables."""

    __slots__ = ()

    # ------------------------------------------------------------------------------------------------ databases

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
            self.advance()
            if kind == "COMMENT":
                self._set_once(found, "comment", self.string(), kind, at)
            elif kind == "LOCATION":
                self._set_once(found, "location", self.string(), kind, at)
            elif kind == "DEFAULT":
                raise self.unsupported("DEFAULT COLLATION", at)
            else:
                self.expect_any("DBPROPERTIES", "PROPERTIES")
                self._set_once(found, "properties", self.properties(), "WITH PROPERTIES", at)
        return c.CreateNamespace(name, if_not_exists, **found, origin=self.origin(start))

    def _set_once(self, found: dict[str, Any], key: str, value: Any, clause: str, start: int) -> None:
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
        else:
            if self.kind == "DEFAULT":
                raise self.unsupported("DEFAULT COLLATION", start)
            self.expect("SET")
            if self.accept("LOCATION"):
                found["location"] = self.string()
            else:
                self.expect_any("DBPROPERTIES", "PROPERTIES", "LOCATION")
                found["properties"] = self.properties()
        return c.AlterNamespace(name, **found, origin=self.origin(start))

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
                raise self._qualified_temporary(start, function, "FUNCTION")
            return c.DropFunction(function, if_exists, temporary, origin=self.origin(start))
        if temporary and self.accept_any(("VARIABLE", "VAR")):
            if_exists = self.accept_if_exists()
            return c.DropVariable(self.table_name(), if_exists, origin=self.origin(start))
        if kind == "INDEX":
            raise self.unsupported("DROP INDEX", start)
        if kind == "ROLE" or (temporary and self.kind == "MACRO"):
            raise self.not_valid("DROP ROLE" if kind == "ROLE" else "DROP TEMPORARY MACRO", start)
        raise self.syntax_error("TABLE, VIEW, DATABASE, FUNCTION or TEMPORARY VARIABLE")

    # ---------------------------------------------------------------------------------------------------- views

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
            raise self._qualified_temporary(start, name, "VIEW")
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
            self._set_once(found, "comment", self.string(), kind, at)
        elif kind == "TBLPROPERTIES":
            self.advance()
            self._set_once(found, "properties", self.properties(), kind, at)
            if temporary:
                message = "TBLPROPERTIES can't coexist with CREATE TEMPORARY VIEW"
                raise self.operation_not_allowed(message, at)
        elif kind == "WITH" and self.peek() == "SCHEMA":
            self._set_once(found, "schema_binding", self.schema_binding(), "WITH SCHEMA", at)
        elif kind == "PARTITIONED":
            raise self.not_valid("CREATE VIEW ... PARTITIONED ON", at)
        else:
            raise self.unsupported("DEFAULT COLLATION" if kind == "DEFAULT" else "metric views", at)

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

    # ------------------------------------------------------------------------------------------------ functions

    def create_function(self) -> spec.Command:
        """`CREATE [OR REPLACE] [TEMPORARY] FUNCTION name …`: a SQL body, or a class name."""
        start = self.i
        self.expect("CREATE")
        replace = self.accept("OR", "REPLACE")
        temporary = self.accept("TEMPORARY")
        self.expect("FUNCTION")
        if_not_exists = self.accept_if_not_exists()
        name = self.table_name()
        if replace and if_not_exists:
            raise self.error("INVALID_SQL_SYNTAX.CREATE_ROUTINE_WITH_IF_NOT_EXISTS_AND_REPLACE", start)
        if temporary and if_not_exists:
            raise self.error("INVALID_SQL_SYNTAX.CREATE_TEMP_FUNC_WITH_IF_NOT_EXISTS", start)
        if temporary and len(name.parts) > 1:
            raise self._qualified_temporary(start, name, "FUNCTION")
        head: dict[str, Any] = {"temporary": temporary, "replace": replace, "if_not_exists": if_not_exists}
        if self.accept("AS"):
            class_name = self.string()
            if self.accept("USING"):
                self._resource()
                while self.accept(","):
                    self._resource()
            return c.CreateFunction(name, class_name=class_name, **head, origin=self.origin(start))
        params = self._parameters()
        returns: t.DataType | None = None
        returns_table = False
        if self.accept("RETURNS"):
            if self.kind == "TABLE" and self.peek() == "(":
                self.skip(2)
                returns, returns_table = t.StructType(self.column_types()), True
                self.expect(")")
            elif self.accept("TABLE"):
                returns_table = True
            else:
                returns = self.data_type()
        traits = self._characteristics()
        self.expect("RETURN")
        at = self.i
        body: spec.Relation | spec.Expr = self.query() if self.at_query(at) else self.expression()
        return c.CreateFunction(
            name,
            params=params,
            returns=returns,
            returns_table=returns_table,
            body=body,
            body_text=self.text_from(at),
            **head,
            **traits,
            origin=self.origin(start),
        )

    def _qualified_temporary(self, start: int, name: spec.TableName, kind: str) -> ParseException:
        """What is temporary lives in no database."""
        return self.error(
            "INVALID_TEMP_OBJ_QUALIFIER",
            start,
            objectType=kind,
            objectName=f"`{name.parts[-1]}`",
            qualifier=".".join(f"`{part}`" for part in name.parts[:-1]),
        )

    def _resource(self) -> None:
        start = self.i
        kind = self.identifier().lower()
        self.string()
        if kind not in ("jar", "file", "archive"):
            raise self.operation_not_allowed(f"CREATE FUNCTION with resource type '{kind}'", start)

    def _parameters(self) -> tuple[c.ColumnDef, ...]:
        self.expect("(")
        found: list[c.ColumnDef] = []
        while self.kind != ")":
            if found:
                self.expect(",")
            start = self.i
            parameter, constraints = self.column_definition()
            if constraints:
                raise self.error("INVALID_SQL_SYNTAX.CREATE_FUNC_WITH_COLUMN_CONSTRAINTS", start)
            if parameter.generated is not None or parameter.identity is not None:
                condition = "INVALID_SQL_SYNTAX.CREATE_FUNC_WITH_GENERATED_COLUMNS_AS_PARAMETERS"
                raise self.error(condition, start)
            found.append(parameter)
        self.advance()
        return tuple(found)

    def _characteristics(self) -> dict[str, Any]:
        """What a function says of itself before RETURN."""
        found: dict[str, Any] = {}
        while True:
            kind = self.kind
            if kind == "LANGUAGE":
                at = self.i
                self.advance()
                language = self.identifier()
                if language.upper() != "SQL":
                    message = f"Unsupported language for user defined functions: {language}"
                    raise self.operation_not_allowed(message, at)
                found["language"] = language.upper()
            elif kind == "SPECIFIC":
                self.advance()
                self.name()
            elif kind == "DETERMINISTIC":
                self.advance()
                found["deterministic"] = True
            elif kind in ("NOT", "!"):
                self.expect_not()
                self.expect("DETERMINISTIC")
                found["deterministic"] = False
            elif kind == "COMMENT":
                self.advance()
                found["comment"] = self.string()
            elif not any(self.accept(*phrase) for phrase in _ROUTINE_PHRASES):
                return found

    # ------------------------------------------------------------------------------------------------ variables

    def declare(self) -> spec.Command:
        """`DECLARE [OR REPLACE] [VARIABLE] names [type] [DEFAULT|= expression]`."""
        start = self.i
        self.expect("DECLARE")
        replace = self.accept("OR", "REPLACE")
        if self.kind in ("VARIABLE", "VAR") and self.peek() in self.identifiers and not self._at_type(self.i + 1):
            self.advance()
        names = [self.table_name()]
        while self.accept(","):
            names.append(self.table_name())
        if self.kind in ("CURSOR", "ASENSITIVE", "INSENSITIVE") and self.peek() in ("FOR", "CURSOR"):
            raise self.no_cursor(start)
        dtype = None
        if self.kind not in ("DEFAULT", "=", "eof", ";"):
            dtype = self.data_type()
        default = default_text = None
        if self.accept_any(("DEFAULT", "=")):
            at = self.i
            default = self.expression()
            default_text = self.text_from(at)
        if dtype is None and default is None:
            raise self.error("INVALID_SQL_SYNTAX.VARIABLE_TYPE_OR_DEFAULT_REQUIRED", start)
        return c.DeclareVariable(tuple(names), dtype, default, default_text, replace, origin=self.origin(start))

    def no_cursor(self, start: int) -> ParseException:
        """Cursors belong to SQL scripts; Spark refuses them elsewhere too."""
        return self.error("UNSUPPORTED_FEATURE.SQL_CURSOR", start)

    def _at_type(self, i: int) -> bool:
        """Whether the token after the word VARIABLE is a type and that word thus the variable's name."""
        return self.kinds[i] in _TYPE_WORDS and self.kinds[i + 1] in ("eof", ";", "DEFAULT", "=", "(", "<")


_ROUTINE_PHRASES: Final = (
    ("NO", "SQL"),
    ("CONTAINS", "SQL"),
    ("READS", "SQL", "DATA"),
    ("MODIFIES", "SQL", "DATA"),
    ("RETURNS", "NULL", "ON", "NULL", "INPUT"),
    ("CALLED", "ON", "NULL", "INPUT"),
    ("SQL", "SECURITY", "INVOKER"),
    ("SQL", "SECURITY", "DEFINER"),
)

_TYPE_WORDS: Final = frozenset(
    ("INT", "INTEGER", "BIGINT", "LONG", "STRING", "BOOLEAN", "DOUBLE", "FLOAT", "DATE", "TIMESTAMP", "DECIMAL")
)
