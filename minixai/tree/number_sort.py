"""Sorting floats by their bits, eleven at a time.

The bits of a float64, read as a whole number, rise with its value once those of negative numbers
are turned over; six stable passes then sort by counting, without one comparison.

Source: Knuth (1998), The Art of Computer Programming 3, section 5.2.5 (radix sorting).
Cost: O(n): 100,000 numbers take about a quarter of what sorting by comparison does; few are
compared.
"""

from __future__ import annotations

import numpy as np

from minixai._numba import kernel
from minixai.protocols import Array

__all__ = ["sort_numbers"]

_DIGIT = 11
_PASSES = 6
_FEW = 1 << _DIGIT  # numbers that are sorted faster than the digits are counted


def sort_numbers(numbers: Array, spare: Array) -> None:
    """Sort in place; NaN is not for this.

    Parameters
    ----------
    numbers : float64 array (n,)
        C-ordered.
    spare : array (n,) of 8 bytes each
        Room to work in.
    """
    if len(numbers) < _FEW:
        numbers.sort()
        return
    counts = np.zeros((_PASSES, 1 << _DIGIT), dtype=np.int64)
    _sort_bits(numbers.view(np.int64), spare.view(np.int64), counts)


@kernel
def _sort_bits(bits: Array, spare: Array, counts: Array) -> None:
    """Sort floats by their bits; an even number of passes ends where it began."""
    mask, sign = (1 << _DIGIT) - 1, -(2**63)
    for i in range(bits.size):
        key = ~bits[i] if bits[i] < 0 else bits[i] ^ sign
        bits[i] = key
        for d in range(_PASSES):
            counts[d, (key >> (_DIGIT * d)) & mask] += 1
    for d in range(_PASSES):
        begin = 0
        for digit in range(counts.shape[1]):
            count = counts[d, digit]
            counts[d, digit] = begin
            begin += count
        for i in range(bits.size):
            digit = (bits[i] >> (_DIGIT * d)) & mask
            spare[counts[d, digit]] = bits[i]
            counts[d, digit] += 1
        bits, spare = spare, bits
    for i in range(bits.size):
        bits[i] = bits[i] ^ sign if bits[i] < 0 else ~bits[i]
