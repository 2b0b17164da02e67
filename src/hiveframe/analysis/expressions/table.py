"""The table of expressions: a handler for each class of the unresolved tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hiveframe.analysis.expressions import (
    attributes,
    casts,
    extract,
    functions,
    intervals,
    lambdas,
    literals,
    misc,
    stars,
    subqueries,
    user_functions,
    windows,
)
from hiveframe.analysis.expressions.binder import Handler
from hiveframe.plan import spec

HANDLERS: Final[Mapping[type[spec.Expr], Handler]] = {
    spec.Literal: literals.bind_literal,
    spec.TypedLiteral: literals.bind_typed_literal,
    spec.IntervalParts: intervals.bind_interval_parts,
    spec.Parameter: literals.bind_parameter,
    spec.JoinedText: literals.bind_joined_text,
    spec.Attribute: attributes.bind_attribute,
    spec.LambdaVariable: attributes.bind_lambda_variable,
    spec.Star: stars.bind_star,
    spec.Regex: stars.bind_regex,
    stars.Bound: stars.bind_bound,
    spec.Function: functions.bind_call,
    spec.NamedArgument: functions.bind_named_argument,
    spec.PythonUdf: user_functions.bind_python_udf,
    spec.Alias: misc.bind_alias,
    spec.SortOrder: misc.bind_sort_order,
    spec.IdentifierClause: misc.bind_identifier_clause,
    spec.DefaultValue: misc.bind_default,
    spec.TableArgument: misc.bind_table_argument,
    spec.Cast: casts.bind_cast,
    spec.Window: windows.bind_window,
    spec.Lambda: lambdas.bind_stray_lambda,
    spec.ExtractValue: extract.bind_extract,
    spec.UpdateFields: extract.bind_update_fields,
    spec.ScalarSubquery: subqueries.bind_scalar,
    spec.ExistsSubquery: subqueries.bind_exists,
    spec.InSubquery: subqueries.bind_in,
}
