"""Magnitude pruning by sorting a list."""


def kept_positions(magnitudes, sparsity):
    """Return the positions that stay, the smallest share removed, ties by position."""
    order = sorted(range(len(magnitudes)), key=lambda i: (magnitudes[i], i))
    return set(order[round(sparsity * len(magnitudes)) :])
