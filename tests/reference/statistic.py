"""Statistics by their definitions: every pair, every permutation, every model fitted anew."""

import itertools
import math
from statistics import NormalDist

import numpy as np


def correlation_matrix(X):
    n, d = X.shape
    table = np.empty((d, d))
    for a in range(d):
        for b in range(d):
            u = [x - sum(X[:, a]) / n for x in X[:, a]]
            v = [x - sum(X[:, b]) / n for x in X[:, b]]
            top = sum(p * q for p, q in zip(u, v, strict=True))
            table[a, b] = top / (sum(p * p for p in u) * sum(q * q for q in v)) ** 0.5
    return table


def variance_inflation_factors(X):
    """Regress every column on the others and a constant."""
    n, d = X.shape
    factors = []
    for j in range(d):
        others = np.column_stack([np.ones(n), np.delete(X, j, axis=1)])
        fitted = others @ np.linalg.solve(others.T @ others, others.T @ X[:, j])
        left = ((X[:, j] - fitted) ** 2).sum() / ((X[:, j] - X[:, j].mean()) ** 2).sum()
        factors.append(1 / left)
    return np.array(factors)


def average_ranks(x):
    """One more than the number below, plus half the number of others that are equal."""
    return np.array([sum(v < u for v in x) + (sum(v == u for v in x) + 1) / 2 for u in x])


def pair_score(x, y):
    """Concordant minus discordant pairs, and the pairs not tied in x, in y."""
    s = free_x = free_y = 0
    for i, j in itertools.combinations(range(len(x)), 2):
        a, b = np.sign(x[i] - x[j]), np.sign(y[i] - y[j])
        s, free_x, free_y = s + a * b, free_x + abs(a), free_y + abs(b)
    return s, free_x, free_y


def kendall_tau(x, y):
    s, free_x, free_y = pair_score(x, y)
    return s / (free_x * free_y) ** 0.5


def kendall_p_value(x, y):
    """Share of all orders of y with at least as large a score."""
    found = abs(pair_score(x, y)[0])
    scores = [abs(pair_score(x, order)[0]) for order in itertools.permutations(y)]
    return sum(s >= found for s in scores) / len(scores)


def digamma(m):
    return -np.euler_gamma + sum(1 / i for i in range(1, m))


def count_information(a, b):
    total, n = 0.0, len(a)
    for u in set(a):
        for v in set(b):
            both = sum((a == u) & (b == v)) / n
            if both:
                total += both * np.log(both / (sum(a == u) / n * sum(b == v) / n))
    return total


def neighbor_information(x, y, k):
    """Kraskov's first estimator over all distances."""
    n, total = len(x), 0.0
    for i in range(n):
        others = [j for j in range(n) if j != i]
        far = sorted(max(abs(x[i] - x[j]), abs(y[i] - y[j])) for j in others)[k - 1]
        for v in (x, y):
            inside = [j for j in others if abs(v[i] - v[j]) < far or v[i] == v[j]]
            total += digamma(len(inside) + 1) / n
    return max(0.0, digamma(n) + digamma(k) - total)


def label_information(x, codes, k):
    """Ross's estimator over all distances."""
    rows = [i for i in range(len(x)) if sum(codes == codes[i]) > 1]
    if not rows:
        return np.nan
    total = 0.0
    for i in rows:
        same = sorted(abs(x[i] - x[j]) for j in rows if j != i and codes[j] == codes[i])
        k_i = min(k, len(same))
        nearer = sum(abs(x[i] - x[j]) < same[k_i - 1] or x[i] == x[j] for j in rows)
        total += digamma(k_i) - digamma(len(same) + 1) - digamma(nearer)
    return max(0.0, digamma(len(rows)) + total / len(rows))


def group_squares(y, groups):
    """Squares between and within groups."""
    between = within = 0.0
    for g in set(groups):
        part = y[groups == g]
        between += len(part) * (part.mean() - y.mean()) ** 2
        within += sum((v - part.mean()) ** 2 for v in part)
    return between, within


def sums_of_squares(data, terms, categorical, kind):
    """Squares and df of each term, and of the residual, by fitting two models a term."""
    y, n = data["y"], len(data["y"])

    def term_block(term):
        columns = [np.ones(n)]
        for name in term:
            if name not in categorical:
                coded = [data[name]]
            else:
                levels = sorted(set(data[name]))
                each = [(data[name] == level) * 1.0 for level in levels]
                coded = [u - each[-1] for u in each[:-1]] if kind == 3 else each
            columns = [u * v for u in columns for v in coded]
        return columns

    def fit(chosen):
        A = np.column_stack([np.ones(n), *(c for term in chosen for c in term_block(term))])
        A = A / np.maximum(np.linalg.norm(A, axis=0), 1e-300)
        beta, _, rank, _ = np.linalg.lstsq(A, y, rcond=1e-11)
        return ((y - A @ beta) ** 2).sum(), rank

    rows = []
    for place, term in enumerate(terms):
        if kind == 1:
            others = list(terms[:place])
        elif kind == 2:
            others = [t for t in terms if t != term and not set(term) < set(t)]
        else:
            others = [t for t in terms if t != term]
        (less, p), (more, q) = fit(others), fit([*others, term])
        rows.append((less - more, q - p))
    rss, rank = fit(list(terms))
    return [*rows, (rss, n - rank)]


def weighed(X, y, w):
    """Columns, a constant first, and target times the roots of the weights."""
    root = np.sqrt(np.ones(len(X)) if w is None else w)
    return np.column_stack([np.ones(len(X)), X]) * root[:, None], y * root


def least_squares(X, y, w=None):
    """Coefficients with a constant first, weighed residuals, and (A'A)^-1."""
    A, y = weighed(X, y, w)
    inverse = np.linalg.inv(A.T @ A)
    beta = inverse @ A.T @ y
    return beta, y - A @ beta, inverse


def robust_errors(X, y, kind, w=None):
    """Sandwich errors, summed row by row."""
    A, _ = weighed(X, y, w)
    n, p = A.shape
    _, e, inverse = least_squares(X, y, w)
    meat = np.zeros((p, p))
    for a, r in zip(A, e, strict=True):
        h = a @ inverse @ a
        weight = {"HC0": 1, "HC1": n / (n - p), "HC2": 1 / (1 - h), "HC3": 1 / (1 - h) ** 2}[kind]
        meat += weight * r**2 * np.outer(a, a)
    return np.sqrt(np.diag(inverse @ meat @ inverse))


def row_influence(X, y, w):
    """Leave every row out and fit again."""
    A, _ = weighed(X, y, w)
    n, p = A.shape
    beta, e, inverse = least_squares(X, y, w)
    s = np.sqrt(e @ e / (n - p))
    found = {key: [] for key in ("leverage", "deleted", "cooks_distance", "dffits", "dfbetas")}
    for i in range(n):
        kept = np.arange(n) != i
        without, rest, _ = least_squares(X[kept], y[kept], w[kept])
        s_i = np.sqrt(rest @ rest / (n - 1 - p))
        h = A[i] @ inverse @ A[i]
        change = beta - without
        found["leverage"].append(h)
        found["deleted"].append(e[i] / s_i / np.sqrt(1 - h))
        found["cooks_distance"].append(((A @ change) ** 2).sum() / p / s**2)
        found["dffits"].append(A[i] @ change / s_i / np.sqrt(h))
        found["dfbetas"].append(change / s_i / np.sqrt(np.diag(inverse)))
    return {key: np.array(values) for key, values in found.items()}


def shapiro_wilk(x):
    """W by its definition, from the scores of a normal sample, term by term."""
    n, normal = len(x), NormalDist()
    m = [normal.inv_cdf((i - 0.375) / (n + 0.25)) for i in range(1, n + 1)]
    length, u = math.sqrt(sum(v * v for v in m)), 1 / math.sqrt(n)
    last = m[-1] / length + 0.221157 * u - 0.147981 * u**2 - 2.07119 * u**3
    last += 4.434685 * u**4 - 2.706056 * u**5
    outer = [last]
    if n == 3:
        outer = [math.sqrt(0.5)]
    elif n > 5:
        second = m[-2] / length + 0.042981 * u - 0.293762 * u**2 - 1.752461 * u**3
        outer.append(second + 5.682633 * u**4 - 3.582633 * u**5)
    k = len(outer)
    left = 1 - 2 * sum(v * v for v in outer)
    inner = sum(v * v for v in m[k : n - k])
    share = math.sqrt(left / inner) if inner else 0.0
    a = [-v for v in outer] + [v * share for v in m[k : n - k]] + outer[::-1]
    centre = sum(x) / n
    return sum(c * v for c, v in zip(a, sorted(x), strict=True)) ** 2 / sum(
        (v - centre) ** 2 for v in x
    )
