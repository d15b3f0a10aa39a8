"""What an unfitted estimator promises: scikit-learn's habits, without scikit-learn."""

import numpy as np
import pytest

from minixai.errors import DataError, ParameterError

__all__ = ["CHECKS"]


def check_parameters_are_stored_unchanged(make, X, y):
    estimator = make()
    given = estimator.get_params(deep=False)
    twin = type(estimator)(**given)
    assert twin.get_params(deep=False) == given
    assert set(vars(estimator)) == set(given), "the constructor stores its arguments and no more"
    estimator.fit(X, y)
    assert estimator.get_params(deep=False) == given, "fitting leaves the arguments alone"
    assert repr(estimator).startswith(type(estimator).__name__)


def check_unknown_parameters_are_refused(make, X, y):
    estimator = make()
    first = next(iter(estimator.get_params()))
    with pytest.raises(ParameterError, match=f"Did you mean '{first}'"):
        estimator.set_params(**{first + "x": 1})


def check_fit_returns_self_and_learns_widths(make, X, y):
    estimator = make()
    with pytest.raises((ValueError, AttributeError), match="not fitted"):
        getattr(estimator, "predict", getattr(estimator, "transform", None))(X)
    assert estimator.fit(X, y) is estimator
    assert estimator.n_features_in_ == X.shape[1]
    with pytest.raises(DataError, match=r"features, but .* is expecting"):
        getattr(estimator, "predict", getattr(estimator, "transform", None))(X[:, :-1])


def check_the_same_fit_twice_gives_the_same_bits(make, X, y):
    ask = "predict" if hasattr(make(), "predict") else "transform"
    first = getattr(make().fit(X, y), ask)(X)
    again = make().fit(X, y)
    assert np.array_equal(getattr(again, ask)(X), first)
    assert np.array_equal(getattr(again.fit(X, y), ask)(X), first), "a refit starts afresh"


def check_bad_input_is_named(make, X, y):
    spoiled = X.copy()
    spoiled[3, 1] = np.inf
    with pytest.raises(DataError, match=r"infinity in column 1, row 3"):
        make().fit(spoiled, y)
    with pytest.raises(DataError, match="0 sample"):
        make().fit(X[:0], y[:0])
    with pytest.raises(DataError, match="2-D"):
        make().fit(X[:, 0], y)


def check_text_is_named(make, X, y):
    text = X.astype(object)
    text[2, 0] = "red"
    with pytest.raises(DataError, match=r"Column 0 holds text \('red'\)"):
        make().fit(text, y)


def check_a_refit_that_fails_changes_nothing(make, X, y):
    ask = "predict" if hasattr(make(), "predict") else "transform"
    estimator = make().fit(X, y)
    before = getattr(estimator, ask)(X)
    wider = np.hstack([X, np.full((len(X), 1), np.nan)])
    lost = np.full(len(X), np.nan)
    for rows, targets in ((wider, y), (wider[:, :-2], lost), (wider[:, :-2], y[:-1])):
        try:
            estimator.fit(rows, targets)
        except DataError:
            assert np.array_equal(getattr(estimator, ask)(X), before)
        else:
            estimator.fit(X, y)


CHECKS = [
    check_parameters_are_stored_unchanged,
    check_unknown_parameters_are_refused,
    check_fit_returns_self_and_learns_widths,
    check_the_same_fit_twice_gives_the_same_bits,
    check_bad_input_is_named,
    check_text_is_named,
    check_a_refit_that_fails_changes_nothing,
]
