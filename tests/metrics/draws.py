"""Random labels, scores and weights: ties, constants, single rows, classes that do not occur."""

import warnings

import numpy as np
from hypothesis import strategies as st

KINDS = {
    "numbers": np.array([0, 1, 2, 5]),
    "texts": np.array(["a", "b", "bb", "z"]),
    "objects": np.array(["a", "b", "bb", "z"], dtype=object),
    "fractions": np.array([-1.0, 0.0, 2.0, 3.0]),
}


@st.composite
def weights(draw, n):
    """None, or eighths, whose sums are exact: zeros among them, not all of them."""
    if draw(st.booleans()):
        return None
    eighths = draw(st.lists(st.integers(0, 24), min_size=n, max_size=n).filter(any))
    return np.array(eighths) / 8.0


@st.composite
def labels(draw, n, k, kind):
    return KINDS[kind][draw(st.lists(st.integers(0, k - 1), min_size=n, max_size=n))]


@st.composite
def label_pairs(draw, most=4):
    """True and predicted labels, weights, and all classes they were drawn from."""
    n, k = draw(st.integers(1, 12)), draw(st.integers(1, most))
    kind = draw(st.sampled_from(sorted(KINDS)))
    y, h = draw(labels(n, k, kind)), draw(labels(n, k, kind))
    return y, h, draw(weights(n)), KINDS[kind]


@st.composite
def scored(draw, both=False):
    """Labels of two classes, scores with ties in [0, 1], weights, and the two classes."""
    n = draw(st.integers(2 if both else 1, 14))
    kind = draw(st.sampled_from(sorted(KINDS)))
    y = draw(labels(n, 2, kind))
    if both:
        y[:2] = KINDS[kind][:2]
    steps = draw(st.sampled_from([1, 4, 1000]))
    s = np.array(draw(st.lists(st.integers(0, steps), min_size=n, max_size=n))) / steps
    w = draw(weights(n))
    if both and w is not None:
        w[:2] += 0.125
    return y, s, w, KINDS[kind][:2]


@st.composite
def shared(draw, every=False):
    """Labels of three or four classes, rows of probabilities, weights, all classes."""
    k = draw(st.integers(3, 4))
    n = draw(st.integers(k if every else 2, 14))
    kind = draw(st.sampled_from(sorted(KINDS)))
    y = draw(labels(n, k, kind))
    if every:
        y[:k] = KINDS[kind][:k]
    rows = np.array([draw(st.lists(st.integers(0, 3), min_size=k, max_size=k)) for _ in range(n)])
    rows[~rows.any(axis=1)] = 1
    return y, rows / rows.sum(axis=1, keepdims=True), draw(weights(n)), KINDS[kind][:k]


def told(call):
    """What a call returns, and whether it warned."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        value = call()
    return value, bool(caught)


def plain(values):
    """Texts in objects as texts, which scikit-learn wants in some places."""
    return values.astype(str) if values.dtype == object else values


def close(found, other):
    np.testing.assert_allclose(found, other, rtol=1e-12, atol=1e-12)
