"""Elementary functions as Java's StrictMath has them, bit for bit: fdlibm 5.3, over arrays.

Other libraries differ in the last digit, which shows wherever a double is printed. Every branch of the C code is
computed for all numbers, then picked from. Names of constants and variables are fdlibm's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]

_LN2_HI: Final = 6.93147180369123816490e-01
_LN2_LO: Final = 1.90821492927058770002e-10
_INV_LN2: Final = 1.44269504088896338700e00
_PIO2_HI: Final = 1.57079632679489655800e00
_PIO2_LO: Final = 6.12323399573676603587e-17
_PIO4_HI: Final = 7.85398163397448278999e-01


def strict(function: Callable[[Doubles], Doubles]) -> Callable[[Doubles], Doubles]:
    """`function` without NumPy's warnings: branches that are not picked overflow and divide by zero."""

    def quiet(x: Doubles) -> Doubles:
        with np.errstate(all="ignore"):
            return function(np.asarray(x, dtype=np.float64))

    return quiet


def _high(x: Doubles) -> npt.NDArray[np.int64]:
    """The high 32 bits, signed."""
    return x.view(np.int64) >> 32


def _with_high(x: Doubles, high: npt.NDArray[np.int64]) -> Doubles:
    bits = (x.view(np.int64) & 0xFFFFFFFF) | (high << 32)
    return bits.view(np.float64)


def _without_low(x: Doubles) -> Doubles:
    return (x.view(np.int64) & ~np.int64(0xFFFFFFFF)).view(np.float64)


def _poly(x: Doubles, *coefficients: float) -> Doubles:
    """Horner's scheme, the constant first."""
    total: Doubles = np.full_like(x, coefficients[-1])
    for c in coefficients[-2::-1]:
        total = c + x * total
    return total


@strict
def exp(x: Doubles) -> Doubles:
    """e to the power of x."""
    hx = _high(x) & 0x7FFFFFFF
    negative = np.signbit(x)
    near = (hx > 0x3FD62E42) & (hx < 0x3FF0A2B2)
    far = hx >= 0x3FF0A2B2
    halves = np.where(negative, -0.5, 0.5)
    k = np.where(near, np.where(negative, -1.0, 1.0), np.where(far, np.trunc(_INV_LN2 * x + halves), 0.0))
    k = np.where(np.isfinite(k), k, 0.0)
    hi = np.where(near | far, x - k * _LN2_HI, x)
    lo = k * _LN2_LO
    r = np.where(near | far, hi - lo, x)
    t = r * r
    p = (1.66666666666666019037e-01, -2.77777777770155933842e-03, 6.61375632143793436117e-05)
    c = r - t * _poly(t, *p, -1.65339022054652515390e-06, 4.13813679705723846039e-08)
    plain = 1.0 - ((r * c) / (c - 2.0) - r)
    y = 1.0 - ((lo - (r * c) / (2.0 - c)) - hi)
    exponent = k.astype(np.int64)
    scaled = np.where(
        exponent >= -1021,
        np.ldexp(y, np.clip(exponent, -1021, 1100)),
        np.ldexp(y, np.clip(exponent + 1000, -1021, 1100)) * 9.33263618503218878990e-302,
    )
    made = np.where(k == 0, np.where(hx < 0x3E300000, 1.0 + x, plain), scaled)
    made = np.where(x > 7.09782712893383973096e02, np.inf, made)
    made = np.where(x < -7.45133219101941108420e02, 0.0, made)
    return np.where(np.isnan(x), x, made)


@strict
def expm1(x: Doubles) -> Doubles:
    """e to the power of x, minus 1."""
    hx = _high(x) & 0x7FFFFFFF
    negative = np.signbit(x)
    near = (hx > 0x3FD62E42) & (hx < 0x3FF0A2B2)
    far = hx >= 0x3FF0A2B2
    signs = np.where(negative, -1.0, 1.0)
    k = np.where(near, signs, np.where(far, np.trunc(_INV_LN2 * x + signs * 0.5), 0.0))
    k = np.where(np.isfinite(k), k, 0.0)
    hi, lo = x - k * _LN2_HI, k * _LN2_LO
    r = np.where(k != 0, hi - lo, x)
    c = np.where(k != 0, (hi - r) - lo, 0.0)
    hfx = 0.5 * r
    hxs = r * hfx
    q = (-3.33333333333331316428e-02, 1.58730158725481460165e-03, -7.93650757867487942473e-05)
    r1 = 1.0 + hxs * _poly(hxs, *q, 4.00821782732936239552e-06, -2.01099218183624371326e-07)
    t = 3.0 - r1 * hfx
    e0 = hxs * ((r1 - t) / (6.0 - r * t))
    e = (r * (e0 - c) - c) - hxs
    n = k.astype(np.int64)
    wide = np.ldexp(1.0 - (e - r), np.clip(n, -1100, 1100)) - 1.0
    small = np.ldexp(1.0, -np.clip(n, 0, 60))
    low = np.ldexp((1.0 - small) - (e - r), np.clip(n, 0, 1100))
    high = np.ldexp((r - (e + small)) + 1.0, np.clip(n, 0, 1100))
    made = np.where(n < 20, low, high)
    made = np.where((n <= -2) | (n > 56), wide, made)
    made = np.where(n == 1, np.where(r < -0.25, -2.0 * (e - (r + 0.5)), 1.0 + 2.0 * (r - e)), made)
    made = np.where(n == -1, 0.5 * (r - e) - 0.5, made)
    made = np.where(n == 0, np.where(hx < 0x3C900000, x, r - (r * e0 - hxs)), made)
    made = np.where((hx >= 0x4043687A) & negative, -1.0, made)
    made = np.where(x > 7.09782712893383973096e02, np.inf, made)
    return np.where(np.isnan(x), x, made)


_LG: Final = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)


@strict
def log(x: Doubles) -> Doubles:
    """The natural logarithm."""
    subnormal = (_high(x) < 0x00100000) & (x > 0)
    v = np.where(subnormal, x * 1.80143985094819840000e16, x)
    k0 = np.where(subnormal, -54, 0)
    hx = _high(v)
    k0 = k0 + (hx >> 20) - 1023
    hx = hx & 0x000FFFFF
    i = (hx + 0x95F64) & 0x100000
    v = _with_high(v, hx | (i ^ 0x3FF00000))
    k = (k0 + (i >> 20)).astype(np.float64)
    f = v - 1.0
    r_small = f * f * (0.5 - 0.33333333333333333 * f)
    tiny = np.where(k == 0, f - r_small, k * _LN2_HI - ((r_small - k * _LN2_LO) - f))
    tiny = np.where(f == 0, np.where(k == 0, 0.0, k * _LN2_HI + k * _LN2_LO), tiny)
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    t1 = w * _poly(w, _LG[1], _LG[3], _LG[5])
    t2 = z * _poly(w, _LG[0], _LG[2], _LG[4], _LG[6])
    r = t2 + t1
    hfsq = 0.5 * f * f
    near = np.where(k == 0, f - (hfsq - s * (hfsq + r)), k * _LN2_HI - ((hfsq - (s * (hfsq + r) + k * _LN2_LO)) - f))
    away = np.where(k == 0, f - s * (f - r), k * _LN2_HI - ((s * (f - r) - k * _LN2_LO) - f))
    made = np.where(((hx - 0x6147A) | (0x6B851 - hx)) > 0, near, away)
    made = np.where((0x000FFFFF & (2 + hx)) < 3, tiny, made)
    made = np.where(x == 0, -np.inf, np.where(x < 0, np.nan, made))
    return np.where(np.isfinite(x), made, np.where(x == -np.inf, np.nan, x))


@strict
def log10(x: Doubles) -> Doubles:
    """The logarithm to base 10."""
    subnormal = (_high(x) < 0x00100000) & (x > 0)
    v = np.where(subnormal, x * 1.80143985094819840000e16, x)
    hx = _high(v)
    k = np.where(subnormal, -54, 0) + (hx >> 20) - 1023
    i = np.where(k < 0, 1, 0)
    v = _with_high(v, (hx & 0x000FFFFF) | ((0x3FF - i) << 20))
    y = (k + i).astype(np.float64)
    z = y * 3.69423907715893078616e-13 + 4.34294481903251816668e-01 * log(v)
    made = z + y * 3.01029995663611771306e-01
    made = np.where(x == 0, -np.inf, np.where(x < 0, np.nan, made))
    return np.where(np.isfinite(x), made, np.where(x == -np.inf, np.nan, x))


@strict
def log1p(x: Doubles) -> Doubles:
    """The natural logarithm of 1 + x."""
    hx = _high(x)
    ax = hx & 0x7FFFFFFF
    direct = (hx < 0x3FDA827A) & ((hx > 0) | (x >= -0.2928932309150696))
    huge = hx >= 0x43400000
    u = np.where(huge, x, 1.0 + x)
    hu = _high(u)
    k = (hu >> 20) - 1023
    c = np.where(huge, 0.0, np.where(k > 0, 1.0 - (u - x), x - (u - 1.0)) / u)
    hu = hu & 0x000FFFFF
    low = hu < 0x6A09E
    u = _with_high(u, np.where(low, hu | 0x3FF00000, hu | 0x3FE00000))
    k = np.where(low, k, k + 1)
    hu = np.where(low, hu, (0x00100000 - hu) >> 2)
    f = np.where(direct, x, u - 1.0)
    k = np.where(direct, 0, k).astype(np.float64)
    c = np.where(direct, 0.0, c)
    hu = np.where(direct, 1, hu)
    hfsq = 0.5 * f * f
    r_small = hfsq * (1.0 - 0.66666666666666666 * f)
    tiny = np.where(k == 0, f - r_small, k * _LN2_HI - ((r_small - (k * _LN2_LO + c)) - f))
    tiny = np.where(f == 0, np.where(k == 0, 0.0, k * _LN2_HI + (c + k * _LN2_LO)), tiny)
    s = f / (2.0 + f)
    z = s * s
    r = z * _poly(z, *_LG)
    inner = s * (hfsq + r)
    made = np.where(k == 0, f - (hfsq - inner), k * _LN2_HI - ((hfsq - (inner + (k * _LN2_LO + c))) - f))
    made = np.where(hu == 0, tiny, made)
    made = np.where(ax < 0x3E200000, np.where(ax < 0x3C900000, x, x - x * x * 0.5), made)
    made = np.where(x == -1, -np.inf, np.where(x < -1, np.nan, made))
    return np.where(np.isfinite(x), made, np.where(x == -np.inf, np.nan, x))


@strict
def cosh(x: Doubles) -> Doubles:
    """The hyperbolic cosine."""
    a = np.abs(x)
    ix = _high(x) & 0x7FFFFFFF
    t = expm1(a)
    w = 1.0 + t
    e = exp(a)
    root = exp(0.5 * a)
    made = np.where(ix < 0x3C800000, w, 1.0 + (t * t) / (w + w))
    made = np.where(ix < 0x3FD62E43, made, 0.5 * e + 0.5 / e)
    made = np.where(ix < 0x40360000, made, 0.5 * e)
    made = np.where(ix < 0x40862E42, made, (0.5 * root) * root)
    return np.where(np.isfinite(x), made, x * x)


@strict
def sinh(x: Doubles) -> Doubles:
    """The hyperbolic sine."""
    a = np.abs(x)
    h = np.where(np.signbit(x), -0.5, 0.5)
    ix = _high(x) & 0x7FFFFFFF
    t = expm1(a)
    root = exp(0.5 * a)
    made = np.where(ix < 0x3FF00000, h * (2.0 * t - t * t / (t + 1.0)), h * (t + t / (t + 1.0)))
    made = np.where(ix < 0x3E300000, x, made)
    made = np.where(ix < 0x40360000, made, h * exp(a))
    made = np.where(ix < 0x40862E42, made, (h * root) * root)
    return np.where(np.isfinite(x), made, x + x)


@strict
def tanh(x: Doubles) -> Doubles:
    """The hyperbolic tangent."""
    a = np.abs(x)
    ix = _high(x) & 0x7FFFFFFF
    up, down = expm1(2.0 * a), expm1(-2.0 * a)
    z = np.where(ix >= 0x3FF00000, 1.0 - 2.0 / (up + 2.0), -down / (down + 2.0))
    z = np.where(ix < 0x40360000, z, 1.0)
    made = np.where(np.signbit(x), -z, z)
    made = np.where(ix < 0x3C800000, x * (1.0 + x), made)
    return np.where(np.isnan(x), x, made)


@strict
def atan(x: Doubles) -> Doubles:
    """The angle whose tangent is x."""
    a = np.abs(x)
    ix = _high(x) & 0x7FFFFFFF
    bounds = (ix < 0x3FDC0000, ix < 0x3FE60000, ix < 0x3FF30000, ix < 0x40038000)
    v = np.select(
        bounds, (x, (2.0 * a - 1.0) / (2.0 + a), (a - 1.0) / (a + 1.0), (a - 1.5) / (1.0 + 1.5 * a)), -1.0 / a
    )
    hi = np.select(bounds, (0.0, 4.63647609000806093515e-01, _PIO4_HI, 9.82793723247329054082e-01), _PIO2_HI)
    lo = np.select(
        bounds, (0.0, 2.26987774529616870924e-17, 3.06161699786838301793e-17, 1.39033110312309984516e-17), _PIO2_LO
    )
    z = v * v
    w = z * z
    even = (3.33333333333329318027e-01, 1.42857142725034663711e-01, 9.09088713343650656196e-02)
    odd = (-1.99999999998764832476e-01, -1.11111104054623557880e-01, -7.69187620504482999495e-02)
    s1 = z * _poly(w, *even, 6.66107313738753120669e-02, 4.97687799461593236017e-02, 1.62858201153657823623e-02)
    s2 = w * _poly(w, *odd, -5.83357013379057348645e-02, -3.65315727442169155270e-02)
    outer = hi - ((v * (s1 + s2) - lo) - v)
    made = np.where(bounds[0], v - v * (s1 + s2), np.where(np.signbit(x), -outer, outer))
    made = np.where(ix < 0x3E200000, x, made)
    made = np.where(ix >= 0x44100000, np.where(np.signbit(x), -_PIO2_HI - _PIO2_LO, _PIO2_HI + _PIO2_LO), made)
    return np.where(np.isnan(x), x, made)


def _arc_ratio(t: Doubles) -> Doubles:
    """fdlibm's p / q of asin and acos."""
    p = (1.66666666666666657415e-01, -3.25565818622400915405e-01, 2.01212532134862925881e-01)
    q = (1.0, -2.40339491173441421878e00, 2.02094576023350569471e00, -6.88283971605453293030e-01)
    above = t * _poly(t, *p, -4.00555345006794114027e-02, 7.91534994289814532176e-04, 3.47933107596021167570e-05)
    return above / _poly(t, *q, 7.70381505559019352791e-02)


@strict
def asin(x: Doubles) -> Doubles:
    """The angle whose sine is x."""
    a = np.abs(x)
    ix = _high(x) & 0x7FFFFFFF
    inner = x + x * _arc_ratio(x * x)
    t = (1.0 - a) * 0.5
    r = _arc_ratio(t)
    s = np.sqrt(t)
    steep = _PIO2_HI - (2.0 * (s + s * r) - _PIO2_LO)
    w = _without_low(s)
    c = (t - w * w) / (s + w)
    outer = _PIO4_HI - ((2.0 * s * r - (_PIO2_LO - 2.0 * c)) - (_PIO4_HI - 2.0 * w))
    outer = np.where(ix >= 0x3FEF3333, steep, outer)
    made = np.where(ix < 0x3FE00000, np.where(ix < 0x3E400000, x, inner), np.where(np.signbit(x), -outer, outer))
    made = np.where(a == 1, x * _PIO2_HI + x * _PIO2_LO, made)
    return np.where(a <= 1, made, np.nan)


@strict
def acos(x: Doubles) -> Doubles:
    """The angle whose cosine is x."""
    a = np.abs(x)
    ix = _high(x) & 0x7FFFFFFF
    inner = _PIO2_HI - (x - (_PIO2_LO - x * _arc_ratio(x * x)))
    below = (1.0 + x) * 0.5
    root = np.sqrt(below)
    left = 3.14159265358979311600e00 - 2.0 * (root + (_arc_ratio(below) * root - _PIO2_LO))
    z = (1.0 - x) * 0.5
    s = np.sqrt(z)
    df = _without_low(s)
    c = (z - df * df) / (s + df)
    right = 2.0 * (df + (_arc_ratio(z) * s + c))
    made = np.where(ix < 0x3FE00000, inner, np.where(x < 0, left, right))
    made = np.where(ix <= 0x3C600000, _PIO2_HI + _PIO2_LO, made)
    made = np.where(x == 1, 0.0, np.where(x == -1, 3.14159265358979311600e00 + 2.0 * _PIO2_LO, made))
    return np.where(a <= 1, made, np.nan)


@strict
def cbrt(x: Doubles) -> Doubles:
    """The cube root."""
    a = np.abs(x)
    hx = _high(a)
    scaled = a * 1.80143985094819840000e16
    zero = np.zeros_like(a)
    t = np.where(
        hx < 0x00100000, _with_high(zero, _high(scaled) // 3 + 696219795), _with_high(zero, hx // 3 + 715094163)
    )
    r = t * t / a
    s = 5.42857142857142815906e-01 + r * t
    t = t * (
        3.57142857142857150787e-01
        + 1.60714285714285720630e00 / (s + 1.41428571428571436819e00 + -7.05306122448979611050e-01 / s)
    )
    t = _without_low(t)
    t = _with_high(t, _high(t) + 1)
    s = t * t
    r = a / s
    t = t + t * ((r - t) / ((t + t) + r))
    made = np.where(np.signbit(x), -t, t)
    return np.where(np.isfinite(x) & (x != 0), made, x + x)


_LN2: Final = 6.93147180559945286227e-01


@strict
def acosh(x: Doubles) -> Doubles:
    """The inverse hyperbolic cosine."""
    t = x - 1.0
    near = log1p(t + np.sqrt(2.0 * t + t * t))
    middle = log(2.0 * x - 1.0 / (x + np.sqrt(x * x - 1.0)))
    made = np.where(x > 2, np.where(x >= 2.0**28, log(x) + _LN2, middle), near)
    made = np.where(x == 1, 0.0, np.where(x < 1, np.nan, made))
    return np.where(np.isfinite(x), made, np.where(x == -np.inf, np.nan, x))


@strict
def asinh(x: Doubles) -> Doubles:
    """The inverse hyperbolic sine."""
    a = np.abs(x)
    t = x * x
    near = log1p(a + t / (1.0 + np.sqrt(1.0 + t)))
    middle = log(2.0 * a + 1.0 / (np.sqrt(t + 1.0) + a))
    w = np.where(a > 2, np.where(a > 2.0**28, log(a) + _LN2, middle), near)
    made = np.where(a < 2.0**-28, x, np.copysign(w, x))
    return np.where(np.isfinite(x), made, x)


_PI: Final = 3.1415926535897931160e00
_PI_LO: Final = 1.2246467991473531772e-16


def atan2(y: Doubles, x: Doubles) -> Doubles:
    """The angle of the point (x, y); Spark knows no zeros with a sign here."""
    with np.errstate(all="ignore"):
        x, y = x + 0.0, y + 0.0
        gap = (_high(np.abs(y)) - _high(np.abs(x))) >> 20
        z = atan(np.abs(y / x))
        z = np.where(gap > 60, _PI / 2 + 0.5 * _PI_LO, np.where((x < 0) & (gap < -60), 0.0, z))
        z = np.where(np.signbit(x), _PI - (z - _PI_LO), z)
        made = np.copysign(z, y)
        usual = (x != 0) & (y != 0) & np.isfinite(x) & np.isfinite(y)
        return np.where(usual, np.where(x == 1, atan(y), made), np.arctan2(y, x))


def hypot(x: Doubles, y: Doubles) -> Doubles:
    """The length of the vector (x, y)."""
    with np.errstate(all="ignore"):
        a, b = np.maximum(np.abs(x), np.abs(y)), np.minimum(np.abs(x), np.abs(y))
        w = a - b
        t1 = _without_low(a)
        t2 = a - t1
        apart = np.sqrt(t1 * t1 - (b * -b - t2 * (a + t1)))
        twice = a + a
        y1 = _without_low(b)
        y2 = b - y1
        d1 = _without_low(twice)
        d2 = twice - d1
        alike = np.sqrt(d1 * y1 - (w * -w - (d1 * y2 + d2 * b)))
        made = np.where(w > b, apart, alike)
        made = np.where(_high(a) - _high(b) > 0x3C00000, a + b, made)
        usual = (_high(a) <= 0x5F300000) & (_high(b) >= 0x20B00000)
        return np.where(usual, made, np.hypot(x, y))


def power(x: Doubles, y: Doubles) -> Doubles:
    """x to the power of y; what is no usual case (zeros, infinities, NaN, exponents beyond 2^31) is NumPy's."""
    with np.errstate(all="ignore"):
        is_whole = np.floor(y) == y
        usual = (x != 0) & (y != 0) & np.isfinite(x) & np.isfinite(y) & (np.abs(y) <= 2.0**31) & ((x > 0) | is_whole)
        t1, t2 = _log2_parts(np.abs(np.where(usual, x, 1.0)))
        made = _exp2_of(np.where(usual, y, 1.0), t1, t2)
        odd = is_whole & (np.abs(y) < 2.0**53) & (np.mod(y, 2.0) == 1)
        made = np.where((x < 0) & odd, -made, made)
        made = np.where(y == 1, x, np.where(y == 2, x * x, np.where((y == 0.5) & (x > 0), np.sqrt(x), made)))
        other = np.where((np.abs(x) == 1) & ~np.isfinite(y), np.nan, np.power(x, y))
        return np.where(usual, made, other)


def _log2_parts(ax: Doubles) -> tuple[Doubles, Doubles]:
    """log2 of positive numbers as a sum of two doubles."""
    subnormal = _high(ax) < 0x00100000
    ax = np.where(subnormal, ax * 9007199254740992.0, ax)
    ix = _high(ax)
    n = np.where(subnormal, -53, 0) + (ix >> 20) - 0x3FF
    j = ix & 0x000FFFFF
    ix = j | 0x3FF00000
    middle = (j > 0x3988E) & (j < 0xBB67A)
    n = np.where(j >= 0xBB67A, n + 1, n)
    ix = np.where(j >= 0xBB67A, ix - 0x00100000, ix)
    k = middle.astype(np.int64)
    ax = _with_high(ax, ix)
    bp = np.where(middle, 1.5, 1.0)
    dp_h, dp_l = np.where(middle, 5.84962487220764160156e-01, 0.0), np.where(middle, 1.35003920212974897128e-08, 0.0)
    u = ax - bp
    v = 1.0 / (ax + bp)
    s = u * v
    s_h = _without_low(s)
    t_h = _with_high(np.zeros_like(ax), ((ix >> 1) | 0x20000000) + 0x00080000 + (k << 18))
    t_l = ax - (t_h - bp)
    s_l = v * ((u - s_h * t_h) - s_h * t_l)
    s2 = s * s
    p = (5.99999999999994648725e-01, 4.28571428578550184252e-01, 3.33333329818377432918e-01)
    q = (2.72728123808534006489e-01, 2.30660745775561754067e-01, 2.06975017800338417784e-01)
    r = s2 * s2 * _poly(s2, *p, *q) + s_l * (s_h + s)
    s2 = s_h * s_h
    t_h = _without_low(3.0 + s2 + r)
    t_l = r - ((t_h - 3.0) - s2)
    u = s_h * t_h
    v = s_l * t_h + t_l * s
    p_h = _without_low(u + v)
    p_l = v - (p_h - u)
    z_h = 9.61796700954437255859e-01 * p_h
    z_l = -7.02846165095275826516e-09 * p_h + p_l * 9.61796693925975554329e-01 + dp_l
    t = n.astype(np.float64)
    t1 = _without_low(((z_h + z_l) + dp_h) + t)
    return t1, z_l - (((t1 - t) - dp_h) - z_h)


def _exp2_of(y: Doubles, t1: Doubles, t2: Doubles) -> Doubles:
    """2 to the power of y * (t1 + t2)."""
    y1 = _without_low(y)
    p_l = (y - y1) * t1 + y * t2
    p_h = y1 * t1
    whole = p_l + p_h
    n = np.where(np.abs(whole) > 0.5, np.copysign(np.floor(np.abs(whole) + 0.5), whole), 0.0)
    n = np.where(np.abs(n) < 3000, n, np.copysign(3000.0, n))
    p_h = p_h - n
    t = _without_low(p_l + p_h)
    u = t * 6.93147182464599609375e-01
    v = (p_l - (t - p_h)) * _LN2 + t * -1.90465429995776804525e-09
    z = u + v
    w = v - (z - u)
    t = z * z
    p = (1.66666666666666019037e-01, -2.77777777770155933842e-03, 6.61375632143793436117e-05)
    t1 = z - t * _poly(t, *p, -1.65339022054652515390e-06, 4.13813679705723846039e-08)
    r = (z * t1) / (t1 - 2.0) - (w + z * w)
    made = np.ldexp(1.0 - (r - z), n.astype(np.int64))
    over = (whole > 1024) | ((whole == 1024) & (p_l + 8.0085662595372944372e-17 > whole - (p_h + n)))
    under = (whole < -1075) | ((whole == -1075) & (p_l <= whole - (p_h + n)))
    return np.where(over, np.inf, np.where(under, 0.0, made))
