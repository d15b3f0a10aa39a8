r"""``integer_product(a, packed, out)``: exact products of 8-bit codes inside kernels.

.. math::
    out_{ij} = \sum_k a_{ik} w_{kj}, \quad a \in [0, 255], w \in [-128, 127]           (1)

summed in 32 bits: exact, whatever the order, while there are at most 65,793 terms; beyond that
sums may wrap around. Every way of computing it gives the same bits, plain Python too.

The weights are stored so that the four codes that one instruction sums stand together
(``pack``). Which instruction is asked of the processor that numba writes code for: the byte
dot product where there is one (AVX512-VNNI), else the pair sums of 16-bit numbers that every
x86 has, else plain multiplications. An unsigned ``a`` with a zero point z serves signed codes:
sum over (a - z) w = out - z times the column sums of w.

Cost: m n k multiplications; between 1 and 4 times as fast as in float32.
"""

import functools
from abc import abstractmethod
from typing import Any

import numpy as np

from minixai._numba.emission import LINE, at, cpu_features, loop, memory, routine, spread

__all__ = ["integer_product", "pack"]

GROUP, LANES = 4, 16  # codes of k, and columns, that stand together
TYPES = "integer_product: `a` must be uint8, `packed` int8 in 4 axes and `out` int32, in C order."
SHAPES = "integer_product: `a` must be (m, 4 s1) and `out` (m, 16 s0) for `packed` (s0, s1, 16, 4)."


def pack(weight: Any) -> Any:
    """Rearrange 8-bit weights for ``integer_product``.

    Parameters
    ----------
    weight : ndarray of int8, shape (n_in, n_out)
        Codes in [-128, 127].

    Returns
    -------
    ndarray of int8, shape (ceil(n_out / 16), ceil(n_in / 4), 16, 4)
        ``packed[j, g, c, r]`` is ``weight[4 g + r, 16 j + c]``, 0 beyond the edges.

    Raises
    ------
    TypeError
        The weights are not an int8 matrix.
    """
    if weight.dtype != np.int8 or weight.ndim != 2:
        raise TypeError(f"pack: `weight` must be an int8 matrix, got {weight.dtype}.")
    n_in, n_out = weight.shape
    padded = np.zeros((-(-n_in // GROUP) * GROUP, -(-n_out // LANES) * LANES), np.int8)
    padded[:n_in, :n_out] = weight
    blocks = padded.reshape(len(padded) // GROUP, GROUP, padded.shape[1] // LANES, LANES)
    return np.ascontiguousarray(blocks.transpose(2, 0, 3, 1))


def integer_product(a: Any, packed: Any, out: Any) -> None:
    """Write the products of the rows of ``a`` and the packed weights into ``out``.

    Parameters
    ----------
    a : ndarray of uint8, shape (m, 4 ceil(n_in / 4)), C-ordered
        Codes in [0, 255]; columns beyond ``n_in`` meet weights of 0.
    packed : ndarray of int8, shape (ceil(n_out / 16), ceil(n_in / 4), 16, 4)
        As ``pack`` returns it.
    out : ndarray of int32, shape (m, 16 ceil(n_out / 16)), C-ordered
        Overwritten; columns beyond ``n_out`` become 0.

    Raises
    ------
    TypeError
        Another type or order.
    ValueError
        Shapes do not fit.
    """
    arrays = (a, packed, out)
    fit = [array.dtype.name for array in arrays] == ["uint8", "int8", "int32"]
    if not fit or packed.ndim != 4 or not all(array.flags.c_contiguous for array in arrays):
        raise TypeError(TYPES)
    n_panels, n_groups = packed.shape[:2]
    if a.shape[1] != GROUP * n_groups or out.shape != (a.shape[0], LANES * n_panels):
        raise ValueError(SHAPES)
    weight = packed.transpose(1, 3, 0, 2).reshape(GROUP * n_groups, LANES * n_panels)
    np.dot(a.astype(np.int32), weight.astype(np.int32), out)


@functools.cache
def install() -> None:
    """Tell numba what ``integer_product`` means; called once, before the first compilation."""
    from numba import types
    from numba.extending import overload

    wanted = [(types.uint8, 2), (types.int8, 4), (types.int32, 2)]
    multiply = _driver()

    def refuse(a: Any, packed: Any, out: Any) -> None:  # pragma: no cover - machine code
        raise TypeError(TYPES)

    def compiled(a: Any, packed: Any, out: Any) -> Any:
        arrays = (a, packed, out)
        if not all(isinstance(array, types.Array) for array in arrays):
            return None
        fit = [(array.dtype, array.ndim) for array in arrays] == wanted
        ordered = all(array.layout == "C" for array in arrays) and out.mutable
        return multiply if fit and ordered else refuse

    overload(integer_product)(compiled)


def _driver() -> Any:
    """The loops over tiles, compiled by numba into the kernels that call ``integer_product``."""
    way = _way()
    n_rows, n_panels = way.tile
    big, row = routine(way.writer(n_rows, n_panels)), routine(way.writer(1, n_panels))
    single = routine(way.writer(1, 1))
    address = memory()[0]
    line, group, lanes = LINE, GROUP, LANES

    def multiply(a: Any, packed: Any, out: Any) -> None:  # pragma: no cover - machine code
        m, width = a.shape
        count, groups = packed.shape[0], packed.shape[1]
        if width != group * groups or out.shape[0] != m or out.shape[1] != lanes * count:
            raise ValueError(SHAPES)
        left, right, result = address(a), address(packed), address(out)
        pitch, panel = line * count, line * groups
        side_by_side = count - count % n_panels
        for j in range(0, side_by_side, n_panels):
            weights, target = right + j * panel, result + j * line
            for i in range(0, m - n_rows + 1, n_rows):
                big(left + i * width, width, weights, panel, target + i * pitch, pitch, groups)
            for i in range(m - m % n_rows, m):
                row(left + i * width, width, weights, panel, target + i * pitch, pitch, groups)
        for j in range(side_by_side, count):
            for i in range(m):
                single(left + i * width, width, right + j * panel, panel,
                       result + i * pitch + j * line, pitch, groups)  # fmt: skip  # (1)

    return multiply


def _sums(
    b: Any, way: "_Way", a: tuple[Any, Any], weights: tuple[Any, Any], out: tuple[Any, Any],
    groups: Any, shape: tuple[int, int],
) -> None:  # fmt: skip
    """Running sums of rows x panels in registers, ``way.parts`` vectors to a panel."""
    from llvmlite import ir
    from numba.core import cgutils

    word, zero = ir.IntType(64), ir.Constant(way.vector, [0] * way.vector.count)
    step = LINE // way.parts
    cells = [
        (word(r), word(panel), word(part * step), cgutils.alloca_once_value(b, zero))
        for panel in range(shape[1])
        for part in range(way.parts)
        for r in range(shape[0])
    ]
    with loop(b, groups) as g:
        codes = b.add(a[0], b.mul(g, word(GROUP)))
        line = b.add(weights[0], b.mul(g, word(LINE)))
        for r, panel, offset, total in cells:
            four = b.load(at(b, ir.IntType(32), codes, b.mul(a[1], r)), align=1)
            place = b.add(line, b.add(b.mul(weights[1], panel), offset))
            b.store(way.add(b, b.load(total), four, place), total)
    for r, panel, offset, total in cells:
        place = b.add(b.mul(out[1], r), b.add(b.mul(word(LINE), panel), offset))
        way.end(b, b.load(total), b.add(out[0], place))


class _Way:
    """How four codes of k meet the weights of some columns."""

    def __init__(self, tile: tuple[int, int], n_parts: int, n_lanes: int) -> None:
        from llvmlite import ir

        self.tile, self.parts = tile, n_parts
        self.vector = ir.VectorType(ir.IntType(32), n_lanes)

    def writer(self, n_rows: int, n_panels: int) -> Any:
        """Write one tile; to be made an intrinsic by ``routine``."""

        def emit(
            b: Any, a: Any, a_row: Any, weights: Any, panel: Any, out: Any, out_row: Any,
            groups: Any,
        ) -> None:  # fmt: skip
            shape = (n_rows, n_panels)
            _sums(b, self, (a, a_row), (weights, panel), (out, out_row), groups, shape)

        return emit

    @abstractmethod
    def add(self, b: Any, total: Any, four: Any, place: Any) -> Any:
        """Return the sums with four more products in each column."""

    @abstractmethod
    def end(self, b: Any, total: Any, place: Any) -> None:
        """Write the sums of a panel."""


class _DotWay(_Way):
    """One instruction sums four products into each of 16 columns (AVX512-VNNI)."""

    def __init__(self) -> None:
        super().__init__((4, 4), 1, 16)

    def add(self, b: Any, total: Any, four: Any, place: Any) -> Any:
        from llvmlite import ir
        from numba.core import cgutils

        signature = ir.FunctionType(self.vector, [self.vector] * 3)
        dot = cgutils.get_or_insert_function(b.module, signature, "llvm.x86.avx512.vpdpbusd.512")
        weights = b.load(at(b, self.vector, place), align=1)
        return b.call(dot, [total, spread(b, four, self.vector), weights])

    def end(self, b: Any, total: Any, place: Any) -> None:
        b.store(total, at(b, self.vector, place), align=4)


class _PairWay(_Way):
    """One instruction sums two products of 16-bit numbers; the two halves meet at the end."""

    def __init__(self, name: str | None, n_lanes: int, n_rows: int) -> None:
        from llvmlite import ir

        super().__init__((n_rows, 1), 32 // n_lanes, n_lanes)
        self.name = name
        self.bytes = ir.VectorType(ir.IntType(8), 2 * n_lanes)
        self.shorts = ir.VectorType(ir.IntType(16), 2 * n_lanes)

    def add(self, b: Any, total: Any, four: Any, place: Any) -> Any:
        from llvmlite import ir
        from numba.core import cgutils

        quad = [ir.VectorType(ir.IntType(n_bits), GROUP) for n_bits in (8, 16)]
        codes = b.zext(b.bitcast(four, quad[0]), quad[1])
        codes = self._choose(b, codes, [0, 1, 2, 3] * (self.shorts.count // GROUP))
        weights = b.sext(b.load(at(b, self.bytes, place), align=1), self.shorts)
        if self.name is None:
            wide = ir.VectorType(ir.IntType(32), self.shorts.count)
            return b.add(total, self._halves(b, b.mul(b.sext(codes, wide), b.sext(weights, wide))))
        signature = ir.FunctionType(self.vector, [self.shorts] * 2)
        pairs = cgutils.get_or_insert_function(b.module, signature, self.name)
        return b.add(total, b.call(pairs, [codes, weights]))

    def end(self, b: Any, total: Any, place: Any) -> None:
        sums = self._halves(b, total)
        b.store(sums, at(b, sums.type, place), align=4)

    def _halves(self, b: Any, pairs: Any) -> Any:
        """Neighbours summed: half as many lanes."""
        even = list(range(0, pairs.type.count, 2))
        odd = [lane + 1 for lane in even]
        return b.add(self._choose(b, pairs, even), self._choose(b, pairs, odd))

    @staticmethod
    def _choose(b: Any, vector: Any, lanes: list[int]) -> Any:
        from llvmlite import ir

        order = ir.Constant(ir.VectorType(ir.IntType(32), len(lanes)), lanes)
        return b.shuffle_vector(vector, vector, order)


def _way() -> _Way:
    """The best instruction of the processor that numba writes code for."""
    triple, features = cpu_features()
    if "+avx512vnni" in features:
        return _DotWay()
    if not triple.startswith("x86_64"):
        return _PairWay(None, 8, 2)
    if "+avx2" in features:
        return _PairWay("llvm.x86.avx2.pmadd.wd", 8, 2)
    return _PairWay("llvm.x86.sse2.pmadd.wd", 4, 1)
