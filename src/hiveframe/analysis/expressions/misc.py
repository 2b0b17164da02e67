"""Expressions that stand only in special places: aliases, sort keys, IDENTIFIER, DEFAULT, TABLE arguments."""

from __future__ import annotations

from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.frame import failure
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.sql.identifiers import parse_multipart_identifier


def bind_alias(binder: Binder, node: spec.Alias) -> lg.Expr:
    """An alias inside an expression: its child (names matter only in SELECT lists and `struct`)."""
    return binder.bind(node.child)


def bind_sort_order(binder: Binder, node: spec.SortOrder) -> lg.Expr:
    """A sort key used as a plain expression."""
    return binder.bind(node.child)


def identifier_parts(binder: Binder, clause: spec.Expr) -> tuple[str, ...]:
    """The name that `IDENTIFIER(clause)` stands for."""
    expr = binder.bind(clause)
    value = expr.value if isinstance(expr, lg.Literal) else binder.context.env.evaluate(expr)
    if not isinstance(expr.dtype, t.StringType):
        raise failure(
            "NOT_A_CONSTANT_STRING.WRONG_TYPE",
            clause,
            name="IDENTIFIER",
            expr=f'"{binder.text(clause)}"',
            dataType=t.simple_string(expr.dtype),
        )
    if value is None:
        raise failure("NOT_A_CONSTANT_STRING.NULL", clause, name="IDENTIFIER", expr=f'"{binder.text(clause)}"')
    return parse_multipart_identifier(str(value))


def bind_identifier_clause(binder: Binder, node: spec.IdentifierClause) -> lg.Expr:
    """`IDENTIFIER('a.b')` as a column or function."""
    parts = identifier_parts(binder, node.name)
    target: spec.Expr
    if node.args is None:
        target = spec.Attribute(parts, origin=node.origin)
    else:
        target = spec.Function(parts, node.args, origin=node.origin)
    expr = binder.bind(target)
    binder.context.run.shown[node] = binder.text(target)
    return expr


def bind_default(binder: Binder, node: spec.DefaultValue) -> lg.Expr:
    """DEFAULT outside of INSERT, UPDATE and MERGE."""
    raise failure("DEFAULT_PLACEMENT_INVALID", node)


def bind_table_argument(binder: Binder, node: spec.TableArgument) -> lg.Expr:
    """A TABLE argument of something that takes none."""
    raise failure("UNSUPPORTED_FEATURE.TABLE_ARGUMENT_OUTSIDE_TABLE_FUNCTION", node)
