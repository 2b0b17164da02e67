from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from random import Random

import pyarrow as pa
import pytest

from hiveframe.functions.decimal_quotients import quotients

EXACT = Context(prec=100)


def decimals(values, precision, scale):
    return pa.array(
        [v if v is None else EXACT.scaleb(Decimal(v), -scale) for v in values], pa.decimal128(precision, scale)
    )


def half_up(value, scale):
    """The digits of a fraction at a scale, rounded away from zero at the half."""
    size = abs(value) * 10**scale
    digits = int(size + Fraction(1, 2))
    return digits if value >= 0 else -digits


def drawn(random, precision):
    digits = random.randint(0, precision)
    return random.choice([10**digits - 1, 10 ** max(digits - 1, 0), random.randint(0, 10**digits - 1)]) * random.choice(
        [1, -1]
    )


@pytest.mark.parametrize("seed", range(150))
def test_quotients_are_exact_whatever_their_types(seed):
    random = Random(seed)
    p1, p2 = random.randint(1, 38), random.randint(1, 38)
    s1, s2 = random.randint(0, min(p1, 12)), random.randint(0, min(p2, 12))
    scale = random.randint(s1, 30)
    precision = random.randint(scale + 1, 38)
    lefts = [drawn(random, p1) for _ in range(200)] + [None, 1, 0]
    rights = [drawn(random, p2) for _ in range(200)] + [1, None, 1]
    found = quotients(decimals(lefts, p1, s1), decimals(rights, p2, s2), precision, scale)
    assert found.type == pa.decimal128(precision, scale)
    few = [decimals(values[-20:], p, s) for values, p, s in ((lefts, p1, s1), (rights, p2, s2))]
    assert quotients(*few, precision, scale).equals(found[-20:])
    for left, right, value in zip(lefts, rights, found.to_pylist(), strict=True):
        if left is None or not right:
            assert value is None
            continue
        digits = half_up(Fraction(left, 10**s1) / Fraction(right, 10**s2), scale)
        assert value == (EXACT.scaleb(Decimal(digits), -scale) if abs(digits) < 10**precision else None), (left, right)


def test_a_bigint_divides_and_parts_of_arrays_are_understood():
    totals = decimals([7, 1, None, 2, -2, 99], 27, 2).slice(1)
    counts = pa.array([5, 3, 1, 3, 3, 0]).slice(1)
    assert quotients(totals, counts, 21, 6).to_pylist() == [
        Decimal("0.003333"),
        None,
        Decimal("0.006667"),
        Decimal("-0.006667"),
        None,
    ]


@pytest.mark.parametrize("times", [1, 20])
def test_many_are_rounded_as_few_are(times):
    lefts, rights = decimals([1, -1, 5, None] * times, 12, 0), decimals([2, 2, -2, 1] * times, 11, 0)
    assert quotients(lefts, rights, 12, 0).to_pylist() == [Decimal(1), Decimal(-1), Decimal(-3), None] * times


def test_halves_are_rounded_away_from_zero_and_carried():
    lefts = decimals([1, -1, 5, 9999999999], 12, 0)
    rights = decimals([2, 2, -2, 10000000000], 11, 0)
    assert quotients(lefts, rights, 12, 0).to_pylist() == [Decimal(1), Decimal(-1), Decimal(-3), Decimal(1)]
    nearly = decimals([99999999999999999], 17, 0)
    assert quotients(nearly, decimals([10**17], 18, 0), 30, 15).to_pylist() == [Decimal(1)]


def test_no_rows_have_no_quotients():
    assert len(quotients(decimals([], 10, 2), decimals([], 10, 2), 20, 10)) == 0
