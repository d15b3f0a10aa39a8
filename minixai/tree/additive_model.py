r"""What every model can do that is a sum of shapes of columns and pairs, whatever has learned them.

.. math::
    F(x) = b + \sum_j f_j(x_j) + \sum_{(j,k)} f_{jk}(x_j, x_k)                           (1)

is the raw score: the prediction of a regressor, the log odds of a classifier. The prediction is its
own explanation: ``terms`` are the numbers that are added up.

Source: Lou, Caruana, Gehrke & Hooker (2013), Accurate intelligible models with pairwise
interactions, doi:10.1145/2487575.2487579, for models of this form.
Cost: one table look-up a row and term.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from minixai._column_groups import check_groups
from minixai._estimator import Estimator
from minixai._validation import fingerprint
from minixai.errors import ParameterError, suggestion
from minixai.explanation import Explanation
from minixai.importance import Importance
from minixai.parallel import as_engine
from minixai.protocols import Array
from minixai.tree.additive_terms import AdditiveTerms
from minixai.tree.feature_bins import MISSING
from minixai.tree.shape_function import PairFunction, ShapeFunction

__all__ = ["AdditiveModel"]

_BLOCK = 8192  # rows whose scores are held at once


class AdditiveModel(Estimator):
    """An estimator whose raw score is an intercept and one score a term.

    A subclass's fit learns the columns and sets ``_terms``; missing values are taken.
    """

    _allows_nan = True
    n_jobs: Any
    n_rounds_: Array
    _terms: AdditiveTerms

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_terms")

    @property
    def term_names_(self) -> tuple[str, ...]:
        """Columns, then pairs such as "age x income"."""
        self._check_fitted()
        names = self._names()
        return (*names, *(f"{names[a]} x {names[b]}" for a, b in self.pairs_))

    @property
    def pairs_(self) -> list[tuple[int, int]]:
        """Columns of each pair, the strongest pair first."""
        self._check_fitted()
        return [(int(a), int(b)) for a, b in self._terms.pairs]

    @property
    def intercept_(self) -> Any:
        """Mean raw score of the rows of the fit: a float, or an array (n_outputs,)."""
        self._check_fitted()
        intercept = self._terms.intercept
        return float(intercept[0]) if len(intercept) == 1 else intercept.copy()

    def terms(self, X: Any) -> Explanation:
        """Split each raw score into the scores that it is the sum of.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            NaN is a missing value.

        Returns
        -------
        Explanation
            One value a row and term (of `term_names_`), and one an output where there are
            several; the base value of every row is `intercept_`. ``std_errors`` are those over
            bags; ``data`` is NaN under a pair.
        """
        matrix = self._validated(X)
        values = self._terms.look_up(matrix)
        base = np.tile(self._terms.intercept, (len(matrix), 1))
        gap = self._raw_score(X).reshape(base.shape) - (base + values.sum(axis=1))
        one_bag = self._terms.importances.shape[1] == 1
        errors = None if one_bag else self._terms.look_up(matrix, spread=True)
        data = np.full(values.shape[:2], np.nan)
        data[:, : matrix.shape[1]] = matrix
        return Explanation(
            values=self._by_output(values),
            base_values=self._by_output(base),
            data=data,
            feature_names=self.term_names_,
            method="additive terms",
            output_names=self._output_names(),
            std_errors=None if errors is None else self._by_output(errors),
            completeness_gap=self._by_output(gap),
            n_evaluations=len(matrix),
            model_fingerprint=fingerprint(*self._terms.to_arrays().values()),
        )

    def shape(self, feature: int | str) -> ShapeFunction:
        """Return what one column adds to the raw score.

        Parameters
        ----------
        feature : int or str
            The column's index or name.

        Returns
        -------
        ShapeFunction

        Raises
        ------
        ParameterError
            There is no such column.
        """
        self._check_fitted()
        j = self._column_of(feature)
        terms = self._terms
        n = int(terms.bins.n_bins[j])
        values, errors = (self._by_output(table[:, j].T) for table in self._tables())
        missing = values[MISSING]
        return ShapeFunction(
            name=self._names()[j],
            edges=self._edges(j, np.arange(n)),
            values=values[:n],
            density=terms.main_weight[j, :n],
            missing_value=float(missing) if missing.ndim == 0 else missing,
            missing_share=float(terms.main_weight[j, MISSING]),
            std_errors=self._if_several_bags(errors[:n]),
            output_names=self._output_names(),
        )

    def pair(self, first: int | str, second: int | str) -> PairFunction:
        """Return what two columns add together to the raw score, beyond what each adds alone.

        Parameters
        ----------
        first, second : int or str
            Indices or names of the columns of one of `pairs_`, in either order.

        Returns
        -------
        PairFunction

        Raises
        ------
        ParameterError
            There is no such column, or the model has no such pair.
        """
        self._check_fitted()
        a, b = self._column_of(first), self._column_of(second)
        known = self.pairs_
        if (a, b) not in known and (b, a) not in known:
            listed = ", ".join(repr(name) for name in self.term_names_[self.n_features_in_ :])
            raise ParameterError(
                f"The model has no pair of {first!r} and {second!r}: it has {listed or 'none'}."
            )
        turned = (a, b) not in known
        p = known.index((b, a) if turned else (a, b))
        coarse = [self._terms.coarse[j][: int(self._terms.bins.n_bins[j])] for j in (a, b)]
        cut = tuple(slice(int(codes[-1]) + 2) for codes in coarse)
        axes = (1, 0) if turned else (0, 1)
        values, errors = (
            self._by_output(grid[:, p].transpose(axes[0] + 1, axes[1] + 1, 0)[cut])
            for grid in (self._terms.grids, self._terms.grid_spread)
        )
        return PairFunction(
            names=(self._names()[a], self._names()[b]),
            edges=(self._edges(a, coarse[0]), self._edges(b, coarse[1])),
            values=values,
            density=self._terms.grid_weight[p].transpose(axes)[cut],
            std_errors=self._if_several_bags(errors),
            output_names=self._output_names(),
        )

    def term_importances(self, groups: dict[str, list[Any]] | None = None) -> Importance:
        """Return the mean size of each term's score over the rows of the fit.

        Parameters
        ----------
        groups : dict of name -> list of terms, optional
            Terms, by index or by one of `term_names_`, whose importances are summed, such as the
            0/1 columns of one raw column; ``terms(X).grouped(groups).importance()`` is the mean
            size of the summed scores, which is never larger.

        Returns
        -------
        Importance
            Its repeats are the bags.
        """
        self._check_fitted()
        by_bag = self._terms.importances
        names = self.term_names_
        folded = None
        if groups is not None:
            players = check_groups(groups, names)
            by_bag = np.stack([by_bag[members].sum(axis=0) for members in players.values()])
            folded = {name: [names[t] for t in members] for name, members in players.items()}
            names = tuple(players)
        return Importance(
            mean=by_bag.mean(axis=1),
            feature_names=names,
            method="mean size of additive terms",
            std=by_bag.std(axis=1),
            n_repeats=by_bag.shape[1],
            repeats=by_bag.copy(),
            groups=folded,
        )

    def _raw_score(self, X: Any) -> Array:
        """Return the raw score (n_samples,), or (n_samples, n_outputs)."""
        matrix = self._validated(X)
        blocks = [matrix[i : i + _BLOCK] for i in range(0, len(matrix), _BLOCK)]
        sums = as_engine(self.n_jobs).map(lambda x: self._terms.look_up(x).sum(axis=1), blocks)
        return self._by_output(np.concatenate(sums) + self._terms.intercept)  # (1)

    def _by_output(self, values: Array) -> Array:
        """Drop the last axis where there is one output."""
        return values[..., 0] if values.shape[-1] == 1 else values

    def _output_names(self) -> tuple[str, ...] | None:
        if len(self._terms.intercept) == 1:
            return None
        return tuple(str(label) for label in self.classes_)  # type: ignore[attr-defined]

    def _tables(self) -> tuple[Array, Array]:
        return self._terms.mains, self._terms.main_spread

    def _if_several_bags(self, errors: Array) -> Array | None:
        return errors if self._terms.importances.shape[1] > 1 else None

    def _edges(self, j: int, merged: Array) -> Array:
        """Return the ends of a column's bins, those merged that have one code in ``merged``."""
        inner = self._terms.bins.of(j)[np.diff(merged) > 0]
        low, high = self._terms.limits[:, j]
        return np.concatenate([[low], inner, [high]])

    def _names(self) -> list[str]:
        names = getattr(self, "feature_names_in_", None)
        if names is None:
            return [f"x{j}" for j in range(self.n_features_in_)]
        return [str(name) for name in names]

    def _column_of(self, feature: int | str) -> int:
        names = self._names()
        if isinstance(feature, str):
            if feature in names:
                return names.index(feature)
            raise ParameterError(
                f"There is no column {feature!r}: known are {names[:20]}."
                f"{suggestion(feature, names)}"
            )
        whole = isinstance(feature, (int, np.integer)) and not isinstance(feature, bool)
        if whole and 0 <= feature < len(names):
            return int(feature)
        raise ParameterError(
            f"A column is a name or an index from 0 to {len(names) - 1}, got {feature!r}."
        )

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        self._check_fitted()
        names = self._names() if hasattr(self, "feature_names_in_") else None
        meta = {"parameters": self.get_params(), "feature_names": names}
        return meta, self._terms.to_arrays() | {"n_rounds": self.n_rounds_}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Self:
        model = cls(**meta["parameters"])
        model._terms = AdditiveTerms.from_arrays(arrays)
        model.n_features_in_ = len(model._terms.coarse)
        model.n_rounds_ = arrays["n_rounds"]
        if meta["feature_names"] is not None:
            model.feature_names_in_ = np.array(meta["feature_names"], dtype=object)
        return model
