"""The only package that knows numba: a decorator, and what kernels call.

``kernel`` compiles a function on its first call, ``product`` multiplies floating point
matrices and ``integer_product`` 8-bit codes with weights that ``pack`` has rearranged;
``exp``, ``expm1``, ``log1p`` and ``scaled_erfc`` are functions that loops can turn into vectors.
Importing any of them leaves numba unloaded. ``is_compiled`` tells whether kernels run as
machine code here.
"""

from minixai._numba.borrowing import borrow
from minixai._numba.decorator import is_compiled, kernel
from minixai._numba.elementary import exp, expm1, log1p, scaled_erfc
from minixai._numba.integer_product import integer_product, pack
from minixai._numba.product import product

__all__ = [
    "borrow",
    "exp",
    "expm1",
    "integer_product",
    "is_compiled",
    "kernel",
    "log1p",
    "pack",
    "product",
    "scaled_erfc",
]
