"""Writing LLVM code for kernels: loops, places, vectors, scratch memory, and the processor's name.

Numba's own loops stop at half the speed in matrix products: they test for overlapping arrays at
every inner loop and cannot keep a block of sums in registers. Places are passed as integers
(bytes).
"""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["LINE", "ON_STACK", "at", "cpu_features", "loop", "memory", "routine", "spread"]

LINE = 64  # bytes of one vector, of one row of a panel and of a cache line
ON_STACK = 24 * 1024  # bytes of a scratch buffer that need not be allocated


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


def memory() -> tuple[Any, Any, Any, Any]:
    """Intrinsics: the place of an array's first element, and scratch buffers.

    One is taken and given, of any size; one has ``ON_STACK`` bytes, costs nothing and ends with
    the function that asks for it.
    """
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

    def stack(typing: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            with builder.goto_entry_block():
                buffer = builder.alloca(ir.IntType(8), ON_STACK)
            return builder.ptrtoint(buffer, ir.IntType(64))

        return types.int64(), build

    return intrinsic(address), intrinsic(take), intrinsic(give), intrinsic(stack)


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
