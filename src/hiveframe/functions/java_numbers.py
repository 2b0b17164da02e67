"""Numbers as Java prints them, in Python."""

from __future__ import annotations

import math

import numpy as np


def float_text(value: float, *, single: bool = False) -> str:
    """`Double.toString`, or `Float.toString` when `single`: plain from 0.001 to 10 million, else `1.0E10`."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    number = np.float32(value) if single else np.float64(value)
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return np.format_float_positional(number, trim="0")
    if abs(number) == np.nextafter(number.dtype.type(0), number.dtype.type(1)):
        least = "1.4E-45" if single else "4.9E-324"  # Java gives the least of all a second digit
        return f"-{least}" if value < 0 else least
    digits, _, exponent = np.format_float_scientific(number, trim="0").partition("e")
    return f"{digits}E{int(exponent)}"
