"""SHOW CREATE TABLE: the statement that makes a table or view again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hiveframe.catalog.entities import DEFAULT, Table, Term
from hiveframe.plan.types import STRING, StructField, sql_name
from hiveframe.sql.identifiers import quote_if_needed
from hiveframe.sql.strings import quote_string


def create_statement(table: Table) -> str:
    """The statement, laid out as Spark does."""
    name = ".".join(quote_if_needed(p) for p in table.parts)
    return _create_view(table) if table.view else _create_table(table, name)


def _create_view(table: Table) -> str:
    name = ".".join(quote_if_needed(p) for p in table.parts[1:])
    assert table.view is not None
    columns = ",\n  ".join(
        quote_if_needed(f.name)
        + (f" COMMENT {quote_string(str(f.metadata['comment']))}" if "comment" in f.metadata else "")
        for f in table.schema.fields
    )
    lines = [f"CREATE VIEW {name} (\n  {columns})"]
    if table.collation is not None:
        lines.append(f"DEFAULT COLLATION {table.collation}")
    if table.comment is not None:
        lines.append(f"COMMENT {quote_string(table.comment)}")
    if table.shown_properties:
        lines.append(f"TBLPROPERTIES {_pairs(table.shown_properties)}")
    lines.append("WITH SCHEMA COMPENSATION")
    lines.append(f"AS {table.view.text}")
    return "\n".join(lines) + "\n"


def _terms(terms: Sequence[Term]) -> list[str]:
    """Hidden partitioning; buckets stand in a clause of their own, as Spark shows them, where there is one."""
    buckets = [x for x in terms if x.function == "bucket"]
    parted = [x for x in terms if x not in buckets] if len(buckets) == 1 else list(terms)
    lines = [f"PARTITIONED BY ({', '.join(str(x) for x in parted)})"] if parted else []
    if len(buckets) == 1:
        lines += [f"CLUSTERED BY ({buckets[0].column})", f"INTO {buckets[0].argument} BUCKETS"]
    return lines


def _create_table(table: Table, name: str) -> str:
    columns = ",\n  ".join(_column(f) for f in table.schema.fields)
    lines = [f"CREATE TABLE {name} (\n  {columns})", f"USING {table.provider}"]
    if table.options:
        lines.append(f"OPTIONS {_pairs(table.options)}")
    lines += _terms(table.terms)
    if table.partition_columns and not table.terms:
        lines.append(f"PARTITIONED BY ({_names(table.partition_columns)})")
    if table.cluster_by:
        lines.append(f"CLUSTER BY ({_names(table.cluster_by)})")
    if table.buckets:
        lines.append(f"CLUSTERED BY ({_names(table.buckets.columns)})")
        if table.buckets.sort_columns:
            lines.append(f"SORTED BY ({_names(table.buckets.sort_columns)})")
        lines.append(f"INTO {table.buckets.count} BUCKETS")
    if table.collation is not None:
        lines.append(f"DEFAULT COLLATION {table.collation}")
    if table.comment is not None:
        lines.append(f"COMMENT {quote_string(table.comment)}")
    if table.type == "EXTERNAL":
        lines.append(f"LOCATION {quote_string('file:' + table.location)}")
    if table.shown_properties:
        lines.append(f"TBLPROPERTIES {_pairs(table.shown_properties)}")
    return "\n".join(lines) + "\n"


def _column(f: StructField) -> str:
    shown = "STRING COLLATE UTF8_BINARY" if f.dtype == STRING else sql_name(f.dtype)
    text = f"{quote_if_needed(f.name)} {shown}"
    if not f.nullable:
        text += " NOT NULL"
    default = f.metadata.get(DEFAULT)
    if default is not None:
        text += f" DEFAULT {default}"
    comment = f.metadata.get("comment")
    return text if comment is None else f"{text} COMMENT {quote_string(str(comment))}"


def _names(names: Iterable[str]) -> str:
    return ", ".join(quote_if_needed(n) for n in names)


def _pairs(values: Mapping[str, str]) -> str:
    body = ",\n  ".join(f"{quote_string(k)} = {quote_string(v)}" for k, v in sorted(values.items()))
    return f"(\n  {body})"
