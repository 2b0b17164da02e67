"""DECIMAL of a precision and a scale, checked."""

from __future__ import annotations

from typing import Final

from hiveframe.errors import AnalysisException, ParseException
from hiveframe.plan import types as t

MAX_PRECISION: Final = 38


def decimal_type(precision: int = 10, scale: int = 0) -> t.DecimalType:
    """DECIMAL(precision, scale), refused where Spark refuses it."""
    if scale > precision:
        raise AnalysisException("_LEGACY_ERROR_TEMP_1228", {"scale": str(scale), "precision": str(precision)})
    if precision > MAX_PRECISION:
        raise ParseException(
            "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
            {"precision": str(precision), "maxPrecision": str(MAX_PRECISION)},
        )
    return t.DecimalType(precision, scale)
