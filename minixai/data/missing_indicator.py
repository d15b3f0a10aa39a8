r"""Where values are missing, as 0/1 columns.

.. math::
    z_{ij} = [x_{ij} \text{ is missing}]                                              (1)

Gaps often say something (an income not told, a test not made), which is lost once they are
filled. The numbers are those of scikit-learn's MissingIndicator, as float64 here.

Cost: one pass over the rows of each column.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minixai.data.column import Column
from minixai.data.column_encoding import TargetBlindEncoder
from minixai.errors import check_option
from minixai.protocols import Array

__all__ = ["MissingIndicator"]


class MissingIndicator(TargetBlindEncoder):
    """Make a 0/1 column of where each column is missing.

    Parameters
    ----------
    features : {"missing-only", "all"}
        Which columns have an indicator: those with gaps in training, or all.

    Attributes
    ----------
    features_ : array, int64
        Positions of the columns that have one.

    Examples
    --------
    >>> from minixai.data import MissingIndicator
    >>> indicator = MissingIndicator().fit([["a", 1.0], ["b", None]])
    >>> indicator.transform([[None, 2.0], ["b", None]]).ravel()
    array([0., 1.])
    >>> list(indicator.get_feature_names_out())
    ['x1=(missing)']
    """

    features_: Array

    def __init__(self, features: str = "missing-only") -> None:
        self.features = features

    def _check_options(self) -> None:
        check_option("features", self.features, ("missing-only", "all"))

    def _learn(self, columns: list[Column]) -> dict[str, Any]:
        wanted = [self.features == "all" or bool(column.missing.any()) for column in columns]
        return {"features_": np.flatnonzero(wanted).astype(np.int64)}

    def _write(self, columns: list[Column], matrix: Array, first: int) -> None:
        for place, j in enumerate(self.features_):
            matrix[:, first + place] = columns[j].missing  # (1)

    def _made_columns(self, names: list[str]) -> list[tuple[str, str]]:
        return [(f"{names[j]}=(missing)", names[j]) for j in self.features_]

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        return self._column_state(), {"features": self.features_}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> MissingIndicator:
        indicator = cls._with_column_state(meta)
        indicator.features_ = arrays["features"]
        return indicator
