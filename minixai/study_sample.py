"""Rows that stand for all in the record: a seeded sample, in the order of the table."""

from __future__ import annotations

import numpy as np

from minixai._validation import generator
from minixai.protocols import Array

__all__: list[str] = []


def sampled(rows: Array, most: int, seed: int, purpose: int) -> Array:
    """Return the rows, or so many of them drawn; each ``purpose`` has draws of its own."""
    if len(rows) <= most:
        return rows
    return np.sort(generator(seed, purpose).permutation(rows)[:most])
