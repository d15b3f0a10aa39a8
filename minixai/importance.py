"""An importance: one value per feature, with its spread. Higher = matters more."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai.errors import DataError, require
from minixai.protocols import Array

__all__ = ["Importance"]


@dataclass(frozen=True)
class Importance:
    """How much each feature matters to a model, globally.

    Parameters
    ----------
    mean : array (n_features,)
        The importance; higher matters more.
    feature_names : tuple of str
        Features, or groups of them.
    method : str
        Where the numbers come from, e.g. ``"permutation"``.
    std : array (n_features,), optional
        Spread over repeats (ddof 0).
    n_repeats : int, optional
    repeats : array (n_features, n_repeats), optional
        The single repeats.
    metric : str, optional
        The metric whose change is measured.
    baseline_score : float, optional
        The metric on the untouched data.
    groups : dict, optional
        Group name -> column names, where features were grouped.
    random_state, n_evaluations : int, optional
    """

    mean: Array
    feature_names: tuple[str, ...]
    method: str
    std: Array | None = None
    n_repeats: int | None = None
    repeats: Array | None = None
    metric: str | None = None
    baseline_score: float | None = None
    groups: dict[str, list[str]] | None = None
    random_state: int | None = None
    n_evaluations: int | None = None

    def __post_init__(self) -> None:
        if len(self.feature_names) != len(self.mean):
            raise DataError(
                f"{len(self.mean)} importances need as many names, got {len(self.feature_names)}."
            )

    @property
    def std_error(self) -> Array | None:
        """Standard error of the mean over repeats: ``std / sqrt(n_repeats)``."""
        if self.std is None or self.n_repeats is None:
            return None
        error: Array = self.std / np.sqrt(self.n_repeats)
        return error

    def order(self) -> Array:
        """Return feature indices, the most important first; ties by position."""
        ranked: Array = np.argsort(-self.mean, kind="stable")
        return ranked

    def __getitem__(self, name: str) -> float:
        return float(self.mean[self.feature_names.index(name)])

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-able values."""
        return {
            "mean": self.mean.tolist(),
            "feature_names": list(self.feature_names),
            "method": self.method,
            "std": None if self.std is None else self.std.tolist(),
            "n_repeats": self.n_repeats,
            "repeats": None if self.repeats is None else self.repeats.tolist(),
            "metric": self.metric,
            "baseline_score": self.baseline_score,
            "groups": self.groups,
            "random_state": self.random_state,
            "n_evaluations": self.n_evaluations,
        }

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Importance:
        """Rebuild an importance from `to_dict`."""
        arrays = {
            name: None if fields[name] is None else np.array(fields[name], dtype=np.float64)
            for name in ("mean", "std", "repeats")
        }
        return cls(**{**fields, **arrays, "feature_names": tuple(fields["feature_names"])})

    def to_frame(self) -> Any:
        """Return a pandas DataFrame indexed by feature, the most important first."""
        pandas = require("pandas", "table")
        columns = {"mean": self.mean}
        if self.std is not None:
            columns["std"] = self.std
        if self.std_error is not None:
            columns["std_error"] = self.std_error
        index = pandas.Index(self.feature_names, name="feature")
        return pandas.DataFrame(columns, index=index).iloc[self.order()]

    def save(self, path: Any) -> None:
        """Write the importance to ``path``; `minixai.load` reads it back."""
        from minixai.files import save

        save(self, path)

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        fields = self.to_dict()
        names = [name for name in ("mean", "std", "repeats") if fields.pop(name) is not None]
        return fields, {name: getattr(self, name) for name in names}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Importance:
        return cls(**{**meta, **arrays, "feature_names": tuple(meta["feature_names"])})

    def __str__(self) -> str:
        width = max((len(name) for name in self.feature_names), default=0)
        lines = [f"{self.method} importance" + (f" ({self.metric})" if self.metric else "")]
        error = self.std_error
        for j in self.order():
            spread = "" if error is None else f" +- {error[j]:.2g}"
            lines.append(f"  {self.feature_names[j]:<{width}}  {self.mean[j]: .4g}{spread}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"
