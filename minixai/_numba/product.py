"""out = a @ b for float32 inside kernels; the interpreter runs np.dot instead."""
from typing import Any

import numpy as np

ROWS = 4


def product(a: Any, b: Any, out: Any) -> None:
    np.dot(a, b, out)


def install():
    """Tell numba what ``product`` means (called once, when numba is loaded)."""
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic, overload

    word = ir.IntType(64)

    def tile(rows, number, LANES, align):
        vector = ir.VectorType(number, LANES)
        index = ir.VectorType(ir.IntType(32), LANES)

        """out[i:i+rows, j:j+16] = a[i:i+rows] @ b[:, j:j+16], sums in registers."""
        @intrinsic
        def block(typing, a, b, out, i, j):
            def build(context, build, signature, values):
                arrays = [context.make_array(t)(context, build, v)
                          for t, v in zip(signature.args[:3], values)]

                def at(array, row, column, kind):
                    steps = cgutils.unpack_tuple(build, array.strides, 2)
                    place = build.ptrtoint(array.data, word)
                    for step, count in zip(steps, (row, column)):
                        place = build.add(place, build.mul(step, count))
                    return build.inttoptr(place, kind.as_pointer())

                left, right, result = arrays
                lines = [build.add(values[3], word(r)) for r in range(rows)]
                zero = ir.Constant(vector, [0.0] * LANES)
                sums = [cgutils.alloca_once_value(build, zero) for _ in lines]
                length = cgutils.unpack_tuple(build, left.shape, 2)[1]
                with cgutils.for_range(build, length) as loop:
                    y = build.load(at(right, loop.index, values[4], vector), align=align)
                    for line, total in zip(lines, sums):
                        x = build.load(at(left, line, loop.index, number))
                        x = build.insert_element(zero, x, ir.IntType(32)(0))
                        x = build.shuffle_vector(x, x, ir.Constant(index, [0] * LANES))
                        term = build.fmul(x, y, flags=["contract"])
                        build.store(build.fadd(build.load(total), term, flags=["contract"]), total)
                for line, total in zip(lines, sums):
                    build.store(build.load(total), at(result, line, values[4], vector), align=align)
                return context.get_dummy_value()
            return types.void(a, b, out, types.int64, types.int64), build
        return block

    tiles = {types.float32: (16, tile(4, ir.FloatType(), 16, 4), tile(1, ir.FloatType(), 16, 4)), types.float64: (8, tile(4, ir.DoubleType(), 8, 8), tile(1, ir.DoubleType(), 8, 8))}

    @overload(product)
    def compiled(a, b, out):
        if not (a.dtype == b.dtype == out.dtype in tiles) or b.layout != "C" or out.layout != "C":
            raise TypeError("product wants float32 or float64, and b and out in C order")
        LANES, four, one = tiles[out.dtype]
        zero = np.float32(0) if LANES == 16 else 0.0
        def run(a, b, out):
            m, n = out.shape
            wide = n - n % LANES
            for j in range(0, wide, LANES):
                for i in range(0, m - ROWS + 1, ROWS):
                    four(a, b, out, i, j)
                for i in range(m - m % ROWS, m):
                    one(a, b, out, i, j)
            for i in range(m):
                for j in range(wide, n):
                    total = zero
                    for k in range(a.shape[1]):
                        total += a[i, k] * b[k, j]
                    out[i, j] = total
        return run
