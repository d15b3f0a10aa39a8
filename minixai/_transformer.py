"""What every transformer of columns shares: names, the way back to the columns it was given.

A transformer says in ``_output_columns`` which columns it makes and which input each stands for;
names, ``groups`` and containers follow from that. A chain of transformers composes their groups
(`composed_groups`), so an explanation of encoded columns folds back to what people know.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from minixai._estimator import Estimator
from minixai._validation import as_matrix
from minixai.errors import DataError, ParameterError, require
from minixai.protocols import Array

__all__ = ["Transformer", "composed_groups", "finite_result"]


class Transformer(Estimator):
    """An estimator that turns columns into columns; `set_output` chooses the container."""

    _estimator_type = "transformer"
    _needs_y = False
    _trains_apart = False  # whether `fit_transform` makes something else of rows than `transform`

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Fit on ``X`` and return it transformed."""
        return self.fit(X, y).transform(X)  # type: ignore[attr-defined]

    def get_feature_names_out(self, input_features: Any = None) -> Array:
        """Return the names of the columns made (n_outputs,), object.

        Parameters
        ----------
        input_features : sequence of str, optional
            Names of the columns given to `fit`, where they had none; None: those learned.

        Raises
        ------
        ParameterError
            Another number of names, or names that differ from those learned.
        """
        made = self._output_columns(self._input_names(input_features))
        return np.array([name for name, _ in made], dtype=object)

    @property
    def groups(self) -> dict[str, list[str]]:
        """Input column -> names of the columns made from it.

        A column made from several inputs, such as a product, is a group of its own.
        """
        found: dict[str, list[str]] = {}
        for name, source in self._output_columns(self._input_names(None)):
            found.setdefault(source, []).append(name)
        return found

    def _output_columns(self, names: list[str]) -> list[tuple[str, str]]:
        """Return (name, group) of every column made from inputs with these names."""
        return [(name, name) for name in names]

    def _input_names(self, given: Any) -> list[str]:
        self._check_fitted()
        learned = getattr(self, "feature_names_in_", None)
        if given is None:
            n_columns = range(self.n_features_in_)
            return [f"x{j}" for j in n_columns] if learned is None else [str(n) for n in learned]
        names = [str(name) for name in given]
        if len(names) != self.n_features_in_:
            raise ParameterError(
                f"`input_features` must hold {self.n_features_in_} names, got {len(names)}."
            )
        if learned is not None and names != list(learned):
            raise ParameterError("`input_features` is not equal to feature_names_in_: pass None.")
        return names

    def set_output(self, *, transform: str | None = None) -> Self:
        """Choose what `transform` returns: "default" (array) or "pandas"; None changes nothing."""
        if transform not in (None, "default", "pandas"):
            raise ParameterError(f"`transform` must be 'default' or 'pandas', got {transform!r}.")
        if transform is not None:
            self._sklearn_output_config = {"transform": transform}
        return self

    def _output(self, matrix: Array, X: Any) -> Any:
        """Wrap a transformed matrix as `set_output` or scikit-learn's configuration asks."""
        config = getattr(self, "_sklearn_output_config", {})
        wanted = config.get("transform")
        if wanted is None and "sklearn" in sys.modules:
            wanted = sys.modules["sklearn"].get_config()["transform_output"]
        if wanted != "pandas":
            return matrix
        pandas = require("pandas", "table")
        columns = self.get_feature_names_out()
        return pandas.DataFrame(matrix, columns=columns, index=getattr(X, "index", None))

    def _validated_inverse(self, X: Any) -> Array:
        """Return what is to be turned back, checked against the columns that `transform` makes."""
        self._check_fitted()
        matrix = as_matrix(X, owner=type(self).__name__, allow_nan=self._allows_nan)
        n_columns = len(self._output_columns(self._input_names(None)))
        if matrix.shape[1] != n_columns:
            raise DataError(
                f"X has {matrix.shape[1]} columns, and transform gives {n_columns}: "
                "pass what it gave."
            )
        return matrix

    def _column_state(self) -> dict[str, Any]:
        """Return what `fit` learned about its columns, and the arguments, as JSON can hold them."""
        self._check_fitted()
        names = getattr(self, "feature_names_in_", None)
        params = self.get_params()
        return {
            "params": params,
            "tuples": [key for key, value in params.items() if isinstance(value, tuple)],
            "n_features": self.n_features_in_,
            "names": None if names is None else [str(name) for name in names],
        }

    @classmethod
    def _with_column_state(cls, meta: Mapping[str, Any]) -> Self:
        """Return a transformer with the arguments and columns of a saved one."""
        lists = meta.get("tuples", ())  # JSON knows lists only
        tuples = {key: tuple(meta["params"][key]) for key in lists}
        made = cls(**{**meta["params"], **tuples})
        made.n_features_in_ = int(meta["n_features"])
        if meta["names"] is not None:
            made.feature_names_in_ = np.array(meta["names"], dtype=object)
        return made


def finite_result(made: Array, dtype: Any, names: Sequence[str] | Array) -> Array:
    """Return computed columns in the type of the input, none of them beyond its range.

    Raises
    ------
    DataError
        A result that is infinite there; its column, of ``names``, and row are told.
    """
    with np.errstate(over="ignore"):
        matrix = np.ascontiguousarray(made, dtype=dtype)
    wrong = np.isinf(matrix)
    if wrong.any():
        row, j = (int(k) for k in np.argwhere(wrong)[0])
        raise DataError(
            f"Column {names[j]!r}, row {row}: the result is beyond {matrix.dtype}: clip or rescale "
            "the column first (minixai.data.Winsorizer)."
        )
    return matrix


def composed_groups(steps: Sequence[Mapping[str, Sequence[str]]]) -> dict[str, list[str]]:
    """Return the groups of a chain, from the first step's inputs to the last step's columns.

    Parameters
    ----------
    steps : sequence of groups
        Each maps a column to the columns that its step made from it. A column that a step made
        from several inputs keeps its own name.
    """
    source: dict[str, str] = {}
    for number, groups in enumerate(steps):
        source = {
            made: group if number == 0 else source.get(group, group)
            for group, columns in groups.items()
            for made in columns
        }
    found: dict[str, list[str]] = {}
    for made, group in source.items():
        found.setdefault(group, []).append(made)
    return found
