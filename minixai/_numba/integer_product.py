"""int32 sums of uint8 rows times int8 columns; 4 inputs x 16 outputs are stored together."""
import numpy as np


def pack(weight):
    weight = weight.T
    """(n, k) int8 -> (n / 16, k / 4, 16, 4), padded with zeros."""
    n, k = weight.shape
    padded = np.zeros((-(-n // 16) * 16, -(-k // 4) * 4), np.int8)
    padded[:n, :k] = weight
    return np.ascontiguousarray(padded.reshape(-1, 16, padded.shape[1] // 4, 4).swapaxes(1, 2))


def integer_product(a, packed, out):
    weight = packed.swapaxes(1, 2).reshape(-1, packed.shape[1] * 4)
    np.dot(a.astype(np.int32), weight.T.astype(np.int32), out)


def install():
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.core.registry import cpu_target
    from numba.extending import intrinsic, overload

    byte4, word = ir.IntType(32), ir.IntType(64)
    vector = ir.VectorType(byte4, 16)
    zero = ir.Constant(vector, [0] * 16)

    def tile(rows, columns):
        @intrinsic
        def block(typing, a, packed, out, i, j):
            def build(context, build, signature, values):
                arrays = [context.make_array(t)(context, build, v)
                          for t, v in zip(signature.args[:3], values)]
                left, right, result = [build.ptrtoint(x.data, word) for x in arrays]
                width, _ = cgutils.unpack_tuple(build, arrays[0].strides, 2)
                pitch, _ = cgutils.unpack_tuple(build, arrays[2].strides, 2)
                groups = cgutils.unpack_tuple(build, arrays[1].shape, 4)[1]
                dot = cgutils.get_or_insert_function(
                    build.module, ir.FunctionType(vector, [vector] * 3),
                    "llvm.x86.avx512.vpdpbusd.512")

                def at(base, row, step, column, kind, size):
                    place = build.add(base, build.mul(row, step))
                    place = build.add(place, build.mul(column, word(size)))
                    return build.inttoptr(place, kind.as_pointer())

                lines = [build.add(values[3], word(r)) for r in range(rows)]
                panels = [build.add(values[4], word(c)) for c in range(columns)]
                sums = [[cgutils.alloca_once_value(build, zero) for _ in panels] for _ in lines]
                with cgutils.for_range(build, groups) as loop:
                    ys = [build.load(at(right, panel, build.mul(groups, word(64)), loop.index,
                                        vector, 64), align=1) for panel in panels]
                    for line, totals in zip(lines, sums):
                        x = build.load(at(left, line, width, loop.index, byte4, 4), align=1)
                        x = build.insert_element(zero, x, byte4(0))
                        x = build.shuffle_vector(x, x, zero)
                        for y, total in zip(ys, totals):
                            build.store(build.call(dot, [build.load(total), x, y]), total)
                for line, totals in zip(lines, sums):
                    for panel, total in zip(panels, totals):
                        build.store(build.load(total), at(result, line, pitch, panel, vector, 64), align=4)
                return context.get_dummy_value()
            return types.void(a, packed, out, types.int64, types.int64), build
        return block

    @overload(integer_product)
    def compiled(a, packed, out):
        if "+avx512vnni" in cpu_target.target_context.codegen().magic_tuple()[2]:
            big, row, single = tile(4, 4), tile(1, 4), tile(1, 1)

            def run(a, packed, out):
                m, n = a.shape[0], packed.shape[0]
                wide = n - n % 4
                for j in range(0, wide, 4):
                    for i in range(0, m - 3, 4):
                        big(a, packed, out, i, j)
                    for i in range(m - m % 4, m):
                        row(a, packed, out, i, j)
                for j in range(wide, n):
                    for i in range(m):
                        single(a, packed, out, i, j)
        else:
            def run(a, packed, out):
                for i in range(a.shape[0]):
                    for j in range(packed.shape[0]):
                        sums = out[i, 16 * j:16 * j + 16]
                        for o in range(16):
                            sums[o] = 0
                        for g in range(packed.shape[1]):
                            w = packed[j, g]
                            x0, x1 = np.int32(a[i, 4 * g]), np.int32(a[i, 4 * g + 1])
                            x2, x3 = np.int32(a[i, 4 * g + 2]), np.int32(a[i, 4 * g + 3])
                            for o in range(16):
                                sums[o] += np.int32(np.int32(x0 * w[o, 0]) + np.int32(x1 * w[o, 1])
                                                    + np.int32(x2 * w[o, 2]) + np.int32(x3 * w[o, 3]))
        return run
