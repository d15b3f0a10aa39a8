"""out = a @ b inside kernels, without BLAS and with bits that do not depend on the batch."""

import os
from typing import Any

import numpy as np

__all__ = ["product"]

DEPTH, WIDTH = int(os.environ.get("KC", 256)), int(os.environ.get("NC", 256))
PA = int(os.environ.get("PA", 1))
TH = int(os.environ.get("TH", 4096))


def product(a: Any, b: Any, out: Any) -> None:
    np.dot(a, b, out)


def install() -> None:
    """Tell numba what ``product`` means; called once, before the first kernel is compiled."""
    from numba import types
    from numba.extending import overload

    kinds = {types.float32: _loops("float", 16), types.float64: _loops("double", 8)}

    @overload(product)
    def compiled(a: Any, b: Any, out: Any) -> Any:
        if not (a.dtype == b.dtype == out.dtype in kinds) or out.layout != "C":
            raise TypeError("product wants float32 or float64, and out in C order")
        return kinds[out.dtype]


def _rows() -> tuple[int, int]:
    from numba.core.registry import cpu_target

    name, _, features = cpu_target.target_context.codegen().magic_tuple()
    if "+avx512f" in features:
        return 8, 4
    if "+avx" in features or not name.startswith("x86"):
        return 6, 4
    return 2, 1


def _loops(kind: str, lanes: int) -> Any:
    from numba import njit
    size = 64 // lanes
    big, small = _rows()
    address, take, give = _memory()
    copy, interleave, strip, wide = _pieces(kind, lanes)
    strip_big, strip_small, strip_one = strip(big), strip(small), strip(1)
    interleave_big = interleave(big)
    line = lanes * size
    deepest, widest, pa, th = DEPTH, WIDTH, PA, TH
    twice = 2 * small if 2*small > big else 1000000000

    def run(a: Any, b: Any, out: Any) -> None:
        m, n = out.shape
        depth = a.shape[1]
        if a.shape[0] != m or b.shape[0] != depth or b.shape[1] != n:
            raise ValueError("product: the shapes do not fit")
        left, right, result = address(a), address(b), address(out)
        a_row, a_step = a.strides
        b_step, b_column = b.strides
        out_row = out.strides[0]
        packed = b_column != size or (m >= 24 and depth * n >= th)
        deep = min(depth, deepest) if packed else depth
        across = min(n, widest) if packed else n
        panel = deep * line if packed else line
        step = line if packed else b_step
        tile_packed = packed and (pa == 1 and (a_step != size or depth>=256) and n >= 64)
        panels = tile = memory = np.int64(0)
        if packed:
            panels = -(-across // lanes) * panel
            memory = take(panels + big * deep * size + 64)
            panels_at = (memory + 63) // 64 * 64
            tile = panels_at + panels
        else:
            panels_at = right
        for j0 in range(0, n, max(across, 1)):
            j1 = min(n, j0 + across)
            for k0 in range(0, max(depth, 1), max(deep, 1)):
                length = min(deep, depth - k0)
                fresh = np.int64(k0 == 0)
                if packed:
                    for j in range(j0, j1, lanes):
                        copy(right + k0 * b_step + j * b_column, b_step, b_column,
                             panels_at + (j - j0) // lanes * panel, min(lanes, j1 - j), length)
                i = 0
                while i < m:
                    rest = m - i
                    x = left + i * a_row + k0 * a_step
                    z = result + i * out_row + j0 * size
                    if rest >= big and (rest < twice or rest > twice + 1):
                        if tile_packed:
                            interleave_big(x, a_row, a_step, tile, length)
                            for p in range(0, j1 - j0, lanes):
                                strip_big(tile, size, big * size, panels_at + p // lanes * panel, step,
                                          z + p * size, out_row, min(lanes, j1 - j0 - p), length, fresh)
                        else:
                            for p in range(0, j1 - j0, lanes):
                                strip_big(x, a_row, a_step, panels_at + p // lanes * panel, step,
                                          z + p * size, out_row, min(lanes, j1 - j0 - p), length, fresh)
                        i += big
                    elif rest >= small:
                        for p in range(0, j1 - j0, lanes):
                            strip_small(x, a_row, a_step, panels_at + p // lanes * panel, step,
                                        z + p * size, out_row, min(lanes, j1 - j0 - p), length, fresh)
                        i += small
                    else:
                        p = 0
                        while p + 4 * lanes <= j1 - j0:
                            wide(x, a_step, panels_at + p // lanes * panel, step, panel,
                                 z + p * size, length, fresh)
                            p += 4 * lanes
                        while p < j1 - j0:
                            strip_one(x, a_row, a_step, panels_at + p // lanes * panel, step,
                                      z + p * size, out_row, min(lanes, j1 - j0 - p), length, fresh)
                            p += lanes
                        i += 1
        if packed:
            give(memory)
    return run


def _memory() -> Any:
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic
    word = ir.IntType(64)

    @intrinsic
    def address(typing, array):
        def build(context, b, signature, values):
            return b.ptrtoint(context.make_array(signature.args[0])(context, b, values[0]).data, word)
        return types.int64(array), build

    @intrinsic
    def take(typing, size):
        def build(context, b, signature, values):
            return b.ptrtoint(context.nrt.allocate(b, values[0]), word)
        return types.int64(types.int64), build

    @intrinsic
    def give(typing, place):
        def build(context, b, signature, values):
            context.nrt.free(b, b.inttoptr(values[0], ir.IntType(8).as_pointer()))
            return context.get_dummy_value()
        return types.void(types.int64), build

    return address, take, give


def _pieces(kind: str, most: int) -> Any:
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic

    word, single = ir.IntType(64), ir.IntType(32)
    number = {"float": ir.FloatType(), "double": ir.DoubleType()}[kind]
    size = 64 // most

    def at(b, kind, *places):
        total = places[0]
        for p in places[1:]:
            total = b.add(total, p)
        return b.inttoptr(total, kind.as_pointer())

    def shape(lanes):
        return ir.VectorType(number, lanes)

    def spread(b, x, lanes):
        kind = shape(lanes)
        x = b.insert_element(ir.Constant(kind, ir.Undefined), x, single(0))
        return b.shuffle_vector(x, x, ir.Constant(ir.VectorType(single, lanes), [0] * lanes))

    def tile(b, lanes, offsets, bases, a, a_step, y, y_step, y_offsets, out, length, fresh):
        """Rows x vectors of sums over k, kept in registers."""
        kind = shape(lanes)
        fma = cgutils.get_or_insert_function(
            b.module, ir.FunctionType(kind, [kind] * 3), f"llvm.fmuladd.v{lanes}f{8 * size}")
        zero = ir.Constant(kind, [0.0] * lanes)
        sums = [[cgutils.alloca_once(b, kind) for _ in y_offsets] for _ in offsets]
        cells = [(s, b.add(base, place)) for line, base in zip(sums, bases)
                 for s, place in zip(line, [word(v * lanes * size) for v in range(len(y_offsets))])]
        with b.if_else(b.icmp_signed("!=", fresh, word(0))) as (yes, no):
            with yes:
                for s, _ in cells:
                    b.store(zero, s)
            with no:
                for s, place in cells:
                    b.store(b.load(at(b, kind, out, place), align=size), s)
        with cgutils.for_range(b, length) as loop:
            base = b.add(y, b.mul(loop.index, y_step))
            ys = [b.load(at(b, kind, base, o), align=size) for o in y_offsets]
            x_base = b.add(a, b.mul(loop.index, a_step))
            for line, offset in zip(sums, offsets):
                x = spread(b, b.load(at(b, number, x_base, offset)), lanes)
                for s, v in zip(line, ys):
                    b.store(b.call(fma, [x, v, b.load(s)]), s)
        for s, place in cells:
            b.store(b.load(s), at(b, kind, out, place), align=size)

    def strip(rows):
        @intrinsic
        def block(typing, a, a_row, a_step, y, y_step, out, out_row, width, length, fresh):
            def build(context, b, signature, values):
                a, a_row, a_step, y, y_step, out, out_row, width, length, fresh = values
                offsets = [b.mul(a_row, word(r)) for r in range(rows)]
                bases = [b.mul(out_row, word(r)) for r in range(rows)]
                done = cgutils.alloca_once_value(b, word(0))
                lanes = most
                while lanes:
                    with b.if_then(b.icmp_signed("!=", b.and_(width, word(lanes)), word(0))):
                        place = b.mul(b.load(done), word(size))
                        tile(b, lanes, offsets, bases, a, a_step, b.add(y, place), y_step, [word(0)],
                             b.add(out, place), length, fresh)
                        b.store(b.add(b.load(done), word(lanes)), done)
                    lanes //= 2
                return context.get_dummy_value()
            return types.void(*[types.int64] * 10), build
        return block

    @intrinsic
    def wide(typing, a, a_step, y, y_step, y_vector, out, length, fresh):
        def build(context, b, signature, values):
            a, a_step, y, y_step, y_vector, out, length, fresh = values
            tile(b, most, [word(0)], [word(0)], a, a_step, y, y_step,
                 [b.mul(y_vector, word(v)) for v in range(4)], out, length, fresh)
            return context.get_dummy_value()
        return types.void(*[types.int64] * 8), build

    @intrinsic
    def copy(typing, y, y_step, y_column, to, width, length):
        def build(context, b, signature, values):
            y, y_step, y_column, to, width, length = values
            kind = shape(most)
            whole = b.and_(b.icmp_signed("==", width, word(most)), b.icmp_signed("==", y_column, word(size)))
            with b.if_else(whole) as (yes, no):
                with yes, cgutils.for_range(b, length) as loop:
                    v = b.load(at(b, kind, y, b.mul(loop.index, y_step)), align=size)
                    b.store(v, at(b, kind, to, b.mul(loop.index, word(64))), align=size)
                with no, cgutils.for_range(b, width) as column:
                    source = b.add(y, b.mul(column.index, y_column))
                    target = b.add(to, b.mul(column.index, word(size)))
                    with cgutils.for_range(b, length) as loop:
                        v = b.load(at(b, number, source, b.mul(loop.index, y_step)))
                        b.store(v, at(b, number, target, b.mul(loop.index, word(64))))
            return context.get_dummy_value()
        return types.void(*[types.int64] * 6), build

    def interleave(rows):
        @intrinsic
        def move(typing, a, a_row, a_step, to, length):
            def build(context, b, signature, values):
                a, a_row, a_step, to, length = values
                kind = shape(rows)
                with b.if_else(b.icmp_signed("==", a_row, word(size))) as (yes, no):
                    with yes, cgutils.for_range(b, length) as loop:
                        v = b.load(at(b, kind, a, b.mul(loop.index, a_step)), align=size)
                        b.store(v, at(b, kind, to, b.mul(loop.index, word(rows * size))), align=size)
                    with no, cgutils.for_range(b, length) as loop:
                        source = b.add(a, b.mul(loop.index, a_step))
                        target = b.add(to, b.mul(loop.index, word(rows * size)))
                        for r in range(rows):
                            v = b.load(at(b, number, source, b.mul(a_row, word(r))))
                            b.store(v, at(b, number, target, word(r * size)))
                return context.get_dummy_value()
            return types.void(*[types.int64] * 5), build
        return move

    return copy, interleave, strip, wide
