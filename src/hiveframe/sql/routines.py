"""CREATE FUNCTION and DECLARE VARIABLE.

Source: rules createUserDefinedFunction, createFunction and createVariable of SqlBaseParser.g4.
"""

from __future__ import annotations

from typing import Any, Final

from hiveframe.errors import ParseException
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.sql.namespaces import NamespaceGrammar


class RoutineGrammar(NamespaceGrammar):
    """Reads definitions of functions and variables."""

    __slots__ = ()

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
            raise self.qualified_temporary(start, name, "FUNCTION")
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

    def qualified_temporary(self, start: int, name: spec.TableName, kind: str) -> ParseException:
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
            elif kind == "DEFAULT":
                found["collation"] = self.default_collation()
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
