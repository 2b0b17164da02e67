"""What an emitter has at hand while a call becomes DuckDB SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from sqlglot import exp

from hiveframe.errors import QueryContext
from hiveframe.plan.logical import AggCall
from hiveframe.plan.types import DataType

RAISED: Final = "hiveframe-raise:"
"""What begins a failure inside the engine that names the place in the statement that it stands for."""


class AtSite(Exception):
    """What a kernel raises for the place of this number (`EmitContext.error_site`)."""

    def __init__(self, site: int) -> None:
        super().__init__(f"{RAISED}{site};")


class EmitContext(Protocol):
    """One compilation's services; the engine implements it."""

    ansi: bool
    time_zone: str
    over: Any  # the window around the aggregate being emitted; None outside of windows
    in_condition: bool  # of a filter or a join, which DuckDB takes apart
    may_raise: Sequence[bool]  # by argument of the call, as its emitter begins

    def setting(self, name: str) -> str | None:
        """A session setting."""

    def raising_places(self) -> int:
        """How many places of what has been emitted so far may raise: it grows with an expression that may."""

    def fresh(self, stem: str = "x") -> str:
        """A name that nothing else in the statement has (lambda parameters, subquery aliases)."""

    def kernel(
        self,
        name: str,
        function: Callable[..., Any],
        arg_types: Sequence[DataType],
        result: DataType,
        *,
        volatile: bool = False,
    ) -> str:
        """The DuckDB name of an Arrow kernel: pyarrow arrays in, a pyarrow array out, NULLs seen."""

    def kept_columns(self, reading: Any) -> Sequence[Any]:
        """The `lake.kept_columns.KeptPart`s that stand in for files of a `Reading`; there while the statement is."""

    def raise_error(
        self,
        error: str,
        condition: str,
        params: Mapping[str, exp.Expression | str],
        dtype: DataType,
        context: QueryContext | None,
    ) -> exp.Expression:
        """An expression of `dtype` that raises when it is evaluated.

        `error` is the class in `hiveframe.errors` (`ArithmeticException`); a parameter is text, or an expression
        (VARCHAR) computed at that moment.
        """

    def error_site(self, error: str, condition: str, params: Mapping[str, str], context: QueryContext | None) -> int:
        """The number under which a kernel raises this, `AtSite`; `error` as in `raise_error`."""

    def native(
        self, pattern: str, error: str, condition: str, params: Mapping[str, str], context: QueryContext | None
    ) -> None:
        """Says what a failure of DuckDB's own means in this statement, so that hot paths need no check.

        `pattern` is searched in DuckDB's message; its named groups fill `{name}` in the parameters.
        """

    def aggregate(self, name: str, args: Sequence[exp.Expression], call: AggCall) -> exp.Expression:
        """DuckDB's aggregate `name` with the call's DISTINCT, ORDER BY and FILTER, and OVER when it is windowed.

        Every DuckDB aggregate that an emitter uses must be made here, so that it works as a window function too.
        """

    def window(self, name: str, args: Sequence[exp.Expression], *, ignore_nulls: bool = False) -> exp.Expression:
        """DuckDB's window function `name` (`row_number`, `lag`) over the call's window.

        Every DuckDB window function that an emitter uses must be made here; casts go around it.
        """

    def arrow_type(self, dtype: DataType) -> Any:
        """The pyarrow type that a kernel's result of `dtype` has inside the engine."""

    def expr(self, node: Any) -> exp.Expression:
        """Any logical expression emitted."""
