"""CACHE, REFRESH, ANALYZE, COMMENT ON, TRUNCATE and REPAIR.

Source: the matching alternatives of rule statement of SqlBaseParser.g4.
"""

from __future__ import annotations

from typing import Final

from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.sql.dml import Partition
from hiveframe.sql.identifiers import quote_if_needed
from hiveframe.sql.namespaces import NAMESPACE
from hiveframe.sql.settings_statements import SettingGrammar


class MaintenanceGrammar(SettingGrammar):
    """Reads statements about tables as a whole."""

    __slots__ = ()

    def cache(self) -> spec.Command:
        """`CACHE [LAZY] TABLE name [OPTIONS (…)] [[AS] query]`."""
        start = self.i
        self.expect("CACHE")
        lazy = self.accept("LAZY")
        self.expect("TABLE")
        name = self.table_name()
        options = self.properties() if self.accept("OPTIONS") else None
        query = None
        if self.accept("AS") or self.at_query(self.i) or self.kind == "(":
            query = self.query()
            if len(name.parts) > 1:
                quoted = ".".join(quote_if_needed(part) for part in name.parts[:-1])
                raise self.error("_LEGACY_ERROR_TEMP_0037", start, quoted=quoted)
        return c.CacheTable(name, query, lazy, options, origin=self.origin(start))

    def uncache(self) -> spec.Command:
        """`UNCACHE TABLE [IF EXISTS] name`."""
        start = self.i
        self.expect("UNCACHE", "TABLE")
        if_exists = self.accept_if_exists()
        return c.UncacheTable(self.table_name(), if_exists, origin=self.origin(start))

    def clear_cache(self) -> spec.Command:
        """`CLEAR CACHE`."""
        start = self.i
        self.expect("CLEAR", "CACHE")
        return c.UncacheTable(None, origin=self.origin(start))

    def refresh(self) -> spec.Command:
        """`REFRESH TABLE name`, `REFRESH FUNCTION name` or `REFRESH path`."""
        start = self.i
        self.expect("REFRESH")
        if self.kind == "TABLE" and self.peek() in self.identifiers:
            self.advance()
            return c.RefreshTable(self.table_name(), origin=self.origin(start))
        if self.kind == "FUNCTION" and self.peek() in self.identifiers:
            self.advance()
            return c.RefreshFunction(self.table_name(), origin=self.origin(start))
        if self.kind == "string":
            return c.RefreshTable(None, self.string(), origin=self.origin(start))
        path = self.rest_of_text().rstrip("; \n")
        if not path:
            raise self.error("_LEGACY_ERROR_TEMP_0064", start, msg=_EMPTY_PATH)
        if any(char in path for char in " \n\r\t"):
            raise self.error("_LEGACY_ERROR_TEMP_0064", start, msg=_BLANK_IN_PATH)
        return c.RefreshTable(None, path, origin=self.origin(start))

    def analyze(self) -> spec.Command:
        """`ANALYZE TABLE name … COMPUTE STATISTICS …` or `ANALYZE TABLES [IN database] …`."""
        start = self.i
        self.expect("ANALYZE")
        is_database = self.expect_any("TABLE", "TABLES") == "TABLES"
        partition: Partition = ()
        if is_database:
            name = self.table_name() if self.accept_any(("FROM", "IN")) else spec.TableName()
        else:
            name = self.table_name()
            partition = self.optional_partition()
        self.expect("COMPUTE", "STATISTICS")
        columns: tuple[str, ...] = ()
        all_columns = no_scan = False
        if not is_database and self.accept("FOR", "COLUMNS"):
            columns = self.names()
        elif not is_database and self.accept("FOR", "ALL", "COLUMNS"):
            all_columns = True
        elif self.kind in self.identifiers:
            word = self.identifier()
            if word.lower() != "noscan":
                condition = "INVALID_SQL_SYNTAX.ANALYZE_TABLE_UNEXPECTED_NOSCAN"
                raise self.error(condition, start, ctx=word.upper())
            no_scan = True
        return c.AnalyzeTable(name, columns, all_columns, no_scan, partition, is_database, origin=self.origin(start))

    def comment_on(self) -> spec.Command:
        """`COMMENT ON TABLE|DATABASE name IS 'text'|NULL`."""
        start = self.i
        self.expect("COMMENT", "ON")
        kind = self.expect_any("TABLE", *NAMESPACE)
        name = self.table_name()
        self.expect("IS")
        text = None if self.accept("NULL") else self.string()
        return c.CommentOn("table" if kind == "TABLE" else "database", name, text, origin=self.origin(start))

    def truncate(self) -> spec.Command:
        """`TRUNCATE TABLE name [PARTITION …]`."""
        start = self.i
        self.expect("TRUNCATE")
        self.demand("TABLE")
        name = self.table_name()
        return c.TruncateTable(name, self.optional_static_partition(), origin=self.origin(start))

    def repair(self) -> spec.Command:
        """`[MSCK] REPAIR TABLE name [ADD|DROP|SYNC PARTITIONS]`."""
        start = self.i
        self.accept("MSCK")
        self.expect("REPAIR", "TABLE")
        name = self.table_name()
        option = self.accept_any(("ADD", "DROP", "SYNC"))
        if option:
            self.expect("PARTITIONS")
        return c.RepairTable(name, (option or "ADD").lower(), origin=self.origin(start))


_EMPTY_PATH: Final = "Resource paths cannot be empty in REFRESH statements. Use / to match everything"
_BLANK_IN_PATH: Final = "REFRESH statements cannot contain ' ', '\\n', '\\r', '\\t' inside unquoted resource paths"
