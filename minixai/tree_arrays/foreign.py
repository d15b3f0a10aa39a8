"""Models of other libraries read into `TreeArrays`, without a line of those libraries imported.

A model is known by the module of its class, or of a class that it is derived from; it is read
through its own fitted attributes or its own saved form.
"""

from __future__ import annotations

from typing import Any

from minixai._estimator import NotFittedError
from minixai._validation import check_model
from minixai.errors import ParameterError
from minixai.protocols import TreeEnsemble
from minixai.tree_arrays.arrays import TreeArrays
from minixai.tree_arrays.lightgbm_trees import read_lightgbm
from minixai.tree_arrays.scikit_learn_trees import scikit_learn_reader
from minixai.tree_arrays.xgboost_trees import read_xgboost

__all__ = ["as_tree_arrays"]

_READ = (
    "our trees, forests and boosting, scikit-learn's decision trees, extra trees, forests, "
    "GradientBoosting and HistGradientBoosting, LightGBM and XGBoost"
)


def as_tree_arrays(model: Any) -> TreeArrays:
    """Return a fitted model of trees as arrays.

    Parameters
    ----------
    model : object
        A `TreeArrays`, a model with ``tree_arrays()``, or a fitted model of scikit-learn
        (decision and extra trees, forests, GradientBoosting, HistGradientBoosting), LightGBM or
        XGBoost (boosters and estimators). The trees are those that its own ``predict`` uses:
        after early stopping those up to the best one, but all of them for a bare XGBoost Booster.

    Returns
    -------
    TreeArrays
        Its ``predict`` is the model's raw score: the mean of a regressor, the mean share of each
        class in a forest's leaves, ``decision_function`` of boosting, ``raw_score`` and
        ``output_margin`` of LightGBM and XGBoost (of a random forest of LightGBM the mean, as its
        ``predict`` has it). A binary classifier has one output, the second
        class. Thresholds are moved so that float64 rows go where the model sends them after
        rounding to float32. Covers are the weights of training rows in scikit-learn's classic
        trees, their number in HistGradientBoosting and LightGBM, the sum of second derivatives in
        XGBoost. Missing values are NaN, and a bare XGBoost Booster does not say if it was fitted
        on a DMatrix with others. Columns of categories hold whole numbers: the categories
        themselves where they are such, else the codes that the model gave to the words.

    Raises
    ------
    ParameterError
        No model of trees, or one that the arrays cannot hold; the message says what to do.
    NotFittedError
        The model is not fitted yet.

    Examples
    --------
    >>> stump = TreeArrays(1, [0, -1, -1], [0.5, 0, 0], [1, -1, -1], [2, -1, -1],
    ...                    [[0.0], [-1.0], [2.0]], [4, 3, 1])
    >>> as_tree_arrays(stump) is stump
    True
    """
    if isinstance(model, TreeArrays):
        return model
    check_model(model)
    if isinstance(model, TreeEnsemble):
        return as_tree_arrays(model.tree_arrays())
    reader = _reader(model)
    if isinstance(reader, str) or reader is None:
        raise ParameterError(
            f"`model` must be trees that can be read, got {type(model).__name__}: "
            f"{reader or f'what is read are {_READ}'}."
        )
    if not _is_fitted(model):
        raise NotFittedError(f"This {type(model).__name__} is not fitted yet: call `fit` first.")
    arrays: TreeArrays = reader(model)
    return arrays


def _reader(model: Any) -> Any:
    """Return what reads the model, or the reason why nothing does, or None."""
    for each in type(model).__mro__:
        library = each.__module__.partition(".")[0]
        if library == "sklearn":
            found = scikit_learn_reader(each.__name__)
            if found is not None:
                return found
        elif library == "lightgbm" and each.__name__ in ("Booster", "LGBMModel"):
            return read_lightgbm
        elif library == "xgboost" and each.__name__ in ("Booster", "XGBModel"):
            return read_xgboost
    return None


def _is_fitted(model: Any) -> bool:
    asked = getattr(model, "__sklearn_is_fitted__", None)
    if asked is not None:
        return bool(asked())
    learned = ("tree_", "estimators_", "_predictors")
    return not hasattr(model, "fit") or any(hasattr(model, name) for name in learned)
