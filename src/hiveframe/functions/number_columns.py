"""`to_number` and `to_char` of whole columns by plain patterns: digits and perhaps a point, no signs or groups."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from hiveframe.functions.number_pattern import NumberPattern, number_pattern
from hiveframe.functions.text_buffers import single_value


def parsed_column(
    values: pa.Array, patterns: pa.Array, arrow_type: pa.DataType, others: Callable[..., pa.Array]
) -> pa.Array:
    """The numbers that texts stand for; `others(values, patterns)` does the texts that are not of the plain shape."""
    shape = _plain_pattern(patterns)
    if shape is None:
        return others(values, patterns)
    digits = shape.before[0]
    whole = f"[0-9]{{{digits.count if digits.is_exact else 1},{digits.count}}}"
    fraction = rf"(?:\.[0-9]{{0,{shape.scale}}})?" if shape.has_point else ""
    fits = pc.match_substring_regex(values, rf"\A{whole}{fraction}\z").fill_null(True)
    if pc.all(fits).as_py():
        return _decimals(values, arrow_type)
    made = _decimals(pc.if_else(fits, values, None), arrow_type)
    rest = pc.invert(fits)
    return pc.replace_with_mask(made, rest, others(values.filter(rest), patterns.filter(rest)))


def shown_column(values: pa.Array, patterns: pa.Array, others: Callable[..., pa.Array]) -> pa.Array:
    """Decimals as texts; `others(values, patterns)` does columns with negative numbers or more digits than places."""
    shape = _plain_pattern(patterns)
    if shape is None or not shape.scale or shape.before[0].is_exact or not pa.types.is_decimal128(values.type):
        return others(values, patterns)
    places = shape.before[0].count
    largest = pc.max(values).as_py()
    if values.type.scale > shape.scale or largest is None or pc.min(values).as_py() < 0 or largest >= 10**places:
        return others(values, patterns)
    texts = pc.cast(pc.cast(values, pa.decimal128(38, shape.scale)), pa.string())
    return pc.utf8_lpad(texts, places + 1 + shape.scale)


def _plain_pattern(patterns: pa.Array) -> NumberPattern | None:
    """The one pattern of all rows if it is plain."""
    is_constant, text = single_value(patterns)
    if not is_constant or text is None:
        return None
    shape = number_pattern(text)
    is_plain = not (shape.lead or shape.trail or shape.has_currency) and len(shape.before) == 1 and len(shape.after) < 2
    return shape if is_plain and shape.precision <= 38 and shape.before[0].count else None


def _decimals(texts: pa.Array, arrow_type: pa.DataType) -> pa.Array:
    """Digits as decimals; a point that ends them goes."""
    return pc.cast(pc.utf8_rtrim(texts, "."), arrow_type)
