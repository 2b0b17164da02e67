"""Typed expressions."""

from __future__ import annotations

from typing import Any

from hiveframe.dataclass import dataclass
from hiveframe.errors import QueryContext
from hiveframe.plan.logical.nodes import Column, Expr, Node, Relation
from hiveframe.plan.spec import PythonFunction
from hiveframe.plan.types import BOOLEAN, DataType, StructType


@dataclass(frozen=True, slots=True, eq=False)
class Literal(Expr):
    """A constant in storage form (see `plan.spec`)."""

    value: Any
    dtype: DataType

    @property
    def nullable(self) -> bool:  # type: ignore[override]
        return self.value is None


@dataclass(frozen=True, slots=True, eq=False)
class Call(Expr):
    """A scalar function or operator: `function` is a row's name in the table of functions.

    `shown` is the name that column names show when it differs; `context` places a run-time error.
    """

    function: str
    args: tuple[Expr, ...]
    dtype: DataType
    nullable: bool = True
    shown: str | None = None
    context: QueryContext | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Cast(Expr):
    """`mode` is ansi (raise), legacy (NULL or wrap) or try (NULL). `implicit` casts are left out of column names."""

    child: Expr
    dtype: DataType
    mode: str = "ansi"
    nullable: bool = True
    implicit: bool = False
    context: QueryContext | None = None


@dataclass(frozen=True, slots=True, eq=False)
class LambdaVar(Expr):
    """A lambda's parameter; `id` is unique like a column's."""

    id: int
    name: str
    dtype: DataType
    nullable: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Lambda(Expr):
    """A function argument of a higher-order function; its type is its body's."""

    params: tuple[LambdaVar, ...]
    body: Expr

    @property
    def dtype(self) -> DataType:  # type: ignore[override]
        return self.body.dtype

    @property
    def nullable(self) -> bool:  # type: ignore[override]
        return self.body.nullable


@dataclass(frozen=True, slots=True, eq=False)
class SortKey(Node):
    """One sort key with its null order decided."""

    child: Expr
    ascending: bool = True
    nulls_first: bool = True
    _carrier = True


@dataclass(frozen=True, slots=True, eq=False)
class AggCall(Expr):
    """An aggregate function's call, inside `Aggregate` or as the function of a `WindowCall`."""

    function: str
    args: tuple[Expr, ...]
    dtype: DataType
    nullable: bool = True
    distinct: bool = False
    filter: Expr | None = None
    order_by: tuple[SortKey, ...] = ()
    ignore_nulls: bool = False
    shown: str | None = None
    context: QueryContext | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Bound(Node):
    """A frame's end: kind as in `spec.FrameBound`; `value` has the order key's (or a whole-number) type."""

    kind: str
    value: Expr | None = None
    _carrier = True


@dataclass(frozen=True, slots=True, eq=False)
class Frame(Node):
    """`unit` is rows or range."""

    unit: str
    lower: Bound
    upper: Bound
    _carrier = True


@dataclass(frozen=True, slots=True, eq=False)
class WindowCall(Expr):
    """`function OVER (…)`: `function` is an `AggCall`, a `Call` of a window function, or a grouped `PyUdf`."""

    function: Expr
    partition_by: tuple[Expr, ...]
    order_by: tuple[SortKey, ...]
    frame: Frame | None
    dtype: DataType
    nullable: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class ScalarSubquery(Expr):
    """The single value of `plan`, NULL when it has no row, an error when it has several."""

    plan: Relation
    dtype: DataType
    nullable: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Exists(Expr):
    """Whether `plan` has a row."""

    plan: Relation
    dtype: DataType = BOOLEAN
    nullable: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class InSubquery(Expr):
    """`(values) IN plan`, with SQL's three-valued logic."""

    values: tuple[Expr, ...]
    plan: Relation
    dtype: DataType = BOOLEAN
    nullable: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class PyUdf(Expr):
    """A call of a user's Python function; `eval_type` in `udf` says in which form."""

    name: str
    udf: PythonFunction
    args: tuple[Expr, ...]
    dtype: DataType
    nullable: bool = True
    deterministic: bool = True
    arg_names: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Named(Node):
    """`expr` under the output column `column`; a column passed through has its own id on both sides."""

    column: Column
    expr: Expr
    _carrier = True


@dataclass(frozen=True, slots=True, eq=False)
class PyUdtf(Expr):
    """A Python table function's call, the generator of a `Generate`. `table` is its TABLE argument, if any."""

    name: str
    command: bytes
    eval_type: int
    args: tuple[Expr, ...]
    arg_names: tuple[str | None, ...]
    dtype: StructType
    nullable: bool = False
    table: Relation | None = None
    table_columns: tuple[Column, ...] = ()  # those of `table` that the function is given
    table_arg: int | None = None
    partition_by: tuple[Expr, ...] = ()
    order_by: tuple[SortKey, ...] = ()
    analyze_result: Any = None
