"""An explanation: one value per row and feature, or pair of features; data only.

Values have shape (n, d), or (n, d, k) for k outputs; of pairs (n, d, d), or (n, d, d, k); never a
list. Where the method is additive, values and base values sum to what was explained, and the gap
is a number.
"""

from __future__ import annotations

import html
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from minixai._column_groups import check_groups
from minixai.errors import DataError, ParameterError, require
from minixai.importance import Importance
from minixai.protocols import Array

__all__ = ["Explanation"]

_ARRAYS = ("values", "base_values", "data", "std_errors", "completeness_gap")
_BY_ROW = ("values", "base_values", "data", "std_errors", "completeness_gap")


@dataclass(frozen=True)
class Explanation:
    """One value per row and feature, with where it came from.

    Parameters
    ----------
    values : array (n, d) or (n, d, k); for pairs (n, d, d) or (n, d, d, k)
        Attributions, in the unit of ``output_unit``.
    base_values : array (n,) or (n, k), optional
        What the values are added to; None for bare gradients.
    data : array (n, d), optional
        The rows explained.
    feature_names : tuple of str (d,)
    method : str
    output_names : tuple of str (k,), optional
    output_unit : str
        ``"raw"``, ``"probability"`` or ``"loss"``.
    std_errors : array like ``values``, optional
        Standard errors, where the values were sampled.
    completeness_gap : array (n,) or (n, k), optional
        Explained output minus (base value + sum of values).
    random_state, n_evaluations : int, optional
    model_fingerprint, background_fingerprint : str, optional
    groups : dict, optional
        Group name -> column names, to fold columns back with `grouped`.
    order : {1, 2}
        How many features one value belongs to: 1, or 2 for interactions.
    """

    values: Array
    base_values: Array | None
    data: Array | None
    feature_names: tuple[str, ...]
    method: str
    output_names: tuple[str, ...] | None = None
    output_unit: str = "raw"
    std_errors: Array | None = None
    completeness_gap: Array | None = None
    random_state: int | None = None
    n_evaluations: int | None = None
    model_fingerprint: str | None = None
    background_fingerprint: str | None = None
    groups: dict[str, list[str]] | None = None
    order: int = 1

    def __post_init__(self) -> None:
        if self.order not in (1, 2):
            raise ParameterError(f"`order` must be 1 or 2, got {self.order!r}.")
        for axis in self._feature_axes(self._has_rows):
            if self.values.shape[axis] != len(self.feature_names):
                raise DataError(
                    f"Explanation of {self.values.shape[axis]} features needs as many names, "
                    f"got {len(self.feature_names)}."
                )

    @property
    def _has_rows(self) -> bool:
        """Whether the first axis of ``values`` is the row axis (an item has none)."""
        n_axes = 1 + self.order + (self.output_names is not None)
        return self.values.ndim >= n_axes

    def _feature_axes(self, has_rows: bool) -> range:
        return range(int(has_rows), int(has_rows) + self.order)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of ``values``."""
        return self.values.shape

    def __len__(self) -> int:
        if not self._has_rows:
            raise ParameterError("One explained row has no length: slice rows before picking one.")
        return len(self.values)

    def __getitem__(self, key: Any) -> Explanation:
        """Return some rows (an index drops the row axis), or ``[rows, feature(s)]``."""
        rows, features = key if isinstance(key, tuple) else (key, slice(None))
        if not self._has_rows:
            raise ParameterError("One explained row cannot be sliced further.")
        changes: dict[str, Any] = {
            name: None if getattr(self, name) is None else np.asarray(getattr(self, name))[rows]
            for name in _BY_ROW
        }
        if isinstance(features, slice) and features == slice(None):
            return replace(self, **changes)
        columns = self._columns(features)
        axes = self._feature_axes(changes["values"].ndim >= self.values.ndim)
        for name in ("values", "data", "std_errors"):
            for axis in axes if name != "data" else axes[:1]:
                if changes[name] is not None:
                    changes[name] = np.take(changes[name], columns, axis=axis)
        changes["feature_names"] = tuple(self.feature_names[j] for j in columns)
        changes["groups"] = None
        changes["completeness_gap"] = None  # of all features together, not of a part
        return replace(self, **changes)

    def _columns(self, features: Any) -> list[int]:
        if isinstance(features, str):
            features = [features]
        if isinstance(features, (int, np.integer)):
            features = [int(features)]
        if isinstance(features, slice):
            return list(range(*features.indices(len(self.feature_names))))
        names = list(self.feature_names)
        return [names.index(each) if isinstance(each, str) else int(each) for each in features]

    def importance(self) -> Importance:
        """Return the mean absolute value per feature (over rows, and outputs if there are k).

        Raises
        ------
        ParameterError
            An explanation of pairs: an importance belongs to one feature.
        """
        if self.order > 1:
            raise ParameterError(
                "An importance has one value a feature, and this explanation one a pair: use the "
                "explanation of single features, or numpy.abs(explanation.values).mean(axis=0)."
            )
        size = np.abs(self.values)
        if size.ndim == 3:
            size = size.mean(axis=2)
        return Importance(
            mean=size.mean(axis=0),
            feature_names=self.feature_names,
            method=self.method,
            std=size.std(axis=0),
            n_repeats=len(size),
            groups=self.groups,
            random_state=self.random_state,
            n_evaluations=self.n_evaluations,
        )

    def grouped(self, groups: dict[str, list[Any]] | None = None) -> Explanation:
        """Return the explanation with each group's values summed (not a grouped game).

        Of pairs, all those between two groups are summed, those within a group on the diagonal.
        """
        groups = self.groups if groups is None else groups
        players = check_groups(groups, self.feature_names)
        values = self.values
        for axis in self._feature_axes(has_rows=True):
            parts = [np.take(values, own, axis).sum(axis=axis) for own in players.values()]
            values = np.stack(parts, axis=axis)
        folded = {
            name: [self.feature_names[j] for j in columns] for name, columns in players.items()
        }
        return replace(
            self,
            values=values,
            data=None,
            feature_names=tuple(players),
            std_errors=None,  # those of a sum need the covariances
            groups=folded,
        )

    def to_frame(self) -> Any:
        """Return a pandas DataFrame: a column for each feature, pair (feature, with) and output."""
        pandas = require("pandas", "table")
        if self.values.ndim == 2:
            return pandas.DataFrame(self.values, columns=list(self.feature_names))
        levels: list[Any] = [self.feature_names] * self.order
        names = ["feature", "with"][: self.order]
        if self.values.ndim > 1 + self.order:
            levels.append(self.output_names or tuple(map(str, range(self.values.shape[-1]))))
            names.append("output")
        columns = pandas.MultiIndex.from_product(levels, names=names)
        return pandas.DataFrame(self.values.reshape(len(self.values), -1), columns=columns)

    def to_shap(self) -> Any:
        """Return a ``shap.Explanation`` with the same values."""
        shap = require("shap", "peers")
        return shap.Explanation(
            self.values, self.base_values, self.data, feature_names=list(self.feature_names)
        )

    def save(self, path: Any) -> None:
        """Write the explanation to ``path``; `minixai.load` reads it back."""
        from minixai.files import save

        save(self, path)

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        meta = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in _ARRAYS}
        arrays = {name: np.asarray(getattr(self, name)) for name in _ARRAYS}
        return meta, {k: v for k, v in arrays.items() if getattr(self, k) is not None}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Explanation:
        names = {
            name: None if meta[name] is None else tuple(meta[name])
            for name in ("feature_names", "output_names")
        }
        absent = {name: None for name in _ARRAYS if name not in arrays}
        return cls(**{**meta, **names, **arrays, **absent})

    def __repr__(self) -> str:
        return f"Explanation({self.method}, shape={self.shape}, unit={self.output_unit!r})"

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"
