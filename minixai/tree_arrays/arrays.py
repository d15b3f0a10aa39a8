r"""A tree ensemble as arrays: all trees one after the other, whoever grew them.

.. math::
    f(x) = b + \sum_t v_{\ell_t(x)}                                                      (1)

where l_t(x) is the leaf of tree t that x falls into and v its value. At an inner node x goes left
where ``x[feature] <= threshold``; at a categorical node where the whole number in ``x[feature]``
is among the node's codes; a missing value goes where ``missing_left`` says.

Source: Breiman, Friedman, Olshen & Stone (1984), Classification and Regression Trees, chapter 2,
for the trees; the arrays are those that scikit-learn made customary.
Cost: memory O(n_nodes * n_outputs); the checks O(n_nodes).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Self

import numpy as np

from minixai._validation import as_matrix, column_names, fingerprint
from minixai.errors import DataError, ParameterError, check_option
from minixai.protocols import Array
from minixai.tree_arrays.level import levels
from minixai.tree_arrays.packing import pack
from minixai.tree_arrays.traversal import TOGETHER, walk_trees

__all__ = ["LINKS", "TreeArrays"]

LINKS = ("identity", "logit", "softmax", "log")
"""What turns the prediction into the raw score."""
_BLOCK = 4096  # rows of which the nodes of a tree stay in the cache
_NO_VALUES = np.zeros((0, 0))
_NO_LEAVES = np.zeros((0, 0), dtype=np.int32)


@dataclass(frozen=True, eq=False)
class TreeArrays:
    """An ensemble of decision trees whose raw score is a sum of leaf values.

    Parameters
    ----------
    n_features : int
        Columns that the model takes.
    feature : int array (n_nodes,)
        Column that a node asks; -1 at leaves.
    threshold : float array (n_nodes,)
        x <= threshold goes left, in float64; not read at leaves and categorical nodes.
    children_left, children_right : int array (n_nodes,)
        Absolute node numbers; -1 at leaves.
    value : float array (n_nodes, n_outputs)
        What a leaf adds to the raw score, the learning rate or the mean over trees included.
    cover : float array (n_nodes,)
        Weight of the training rows in a node, above 0.
    roots : int array (n_trees,), optional
        First node of each tree; None is one tree that starts at node 0.
    missing_left : bool array (n_nodes,), optional
        Whether NaN goes left; None is a model that takes no NaN.
    categories : pair of int arrays, optional
        (indptr (n_nodes + 1,), codes): node i sends the rising whole numbers
        ``codes[indptr[i]:indptr[i + 1]]`` left, all others right; without codes it asks its
        threshold.
    base_value : float or array (n_outputs,)
        What is added to every row.
    link : {"identity", "logit", "softmax", "log"}
        The scale of the raw score.
    feature_names, output_names : tuple of str, optional
        As the model was fitted with them.

    Raises
    ------
    DataError
        Arrays that are no forest: lengths that differ, a child out of range, a cycle, a node
        in two trees, a feature out of range, a cover that is not above 0, values that are no
        numbers.

    Examples
    --------
    >>> stump = TreeArrays(1, [0, -1, -1], [0.5, 0, 0], [1, -1, -1], [2, -1, -1],
    ...                    [[0.0], [-1.0], [2.0]], [4, 3, 1])
    >>> stump.predict([[0.5], [0.7]])
    array([-1.,  2.])
    """

    n_features: int
    feature: Array
    threshold: Array
    children_left: Array
    children_right: Array
    value: Array
    cover: Array
    roots: Array | None = None
    missing_left: Array | None = None
    categories: tuple[Array, Array] | None = None
    base_value: Any = 0.0
    link: str = "identity"
    feature_names: tuple[str, ...] | None = None
    output_names: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        def hold(name: str, array: Any) -> None:
            object.__setattr__(self, name, array)

        for name in ("feature", "children_left", "children_right"):
            hold(name, _whole(getattr(self, name), name))
        hold("roots", _whole([0] if self.roots is None else self.roots, "roots"))
        for name in ("threshold", "value", "cover"):
            hold(name, _kept(getattr(self, name), np.float64))
        if self.missing_left is not None:
            hold("missing_left", _kept(self.missing_left, np.bool_))
        if self.categories is not None:
            indptr, codes = self.categories
            hold("categories", (_whole(indptr, "indptr"), _whole(codes, "codes")))
        self._check_shapes()
        base = np.asarray(self.base_value, dtype=np.float64)
        if base.ndim > 1 or base.size not in (1, self.n_outputs):
            raise DataError(
                f"`base_value` must be one number, or one for each of {self.n_outputs} outputs, "
                f"got shape {base.shape}."
            )
        hold("base_value", _kept(np.broadcast_to(base.ravel(), (self.n_outputs,)), np.float64))
        for name in ("feature_names", "output_names"):
            if getattr(self, name) is not None:
                hold(name, tuple(str(each) for each in getattr(self, name)))
        check_option("link", self.link, LINKS)
        self._check_nodes()
        self._check_forest()

    @property
    def n_nodes(self) -> int:
        """Number of nodes of all trees."""
        return len(self.feature)

    @property
    def n_trees(self) -> int:
        """Number of trees."""
        return len(self._roots)

    @property
    def n_outputs(self) -> int:
        """Number of outputs; a binary classifier has one, that of class 1."""
        return int(self.value.shape[1])

    @property
    def is_leaf(self) -> Array:
        """Whether a node is a leaf, bool (n_nodes,)."""
        return np.asarray(self.children_left < 0)

    @property
    def allows_nan(self) -> bool:
        """Whether the model takes missing values."""
        return self.missing_left is not None

    @property
    def _roots(self) -> Array:
        assert self.roots is not None  # set when the object is made
        return self.roots

    def predict(self, X: Any, map_blocks: Callable[..., Any] = map) -> Array:
        """Return the raw score of every row.

        Parameters
        ----------
        X : array-like (n_samples, n_features)
            NaN only where the model takes it.
        map_blocks : callable
            ``map``, or that of an Engine: it is given a function and the blocks of rows.

        Returns
        -------
        ndarray (n_samples,) or (n_samples, n_outputs)
            float64.

        Raises
        ------
        DataError
            Rows that the model cannot take.
        """
        matrix = self.validated(X)
        out = np.empty((len(matrix), self.n_outputs))

        def answer(start: int) -> None:
            rows = slice(start, start + _BLOCK)
            out[rows] = self.base_value
            self.add_trees(matrix[rows], out[rows], 0, self.n_trees)

        list(map_blocks(answer, range(0, len(matrix), _BLOCK)))
        return out[:, 0] if self.n_outputs == 1 else out

    def add_trees(self, matrix: Array, out: Array, first: int, end: int) -> None:
        """Add the leaf values of trees ``first`` to ``end - 1`` to scores, in place.

        Parameters
        ----------
        matrix : float array (n_samples, n_features)
            As `validated` returns it.
        out : float64 array (n_samples, n_outputs)
            C-ordered; the base value is the caller's.
        first, end : int
            Numbers of trees.
        """
        self._walk_rows(matrix, self.value, out, _NO_LEAVES, slice(first, end))  # (1)

    def leaves(self, X: Any) -> Array:
        """Return the leaf of every row in every tree: node numbers, int32 (n_samples, n_trees)."""
        matrix = self.validated(X)
        out = np.empty((len(matrix), self.n_trees), dtype=np.int32)
        self._walk_rows(matrix, _NO_VALUES, _NO_VALUES, out, slice(None))
        return out

    def validated(self, X: Any) -> Array:
        """Return X as a C-ordered float matrix that the trees can be walked with."""
        names = column_names(X)
        if names is not None and self.feature_names and tuple(names) != self.feature_names:
            wrong = [name for name in names if name not in self.feature_names]
            raise DataError(
                "X must have the columns that the model was fitted on, in their order: "
                f"{list(self.feature_names[:5])}, ..., got {(wrong or names)[:5]}, ...: select "
                "them."
            )
        matrix = as_matrix(X, owner="TreeArrays", allow_nan=self.allows_nan)
        if matrix.shape[1] != self.n_features:
            raise DataError(
                f"X has {matrix.shape[1]} features, but the trees are expecting {self.n_features}: "
                "give them the columns they were fitted on."
            )
        return matrix

    @property
    def walk(self) -> tuple[Array, ...]:
        """What a kernel needs to walk the trees, without the values."""
        no_nan = np.zeros(0, dtype=np.bool_)
        no_codes = np.zeros(0, dtype=np.int32)
        indptr, codes = self.categories or (no_codes, no_codes)
        return (
            self.feature,
            self.threshold,
            self.children_left,
            self.children_right,
            no_nan if self.missing_left is None else self.missing_left,
            indptr,
            codes,
            self._roots,
        )

    def _walk_rows(self, X: Array, value: Array, out: Array, leaves: Array, trees: slice) -> None:
        at = np.empty(TOGETHER, dtype=np.int32)
        nodes, numbers, roots, *codes = self._packed_walk
        walk_trees(X, value, out, leaves, at, nodes, numbers, roots[trees], *codes)

    @cached_property
    def _packed_walk(self) -> tuple[Array, ...]:
        nodes = pack(
            self.feature,
            self.threshold,
            self.children_left,
            self.children_right,
            self.missing_left,
            *self.walk[5:],
        )
        return (*nodes, *self.walk[5:7])

    def fingerprint(self) -> str:
        """Return 16 hexadecimal digits that stand for the whole ensemble."""
        return fingerprint(*self.walk, self.value, self.cover, self.base_value, self.link)

    def save(self, path: Any) -> None:
        """Write the ensemble to ``path``; `minixai.load` reads it back."""
        from minixai.files import save

        save(self, path)

    def _check_shapes(self) -> None:
        n = len(self.feature)
        if n == 0 or len(self._roots) == 0:
            raise DataError("A forest needs at least one tree with one node, got none.")
        if self.value.ndim != 2 or self.value.shape[1] == 0:
            raise DataError(f"`value` must be (n_nodes, n_outputs), got {self.value.shape}.")
        for name in ("threshold", "children_left", "children_right", "cover", "missing_left"):
            array = getattr(self, name)
            if array is not None and array.shape != (n,):
                raise DataError(f"`{name}` must be ({n},) as `feature` is, got {array.shape}.")
        if len(self.value) != n:
            raise DataError(f"`value` must have {n} rows as `feature` has, got {len(self.value)}.")
        if not isinstance(self.n_features, (int, np.integer)) or self.n_features < 1:
            raise ParameterError(f"`n_features` must be at least 1, got {self.n_features!r}.")
        for name, length in (("feature_names", self.n_features), ("output_names", self.n_outputs)):
            given = getattr(self, name)
            if given is not None and len(given) != length:
                raise DataError(f"`{name}` must be {length} names, got {len(given)}.")

    def _check_nodes(self) -> None:
        leaf = self.is_leaf
        right_leaf = self.children_right < 0
        _refuse(leaf != right_leaf, "has one child: an inner node has two, a leaf none")
        asked = self.feature
        wrong = np.where(leaf, asked >= 0, (asked < 0) | (asked >= self.n_features))
        _refuse(wrong, f"asks feature {{}}; the features are 0 to {self.n_features - 1}", asked)
        known = np.isfinite(self.cover) & (self.cover > 0)
        _refuse(~known, "has cover {}: the weight of its rows must be above 0", self.cover)
        _refuse(~np.isfinite(self.value).all(axis=1), "has a value that is not finite")
        if not np.isfinite(self.base_value).all():
            raise DataError(f"`base_value` must be finite, got {self.base_value}.")
        by_code = np.zeros(self.n_nodes, dtype=bool)
        if self.categories is not None:
            indptr, codes = self.categories
            lengths = np.diff(indptr)
            if len(indptr) != self.n_nodes + 1 or indptr[0] != 0 or indptr[-1] != len(codes):
                raise DataError("`categories` must be (indptr (n_nodes + 1,), codes) of all nodes.")
            _refuse(lengths < 0, "has a negative number of category codes")
            by_code = lengths > 0
            rising = np.ones(len(codes), dtype=bool)
            rising[1:] = np.diff(codes) > 0
            rising[indptr[:-1][by_code]] = codes[indptr[:-1][by_code]] >= 0
            owner = np.repeat(np.arange(self.n_nodes), lengths)
            _refuse(
                np.bincount(owner, ~rising, self.n_nodes) > 0,
                "has category codes that are not rising from 0 on",
            )
        _refuse(~leaf & ~by_code & np.isnan(self.threshold), "has no threshold")

    def _check_forest(self) -> None:
        """Raise unless every node hangs on exactly one root, by exactly one way."""
        n = self.n_nodes
        inner = np.flatnonzero(~self.is_leaf)
        for name in ("children_left", "children_right", "roots"):
            numbers = getattr(self, name)
            outside = (numbers >= n) if name != "roots" else (numbers >= n) | (numbers < 0)
            if outside.any():
                raise DataError(
                    f"`{name}` holds node {numbers[outside][0]}; the nodes are 0 to {n - 1}."
                )
        children = np.concatenate([self.children_left[inner], self.children_right[inner]])
        parents = np.bincount(np.concatenate([children, self._roots]), minlength=n)
        _refuse(parents > 1, "is a child or a root {} times: each node has one place", parents)
        reached = np.zeros(n, dtype=bool)
        for level in levels(self.children_left, self.children_right, self._roots):
            reached[level] = True
        _refuse(~reached, "is reached from no root: it lies on a cycle or in no tree")

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        held = {each.name: getattr(self, each.name) for each in fields(self)}
        indptr_codes = held.pop("categories")
        if indptr_codes is not None:
            held["indptr"], held["codes"] = indptr_codes
        arrays = {name: a for name, a in held.items() if isinstance(a, np.ndarray)}
        meta = {name: each for name, each in held.items() if name not in arrays}
        return {name: m for name, m in meta.items() if m is not None}, arrays

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> Self:
        held = {**meta, **arrays}
        if "indptr" in held:
            held["categories"] = (held.pop("indptr"), held.pop("codes"))
        return cls(**held)

    def __repr__(self) -> str:
        return (
            f"TreeArrays({self.n_trees} trees, {self.n_nodes} nodes, {self.n_features} features, "
            f"{self.n_outputs} outputs, link={self.link!r})"
        )


def _whole(numbers: Any, name: str) -> Array:
    """Return whole numbers as int32."""
    given = np.asarray(numbers)
    if given.dtype.kind not in "iu" and given.size:
        raise DataError(f"`{name}` must hold whole numbers, got {given.dtype}.")
    if given.size and (given.max() > np.iinfo(np.int32).max or given.min() < -1):
        raise DataError(
            f"`{name}` must lie between -1 and 2^31 - 1, got {given.min()} to {given.max()}."
        )
    if given.ndim != 1:
        raise DataError(f"`{name}` must be one row of numbers, got shape {given.shape}.")
    return _kept(given, np.int32)


def _kept(values: Any, dtype: Any) -> Array:
    """Return a copy that nobody can write to: arrays that were checked stay what they were."""
    copy = np.array(values, dtype=dtype, order="C")
    copy.flags.writeable = False
    return copy


def _refuse(wrong: Any, what: str, values: Array | None = None) -> None:
    """Raise a `DataError` about the first node that is wrong."""
    if wrong.any():
        node = int(np.argmax(wrong))
        said = what if values is None else what.format(values[node])
        raise DataError(f"Node {node} {said}.")
