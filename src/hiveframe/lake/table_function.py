"""Calls of DuckDB's reading functions as sqlglot trees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

from hiveframe.functions.sql import Sql, ident, text


def call(name: str, *args: Sql, **named: Sql) -> Sql:
    """`name(args, key = value, …)`."""
    pairs = [exp.EQ(this=exp.Column(this=exp.Identifier(this=k, quoted=False)), expression=v) for k, v in named.items()]
    return exp.Anonymous(this=name, expressions=[*args, *pairs])


def path_list(paths: Sequence[str]) -> Sql:
    """One path, or a list of them. Glob characters in a name are quoted: DuckDB would expand them."""
    literals = [text(_literal_path(p)) for p in paths]
    return literals[0] if len(literals) == 1 else exp.Array(expressions=literals)


def _literal_path(path: str) -> str:
    if not any(c in path for c in "*?["):
        return path
    return "".join(f"[{c}]" if c in "*?[" else c for c in path)


def struct_literal(pairs: Iterable[tuple[str, Sql]]) -> Sql:
    """`{'a': x, …}`."""
    return exp.Struct(expressions=[exp.PropertyEQ(this=ident(k), expression=v) for k, v in pairs])


def map_literal(pairs: Iterable[tuple[str, Sql]]) -> Sql:
    """`MAP {'a': x, …}`."""
    items = list(pairs)
    keys = exp.Array(expressions=[text(k) for k, _ in items])
    values = exp.Array(expressions=[v for _, v in items])
    return exp.Anonymous(this="MAP", expressions=[keys, values])


def select_from(source: Sql, projections: Sequence[tuple[str, Sql]]) -> exp.Select:
    """`SELECT expr AS name, … FROM source`; a scan without columns still has its rows."""
    items = [exp.Alias(this=e, alias=ident(n)) for n, e in projections]
    relation = source if isinstance(source, exp.Subquery) else exp.Table(this=source)
    return exp.Select(expressions=items or [exp.Literal.number(1)], from_=exp.From(this=relation))


def subquery(select: exp.Query, alias: str) -> exp.Subquery:
    """`(select) AS alias`."""
    return exp.Subquery(this=select, alias=exp.TableAlias(this=ident(alias)))
