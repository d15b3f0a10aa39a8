r"""Exponential functions as plain arithmetic, so that loops which call them become vectors.

A call of the C library ends every hope of a vector; here the same values come from a
polynomial and the bits of a float, without a branch. With :math:`n = \mathrm{round}(x / \ln 2)`,
:math:`r = x - n \ln 2` and :math:`K = 3.75`:

.. math::
    e^x &= 2^n (1 + r q(r)), \quad r q(r) = e^r - 1                                   (1) \\
    e^x - 1 &= 2^n r q(r) + (2^n - 1)                                                 (2) \\
    \log(1 + s) &= 2 \,\mathrm{artanh}\,u = 2 u \textstyle\sum_k u^{2k} / (2k + 1),
        \quad u = s / (2 + s), \; 0 \le s \le 1                                       (3) \\
    e^{y^2} \mathrm{erfc}(y) &= \frac{p(t)}{1 + 2 y}, \quad t = \frac{y - K}{y + K},
        \; y \ge 0                                                                    (4)

Every multiply-add is rounded as the processor's own, alone or in a vector, so a value never
depends on its neighbours. All four are within 4 units of the last place of a float64.

Source: Cody & Waite (1980), Software Manual for the Elementary Functions, chapter 6, for the
two-part ln 2 of (1); Shepherd & Laframboise (1981), Mathematics of Computation 36(153), for the
form and K of (4), with coefficients of our own (Chebyshev, degree 22, from 50 digits).
Cost: 16 to 28 multiply-adds; one division in (3), two in (4).
"""

import functools
import math
from typing import Any

__all__ = ["exp", "expm1", "log1p", "scaled_erfc"]

LOG2_E = 1.4426950408889634
LN_2 = (0.693147180369123816490, 1.90821492927058770002e-10)  # 33 bits, then the rest
ROUNDING = 1.5 * 2.0**52  # added, it leaves the nearest integer in the low bits
LOWEST, HIGHEST = -708.0, 709.0
FARTHEST = 1e300  # for (4), whose quotient would be infinity over infinity
EXPONENTIAL = tuple(1.0 / math.factorial(k) for k in range(13, 0, -1))
ARTANH = tuple(2.0 / (2 * k + 1) for k in range(17, -1, -1))
K = 3.75
SCALED_ERFC = (
    -2.623107347133476e-09, -1.9551358868985616e-09, 3.197926671666804e-08,
    1.879082322370048e-08, -2.4857126248016745e-07, -5.084465378687302e-08,
    1.7419821586224816e-06, -9.792625707303523e-07, -1.1438048033346894e-05,
    2.2387565714911816e-05, 5.164652974177416e-05, -0.00029015535246077655,
    0.000293714378044958, 0.0017556261651970652, -0.009746579683265262, 0.02836227737211114,
    -0.05869339857664934, 0.09230432116428125, -0.10880393014244462, 0.08227673848999506,
    0.0035854154854790257, -0.14024059858554525, 1.2375126308378275,
)  # fmt: skip


def exp(x: float) -> float:
    """Return (1); 0 below -708, infinity above 709. In plain Python the C library's."""
    return 0.0 if x < LOWEST else math.inf if x > HIGHEST else math.exp(x)


def expm1(x: float) -> float:
    """Return (2), exact to the last digits near 0; -1 below -708, infinity above 709."""
    return -1.0 if x < LOWEST else math.inf if x > HIGHEST else math.expm1(x)


def log1p(s: float) -> float:
    """Return (3) for 0 <= s <= 1, exact to the last digits near 0."""
    return math.log1p(s)


def scaled_erfc(y: float) -> float:
    """Return (4) for y >= 0: the tail of the bell curve over its height, without underflow."""
    y = FARTHEST if y > FARTHEST else y
    t = (y - K) / (y + K)
    return functools.reduce(lambda total, c: total * t + c, SCALED_ERFC) / (1.0 + 2.0 * y)


@functools.cache
def install() -> None:
    """Tell numba what the four mean; called once, before the first kernel is compiled."""
    writers = {exp: _exp, expm1: _expm1, log1p: _log1p, scaled_erfc: _scaled_erfc}
    for function, write in writers.items():
        _explain_to_numba(function, write)


def _explain_to_numba(function: Any, write: Any) -> None:
    from numba import types
    from numba.extending import intrinsic, overload

    def single(typing: Any, x: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return write(_Arithmetic(builder), values[0])

        return types.float64(types.float64), build

    written = intrinsic(single)

    def evaluate(x: Any) -> Any:  # pragma: no cover - machine code
        return written(float(x))

    def choose(x: Any) -> Any:
        return evaluate

    evaluate.__name__ = evaluate.__qualname__ = f"evaluate_{function.__name__}"
    overload(function, jit_options={"forceinline": True})(choose)


class _Arithmetic:
    """Writes float64 arithmetic; numbers beside values become constants."""

    def __init__(self, builder: Any) -> None:
        from llvmlite import ir

        self.builder, self.number, self.word = builder, ir.DoubleType(), ir.IntType(64)

    def _value(self, x: Any) -> Any:
        return self.number(x) if isinstance(x, float) else x

    def add(self, x: Any, y: Any) -> Any:
        return self.builder.fadd(self._value(x), self._value(y))

    def subtract(self, x: Any, y: Any) -> Any:
        return self.builder.fsub(self._value(x), self._value(y))

    def multiply(self, x: Any, y: Any) -> Any:
        return self.builder.fmul(self._value(x), self._value(y))

    def divide(self, x: Any, y: Any) -> Any:
        return self.builder.fdiv(self._value(x), self._value(y))

    def multiply_add(self, x: Any, y: Any, z: Any) -> Any:
        from llvmlite import ir
        from numba.core import cgutils

        kind = ir.FunctionType(self.number, [self.number] * 3)
        name = "llvm.fmuladd.f64"
        function = cgutils.get_or_insert_function(self.builder.module, kind, name)
        return self.builder.call(function, [self._value(v) for v in (x, y, z)])

    def polynomial(self, x: Any, coefficients: Any) -> Any:
        """Horner's rule, the highest power first."""
        total = coefficients[0]
        for each in coefficients[1:]:
            total = self.multiply_add(total, x, each)
        return total

    def power_of_two(self, rounded: Any) -> Any:
        """2^n for the number that had ROUNDING added: its low bits become an exponent."""
        exponent = self.builder.add(self.builder.bitcast(rounded, self.word), self.word(1023))
        return self.builder.bitcast(self.builder.shl(exponent, self.word(52)), self.number)

    def at_most(self, x: Any, bound: float) -> Any:
        """The smaller of the two; NaN stays."""
        limit = self.number(bound)
        return self.builder.select(self.builder.fcmp_ordered(">", x, limit), limit, x)

    def clip(self, x: Any, value: Any, lowest: float) -> Any:
        """``value``, or its limits where x is out of range; NaN stays."""
        for sign, bound, limit in (("<", LOWEST, lowest), (">", HIGHEST, math.inf)):
            outside = self.builder.fcmp_ordered(sign, x, self.number(bound))
            value = self.builder.select(outside, self.number(limit), value)
        return value


def _reduced(a: _Arithmetic, x: Any) -> tuple[Any, Any]:
    """2^n, and r q(r) of (1)."""
    rounded = a.multiply_add(x, LOG2_E, ROUNDING)
    n = a.subtract(rounded, ROUNDING)
    r = a.multiply_add(n, -LN_2[1], a.multiply_add(n, -LN_2[0], x))
    return a.power_of_two(rounded), a.multiply(r, a.polynomial(r, EXPONENTIAL))


def _exp(a: _Arithmetic, x: Any) -> Any:
    scale, rest = _reduced(a, x)
    return a.clip(x, a.multiply_add(scale, rest, scale), 0.0)  # (1)


def _expm1(a: _Arithmetic, x: Any) -> Any:
    scale, rest = _reduced(a, x)
    return a.clip(x, a.multiply_add(scale, rest, a.subtract(scale, 1.0)), -1.0)  # (2)


def _log1p(a: _Arithmetic, s: Any) -> Any:
    u = a.divide(s, a.add(s, 2.0))
    return a.multiply(u, a.polynomial(a.multiply(u, u), ARTANH))  # (3)


def _scaled_erfc(a: _Arithmetic, y: Any) -> Any:
    y = a.at_most(y, FARTHEST)
    t = a.divide(a.subtract(y, K), a.add(y, K))
    return a.divide(a.polynomial(t, SCALED_ERFC), a.multiply_add(y, 2.0, 1.0))  # (4)
