"""What is fed in, brought to one form: the only place that looks at foreign containers.

A matrix becomes C-ordered float32 (if it was float32) or float64, finite, with at
least one row and one column; names come along. Nothing is written in place.
"""

from __future__ import annotations

import hashlib
import math
import sys
import warnings
from typing import Any

import numpy as np

from minixai.errors import DataError, DataTypeError, DataWarning, ParameterError
from minixai.protocols import Array

__all__ = [
    "as_matrix",
    "as_vector",
    "as_weights",
    "check_interval",
    "check_mask",
    "check_model",
    "check_number",
    "check_shape",
    "check_values",
    "column_names",
    "feature_names_of",
    "fingerprint",
    "generator",
    "missing_values",
    "seed_of",
    "take_rows",
]


def column_names(X: Any) -> list[str] | None:
    """Return the column names of a data frame, or None where there are none to keep."""
    columns = getattr(X, "columns", None)
    if columns is None or not hasattr(X, "__array__"):
        return None
    names = list(columns)
    n_texts = sum(isinstance(name, str) for name in names)
    if n_texts == 0:
        return None
    if n_texts < len(names):
        kinds = sorted({type(name).__name__ for name in names})
        raise DataTypeError(
            f"Column names must all be strings, got a mix of {kinds}: rename them, or pass "
            "an array; feature names are only supported if all input features have string names."
        )
    if len(set(names)) < len(names):
        repeated = sorted({name for name in names if names.count(name) > 1})
        raise DataError(
            f"Column names must differ, got {repeated[:5]} more than once: rename them."
        )
    return names


def as_matrix(
    X: Any, *, owner: str = "minixai", allow_nan: bool = False, any_order: bool = False
) -> Array:
    """Return ``X`` as a C-ordered float matrix (n_samples, n_features).

    Parameters
    ----------
    X : array-like or data frame (n_samples, n_features)
    owner : str
        Who asks; named in the messages.
    allow_nan : bool
        Whether NaN may stay (infinity never may).
    any_order : bool
        Whether the memory may stay in the order it has, for who copies it anyway.

    Raises
    ------
    DataTypeError
        Sparse, complex or text input.
    DataError
        Wrong number of dimensions, no rows, no columns, NaN, infinity or masked values.
    """
    check_mask(X, "X")
    if hasattr(X, "tocsr"):
        raise DataTypeError(
            f"Sparse data was passed, but {owner} needs dense data: use X.toarray()."
        )
    names = column_names(X)
    array = np.asarray(X)
    check_shape(array.shape, owner)
    if np.iscomplexobj(array):
        raise DataTypeError(
            f"Complex data not supported: {owner} needs real numbers, got {array.dtype}."
        )
    if array.dtype.kind not in "fiub":
        array = _numbers_from(array, names, X)
    dtype = np.float32 if array.dtype == np.float32 else np.float64
    matrix = np.asarray(array, dtype=dtype, order=None if any_order else "C")
    _check_finite(matrix, names, owner, allow_nan)
    return matrix


def check_mask(values: Any, name: str) -> None:
    """Refuse masked values: NumPy hands out what lies under the mask."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise DataError(
            f"`{name}` has {np.count_nonzero(values.mask)} masked values, and masks are not read: "
            f"fill them first, such as {name}.astype(float).filled(numpy.nan)."
        )


def check_shape(shape: tuple[int, ...], owner: str) -> None:
    """Raise `DataError` unless a matrix has two dimensions, rows and columns."""
    if len(shape) != 2:
        remedy = (
            "Reshape your data either using array.reshape(-1, 1) if it has one column "
            "or array.reshape(1, -1) if it is one row."
        )
        raise DataError(f"{owner} needs a 2-D X, got shape {shape}. {remedy}")
    for count, what in zip(shape, ("sample", "feature"), strict=True):
        if count == 0:
            raise DataError(
                f"Found array with 0 {what}(s) (shape={shape}) while a minimum of 1 is required."
            )


def _numbers_from(array: Array, names: list[str] | None, X: Any) -> Array:
    """Convert an object or text array, naming the first column that is not numbers."""
    if array.dtype.kind not in "OUS":
        raise DataTypeError(f"X has dtype {array.dtype}, and numbers are needed: encode it first.")
    array = _without_na(array)
    for j in range(array.shape[1]):
        column = array[:, j]
        if any(isinstance(value, complex) for value in column):
            raise DataTypeError("Complex data not supported: real numbers are needed.")
        try:
            column.astype(np.float64)
        except (TypeError, ValueError) as error:
            name = repr(names[j]) if names else str(j)
            value = next(v for v in column if not _is_number(v))
            kind = "text" if isinstance(value, str) else f"a {type(value).__name__}"
            raise DataTypeError(
                f"Column {name} holds {kind} ({str(value)[:40]!r}): each argument must be a string "
                "of digits or a number, so encode it first (minixai.data.TableEncoder)."
            ) from error
    return array.astype(np.float64)


def _without_na(array: Array) -> Array:
    """Return objects with pandas' NA, which turns into no float, as NaN."""
    missing = getattr(sys.modules.get("pandas"), "NA", None)
    if missing is None or array.dtype != object:
        return array
    return np.where(np.frompyfunc(lambda v: v is missing, 1, 1)(array).astype(bool), np.nan, array)


def missing_values(values: Array) -> Array:
    """Return which entries are missing, bool: None, NaN, NaT and pandas' NA."""
    if values.dtype.kind in "fc":
        return np.isnan(values)
    if values.dtype.kind in "mM":
        return np.isnat(values)
    if values.dtype != object:
        return np.zeros(values.shape, dtype=bool)
    plain = _without_na(values)
    absent = [v is None or (not np.iterable(v) and v != v) for v in plain.ravel()]
    return np.array(absent, dtype=bool).reshape(values.shape)


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _check_finite(matrix: Array, names: list[str] | None, owner: str, allow_nan: bool) -> None:
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.sum(matrix, dtype=np.float64)
    if np.isfinite(total):
        return  # one pass without a mask; an overflowing sum falls through to the exact check
    wrong = np.isinf(matrix) if allow_nan else ~np.isfinite(matrix)
    if not wrong.any():
        return
    row, j = (int(k) for k in np.argwhere(wrong)[0])
    if np.isnan(matrix[row, j]):
        what, count = "NaN", f"missing values: {np.count_nonzero(np.isnan(matrix))}"
    else:
        what, count = "infinity", f"such values: {np.count_nonzero(np.isinf(matrix))}"
    name = repr(names[j]) if names else str(j)
    raise DataError(
        f"Input X contains {what} in column {name}, row {row} ({count}); "
        f"{owner} needs finite numbers: fill them (minixai.data.SimpleImputer) or drop the rows."
    )


def check_values(matrix: Array, X: Any) -> None:
    """Raise `DataError` for a column of ``matrix``, made from ``X``, that has NaN alone."""
    empty = np.isnan(matrix).all(axis=0)
    if empty.any():
        name = feature_names_of(None, X)[int(np.argmax(empty))]
        raise DataError(f"Column {name!r} has no value in any of {len(matrix)} rows: drop it.")


def as_vector(y: Any, n_rows: int | None = None, *, name: str = "y") -> Array:
    """Return ``y`` as finite float64 (n_samples,).

    Raises
    ------
    DataError
        Missing, of another length, NaN or infinity.
    DataTypeError
        Text or complex numbers.
    """
    array = one_dimensional(y, n_rows, name=name)
    if np.iscomplexobj(array):
        raise DataTypeError(f"Complex data not supported: `{name}` must hold real numbers.")
    try:
        vector = np.ascontiguousarray(array, dtype=np.float64)
    except (TypeError, ValueError) as error:
        value = next((v for v in array if not _is_number(v)), array[0])
        raise DataError(
            f"`{name}` must hold numbers, got {str(value)[:40]!r}: encode it, or use a classifier."
        ) from error
    if not np.isfinite(vector).all():
        row = int(np.argmin(np.isfinite(vector)))
        what, kind = ("NaN", "missing") if np.isnan(vector[row]) else ("infinity", "infinite")
        raise DataError(
            f"Input {name} contains {what} in row {row}: drop the rows where it is {kind}."
        )
    return vector


def one_dimensional(y: Any, n_rows: int | None, *, name: str = "y") -> Array:
    """Return ``y`` as a 1-D array of any type; a column vector is flattened with a warning."""
    if y is None:
        raise DataError(
            f"This estimator requires {name} to be passed, but the target {name} is None."
        )
    if hasattr(y, "tocsr"):
        raise DataTypeError(f"Sparse `{name}` is not supported: use {name}.toarray().ravel().")
    check_mask(y, name)
    array = _without_na(np.asarray(y))
    if array.ndim == 2 and array.shape[1] == 1:
        warn_column_vector(name)
        array = array[:, 0]
    if array.ndim != 1:
        raise DataError(
            f"`{name}` should be a 1d array, got an array of shape {array.shape} instead."
        )
    if n_rows is not None and len(array) != n_rows:
        raise DataError(
            f"Found input variables with inconsistent numbers of samples: X has {n_rows} rows, "
            f"`{name}` has {len(array)}."
        )
    return array


def warn_column_vector(name: str) -> None:
    """Warn that a column vector was flattened, in scikit-learn's own category if it is loaded."""
    category: type[Warning] = DataWarning
    if "sklearn" in sys.modules:
        from sklearn.exceptions import DataConversionWarning

        category = DataConversionWarning
    warnings.warn(
        f"A column-vector {name} was passed when a 1d array was expected: use {name}.ravel().",
        category,
        stacklevel=5,
    )


def as_weights(sample_weight: Any, n_rows: int) -> Array:
    """Return weights (n_samples,), float64, non-negative and not all zero; None means ones."""
    if sample_weight is None:
        return np.ones(n_rows)
    check_mask(sample_weight, "sample_weight")
    array = np.asarray(sample_weight, dtype=np.float64)
    if array.ndim == 0:
        array = np.full(n_rows, float(array))
    if array.shape != (n_rows,):
        raise DataError(
            f"sample_weight.shape == {array.shape}, expected {(n_rows,)}: one weight per row."
        )
    if not np.isfinite(array).all() or (array < 0).any():
        raise DataError("`sample_weight` must be finite and not negative.")
    if not array.any():
        raise DataError("`sample_weight` must not be zero for every row: every weight is zero.")
    return array


def as_ratio_weights(sample_weight: Any, n_rows: int) -> Array:
    """Return weights for ratios of their sums: by a power of two, which is exact, below 1."""
    weight = as_weights(sample_weight, n_rows)
    return np.ldexp(weight, -int(np.frexp(weight.max())[1]))


def take_rows(X: Any, rows: Any) -> Any:
    """Return some rows, by position: of a data frame a data frame, of anything else an array."""
    return X.iloc[rows] if hasattr(X, "iloc") else np.asarray(X)[rows]


def feature_names_of(model: Any, X: Any) -> list[str]:
    """Return the names of X's columns: the model's, the frame's, or x0, x1, ..."""
    names = column_names(X)
    if names is None:
        learned = getattr(model, "feature_names_in_", None)
        check_shape(np.shape(X), "minixai")
        n_columns = np.shape(X)[1]
        if learned is not None and len(learned) == n_columns:
            return [str(name) for name in learned]
        names = [f"x{j}" for j in range(n_columns)]
    return names


def check_model(model: Any) -> None:
    """Raise `ParameterError` where a class stands for a fitted model."""
    if isinstance(model, type):
        name = model.__name__
        raise ParameterError(
            f"`model` must be a fitted model, got the class {name}: make one and fit it, such as "
            f"{name}().fit(X, y)."
        )


def check_number(
    name: str,
    value: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    open_low: bool = False,
    open_high: bool = False,
    integer: bool = False,
) -> None:
    """Raise `ParameterError` unless ``value`` is a finite number in the interval given."""
    kind = (int, np.integer) if integer else (int, float, np.integer, np.floating)
    fits = isinstance(value, kind) and not isinstance(value, (bool, np.bool_))
    if fits and math.isfinite(value):
        above = low is None or (value > low if open_low else value >= low)
        below = high is None or (value < high if open_high else value <= high)
        if above and below:
            return
    word = "an integer" if integer else "a number"
    left = "(" if open_low or low is None else "["
    right = ")" if open_high or high is None else "]"
    span = f"{left}{'-inf' if low is None else low}, {'inf' if high is None else high}{right}"
    raise ParameterError(f"`{name}` must be {word} in {span}, got {value!r}.")


def check_interval(
    name: str, ends: Any, lowest: float | None, highest: float | None
) -> tuple[float, float]:
    """Return the ends of an interval given as an argument, low < high."""
    if not isinstance(ends, (tuple, list)) or len(ends) != 2:
        raise ParameterError(f"`{name}` must be two numbers (low, high), got {ends!r}.")
    for position, end in enumerate(ends):
        check_number(f"{name}[{position}]", end, low=lowest, high=highest)
    if ends[0] >= ends[1]:
        raise ParameterError(f"`{name}` must have its low end below its high end, got {ends!r}.")
    return float(ends[0]), float(ends[1])


def seed_of(random_state: Any) -> int:
    """Return the seed; None means 0, so that the same call twice gives the same bits."""
    if random_state is None:
        return 0
    is_integer = isinstance(random_state, (int, np.integer)) and not isinstance(random_state, bool)
    if is_integer and random_state >= 0:
        return int(random_state)
    raise ParameterError(f"`random_state` must be an integer >= 0 or None, got {random_state!r}.")


def generator(random_state: Any, *keys: int) -> np.random.Generator:
    """Return a generator that depends on the seed and the keys alone."""
    return np.random.default_rng([seed_of(random_state), *keys])


def fingerprint(*parts: Any) -> str:
    """Return 16 hexadecimal digits that stand for the arrays and texts given."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            digest.update(f"{part.dtype.str}{part.shape}".encode())
            digest.update(np.ascontiguousarray(part).tobytes())
        else:
            digest.update(repr(part).encode("utf-8", "replace"))
    return digest.hexdigest()[:16]
