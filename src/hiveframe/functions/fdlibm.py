"""Java's `StrictMath`: the same bits for the same argument. Source: fdlibm 5.3, `e_log.c`."""

from __future__ import annotations

from typing import Final

import numpy as np

_LN2_HIGH: Final = 6.93147180369123816490e-01
_LN2_LOW: Final = 1.90821492927058770002e-10
_ODD: Final = (6.666666666666735130e-01, 2.857142874366239149e-01, 1.818357216161805012e-01, 1.479819860511658591e-01)
_EVEN: Final = (3.999999999940941908e-01, 2.222219843214978396e-01, 1.531383769920937332e-01)


def log(values: np.ndarray) -> np.ndarray:
    """The natural logarithm of positive, normal numbers."""
    bits = values.view(np.uint64)
    high = (bits >> np.uint64(32)).astype(np.int64)
    k = (high >> 20) - 1023
    high = high & 0xFFFFF
    carry = (high + 0x95F64) & 0x100000
    k = (k + (carry >> 20)).astype(np.float64)
    scaled = ((high | (carry ^ 0x3FF00000)).astype(np.uint64) << np.uint64(32)) | (bits & np.uint64(0xFFFFFFFF))
    f = scaled.view(np.float64) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (_EVEN[0] + w * (_EVEN[1] + w * _EVEN[2]))
    odd = z * (_ODD[0] + w * (_ODD[1] + w * (_ODD[2] + w * _ODD[3])))
    rest = odd + even
    half = 0.5 * f * f
    low = k * _LN2_LOW
    wide = np.where(k == 0, f - (half - s * (half + rest)), k * _LN2_HIGH - ((half - (s * (half + rest) + low)) - f))
    narrow = np.where(k == 0, f - s * (f - rest), k * _LN2_HIGH - ((s * (f - rest) - low) - f))
    small = f * f * (0.5 - 0.33333333333333333 * f)
    tiny = np.where(k == 0, f - small, k * _LN2_HIGH - ((small - low) - f))
    found: np.ndarray = np.where(((high - 0x6147A) | (0x6B851 - high)) > 0, wide, narrow)
    return np.where((0xFFFFF & (2 + high)) < 3, tiny, found)
