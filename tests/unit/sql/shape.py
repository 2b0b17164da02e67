"""Trees as short text, for tests: `(+ a 1)`, `Project[a](Table t)`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hiveframe.plan import spec
from hiveframe.plan import types as t

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sql"


def cases(name: str) -> list[tuple[str, str]]:
    """The texts of a fixture file and, on the line under each, the shape of its tree."""
    lines = (FIXTURES / f"{name}.txt").read_text().splitlines()
    return [(text, tree.removeprefix("    => ")) for text, tree in zip(lines[::2], lines[1::2], strict=True)]


def statement_shape(node: Any) -> str:
    """A command as its class and those of its fields that are not left at their default."""
    if not isinstance(node, spec.Command):
        return shape(node)
    found = [type(node).__name__]
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        if field.name != "origin" and value != field.default:
            found.append(f"{field.name}={_value(value)}")
    return " ".join(found)


def _value(value: Any) -> str:
    match value:
        case spec.TableName(parts=parts, clause=clause):
            return ".".join(parts) if clause is None else f"identifier({shape(clause)})"
        case spec.Command():
            return f"<{statement_shape(value)}>"
        case spec.CommandResult(command=command):
            return f"<{statement_shape(command)}>"
        case spec.Expr() | spec.Relation():
            return f"<{shape(value)}>"
        case t.DataType():
            return t.simple_string(value)
        case spec.Node():
            fields = ((f, getattr(value, f.name)) for f in dataclasses.fields(value))
            return "{" + " ".join(f"{f.name}={_value(found)}" for f, found in fields if found != f.default) + "}"
        case tuple():
            return "(" + ", ".join(map(_value, value)) + ")"
        case Mapping():
            return "{" + ", ".join(f"{key}: {_value(found)}" for key, found in value.items()) + "}"
    return repr(value)


def shape(node: Any) -> str:
    """An expression or relation as text: what it is and what is in it, without origins."""
    match node:
        case spec.Literal(value=value, dtype=t.StringType()):
            return repr(value)
        case spec.Literal(value=value, dtype=dtype):
            known = {t.INT: "", t.LONG: "L", t.BOOLEAN: "", t.NULL: ""}
            suffix = known.get(dtype)
            return f"{value}{suffix}" if suffix is not None else f"{value}:{t.simple_string(dtype)}"
        case spec.TypedLiteral(type_name=name, text=text, unit=unit):
            return f"{name}{text!r}" + (f" {unit}" if unit else "")
        case spec.IntervalParts(parts=parts):
            return "interval[" + ", ".join(f"{shape(value)} {unit}" for value, unit in parts) + "]"
        case spec.Attribute(parts=parts):
            return ".".join(parts)
        case spec.Star(target=target, except_=dropped, replace=replaced):
            tail = f" except {dropped}" if dropped else ""
            tail += " replace " + " ".join(map(shape, replaced)) if replaced else ""
            return "".join(f"{part}." for part in target) + "*" + tail
        case spec.Function():
            return _function(node)
        case spec.NamedArgument(name=name, value=value):
            return f"{name}=>{shape(value)}"
        case spec.Alias(child=child, names=names):
            return f"{shape(child)} as {','.join(names)}"
        case spec.Cast(child=child, dtype=dtype, is_try=is_try):
            assert isinstance(dtype, t.DataType)
            return f"{'try_' if is_try else ''}cast({shape(child)} {t.simple_string(dtype)})"
        case spec.SortOrder(child=child, ascending=ascending, nulls_first=nulls):
            tail = "" if nulls is None else " nulls first" if nulls else " nulls last"
            return shape(child) + ("" if ascending else " desc") + tail
        case spec.Window(function=function, spec=window):
            return f"{shape(function)} over {_window(window)}"
        case spec.Lambda(params=params, body=body):
            return f"\\{','.join(params)}.{shape(body)}"
        case spec.ExtractValue(child=child, key=key):
            return f"{shape(child)}[{shape(key)}]"
        case spec.ScalarSubquery(plan=plan):
            return f"scalar<{shape(plan)}>"
        case spec.ExistsSubquery(plan=plan):
            return f"exists<{shape(plan)}>"
        case spec.InSubquery(values=values, plan=plan):
            return f"({_list(values)} in <{shape(plan)}>)"
        case spec.Parameter(name=name, position=position):
            return f":{name}" if name is not None else f"?{position}"
        case spec.IdentifierClause(name=name, args=args):
            return f"identifier({shape(name)})" + (f"({_list(args)})" if args is not None else "")
        case spec.DefaultValue():
            return "DEFAULT"
        case spec.TableArgument(plan=plan, partition_by=keys, order_by=order, with_single_partition=single):
            tail = f" by {_list(keys)}" if keys else ""
            return f"table<{shape(plan)}>{tail}" + (f" sort {_list(order)}" if order else "") + (" single" * single)
        case spec.Relation():
            return _relation(node)
    raise AssertionError(f"no shape for {type(node).__name__}")


def _list(nodes: Any) -> str:
    return ", ".join(shape(node) for node in nodes)


def _function(node: spec.Function) -> str:
    text = "(" + " ".join([".".join(node.name), *(["distinct"] if node.distinct else []), *map(shape, node.args)]) + ")"
    if node.within_group:
        text += f" within {_list(node.within_group)}"
    if node.filter is not None:
        text += f" filter {shape(node.filter)}"
    if node.ignore_nulls:
        text += " ignore nulls"
    return text


def _window(window: spec.WindowSpec) -> str:
    if window.base:
        return window.base
    parts = []
    if window.partition_by:
        parts.append(f"by {_list(window.partition_by)}")
    if window.order_by:
        parts.append(f"sort {_list(window.order_by)}")
    if window.frame:
        parts.append(f"{window.frame.unit} {_bound(window.frame.lower)}..{_bound(window.frame.upper)}")
    return "[" + "; ".join(parts) + "]"


def _bound(bound: spec.FrameBound) -> str:
    return bound.kind if bound.value is None else f"{shape(bound.value)} {bound.kind}"


def _relation(node: spec.Relation) -> str:
    match node:
        case spec.OneRow():
            return "one"
        case spec.Table(name=name, version=version, timestamp=timestamp, options=options):
            text = ".".join(name.parts) or f"identifier({shape(name.clause)})"
            text += f" version {shape(version)}" if version else ""
            text += f" timestamp {shape(timestamp)}" if timestamp else ""
            return text + (f" with {dict(options)}" if options else "")
        case spec.Values(rows=rows):
            return "values " + " ".join(f"({_list(row)})" for row in rows)
        case spec.TableFunction(name=name, args=args):
            return f"{'.'.join(name)}({_list(args)})"
        case spec.Project(child=child, items=items):
            return f"select[{_list(items)}] {shape(child)}"
        case spec.Filter(child=child, condition=condition):
            return f"where[{shape(condition)}] {shape(child)}"
        case spec.Having(child=child, condition=condition):
            return f"having[{shape(condition)}] {shape(child)}"
        case spec.Qualify(child=child, condition=condition):
            return f"qualify[{shape(condition)}] {shape(child)}"
        case spec.Aggregate():
            return _aggregate(node)
        case spec.Join(left=left, right=right, kind=kind, condition=condition, using=using, natural=natural):
            words = ("natural " if natural else "") + kind + (" lateral" if node.is_lateral else "")
            tail = f" on {shape(condition)}" if condition is not None else f" using {','.join(using)}" if using else ""
            return f"({shape(left)} {words} {shape(right)}{tail})"
        case spec.SetOperation(left=left, right=right, kind=kind, is_all=is_all):
            return f"({shape(left)} {kind}{' all' if is_all else ''} {shape(right)})"
        case spec.Sort(child=child, keys=keys, is_global=is_global, by_all=by_all):
            word = "order" if is_global else "sort"
            return f"{word}[{_list(keys)}{' ALL' if by_all else ''}] {shape(child)}"
        case spec.Limit(child=child, count=count):
            return f"limit[{shape(count)}] {shape(child)}"
        case spec.Offset(child=child, count=count):
            return f"offset[{shape(count)}] {shape(child)}"
        case spec.Sample(child=child, upper=upper, seed=seed):
            return f"sample[{upper}{'' if seed is None else f' seed {seed}'}] {shape(child)}"
        case spec.Deduplicate(child=child):
            return f"distinct {shape(child)}"
        case spec.SubqueryAlias(child=child, name=name, columns=columns):
            return f"({shape(child)} as {name}{'(' + ','.join(columns) + ')' if columns else ''})"
        case spec.Repartition(child=child, keys=keys):
            return f"distribute[{_list(keys)}] {shape(child)}"
        case spec.Hint(child=child, name=name, params=params):
            return f"hint[{name}{'(' + _list(params) + ')' if params else ''}] {shape(child)}"
        case spec.LateralView(child=child, generator=generator, is_outer=is_outer, table=table, columns=columns):
            word = "outer view" if is_outer else "view"
            return f"{word}[{shape(generator)} {table}({','.join(columns)})] {shape(child)}"
        case spec.Pivot(child=child, aggregates=aggregates, columns=columns, values=values):
            return f"pivot[{_list(aggregates)} for {_list(columns)} in {_list(values)}] {shape(child)}"
        case spec.Unpivot(child=child, values=values, variable_name=variable, value_names=names):
            groups = " ".join(f"({_list(group)})" + (f"={label}" if label else "") for group, label in values or ())
            nulls = " nulls" if node.include_nulls else ""
            return f"unpivot[{','.join(names)} for {variable} in {groups}{nulls}] {shape(child)}"
        case spec.WindowDefinitions(child=child, definitions=definitions):
            return f"window[{', '.join(f'{name} {_window(w)}' for name, w in definitions)}] {shape(child)}"
        case spec.WithCtes(child=child, ctes=ctes, recursive=recursive):
            named = ", ".join(
                f"{cte.name}{'(' + ','.join(cte.columns) + ')' if cte.columns else ''}"
                f"{'' if cte.max_recursion is None else f' max {cte.max_recursion}'} = {shape(cte.plan)}"
                for cte in ctes
            )
            return f"with{' recursive' if recursive else ''}[{named}] {shape(child)}"
    raise AssertionError(f"no shape for {type(node).__name__}")


def _aggregate(node: spec.Aggregate) -> str:
    by = _list(node.keys)
    if node.kind != "groupby":
        by = f"{node.kind} {by}".rstrip()
    if node.grouping_sets:
        by += " sets " + " ".join(f"({_list(one)})" for one in node.grouping_sets)
    if node.analytics:
        by = " x ".join(f"{kind} " + " ".join(f"({_list(one)})" for one in sets) for kind, sets in node.analytics)
    return f"aggregate[{_list(node.items)} by {by}{' +keys' if node.keeps_keys else ''}] {shape(node.child)}"
