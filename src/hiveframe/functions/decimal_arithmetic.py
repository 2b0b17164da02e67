"""Decimal arithmetic exactly as Spark's: its result types, 38 digits, half up.

DuckDB computes `+ - *` in 64 bits where both sides have at most 18 digits and raises when that is not enough; Spark
never overflows there. So an operation has two forms, the narrow one tried first and the wide one for the rows that
overflow it. A chain of operations is tried as a whole: `Decimals` carries both forms of an operand up the tree.
What even 38 digits can't hold, or what loses scale, goes to an exact kernel; what Spark can't hold is NULL or an error.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from hiveframe.dataclass import dataclass
from hiveframe.errors import NO_CONDITION, PlainArithmetic, QueryContext
from hiveframe.functions.cast_job import CastJob
from hiveframe.functions.decimal_quotients import quotients
from hiveframe.functions.emit import AtSite, EmitContext
from hiveframe.functions.half_up import scaled, unscaled
from hiveframe.functions.let import let_all
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, null, number, op, physical_type
from hiveframe.plan import types as t
from hiveframe.plan.types import DecimalType

_NARROW: Final = 18  # digits that DuckDB keeps in 64 bits
_WIDE: Final = 38

_PLAIN: Final = (
    exp.Column,
    exp.Identifier,
    exp.Literal,
    exp.Null,
    exp.Cast,
    exp.TryCast,
    exp.DataType,
    exp.Var,
    exp.Paren,
    exp.Neg,
    exp.Add,
    exp.Sub,
    exp.Mul,
)


@dataclass(frozen=True, slots=True, eq=False)
class DecimalForms:
    """An operand: `narrow` in `narrow_digits` digits (may raise: only ever inside TRY), `wide` of the full type."""

    narrow: Sql
    narrow_digits: int
    wide: Sql


@dataclass(frozen=True, slots=True, eq=False)
class DecimalOperation:
    """`left symbol right` with a `result` type; `mode` as in casts."""

    symbol: str
    left: Sql
    left_type: DecimalType
    right: Sql
    right_type: DecimalType
    result: DecimalType
    mode: str
    context: QueryContext | None
    ctx: EmitContext


def emit_decimal(job: DecimalOperation) -> Sql:
    """The operation as a DuckDB expression of the result type."""
    emitter = _EMITTERS[job.symbol]
    if _may_stand_in_try(job.left) and _may_stand_in_try(job.right):
        return emitter(job)
    return let_all([job.left, job.right], job.ctx, lambda a, b: emitter(_with(job, a, b)))


def emit_checked_quotient(job: DecimalOperation, raises: Callable[[], int]) -> Sql | None:
    """`left / right`, which fails at the place that `raises` makes where a number is divided by zero.

    None where the quotient is not a kernel's, which alone looks at the divisor itself.
    """
    if _is_small_quotient(job) or not _has_room_for_quotients(job):
        return None
    types = [job.left_type, job.right_type, t.INT, t.INT, t.INT]
    kernel = job.ctx.kernel("decimal_divide", _checked_quotients, types, job.result)
    digits = number(job.result.precision), number(job.result.scale)
    return func(kernel, job.left, job.right, *digits, number(raises()))


def _may_stand_in_try(value: Sql) -> bool:
    """Whether DuckDB takes `value` inside TRY, where it refuses aggregates, windows and what may raise or vary."""
    if "decimal_forms" in value.meta:
        return True
    return all(
        isinstance(node, _PLAIN) or (isinstance(node, exp.Anonymous) and node.name in ("try", "coalesce"))
        for node in value.walk()
    )


def _forms(value: Sql, dtype: DecimalType) -> DecimalForms:
    found = value.meta.get("decimal_forms")
    return found if isinstance(found, DecimalForms) else DecimalForms(value, dtype.precision, value)


def _emit_simple(job: DecimalOperation) -> Sql:
    """`+`, `-` and `*`."""
    left, right = _forms(job.left, job.left_type), _forms(job.right, job.right_type)
    scale = _natural_scale(job)
    if scale > _WIDE:
        return _settled(job, None)
    digits = _natural_digits(job, job.left_type.precision, job.right_type.precision)
    target = physical_type(job.result)
    narrow_digits = min(_natural_digits(job, left.narrow_digits, right.narrow_digits), _WIDE)
    if max(left.narrow_digits, right.narrow_digits) <= _NARROW and scale < _NARROW:
        narrow_digits = min(narrow_digits, _NARROW)
    narrow = op(job.symbol, _tried(job.left, left), _tried(job.right, right))
    if digits <= _NARROW:
        return narrow if digits == job.result.precision else cast(narrow, target)
    # one side of more than 18 digits makes DuckDB use 128 bits
    wide_left = left.wide
    if max(job.left_type.precision, job.right_type.precision) <= _NARROW:
        wide_left = cast(wide_left, f"DECIMAL({_NARROW + 1},{job.left_type.scale})")
    wide = op(job.symbol, wide_left, right.wide)
    if digits > _WIDE or scale > job.result.scale:
        wide = _settled(job, wide)
    else:
        wide = cast(wide, target)
    if narrow_digits > _NARROW:
        return wide
    made = func("coalesce", cast(func("try", narrow), target), wide)
    if scale == job.result.scale:
        made.meta["decimal_forms"] = DecimalForms(narrow, narrow_digits, wide)
    return made


def _tried(operand: Sql, forms: DecimalForms) -> Sql:
    """The narrow form in a TRY of its own: what DuckDB meets twice it computes before, outside of a TRY around both."""
    return operand if forms.narrow is operand else func("try", forms.narrow)


def _natural_scale(job: DecimalOperation) -> int:
    if job.symbol == "*":
        return job.left_type.scale + job.right_type.scale
    return max(job.left_type.scale, job.right_type.scale)


def _natural_digits(job: DecimalOperation, left: int, right: int) -> int:
    """The digits of DuckDB's own result."""
    if job.symbol == "*":
        return left + right
    scale = _natural_scale(job)
    return max(left - job.left_type.scale, right - job.right_type.scale) + scale + 1


def _settled(job: DecimalOperation, attempt: Sql | None) -> Sql:
    """`attempt` rounded into the result type; where it overflows the exact kernel, then NULL or an error."""
    target = physical_type(job.result)
    kernel = job.ctx.kernel(
        "decimal_" + _KERNEL_NAMES[job.symbol],
        _KERNELS[job.symbol],
        [job.left_type, job.right_type, t.INT, t.INT],
        job.result,
    )
    exact = func(kernel, job.left, job.right, number(job.result.precision), number(job.result.scale))
    if job.symbol == "/" and _has_room_for_quotients(job):
        return exact
    tried = [cast(func("try", cast(attempt, target)), target)] if attempt is not None else []
    if job.mode != "ansi":
        return func("coalesce", *tried, exact)
    return func("coalesce", *tried, exact, _overflow(job))


def _has_room_for_quotients(job: DecimalOperation) -> bool:
    """Whether the result type holds even the largest dividend by the smallest divisor."""
    left, result = job.left_type, job.result
    return result.precision - result.scale >= left.precision - left.scale + job.right_type.scale


def _overflow(job: DecimalOperation) -> Sql:
    shown = job.ctx.kernel(
        "decimal_text_" + _KERNEL_NAMES[job.symbol], _TEXTS[job.symbol], [job.left_type, job.right_type], t.STRING
    )
    failure = CastJob(null(), job.result, job.result, "ansi", job.context, job.ctx).out_of_range(
        func(shown, job.left, job.right)
    )
    present = op("and", is_not_null(job.left), is_not_null(job.right))
    return case((op("and", present, _nonzero(job)), failure))


def _nonzero(job: DecimalOperation) -> Sql:
    if job.symbol in ("+", "-", "*"):
        return is_not_null(job.right)
    return op("!=", job.right, number(0))


def _emit_quotient(job: DecimalOperation) -> Sql:
    """`/`: the dividend's digits are shifted so that a whole-number division leaves the result's scale."""
    if _is_small_quotient(job):
        return let_all([job.left, job.right], job.ctx, lambda a, b: _small_quotient(_with(job, a, b)))
    return _settled(job, None)


def _shift(job: DecimalOperation) -> int:
    return job.result.scale - job.left_type.scale + job.right_type.scale


def _is_small_quotient(job: DecimalOperation) -> bool:
    """Whether numerator and denominator leave room in 64 bits, doubled to round as they are."""
    return job.left_type.precision + _shift(job) < _NARROW and job.right_type.precision < _NARROW


def _with(job: DecimalOperation, left: Sql, right: Sql) -> DecimalOperation:
    return DecimalOperation(
        job.symbol, left, job.left_type, right, job.right_type, job.result, job.mode, job.context, job.ctx
    )


def _small_quotient(job: DecimalOperation) -> Sql:
    """A quotient of numbers that leave room in 64 bits."""
    numerator = func("abs", _shifted(job.left, job.left_type, _shift(job), "BIGINT"))
    denominator = func("abs", _shifted(job.right, job.right_type, 0, "BIGINT"))
    two = cast(number(2), "BIGINT")
    halves = op("//", op("+", op("*", two, numerator), denominator), op("*", two, denominator))
    sign = op("*", func("sign", job.left), func("sign", job.right))
    digits = op("*", halves, cast(sign, "BIGINT"))
    return cast(scaled(digits, job.result.scale), physical_type(job.result))


def _shifted(value: Sql, dtype: DecimalType, shift: int, integer: str) -> Sql:
    """The digits of a decimal, `shift` zeros added."""
    digits = cast(unscaled(value, dtype.precision, dtype.scale), integer)
    return op("*", digits, cast(number(10**shift), integer)) if shift else digits


def _emit_remainder(job: DecimalOperation) -> Sql:
    """`%` with the sign of the dividend."""
    left, right = job.left_type, job.right_type
    scale = max(left.scale, right.scale)
    digits = max(left.precision - left.scale, right.precision - right.scale) + scale
    if digits <= _WIDE:
        return cast(op("%", job.left, job.right), physical_type(job.result))
    numerator = _shifted(job.left, left, scale - left.scale, "HUGEINT")
    denominator = _shifted(job.right, right, scale - right.scale, "HUGEINT")
    return _settled(job, scaled(op("%", numerator, denominator), scale))


def _emit_whole_quotient(job: DecimalOperation) -> Sql:
    """`div`, cut toward zero; the caller casts it to BIGINT."""
    left, right = job.left_type, job.right_type
    scale = max(left.scale, right.scale)
    if max(left.precision + scale - left.scale, right.precision + scale - right.scale) > _WIDE:
        return _settled(job, None)
    numerator = _shifted(job.left, left, scale - left.scale, "HUGEINT")
    denominator = _shifted(job.right, right, scale - right.scale, "HUGEINT")
    return cast(op("//", numerator, denominator), physical_type(job.result))


_EMITTERS: Final[dict[str, Callable[[DecimalOperation], Sql]]] = {
    "+": _emit_simple,
    "-": _emit_simple,
    "*": _emit_simple,
    "/": _emit_quotient,
    "%": _emit_remainder,
    "div": _emit_whole_quotient,
}

_EXACT: Final = decimal.Context(prec=200, rounding=decimal.ROUND_HALF_UP, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)


# Spark cuts products and quotients one digit after the last that a decimal holds, before it rounds them.
_MATH: Final = decimal.Context(prec=_WIDE + 1, rounding=decimal.ROUND_DOWN)


def _times(left: Decimal, right: Decimal) -> Decimal:
    return _MATH.multiply(left, right)


def _whole_quotient(left: Decimal, right: Decimal) -> Decimal:
    """Cut toward zero. Java's library finds none that it can't write in as many digits."""
    whole = _EXACT.divide_int(left, right)
    if len(str(abs(int(whole))).rstrip("0")) > _MATH.prec:
        raise PlainArithmetic(NO_CONDITION, {"message": "Division impossible"})
    return whole


def _rest(left: Decimal, right: Decimal) -> Decimal:
    _whole_quotient(left, right)
    return _EXACT.remainder(left, right)


def _divide(left: Decimal, right: Decimal) -> Decimal:
    exact = _EXACT.divide(left, right)
    return exact.quantize(Decimal(1).scaleb(-_MATH.prec), decimal.ROUND_DOWN, _EXACT)


def _compute(
    function: Callable[[Decimal, Decimal], Decimal],
    lefts: pa.Array,
    rights: pa.Array,
    digits: pa.Array,
    scales: pa.Array,
) -> pa.Array:
    """Each pair computed exactly and rounded; NULL where the result has too many digits or the divisor is zero."""
    precision, scale = (digits[0].as_py(), scales[0].as_py()) if len(lefts) else (_WIDE, 0)
    unit = Decimal(1).scaleb(-scale)
    bound = Decimal(10) ** (precision - scale)
    found: list[Decimal | None] = []
    for left, right in zip(lefts.to_pylist(), rights.to_pylist(), strict=True):
        value = _value(function, left, right)
        rounded = None if value is None else value.quantize(unit, context=_EXACT)
        found.append(None if rounded is None or abs(rounded) >= bound else rounded)
    return pa.array(found, pa.decimal128(precision, scale))


def _value(function: Callable[[Decimal, Decimal], Decimal], left: Any, right: Any) -> Decimal | None:
    if left is None or right is None or (right == 0 and function not in (_EXACT.add, _EXACT.subtract, _times)):
        return None
    return function(left, right)


def _add(lefts: pa.Array, rights: pa.Array, digits: pa.Array, scales: pa.Array) -> pa.Array:
    return _compute(_EXACT.add, lefts, rights, digits, scales)


def _subtract(lefts: pa.Array, rights: pa.Array, digits: pa.Array, scales: pa.Array) -> pa.Array:
    return _compute(_EXACT.subtract, lefts, rights, digits, scales)


def _multiply(lefts: pa.Array, rights: pa.Array, digits: pa.Array, scales: pa.Array) -> pa.Array:
    return _compute(_times, lefts, rights, digits, scales)


def _quotients(lefts: pa.Array, rights: pa.Array, digits: pa.Array, scales: pa.Array) -> pa.Array:
    precision, scale = (digits[0].as_py(), scales[0].as_py()) if len(lefts) else (_WIDE, 0)
    return quotients(lefts, rights, precision, scale)


def _checked_quotients(
    lefts: pa.Array, rights: pa.Array, digits: pa.Array, scales: pa.Array, sites: pa.Array
) -> pa.Array:
    made = _quotients(lefts, rights, digits, scales)
    if made.null_count:  # a NULL, or a divisor of zero
        is_zero = pc.equal(rights, pa.scalar(Decimal(0), rights.type))
        if pc.any(pc.and_(is_zero, lefts.is_valid())).as_py():
            raise AtSite(sites[0].as_py())
    return made


def _remainders(lefts: pa.Array, rights: pa.Array, digits: pa.Array, scales: pa.Array) -> pa.Array:
    return _compute(_rest, lefts, rights, digits, scales)


def _whole_quotients(lefts: pa.Array, rights: pa.Array, digits: pa.Array, scales: pa.Array) -> pa.Array:
    return _compute(_whole_quotient, lefts, rights, digits, scales)


def _shown(function: Callable[[Decimal, Decimal], Decimal], lefts: pa.Array, rights: pa.Array) -> pa.Array:
    pairs = zip(lefts.to_pylist(), rights.to_pylist(), strict=True)
    values = [_value(function, left, right) for left, right in pairs]
    return pa.array([None if v is None else format(v, "f") for v in values], pa.string())


def _sum_text(lefts: pa.Array, rights: pa.Array) -> pa.Array:
    return _shown(_EXACT.add, lefts, rights)


def _difference_text(lefts: pa.Array, rights: pa.Array) -> pa.Array:
    return _shown(_EXACT.subtract, lefts, rights)


def _product_text(lefts: pa.Array, rights: pa.Array) -> pa.Array:
    return _shown(_times, lefts, rights)


def _quotient_text(lefts: pa.Array, rights: pa.Array) -> pa.Array:
    return _shown(_divide, lefts, rights)


def _whole_quotient_text(lefts: pa.Array, rights: pa.Array) -> pa.Array:
    return _shown(_whole_quotient, lefts, rights)


def _remainder_text(lefts: pa.Array, rights: pa.Array) -> pa.Array:
    return _shown(_rest, lefts, rights)


_KERNELS: Final[dict[str, Callable[..., Any]]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _quotients,
    "%": _remainders,
    "div": _whole_quotients,
}
_TEXTS: Final[dict[str, Callable[..., Any]]] = {
    "+": _sum_text,
    "-": _difference_text,
    "*": _product_text,
    "/": _quotient_text,
    "%": _remainder_text,
    "div": _whole_quotient_text,
}
_KERNEL_NAMES: Final = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "remainder", "div": "whole"}
