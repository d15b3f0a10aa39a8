"""``borrow(array)``: the same array without a share in its memory.

Every view that compiled code makes counts itself in and out of its buffer's owners, an atomic
operation each time; where a step takes some microseconds, dozens of views are felt.
Views of a borrowed array count nothing. They are good while somebody else holds the buffer: as
long as the call that was given the array runs. A kernel must not return one.
"""

import functools
from typing import Any

__all__ = ["borrow"]


def borrow(array: Any) -> Any:
    """Return ``array`` as a view that does not keep its memory alive; callable inside kernels.

    In plain Python this is the array itself.
    """
    return array


@functools.cache
def install() -> None:
    """Tell numba what ``borrow`` means; called once, before the first kernel is compiled."""
    from numba.core import cgutils
    from numba.extending import intrinsic, overload

    def without_owner(typing: Any, array: Any) -> Any:
        def build(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            view = context.make_array(array)(context, builder, values[0])
            for owner in ("meminfo", "parent"):
                setattr(view, owner, cgutils.get_null_value(getattr(view, owner).type))
            return view._getvalue()

        return array(array), build

    strip = intrinsic(without_owner)

    def compiled(array: Any) -> Any:
        def run(array: Any) -> Any:  # pragma: no cover - machine code
            return strip(array)

        return run

    overload(borrow)(compiled)
