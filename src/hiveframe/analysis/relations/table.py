"""The table of relations: a handler for each class of the unresolved tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hiveframe.analysis.relations import (
    aggregation,
    aliases,
    ctes,
    dedup,
    filters,
    joins,
    leaves,
    limits,
    local_data,
    ordering,
    pivot,
    projection,
    set_operations,
    sql_text,
    tables,
)
from hiveframe.analysis.relations.handler import Entry, no_inputs, two_inputs
from hiveframe.plan import spec

HANDLERS: Final[Mapping[type[spec.Relation], Entry]] = {
    spec.OneRow: Entry(leaves.one_row, no_inputs),
    spec.Values: Entry(leaves.values, no_inputs),
    spec.Range: Entry(leaves.range_relation, no_inputs),
    spec.LocalRelation: Entry(local_data.local_relation, no_inputs),
    spec.CachedRelation: Entry(leaves.cached_relation, no_inputs),
    spec.ReadSource: Entry(leaves.read_source, no_inputs),
    spec.CommandResult: Entry(leaves.command_result, no_inputs),
    spec.Table: Entry(tables.table, no_inputs),
    spec.SqlQuery: Entry(sql_text.sql_query, no_inputs),
    spec.WithCtes: Entry(ctes.with_ctes, no_inputs),
    spec.WindowDefinitions: Entry(aliases.window_definitions, no_inputs),
    spec.Project: Entry(projection.project),
    spec.WithColumns: Entry(projection.with_columns),
    spec.WithColumnsRenamed: Entry(projection.with_columns_renamed),
    spec.ToDF: Entry(projection.to_df),
    spec.ToSchema: Entry(projection.to_schema),
    spec.Drop: Entry(projection.drop),
    spec.Filter: Entry(filters.filter_relation),
    spec.Having: Entry(filters.having),
    spec.Qualify: Entry(filters.qualify),
    spec.Aggregate: Entry(aggregation.aggregate),
    spec.Pivot: Entry(pivot.pivot),
    spec.Join: Entry(joins.join, joins.join_inputs),
    spec.SetOperation: Entry(set_operations.set_operation, two_inputs),
    spec.Sort: Entry(ordering.sort),
    spec.Limit: Entry(limits.limit),
    spec.Offset: Entry(limits.offset),
    spec.Tail: Entry(limits.tail),
    spec.Sample: Entry(limits.sample),
    spec.Repartition: Entry(limits.repartition),
    spec.Hint: Entry(limits.hint),
    spec.WithWatermark: Entry(limits.with_watermark),
    spec.Deduplicate: Entry(dedup.deduplicate),
    spec.SubqueryAlias: Entry(aliases.subquery_alias),
}
