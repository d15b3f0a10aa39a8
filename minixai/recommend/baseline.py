r"""The bias baseline: what a rating is before anything about taste is known.

.. math::
    \hat r_{ui} &= \mu + b_u + b_i                                                       (1) \\
    b_i &= \sum_{u \in R(i)} (r_{ui} - \mu - b_u) / (\lambda_i + |R(i)|)                 (2) \\
    b_u &= \sum_{i \in R(u)} (r_{ui} - \mu - b_i) / (\lambda_u + |R(u)|)                 (3)

(2) and (3) in turn are alternating least squares for the squared error plus
:math:`\lambda_u \sum b_u^2 + \lambda_i \sum b_i^2`; each half step is exact, so that the error
never rises. The damping pulls the offset of who has few ratings towards 0; an unknown user or
item has offset 0.

Source: Koren (2010), Factor in the Neighbors, ACM TKDD 4(1), eq. (1) and section 2.1.
Differs from the source: both offsets are alternated until they settle, not estimated once.
Cost: O(n_ratings) a sweep; memory O(n_users + n_items) beside the ratings.
"""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np

from minixai._estimator import Estimator
from minixai._validation import as_vector, check_number, one_dimensional
from minixai.errors import ConvergenceWarning, DataError
from minixai.protocols import Array

__all__ = ["BiasBaseline"]


class BiasBaseline(Estimator):
    """Predict a rating by the global mean, the user's offset and the item's offset.

    Recommenders are fitted on interactions, one row each, and not on a matrix of columns.

    Parameters
    ----------
    user_damping, item_damping : float
        Ratings at the mean that every user and item is given beforehand, 0 or above: an offset
        from n ratings is shrunk by n / (n + damping).
    n_sweeps : int
        Most sweeps over users and items.
    tol : float
        Largest change of an offset, as a share of the ratings' standard deviation, at which
        the sweeps stop.

    Attributes
    ----------
    mean_ : float
        Mean rating.
    users_, items_ : ndarray
        The ids seen, sorted.
    user_offsets_, item_offsets_ : ndarray
        b_u and b_i, in the ratings' unit, in the order of the ids.
    n_iter_ : int
        Sweeps taken.

    Examples
    --------
    >>> model = BiasBaseline(user_damping=0.0, item_damping=0.0)
    >>> model = model.fit(["ann", "ann", "bob"], ["x", "y", "x"], [5.0, 3.0, 4.0])
    >>> model.predict(["bob", "eve"], ["y", "x"]).round(2)
    array([2.  , 4.67])
    """

    def __init__(
        self,
        *,
        user_damping: float = 5.0,
        item_damping: float = 3.0,
        n_sweeps: int = 100,
        tol: float = 1e-6,
    ) -> None:
        self.user_damping = user_damping
        self.item_damping = item_damping
        self.n_sweeps = n_sweeps
        self.tol = tol

    def fit(self, users: Any, items: Any, ratings: Any) -> Self:
        """Learn the offsets.

        Parameters
        ----------
        users, items : array-like (n_ratings,)
            Ids, numbers or texts.
        ratings : array-like (n_ratings,)
            Numbers.

        Returns
        -------
        self

        Raises
        ------
        DataError
            No ratings, other lengths, missing ids, NaN or infinity.
        """
        check_number("user_damping", self.user_damping, low=0.0)
        check_number("item_damping", self.item_damping, low=0.0)
        check_number("n_sweeps", self.n_sweeps, low=1, integer=True)
        check_number("tol", self.tol, low=0.0)
        target = as_vector(ratings, name="ratings")
        if not len(target):
            raise DataError("`ratings` is empty: a baseline needs at least one rating.")
        self.users_, user = _encoded(users, len(target), "users")
        self.items_, item = _encoded(items, len(target), "items")
        scale = float(np.abs(target).max()) or 1.0
        target = target / scale
        mean = float(target.mean())
        user_offset, item_offset = self._sweep(target - mean, user, item)
        self.mean_ = mean * scale
        self.user_offsets_, self.item_offsets_ = user_offset * scale, item_offset * scale
        return self

    def predict(self, users: Any, items: Any) -> Array:
        """Predict ratings; unknown users and items count 0 on top of the mean.

        Parameters
        ----------
        users, items : array-like (n_rows,)

        Returns
        -------
        ndarray (n_rows,)
            In the ratings' unit; not clipped to their range.
        """
        self._check_fitted()
        left = one_dimensional(users, None, name="users")
        right = one_dimensional(items, len(left), name="items")
        of_user = _looked_up(left, self.users_, self.user_offsets_)
        of_item = _looked_up(right, self.items_, self.item_offsets_)
        return self.mean_ + of_user + of_item  # (1)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "mean_")

    def _sweep(self, deviation: Array, user: Array, item: Array) -> tuple[Array, Array]:
        """Alternate (2) and (3) until the offsets settle."""
        per_user = self.user_damping + np.bincount(user)
        per_item = self.item_damping + np.bincount(item)
        user_offset, item_offset = np.zeros(len(per_user)), np.zeros(len(per_item))
        enough = self.tol * float(deviation.std())
        change = 0.0
        for sweep in range(self.n_sweeps):
            before = user_offset
            item_offset = np.bincount(item, deviation - user_offset[user]) / per_item  # (2)
            user_offset = np.bincount(user, deviation - item_offset[item]) / per_user  # (3)
            self.n_iter_ = sweep + 1
            change = float(np.abs(user_offset - before).max())
            if change <= enough:
                return user_offset, item_offset
        warnings.warn(
            f"BiasBaseline stopped after {self.n_iter_} sweeps with an offset still moving by "
            f"{change / (float(deviation.std()) or 1.0):.2g} standard deviations, `tol` is "
            f"{self.tol:g}: raise `n_sweeps` or the damping.",
            ConvergenceWarning,
            stacklevel=3,
        )
        return user_offset, item_offset

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        self._check_fitted()
        meta = {
            "parameters": self.get_params(),
            "mean": self.mean_,
            "n_iter": self.n_iter_,
            "users": self.users_.tolist(),
            "items": self.items_.tolist(),
        }
        arrays = {"user_offsets": self.user_offsets_, "item_offsets": self.item_offsets_}
        return meta, arrays

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> BiasBaseline:
        model = cls(**meta["parameters"])
        model.mean_, model.n_iter_ = float(meta["mean"]), int(meta["n_iter"])
        model.users_, model.items_ = np.array(meta["users"]), np.array(meta["items"])
        model.user_offsets_, model.item_offsets_ = arrays["user_offsets"], arrays["item_offsets"]
        return model


def _encoded(ids: Any, n_rows: int, name: str) -> tuple[Array, Array]:
    """Give the ids seen, sorted, and each row's place among them."""
    values = _plain(one_dimensional(ids, n_rows, name=name))
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise DataError(
            f"`{name}` holds a missing id in row {int(np.argmin(np.isfinite(values)))}."
        )
    known, place = np.unique(values, return_inverse=True)
    return known, place


def _plain(ids: Array) -> Array:
    """Give ids as numbers or as fixed-width texts, never as Python objects."""
    if ids.dtype.kind != "O":
        return ids
    missing = [i for i, value in enumerate(ids) if value is None or value != value]
    if missing:
        raise DataError(f"An id is missing in row {missing[0]}: drop the row or name it.")
    return np.array(ids.tolist()) if _of_one_kind(ids) else ids.astype(str)


def _of_one_kind(ids: Array) -> bool:
    kinds = {isinstance(value, str) for value in ids}
    return len(kinds) < 2


def _looked_up(ids: Array, known: Array, offsets: Array) -> Array:
    """Give each id's offset, 0 where it is unknown."""
    values = _plain(ids)
    if (values.dtype.kind in "US") != (known.dtype.kind in "US"):
        return np.zeros(len(values))
    place = np.minimum(np.searchsorted(known, values), len(known) - 1)
    return np.where(known[place] == values, offsets[place], 0.0)
