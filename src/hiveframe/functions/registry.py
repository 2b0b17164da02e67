"""What a row of the table of functions is, and how rows are found.

A family file makes rows and registers them:

    register(
        Function("lpad", (STRING, INT, optional(STRING, " ")), STRING, emit=duck("lpad")),
        Function("nvl", (ANY, ANY), bind=lambda b, args: b.call("coalesce", *args)),
    )

`params` says what is accepted: a `DataType` (implicit casts as in Spark), a `Kind` (a class of types), or one of
these wrapped by `optional`/`rest`. `result` is a `DataType`, or a rule over the bound arguments. Rows that need more
(overloads, rewriting to other functions, checks of constant arguments) give `bind`.
"""

from __future__ import annotations

import enum
import importlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol

from hiveframe.dataclass import dataclass
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Call, Expr, Literal
from hiveframe.plan.types import DataType

if TYPE_CHECKING:
    from hiveframe.functions.emit import EmitContext


class FunctionKind(enum.Enum):
    """Where a function may stand."""

    SCALAR = "scalar"
    AGGREGATE = "aggregate"
    WINDOW = "window"  # only with OVER: row_number, lag
    GENERATOR = "generator"  # rows from a row: explode
    TABLE = "table"  # in FROM: range


@dataclass(frozen=True, slots=True)
class Kind:
    """A class of types. `preferred` is what other types are implicitly cast to when none of the class fits.

    `null_as`: the type that an untyped NULL takes, where nothing else is cast.
    """

    name: str  # as Spark writes it in messages: "NUMERIC", "ARRAY"
    accepts: Callable[[DataType], bool]
    preferred: DataType | None = None
    null_as: DataType | None = None


ANY: Final = Kind("ANY", lambda d: True)
NUMERIC: Final = Kind("NUMERIC", lambda d: isinstance(d, t.NumericType), t.DOUBLE)
INTEGRAL: Final = Kind("INTEGRAL", lambda d: isinstance(d, t.IntegralType), t.LONG)
FRACTIONAL: Final = Kind("FRACTIONAL", lambda d: isinstance(d, t.FractionalType), t.DOUBLE)
TYPED_STRING: Final = Kind("STRING", lambda d: isinstance(d, t.StringType), null_as=t.STRING)  # nothing is cast to it
# What takes bytes on the side, and is described as taking text.
STRING_EVEN_BINARY: Final = Kind("STRING", lambda d: isinstance(d, (t.StringType, t.BinaryType)), t.STRING)
STRING_OR_BINARY: Final = Kind("STRING or BINARY", lambda d: isinstance(d, (t.StringType, t.BinaryType)), t.STRING)
ARRAY: Final = Kind("ARRAY", lambda d: isinstance(d, t.ArrayType), null_as=t.ArrayType(t.NULL))
# What NULL is cast to as other types are: names show the column that is NULL, not NULL itself.
CAST_ARRAY: Final = Kind("ARRAY", lambda d: isinstance(d, t.ArrayType), t.ArrayType(t.NULL))
MAP: Final = Kind("MAP", lambda d: isinstance(d, t.MapType), null_as=t.MapType(t.NULL, t.NULL))
TYPED_ARRAY: Final = Kind("ARRAY", lambda d: isinstance(d, t.ArrayType))  # a bare NULL is refused
TYPED_MAP: Final = Kind("MAP", lambda d: isinstance(d, t.MapType))
STRUCT: Final = Kind("STRUCT", lambda d: isinstance(d, t.StructType))
DATE_OR_TIMESTAMP: Final = Kind(
    "DATE or TIMESTAMP", lambda d: isinstance(d, (t.DateType, t.TimestampType, t.TimestampNTZType)), t.TIMESTAMP
)
INTERVAL: Final = Kind(
    "INTERVAL", lambda d: isinstance(d, (t.YearMonthIntervalType, t.DayTimeIntervalType, t.CalendarIntervalType))
)
LAMBDA: Final = Kind("LAMBDA", lambda d: True)


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter. `kinds`: alternatives in order. `default` fills an optional one left out (None: it stays out).

    `constant`: the argument must be foldable (Spark: NON_FOLDABLE_INPUT otherwise). `name` serves named arguments.
    `by_shape`: messages name the alternative for an array to whoever gave one, else the others.
    """

    kinds: tuple[DataType | Kind, ...]
    optional: bool = False
    rest: bool = False
    default: Literal | None = None
    constant: bool = False
    name: str = ""
    by_shape: bool = False


ParamLike = DataType | Kind | Param
ResultRule = Callable[[Sequence[Expr]], DataType]
NullRule = Callable[[Sequence[Expr]], bool]


class Binder(Protocol):
    """What `bind` and type rules may use; analysis implements it."""

    ansi: bool
    time_zone: str

    def setting(self, name: str) -> str | None:
        """A session setting."""

    def session_value(self, name: str) -> str:
        """What is current in the session: its `catalog`, `namespace` or `user`."""

    def parse_schema(self, text: str) -> DataType:
        """The type or schema that a text spells, in DDL or JSON."""

    def call(self, name: str, *args: Expr) -> Expr:
        """Another function of the table, bound to `args` (implicit casts included)."""

    def cast(self, child: Expr, dtype: DataType) -> Expr:
        """An implicit cast of `child`, or `child` itself when it has the type already."""

    def fold(self, expr: Expr, name: str = "expression") -> Any:
        """The value (storage form) of a constant expression; a NON_FOLDABLE_INPUT error when it is not constant."""

    def quoted(self, expr: Expr) -> str:
        """An expression as messages show it, in double quotes."""

    def called(self) -> str:
        """The name of the call being bound, as it was written."""

    def qualified(self, expr: Expr) -> str:
        """An expression with every column under its table's name."""

    def error(self, condition: str, **params: str) -> Exception:
        """An AnalysisException placed at the call being bound."""


Emit = Callable[[Call, list[Any], "EmitContext"], Any]
EmitAggregate = Callable[[AggCall, list[Any], "EmitContext"], Any]
Kernel = Callable[..., Any]


def any_null(args: Sequence[Expr]) -> bool:
    """NULL in, NULL out (the usual rule)."""
    return any(a.nullable for a in args)


def never_null(args: Sequence[Expr]) -> bool:
    """Never NULL."""
    return False


def always_null(args: Sequence[Expr]) -> bool:
    """May be NULL whatever comes in."""
    return True


@dataclass(frozen=True, slots=True)
class OrderedSet:
    """Takes WITHIN GROUP (ORDER BY key): the key becomes the first argument.

    `least` and `most`: how many arguments stand in the parentheses, with or without the key; `node`: its name where a
    message counts keys.
    """

    least: int
    most: int
    node: str


@dataclass(frozen=True, slots=True)
class Function:
    """A row. Exactly one of `emit`, `kernel` and `bind` (to other functions) makes it run.

    `bind` may also give None for arguments that need no other function. `coerce` casts arguments to types that depend
    on one another (a common type), after `params` and `bind`.

    A row with both `bind` and `emit` is bound by `bind` (which makes the `Call` itself) and emitted by `emit`.
    `kernel` takes one pyarrow Array for each argument (and the `Call` as keyword `call` when `kernel_sees_call`)
    and returns a pyarrow Array of the physical result type; it sees NULLs unless `kernel_skips_nulls`.
    `lambda_params(i, args)` gives (name, type, nullable) for each parameter of the lambda at argument i, from the
    arguments bound so far. `deterministic` False keeps it out of folding and of duplication.
    """

    name: str
    params: tuple[ParamLike, ...] = ()
    result: DataType | ResultRule | None = None
    nullable: NullRule = any_null
    kind: FunctionKind = FunctionKind.SCALAR
    emit: Emit | EmitAggregate | None = None
    kernel: Kernel | None = None
    kernel_sees_call: bool = False
    bind: Callable[[Binder, tuple[Expr, ...]], Expr | None] | None = None
    coerce: Callable[[Binder, tuple[Expr, ...]], tuple[Expr, ...]] | None = None
    lambda_params: Callable[[int, Sequence[Expr]], Sequence[tuple[str, DataType, bool]]] | None = None
    aliases: tuple[str, ...] = ()
    deterministic: bool = True
    operator: str | None = None  # how the column name shows it: infix symbol, or None for name(args)
    label: str = ""  # the name that column names show when it is called by `name` itself: SQRT, PI
    expected: str = ""  # how many arguments messages ask for, where Spark's constructors say more than it takes
    uncounted: int = 0  # leading arguments that are words of the syntax: messages count the ones after them
    site: str = ""  # the name that messages about its arguments show: what it is underneath
    counted_as: str = ""  # the name that messages about their number show, where it is another function that counts
    # A call that becomes another function's shows that one: its name from the name called and the other's.
    shows_made: Callable[[str, str], str] | None = None
    shows: Callable[[Sequence[str]], str] | None = None  # the column name from the arguments' texts: (a IS NULL)
    shown_as: Callable[[DataType], str | None] | None = None  # the column name where the result's type decides it
    doc: str = ""
    usage: str = ""
    group: str = ""
    since: str = ""
    checks: tuple[Callable[[Binder, tuple[Expr, ...]], None], ...] = field(default=())
    ordered_set: OrderedSet | None = None
    takes_order: bool = False  # WITHIN GROUP (ORDER BY keys) orders the values that it takes
    skips_nulls: bool | None = None  # what IGNORE/RESPECT NULLS is when left out; None: it takes neither
    is_internal: bool = False  # made by analysis alone: no name for users, not listed


# The files that exist, each once.
FAMILIES: Final[tuple[str, ...]] = (
    "operators",
    "comparisons",
    "predicates",
    "conditional",
    "math",
    "rounding",
    "number_text",
    "bitwise",
    "hashes",
    "random",
    "placement",  # where Spark would have put a row
    "structs",
    "extraction",  # fields, elements, values
    "arrays",
    "shuffle",
    "array_sets",
    "elements",
    "maps",
    "higher_order",  # functions of functions
    "json",
    "csv",
    "variant",
    "misc",
    "stored_text",
    "generators",  # rows from a row
    "aggregates",  # counts, extremes, logic over groups
    "sums",
    "collecting",  # lists, sets, joined text
    "percentiles",
    "statistics",
    "hll_sketches",
    "top_k",
    "kll_sketches",
    "tuple_sketches",
    "theta_sketches",
    "count_min",
    "bitmap_aggregates",
    "vectors",
    "windows",
    "pandas_api",  # what the pandas API on Spark calls
    "strings",
    "string_search",
    "string_words",
    "datetime_parts",
    "epoch_times",
    "datetime_shift",
    "time_zones",
    "datetime_make",
    "times",
    "time_bucket",
    "partition_transforms",
    "window_time",
    "datetime_format",
    "intervals",
    "regex",
    "encoding",
    "encryption",
    "collations",
    "spatial",
    "collated_text",
    "java_methods",
    "url",
    "formatting",
    "xpath",
    "xml",
    "avro",
    "protobuf",
)

_rows: dict[str, Function] = {}


def register(*rows: Function) -> None:
    """Add rows; a name that is there already is a mistake."""
    for row in rows:
        for name in (row.name, *row.aliases):
            key = name.lower()
            if key in _rows:
                raise ValueError(f"function {name!r} is registered twice")
            _rows[key] = row


@cache
def _loaded() -> dict[str, Function]:
    for family in FAMILIES:
        importlib.import_module(f"hiveframe.functions.{family}")
    return _rows


def lookup(name: str) -> Function | None:
    """The row of a name or alias, ignoring case."""
    return _loaded().get(name.lower())


def row_of(name: str) -> Function:
    """The row of a bound call's function."""
    return _loaded()[name.lower()]


def names() -> Iterable[str]:
    """Every name and alias, sorted."""
    return sorted(name for name, row in _loaded().items() if not row.is_internal)


def optional(kind: DataType | Kind, default: object = None, *, name: str = "") -> Param:
    """A parameter that may be left out; `default` (a str, int or bool) then takes its place."""
    literal: Literal | None = None
    if isinstance(default, bool):
        literal = Literal(default, t.BOOLEAN)
    elif isinstance(default, int):
        literal = Literal(default, t.INT)
    elif isinstance(default, str):
        literal = Literal(default, t.STRING)
    return Param((kind,), optional=True, default=literal, name=name)


def rest(*kinds: DataType | Kind) -> Param:
    """Any number of further arguments, none included."""
    return Param(kinds, rest=True)


def either(*kinds: DataType | Kind) -> Param:
    """One of several classes, the first that fits."""
    return Param(kinds)


def constant(kind: DataType | Kind) -> Param:
    """A parameter whose argument must be a constant."""
    return Param((kind,), constant=True)
