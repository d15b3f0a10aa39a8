"""Importance as bars, the largest on top, with the standard error of each.

What is not drawn is said in a note: how many, and between which values they lie. Only shares of a
whole add up, so only they get the sum of the others as a last bar (of two columns shuffled
together the loss of score may be far more than both losses, and mean sizes do not add up either).
A bar's sign is its colour, its side of the zero line and the sign of the number beside it.

Source of the form: the bar summary of Lundberg & Lee (2017), arXiv:1705.07874.
Cost: O(n_features log n_features).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minixai._validation import check_number
from minixai.errors import require
from minixai.plot.canvas import BLUE, VERMILLION, new_axes, note
from minixai.plot.text import PLAIN_TEXT, number_text, shortened, shortened_all

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from minixai.importance import Importance
    from minixai.protocols import Array

__all__ = ["plot_importance"]

_INCHES_A_STEP = 1.1
_SHARES = ("weight",)
"""Methods whose values are shares of a whole."""


def plot_importance(
    importance: Importance,
    ax: Axes | None = None,
    *,
    max_display: int = 10,
    value_name: str | None = None,
) -> Any:
    """Draw one bar for each of the features that matter most.

    Parameters
    ----------
    importance : Importance
        One value per feature; higher matters more. Error bars are ``std_error`` to either side,
        where it is known.
    ax : matplotlib.axes.Axes, optional
        Where to draw; None makes a figure of its own.
    max_display : int
        How many features get a bar, at least 1; the others, if they are two or more, are said
        in a note, and summed in one more bar where the method's values are shares of a whole.
    value_name : str, optional
        What the length of a bar is; None takes it from the method and the metric.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn into; the bars are ``ax.patches``, from the top.

    Raises
    ------
    ParameterError
        ``max_display`` is not a whole number above 0.

    Examples
    --------
    >>> import numpy as np
    >>> from minixai.importance import Importance
    >>> ax = plot_importance(Importance(np.array([0.1, 0.3]), ("age", "price"), "weight"))
    >>> [float(bar.get_width()) for bar in ax.patches]
    [0.3, 0.1]
    """
    check_number("max_display", max_display, low=1, integer=True)
    mean = np.asarray(importance.mean, dtype=np.float64)
    order = np.asarray(importance.order(), dtype=np.int64)
    n_shown = len(order) if len(order) == max_display + 1 else max_display
    shown, rest = order[:n_shown], order[n_shown:]
    values = [float(mean[j]) for j in shown]
    names = shortened_all(importance.feature_names[j] for j in shown)
    if len(rest) and importance.method in _SHARES:
        values.append(float(mean[rest].sum()))
        names.append(f"sum of {len(rest)} others")
    axes = new_axes(ax, (6.4, 1.1 + 0.34 * max(len(values), 1)))
    places = np.arange(len(values))
    axes.barh(places, values, color=[VERMILLION if v < 0 else BLUE for v in values], height=0.66)
    errors = _draw_errors(axes, importance, values, shown)
    _write_values(axes, values, errors)
    axes.axvline(0.0, color=axes.spines["left"].get_edgecolor(), linewidth=0.8)
    axes.set_yticks(places, names, **PLAIN_TEXT)
    axes.set_ylim(len(values) - 0.4, -0.6)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    _tick_sparsely(axes)
    axes.set_xlabel(_axis_text(importance, value_name), **PLAIN_TEXT)
    if len(rest):
        others = "" if importance.method in _SHARES else _span_text(mean[rest])
        note(axes, f"{len(shown)} of {len(order)} features shown{others}")
    return axes


def _span_text(values: Array) -> str:
    """Say between which numbers the values lie that have no bar."""
    known = values[np.isfinite(values)]
    if not len(known):
        return ""
    low, high = (number_text(float(each)) for each in (known.min(), known.max()))
    return f"; the others {f'are {low}' if low == high else f'lie between {low} and {high}'}"


def _draw_errors(ax: Any, importance: Importance, values: list[float], shown: Any) -> list[float]:
    """Draw the error bars and return how far each reaches (0 where there is none)."""
    reach = [0.0] * len(values)
    if importance.std_error is None or not len(shown):
        return reach
    known = np.asarray(importance.std_error, dtype=np.float64)[shown]
    reach[: len(shown)] = [float(each) for each in known]
    ax.errorbar(
        values[: len(shown)],
        np.arange(len(shown)),
        xerr=known,
        fmt="none",
        ecolor=ax.yaxis.label.get_color(),
        elinewidth=1.4,
        capsize=3.5,
    )
    return reach


def _write_values(ax: Any, values: list[float], reach: list[float]) -> None:
    """Write each number to the right of its bar, where there is room: past zero if negative."""
    signed = any(value < 0 for value in values)
    for place, (value, error) in enumerate(zip(values, reach, strict=True)):
        ax.annotate(
            number_text(value, signed=signed),
            (max(0.0, value + (error if error == error else 0.0)), place),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize="small",
            **PLAIN_TEXT,
        )
    ax.margins(x=0.14)
    left, right = ax.get_xlim()
    ax.set_xlim(left if min(values, default=0.0) < 0 else min(left, 0.0), right)


def _tick_sparsely(ax: Any) -> None:
    """Set few ticks with short numbers: seven digits a tick would run into each other."""
    ticker = require("matplotlib.ticker", "plot")
    inches = ax.get_window_extent().width / ax.figure.dpi
    n_steps = int(np.clip(inches / _INCHES_A_STEP, 1, 5))
    ax.xaxis.set_major_locator(ticker.MaxNLocator(n_steps, steps=[1, 2, 2.5, 5, 10]))
    ax.xaxis.set_major_formatter(_tick_text)


def _tick_text(value: float, place: int | None) -> str:
    return number_text(value + 0.0)  # -0.0 + 0.0 is 0.0: no sign at zero


def _axis_text(importance: Importance, value_name: str | None) -> str:
    """Say what the length of a bar and of its error bar is."""
    method = str(importance.method)
    words = {
        "permutation": "loss of score when the column is shuffled",
        "weight": "share of the sum of absolute-weight products",
        "gradient": "mean absolute gradient",
    }.get(method, f"importance: {shortened(method, 40)}")
    words += f" ({shortened(importance.metric, 40)})" if importance.metric else ""
    words = words if value_name is None else shortened(value_name, 80)
    if importance.std_error is None:
        return words
    over = "shuffles" if method == "permutation" else "rows"
    return f"{words}\nerror bars: ± 1 standard error over {importance.n_repeats:,} {over}"
