"""Numbers as people read them: four digits, thousands apart, bytes and seconds in fitting units."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

__all__ = [
    "beside_text",
    "bytes_text",
    "count_text",
    "difference_text",
    "number_text",
    "percent_text",
    "raw_text",
    "seconds_text",
    "value_text",
]

_SECOND_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_BYTE_UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def number_text(value: Any, digits: int = 4) -> str:
    """Return a number with four significant digits, thousands apart."""
    if value is None or value != value:
        return "–"
    number = float(value)
    if math.isinf(number):
        return "∞" if number > 0 else "−∞"
    if number == 0:
        return "0"
    size = math.floor(math.log10(abs(number)))
    if -4 <= size < 9:
        text = f"{number:,.{max(0, digits - 1 - size)}f}"
    else:
        text = f"{number:.{digits - 1}e}"
    return text.replace("-", "−")


def difference_text(change: float, *, beside: float) -> str:
    """Return a difference with as many decimals as ``beside``, a number it belongs to, shows."""
    shown = number_text(beside)
    decimals = len(shown.partition(".")[2]) if "e" not in shown else 0
    if not decimals or change == 0 or round(change, decimals) == 0:
        return number_text(change, 2)
    return f"{change:,.{decimals}f}".replace("-", "−")


def beside_text(value: Any, others: Iterable[Any]) -> str:
    """Return `number_text`, but 0 where that is what the decimals of ``others`` make of it."""
    text = number_text(value)
    if "e−" not in text:
        return text
    shown = [number_text(each) for each in others]
    decimals = max((len(t.partition(".")[2]) for t in shown if "e" not in t), default=0)
    return "0" if decimals and round(float(value), decimals) == 0 else text


def count_text(value: Any) -> str:
    """Return a whole number, thousands apart."""
    return "–" if value is None or value != value else f"{int(value):,}".replace("-", "−")


def percent_text(share: float) -> str:
    """Return a share in [0, 1] as a percentage."""
    return f"{100 * share:.1f} %" if share == share else "–"


def bytes_text(n_bytes: Any) -> str:
    """Return a size with its unit: 12.3 kB."""
    if n_bytes is None:
        return "–"
    for size, unit in _BYTE_UNITS:
        if abs(n_bytes) >= size:
            return f"{n_bytes / size:.3g} {unit}"
    return f"{n_bytes:.0f} bytes"


def seconds_text(seconds: Any) -> str:
    """Return a time with its unit: 3.2 ms."""
    if seconds is None or seconds != seconds:
        return "–"
    if seconds == 0:
        return "0 s"
    size, unit = next((pair for pair in _SECOND_UNITS if abs(seconds) >= pair[0]), (1e-9, "ns"))
    amount = seconds / size
    return f"{amount:.0f} {unit}" if amount >= 100 else f"{amount:.3g} {unit}"


def raw_text(value: Any) -> str:
    """Return a value of the data as it stands there: six digits, nothing between thousands."""
    return f"{value:.6g}".replace("-", "−") if isinstance(value, float) else value_text(value)


def value_text(value: Any) -> str:
    """Return any JSON value as text: numbers with four digits, lists in a row."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value).replace("-", "−")  # it may be a year, a seed or an id
    if isinstance(value, float):
        text = number_text(value)
        return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text
    if isinstance(value, dict):
        return ", ".join(f"{key}: {value_text(each)}" for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(value_text(each) for each in value)
    return str(value)
