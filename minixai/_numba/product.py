"""out = a @ b inside kernels, without BLAS and with bits that do not depend on the batch."""

import os
from typing import Any

import numpy as np

__all__ = ["product"]

DEPTH, WIDTH = int(os.environ.get("KC", 256)), int(os.environ.get("NC", 256))


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


def _rows() -> int:
    from numba.core.registry import cpu_target

    name, _, features = cpu_target.target_context.codegen().magic_tuple()
    if "+avx512f" in features:
        return 8
    if "+avx" in features or not name.startswith("x86"):
        return int(os.environ.get("MR",6))
    return 2


def _loops(kind: str, lanes: int) -> Any:
    size = 64 // lanes
    rows = _rows()
    address, take, give, pack, interleave, block, wide = _pieces(kind, lanes, rows)
    deepest, widest, group = DEPTH, WIDTH, 4 * lanes

    def run(a: Any, b: Any, out: Any) -> None:
        m, n = out.shape
        depth = a.shape[1]
        if a.shape[0] != m or b.shape[0] != depth or b.shape[1] != n:
            raise ValueError("product: the shapes do not fit")
        left, right, result = address(a), address(b), address(out)
        a_row, a_step = a.strides
        b_step, b_column = b.strides
        out_row = out.strides[0]
        start = 0
        if m < rows and b_column == size:
            start = n // group * group
            for i in range(m):
                for j in range(0, start, group):
                    wide(left + i * a_row, a_step, right + j * size, b_step,
                         result + i * out_row + j * size, depth)
        deep, across = min(depth, deepest), min(n - start, widest)
        rearranged = a_step != size and n > lanes or depth > deepest
        memory = take(64 * (deep * (across // lanes + 1) + rows * (deep // lanes + 3)))
        panels = (memory + 63) // 64 * 64
        for j0 in range(start, n, widest):
            width = min(widest, n - j0)
            for k0 in range(0, max(depth, 1), deepest):
                length = min(deepest, depth - k0)
                pack(right + k0 * b_step + j0 * b_column, b_step, b_column, panels, width, length)
                free = panels + 64 * deep * (across // lanes + 1)
                for i in range(0, m, rows):
                    rest = min(rows, m - i)
                    x, x_row, x_step = left + i * a_row + k0 * a_step, a_row, a_step
                    if rest < rows or rearranged:
                        interleave(x, a_row, a_step, free + 64 * rows, rest, length)
                        x, x_row, x_step = free + 64 * rows, size, size * rows
                    target = result + i * out_row + j0 * size
                    for p in range(0, width, lanes):
                        block(x, x_row, x_step, panels + p * size * length, target + p * size,
                              out_row, free, rest, min(lanes, width - p), length, k0)
        give(memory)
    return run


def _pieces(kind: str, lanes: int, rows: int) -> Any:
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic

    word, single = ir.IntType(64), ir.IntType(32)
    number = {"float": ir.FloatType(), "double": ir.DoubleType()}[kind]
    size = 64 // lanes
    vector = ir.VectorType(number, lanes)
    none = word(0)

    def at(b, kind, *places):
        total = places[0]
        for p in places[1:]:
            total = b.add(total, p)
        return b.inttoptr(total, kind.as_pointer())

    def spread(b, x, kind):
        x = b.insert_element(ir.Constant(kind, ir.Undefined), x, single(0))
        return b.shuffle_vector(x, x, ir.Constant(ir.VectorType(single, kind.count), [0] * kind.count))

    def steps(function, count, result=types.void):
        """An intrinsic on `count` addresses and lengths."""
        arguments = ", ".join(f"x{i}" for i in range(count))
        space = {"types": types, "result": result, "function": function}
        def build(context, b, signature, values):
            function(b, *values)
            return context.get_dummy_value()
        return build

    def sums(b, kind, lines, columns, a, a_step, y, y_step, out, length, fresh):
        """Rows x vectors of sums over k, kept in registers."""
        fma = cgutils.get_or_insert_function(
            b.module, ir.FunctionType(kind, [kind] * 3), f"llvm.fmuladd.v{kind.count}f{8 * size}")
        cells = [[(cgutils.alloca_once(b, kind), b.add(line, word(64 * v)))
                  for v in range(len(columns))] for _, line in lines]
        with b.if_else(fresh) as (yes, no):
            with no:
                for s, place in sum(cells, []):
                    b.store(b.load(at(b, kind, out, place), align=size), s)
            with yes:
                for s, place in sum(cells, []):
                    b.store(ir.Constant(kind, [0.0] * kind.count), s)
        with cgutils.for_range(b, length) as loop:
            base = b.add(y, b.mul(loop.index, y_step))
            ys = [b.load(at(b, kind, base, o), align=size) for o in columns]
            base = b.add(a, b.mul(loop.index, a_step))
            for (offset, _), line in zip(lines, cells):
                x = spread(b, b.load(at(b, number, base, offset)), kind)
                for (s, _), v in zip(line, ys):
                    b.store(b.call(fma, [x, v, b.load(s)]), s)
        for s, place in sum(cells, []):
            b.store(b.load(s), at(b, kind, out, place), align=size)

    def move(b, source, s_row, s_column, target, t_row, t_column, n_rows, n_columns):
        with cgutils.for_range(b, n_rows) as r:
            x, z = b.add(source, b.mul(r.index, s_row)), b.add(target, b.mul(r.index, t_row))
            with cgutils.for_range(b, n_columns) as c:
                v = b.load(at(b, number, x, b.mul(c.index, s_column)))
                b.store(v, at(b, number, z, b.mul(c.index, t_column)))

    @intrinsic
    def block(typing, a, a_row, a_step, y, out, out_row, corner, height, width, length, k0):
        def build(context, b, signature, values):
            a, a_row, a_step, y, out, out_row, corner, height, width, length, k0 = values
            fresh = b.icmp_signed("==", k0, none)
            whole = b.and_(b.icmp_signed("==", height, word(rows)), b.icmp_signed("==", width, word(lanes)))
            target, t_row = b.select(whole, out, corner), b.select(whole, out_row, word(64))
            with b.if_then(b.not_(b.or_(whole, fresh))):
                move(b, out, out_row, word(size), corner, word(64), word(size), height, width)
            lines = [(b.mul(a_row, word(r)), b.mul(t_row, word(r))) for r in range(rows)]
            narrow = b.icmp_signed("<=", width, word(lanes // 4))
            with b.if_else(narrow) as (yes, no):
                with yes:
                    sums(b, ir.VectorType(number, lanes // 4), lines, [none], a, a_step, y, word(64), target, length, fresh)
                with no:
                    sums(b, vector, lines, [none], a, a_step, y, word(64), target, length, fresh)
            with b.if_then(b.not_(whole)):
                move(b, corner, word(64), word(size), out, out_row, word(size), height, width)
            return context.get_dummy_value()
        return types.void(*[types.int64] * 11), build

    @intrinsic
    def wide(typing, a, a_step, y, y_step, out, length):
        def build(context, b, signature, values):
            a, a_step, y, y_step, out, length = values
            sums(b, vector, [(none, none)], [word(64 * v) for v in range(4)],
                 a, a_step, y, y_step, out, length, ir.IntType(1)(1))
            return context.get_dummy_value()
        return types.void(*[types.int64] * 6), build

    @intrinsic
    def pack(typing, y, y_step, y_column, to, width, length):
        def build(context, b, signature, values):
            y, y_step, y_column, to, width, length = values
            panels = b.sdiv(b.add(width, word(lanes - 1)), word(lanes))
            with cgutils.for_range(b, panels) as panel:
                first = b.mul(panel.index, word(lanes))
                source = b.add(y, b.mul(first, y_column))
                target = b.add(to, b.mul(b.mul(panel.index, word(64)), length))
                left = b.sub(width, first)
                full = b.icmp_signed(">=", left, word(lanes))
                with b.if_else(b.and_(full, b.icmp_signed("==", y_column, word(size)))) as (yes, no):
                    with yes, cgutils.for_range(b, length) as loop:
                        v = b.load(at(b, vector, source, b.mul(loop.index, y_step)), align=size)
                        b.store(v, at(b, vector, target, b.mul(loop.index, word(64))), align=size)
                    with no:
                        with b.if_then(b.not_(full)), cgutils.for_range(b, length) as loop:
                            b.store(ir.Constant(vector, [0.0] * lanes), at(b, vector, target, b.mul(loop.index, word(64))), align=size)
                        move(b, source, y_column, y_step, target, word(size), word(64), b.select(full, word(lanes), left), length)
            return context.get_dummy_value()
        return types.void(*[types.int64] * 6), build

    @intrinsic
    def interleave(typing, a, a_row, a_step, to, height, length):
        def build(context, b, signature, values):
            a, a_row, a_step, to, height, length = values
            kind = ir.VectorType(number, rows)
            pitch = word(rows * size)
            whole = b.icmp_signed("==", height, word(rows))
            with b.if_else(b.and_(whole, b.icmp_signed("==", a_row, word(size)))) as (yes, no):
                with yes, cgutils.for_range(b, length) as loop:
                    v = b.load(at(b, kind, a, b.mul(loop.index, a_step)), align=size)
                    b.store(v, at(b, kind, to, b.mul(loop.index, pitch)), align=size)
                with no, b.if_else(whole) as (yes, no):
                    with yes, cgutils.for_range(b, length) as loop:
                        source = b.add(a, b.mul(loop.index, a_step))
                        target = b.add(to, b.mul(loop.index, pitch))
                        for r in range(rows):
                            v = b.load(at(b, number, source, b.mul(a_row, word(r))))
                            b.store(v, at(b, number, target, word(r * size)))
                    with no:
                        with cgutils.for_range(b, length) as loop:
                            b.store(ir.Constant(kind, [0.0] * rows), at(b, kind, to, b.mul(loop.index, pitch)), align=size)
                        move(b, a, a_row, a_step, to, word(size), pitch, height, length)
            return context.get_dummy_value()
        return types.void(*[types.int64] * 6), build

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

    return address, take, give, pack, interleave, block, wide
