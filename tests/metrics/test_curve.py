import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.errors import DataError, DataWarning
from minixai.metrics import (
    average_precision,
    lift_curve,
    precision_recall_curve,
    roc_auc,
    roc_curve,
)
from tests.metrics.draws import close, plain, scored, told
from tests.reference import metric as reference


def peer():
    return pytest.importorskip("sklearn.metrics")


@given(drawn=scored(), second=st.booleans(), drop=st.booleans())
def test_roc_curve_equals_scikit_learn(drawn, second, drop):
    y, s, w, known = drawn
    options = {"pos_label": plain(known)[int(second)].item(), "drop_intermediate": drop}
    found, warned = told(lambda: roc_curve(y, s, w, **options))
    other, warned_too = told(lambda: peer().roc_curve(plain(y), s, sample_weight=w, **options))
    close(found.false_positive_rate, other[0])
    close(found.true_positive_rate, other[1])
    np.testing.assert_array_equal(found.thresholds, other[2])
    assert warned == warned_too


@given(drawn=scored(), second=st.booleans(), drop=st.booleans())
def test_precision_recall_curve_equals_scikit_learn(drawn, second, drop):
    y, s, w, known = drawn
    options = {"pos_label": plain(known)[int(second)].item(), "drop_intermediate": drop}
    found, warned = told(lambda: precision_recall_curve(y, s, w, **options))
    other, warned_too = told(
        lambda: peer().precision_recall_curve(plain(y), s, sample_weight=w, **options)
    )
    close(found.precision, other[0])
    close(found.recall, other[1])
    np.testing.assert_array_equal(found.thresholds, other[2])
    assert warned == warned_too


@given(drawn=scored(both=True))
def test_curves_hold_the_measures_that_are_drawn_beside_them(drawn):
    y, s, w, known = drawn
    assert roc_curve(y, s, w).area == roc_auc(y, s, w)
    curve = precision_recall_curve(y, s, w)
    assert curve.average_precision == average_precision(y, s, w)
    close(curve.prevalence, np.average(y == known[1], weights=w))
    assert curve.precision[0] == pytest.approx(curve.prevalence)
    whole = roc_curve(y, s, w, drop_intermediate=False)
    straight = roc_curve(y, s, w)
    areas = [np.trapezoid(c.true_positive_rate, c.false_positive_rate) for c in (whole, straight)]
    close(areas, [straight.area] * 2)


@given(drawn=scored(both=True))
def test_lift_curve_equals_the_naive_twin(drawn):
    y, s, w, known = drawn
    curve = lift_curve(y, s, w)
    ones, weight = (y == known[1]).astype(int), np.ones(len(y)) if w is None else w
    assert curve.thresholds[0] == np.inf
    for share, gain, lift, t in zip(
        curve.share, curve.gain, curve.lift, curve.thresholds, strict=True
    ):
        twin = reference.gain(ones, s, weight, t)
        close((share, gain), twin)
        if share > 0:
            close(lift, twin[1] / twin[0])
    assert curve.lift[0] == curve.lift[1]
    assert curve.share[-1] == curve.gain[-1] == curve.lift[-1] == 1.0
    close(curve.prevalence, np.average(ones, weights=weight))


def test_perfect_scores_gain_all_at_the_prevalence():
    curve = lift_curve(["no"] * 8 + ["yes"] * 2, np.arange(10))
    assert curve.prevalence == 0.2
    assert curve.gain[curve.share == 0.2] == 1.0
    assert curve.lift[1] == 5.0


def test_rows_without_weight_make_no_threshold():
    for curve in (roc_curve, precision_recall_curve, lift_curve):
        found = curve([0, 1, 1], [0.1, 0.5, 0.9], [1, 1, 0])
        other = curve([0, 1], [0.1, 0.5], [1, 1])
        for field in dataclasses.fields(found):
            np.testing.assert_array_equal(getattr(found, field.name), getattr(other, field.name))


def test_one_of_three_classes_is_set_against_the_rest():
    y, s = np.array(["a", "b", "c", "a"]), [0.9, 0.1, 0.8, 0.7]
    assert roc_curve(y, s, pos_label="a").area == roc_auc(y == "a", s)
    with pytest.raises(DataError, match="two classes, got 3"):
        roc_curve(y, s)


def test_a_class_that_does_not_occur_is_told():
    with pytest.warns(DataWarning, match="No row is of class 1: the true positive rate is NaN"):
        assert np.isnan(roc_curve([0, 0], [0.1, 0.2]).true_positive_rate).all()
    with pytest.warns(DataWarning, match="No row is of class 0: the false positive rate is NaN"):
        assert np.isnan(roc_curve([1, 1], [0.1, 0.2]).area)
    with pytest.warns(DataWarning, match="the gain is NaN"):
        assert np.isnan(lift_curve([0, 0], [0.1, 0.2]).lift).all()
    with pytest.warns(DataWarning, match="recall is set to 1"):
        curve = precision_recall_curve([0, 0], [0.1, 0.2])
    assert curve.recall.tolist() == [1.0, 1.0, 0.0]
    assert curve.average_precision == curve.prevalence == 0.0


def test_a_curve_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        roc_curve([0, 1], [0.1, 0.2]).area = 1.0


def test_bad_scores_are_named():
    for curve in (roc_curve, precision_recall_curve, lift_curve):
        with pytest.raises(DataError, match="NaN in row 1"):
            curve([0, 1], [0.1, np.nan])
        with pytest.raises(DataError, match=r"shape \(2,\), got \(3,\)"):
            curve([0, 1], [0.1, 0.2, 0.3])
