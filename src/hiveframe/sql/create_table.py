"""CREATE TABLE, REPLACE TABLE, CREATE TABLE LIKE, and the clauses they share.

Source: rules createTable, createTableLike, replaceTable and createTableClauses of SqlBaseParser.g4.
"""

from __future__ import annotations

from typing import Any, Final

from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.sql.column_definitions import ColumnGrammar, Constraint


class CreateTableGrammar(ColumnGrammar):
    """Reads statements that make tables."""

    __slots__ = ()

    def create_table(self) -> spec.Command:
        """`CREATE [OR REPLACE] [EXTERNAL] TABLE …` or `REPLACE TABLE …`."""
        start = self.i
        or_replace = replace_only = False
        if self.accept("CREATE"):
            or_replace = self.accept("OR", "REPLACE")
        else:
            self.expect("REPLACE")
            replace_only = True
        temporary = self.accept("TEMPORARY")
        external = self.accept("EXTERNAL")
        self.expect("TABLE")
        if_not_exists = self.accept_if_not_exists()
        name = self.table_name()
        head: dict[str, Any] = {
            "if_not_exists": if_not_exists,
            "or_replace": or_replace,
            "replace_only": replace_only,
            "external": external,
        }
        if self.accept("LIKE"):
            return self._like_table(start, name, head)
        columns: list[c.ColumnDef] = []
        constraints: list[Constraint] = []
        if self.kind == "(" and not self.at_query(self.i + 1) and self.peek() != "(":
            self._table_elements(columns, constraints)
        clauses = self.table_clauses(start)
        query = None
        if self.accept("AS") or self.at_query(self.i) or self.kind == "(":
            query = self.query()
        if temporary:
            return self._temporary(start, name, if_not_exists, columns, clauses, query)
        self._check(start, columns, clauses, query, or_replace or replace_only)
        return c.CreateTable(
            name, tuple(columns), query, constraints=tuple(constraints), **head, **clauses, origin=self.origin(start)
        )

    def _temporary(
        self,
        start: int,
        name: spec.TableName,
        if_not_exists: bool,
        columns: list[c.ColumnDef],
        clauses: dict[str, Any],
        query: spec.Relation | None,
    ) -> spec.Command:
        """`CREATE TEMPORARY TABLE … USING`, the old way to write a temporary view over a source."""
        if if_not_exists:
            raise self.not_valid("CREATE TEMPORARY TABLE ... IF NOT EXISTS", start)
        if query is not None:
            message = "CREATE TEMPORARY TABLE ... AS ..., use CREATE TEMPORARY VIEW instead"
            raise self.operation_not_allowed(message, start)
        if clauses.get("format") is None:
            raise self.error("_LEGACY_ERROR_TEMP_0046", start)
        schema = None
        if columns:
            fields = (t.StructField(column.name[0], column.dtype, column.nullable) for column in columns)
            schema = t.StructType(tuple(fields))
        options = dict(clauses.get("options") or {})
        if clauses.get("location"):
            options["path"] = clauses["location"]
        return c.CreateTemporaryViewUsing(name, clauses["format"], schema, options, origin=self.origin(start))

    def _like_table(self, start: int, name: spec.TableName, head: dict[str, Any]) -> spec.Command:
        source = self.table_name()
        clauses = self.table_clauses(start, _LIKE_CLAUSES)
        return c.CreateTable(name, like=source, **head, **clauses, origin=self.origin(start))

    def _table_elements(self, columns: list[c.ColumnDef], constraints: list[Constraint]) -> None:
        self.expect("(")
        while True:
            if self.at_constraint():
                constraints.append(self.constraint())
            else:
                column, own = self.column_definition()
                columns.append(column)
                constraints += own
            if not self.accept(","):
                break
        self.expect(")")

    def _check(
        self,
        start: int,
        columns: list[c.ColumnDef],
        clauses: dict[str, Any],
        query: spec.Relation | None,
        replaces: bool,
    ) -> None:
        typed = clauses.get("partition_columns", ())
        if typed and clauses.get("partition_by"):
            lists = "\nExpressions: " + ", ".join(_shown(key) for key in clauses["partition_by"])
            lists += "\nColumns: " + ", ".join(f"{col.name[0]} {t.simple_string(col.dtype)}" for col in typed)
            message = f"PARTITION BY: Cannot mix partition expressions and partition columns:{lists}"
            raise self.operation_not_allowed(message, start)
        if query is not None and (columns or typed):
            verb = "Replace Table As Select (RTAS)" if replaces else "Create Table As Select (CTAS)"
            if columns:
                raise self.operation_not_allowed(f"Schema may not be specified in a {verb} statement", start)
            raise self.operation_not_allowed(f"Partition column types may not be specified in {verb}", start)
        options = clauses.get("options") or {}
        path = next((value for key, value in options.items() if key.lower() == "path"), None)
        if path is not None and clauses.get("location") is not None:
            raise self.error("_LEGACY_ERROR_TEMP_0032", start, pathOne=clauses["location"], pathTwo=path)

    # ------------------------------------------------------------------------------------------------- clauses

    def table_clauses(self, start: int, allowed: frozenset[str] | None = None) -> dict[str, Any]:
        """The clauses after a table's columns, as fields of `CreateTable`; each may stand once."""
        found: dict[str, Any] = {}
        while True:
            at = self.i
            kind = self.kind
            clause = _CLAUSES.get(kind)
            if clause is None or (allowed is not None and kind not in allowed):
                return found
            if kind == "DEFAULT" and self.peek() != "COLLATION":
                return found
            fields = clause(self, at)
            for field in fields:
                if field in found:
                    raise self.error("DUPLICATE_CLAUSES", start, clauseName=_CLAUSE_NAMES.get(kind, kind))
            found.update(fields)

    def _using(self, at: int) -> dict[str, Any]:
        self.advance()
        return {"format": ".".join(self.multipart_name())}

    def _options(self, at: int) -> dict[str, Any]:
        self.advance()
        return {"options": self.option_expressions()}

    def _location(self, at: int) -> dict[str, Any]:
        self.advance()
        return {"location": self.string()}

    def _comment(self, at: int) -> dict[str, Any]:
        self.advance()
        return {"comment": self.string()}

    def _table_properties(self, at: int) -> dict[str, Any]:
        self.advance()
        return {"properties": self.properties()}

    def _collation(self, at: int) -> dict[str, Any]:
        return {"collation": self.default_collation()}

    def _partitioned_by(self, at: int) -> dict[str, Any]:
        self.expect("PARTITIONED", "BY", "(")
        transforms: list[spec.Expr] = []
        columns: list[c.ColumnDef] = []
        while True:
            start = self.i
            name = self.multipart_name()
            if self.accept("("):
                args = [self._transform_argument()]
                while self.accept(","):
                    args.append(self._transform_argument())
                self.expect(")")
                transforms.append(spec.Function(name, tuple(args), origin=self.origin(start)))
            elif self.kind in (",", ")"):
                transforms.append(spec.Attribute(name, origin=self.origin(start)))
            else:
                dtype = self.data_type()
                nullable = not self.accept_not_null()
                comment = self.string() if self.accept("COMMENT") else None
                columns.append(c.ColumnDef(name, dtype, nullable, comment=comment))
            if not self.accept(","):
                break
        self.expect(")")
        return {"partition_by": tuple(transforms), "partition_columns": tuple(columns)}

    def _transform_argument(self) -> spec.Expr:
        if self.kind in self.identifiers and self.peek() != "string":
            start = self.i
            return spec.Attribute(self.multipart_name(), origin=self.origin(start))
        return self.value(1)

    def _clustered_by(self, at: int) -> dict[str, Any]:
        """`CLUSTERED BY (a) [SORTED BY (b)] INTO n BUCKETS`."""
        self.expect("CLUSTERED", "BY")
        columns = self.name_list()
        sort: list[str] = []
        if self.accept("SORTED", "BY", "("):
            while True:
                sort.append(self.name())
                if self.accept_any(("ASC", "DESC")) == "DESC":
                    message = f"Column ordering must be ASC, was '{self.token_text(self.i - 1)}'"
                    raise self.operation_not_allowed(message, at)
                if not self.accept(","):
                    break
            self.expect(")")
        self.expect("INTO")
        count = self.integer()
        self.expect("BUCKETS")
        if not 0 < count <= _MAX_BUCKETS:
            raise self.error("INVALID_BUCKET_COUNT", at, bucketingMaxBuckets=str(_MAX_BUCKETS), numBuckets=str(count))
        return {"bucket_by": columns, "sort_by": tuple(sort), "bucket_count": count}

    def _cluster_by(self, at: int) -> dict[str, Any]:
        return {"cluster_by": self.cluster_columns()}

    def cluster_columns(self) -> tuple[str, ...]:
        """`CLUSTER BY (a, b.c)`."""
        self.expect("CLUSTER", "BY", "(")
        names = self.multipart_names()
        self.expect(")")
        return tuple(".".join(name) for name in names)

    def _stored(self, at: int) -> dict[str, Any]:
        """`STORED AS format`: Hive's way to name a format; those that Spark's own sources read are kept."""
        self.expect("STORED")
        if self.kind == "BY":
            raise self.not_valid("STORED BY", at)
        self.expect("AS")
        name = self.token_text()
        if self.kind == "INPUTFORMAT" or name.lower() not in _FILE_FORMATS:
            raise self.unsupported(f"STORED AS {name}", at)
        self.advance()
        return {"format": name.lower()}

    def _row_format(self, at: int) -> dict[str, Any]:
        raise self.unsupported("Hive's ROW FORMAT", at)

    def _skewed(self, at: int) -> dict[str, Any]:
        raise self.not_valid("CREATE TABLE ... SKEWED BY", at)


def _shown(key: spec.Expr) -> str:
    if isinstance(key, spec.Attribute):
        return ".".join(key.parts)
    return key.origin.fragment if key.origin is not None else ""


_MAX_BUCKETS: Final = 100_000

_CLAUSES: Final = {
    "USING": CreateTableGrammar._using,
    "OPTIONS": CreateTableGrammar._options,
    "PARTITIONED": CreateTableGrammar._partitioned_by,
    "SKEWED": CreateTableGrammar._skewed,
    "CLUSTER": CreateTableGrammar._cluster_by,
    "CLUSTERED": CreateTableGrammar._clustered_by,
    "ROW": CreateTableGrammar._row_format,
    "STORED": CreateTableGrammar._stored,
    "LOCATION": CreateTableGrammar._location,
    "COMMENT": CreateTableGrammar._comment,
    "DEFAULT": CreateTableGrammar._collation,
    "TBLPROPERTIES": CreateTableGrammar._table_properties,
}

_CLAUSE_NAMES: Final = {
    "PARTITIONED": "PARTITIONED BY",
    "CLUSTERED": "CLUSTERED BY",
    "CLUSTER": "CLUSTER BY",
    "STORED": "STORED AS/BY",
    "ROW": "ROW FORMAT",
    "DEFAULT": "DEFAULT COLLATION",
}

_LIKE_CLAUSES: Final = frozenset(("USING", "ROW", "STORED", "LOCATION", "TBLPROPERTIES"))
_FILE_FORMATS: Final = frozenset(("parquet", "orc", "avro", "json", "csv", "text"))
