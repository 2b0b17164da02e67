"""`spark.read.csv(rows)` and `spark.read.json(rows)`: a column of text read as a file's lines."""

from __future__ import annotations

from collections.abc import Sequence

from hiveframe.analysis.frame import Context, Resolved, failure
from hiveframe.analysis.relations.leaves import from_table
from hiveframe.plan import spec
from hiveframe.plan import types as t


def parse(node: spec.Parse, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """The lines under a schema that is given or found in them."""
    child = inputs[0]
    columns = child.scope.columns
    if len(columns) != 1 or not isinstance(columns[0].dtype, t.StringType):
        raise failure(
            "UNSUPPORTED_FEATURE.HIVEFRAME",
            node,
            feature="parsing rows that are not one column of text",
        )
    return from_table(context, context.env.parse_rows(child.plan, node.format, node.schema, node.options))
