"""What was asked for, before names and types are known: unresolved names begin with a quote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hiveframe.plan import spec
from hiveframe.plan.types import DataType, simple_string
from hiveframe.plan.walk import children, preorder
from hiveframe.sessions.explaining.trees import tree

Plan = spec.Relation | spec.Command


def parsed_tree(plan: Plan) -> str:
    """The unresolved plan; of a command what it executes, and the queries that it is given."""
    return tree(plan, _line, _inputs)


def _inputs(node: Plan) -> Sequence[Plan]:
    return children(node, spec.Relation)


def _line(node: Plan) -> str:
    if isinstance(node, spec.LocalRelation):
        return "LocalRelation"
    if isinstance(node, spec.Range):
        return f"Range ({node.start}, {node.end}, step={node.step})"
    if isinstance(node, spec.Table):
        return f"'UnresolvedRelation [{', '.join(node.name.parts)}]"
    if isinstance(node, spec.ReadSource):
        return f"'UnresolvedDataSource format: {node.format or 'default'}, paths: {len(node.paths)}"
    if isinstance(node, spec.SqlQuery):
        return f"'SqlQuery {' '.join(node.text.split())[:100]}"
    if isinstance(node, spec.Join):
        condition = f", {expression_text(node.condition)}" if node.condition is not None else ""
        using = f", Using[{', '.join(node.using)}]" if node.using else ""
        return f"'Join {node.kind}{condition}{using}"
    details = [t for name in _fields(node) if (t := _detail(getattr(node, name)))]
    kind = "Execute " if isinstance(node, spec.Command) else "'"
    return f"{kind}{type(node).__name__}" + (f" {', '.join(details)}" if details else "")


def _fields(node: Any) -> list[str]:
    return [name for name in node.__dataclass_fields__ if name not in ("plan_id", "origin", "child", "left", "right")]


def _detail(value: Any) -> str:
    match value:
        case spec.Expr():
            return expression_text(value)
        case spec.TableName(parts):
            return ".".join(parts)
        case bool() | int() | float() | str() if value not in ("", False):
            return str(value)
        case tuple() if value and all(isinstance(item, (spec.Expr, str)) for item in value):
            return "[" + ", ".join(item if isinstance(item, str) else expression_text(item) for item in value) + "]"
    return ""


def expression_text(root: spec.Expr) -> str:
    """An unresolved expression as people read it; written from its innermost parts, so that depth costs no stack."""
    texts: dict[spec.Expr, str] = {}
    for node in reversed(list(preorder(root, spec.Expr))):
        inner = children(node, spec.Expr)
        texts[node] = _text(node, texts)
        for child in inner:
            texts.pop(child, None)  # written again before another that holds it is
    return texts[root]


def _text(node: spec.Expr, texts: Mapping[spec.Expr, str]) -> str:
    match node:
        case spec.Literal(value):
            return str(value)
        case spec.Attribute(parts):
            return "'" + ".".join(parts)
        case spec.Star(target):
            return ".".join((*target, "*"))
        case spec.Alias(child, names):
            return f"{texts[child]} AS {', '.join(names)}"
        case spec.Function(name, (left, right)) if not name[-1][:1].isalpha():
            return f"({texts[left]} {name[-1]} {texts[right]})"
        case spec.Function(name, args):
            return f"'{'.'.join(name)}({', '.join(texts[a] for a in args)})"
        case spec.Cast(child, dtype):
            shown = simple_string(dtype) if isinstance(dtype, DataType) else dtype
            return f"cast({texts[child]} as {shown})"
        case spec.SortOrder(child, ascending, nulls_first):
            first = ascending if nulls_first is None else nulls_first
            return f"{texts[child]} {'ASC' if ascending else 'DESC'} NULLS {'FIRST' if first else 'LAST'}"
    inner = ", ".join(texts[child] for child in children(node, spec.Expr))
    return f"'{type(node).__name__.lower()}({inner})"
