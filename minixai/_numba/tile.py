"""Register tiles: the LLVM pieces of which the products inside kernels are built.

A tile holds rows x lanes running sums in registers and walks once along k:

    sum[r, c] = sum[r, c] + a[r, k] b[k, c]        for k = 0, 1, 2, ...

so every output is one sum in the order of k, whatever stands in the rows beside it.
Numba's own loops stop at half the speed: they test for overlapping arrays at every inner
loop and cannot keep a block of sums in registers. Places are passed as integers (bytes).

Source of the blocking (panels of b, interleaved rows of a, register tile): Goto & van de
Geijn (2008), Anatomy of High-Performance Matrix Multiplication, sections 4 and 5.
Cost: one multiply-add per term; nothing is read outside the arrays.
"""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["LINE", "FloatTile", "at", "cpu_features", "loop", "memory", "routine", "spread"]

LINE = 64  # bytes of one vector, of one row of a panel and of a cache line


def cpu_features() -> tuple[str, str]:
    """Target triple and features of the processor that numba writes code for.

    Not the host's: NUMBA_CPU_NAME may ask for another one, and code for instructions that the
    target lacks ends the process. Both stand in the key of numba's cache.
    """
    from numba.core.registry import cpu_target

    triple, _, features = cpu_target.target_context.codegen().magic_tuple()
    return triple, features


def routine(emit: Any) -> Any:
    """Intrinsic that takes integers and returns nothing, from ``emit(builder, *values)``."""
    from numba import types
    from numba.extending import intrinsic

    def call(typing: Any, *arguments: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            emit(builder, *values)
            return context.get_dummy_value()

        return types.void(*[types.int64] * len(arguments)), build

    names = ["typing", *list(inspect.signature(emit).parameters)[1:]]
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    signature = inspect.Signature([inspect.Parameter(name, kind) for name in names])
    call.__signature__ = signature  # type: ignore[attr-defined]
    return intrinsic(call)


def memory() -> tuple[Any, Any, Any]:
    """Intrinsics: the place of an array's first element, and a scratch buffer taken and given."""
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    def address(typing: Any, array: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            struct = context.make_array(signature.args[0])(context, builder, values[0])
            return builder.ptrtoint(struct.data, ir.IntType(64))

        return types.int64(array), build

    def take(typing: Any, n_bytes: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return builder.ptrtoint(context.nrt.allocate(builder, values[0]), ir.IntType(64))

        return types.int64(types.int64), build

    def give(typing: Any, place: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            context.nrt.free(builder, builder.inttoptr(values[0], ir.IntType(8).as_pointer()))
            return context.get_dummy_value()

        return types.void(types.int64), build

    return intrinsic(address), intrinsic(take), intrinsic(give)


@contextmanager
def loop(builder: Any, count: Any) -> Iterator[Any]:
    """Count from 0; kept as written, for unrolled copies cost seconds of compiling."""
    from llvmlite import ir

    word, module, before = ir.IntType(64), builder.module, builder.block
    test, body, end = (builder.append_basic_block(name) for name in ("test", "body", "end"))
    builder.branch(test)
    builder.position_at_end(test)
    index = builder.phi(word)
    index.add_incoming(word(0), before)
    builder.cbranch(builder.icmp_signed("<", index, count), body, end)
    builder.position_at_end(body)
    yield index
    index.add_incoming(builder.add(index, word(1), flags=["nsw"]), builder.block)
    hints = [
        module.add_metadata([ir.MetaDataString(module, "llvm.loop.unroll.disable")]),
        module.add_metadata(
            [ir.MetaDataString(module, "llvm.loop.vectorize.width"), ir.IntType(32)(1)]
        ),
    ]
    identity = module.add_metadata(hints)
    identity.operands = (identity, *hints)  # LLVM knows a loop's hints by this self-reference
    builder.branch(test).set_metadata("llvm.loop", identity)
    builder.position_at_end(end)


def at(builder: Any, kind: Any, *places: Any) -> Any:
    """Pointer to ``kind`` at the sum of the given places."""
    total = places[0]
    for place in places[1:]:
        total = builder.add(total, place)
    return builder.inttoptr(total, kind.as_pointer())


def spread(builder: Any, number: Any, vector: Any) -> Any:
    """The same number in every lane."""
    from llvmlite import ir

    single = ir.IntType(32)
    start = builder.insert_element(ir.Constant(vector, ir.Undefined), number, single(0))
    order = ir.Constant(ir.VectorType(single, vector.count), [0] * vector.count)
    return builder.shuffle_vector(start, start, order)


class FloatTile:
    """Writers of the pieces for one floating point type; ``routine`` makes intrinsics of them.

    Parameters
    ----------
    n_bits : int
        32 or 64; a vector holds 16 or 8 numbers.
    n_rows : int
        Rows of one tile.
    """

    def __init__(self, n_bits: int, n_rows: int) -> None:
        from llvmlite import ir

        self.ir, self.n_rows, self.n_bytes = ir, n_rows, n_bits // 8
        self.word = ir.IntType(64)
        self.lanes = LINE // self.n_bytes
        self.number = ir.FloatType() if n_bits == 32 else ir.DoubleType()
        self.vector = ir.VectorType(self.number, self.lanes)

    def block(
        self, b: Any, a: Any, a_row: Any, a_step: Any, panel: Any, out: Any, out_row: Any,
        corner: Any, height: Any, width: Any, length: Any, k: Any,
    ) -> None:  # fmt: skip
        """out[:height, :width] (+)= rows @ panel; ragged ones by way of the buffer ``corner``."""
        word, size, line = self.word, self.word(self.n_bytes), self.word(LINE)
        fresh = b.icmp_signed("==", k, word(0))
        whole = b.and_(
            b.icmp_signed("==", height, word(self.n_rows)),
            b.icmp_signed("==", width, word(self.lanes)),
        )
        target, t_row = b.select(whole, out, corner), b.select(whole, out_row, line)
        with b.if_then(b.not_(b.or_(whole, fresh))):
            self._move(b, (out, out_row, size), (corner, line, size), height, width)
        lines = [(b.mul(a_row, word(r)), b.mul(t_row, word(r))) for r in range(self.n_rows)]
        quarter = self.ir.VectorType(self.number, self.lanes // 4)
        with b.if_else(b.icmp_signed("<=", width, word(self.lanes // 4))) as (narrow, wide):
            for branch, vector in ((narrow, quarter), (wide, self.vector)):
                with branch:
                    self._sums(b, vector, lines, 1, (a, a_step), (panel, line), target,
                               length, fresh)  # fmt: skip
        with b.if_then(b.not_(whole)):
            self._move(b, (corner, line, size), (out, out_row, size), height, width)

    def wide(self, b: Any, a: Any, a_step: Any, y: Any, y_step: Any, out: Any, length: Any) -> None:
        """One row times four vectors of columns of a b that has not been packed."""
        fresh = self.ir.IntType(1)(1)
        lines = [(self.word(0), self.word(0))]
        self._sums(b, self.vector, lines, 4, (a, a_step), (y, y_step), out, length, fresh)

    def _sums(
        self, b: Any, vector: Any, lines: Any, n_vectors: int, a: Any, y: Any, out: Any,
        length: Any, fresh: Any,
    ) -> None:  # fmt: skip
        """The running sums; ``lines`` holds each row's offset in a and in out."""
        from numba.core import cgutils

        name = f"llvm.fmuladd.v{vector.count}f{8 * self.n_bytes}"
        signature = self.ir.FunctionType(vector, [vector] * 3)
        multiply_add = cgutils.get_or_insert_function(b.module, signature, name)
        vectors = [self.word(LINE * v) for v in range(n_vectors)]
        sums = [[cgutils.alloca_once(b, vector) for _ in vectors] for _ in lines]
        cells = [
            (total, at(b, vector, out, place, offset))
            for (_, place), row in zip(lines, sums, strict=True)
            for total, offset in zip(row, vectors, strict=True)
        ]
        with b.if_else(fresh) as (start, resume):
            with start:
                for total, _ in cells:
                    b.store(self.ir.Constant(vector, [0.0] * vector.count), total)
            with resume:
                for total, cell in cells:
                    b.store(b.load(cell, align=self.n_bytes), total)
        with loop(b, length) as k:
            place = b.add(y[0], b.mul(k, y[1]))
            ys = [b.load(at(b, vector, place, v), align=self.n_bytes) for v in vectors]
            place = b.add(a[0], b.mul(k, a[1]))
            for (offset, _), row in zip(lines, sums, strict=True):
                x = spread(b, b.load(at(b, self.number, place, offset)), vector)
                for total, other in zip(row, ys, strict=True):
                    b.store(b.call(multiply_add, [x, other, b.load(total)]), total)
        for total, cell in cells:
            b.store(b.load(total), cell, align=self.n_bytes)

    def pack(
        self, b: Any, y: Any, y_step: Any, y_column: Any, to: Any, width: Any, length: Any
    ) -> None:
        """Lay length x width numbers out in panels of one line a row, the last padded with 0.

        One line is left free after each panel: else their rows would share a set of the cache.
        """
        word, size, line = self.word, self.word(self.n_bytes), self.word(LINE)
        pitch = b.mul(b.add(length, word(1)), line)
        count = b.sdiv(width, word(self.lanes))
        side_by_side = b.icmp_signed("==", y_column, size)
        with b.if_else(side_by_side) as (straight, other):
            with straight, loop(b, length) as k:
                source, target = b.add(y, b.mul(k, y_step)), b.add(to, b.mul(k, line))
                self._copy(b, self.vector, (source, line), (target, pitch), count)
            with other, loop(b, count) as panel:
                source = b.add(y, b.mul(b.mul(panel, word(self.lanes)), y_column))
                target = b.add(to, b.mul(panel, pitch))
                done = self._turn(b, (source, y_column, y_step), (target, line), self.lanes, length)
                source, target = (
                    b.add(source, b.mul(done, y_step)),
                    b.add(target, b.mul(done, line)),
                )
                self._move(b, (source, y_column, y_step), (target, size, line),
                           word(self.lanes), b.sub(length, done))  # fmt: skip
        done = b.mul(count, word(self.lanes))
        with b.if_then(b.icmp_signed("<", done, width)):
            source, target = b.add(y, b.mul(done, y_column)), b.add(to, b.mul(count, pitch))
            self._clear(b, self.vector, (target, line), length)
            self._move(b, (source, y_column, y_step), (target, size, line),
                       b.sub(width, done), length)  # fmt: skip

    def interleave(
        self, b: Any, a: Any, a_row: Any, a_step: Any, to: Any, height: Any, length: Any
    ) -> None:
        """Lay the rows of one tile side by side: all of k = 0, then all of k = 1, ..."""
        word, size = self.word, self.word(self.n_bytes)
        pitch = word(self.n_rows * self.n_bytes)
        rows = self.ir.VectorType(self.number, self.n_rows)
        full = b.icmp_signed("==", height, word(self.n_rows))
        side_by_side = b.icmp_signed("==", a_row, size)
        with b.if_else(b.and_(full, side_by_side)) as (straight, other):
            with straight:
                self._copy(b, rows, (a, a_step), (to, pitch), length)
            with other, b.if_else(full) as (unrolled, ragged):
                with unrolled:
                    done = self._turn(b, (a, a_row, a_step), (to, pitch), self.n_rows, length)
                    with loop(b, b.sub(length, done)) as rest:
                        k = b.add(done, rest)
                        source, target = b.add(a, b.mul(k, a_step)), b.add(to, b.mul(k, pitch))
                        for r in range(self.n_rows):
                            x = b.load(at(b, self.number, source, b.mul(a_row, word(r))))
                            b.store(x, at(b, self.number, target, word(r * self.n_bytes)))
                with ragged:
                    self._clear(b, rows, (to, pitch), length)
                    self._move(b, (a, a_row, a_step), (to, size, pitch), height, length)

    def _turn(self, b: Any, source: Any, target: Any, n_rows: int, length: Any) -> Any:
        """Transpose rows that are contiguous along k, four k at a time; return how many k."""
        word = self.word
        contiguous = b.icmp_signed("==", source[2], word(self.n_bytes))
        quads = b.select(contiguous, b.ashr(length, word(2)), word(0))
        with loop(b, quads) as quad:
            x = b.add(source[0], b.mul(quad, word(4 * self.n_bytes)))
            z = b.add(target[0], b.mul(b.mul(quad, word(4)), target[1]))
            for row in range(0, n_rows, 4):
                n = min(4, n_rows - row)
                places = [b.mul(source[1], word(row + r)) for r in range(n)]
                self._turn_quad(b, [b.add(x, place) for place in places],
                                b.add(z, word(row * self.n_bytes)), target[1])  # fmt: skip
        return b.mul(quads, word(4))

    def _turn_quad(self, b: Any, sources: Any, target: Any, step: Any) -> None:
        """Two or four rows of four numbers become four rows of two or four."""
        four = self.ir.VectorType(self.number, 4)
        rows = [b.load(at(b, four, place), align=self.n_bytes) for place in sources]
        pairs = [
            (self._choose(b, x, y, [0, 4, 1, 5]), self._choose(b, x, y, [2, 6, 3, 7]))
            for x, y in zip(rows[::2], rows[1::2], strict=True)
        ]
        for k in range(4):
            half, other, start = pairs[0][k // 2], pairs[-1][k // 2], k % 2 * 2
            lanes = [start, start + 1, start + 4, start + 5][: len(rows)]
            turned = self._choose(b, half, other, lanes)
            place = at(b, turned.type, target, b.mul(step, self.word(k)))
            b.store(turned, place, align=self.n_bytes)

    def _choose(self, b: Any, x: Any, y: Any, lanes: list[int]) -> Any:
        order = self.ir.VectorType(self.ir.IntType(32), len(lanes))
        return b.shuffle_vector(x, y, self.ir.Constant(order, lanes))

    def _copy(self, b: Any, vector: Any, source: Any, target: Any, count: Any) -> None:
        with loop(b, count) as k:
            x = b.load(at(b, vector, source[0], b.mul(k, source[1])), align=self.n_bytes)
            b.store(x, at(b, vector, target[0], b.mul(k, target[1])), align=self.n_bytes)

    def _clear(self, b: Any, vector: Any, target: Any, count: Any) -> None:
        zero = self.ir.Constant(vector, [0.0] * vector.count)
        with loop(b, count) as k:
            b.store(zero, at(b, vector, target[0], b.mul(k, target[1])), align=self.n_bytes)

    def _move(self, b: Any, source: Any, target: Any, n_rows: Any, n_columns: Any) -> None:
        with loop(b, n_rows) as r:
            x, z = (b.add(side[0], b.mul(r, side[1])) for side in (source, target))
            with loop(b, n_columns) as c:
                value = b.load(at(b, self.number, x, b.mul(c, source[2])))
                b.store(value, at(b, self.number, z, b.mul(c, target[2])))
