"""Unresolved expressions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hiveframe.dataclass import dataclass
from hiveframe.plan.spec.nodes import Expr, Node, Origin, Relation
from hiveframe.plan.types import DataType


@dataclass(frozen=True, slots=True, eq=False)
class Literal(Expr):
    """A typed constant in storage form (see the module's docstring)."""

    value: Any
    dtype: DataType


@dataclass(frozen=True, slots=True, eq=False)
class TypedLiteral(Expr):
    """`DATE '…'`, `TIMESTAMP '…'`, `X'…'`, `INTERVAL '…' DAY TO SECOND`: text read under session settings.

    `type_name` is upper case: DATE, TIMESTAMP, TIMESTAMP_NTZ, TIMESTAMP_LTZ, TIME, X, or INTERVAL with `unit` such
    as `DAY TO SECOND`.
    """

    type_name: str
    text: str
    unit: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class IntervalParts(Expr):
    """`INTERVAL 1 DAY 2 HOURS`: (value, unit) pairs; a value may be any expression."""

    parts: tuple[tuple[Expr, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Attribute(Expr):
    """A column by name parts (`a.b.c`).

    `plan_id` pins it to one DataFrame; `is_metadata` asks for a hidden column.
    """

    parts: tuple[str, ...]
    plan_id: int | None = None
    is_metadata: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Star(Expr):
    """`*`, `t.*`, `struct.*`, with `EXCEPT (…)` or `REPLACE (…)`."""

    target: tuple[str, ...] = ()
    plan_id: int | None = None
    except_: tuple[tuple[str, ...], ...] = ()
    replace: tuple[Alias, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Regex(Expr):
    """Every column whose name matches `pattern` (Java regex, `df.colRegex`)."""

    pattern: str
    plan_id: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Function(Expr):
    """A call by name: operators too (`+`, `and`, `=`, `when`, `in`); `name` may have database parts."""

    name: tuple[str, ...]
    args: tuple[Expr, ...]
    distinct: bool = False
    filter: Expr | None = None
    ignore_nulls: bool | None = None
    within_group: tuple[SortOrder, ...] = ()
    is_internal: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class NamedArgument(Expr):
    """`name => value` in a call."""

    name: str
    value: Expr


@dataclass(frozen=True, slots=True, eq=False)
class Alias(Expr):
    """`child AS name`, or several names for a generator."""

    child: Expr
    names: tuple[str, ...]
    metadata: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Cast(Expr):
    """`CAST`, `TRY_CAST` (`is_try`); `is_legacy` forces the non-ANSI rules. `dtype` may be DDL text from a client."""

    child: Expr
    dtype: DataType | str
    is_try: bool = False
    is_legacy: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class SortOrder(Expr):
    """One sort key; `nulls_first` None means Spark's default (first when ascending, last when descending)."""

    child: Expr
    ascending: bool = True
    nulls_first: bool | None = None


@dataclass(frozen=True, slots=True, eq=False)
class FrameBound(Node):
    """One end of a frame; `value` is set for the two offsets.

    `kind`: unbounded_preceding, preceding, current_row, following, unbounded_following.
    """

    kind: str
    value: Expr | None = None
    origin: Origin | None = None
    _carrier = True


@dataclass(frozen=True, slots=True, eq=False)
class Frame(Node):
    """`unit` is `rows` or `range`."""

    unit: str
    lower: FrameBound
    upper: FrameBound
    _carrier = True


@dataclass(frozen=True, slots=True, eq=False)
class WindowSpec(Node):
    """What stands in `OVER (…)`; `base` names a window of the WINDOW clause that it refers to."""

    partition_by: tuple[Expr, ...] = ()
    order_by: tuple[SortOrder, ...] = ()
    frame: Frame | None = None
    base: str | None = None
    origin: Origin | None = None
    _carrier = True


@dataclass(frozen=True, slots=True, eq=False)
class Window(Expr):
    """`function OVER spec`."""

    function: Expr
    spec: WindowSpec


@dataclass(frozen=True, slots=True, eq=False)
class Lambda(Expr):
    """`(x, y) -> body`; inside, a parameter is a `LambdaVariable` or a one-part `Attribute` of that name."""

    params: tuple[str, ...]
    body: Expr


@dataclass(frozen=True, slots=True, eq=False)
class LambdaVariable(Expr):
    """A lambda's parameter used in its body (the DataFrame API's form)."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class ExtractValue(Expr):
    """`child[key]`, `child.key`: array element, map value or struct field, decided by the child's type."""

    child: Expr
    key: Expr


@dataclass(frozen=True, slots=True, eq=False)
class UpdateFields(Expr):
    """`withField` (`value` set) or `dropFields` (`value` None) on a struct."""

    child: Expr
    field: str
    value: Expr | None


@dataclass(frozen=True, slots=True, eq=False)
class PythonFunction(Node):
    """A pickled Python function as the client sent it; `eval_type` is PySpark's PythonEvalType."""

    command: bytes
    eval_type: int
    return_type: DataType | str
    python_version: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class PythonUdf(Expr):
    """A call of an inline Python function (scalar, pandas, Arrow, or grouped aggregate by its `eval_type`)."""

    name: str
    function: PythonFunction
    args: tuple[Expr, ...]
    deterministic: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class ScalarSubquery(Expr):
    """One row, one column, or NULL."""

    plan: Relation


@dataclass(frozen=True, slots=True, eq=False)
class ExistsSubquery(Expr):
    """TRUE when `plan` has a row."""

    plan: Relation


@dataclass(frozen=True, slots=True, eq=False)
class InSubquery(Expr):
    """`values IN (plan)`."""

    values: tuple[Expr, ...]
    plan: Relation


@dataclass(frozen=True, slots=True, eq=False)
class TableArgument(Expr):
    """A table passed to a table-valued function: `TABLE(t) PARTITION BY … ORDER BY …`."""

    plan: Relation
    partition_by: tuple[Expr, ...] = ()
    order_by: tuple[SortOrder, ...] = ()
    with_single_partition: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Parameter(Expr):
    """`:name` (`name`) or the n-th `?` (`position`, from 0)."""

    name: str | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class JoinedText(Expr):
    """Constants and parameters of text side by side, which are one text: `'a' :b`."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False)
class IdentifierClause(Expr):
    """`IDENTIFIER(expr)` where a column or a function (`args` set) is named by a constant expression."""

    name: Expr
    args: tuple[Expr, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class DefaultValue(Expr):
    """`DEFAULT` in INSERT, UPDATE or MERGE."""
