"""The scaled complementary error function by its definition; its tail by the continued fraction."""

import math


def scaled_erfc(y):
    if y < 5.0:
        return math.exp(y * y) * math.erfc(y)
    fraction = y
    for k in range(60, 0, -1):
        fraction = y + 0.5 * k / fraction
    return 1.0 / (fraction * math.sqrt(math.pi))
