"""Offsets of ids: the naive twin, closed forms, and no row that sees its own target."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data import Column, TargetEncoder
from minixai.data.target_offset import (
    N_SWEEPS,
    deal_folds,
    fit_offsets,
    out_of_fold_offsets,
    pick_offsets,
)
from minixai.errors import DataError, ParameterError
from tests.data.labels import as_table, label_rows
from tests.reference import target_encoding as naive


def rows(seed, n=30, sizes=(4, 6)):
    rng = np.random.default_rng(seed)
    codes = [rng.integers(-1, size, n) for size in sizes]
    return codes, list(sizes), rng.normal(3.0, 2.0, n)


@given(st.integers(0, 1000), st.sampled_from([0.0, 1.0, 5.0]))
def test_offsets_equal_the_naive_twins(seed, smoothing):
    codes, sizes, target = rows(seed)
    found = fit_offsets(codes, sizes, target, smoothing)
    expected = naive.fit_offsets(codes, sizes, list(target), smoothing, N_SWEEPS)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours[:-1], list(theirs.values()), atol=1e-10)
        assert ours[-1] == 0.0


@given(st.integers(0, 1000))
def test_out_of_fold_offsets_equal_the_naive_twins(seed):
    codes, sizes, target = rows(seed, n=15, sizes=(3, 2))
    folds = deal_folds(15, 5, seed)
    found = out_of_fold_offsets(codes, sizes, target, 2.0, folds)
    expected = naive.out_of_fold_offsets(codes, sizes, list(target), 2.0, folds, N_SWEEPS)
    np.testing.assert_allclose(found, expected, atol=1e-10)


@given(st.integers(0, 1000), st.integers(0, 29), st.floats(-1e6, 1e6))
def test_a_row_never_sees_its_own_target(seed, i, value):
    codes, sizes, target = rows(seed)
    folds = deal_folds(30, 5, seed)
    before = out_of_fold_offsets(codes, sizes, target, 5.0, folds)[i]
    changed = target.copy()
    changed[i] = value
    after = out_of_fold_offsets(codes, sizes, changed, 5.0, folds)[i]
    assert before.tobytes() == after.tobytes()


def test_one_id_is_the_smoothed_mean():
    codes = np.array([0, 0, 1, 1, 1])
    target = np.array([1.0, 3.0, 5.0, 5.0, 6.0])
    offsets = fit_offsets([codes], [2], target, 2.0)[0]
    mean, deviation = target.mean(), target.std()
    expected = [(4.0 + 2 * mean) / 4 - mean, (16.0 + 2 * mean) / 5 - mean]
    np.testing.assert_allclose(offsets[:2] * deviation, expected, atol=1e-12)


def test_equals_scikit_learns_target_encoder():
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    codes, _, target = rows(5, n=200, sizes=(9,))
    codes = np.abs(codes[0])
    theirs = preprocessing.TargetEncoder(smooth=5.0, target_type="continuous")
    expected = theirs.fit(codes[:, None], target).transform(codes[:, None])[:, 0]
    ours = pick_offsets(fit_offsets([codes], [9], target, 5.0), [codes])[:, 0]
    np.testing.assert_allclose(target.mean() + target.std() * ours, expected, atol=1e-12)


def test_the_sum_of_two_columns_recovers_an_additive_target():
    rng = np.random.default_rng(0)
    user, item = rng.integers(0, 10, 2000), rng.integers(0, 8, 2000)
    target = rng.normal(size=10)[user] + rng.normal(size=8)[item]
    picked = pick_offsets(fit_offsets([user, item], [10, 8], target, 0.0), [user, item])
    predicted = target.mean() + target.std() * picked.sum(axis=1)
    np.testing.assert_allclose(predicted, target, atol=1e-6)


def test_constant_and_empty_targets_have_no_offsets():
    assert (fit_offsets([np.array([0, 1])], [2], np.array([3.0, 3.0]), 1.0)[0] == 0.0).all()
    none = fit_offsets([np.empty(0, dtype=np.int64)], [2], np.empty(0), 0.0)[0]
    assert (none == 0.0).all()


@given(st.integers(2, 50), st.integers(2, 6), st.integers(0, 5))
def test_folds_are_even_and_repeatable(n, n_folds, seed):
    folds = deal_folds(n, n_folds, seed)
    counts = np.bincount(folds, minlength=n_folds)
    assert counts.max() - counts.min() <= 1
    assert (folds == deal_folds(n, n_folds, seed)).all()


# The transformer


def amounts(rows, seed):
    return np.random.default_rng(seed).normal(3.0, 2.0, len(rows))


def by_folds(rows, target, folds, **options):
    """scikit-learn's encoding of each fold, learned from the others."""
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    rows = np.where(rows == None, np.nan, rows)  # noqa: E711
    parts = np.unique(folds)
    made = None
    for fold in parts:
        inside = folds == fold
        theirs = preprocessing.TargetEncoder(**options).fit(rows[~inside], target[~inside])
        part = theirs.transform(rows[inside])
        made = np.empty((len(rows), part.shape[1])) if made is None else made
        made[inside] = part
    return made


@given(label_rows(least=6, most=20), st.integers(0, 99), st.sampled_from([0.5, 1.0, 20.0]))
def test_means_are_scikit_learns(rows, seed, smoothing):
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    target = amounts(rows, seed)
    options = {"smooth": smoothing, "target_type": "continuous"}
    theirs = preprocessing.TargetEncoder(**options)
    known = np.where(rows == None, np.nan, rows)  # noqa: E711
    later = known[::-1].copy()
    later[0, 0] = "unknown"
    ours = TargetEncoder(smoothing, n_folds=3, joint=False, random_state=seed)
    folded = ours.fit_transform(rows, target)
    expected = theirs.fit(known, target)
    np.testing.assert_allclose(ours.transform(later), expected.transform(later), atol=1e-12)
    folds = deal_folds(len(rows), 3, seed)
    np.testing.assert_allclose(folded, by_folds(rows, target, folds, **options), atol=1e-12)


@pytest.mark.parametrize("n_classes", [2, 3])
@given(label_rows(least=9, most=20), st.integers(0, 99))
def test_classes_are_scikit_learns(n_classes, rows, seed):
    target = np.array(["no", "perhaps", "yes"])[np.arange(len(rows)) % n_classes * (4 - n_classes)]
    kind = "binary" if n_classes == 2 else "multiclass"
    folds = deal_folds(len(rows), 2, seed)
    if any(len(set(target[folds == fold])) < n_classes for fold in (0, 1)):
        return
    ours = TargetEncoder(2.0, n_folds=2, joint=False, random_state=seed)
    made = ours.fit_transform(rows, target)
    expected = by_folds(rows, target, folds, smooth=2.0, target_type=kind)
    np.testing.assert_allclose(made, expected, atol=1e-12)
    marks = [""] if n_classes == 2 else ["[no]", "[perhaps]", "[yes]"]
    assert ours.groups["x0"] == [f"x0:mean{mark}" for mark in marks]
    assert ours.classes_.tolist() == (["yes"] if n_classes == 2 else ["no", "perhaps", "yes"])


@pytest.mark.parametrize("joint", [True, False])
@pytest.mark.parametrize("classes", [0, 2, 3])
@given(label_rows(least=6, most=20), st.integers(0, 99), st.data())
def test_no_row_of_fit_transform_sees_its_own_target(joint, classes, rows, seed, data):
    n_rows = len(rows)
    target = np.arange(n_rows) % classes if classes else amounts(rows, seed)
    i = data.draw(st.integers(0, n_rows - 1))
    changed = target.copy()
    changed[i] = (target[i] + 1) % classes if classes else data.draw(st.floats(-1e9, 1e9))
    if classes and len(set(changed)) < classes:
        return
    task = "classification" if classes else "regression"
    encoder = TargetEncoder(1.5, n_folds=3, joint=joint, task=task, random_state=seed)
    before, after = encoder.fit_transform(rows, target), encoder.fit_transform(rows, changed)
    assert before[i].tobytes() == after[i].tobytes()
    whole = encoder.fit(rows, target).transform(rows)
    assert whole.shape == before.shape


def test_a_row_would_see_its_own_target_without_folds():
    """What the test above forbids happens in `fit` and `transform`: it can fail."""
    rows, target = [["a"], ["a"], ["b"], ["b"]], np.array([1.0, 2.0, 3.0, 4.0])
    encoder = TargetEncoder(1.0, joint=False)
    before = encoder.fit(rows, target).transform(rows)[0]
    after = encoder.fit(rows, [10.0, *target[1:]]).transform(rows)[0]
    assert before != after


@given(label_rows(least=4, most=15), st.integers(0, 99))
def test_joint_offsets_are_those_of_the_functions(rows, seed):
    target = amounts(rows, seed)
    encoder = TargetEncoder(2.0, n_folds=3, random_state=seed)
    made = encoder.fit_transform(rows, target)
    codes, sizes = [], []
    for j in range(rows.shape[1]):
        known = sorted({label for label in rows[:, j] if label is not None})
        codes.append(np.array([-1 if v is None else known.index(v) for v in rows[:, j]]))
        sizes.append(len(known))
    folds = deal_folds(len(rows), min(3, len(rows)), seed)
    np.testing.assert_array_equal(made, out_of_fold_offsets(codes, sizes, target, 2.0, folds))
    whole = pick_offsets(fit_offsets(codes, sizes, target, 2.0), codes)
    np.testing.assert_array_equal(encoder.transform(rows), whole)
    np.testing.assert_array_equal(
        TargetEncoder(2.0).fit(as_table(rows), target).transform(as_table(rows)), whole
    )
    assert encoder.transform(rows[:1]).tolist() == whole[:1].tolist()


def test_a_tables_own_target_and_task():
    rows = np.array([["a"], ["a"], ["b"], ["b"], ["b"], ["a"]], dtype=object)
    y = Column("y", "categorical", np.array([0, 1, 2, 0, 1, 2]), np.array([3, 5, 9]))
    table = as_table(rows).with_column(y).with_target("y")
    encoder = TargetEncoder().fit(table)
    assert encoder.groups == {"x0": ["x0:offset[3]", "x0:offset[5]", "x0:offset[9]"]}
    assert encoder.transform(table.drop("y")).shape == (6, 3)
    fewer = TargetEncoder(max_classes=2).fit(table)
    assert fewer.classes_.tolist() == [3, 5]
    assert TargetEncoder(task="regression").fit(rows, [3, 5, 9, 3, 5, 9]).classes_ is None


def test_targets_that_cannot_be():
    rows = [["a"], ["b"], ["a"]]
    with pytest.raises(DataError, match="requires y to be passed"):
        TargetEncoder().fit(rows)
    with pytest.raises(DataError, match="contains NaN in row 1"):
        TargetEncoder().fit(rows, [1.0, np.nan, 2.0])
    with pytest.raises(DataError, match="missing in row 2"):
        TargetEncoder().fit(rows, np.array(["x", "y", None], dtype=object))
    with pytest.raises(DataError, match="at least 2 classes"):
        TargetEncoder().fit(rows, ["x", "x", "x"])
    with pytest.raises(DataError, match="X has 3 rows, `y` has 2"):
        TargetEncoder().fit(rows, [1.0, 2.0])
    for options in ({"smoothing": -1}, {"n_folds": 1}, {"task": "rank"}, {"joint": 2}):
        with pytest.raises(ParameterError, match=f"`{next(iter(options))}` must"):
            TargetEncoder(**options).fit(rows, [1.0, 2.0, 3.0])
    constant = TargetEncoder().fit_transform(rows, [2.0, 2.0, 2.0])
    assert (constant == 0.0).all()
    assert TargetEncoder(joint=False).fit_transform([["a"]], [2.0]).tolist() == [[0.0]]
