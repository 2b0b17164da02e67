"""A call bound to its row: arity, named arguments, implicit casts, checks, result type and nullability.

`bind_function` is what analysis calls for every function and operator. A row's `bind` gets the same `CallBinder`,
so that it can call other rows, cast, fold constants and raise errors placed at the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.errors import AnalysisException, QueryContext, SparkError, internal_error
from hiveframe.functions import decimals
from hiveframe.functions.cast_rules import cast_nullable, cast_problem
from hiveframe.functions.coercion import implicit_cast
from hiveframe.functions.collation_keys import has_collated
from hiveframe.functions.collation_rules import in_default, settled, unified
from hiveframe.functions.modifiers import Modifiers, check_modifiers
from hiveframe.functions.registry import ANY, Binder, Function, FunctionKind, Kind, Param, lookup, row_of
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Call, Cast, Expr, Lambda, Literal, SortKey
from hiveframe.plan.types import DataType
from hiveframe.settings import Settings

Describe = Callable[[Expr], str]  # an expression as Spark writes it in messages and column names
Evaluate = Callable[[Expr], Any]  # the value, in storage form, of an expression without columns

_DATETIME: Final = (t.DateType, t.TimestampType, t.TimestampNTZType)
SPECIAL_WORDS: Final = frozenset({"epoch", "now", "today", "yesterday", "tomorrow"})
_DOCROOT: Final = "https://spark.apache.org/docs/latest"
_ORDINALS: Final = ("first", "second", "third")


class CallBinder:
    """Implements `registry.Binder` for the call at `context`."""

    def __init__(
        self,
        settings: Settings,
        context: QueryContext | None = None,
        *,
        evaluate: Evaluate,
        describe: Describe,
        qualify: Describe | None = None,
        session: Mapping[str, str] | None = None,
        parse_schema: Callable[[str], DataType] | None = None,
        collation: str = t.STRING.collation,
    ) -> None:
        self.settings = settings
        self.context = context
        self.ansi = settings.ansi
        self.time_zone = settings.time_zone
        self.collation = collation
        self._evaluate = evaluate
        self._session = session or {}
        self._parse_schema = parse_schema
        self._describe = describe
        self._qualify = qualify or describe
        self._about: Callable[[], Expr] | None = None

    def at(self, context: QueryContext | None) -> CallBinder:
        """The same services for a call at another place."""
        twin = object.__new__(CallBinder)
        twin.__dict__.update(self.__dict__)
        twin.context = context
        twin._about = None
        return twin

    def setting(self, name: str) -> str | None:
        """A session setting."""
        return self.settings.get(name)

    def session_value(self, name: str) -> str:
        """What is current in the session."""
        return self._session[name]

    def parse_schema(self, text: str) -> DataType:
        """The type or schema that a text spells."""
        assert self._parse_schema is not None
        return self._parse_schema(text)

    def call(self, name: str, *args: Expr) -> Expr:
        """Another function of the table, bound to `args`."""
        return bind_function(name, args, self)

    def cast(self, child: Expr, dtype: DataType) -> Expr:
        """An implicit cast of `child`, or `child` itself when it has the type already (nullability aside)."""
        if child.dtype == dtype or t.same_type(child.dtype, dtype):
            return child
        if dtype == t.STRING and isinstance(child.dtype, t.StringType):
            return child  # text as it is compared already
        return self.explicit_cast(child, dtype, mode="ansi" if self.ansi else "legacy", implicit=True)

    def explicit_cast(self, child: Expr, dtype: DataType, *, mode: str, implicit: bool = False) -> Cast:
        """A checked cast; DATATYPE_MISMATCH.CAST_… when there is none between the two types."""
        if isinstance(dtype, _DATETIME) and isinstance(child.dtype, t.StringType):
            child = self._special_word(child)
        nullable = cast_nullable(child.dtype, child.nullable, dtype, mode)
        made = Cast(child, dtype, mode, nullable, implicit, self.context)
        problem = cast_problem(child.dtype, dtype, mode)
        if problem:
            raise self.error(problem[0], **problem[1], sqlExpr=self.quoted(made))
        return made

    def _special_word(self, text: Expr) -> Expr:
        """A computed constant as its value where that is a special word such as `epoch`."""
        if isinstance(text, (Literal, Cast)) or not is_foldable(text):
            return text
        try:
            word = self._evaluate(text)
        except SparkError:
            return text  # raised again where the cast is computed
        is_special = isinstance(word, str) and word.strip().lower() in SPECIAL_WORDS
        return Literal(word, text.dtype) if is_special else text

    def fold(self, expr: Expr, name: str = "expression") -> Any:
        """The value of a constant expression in storage form; NON_FOLDABLE_INPUT when it is not constant."""
        if isinstance(expr, Literal):
            return expr.value
        if not is_foldable(expr):
            raise self.not_foldable(expr, name)
        return self._evaluate(expr)

    def not_foldable(self, expr: Expr, input_name: str, wanted: str | None = None) -> SparkError:
        """The error for an argument that must be constant and is not."""
        return self.error(
            "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
            inputName=f"`{input_name}`",
            inputType=wanted or f'"{t.sql_name(expr.dtype)}"',
            inputExpr=self.quoted(expr),
        )

    def quoted(self, expr: Expr) -> str:
        """An expression as messages show it, in double quotes."""
        return f'"{self._describe(expr)}"'

    def called(self) -> str:
        """The name of the call being bound, as it was written."""
        assert self._about is not None
        site = self._about()
        assert isinstance(site, (Call, AggCall))
        return site.shown or site.function

    def qualified(self, expr: Expr) -> str:
        """An expression with every column under its table's name."""
        return self._qualify(expr)

    def error(self, condition: str, **params: str) -> SparkError:
        """An AnalysisException placed at the call; `sqlExpr` is filled in for DATATYPE_MISMATCH."""
        if condition.startswith("DATATYPE_MISMATCH.") and "sqlExpr" not in params and self._about is not None:
            params["sqlExpr"] = self.quoted(self._about())
        return AnalysisException(condition, params, context=self.context)

    @contextmanager
    def placed(self, site: Expr) -> Iterator[None]:
        """Errors within speak of `site`."""
        outer, self._about = self._about, lambda: site
        try:
            yield
        finally:
            self._about = outer


def is_foldable(expr: Expr) -> bool:
    """Whether an expression has the same value for every row, known before any row is read."""
    match expr:
        case Literal():
            return True
        case Cast(child):
            return is_foldable(child)
        case Call(function, args):
            row = row_of(function)
            return row.deterministic and row.kind is FunctionKind.SCALAR and all(is_foldable(a) for a in args)
    return False


@dataclass(frozen=True, slots=True)
class _Signature:
    params: tuple[Param, ...]
    required: int
    most: int | None  # None: any number

    def param(self, position: int) -> Param:
        return self.params[min(position, len(self.params) - 1)]

    def expected(self) -> str:
        """The counts as Spark writes them: `2`, `[1, 2]`, `> 0`."""
        if self.most is None:
            return f"> {self.required - 1}"
        if self.most == self.required:
            return str(self.most)
        return "[" + ", ".join(str(n) for n in range(self.required, self.most + 1)) + "]"


_signatures: dict[str, _Signature] = {}


def _signature(row: Function) -> _Signature:
    found = _signatures.get(row.name)
    if found is None:
        params = tuple(p if isinstance(p, Param) else Param((p,)) for p in row.params)
        required = sum(1 for p in params if not p.optional and not p.rest)
        most = None if any(p.rest for p in params) else len(params)
        found = _signatures[row.name] = _Signature(params, required, most)
    return found


def bind_function(
    function: Function | str,
    args: Sequence[Expr],
    binder: CallBinder,
    *,
    names: Sequence[str | None] = (),
    shown: str | None = None,
    distinct: bool = False,
    filter: Expr | None = None,
    order_by: tuple[SortKey, ...] = (),
    ignore_nulls: bool | None = None,
) -> Expr:
    """The typed call of a row (or of its name) on typed arguments.

    `names` gives the parameter's name for each named argument, None for the others; `shown` the name as the user wrote
    it. Aggregate and window functions become `AggCall`s, all others `Call`s, unless the row's `bind` makes another
    expression. Raises AnalysisException: WRONG_NUM_ARGS, DATATYPE_MISMATCH.*, named-argument conditions.
    """
    row = _row(function) if isinstance(function, str) else function
    called = (shown or (function if isinstance(function, str) else row.name)).lower()
    signature = _signature(row)
    if names and any(names):
        args = _by_name(row, signature, args, names, binder)
    check_count(row, called, len(args), binder)
    if distinct or filter is not None or order_by or ignore_nulls or row.ordered_set is not None:
        check_modifiers(row, called, len(args), Modifiers(distinct, filter, order_by, ignore_nulls), binder)
    if row.ordered_set is not None:
        args = (*(key.child for key in order_by), *args)
    if row.takes_order and order_by:
        called = row.name  # Spark loses the name that it was called by
    is_aggregate = row.kind in (FunctionKind.AGGREGATE, FunctionKind.WINDOW)
    skips_nulls = bool(row.skips_nulls if ignore_nulls is None else ignore_nulls)
    display = _display(row, called)
    given = _with_defaults(signature, args)
    outer, binder._about = binder._about, lambda: _site(row, given, order_by, display)
    try:
        bound: tuple[Expr, ...] = tuple(
            [_bind_arg(binder, signature.param(i), i - row.uncounted, arg) for i, arg in enumerate(given)]
        )
        has_collation = has_collated(bound)
        if has_collation:
            bound = unified(row, bound, binder)
        for check in row.checks:
            check(binder, bound)
        if row.bind is not None:
            made = row.bind(binder, bound)
            if is_aggregate and isinstance(made, AggCall):
                made = replace(
                    made,
                    distinct=distinct,
                    filter=filter,
                    order_by=made.order_by or order_by,
                    ignore_nulls=made.ignore_nulls or skips_nulls,
                    context=binder.context,
                )
            if made is not None:
                made = _rebound(made, None if row.operator else display or row.name, binder.context)
                made = settled(row, made, binder) if has_collation else made
                return made if binder.collation == t.STRING.collation else in_default(row, made, binder.collation)
        if row.coerce is not None:
            bound = row.coerce(binder, bound)
        dtype = row.result(bound) if callable(row.result) else row.result
        if dtype is None:
            raise internal_error(f"function {row.name} has neither a result type nor a bind")
        nullable = row.nullable(bound)
    finally:
        binder._about = outer
    if is_aggregate:
        call: Expr = AggCall(
            row.name,
            bound,
            dtype,
            nullable,
            distinct=distinct,
            filter=filter,
            order_by=order_by,
            ignore_nulls=skips_nulls,
            shown=display,
            context=binder.context,
        )
    else:
        call = Call(row.name, bound, dtype, nullable, shown=display, context=binder.context)
    call = settled(row, call, binder) if has_collation else call
    return call if binder.collation == t.STRING.collation else in_default(row, call, binder.collation)


def _site(row: Function, args: tuple[Expr, ...], keys: tuple[SortKey, ...], shown: str | None) -> Expr:
    """The call as messages about its arguments show it."""
    if row.takes_order:
        return AggCall(row.name, args, t.NULL, order_by=keys, shown=shown)
    return Call(row.site or row.name, args, t.NULL, shown=row.site or shown)


def check_count(row: Function, called: str, count: int, binder: CallBinder) -> None:
    """WRONG_NUM_ARGS unless a row takes `count` arguments."""
    if row.ordered_set is not None:
        if not row.ordered_set.least <= count <= row.ordered_set.most:
            raise wrong_count(called.lower(), str(row.ordered_set.least), count)
        return
    signature = _signature(row)
    if count < signature.required or (signature.most is not None and count > signature.most):
        if count < signature.required and all(p.name for p in signature.params):
            raise _missing(row, signature.params[count], 0, binder)
        called = row.counted_as or called.lower()
        raise wrong_count(called, row.expected or signature.expected(), count, binder.context)


def _row(name: str) -> Function:
    row = lookup(name)
    if row is None:
        raise internal_error(f"no function {name!r} in the table")
    return row


def _display(row: Function, called: str) -> str | None:
    """What column names show instead of the row's name: the alias that was called, or the row's label."""
    if called != row.name.lower():
        return called
    return row.label or None


def _rebound(made: Expr, display: str | None, context: QueryContext | None) -> Expr:
    """What a row's `bind` made, shown under the name that the user wrote (with its own arguments) and placed there."""
    if not isinstance(made, (Call, AggCall)):
        return made
    shown = display if display is not None and made.function != display and made.shown is None else made.shown
    if shown is made.shown and (made.context is not None or context is None):
        return made
    return replace(made, shown=shown, context=made.context or context)


def _with_defaults(signature: _Signature, args: Sequence[Expr]) -> tuple[Expr, ...]:
    missing = signature.params[len(args) :]
    if not missing:
        return tuple(args)
    return (*args, *(p.default for p in missing if p.default is not None))


def _by_name(
    row: Function, signature: _Signature, args: Sequence[Expr], names: Sequence[str | None], binder: CallBinder
) -> tuple[Expr, ...]:
    """Named arguments put in their parameters' places; gaps take the parameter's default."""
    routine = f"`{row.name}`"
    known = [p.name for p in signature.params]
    if not all(known):
        raise binder.error("NAMED_PARAMETERS_NOT_SUPPORTED", functionName=routine)
    placed: dict[int, Expr] = {}
    seen_name = False
    for position, (arg, name) in enumerate(zip(args, names, strict=True)):
        if name is None:
            if seen_name:
                raise binder.error(
                    "UNEXPECTED_POSITIONAL_ARGUMENT", routineName=routine, parameterName=f"`{known[position - 1]}`"
                )
            placed[position] = arg
            continue
        seen_name = True
        lowered = name.lower()
        if lowered not in known:
            raise binder.error(
                "UNRECOGNIZED_PARAMETER_NAME", routineName=routine, argumentName=f"`{name}`", proposal=_near(known)
            )
        target = known.index(lowered)
        if target in placed:
            both = target < position and names[target] is None
            kind = "BOTH_POSITIONAL_AND_NAMED" if both else "DOUBLE_NAMED_ARGUMENT_REFERENCE"
            raise binder.error(
                f"DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.{kind}", routineName=routine, parameterName=f"`{lowered}`"
            )
        placed[target] = arg
    ordered: list[Expr] = []
    for position, param in enumerate(signature.params[: max(placed, default=-1) + 1]):
        value = placed.get(position, param.default)
        if value is None:
            raise _missing(row, param, position - sum(name is None for name in names), binder)
        ordered.append(value)
    return tuple(ordered)


def _missing(row: Function, param: Param, index: int, binder: CallBinder) -> SparkError:
    """The error for a parameter without an argument; `index` counts from the first one that has none by place."""
    return binder.error(
        "REQUIRED_PARAMETER_NOT_FOUND",
        routineName=f"`{row.name}`",
        parameterName=f"`{param.name}`",
        index=str(index),
    )


def _near(names: Sequence[str]) -> str:
    return ", ".join(f"`{n}`" for n in names)


def wrong_count(called: str, expected: str, actual: int, context: QueryContext | None = None) -> SparkError:
    """The error for a call with `actual` arguments; `expected` is what the message says that it takes.

    A function that takes any number above a least one counts them itself, and does not know its place.
    """
    shown = {"functionName": f"`{called}`", "expectedNum": expected, "actualNum": str(actual), "docroot": _DOCROOT}
    return AnalysisException(
        "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", shown, context=None if expected.startswith(">") else context
    )


def _bind_arg(binder: CallBinder, param: Param, position: int, arg: Expr) -> Expr:
    if isinstance(arg, Lambda) or (param.kinds[0] is ANY and not param.constant):
        return arg
    target = _target(param, arg.dtype, ansi=binder.ansi)
    if target is not None and isinstance(arg.dtype, t.NullType) and _takes_null_as(param, target):
        return Literal(None, target)  # nothing is cast
    if target is None:
        raise binder.error(
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
            paramIndex=ordinal(position),
            requiredType=required_type(_asked_for(param, arg)),
            inputSql=binder.quoted(arg),
            inputType=f'"{t.sql_name(arg.dtype)}"',
        )
    bound = binder.cast(arg, target) if target != arg.dtype else arg
    if param.constant and not is_foldable(bound):
        raise binder.not_foldable(arg, param.name or f"arg{position}", required_type(param.kinds))
    return bound


def _asked_for(param: Param, arg: Expr) -> Sequence[DataType | Kind]:
    if not param.by_shape:
        return param.kinds
    return [k for k in param.kinds if isinstance(k, t.ArrayType) == isinstance(arg.dtype, t.ArrayType)]


def _takes_null_as(param: Param, dtype: DataType) -> bool:
    return any(isinstance(kind, Kind) and kind.null_as == dtype for kind in param.kinds)


def _target(param: Param, dtype: DataType, *, ansi: bool) -> DataType | None:
    """The type an argument takes: as it is when any alternative accepts it, else the first implicit cast."""
    first: DataType | None = None
    for kind in param.kinds:
        found = implicit_cast(dtype, kind, ansi=ansi)
        if found == dtype:
            return dtype
        first = first or found
    return first


def ordinal(position: int) -> str:
    """`first`, `second`, `third`, `4th` … as Spark counts parameters in messages; `position` is from 0."""
    return _ORDINALS[position] if position < len(_ORDINALS) else f"{position + 1}th"


def wrong_input(binder: Binder, args: Sequence[Expr], position: int, required: str, **site: str) -> Exception:
    """UNEXPECTED_INPUT_TYPE for the argument at `position`; `required` is what the message asks for."""
    return binder.error(
        "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
        paramIndex=ordinal(position),
        requiredType=required,
        inputSql=binder.quoted(args[position]),
        inputType=f'"{t.sql_name(args[position].dtype)}"',
        **site,
    )


def required_type(kinds: Sequence[DataType | Kind]) -> str:
    """What a parameter takes, as messages show it: `"STRING"`, `("NUMERIC" or "INTERVAL")`."""
    texts: list[str] = []
    for kind in kinds:
        if isinstance(kind, Kind) and kind.name.startswith('"'):
            return kind.name  # the few messages without parentheses
        names = kind.name.split(" or ") if isinstance(kind, Kind) else [_wanted_name(kind)]
        texts += [f'"{name}"' for name in names]
    return texts[0] if len(texts) == 1 else "(" + " or ".join(texts) + ")"


def _wanted_name(dtype: DataType) -> str:
    return "DECIMAL" if dtype == decimals.USER_DEFAULT else t.sql_name(dtype)
