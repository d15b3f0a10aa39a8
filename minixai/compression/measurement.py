"""What a model costs and what it is worth: bytes, parameters, multiplications, time, metric.

Bytes are those of the file that ``model.save`` writes. Times are informative: they depend on
the machine and its load, and nothing else here depends on them.

Cost: one file written to memory or disk, about 400 calls of ``predict``, one of the metric.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from minixai._validation import as_matrix, check_model, take_rows
from minixai.errors import ParameterError
from minixai.files import size_of
from minixai.metrics import get_metric
from minixai.protocols import Saveable

__all__ = ["Measurement", "measure"]

_CALLS = {1: 200, 256: 100}
"""Timed calls of ``predict`` by batch size."""
_WARM_UP_CALLS = 10


@dataclass(frozen=True)
class Measurement:
    """The size, the speed and the metric of a fitted model.

    Parameters
    ----------
    bytes_on_disk : int or None
        Size of the saved file; None for a model that minixai cannot save.
    n_parameters, n_nonzero : int or None
        Numbers that the model holds, and those that are not zero; None without ``parameters``.
    macs : int or None
        Multiply-accumulates for one row, zeros included; None without ``summary``.
    latency : dict of int -> dict
        By batch size (1 and 256 rows): ``"p50"`` and ``"p99"`` of one ``predict``, in seconds.
    metric_name : str
        What ``metric_value`` is.
    metric_value : float
        The metric on the data given, in its own direction.
    higher_is_better : bool
        That direction.
    """

    bytes_on_disk: int | None
    n_parameters: int | None
    n_nonzero: int | None
    macs: int | None
    latency: dict[int, dict[str, float]]
    metric_name: str
    metric_value: float
    higher_is_better: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-able values; batch sizes become texts."""
        return {
            "bytes_on_disk": self.bytes_on_disk,
            "n_parameters": self.n_parameters,
            "n_nonzero": self.n_nonzero,
            "macs": self.macs,
            "latency": {str(batch): dict(times) for batch, times in self.latency.items()},
            "metric_name": self.metric_name,
            "metric_value": self.metric_value,
            "higher_is_better": self.higher_is_better,
        }

    def __str__(self) -> str:
        rows = [
            ("bytes on disk", _count(self.bytes_on_disk)),
            ("parameters", _count(self.n_parameters)),
            ("non-zero", _count(self.n_nonzero)),
            ("MACs a row", _count(self.macs)),
        ]
        for batch, times in self.latency.items():
            span = f"p50 {times['p50'] * 1e6:,.1f} us, p99 {times['p99'] * 1e6:,.1f} us"
            rows.append((f"predict {batch}", span))
        rows.append((self.metric_name, f"{self.metric_value:.6g}"))
        width = max(len(name) for name, _ in rows)
        return "\n".join(f"{name:<{width}}  {text}" for name, text in rows)


def measure(model: Any, X: Any, y: Any, metric: Any = None) -> Measurement:
    """Measure the size, the speed and the metric of a fitted model.

    Parameters
    ----------
    model : fitted model
        Anything with ``predict``; sizes need ``parameters``, ``summary`` and ``save``.
    X : array-like or data frame (n_samples, n_features)
        Rows for the metric, repeated or cut to 1 and 256 rows for the times.
    y : array-like (n_samples,)
        True values or labels.
    metric : str, Metric, function or None
        None is the model's own (accuracy, R2).

    Returns
    -------
    Measurement
        The times in it are informative; all else is exact and repeatable.

    Raises
    ------
    ParameterError
        A class, a model without ``predict``, an unknown metric, or one that the model cannot
        serve.

    Examples
    --------
    >>> from minixai.linear import LinearRegression
    >>> X, y = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
    >>> found = measure(LinearRegression().fit(X, y), X, y)
    >>> found.n_parameters, found.metric_name, round(found.metric_value, 6)
    (2, 'r2', 1.0)
    """
    check_model(model)
    if not hasattr(model, "predict"):
        raise ParameterError(
            f"measure needs a model with `predict`, and {type(model).__name__} does not have it: "
            "give the fitted model itself."
        )
    chosen = get_metric(metric, model)
    value = chosen.evaluate(model, X, y)
    arrays = list(model.parameters().values()) if hasattr(model, "parameters") else None
    return Measurement(
        bytes_on_disk=int(size_of(model)) if isinstance(model, Saveable) else None,
        n_parameters=None if arrays is None else sum(array.size for array in arrays),
        n_nonzero=None if arrays is None else sum(int(np.count_nonzero(array)) for array in arrays),
        macs=int(model.summary().macs) if hasattr(model, "summary") else None,
        latency={
            batch: _latency(model.predict, _rows(X, batch), n_calls)
            for batch, n_calls in _CALLS.items()
        },
        metric_name=str(chosen.name),
        metric_value=float(value),
        higher_is_better=chosen.higher_is_better,
    )


def _rows(X: Any, batch: int) -> Any:
    """Give ``batch`` rows of X, from the first on and around again."""
    table = X if hasattr(X, "iloc") else as_matrix(X, owner="measure", allow_nan=True)
    return take_rows(table, np.arange(batch) % len(table))


def _latency(predict: Callable[[Any], Any], rows: Any, n_calls: int) -> dict[str, float]:
    """Time single calls, after some that do not count."""
    for _ in range(_WARM_UP_CALLS):
        predict(rows)
    seconds = np.empty(n_calls)
    for i in range(n_calls):
        start = time.perf_counter_ns()
        predict(rows)
        seconds[i] = (time.perf_counter_ns() - start) * 1e-9
    p50, p99 = np.percentile(seconds, [50.0, 99.0])
    return {"p50": float(p50), "p99": float(p99)}


def _count(number: int | None) -> str:
    return "unknown" if number is None else f"{number:,}"
