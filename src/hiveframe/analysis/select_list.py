"""SELECT items bound one after the other: stars expanded, names given, aliases made usable by later items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from hiveframe.analysis.aggregates import bare_window_functions
from hiveframe.analysis.expressions import stars
from hiveframe.analysis.expressions.binder import Binder, LateralAlias
from hiveframe.analysis.frame import failure, quoted
from hiveframe.analysis.generators import is_generator, is_outer
from hiveframe.analysis.naming import describe, output_name
from hiveframe.analysis.scope import Qualifier, Scope
from hiveframe.analysis.select import GeneratorItem, Item, generated_columns
from hiveframe.errors import AnalysisException, SparkException
from hiveframe.functions.registry import FunctionKind, lookup
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.walk import children, preorder


class ItemList:
    """Collects the items of one SELECT list."""

    def __init__(self, binder: Binder) -> None:
        self.binder = binder
        self.items: list[Item | GeneratorItem] = []
        self._ids: set[int] = set()

    def add_all(self, nodes: Sequence[spec.Expr]) -> None:
        """Every item of the list, in order; generators are bound first, their columns may be named by any item."""
        made = {i: self._generator(node, nodes[:i]) for i, node in enumerate(nodes) if _names_generator(node)}
        for i, node in enumerate(nodes):
            if i in made:
                self.items.append(made[i])
            else:
                self.add(node)

    def add(self, node: spec.Expr) -> None:
        """One item; a star adds several."""
        if isinstance(node, spec.Star):
            for name, expr, qualifier in stars.expand(self.binder, node):
                self.append(expr, name, qualifier=qualifier)
        elif isinstance(node, spec.Regex):
            for name, expr, qualifier in stars.expand_regex(self.binder, node):
                self.append(expr, name, qualifier=qualifier)
        elif isinstance(node, spec.Alias):
            self._add_alias(node)
        else:
            expr = self._bind(node)
            if is_generator(expr):
                self.items.append(self._generator_item(node, expr, ()))
            else:
                self._refuse_nested_generator(node, expr)
                name = output_name(node, self.binder.context.run)
                self.append(expr, name, level=self.binder.used_level, qualifier=self._qualifier(expr))

    def _bind(self, node: spec.Expr) -> lg.Expr:
        self.binder.used_level = 0
        return self.binder.bind_root(node)

    def _qualifier(self, expr: lg.Expr) -> Qualifier:
        if not isinstance(expr, lg.Column):
            return ()
        scope = self.binder.input.scope
        for i in scope.positions(expr.name):
            if scope.columns[i].id == expr.id:
                return scope.qualifiers[i]
        return next((q for c, q, _ in scope.hidden if c.id == expr.id), ())

    def _add_alias(self, node: spec.Alias) -> None:
        expr = self._bind(node.child)
        self.binder.context.run.bound[node] = expr
        if is_generator(expr):
            self.items.append(self._generator_item(node.child, expr, node.names))
            return
        self._refuse_nested_generator(node.child, expr)
        if len(node.names) != 1:
            raise failure(
                "MULTI_ALIAS_WITHOUT_GENERATOR",
                node,
                expr=f'"{self.binder.text(node.child)}"',
                names=", ".join(node.names),
            )
        metadata = alias_metadata(node, expr)
        level = self.binder.used_level
        column = self.binder.context.run.column(node.names[0], expr.dtype, expr.nullable, metadata)
        self.items.append(Item(column, expr, (), level))
        if self.binder.aliases is not None:
            alias = LateralAlias(node.names[0], column, level)
            self.binder.aliases.setdefault(node.names[0].lower(), []).append(alias)

    def append(self, expr: lg.Expr, name: str, *, level: int = 0, qualifier: Qualifier = ()) -> None:
        """A typed expression under a name; a column keeps its id the first time it is listed."""
        run = self.binder.context.run
        if isinstance(expr, lg.Column):
            if expr.id not in self._ids and level == 0 and self.binder.input.scope.reaches(expr):
                self._ids.add(expr.id)
                column = expr if expr.name == name else replace(expr, name=name)
                self.items.append(Item(column, expr, qualifier))
                return
            column = replace(run.renewed(expr), name=name)
        else:
            column = run.column(name, expr.dtype, expr.nullable)
        self.items.append(Item(column, expr, qualifier, level))

    def _generator(self, node: spec.Expr, before: Sequence[spec.Expr]) -> GeneratorItem:
        names = node.names if isinstance(node, spec.Alias) else ()
        inner = node.child if isinstance(node, spec.Alias) else node
        try:
            return self._generator_item(inner, self._bind(inner), names)
        except AnalysisException as error:
            aliases = {quoted(name).lower() for item in before if isinstance(item, spec.Alias) for name in item.names}
            name = error.params.get("objectName", "").lower()
            if self.binder.aliases is None or error.condition not in _UNRESOLVED or name not in aliases:
                raise
            # Spark computes generators below the list, and finds the list's alias there when all is done.
            message = "Resolved plan should not contain any LateralColumnAliasReference."
            raise SparkException("INTERNAL_ERROR", {"message": message}, context=error.context) from None

    def _generator_item(self, node: spec.Expr, expr: lg.Expr, names: Sequence[str]) -> GeneratorItem:
        assert isinstance(expr.dtype, t.StructType)
        if names and len(names) != len(expr.dtype.fields):
            raise failure(
                "UDTF_ALIAS_NUMBER_MISMATCH",
                None,
                aliasesSize=str(len(expr.dtype.fields)),
                aliasesNames=",".join(names),
            )
        for inner in children(expr, lg.Expr):
            self._refuse_nested_generator(node, inner)
        outer = is_outer(expr)
        columns = generated_columns(self.binder.context.run, expr, names)
        if outer:
            columns = tuple(replace(c, nullable=True) for c in columns)
        scope = Scope(columns, [()] * len(columns), case_sensitive=self.binder.input.scope.case_sensitive)
        known = self.binder.generated
        self.binder.generated = scope if known is None else known.joined(scope)
        return GeneratorItem(columns, expr, outer)

    def _refuse_bare_window(self, node: spec.Expr, expr: lg.Expr) -> None:
        """A window function needs OVER."""
        for call in bare_window_functions(expr):
            shown = describe(call, self.binder.context.run)
            raise failure("WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE", node, funcName=f'"{shown}"')

    def _refuse_nested_generator(self, node: spec.Expr, expr: lg.Expr) -> None:
        if type(expr) is lg.Column:
            return
        self._refuse_bare_window(node, expr)
        if any(is_generator(e) for e in preorder(expr, lg.Expr)):
            raise failure("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", None, expression=f'"{self.binder.text(node)}"')


def alias_metadata(node: spec.Alias, expr: lg.Expr) -> Mapping[str, Any] | None:
    """An alias's own metadata, else that of the column it renames."""
    if node.metadata is None and isinstance(expr, lg.Column):
        return expr.metadata
    return node.metadata


_UNRESOLVED: Final = ("UNRESOLVED_COLUMN.WITH_SUGGESTION", "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION")


def _names_generator(node: spec.Expr) -> bool:
    """Whether an item is a generator's call by name."""
    inner = node.child if isinstance(node, spec.Alias) else node
    if not isinstance(inner, spec.Function) or len(inner.name) != 1:
        return False
    row = lookup(inner.name[0])
    return row is not None and row.kind is FunctionKind.GENERATOR
