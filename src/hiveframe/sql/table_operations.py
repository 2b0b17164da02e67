"""Statements about the versions and files of a table: OPTIMIZE, VACUUM, RESTORE, CLONE, CONVERT, DESCRIBE HISTORY.

None of their words is a keyword of Spark's.

Source: DeltaSqlBase.g4 of Delta Lake, rule statement.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.sql.scripts import ScriptGrammar


class TableOperationGrammar(ScriptGrammar):
    """Reads the statements that formats with versions add."""

    __slots__ = ()

    def table_operation(self) -> spec.Command | None:
        """The statement at the cursor, if it is one of them."""
        read = _OPERATIONS.get(self._word()) if self.kind == "ident" else None
        return read(self) if read is not None else None

    def describe(self) -> spec.Command:
        """`DESCRIBE HISTORY|DETAIL table`, or any other DESCRIBE."""
        what = self._word(1)
        if what not in ("HISTORY", "DETAIL") or self.peek(2) in ("eof", ";"):
            return super().describe()
        start = self.i
        self.skip(2)
        name = self._table_or_path()
        limit = self.integer() if what == "HISTORY" and self.accept("LIMIT") else None
        return self._operation(start, what.lower(), name, limit=limit)

    def create_table(self) -> spec.Command:
        """`CREATE TABLE t [SHALLOW|DEEP] CLONE source`, or any other CREATE TABLE."""
        start = self.i
        plain = super().create_table
        i = self.i
        while self.kinds[i] != "TABLE" and self.kinds[i] != "eof":
            i += 1
        words = self._words_from(i)
        if "CLONE" not in words:
            return plain()
        replace = self.kind == "REPLACE" or self.at("CREATE", "OR", "REPLACE")
        self.skip(i + 1 - self.i)
        if_not_exists = self.accept_if_not_exists()
        name = self.table_name()
        is_shallow = self._accept_word("SHALLOW")
        if not is_shallow:
            self._accept_word("DEEP")
        self._expect_word("CLONE")
        source = self.table_name()
        version, timestamp = self.temporal()
        properties = self.properties() if self.accept("TBLPROPERTIES") else {}
        location = self.string() if self.accept("LOCATION") else None
        return self._operation(
            start,
            "clone",
            name,
            source=source,
            is_shallow=is_shallow,
            version=version,
            timestamp=timestamp,
            replace=replace,
            if_not_exists=if_not_exists,
            properties=properties,
            location=location,
        )

    def _optimize(self) -> spec.Command:
        """`OPTIMIZE table [FULL] [WHERE condition] [ZORDER BY (columns)]`."""
        start = self.i
        self.advance()
        name = self._table_or_path()
        full = self._accept_word("FULL") or self.accept("FULL")
        condition = self.expression() if self.accept("WHERE") else None
        columns: tuple[tuple[str, ...], ...] = ()
        if self._accept_word("ZORDER"):
            self.expect("BY")
            enclosed = self.accept("(")
            columns = self.multipart_names()
            if enclosed:
                self.expect(")")
        return self._operation(start, "optimize", name, full=full, condition=condition, zorder=columns)

    def _reorg(self) -> spec.Command:
        """`REORG TABLE table [WHERE condition] APPLY (PURGE)`."""
        start = self.i
        self.advance()
        self.expect("TABLE")
        name = self.table_name()
        condition = self.expression() if self.accept("WHERE") else None
        self._expect_word("APPLY")
        self.expect("(", "PURGE", ")")
        return self._operation(start, "purge", name, condition=condition)

    def _vacuum(self) -> spec.Command:
        """`VACUUM table [RETAIN n HOURS] [DRY RUN]`."""
        start = self.i
        self.advance()
        name = self._table_or_path()
        hours: float | None = None
        dry_run = False
        while self.kind == "ident":
            if self._accept_word("RETAIN"):
                hours = float(self.token_text())
                self.advance()
                self.expect_any("HOURS", "HOUR")
            elif self._accept_word("DRY"):
                self._expect_word("RUN")
                dry_run = True
            else:
                self.fail("RETAIN or DRY RUN")
        return self._operation(start, "vacuum", name, hours=hours, dry_run=dry_run)

    def _restore(self) -> spec.Command:
        """`RESTORE [TABLE] table [TO] VERSION|TIMESTAMP AS OF point`."""
        start = self.i
        self.advance()
        self.accept("TABLE")
        name = self._table_or_path()
        self.accept("TO")
        version, timestamp = self.temporal()
        if version is None and timestamp is None:
            self.fail("VERSION AS OF or TIMESTAMP AS OF")
        return self._operation(start, "restore", name, version=version, timestamp=timestamp)

    def _convert(self) -> spec.Command:
        """`CONVERT TO DELTA table [NO STATISTICS] [PARTITIONED BY (column type, …)]`."""
        start = self.i
        self.advance()
        self.expect("TO")
        self._expect_word("DELTA")
        name = self.table_name()
        if self._accept_word("NO"):
            self._expect_word("STATISTICS")
        columns: tuple[c.ColumnDef, ...] = ()
        if self.accept("PARTITIONED", "BY"):
            self.expect("(")
            found = [self.column_definition()[0]]
            while self.accept(","):
                found.append(self.column_definition()[0])
            self.expect(")")
            columns = tuple(found)
        return self._operation(start, "convert", name, partition_columns=columns)

    # ------------------------------------------------------------------------------------------------------ words

    def _operation(self, start: int, kind: str, name: spec.TableName, **args: Any) -> spec.Command:
        return c.TableOperation(name, kind, args, origin=self.origin(start))

    def _table_or_path(self) -> spec.TableName:
        """A table's name, or the text of a path."""
        if self.kind == "string":
            return spec.TableName(("delta", self.string()))
        return self.table_name()

    def _word(self, distance: int = 0) -> str:
        return self.token_text(min(self.i + distance, len(self.kinds) - 1)).upper()

    def _words_from(self, i: int) -> list[str]:
        """The first words behind token `i`, up to where columns, a clause or a query begin."""
        words: list[str] = []
        while self.kinds[i] not in ("eof", "(", "AS", "USING", "LIKE", ";"):
            words.append(self.token_text(i).upper())
            i += 1
        return words

    def _accept_word(self, word: str) -> bool:
        if self.token_text().upper() != word or self.kind == "quoted":
            return False
        self.advance()
        return True

    def _expect_word(self, word: str) -> None:
        if not self._accept_word(word):
            self.fail(f"'{word}'")


_OPERATIONS: Final[dict[str, Callable[[TableOperationGrammar], spec.Command]]] = {
    "OPTIMIZE": TableOperationGrammar._optimize,
    "REORG": TableOperationGrammar._reorg,
    "VACUUM": TableOperationGrammar._vacuum,
    "RESTORE": TableOperationGrammar._restore,
    "CONVERT": TableOperationGrammar._convert,
}
