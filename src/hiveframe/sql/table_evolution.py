"""What Iceberg adds to ALTER TABLE: partition fields, the order of writes, branches and tags.

Source: IcebergSqlExtensions.g4 of Apache Iceberg, rule statement.
"""

from __future__ import annotations

from typing import Any, Final

from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.sql.alter_table import Action
from hiveframe.sql.table_operations import TableOperationGrammar

_UNITS_MS: Final = {"DAY": 86_400_000, "HOUR": 3_600_000, "MINUTE": 60_000}


class TableEvolutionGrammar(TableOperationGrammar):
    """Reads the changes that only some formats know."""

    __slots__ = ()

    def alter_table(self) -> spec.Command:
        """`ALTER TABLE name change`, the change one of Iceberg's; or any other ALTER."""
        start = self.i
        words = [self.token_text(i).upper() for i in self._after_name(start + 2)]
        read = next((read for first, read in _CHANGES if words[: len(first)] == list(first)), None)
        if read is None or self.kinds[start + 1] != "TABLE":
            return super().alter_table()
        self.skip(2)
        name = self.table_name()
        what, args = read(self)
        return c.AlterTable(name, what, args, origin=self.origin(start))

    def _after_name(self, i: int) -> range:
        """The tokens behind the name that begins at token `i`."""
        while self.kinds[i + 1] == ".":
            i += 2
        return range(min(i + 1, len(self.kinds) - 1), min(i + 5, len(self.kinds) - 1))

    # ------------------------------------------------------------------------------------------- partition fields

    def _add_field(self) -> Action:
        self.skip(3)
        return "add_partition_field", {"term": self._transform(), "name": self._alias()}

    def _drop_field(self) -> Action:
        self.skip(3)
        return "drop_partition_field", {"term": self._transform()}

    def _replace_field(self) -> Action:
        self.skip(3)
        old = self._transform()
        self.expect("WITH")
        return "replace_partition_field", {"old": old, "term": self._transform(), "name": self._alias()}

    def _transform(self) -> spec.Expr:
        start = self.i
        name = self.multipart_name()
        if not self.accept("("):
            return spec.Attribute(name, origin=self.origin(start))
        args = [self._transform_argument()]
        while self.accept(","):
            args.append(self._transform_argument())
        self.expect(")")
        return spec.Function(name, tuple(args), origin=self.origin(start))

    def _alias(self) -> str | None:
        return self.name() if self.accept("AS") else None

    # ------------------------------------------------------------------------------------------------ write order

    def _write_order(self) -> Action:
        """`WRITE [DISTRIBUTED BY PARTITION] [LOCALLY] ORDERED BY keys`, `WRITE UNORDERED`."""
        self.skip(1)
        is_distributed = self._accept_word("DISTRIBUTED")
        if is_distributed:
            self.expect("BY", "PARTITION")
        if self._accept_word("UNORDERED"):
            return "write_order", {"keys": (), "distribution": "none"}
        is_local = self._accept_word("LOCALLY")
        keys: list[spec.SortOrder] = []
        if self._accept_word("ORDERED"):
            self.expect("BY")
            enclosed = self.accept("(")
            keys.append(self._key())
            while self.accept(","):
                keys.append(self._key())
            if enclosed:
                self.expect(")")
        elif is_local or not is_distributed:
            self.fail("ORDERED BY")
        mode = "hash" if is_distributed else "none" if is_local else "range"
        return "write_order", {"keys": tuple(keys), "distribution": mode}

    def _key(self) -> spec.SortOrder:
        term = self._transform()
        ascending = self.accept_any(("ASC", "DESC")) != "DESC"
        nulls_first: bool | None = None
        if self.accept("NULLS"):
            nulls_first = self.expect_any("FIRST", "LAST") == "FIRST"
        return spec.SortOrder(term, ascending, nulls_first)

    # ------------------------------------------------------------------------------------------ branches and tags

    def _make_reference(self) -> Action:
        """`CREATE [OR REPLACE] BRANCH|TAG [IF NOT EXISTS] name …`, `REPLACE BRANCH|TAG name …`."""
        replaces = creates = False
        if self.accept("CREATE"):
            creates = True
            replaces = self.accept("OR", "REPLACE")
        else:
            self.expect("REPLACE")
            replaces = True
        kind = self.token_text().lower()
        self.skip(1)
        args: dict[str, Any] = {
            "kind": kind,
            "creates": creates,
            "replaces": replaces,
            "if_not_exists": self.accept_if_not_exists(),
            "name": self.name(),
        }
        if self.accept("AS", "OF", "VERSION"):
            args["version"] = self.integer()
        if self._accept_word("RETAIN"):
            args["retain_ms"] = self._duration()
        if self.accept("WITH"):
            self._expect_word("SNAPSHOT")
            self._expect_word("RETENTION")
            if self.token_text(self.i + 1).upper() == "SNAPSHOTS":
                args["keeps"] = self.integer()
                self._expect_word("SNAPSHOTS")
            if self.kind == "integer":
                args["snapshots_ms"] = self._duration()
        return "make_reference", args

    def _duration(self) -> int:
        number = self.integer()
        unit = self.token_text().upper().rstrip("S")
        if unit not in _UNITS_MS:
            self.fail("DAYS, HOURS or MINUTES")
        self.skip(1)
        return number * _UNITS_MS[unit]

    def _drop_reference(self) -> Action:
        self.expect("DROP")
        kind = self.token_text().lower()
        self.skip(1)
        return "drop_reference", {"kind": kind, "if_exists": self.accept_if_exists(), "name": self.name()}


_CHANGES: Final = (
    (("ADD", "PARTITION", "FIELD"), TableEvolutionGrammar._add_field),
    (("DROP", "PARTITION", "FIELD"), TableEvolutionGrammar._drop_field),
    (("REPLACE", "PARTITION", "FIELD"), TableEvolutionGrammar._replace_field),
    (("WRITE",), TableEvolutionGrammar._write_order),
    *(
        (words, TableEvolutionGrammar._make_reference)
        for kind in ("BRANCH", "TAG")
        for words in (("CREATE", kind), ("CREATE", "OR", "REPLACE", kind), ("REPLACE", kind))
    ),
    *((("DROP", kind), TableEvolutionGrammar._drop_reference) for kind in ("BRANCH", "TAG")),
)
