"""Offsets of ids, one row at a time."""


def fit_offsets(codes, sizes, target, smoothing, n_sweeps):
    """Return one dict id -> offset a column, in standard deviations of the target."""
    n = len(target)
    mean = sum(target) / n
    deviation = (sum((y - mean) ** 2 for y in target) / n) ** 0.5
    offsets = [dict.fromkeys(range(size), 0.0) for size in sizes]
    for _ in range(n_sweeps):
        for c, column in enumerate(codes):
            for value in range(sizes[c]):
                total, count = 0.0, 0
                for i in range(n):
                    if column[i] != value:
                        continue
                    rest = (target[i] - mean) / deviation
                    for other, their in enumerate(codes):
                        if other != c and their[i] >= 0:
                            rest -= offsets[other][their[i]]
                    total += rest
                    count += 1
                if count + smoothing > 0:
                    offsets[c][value] = total / (count + smoothing)
    return offsets


def out_of_fold_offsets(codes, sizes, target, smoothing, folds, n_sweeps):
    """Return one list of offsets a row, learned from the rows of the other folds."""
    rows = []
    for i in range(len(target)):
        kept = [k for k in range(len(target)) if folds[k] != folds[i]]
        offsets = fit_offsets(
            [[column[k] for k in kept] for column in codes],
            sizes,
            [target[k] for k in kept],
            smoothing,
            n_sweeps,
        )
        rows.append(
            [0.0 if column[i] < 0 else offsets[c][column[i]] for c, column in enumerate(codes)]
        )
    return rows
