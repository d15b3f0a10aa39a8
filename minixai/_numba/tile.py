"""Register tiles: the LLVM pieces of which the products inside kernels are built.

A tile holds rows x lanes running sums in registers and walks once along k:

    sum[r, c] = sum[r, c] + a[r, k] b[k, c]        for k = 0, 1, 2, ...

so every output is one sum in the order of k, whatever stands in the rows beside it.

Source of the blocking (panels of b, interleaved rows of a, register tile): Goto & van de
Geijn (2008), Anatomy of High-Performance Matrix Multiplication, sections 4 and 5.
Cost: one multiply-add per term; nothing is read outside the arrays.
"""

from typing import Any

from minixai._numba.emission import LINE, at, loop, spread

__all__ = ["FloatTile"]


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
        self, b: Any, a: Any, a_row: Any, a_step: Any, panel: Any, p_step: Any, out: Any,
        out_row: Any, corner: Any, height: Any, width: Any, length: Any, k: Any,
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
                    self._sums(b, vector, lines, 1, (a, a_step), (panel, p_step), target,
                               length, fresh)  # fmt: skip
        with b.if_then(b.not_(whole)):
            self._move(b, (corner, line, size), (out, out_row, size), height, width)

    def wide(self, b: Any, a: Any, a_step: Any, y: Any, y_step: Any, out: Any, length: Any) -> None:
        """One row times four vectors of columns of a b that has not been packed."""
        self._row(b, 4, (a, a_step), (y, y_step), out, length)

    def single(
        self, b: Any, a: Any, a_step: Any, y: Any, y_step: Any, out: Any, length: Any
    ) -> None:
        """One row times one vector of columns."""
        self._row(b, 1, (a, a_step), (y, y_step), out, length)

    def _row(self, b: Any, n_vectors: int, a: Any, y: Any, out: Any, length: Any) -> None:
        fresh, lines = self.ir.IntType(1)(1), [(self.word(0), self.word(0))]
        self._sums(b, self.vector, lines, n_vectors, a, y, out, length, fresh)

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
            whole = n_rows & -4
            for row, n in ((0, whole), (whole, n_rows - whole)):
                places = [b.add(x, b.mul(source[1], word(row + r))) for r in range(n)]
                if n > 0:
                    self._turn_quads(b, places, b.add(z, word(row * self.n_bytes)), target[1])
        return b.mul(quads, word(4))

    def _turn_quads(self, b: Any, sources: Any, target: Any, step: Any) -> None:
        """Let n rows of four numbers, n = 2 or 4, 8, 16, become four rows of n."""
        four = self.ir.VectorType(self.number, 4)
        rows = [b.load(at(b, four, place), align=self.n_bytes) for place in sources]
        side_by_side = [self._join(b, rows[r::4]) for r in range(min(4, len(rows)))]
        n = 4 * len(rows[::4])
        first = [q + lane for q in range(0, n, 4) for lane in (0, n, 1, n + 1)]
        second = [lane + 2 for lane in first]
        pairs = [
            (self._choose(b, x, y, first), self._choose(b, x, y, second))
            for x, y in zip(side_by_side[::2], side_by_side[1::2], strict=True)
        ]
        for k in range(4):
            half, other, start = pairs[0][k // 2], pairs[-1][k // 2], k % 2 * 2
            ends = [start, start + 1, n + start, n + start + 1]
            lanes = [q + lane for q in range(0, n, 4) for lane in ends][: len(rows)]
            turned = self._choose(b, half, other, lanes)
            place = at(b, turned.type, target, b.mul(step, self.word(k)))
            b.store(turned, place, align=self.n_bytes)

    def _join(self, b: Any, vectors: Any) -> Any:
        if len(vectors) == 1:
            return vectors[0]
        half = len(vectors) // 2
        x, y = self._join(b, vectors[:half]), self._join(b, vectors[half:])
        return self._choose(b, x, y, list(range(2 * x.type.count)))

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
