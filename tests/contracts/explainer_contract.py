"""What an explainer promises, whatever its method."""

import numpy as np
import pytest

from minixai.errors import ParameterError

__all__ = ["CHECKS"]


def check_shapes_and_names(explainer, model, X):
    found = explainer.explain(X)
    outputs = () if found.output_names is None else (len(found.output_names),)
    assert found.values.shape in {(*X.shape, *outputs), X.shape}
    assert np.isfinite(found.values).all()
    assert len(found.feature_names) == X.shape[1]
    assert found.method
    assert found.output_unit in ("raw", "probability", "loss")
    assert np.array_equal(found.data, X)
    assert len(found) == len(X)
    square = X[: X.shape[1]]  # as many rows as columns: names must stay those of columns
    assert explainer.explain(square).feature_names == found.feature_names


def check_rows_do_not_depend_on_neighbours(explainer, model, X):
    together = explainer.explain(X)
    for i in (0, len(X) - 1):
        alone = explainer.explain(X[i : i + 1])
        np.testing.assert_allclose(alone.values[0], together.values[i], rtol=1e-10, atol=1e-12)


def check_the_same_call_twice(explainer, model, X):
    first, second = explainer.explain(X), explainer.explain(X)
    assert first.values.tobytes() == second.values.tobytes()
    assert first.model_fingerprint == second.model_fingerprint


def check_options(explainer, model, X):
    other = explainer.with_options()
    assert other is not explainer
    assert np.array_equal(other.explain(X).values, explainer.explain(X).values)
    with pytest.raises(ParameterError, match="Did you mean 'output'"):
        explainer.with_options(outptu=0)


def check_importance_and_slices(explainer, model, X):
    found = explainer.explain(X)
    importance = found.importance()
    assert importance.mean.shape == (X.shape[1],)
    assert (importance.mean >= 0).all()
    assert np.array_equal(found[0].values, found.values[0])
    assert np.array_equal(found[1:3].values, found.values[1:3])
    name = found.feature_names[1]
    assert np.array_equal(found[:, name].values, found.values[:, [1]])


CHECKS = [
    check_shapes_and_names,
    check_rows_do_not_depend_on_neighbours,
    check_the_same_call_twice,
    check_options,
    check_importance_and_slices,
]
