"""Protobuf relations to `spec.Relation`: the table at the end has a row for each of the 61 kinds.

A handler gets its inputs decoded already (see `Decoder.relation`), so that a chain of thousands needs no stack.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pyspark.sql.connect.proto import catalog_pb2
from pyspark.sql.connect.proto import relations_pb2 as pb

from hiveframe.connect.decode.catalog_ops import decode_catalog
from hiveframe.connect.decode.expressions import decode_alias, decode_python_udf
from hiveframe.connect.decode.identifiers import table_parts
from hiveframe.connect.decode.invalid import AsSpark, Refusal, bad_enum, invalid_plan, not_set
from hiveframe.connect.decode.joins import as_of_join, join, lateral_join, nearest_by_join
from hiveframe.connect.decode.literals import decode_literal
from hiveframe.connect.decode.local_data import cached_local_relation, chunked_local_relation, local_relation
from hiveframe.connect.decode.schema_text import schema_or_text
from hiveframe.connect.decode.types import decode_struct, decode_type_or_ddl
from hiveframe.dataclass import dataclass
from hiveframe.errors import SparkError, requirement, unsupported
from hiveframe.functions.literal_text import java_double
from hiveframe.plan import spec
from hiveframe.plan import types as t

if TYPE_CHECKING:
    from hiveframe.connect.decode.plan import Decoder


REFERENCES: Final = "references*"


@dataclass(frozen=True, slots=True)
class Row:
    """How one kind is decoded: its handler, and the fields that hold its inputs, in the handler's order.

    A field with `?` may be absent; `REFERENCES` stands for the relations that the root's subqueries name.
    """

    build: Callable[..., spec.Relation]
    inputs: tuple[str, ...] = ()


# ----------------------------------------------------------------------------------------------------- sources


def _extension(d: Decoder, m: Any) -> spec.Relation:
    from hiveframe.connect.decode.delta_calls import delta_relation

    return delta_relation(d, m)


def _read(_: Decoder, m: pb.Read) -> spec.Relation:
    kind = m.WhichOneof("read_type")
    if kind is None:
        raise not_set(m, "read_type")
    if kind == "named_table":
        if m.is_streaming:
            raise unsupported("reading a table as a stream")
        name = spec.TableName(table_parts(m.named_table.unparsed_identifier))
        return spec.Table(name, dict(m.named_table.options) or None)
    source = m.data_source
    return spec.ReadSource(
        source.format if source.HasField("format") and source.format else None,
        tuple(source.paths),
        schema_or_text(source.schema),
        dict(source.options),
        tuple(source.predicates),
        m.is_streaming,
    )


def _range(_: Decoder, m: pb.Range) -> spec.Relation:
    if m.step == 0:
        raise requirement("step (0) cannot be 0")
    return spec.Range(m.start, m.end, m.step, m.num_partitions if m.HasField("num_partitions") else None)


def _sql(d: Decoder, m: pb.SQL) -> spec.Relation:
    named: dict[str, spec.Expr] = {name: decode_literal(value) for name, value in m.args.items()}
    named.update((name, d.expression(value)) for name, value in m.named_arguments.items())
    positional: tuple[spec.Expr, ...] = tuple(decode_literal(v) for v in m.pos_args) or d.expressions(m.pos_arguments)
    return spec.SqlQuery(m.query, named or None, positional)


def _table_function(d: Decoder, m: pb.UnresolvedTableValuedFunction) -> spec.Relation:
    return spec.TableFunction(table_parts(m.function_name), d.expressions(m.arguments))


def _python_table_function(d: Decoder, m: pb.CommonInlineUserDefinedTableFunction) -> spec.Relation:
    if m.WhichOneof("function") is None:
        raise not_set(m, "function")
    udtf = m.python_udtf
    return_type = decode_type_or_ddl(udtf.return_type) if udtf.HasField("return_type") else None
    return spec.PythonTableFunction(
        m.function_name, udtf.command, udtf.eval_type, return_type, d.expressions(m.arguments), m.deterministic
    )


def _cached_remote(_: Decoder, m: pb.CachedRemoteRelation) -> spec.Relation:
    return spec.CachedRelation(m.relation_id)


def _catalog(_: Decoder, m: catalog_pb2.Catalog) -> spec.Relation:
    return spec.CommandResult(decode_catalog(m))


# -------------------------------------------------------------------------------------------- rows and columns


def _project(d: Decoder, m: pb.Project, child: spec.Relation | None = None) -> spec.Relation:
    return spec.Project(child if child is not None else spec.OneRow(), d.expressions(m.expressions))


def _filter(d: Decoder, m: pb.Filter, child: spec.Relation) -> spec.Relation:
    return spec.Filter(child, d.expression(m.condition))


def _sort(d: Decoder, m: pb.Sort, child: spec.Relation) -> spec.Relation:
    is_global = m.is_global if m.HasField("is_global") else True
    return spec.Sort(child, d.sort_orders(m.order), is_global)


def _limit(_: Decoder, m: pb.Limit, child: spec.Relation) -> spec.Relation:
    return spec.Limit(child, spec.Literal(m.limit, t.INT))


def _offset(_: Decoder, m: pb.Offset, child: spec.Relation) -> spec.Relation:
    return spec.Offset(child, spec.Literal(m.offset, t.INT))


def _tail(_: Decoder, m: pb.Tail, child: spec.Relation) -> spec.Relation:
    return spec.Tail(child, m.limit)


def _set_operation(_: Decoder, m: pb.SetOperation, left: spec.Relation, right: spec.Relation) -> spec.Relation:
    kind = _SET_OPERATIONS.get(m.set_op_type)
    if kind is None:
        raise bad_enum(m, "set_op_type")
    if m.by_name and kind != "union":
        raise invalid_plan(f"{kind.upper()}_DOES_NOT_SUPPORT_UNION_BY_NAME")
    if m.allow_missing_columns and not m.by_name:
        raise invalid_plan("UNION_BY_NAME_ALLOW_MISSING_COL_REQUIRES_BY_NAME")
    return spec.SetOperation(left, right, kind, m.is_all, m.by_name, m.allow_missing_columns)


def _aggregate(d: Decoder, m: pb.Aggregate, child: spec.Relation) -> spec.Relation:
    kind = _GROUPINGS.get(m.group_type)
    if kind is None:
        raise bad_enum(m, "group_type")
    if kind == "pivot" and not m.HasField("pivot"):
        raise invalid_plan("AGGREGATE_WITH_PIVOT_REQUIRES_PIVOT")
    return spec.Aggregate(
        child,
        d.expressions(m.grouping_expressions),
        d.expressions(m.aggregate_expressions),
        kind,
        keeps_keys=True,
        grouping_sets=tuple(d.expressions(s.grouping_set) for s in m.grouping_sets),
        pivot_column=d.expression(m.pivot.col) if kind == "pivot" else None,
        pivot_values=tuple(decode_literal(v) for v in m.pivot.values),
    )


def _deduplicate(_: Decoder, m: pb.Deduplicate, child: spec.Relation) -> spec.Relation:
    if m.all_columns_as_keys and m.column_names:
        raise invalid_plan("DEDUPLICATE_ALL_COLUMNS_AND_SUBSET")
    if not m.all_columns_as_keys and not m.column_names:
        raise invalid_plan("DEDUPLICATE_REQUIRES_COLUMNS_OR_ALL")
    return spec.Deduplicate(child, tuple(m.column_names), m.all_columns_as_keys, m.within_watermark)


def _sample(_: Decoder, m: pb.Sample, child: spec.Relation) -> spec.Relation:
    seed = m.seed if m.HasField("seed") else None
    fraction = m.upper_bound - m.lower_bound
    if not -_SAMPLE_SLACK <= fraction <= (math.inf if m.with_replacement else 1 + _SAMPLE_SLACK):
        needed = "nonnegative with" if m.with_replacement else "on interval [0, 1] without"
        raise requirement(f"Sampling fraction ({java_double(fraction)}) must be {needed} replacement")
    return spec.Sample(child, m.lower_bound, m.upper_bound, m.with_replacement, seed, sorts_first=m.deterministic_order)


def _subquery_alias(_: Decoder, m: pb.SubqueryAlias, child: spec.Relation) -> spec.Relation:
    return spec.SubqueryAlias(child, m.alias)


def _repartition(_: Decoder, m: pb.Repartition, child: spec.Relation) -> spec.Relation:
    return spec.Repartition(child, m.num_partitions, shuffle=m.shuffle)


def _repartition_by(d: Decoder, m: pb.RepartitionByExpression, child: spec.Relation) -> spec.Relation:
    count = m.num_partitions if m.HasField("num_partitions") else None
    by_id = any(e.WhichOneof("expr_type") == "direct_shuffle_partition_id" for e in m.partition_exprs)
    return spec.Repartition(child, count, d.expressions(m.partition_exprs), by_id=by_id)


def _hint(d: Decoder, m: pb.Hint, child: spec.Relation) -> spec.Relation:
    return spec.Hint(child, m.name, d.expressions(m.parameters))


def _to_df(_: Decoder, m: pb.ToDF, child: spec.Relation) -> spec.Relation:
    return spec.ToDF(child, tuple(m.column_names))


def _to_schema(_: Decoder, m: pb.ToSchema, child: spec.Relation) -> spec.Relation:
    return spec.ToSchema(child, decode_struct(m.schema))


def _with_columns_renamed(_: Decoder, m: pb.WithColumnsRenamed, child: spec.Relation) -> spec.Relation:
    renames = tuple((r.col_name, r.new_col_name) for r in m.renames) or tuple(m.rename_columns_map.items())
    return spec.WithColumnsRenamed(child, renames)


def _with_columns(d: Decoder, m: pb.WithColumns, child: spec.Relation) -> spec.Relation:
    for alias in m.aliases:
        if len(alias.name) != 1:
            raise invalid_plan("WITH_COLUMNS_REQUIRE_SINGLE_NAME_PART", got=".".join(alias.name))
    return spec.WithColumns(child, tuple(decode_alias(d, a) for a in m.aliases))


def _drop(d: Decoder, m: pb.Drop, child: spec.Relation) -> spec.Relation:
    return spec.Drop(child, d.expressions(m.columns), tuple(m.column_names))


def _unpivot(d: Decoder, m: pb.Unpivot, child: spec.Relation) -> spec.Relation:
    values = tuple(((v,), None) for v in d.expressions(m.values.values)) if m.HasField("values") else None
    ids = d.expressions(m.ids)
    return spec.Unpivot(child, ids, values, m.variable_column_name, (m.value_column_name,))


def _transpose(d: Decoder, m: pb.Transpose, child: spec.Relation) -> spec.Relation:
    return spec.Transpose(child, d.expression(m.index_columns[0]) if m.index_columns else None)


def _with_relations(_: Decoder, m: pb.WithRelations, *nodes: spec.Relation) -> spec.Relation:
    """The root; its subqueries hold their relations already, and a SQL text gets its named inputs."""
    *references, root = nodes
    if not isinstance(root, spec.SqlQuery):
        return root
    views: list[tuple[str, spec.Relation]] = []
    for reference in references:
        if not isinstance(reference, spec.SubqueryAlias):
            raise invalid_plan("INVALID_WITH_RELATION_REFERENCE")
        views.append((reference.name, reference.child))
    return replace(root, views=tuple(views))


# --------------------------------------------------------------------------------------------- Python functions


def _map_partitions(d: Decoder, m: pb.MapPartitions, child: spec.Relation) -> spec.Relation:
    return spec.MapPartitions(child, decode_python_udf(d, m.func), m.is_barrier)


def _group_map(d: Decoder, m: pb.GroupMap, child: spec.Relation) -> spec.Relation:
    if m.HasField("state_schema") or m.HasField("transform_with_state_info") or m.HasField("initial_input"):
        raise unsupported("stateful grouped maps (structured streaming)")
    return spec.GroupMap(child, d.expressions(m.grouping_expressions), decode_python_udf(d, m.func))


def _co_group_map(d: Decoder, m: pb.CoGroupMap, left: spec.Relation, right: spec.Relation) -> spec.Relation:
    left_keys, right_keys = d.expressions(m.input_grouping_expressions), d.expressions(m.other_grouping_expressions)
    return spec.CoGroupMap(left, right, left_keys, right_keys, decode_python_udf(d, m.func))


def _collect_metrics(d: Decoder, m: pb.CollectMetrics, child: spec.Relation) -> spec.Relation:
    return spec.CollectMetrics(child, m.name, d.expressions(m.metrics))


def _parse(_: Decoder, m: pb.Parse, child: spec.Relation) -> spec.Relation:
    name = _PARSE_FORMATS.get(m.format)
    if name is None:
        raise bad_enum(m, "format")
    return spec.Parse(child, name, decode_struct(m.schema) if m.HasField("schema") else None, dict(m.options))


def _with_watermark(_: Decoder, m: pb.WithWatermark, child: spec.Relation) -> spec.Relation:
    return spec.WithWatermark(child, m.event_time, m.delay_threshold)


# ------------------------------------------------------------------------------------------ NULLs and statistics


def _fill_na(_: Decoder, m: pb.NAFill, child: spec.Relation) -> spec.Relation:
    if not m.values:
        raise invalid_plan("NA_FILL_VALUES_EMPTY")
    if len(m.values) > 1 and len(m.values) != len(m.cols):
        raise invalid_plan("NA_FILL_VALUES_LENGTH_MISMATCH")
    return spec.FillNa(child, tuple(m.cols), tuple(decode_literal(v) for v in m.values))


def _drop_na(_: Decoder, m: pb.NADrop, child: spec.Relation) -> spec.Relation:
    return spec.DropNa(child, tuple(m.cols), m.min_non_nulls if m.HasField("min_non_nulls") else None)


def _replace_na(_: Decoder, m: pb.NAReplace, child: spec.Relation) -> spec.Relation:
    pairs = tuple((decode_literal(r.old_value), decode_literal(r.new_value)) for r in m.replacements)
    return spec.ReplaceNa(child, tuple(m.cols), pairs)


def _summary(_: Decoder, m: pb.StatSummary, child: spec.Relation) -> spec.Relation:
    return spec.Summary(child, tuple(m.statistics))


def _describe(_: Decoder, m: pb.StatDescribe, child: spec.Relation) -> spec.Relation:
    return spec.Describe(child, tuple(m.cols))


def _crosstab(_: Decoder, m: pb.StatCrosstab, child: spec.Relation) -> spec.Relation:
    return spec.Crosstab(child, m.col1, m.col2)


def _covariance(_: Decoder, m: pb.StatCov, child: spec.Relation) -> spec.Relation:
    return spec.Covariance(child, m.col1, m.col2)


def _correlation(_: Decoder, m: pb.StatCorr, child: spec.Relation) -> spec.Relation:
    return spec.Correlation(child, m.col1, m.col2, m.method if m.HasField("method") else "pearson")


def _approx_quantile(_: Decoder, m: pb.StatApproxQuantile, child: spec.Relation) -> spec.Relation:
    return spec.ApproxQuantile(child, tuple(m.cols), tuple(m.probabilities), m.relative_error)


def _freq_items(_: Decoder, m: pb.StatFreqItems, child: spec.Relation) -> spec.Relation:
    return spec.FreqItems(child, tuple(m.cols), m.support if m.HasField("support") else 0.01)


def _sample_by(d: Decoder, m: pb.StatSampleBy, child: spec.Relation) -> spec.Relation:
    fractions = tuple((decode_literal(f.stratum), f.fraction) for f in m.fractions)
    return spec.SampleBy(child, d.expression(m.col), fractions, m.seed if m.HasField("seed") else d.new_seed())


# -------------------------------------------------------------------------------------------------- text output


def _show_string(_: Decoder, m: pb.ShowString, child: spec.Relation) -> spec.Relation:
    return spec.ShowString(child, m.num_rows, m.truncate, m.vertical)


def _html_string(_: Decoder, m: pb.HtmlString, child: spec.Relation) -> spec.Relation:
    return spec.HtmlString(child, m.num_rows, m.truncate)


# ------------------------------------------------------------------------------------------- what Spark refuses


def _changes(_: Decoder, m: pb.RelationChanges) -> spec.Relation:
    name = spec.TableName(table_parts(m.unparsed_identifier))
    return spec.RelationChanges(name, dict(m.options), m.is_streaming)


def _not_served(field: str) -> Callable[[Any], SparkError]:
    return lambda m: invalid_plan(
        "INVALID_ONE_OF_FIELD_NOT_SUPPORTED",
        fullName="spark.connect.Relation",
        name=field.upper(),
        number=str(pb.Relation.DESCRIPTOR.fields_by_name[field].number),
    )


_SAMPLE_SLACK: Final = 1e-6

_SET_OPERATIONS: Final[Mapping[int, str]] = {
    pb.SetOperation.SET_OP_TYPE_UNION: "union",
    pb.SetOperation.SET_OP_TYPE_INTERSECT: "intersect",
    pb.SetOperation.SET_OP_TYPE_EXCEPT: "except",
}

_GROUPINGS: Final[Mapping[int, str]] = {
    pb.Aggregate.GROUP_TYPE_GROUPBY: "groupby",
    pb.Aggregate.GROUP_TYPE_ROLLUP: "rollup",
    pb.Aggregate.GROUP_TYPE_CUBE: "cube",
    pb.Aggregate.GROUP_TYPE_PIVOT: "pivot",
    pb.Aggregate.GROUP_TYPE_GROUPING_SETS: "grouping_sets",
}

_PARSE_FORMATS: Final[Mapping[int, str]] = {
    pb.Parse.PARSE_FORMAT_CSV: "csv",
    pb.Parse.PARSE_FORMAT_JSON: "json",
    pb.Parse.PARSE_FORMAT_XML: "xml",
}

_ONE: Final = ("input",)
_TWO: Final = ("left", "right")

RELATIONS: Final[Mapping[str, Row]] = {
    "read": Row(_read),
    "project": Row(_project, ("input?",)),
    "filter": Row(_filter, _ONE),
    "join": Row(join, _TWO),
    "set_op": Row(_set_operation, ("left_input", "right_input")),
    "sort": Row(_sort, _ONE),
    "limit": Row(_limit, _ONE),
    "aggregate": Row(_aggregate, _ONE),
    "sql": Row(_sql),
    "local_relation": Row(local_relation),
    "sample": Row(_sample, _ONE),
    "offset": Row(_offset, _ONE),
    "deduplicate": Row(_deduplicate, _ONE),
    "range": Row(_range),
    "subquery_alias": Row(_subquery_alias, _ONE),
    "repartition": Row(_repartition, _ONE),
    "to_df": Row(_to_df, _ONE),
    "with_columns_renamed": Row(_with_columns_renamed, _ONE),
    "show_string": Row(_show_string, _ONE),
    "drop": Row(_drop, _ONE),
    "tail": Row(_tail, _ONE),
    "with_columns": Row(_with_columns, _ONE),
    "hint": Row(_hint, _ONE),
    "unpivot": Row(_unpivot, _ONE),
    "to_schema": Row(_to_schema, _ONE),
    "repartition_by_expression": Row(_repartition_by, _ONE),
    "map_partitions": Row(_map_partitions, _ONE),
    "collect_metrics": Row(_collect_metrics, _ONE),
    "parse": Row(_parse, _ONE),
    "group_map": Row(_group_map, _ONE),
    "co_group_map": Row(_co_group_map, ("input", "other")),
    "with_watermark": Row(_with_watermark, _ONE),
    "apply_in_pandas_with_state": Row(Refusal("applyInPandasWithState (structured streaming)")),
    "html_string": Row(_html_string, _ONE),
    "cached_local_relation": Row(cached_local_relation),
    "cached_remote_relation": Row(_cached_remote),
    "common_inline_user_defined_table_function": Row(_python_table_function),
    "as_of_join": Row(as_of_join, _TWO),
    "common_inline_user_defined_data_source": Row(
        AsSpark("a source is registered, then read", _not_served("common_inline_user_defined_data_source"))
    ),
    "with_relations": Row(_with_relations, (REFERENCES, "root")),
    "transpose": Row(_transpose, _ONE),
    "unresolved_table_valued_function": Row(_table_function),
    "lateral_join": Row(lateral_join, _TWO),
    "chunked_cached_local_relation": Row(chunked_local_relation),
    "relation_changes": Row(_changes),
    "nearest_by_join": Row(nearest_by_join, _TWO),
    "fill_na": Row(_fill_na, _ONE),
    "drop_na": Row(_drop_na, _ONE),
    "replace": Row(_replace_na, _ONE),
    "summary": Row(_summary, _ONE),
    "crosstab": Row(_crosstab, _ONE),
    "describe": Row(_describe, _ONE),
    "cov": Row(_covariance, _ONE),
    "corr": Row(_correlation, _ONE),
    "approx_quantile": Row(_approx_quantile, _ONE),
    "freq_items": Row(_freq_items, _ONE),
    "sample_by": Row(_sample_by, _ONE),
    "catalog": Row(_catalog),
    "ml_relation": Row(Refusal("machine learning")),
    "extension": Row(_extension),
    "unknown": Row(AsSpark("no relation at all", _not_served("unknown"))),
}

PARTIAL: Final[Mapping[str, str]] = {
    "extension": "those of the package delta-spark",
    "read": "a table is not read as a stream; other streams are described, not run",
    "with_watermark": "rows pass; a stream's state is not kept",
    "group_map": "without state",
}
"""What is missing of kinds that are not refused as a whole."""

AS_SPARK: Final[Mapping[str, str]] = {"relation_changes": "refused: no catalog here keeps changes"}
"""Kinds whose errors come later than from here, and are Spark's own."""
