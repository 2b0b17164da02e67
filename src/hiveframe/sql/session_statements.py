"""SET, RESET, USE, CACHE, REFRESH, ANALYZE, EXPLAIN and what else steers a session.

Source: rule setResetStatement and the matching alternatives of rule statement in SqlBaseParser.g4; the raw text of
SET and RESET is read as in `SparkSqlAstBuilder`.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Final

from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.sql.definitions import NAMESPACE
from hiveframe.sql.dml import Partition
from hiveframe.sql.identifiers import quote_if_needed, unquote_identifier
from hiveframe.sql.show import ShowGrammar


class SessionGrammar(ShowGrammar):
    """Reads statements that change or steer the session."""

    __slots__ = ()

    @abstractmethod
    def statement(self) -> spec.Relation | spec.Command:
        """Any statement."""

    # ---------------------------------------------------------------------------------------------------- set

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

    def _rest(self) -> str:
        """The text from the cursor to the end, which is stepped over."""
        text = self.text[self.starts[self.i] :]
        while self.kind != "eof":
            self.advance()
        return text.strip()

    def _raw_setting(self, start: int) -> spec.Command:
        rest = self._rest()
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
        rest = self._rest()
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
        rest = self._rest().rstrip("; \n")
        if not rest:
            return c.ResetConf(origin=self.origin(start))
        if _KEY.fullmatch(rest) is None:
            raise self.error("INVALID_RESET_COMMAND_FORMAT", start)
        return c.ResetConf(rest, origin=self.origin(start))

    # ----------------------------------------------------------------------------------------- use, cache, refresh

    def use(self) -> spec.Command:
        """`USE [DATABASE] name`."""
        start = self.i
        self.expect("USE")
        if self.kind in NAMESPACE and self.peek() in self.identifiers:
            self.advance()
        return c.UseNamespace(self.table_name(), origin=self.origin(start))

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
        path = self._rest().rstrip("; \n")
        if not path:
            raise self.error("_LEGACY_ERROR_TEMP_0064", start, msg=_EMPTY_PATH)
        if any(char in path for char in " \n\r\t"):
            raise self.error("_LEGACY_ERROR_TEMP_0064", start, msg=_BLANK_IN_PATH)
        return c.RefreshTable(None, path, origin=self.origin(start))

    # ------------------------------------------------------------------------------------------ tables as a whole

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

    def call_procedure(self) -> spec.Command:
        """`CALL name(arguments)`."""
        start = self.i
        self.expect("CALL")
        name = self.multipart_name()
        self.expect("(")
        args: list[spec.Expr] = []
        if self.kind != ")":
            args.append(self.function_argument())
            while self.accept(","):
                args.append(self.function_argument())
        self.expect(")")
        return c.CallProcedure(name, tuple(args), origin=self.origin(start))

    def resource(self) -> spec.Command:
        """`ADD|LIST JAR|FILE|ARCHIVE paths`."""
        start = self.i
        action = self.expect_any("ADD", "LIST").lower()
        kind = self.identifier().upper().rstrip("S")
        if kind not in ("JAR", "FILE", "ARCHIVE"):
            shown = self.token_text(self.i - 1).lower()
            raise self.operation_not_allowed(f"{action.upper()} with resource type '{shown}'", start)
        paths = [double or single or bare for double, single, bare in _PATHS.findall(self._rest().rstrip(";"))]
        return c.AddResource(action, kind.lower(), tuple(paths), origin=self.origin(start))

    # ---------------------------------------------------------------------------------------- explain, execute

    def explain(self) -> spec.Command:
        """`EXPLAIN [EXTENDED|CODEGEN|COST|FORMATTED] statement`."""
        start = self.i
        self.expect("EXPLAIN")
        mode = "simple"
        if self.kind in _EXPLAIN_MODES and self.peek() != "eof":
            mode = self.kind.lower()
            self.advance()
        if mode == "logical":
            raise self.not_valid("EXPLAIN LOGICAL", start)
        at = self.i
        found = self.statement()
        child = spec.CommandResult(found, origin=self.origin(at)) if isinstance(found, spec.Command) else found
        return c.Explain(child, mode, origin=self.origin(start))

    def execute_immediate(self) -> spec.Command:
        """`EXECUTE IMMEDIATE text [INTO variables] [USING arguments]`."""
        start = self.i
        self.expect("EXECUTE", "IMMEDIATE")
        text = self.expression()
        into = self.multipart_names() if self.accept("INTO") else ()
        using: tuple[spec.Expr, ...] = ()
        if self.accept("USING"):
            if self.kind == "(" and not self.at_query(self.i + 1):
                using = self._enclosed_arguments()
            else:
                using = self.named_expressions()
            names = [argument.names[0].lower() for argument in using if isinstance(argument, spec.Alias)]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                aliases = ", ".join(f"`{name}`" for name in twice)
                raise self.error("EXEC_IMMEDIATE_DUPLICATE_ARGUMENT_ALIASES", start, aliases=aliases)
        return c.ExecuteImmediate(text, into, using, origin=self.origin(start))

    def _enclosed_arguments(self) -> tuple[spec.Expr, ...]:
        self.expect("(")
        found = self.named_expressions()
        self.expect(")")
        return found


_KEY_VALUE: Final = re.compile(r"([a-zA-Z_\d\\.:]+)\s*=([^;]*);*\s*", re.DOTALL)
_KEY: Final = re.compile(r"([a-zA-Z_\d\\.:]+)[;\s]*")
_VALUE: Final = re.compile(r"([^;]*);*\s*", re.DOTALL)
_PATHS: Final = re.compile(r"\"([^\"]+)\"|'([^']+)'|(\S+)")
_EXPLAIN_MODES: Final = frozenset(("LOGICAL", "FORMATTED", "EXTENDED", "CODEGEN", "COST"))
_EMPTY_PATH: Final = "Resource paths cannot be empty in REFRESH statements. Use / to match everything"
_BLANK_IN_PATH: Final = "REFRESH statements cannot contain ' ', '\\n', '\\r', '\\t' inside unquoted resource paths"
