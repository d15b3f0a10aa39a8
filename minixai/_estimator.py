"""scikit-learn's estimator contract by duck typing, without importing scikit-learn.

Arguments are stored unchanged in ``__init__`` and checked in ``fit``; what is learned
ends in an underscore; scikit-learn's own classes are used only where its caller has
loaded it (tags, its NotFittedError, its output configuration).
"""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, Self

import numpy as np

from minixai._validation import (
    as_matrix,
    as_vector,
    as_weights,
    column_names,
    missing_values,
    one_dimensional,
)
from minixai.errors import DataError, MinixaiError, ParameterError, suggestion
from minixai.protocols import Array

__all__ = [
    "Classifier",
    "Estimator",
    "NotFittedError",
    "Regressor",
    "all_or_nothing",
    "unfitted_copy",
]


class NotFittedError(MinixaiError, ValueError, AttributeError):
    """A learned quantity was asked for before `fit`."""


class Estimator:
    """Base of every model and transformer: parameters, tags, checks of X, saving."""

    _estimator_type: str | None = None
    _allows_nan = False
    _needs_y = True

    @classmethod
    def _parameter_names(cls) -> list[str]:
        signature = inspect.signature(cls.__init__)
        return [name for name in signature.parameters if name != "self"]

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the constructor's arguments by name; ``deep`` adds those of nested estimators."""
        found: dict[str, Any] = {}
        for name in self._parameter_names():
            value = getattr(self, name)
            found[name] = value
            if deep and hasattr(value, "get_params") and not isinstance(value, type):
                nested = value.get_params().items()
                found.update({f"{name}__{inner}": each for inner, each in nested})
        return found

    def set_params(self, **params: Any) -> Self:
        """Set constructor arguments, nested ones as ``name__argument``, and return self.

        Raises
        ------
        ParameterError
            An argument that the constructor does not have.
        """
        names = self._parameter_names()
        nested: dict[str, dict[str, Any]] = {}
        for key, value in params.items():
            name, _, inner = key.partition("__")
            if name not in names:
                raise ParameterError(
                    f"Invalid parameter {name!r} for estimator {self!r}. "
                    f"Valid parameters are: {names}.{suggestion(name, names)}"
                )
            if inner:
                nested.setdefault(name, {})[inner] = value
            else:
                setattr(self, name, value)
        for name, inner_params in nested.items():
            getattr(self, name).set_params(**inner_params)
        return self

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self).__init__).parameters
        changed = []
        for name in self._parameter_names():
            value = getattr(self, name, None)
            if repr(value) != repr(defaults[name].default):
                changed.append(f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(changed)})"

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "n_features_in_")

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import (
            ClassifierTags,
            InputTags,
            RegressorTags,
            Tags,
            TargetTags,
            TransformerTags,
        )

        kind = self._estimator_type
        return Tags(
            estimator_type=kind if kind in ("classifier", "regressor") else None,
            target_tags=TargetTags(required=self._needs_y),
            transformer_tags=TransformerTags() if kind == "transformer" else None,
            classifier_tags=ClassifierTags() if kind == "classifier" else None,
            regressor_tags=RegressorTags() if kind == "regressor" else None,
            input_tags=InputTags(allow_nan=self._allows_nan),
        )

    def save(self, path: Any) -> None:
        """Write the fitted estimator to ``path``; `minixai.load` reads it back."""
        from minixai.files import save

        save(self, path)

    def _learn_columns(self, X: Any, matrix: Array) -> None:
        """Remember the width and the names of what was fitted on."""
        self.n_features_in_ = matrix.shape[1]
        names = column_names(X)
        if names is not None:
            self.feature_names_in_ = np.array(names, dtype=object)
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_

    def _validated_fit(
        self,
        X: Any,
        y: Any,
        *,
        numeric_target: bool,
        min_rows: int = 1,
        any_order: bool = False,
    ) -> tuple[Array, Array]:
        """Return X as a matrix and y in one dimension; learn the columns."""
        matrix = as_matrix(
            X, owner=type(self).__name__, allow_nan=self._allows_nan, any_order=any_order
        )
        if len(matrix) < min_rows:
            raise DataError(
                f"{type(self).__name__} needs at least {min_rows} rows, "
                f"got n_samples = {len(matrix)}."
            )
        to_target = as_vector if numeric_target else one_dimensional
        target = to_target(y, len(matrix))
        self._learn_columns(X, matrix)
        return matrix, target

    def _check_fitted(self) -> None:
        if self.__sklearn_is_fitted__():
            return
        message = f"This {type(self).__name__} is not fitted yet: call `fit` first."
        if "sklearn" in sys.modules:
            from sklearn.exceptions import NotFittedError as Theirs

            raise Theirs(message)
        raise NotFittedError(message)

    def _validated(self, X: Any) -> Array:
        """Return X as a matrix after checking it against what was fitted on."""
        self._check_fitted()
        self._check_names(column_names(X))
        matrix = as_matrix(X, owner=type(self).__name__, allow_nan=self._allows_nan)
        if matrix.shape[1] != self.n_features_in_:
            raise DataError(
                f"X has {matrix.shape[1]} features, but {type(self).__name__} is expecting "
                f"{self.n_features_in_} features as input: give it the columns it was fitted on."
            )
        return matrix

    def _check_names(self, names: list[str] | None) -> None:
        known = getattr(self, "feature_names_in_", None)
        owner = type(self).__name__
        if known is None:
            if names is not None:
                warnings.warn(
                    f"X has feature names, but {owner} was fitted without feature names",
                    UserWarning,
                    stacklevel=4,
                )
            return
        if names is None:
            warnings.warn(
                f"X does not have valid feature names, but {owner} was fitted with feature names",
                UserWarning,
                stacklevel=4,
            )
            return
        if names == list(known):
            return
        unseen = sorted(set(names) - set(known))
        missing = sorted(set(known) - set(names))
        message = "The feature names should match those that were passed during fit.\n"
        if unseen:
            message += "Feature names unseen at fit time:\n" + _listed(unseen)
        if missing:
            message += "Feature names seen at fit time, yet now missing:\n" + _listed(missing)
        if not unseen and not missing:
            message += "Feature names must be in the same order as they were in fit.\n"
        raise DataError(message)


def unfitted_copy(estimator: Any) -> Any:
    """Return a new estimator of the same class and arguments: ours or anyone's, never fitted."""
    return type(estimator)(**deepcopy(estimator.get_params(deep=False)))


@contextmanager
def all_or_nothing(model: Any) -> Iterator[None]:
    """Give ``model`` its present attributes back if what is done inside fails.

    A fit learns widths, names and classes before it has weights; left behind by a fit that
    fails, they would not belong to the weights that the model still has.
    """
    before = dict(vars(model))
    try:
        yield
    except BaseException:
        vars(model).clear()
        vars(model).update(before)
        raise


def _listed(names: list[str]) -> str:
    shown = "".join(f"- {name}\n" for name in names[:5])
    return shown + ("- ...\n" if len(names) > 5 else "")


class Regressor(Estimator):
    """An estimator of numbers; its `score` is R2."""

    _estimator_type = "regressor"

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return R2 of ``predict(X)``: 1 is perfect, 0 no better than the mean of y.

        A constant y gives 1 for a perfect prediction and 0 for any other; with several
        outputs it is their mean.
        """
        predicted = np.asarray(self.predict(X))  # type: ignore[attr-defined]
        if predicted.ndim == 1:
            return _r2(as_vector(y, len(predicted)), predicted, sample_weight)
        targets = np.asarray(y)
        if targets.shape != predicted.shape:
            raise DataError(
                f"`y` must have the shape {predicted.shape} of the prediction, got {targets.shape}."
            )
        columns = [as_vector(targets[:, k]) for k in range(targets.shape[1])]
        parts = [_r2(y_k, predicted[:, k], sample_weight) for k, y_k in enumerate(columns)]
        return float(np.mean(parts))


def check_labels_present(labels: Array) -> None:
    """Raise `DataError` at the first missing label."""
    missing = missing_values(labels)
    if missing.any():
        raise DataError(
            f"`y` has no label in row {int(np.argmax(missing))}: drop the rows without a label."
        )


def _r2(target: Array, predicted: Array, sample_weight: Any) -> float:
    weights = as_weights(sample_weight, len(target))
    error = target - predicted
    spread = target - np.average(target, weights=weights)
    unit = float(np.abs(spread).max()) or 1.0  # squares of 1e200 are no floats
    residual = float(weights @ (error / unit) ** 2)
    total = float(weights @ (spread / unit) ** 2)
    if total == 0.0:
        return 1.0 if residual == 0.0 else 0.0
    return 1.0 - residual / total


class Classifier(Estimator):
    """An estimator of labels; its `score` is the accuracy."""

    _estimator_type = "classifier"
    classes_: Array

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the share of rows whose label is predicted, weighted.

        Raises
        ------
        DataError
            ``y`` has another length, or holds text where the classes are numbers or the reverse.
        """
        predicted = self.predict(X)  # type: ignore[attr-defined]
        labels = one_dimensional(y, len(predicted))
        check_labels_present(labels)
        if isinstance(labels[0], str) != isinstance(self.classes_[0], str):
            raise DataError(
                f"`y` holds labels like {labels[:1].tolist()[0]!r}, but the model knows "
                f"{self.classes_[:3].tolist()}: give both the same type."
            )
        weights = as_weights(sample_weight, len(labels))
        return float(np.average(labels == predicted, weights=weights))

    def _labels_of(self, raw: Array) -> Array:
        """Return the label of the highest raw score; one score above 0 is the second label."""
        if raw.ndim == 2 and raw.shape[1] > 1:
            return np.asarray(self.classes_[raw.argmax(axis=1)])
        return np.asarray(self.classes_[(raw.reshape(-1) > 0).astype(np.int64)])

    def _encode_labels(self, y: Array) -> Array:
        """Set ``classes_`` (sorted) and return each label's index in it, int64.

        Raises
        ------
        DataError
            Continuous numbers, missing labels, or one class only.
        """
        if y.dtype.kind == "c":
            raise DataError("Complex data not supported: labels must be real numbers or text.")
        if y.dtype.kind == "f":
            if not np.isfinite(y).all():
                raise DataError("Input y contains NaN or infinity: drop the rows without a label.")
            if (y != np.floor(y)).any():
                raise DataError(
                    "Unknown label type: continuous. A classifier needs labels; use a regressor, "
                    "or make the target binary first."
                )
        elif missing_values(y).any():
            raise DataError("Input y contains missing labels: drop the rows without a label.")
        try:
            classes, codes = np.unique(y, return_inverse=True)
        except TypeError as error:
            raise DataError("Labels must be of one kind, all text or all numbers.") from error
        if len(classes) < 2:
            raise DataError(
                f"{type(self).__name__} needs at least 2 classes, got one class: "
                f"{classes.tolist()[0]!r}."
            )
        self.classes_ = classes
        return codes.astype(np.int64)

    def _labels_to_state(self) -> dict[str, Any]:
        """Return the labels as JSON can hold them, with the type that brings them back.

        Raises
        ------
        ParameterError
            Labels that are neither numbers nor text.
        """
        kind, labels = self.classes_.dtype, self.classes_.tolist()
        plain = (bool, int, float, str, np.bool_, np.integer, np.float16, np.float32)
        # Dates in nanoseconds become integers in a list, so the kind is asked too.
        if kind.kind not in "biufUTO" or not all(isinstance(each, plain) for each in labels):
            raise ParameterError(
                f"Labels in a file must be numbers or text, got {self.classes_[0]!r} of dtype "
                f"{kind}: fit on y.astype(str)."
            )
        return {
            "classes": labels,
            "classes_dtype": kind.char if kind.kind in "OT" else kind.str,
        }

    @staticmethod
    def _labels_from_state(meta: dict[str, Any]) -> Array:
        return np.array(meta["classes"], dtype=meta.get("classes_dtype"))

    def _known_codes(self, y: Any) -> Array:
        """Return the index of each label in ``classes_``."""
        labels = np.asarray(y)
        codes = np.searchsorted(self.classes_, labels)
        codes = np.minimum(codes, len(self.classes_) - 1)
        wrong = self.classes_[codes] != labels
        if wrong.any():
            raise DataError(
                f"Label {labels[wrong][:1].tolist()[0]!r} was not seen in fit; "
                f"known are {self.classes_[:10].tolist()}."
            )
        return codes.astype(np.int64)
