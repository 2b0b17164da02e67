"""Every last digit of StrictMath: values that Spark 4.2 printed on Java 17 where other libraries print others."""

from collections.abc import Callable

import numpy as np
import pytest

from hiveframe.functions import strict_math as m

ONE_ARGUMENT = [
    (m.exp, 1.0, 2.7182818284590455),
    (m.exp, -10.0, 4.539992976248485e-05),
    (m.expm1, 1.0, 1.718281828459045),
    (m.expm1, 19.0, 178482299.96318728),
    (m.cosh, -1.0, 1.543080634815244),
    (m.cosh, -19.0, 89241150.48159364),
    (m.sinh, 26.0, 97864804714.41937),
    (m.tanh, 0.16669754408369997, 0.1651704481194687),
    (m.log, 3.0, 1.0986122886681096),
    (m.log, 48.0, 3.8712010109078907),
    (m.log10, 52.0, 1.716003343634799),
    (m.log1p, 13.0, 2.639057329615259),
    (m.asin, -0.8807976600675347, -1.0775441994463528),
    (m.acos, -0.638547240152125, 2.2634053862751946),
    (m.atan, 28.0, 1.5350972141155728),
    (m.cbrt, -17.0, -2.5712815906582356),
    (m.acosh, 3.0, 1.7627471740390859),
    (m.asinh, -20.0, -3.6895038689889055),
]
TWO_ARGUMENTS = [
    (m.power, 17.0, 0.37, 2.852765678666219),
    (m.power, -0.8744220500533537, 3.0, -0.668595272841866),
    (m.atan2, -13.0, 1.3, -1.4711276743037347),
    (m.hypot, -0.6983016521509962, 2.5, 2.5956935869622226),
]


@pytest.mark.parametrize(("function", "x", "expected"), ONE_ARGUMENT)
def test_one_argument_gives_the_very_double(
    function: Callable[[np.ndarray], np.ndarray], x: float, expected: float
) -> None:
    assert function(np.array([x])).tolist() == [expected]


@pytest.mark.parametrize(("function", "x", "y", "expected"), TWO_ARGUMENTS)
def test_two_arguments_give_the_very_double(
    function: Callable[[np.ndarray, np.ndarray], np.ndarray], x: float, y: float, expected: float
) -> None:
    assert function(np.array([x]), np.array([y])).tolist() == [expected]


def test_ends_of_the_range_and_what_is_no_number() -> None:
    assert m.exp(np.array([710.0, -746.0, np.inf, -np.inf])).tolist() == [np.inf, 0.0, np.inf, 0.0]
    assert np.isnan(m.power(np.array([1.0, -1.0]), np.array([np.inf, np.inf]))).all()
    assert np.isnan(m.log(np.array([-1.0, np.nan]))).all()
