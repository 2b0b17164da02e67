"""Protobuf expressions to `spec.Expr`: the table at the end has a row for each of the 22 kinds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from pyspark.sql.connect.proto import expressions_pb2 as pb

from hiveframe.connect.decode.identifiers import table_parts
from hiveframe.connect.decode.invalid import (
    NO_EXTENSION,
    AsSpark,
    bad_enum,
    invalid_plan,
    no_jvm,
    not_set,
    not_supported,
)
from hiveframe.connect.decode.literals import decode_literal
from hiveframe.connect.decode.types import decode_type_or_ddl
from hiveframe.errors import unsupported
from hiveframe.plan import spec
from hiveframe.plan.attribute_names import attribute_parts

if TYPE_CHECKING:
    from hiveframe.connect.decode.plan import Decoder


# Functions that DataFrames have and SQL has not.
_INTERNAL = frozenset(
    {
        "array_binary_search",
        "bucket",
        "collect_top_k",
        "days",
        "distributed_id",
        "ewm",
        "hours",
        "months",
        "null_index",
        "pandas_covar",
        "pandas_kurt",
        "pandas_mode",
        "pandas_product",
        "pandas_skew",
        "pandas_stddev",
        "pandas_var",
        "product",
        "timestamp_ntz_to_long",
        "unwrap_udt",
        "years",
    }
)

# Functions of a unit and two values, which SQL has a grammar for and no names.
_OF_A_UNIT: Final = frozenset({"timestampadd", "timestampdiff"})


def _literal(_: Decoder, m: pb.Expression.Literal) -> spec.Expr:
    return decode_literal(m)


def _attribute(_: Decoder, m: pb.Expression.UnresolvedAttribute) -> spec.Expr:
    plan_id = m.plan_id if m.HasField("plan_id") else None
    return spec.Attribute(attribute_parts(m.unparsed_identifier), plan_id, m.is_metadata_column)


def _function(d: Decoder, m: pb.Expression.UnresolvedFunction) -> spec.Expr:
    name = table_parts(m.function_name) if m.is_user_defined_function else (m.function_name,)
    called = m.function_name.lower()
    is_internal = m.is_internal if m.HasField("is_internal") else called in _INTERNAL
    if called in _OF_A_UNIT and len(m.arguments) == 3:
        is_internal = True
    return spec.Function(name, d.expressions(m.arguments), distinct=m.is_distinct, is_internal=is_internal)


def _call(d: Decoder, m: pb.CallFunction) -> spec.Expr:
    return spec.Function(table_parts(m.function_name), d.expressions(m.arguments))


def _expression_string(d: Decoder, m: pb.Expression.ExpressionString) -> spec.Expr:
    return d.parse_expression(m.expression)


def _star(_: Decoder, m: pb.Expression.UnresolvedStar) -> spec.Expr:
    plan_id = m.plan_id if m.HasField("plan_id") else None
    if not m.HasField("unparsed_target"):
        return spec.Star(plan_id=plan_id)
    if plan_id is not None:
        raise invalid_plan("UNRESOLVED_STAR_WITH_BOTH_TARGET_AND_PLAN_ID")
    target = m.unparsed_target
    if not target.endswith(".*"):
        raise invalid_plan("UNRESOLVED_STAR_TARGET_INVALID", target=target)
    return spec.Star(attribute_parts(target[:-2]))


def _regex(_: Decoder, m: pb.Expression.UnresolvedRegex) -> spec.Expr:
    return spec.Regex(m.col_name, m.plan_id if m.HasField("plan_id") else None)


def decode_alias(d: Decoder, m: pb.Expression.Alias) -> spec.Alias:
    """`expr AS name`; several names only for a generator, and then without metadata."""
    if m.HasField("metadata") and len(m.name) > 1:
        raise invalid_plan("ALIAS_WITH_MULTIPLE_IDENTIFIERS_AND_METADATA")
    metadata = json.loads(m.metadata) if m.metadata else None
    return spec.Alias(d.expression(m.expr), tuple(m.name), metadata)


def _cast(d: Decoder, m: pb.Expression.Cast) -> spec.Expr:
    kind = m.WhichOneof("cast_to_type")
    if kind is None:
        raise not_set(m, "cast_to_type")
    dtype = m.type_str if kind == "type_str" else decode_type_or_ddl(m.type)
    is_try = m.eval_mode == pb.Expression.Cast.EVAL_MODE_TRY
    is_legacy = m.eval_mode == pb.Expression.Cast.EVAL_MODE_LEGACY
    return spec.Cast(d.expression(m.expr), dtype, is_try, is_legacy)


def decode_sort_order(d: Decoder, m: pb.Expression.SortOrder) -> spec.SortOrder:
    """One sort key; unspecified means ascending, with NULLs where Spark puts them."""
    ascending = m.direction != pb.Expression.SortOrder.SORT_DIRECTION_DESCENDING
    return spec.SortOrder(d.expression(m.child), ascending, _NULLS_FIRST.get(m.null_ordering))


def _lambda(d: Decoder, m: pb.Expression.LambdaFunction) -> spec.Expr:
    if not 1 <= len(m.arguments) <= 3:
        raise invalid_plan("LAMBDA_FUNCTION_ARGUMENT_COUNT_INVALID", got=str(len(m.arguments)))
    return spec.Lambda(tuple(_variable_name(v) for v in m.arguments), d.expression(m.function))


def _lambda_variable(_: Decoder, m: pb.Expression.UnresolvedNamedLambdaVariable) -> spec.Expr:
    return spec.LambdaVariable(_variable_name(m))


def _variable_name(m: pb.Expression.UnresolvedNamedLambdaVariable) -> str:
    if not m.name_parts:
        raise invalid_plan("UNRESOLVED_NAMED_LAMBDA_VARIABLE_REQUIRES_NAME_PART")
    return ".".join(m.name_parts)


def _window(d: Decoder, m: pb.Expression.Window) -> spec.Expr:
    if not m.HasField("window_function"):
        raise invalid_plan("WINDOW_FUNCTION_REQUIRED")
    frame = _frame(d, m.frame_spec) if m.HasField("frame_spec") else None
    window = spec.WindowSpec(d.expressions(m.partition_spec), d.sort_orders(m.order_spec), frame)
    return spec.Window(d.expression(m.window_function), window)


def _frame(d: Decoder, m: pb.Expression.Window.WindowFrame) -> spec.Frame:
    unit = _FRAME_UNITS.get(m.frame_type)
    if unit is None:
        raise bad_enum(m, "frame_type")
    if not m.HasField("lower"):
        raise invalid_plan("LOWER_BOUND_REQUIRED_IN_WINDOW_FRAME")
    if not m.HasField("upper"):
        raise invalid_plan("UPPER_BOUND_REQUIRED_IN_WINDOW_FRAME")
    return spec.Frame(unit, _bound(d, m.lower, "preceding"), _bound(d, m.upper, "following"))


def _bound(d: Decoder, m: pb.Expression.Window.WindowFrame.FrameBoundary, side: str) -> spec.FrameBound:
    """The bound; a constant below zero is that many steps before the current row, one above zero after it."""
    kind = m.WhichOneof("boundary")
    if kind is None:
        raise not_set(m, "boundary")
    if kind == "current_row":
        return spec.FrameBound("current_row")
    if kind == "unbounded":
        return spec.FrameBound(f"unbounded_{side}")
    value = d.expression(m.value)
    if isinstance(value, spec.Literal) and isinstance(value.value, int) and value.value < 0:
        return spec.FrameBound("preceding", spec.Literal(-value.value, value.dtype))
    return spec.FrameBound("following", value)


def _extract_value(d: Decoder, m: pb.Expression.UnresolvedExtractValue) -> spec.Expr:
    return spec.ExtractValue(d.expression(m.child), d.expression(m.extraction))


def _update_fields(d: Decoder, m: pb.Expression.UpdateFields) -> spec.Expr:
    value = d.expression(m.value_expression) if m.HasField("value_expression") else None
    return spec.UpdateFields(d.expression(m.struct_expression), m.field_name, value)


def _inline_function(d: Decoder, m: pb.CommonInlineUserDefinedFunction) -> spec.Expr:
    return decode_python_udf(d, m)


def decode_python_udf(d: Decoder, m: pb.CommonInlineUserDefinedFunction) -> spec.PythonUdf:
    """A call of an inline Python function; Scala and Java functions need a JVM and are refused."""
    if m.is_distinct:
        raise unsupported(f"DISTINCT in a call of the user-defined function {m.function_name!r}")
    return spec.PythonUdf(m.function_name, decode_python_function(m), d.expressions(m.arguments), m.deterministic)


def decode_python_function(m: pb.CommonInlineUserDefinedFunction) -> spec.PythonFunction:
    """The pickled function and its declared type, untouched."""
    kind = m.WhichOneof("function")
    if kind is None:
        raise not_set(m, "function")
    if kind == "java_udf":
        raise not_supported(m, kind)
    if kind != "python_udf":
        raise no_jvm()
    udf = m.python_udf
    return spec.PythonFunction(udf.command, udf.eval_type, decode_type_or_ddl(udf.output_type), udf.python_ver)


def _named_argument(d: Decoder, m: pb.NamedArgumentExpression) -> spec.Expr:
    return spec.NamedArgument(m.key, d.expression(m.value))


def _merge_action(_: Decoder, m: pb.MergeAction) -> spec.Expr:
    raise invalid_plan("ASSERTION_FAILURE", message="A merge action stands only in MERGE INTO.")


def _subquery(d: Decoder, m: pb.SubqueryExpression) -> spec.Expr:
    handler = _SUBQUERIES.get(m.subquery_type)
    if handler is None:
        raise bad_enum(m, "subquery_type")
    return handler(d, m, d.reference(m.plan_id))


def _table_argument(d: Decoder, m: pb.SubqueryExpression, plan: spec.Relation) -> spec.Expr:
    options = m.table_arg_options
    return spec.TableArgument(
        plan, d.expressions(options.partition_spec), d.sort_orders(options.order_spec), options.with_single_partition
    )


def _in_subquery(d: Decoder, m: pb.SubqueryExpression, plan: spec.Relation) -> spec.Expr:
    return spec.InSubquery(d.expressions(m.in_subquery_values), plan)


def _shuffle_partition_id(d: Decoder, m: pb.Expression.DirectShufflePartitionID) -> spec.Expr:
    return d.expression(m.child)


_NULLS_FIRST: Final[Mapping[int, bool]] = {
    pb.Expression.SortOrder.SORT_NULLS_FIRST: True,
    pb.Expression.SortOrder.SORT_NULLS_LAST: False,
}

_FRAME_UNITS: Final[Mapping[int, str]] = {
    pb.Expression.Window.WindowFrame.FRAME_TYPE_ROW: "rows",
    pb.Expression.Window.WindowFrame.FRAME_TYPE_RANGE: "range",
}

_SUBQUERIES: Final[Mapping[int, Callable[[Decoder, pb.SubqueryExpression, spec.Relation], spec.Expr]]] = {
    pb.SubqueryExpression.SUBQUERY_TYPE_SCALAR: lambda _, __, plan: spec.ScalarSubquery(plan),
    pb.SubqueryExpression.SUBQUERY_TYPE_EXISTS: lambda _, __, plan: spec.ExistsSubquery(plan),
    pb.SubqueryExpression.SUBQUERY_TYPE_TABLE_ARG: _table_argument,
    pb.SubqueryExpression.SUBQUERY_TYPE_IN: _in_subquery,
}

EXPRESSIONS: Final[Mapping[str, Callable[[Decoder, Any], spec.Expr]]] = {
    "literal": _literal,
    "unresolved_attribute": _attribute,
    "unresolved_function": _function,
    "expression_string": _expression_string,
    "unresolved_star": _star,
    "alias": decode_alias,
    "cast": _cast,
    "unresolved_regex": _regex,
    "sort_order": decode_sort_order,
    "lambda_function": _lambda,
    "window": _window,
    "unresolved_extract_value": _extract_value,
    "update_fields": _update_fields,
    "unresolved_named_lambda_variable": _lambda_variable,
    "common_inline_user_defined_function": _inline_function,
    "call_function": _call,
    "named_argument_expression": _named_argument,
    "merge_action": _merge_action,
    "typed_aggregate_expression": AsSpark(
        "typed (Scala) aggregates are code of a JVM", lambda m: invalid_plan("ASSERTION_FAILURE", message="")
    ),
    "subquery_expression": _subquery,
    "direct_shuffle_partition_id": _shuffle_partition_id,
    "extension": NO_EXTENSION,
}
