"""The score of an estimator: several outputs, and what cannot be scored."""

import re

import numpy as np
import pytest

from minixai import metrics
from minixai.compression import measure
from minixai.errors import DataError
from minixai.explain import permutation_importance
from minixai.linear import LinearRegression
from minixai.neural import MLPClassifier, MLPRegressor

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
WIDE = np.column_stack([X[:, 0], 2 * X[:, 1] + 1])


@pytest.fixture(scope="module")
def two_outputs():
    return MLPRegressor((8,), learning_rate=0.02, n_epochs=60, random_state=0).fit(X, WIDE)


@pytest.fixture(scope="module")
def classifier():
    return MLPClassifier((4,), n_epochs=3, random_state=0).fit(X, (X[:, 0] > 0).astype(int))


def test_several_outputs_score_by_their_mean(two_outputs):
    predicted = two_outputs.predict(X)
    each = [metrics.r2(WIDE[:, k], predicted[:, k]) for k in range(2)]
    assert min(each) > 0.9
    np.testing.assert_allclose(two_outputs.score(X, WIDE), np.mean(each), rtol=1e-12)


def test_several_outputs_are_measured_and_permuted(two_outputs):
    name = "mean_squared_error"
    error = ((two_outputs.predict(X) - WIDE) ** 2).mean()
    np.testing.assert_allclose(metrics.mean_squared_error(WIDE, two_outputs.predict(X)), error)
    np.testing.assert_allclose(measure(two_outputs, X, WIDE, metric=name).metric_value, error)
    importance = permutation_importance(two_outputs, X, WIDE, random_state=0).mean
    assert importance.argmin() == 2


def test_measures_of_several_outputs_need_one_shape(two_outputs):
    with pytest.raises(DataError, match=re.escape("(60, 2) and `y_pred` (60, 3)")):
        metrics.r2(WIDE, X)
    with pytest.raises(DataError, match=re.escape("must have the shape (60, 2)")):
        two_outputs.score(X, X)


def test_a_score_needs_as_many_targets_as_rows(classifier):
    regressor = LinearRegression().fit(X, X[:, 0])
    for model in (classifier, regressor):
        with pytest.raises(DataError, match="X has 60 rows"):
            model.score(X, np.zeros(59))
        with pytest.raises(DataError, match="is None"):
            model.score(X, None)
        with pytest.raises(DataError, match="1d array"):
            model.score(X, np.zeros((60, 2)))


def test_text_is_no_label_of_numbers(classifier):
    with pytest.raises(DataError, match="'1', but the model knows"):
        classifier.score(X, np.where(X[:, 0] > 0, "1", "0"))
