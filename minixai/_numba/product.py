r"""``product(a, b, out)``: matrix products inside kernels, without BLAS.

.. math::
    out_{ij} = \sum_k a_{ik} b_{kj}                                                   (1)

Every output is one sum in the order of k, with the multiply-add of the processor: its bits
do not depend on how many rows stand in ``a``, nor on the layout of ``a`` and ``b``.

Small matrices are bound by overhead and large ones by the memory: columns of b are packed
into panels of one cache line a row, ``DEPTH`` rows at a time, so that they stay in the second
level cache; partial sums rest in ``out`` between two depths. A b whose rows lie ``CLOSE``
together is read in place, as is an a; a small scratch buffer lies on the stack.

Source: Goto & van de Geijn (2008), Anatomy of High-Performance Matrix Multiplication; the
order of the loops differs, for one tile of rows serves all panels before the next.
Cost: m n k multiply-adds; a scratch buffer of at most 300 KB. Batches smaller than a tile read
whole vectors of b in place.
"""

import functools
from typing import Any

import numpy as np

from minixai._numba.emission import LINE, ON_STACK, cpu_features, memory, routine
from minixai._numba.tile import FloatTile

__all__ = ["product"]

DEPTH = 128  # rows of b packed at a time: a panel of them is a quarter of a first level cache
CLOSE = 16 * 1024  # bytes of rows so near to each other that they are read where they lie
FEW_ROWS = 4  # of the lower tile, for what the higher one leaves over
WIDTH = 2048  # bytes of a row of b packed at a time: all panels are 256 KB

ORDER = "product: `out` must be a C-ordered matrix that can be written to."
SHAPES = "product: (m, k) times (k, n) must go into (m, n)."


def product(a: Any, b: Any, out: Any) -> None:
    """Write the matrix product of ``a`` and ``b`` into ``out``; callable inside kernels.

    Parameters
    ----------
    a : ndarray of float32 or float64, shape (m, k)
        Any strides: a transposed view costs nothing extra.
    b : ndarray of the same type, shape (k, n)
        C-ordered, or any other strides: a transposed view is rearranged on the way, which is
        cheaper than copying it first.
    out : ndarray of the same type, shape (m, n), C-ordered
        Overwritten; must not overlap ``a`` or ``b``.

    Raises
    ------
    TypeError
        Types differ, are not float32 or float64, or ``out`` is not C-ordered and writeable.
    ValueError
        Shapes do not fit.

    Notes
    -----
    In plain Python this is ``np.dot``, equal to rounding.
    """
    names = [str(array.dtype) for array in (a, b, out)]
    if names[0] not in ("float32", "float64") or len(set(names)) > 1:
        raise TypeError(_refusal(names))
    if not (out.flags.c_contiguous and out.flags.writeable):
        raise TypeError(ORDER)
    if a.shape[1] != b.shape[0] or out.shape != (a.shape[0], b.shape[1]):
        raise ValueError(SHAPES)
    np.dot(a, b, out)


def _refusal(names: list[str]) -> str:
    got = ", ".join(names)
    return f"product: `a`, `b` and `out` must all be float32 or all be float64, got {got}."


@functools.cache
def install() -> None:
    """Tell numba what ``product`` means; called once, before the first kernel is compiled."""
    from numba import types
    from numba.extending import overload

    n_rows = _tile_rows()
    kinds = {types.float32: _driver(32, n_rows), types.float64: _driver(64, n_rows)}

    def compiled(a: Any, b: Any, out: Any) -> Any:
        if not all(isinstance(array, types.Array) and array.ndim == 2 for array in (a, b, out)):
            return None
        if not (a.dtype == b.dtype == out.dtype and out.dtype in kinds):
            return _refuse(_refusal([str(array.dtype) for array in (a, b, out)]))
        if out.layout != "C" or not out.mutable:
            return _refuse(ORDER)
        return kinds[out.dtype]

    overload(product)(compiled)


def _refuse(message: str) -> Any:
    def refuse(a: Any, b: Any, out: Any) -> None:  # pragma: no cover - machine code
        raise TypeError(message)

    return refuse


def _tile_rows() -> int:
    """Rows of a tile: as many as the registers hold beside one row of b."""
    triple, features = cpu_features()
    if "+avx512f" in features:
        return 8
    return 6 if "+avx" in features or not triple.startswith("x86") else 2


def _driver(n_bits: int, n_rows: int) -> Any:
    """What kernels call: checks, then the loops over blocks, compiled once for all layouts."""
    from numba import njit

    blocks = njit(error_model="numpy")(_blocks(n_bits, n_rows))
    address, lanes = memory()[0], LINE * 8 // n_bits

    def multiply(a: Any, b: Any, out: Any) -> None:  # pragma: no cover - machine code
        m, n = out.shape
        depth = a.shape[1]
        if a.shape[0] != m or b.shape[0] != depth or b.shape[1] != n:
            raise ValueError(SHAPES)
        a_row, a_step = a.strides
        b_step, b_column = b.strides
        left, right, result = address(a), address(b), address(out)
        if n == 1 and m >= lanes:  # a tall column: as a row times a transposed, it fills the lanes
            blocks(
                right, b_column, b_step, left, a_step, a_row, result, m * a.itemsize, n, depth, m
            )
            return
        blocks(left, a_row, a_step, right, b_step, b_column, result, out.strides[0], m, depth, n)

    return _named(multiply, n_bits, n_rows)


def _blocks(n_bits: int, n_rows: int) -> Any:
    """The loops over blocks, on the places (in bytes) of the arrays' first numbers."""
    few = min(n_rows, FEW_ROWS)
    tile = FloatTile(n_bits, n_rows)
    high, low = _sweep(tile), _sweep(FloatTile(n_bits, few))
    wide, single, pack = routine(tile.wide), routine(tile.single), routine(tile.pack)
    _, take, give, stack = memory()
    lanes, size, line, on_stack, close = tile.lanes, tile.n_bytes, LINE, ON_STACK, CLOSE
    deepest, widest = DEPTH, WIDTH // size
    group, shift = 4 * lanes, lanes.bit_length() - 1

    def multiply(
        a: int, a_row: int, a_step: int, b: int, b_step: int, b_column: int, out: int,
        out_row: int, m: int, depth: int, n: int,
    ) -> None:  # pragma: no cover - machine code  # fmt: skip
        start = 0
        if m < n_rows and b_column == size:
            grouped = n & -group
            start = n & -lanes if m == 1 else grouped
            for i in range(m):
                x, target = a + i * a_row, out + i * out_row
                for j in range(0, grouped, group):
                    wide(x, a_step, b + j * size, b_step, target + j * size, depth)
                for j in range(grouped, start, lanes):
                    single(x, a_step, b + j * size, b_step, target + j * size, depth)
        deep, across = min(depth, deepest), min(n - start, widest)
        if start == n:
            return
        near = a_step == size or (a_row == size and a_step * depth <= close)
        scattered = n > lanes and (not near or depth > deepest)
        in_place = b_column == size and n % lanes == 0 and b_step * depth <= close
        p_step, pitch = (b_step, line) if in_place else (line, 0)
        panel_bytes = 0 if in_place else line * (deep + 1) * ((across >> shift) + 1)
        n_bytes = panel_bytes + n_rows * (line + deep * size) + 2 * line
        scratch = stack() if n_bytes <= on_stack else take(n_bytes)
        panels = (scratch + line - 1) & -line
        corner = panels + panel_bytes
        for j0 in range(start, n, widest):
            width = min(widest, n - j0)
            for k0 in range(0, max(depth, 1), deepest):
                length = min(deepest, depth - k0)
                y = b + k0 * b_step + j0 * b_column
                if not in_place:
                    pack(y, b_step, b_column, panels, width, length)
                    y, pitch = panels, line * (length + 1)
                i = 0
                while i < m:
                    rest = m - i
                    x, target = a + i * a_row + k0 * a_step, out + i * out_row + j0 * size
                    if rest > few and not n_rows < rest <= 2 * few:
                        i += high(x, a_row, a_step, y, p_step, pitch, target, out_row, corner,
                                  rest, width, length, k0, scattered)  # fmt: skip
                    else:
                        i += low(x, a_row, a_step, y, p_step, pitch, target, out_row, corner,
                                 rest, width, length, k0, scattered)  # fmt: skip
        if n_bytes > on_stack:
            give(scratch)

    return _named(multiply, n_bits, n_rows)


def _sweep(tile: FloatTile) -> Any:
    """One tile of rows times every panel; returns how many rows it took."""
    from numba.extending import register_jitable

    block, interleave = routine(tile.block), routine(tile.interleave)
    most, lanes, size, line = tile.n_rows, tile.lanes, tile.n_bytes, LINE

    def sweep(
        x: int, x_row: int, x_step: int, y: int, y_step: int, pitch: int, out: int,
        out_row: int, corner: int, rest: int, width: int, length: int, k0: int, scattered: bool,
    ) -> int:  # pragma: no cover - machine code  # fmt: skip
        height = min(most, rest)
        if scattered or height < most:
            rows = corner + most * line
            interleave(x, x_row, x_step, rows, height, length)
            x, x_row, x_step = rows, size, most * size
        for p in range(0, width, lanes):
            columns = min(lanes, width - p)
            block(x, x_row, x_step, y, y_step, out + p * size, out_row, corner, height, columns,
                  length, k0)  # fmt: skip  # (1)
            y += pitch
        return height

    return register_jitable(_named(sweep, size * 8, most))


def _named(function: Any, n_bits: int, n_rows: int) -> Any:
    """Give what was made for these constants a symbol of its own.

    numba names machine code after the function and its argument types, which are the same
    for every width; two cached versions in one process would call each other's code.
    """
    function.__qualname__ = function.__name__ = f"{function.__name__}_{n_bits}_{n_rows}"
    return function
