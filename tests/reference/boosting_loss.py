"""The losses of boosting, one row at a time."""

import math


def row_loss(name, z, y):
    """The loss of one row with the raw scores z (a list)."""
    if name == "squared_error":
        return 0.5 * (z[0] - y) ** 2
    if name == "poisson":
        return math.exp(z[0]) - y * z[0] + (y * math.log(y) - y if y > 0 else 0.0)
    if name == "binary":
        return math.log(1 + math.exp(z[0])) - y * z[0]
    return math.log(sum(math.exp(each) for each in z)) - z[int(y)]
