"""Weight importance by walking every path from a feature to an output."""

import numpy as np


def weight_importance(weights):
    """Return each feature's share of the sum of |products| over all paths."""

    def paths_from(unit, depth):
        if depth == len(weights):
            return 1.0
        return sum(
            abs(weights[depth][unit][after]) * paths_from(after, depth + 1)
            for after in range(len(weights[depth][unit]))
        )

    strengths = np.array([paths_from(j, 0) for j in range(len(weights[0]))])
    return strengths / strengths.sum()
