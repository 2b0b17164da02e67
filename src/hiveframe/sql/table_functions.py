"""Functions in FROM, whose arguments may be tables.

Source: rules tableFunctionCall and functionTableSubqueryArgument of SqlBaseParser.g4.
"""

from __future__ import annotations

from hiveframe.plan import spec
from hiveframe.sql.expressions import row_values
from hiveframe.sql.pivots import PivotGrammar


class TableFunctionGrammar(PivotGrammar):
    """Reads calls of table-valued functions."""

    __slots__ = ()

    def table_function(self, start: int, name: tuple[str, ...]) -> spec.Relation:
        """The call of `name`, whose `(` is at the cursor."""
        self.expect("(")
        args: list[spec.Expr] = []
        if self.kind != ")":
            args.append(self._table_function_argument())
            while self.accept(","):
                args.append(self._table_function_argument())
        self.expect(")")
        function = spec.TableFunction(name, tuple(args), origin=self.origin(start))
        return self.aliased(start, self.watermark(function))

    def _table_function_argument(self) -> spec.Expr:
        start = self.i
        if self.kind in self.identifiers and self.peek() == "=>" and self.kinds[start + 2] == "TABLE":
            name = self.identifier()
            self.advance()
            return spec.NamedArgument(name, self._table_argument(), origin=self.origin(start))
        if self.kind == "TABLE" and (self.peek() == "(" or self.peek() in self.identifiers):
            return self._table_argument()
        return self.function_argument()

    def _table_argument(self) -> spec.Expr:
        start = self.i
        self.expect("TABLE")
        plan: spec.Relation
        if self.kind == "(":
            self.advance()
            at = self.i
            is_query = self.kind == "(" or self.at_query(at)
            plan = self.query() if is_query else spec.Table(self.table_name(), origin=self.origin(at))
            self.expect(")")
        else:
            plan = spec.Table(self.table_name(), origin=self.origin(start))
        if self.accept("WITH", "SINGLE", "PARTITION"):
            order = self._table_argument_order(start)
            return spec.TableArgument(plan, (), order, True, origin=self.origin(start))
        partition: tuple[spec.Expr, ...] = ()
        order = ()
        if self.kind in ("PARTITION", "DISTRIBUTE") and self.peek() == "BY":
            self.skip(2)
            partition = row_values(self.expression())
            if self.kind == "," and self.peek(2) not in ("=>", "(") and self._is_stray_key():
                raise self._needs_parentheses(start, "PARTITION BY")
            order = self._table_argument_order(start)
        return spec.TableArgument(plan, partition, order, origin=self.origin(start))

    def _table_argument_order(self, start: int) -> tuple[spec.SortOrder, ...]:
        if not (self.kind in ("ORDER", "SORT") and self.peek() == "BY"):
            return ()
        self.skip(2)
        if self.kind == "(":
            self.advance()
            items = self.sort_items()
            self.expect(")")
            return items
        items = (self.sort_item(),)
        if self.kind == "," and self._is_stray_key():
            raise self._needs_parentheses(start, "ORDER BY")
        return items

    def _is_stray_key(self) -> bool:
        """Whether the argument after the comma reads as another key: a bare expression, no table and no `name =>`."""
        return self.peek() != "TABLE" and self.peek(2) != "=>"

    def _needs_parentheses(self, start: int, clause: str) -> Exception:
        return self.error(
            "_LEGACY_ERROR_TEMP_0064",
            start,
            msg="The table function call includes a table argument with an invalid partitioning/ordering "
            f"specification: the {clause} clause included multiple expressions without parentheses surrounding "
            "them; please add parentheses around these expressions and then retry the query again",
        )
