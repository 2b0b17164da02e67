"""Columns and constraints of CREATE TABLE, ALTER TABLE and CREATE FUNCTION.

Source: rules colDefinition, qualifiedColTypeWithPosition, tableConstraintDefinition and theirs in SqlBaseParser.g4.
"""

from __future__ import annotations

from typing import Any, Final

from hiveframe.plan import commands as c
from hiveframe.sql.dml import DmlGrammar

Constraint = tuple[str | None, str]


class ColumnGrammar(DmlGrammar):
    """Reads column definitions."""

    __slots__ = ()

    def column_definition(self, *, multipart: bool = False) -> tuple[c.ColumnDef, tuple[Constraint, ...]]:
        """`name type [NOT NULL] [DEFAULT …] [GENERATED …] [COMMENT …] [constraints]`; `multipart`: ALTER's form."""
        name = self.multipart_name() if multipart else (self.name(),)
        dtype = self.data_type()
        options: dict[str, Any] = {}
        constraints: list[Constraint] = []
        while True:
            start = self.i
            kind = self.kind
            if self.accept_not_null():
                self._once(options, start, name, multipart, "NOT NULL", nullable=False)
            elif kind == "DEFAULT" and self.peek() != "COLLATION":
                self.advance()
                at = self.i
                value = self.expression()
                self._once(options, start, name, multipart, "DEFAULT", default=value, default_text=self.text_from(at))
            elif kind == "COMMENT":
                self.advance()
                self._once(options, start, name, multipart, "COMMENT", comment=self.string())
            elif kind == "GENERATED" and not multipart:
                self.advance()
                self._once(options, start, name, multipart, "GENERATED", **self._generated())
            elif kind in ("FIRST", "AFTER") and multipart:
                self._once(options, start, name, multipart, "FIRST|AFTER", position=self.column_position())
            elif kind in _CONSTRAINTS and not multipart:
                constraints.append(self.constraint())
            else:
                return c.ColumnDef(name, dtype, **options), tuple(constraints)

    def _once(
        self, options: dict[str, Any], start: int, column: tuple[str, ...], alters: bool, clause: str, **found: Any
    ) -> None:
        """Adds what a clause said; a clause said twice is an error."""
        if any(key in options for key in found):
            name = ".".join(column)
            if alters:
                condition = "ALTER_TABLE_COLUMN_DESCRIPTOR_DUPLICATE"
                raise self.error(condition, start, type="ADD", columnName=name, optionName=clause)
            raise self.error("CREATE_TABLE_COLUMN_DESCRIPTOR_DUPLICATE", start, columnName=name, optionName=clause)
        options.update(found)

    def column_position(self) -> tuple[str, ...]:
        """`FIRST` or `AFTER name`."""
        if self.expect_any("FIRST", "AFTER") == "FIRST":
            return ("FIRST",)
        return ("AFTER", self.name())

    def _generated(self) -> dict[str, Any]:
        always = self.expect_any("ALWAYS", "BY") == "ALWAYS"
        if not always:
            self.expect("DEFAULT")
        self.expect("AS")
        if self.kind == "IDENTITY":
            self.advance()
            return {"identity": (not always, *self._identity())}
        self.expect("(")
        at = self.i
        value = self.expression()
        text = self.text_from(at)
        self.expect(")")
        return {"generated": value, "generated_text": text}

    def _identity(self) -> tuple[int, int]:
        first, step = 1, 1
        if self.kind == "(":
            self.advance()
            while self.kind != ")":
                if self.expect_any("START", "INCREMENT") == "START":
                    self.expect("WITH")
                    first = self._signed()
                else:
                    self.expect("BY")
                    step = self._signed()
            self.advance()
        return first, step

    def _signed(self) -> int:
        sign = -1 if self.accept("-") else 1
        if self.kind == "bigint":
            value = int(self.token_text()[:-1])
            self.advance()
            return sign * value
        return sign * self.integer()

    # ----------------------------------------------------------------------------------------------- constraints

    def at_constraint(self) -> bool:
        """Whether a table constraint, rather than a column, begins here."""
        kind = self.kind
        after = self.peek()
        if kind == "CONSTRAINT":
            return self.peek(2) in _CONSTRAINTS
        return after in _AFTER_CONSTRAINT.get(kind, ())

    def constraint(self) -> Constraint:
        """`[CONSTRAINT name] CHECK (…) | PRIMARY KEY … | UNIQUE … | FOREIGN KEY … | REFERENCES …`: name and text."""
        name = None
        if self.accept("CONSTRAINT"):
            name = self.name()
        start = self.i
        kind = self.expect_any(*_CONSTRAINT_WORDS)
        if kind == "CHECK":
            self.expect("(")
            self.expression()
            self.expect(")")
        elif kind == "REFERENCES":
            self._references()
        else:
            if kind != "UNIQUE":
                self.expect("KEY")
            if self.kind == "(":
                self.name_list()
            if kind == "FOREIGN":
                self.expect("REFERENCES")
                self._references()
        while self.kind in ("ENFORCED", "RELY", "NORELY") or self.at("NOT", "ENFORCED"):
            self.advance()
        return name, self.text_from(start)

    def _references(self) -> None:
        self.multipart_name()
        if self.kind == "(":
            self.name_list()


_CONSTRAINT_WORDS: Final = ("CHECK", "PRIMARY", "UNIQUE", "FOREIGN", "REFERENCES")
_CONSTRAINTS: Final = frozenset((*_CONSTRAINT_WORDS, "CONSTRAINT"))
_AFTER_CONSTRAINT: Final = {"CHECK": ("(",), "PRIMARY": ("KEY",), "FOREIGN": ("KEY",), "UNIQUE": ("(",)}
