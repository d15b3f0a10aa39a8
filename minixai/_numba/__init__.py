"""The only package that knows numba: a decorator and the products that kernels call.

``kernel`` compiles a function on its first call, ``product`` multiplies floating point
matrices and ``integer_product`` 8-bit ones; importing any of them leaves numba unloaded.
"""

from minixai._numba.decorator import kernel
from minixai._numba.integer_product import integer_product, pack
from minixai._numba.product import product

__all__ = ["integer_product", "kernel", "pack", "product"]
