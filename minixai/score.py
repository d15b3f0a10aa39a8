"""A measured number that knows its name, unit and direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from minixai.protocols import Array

__all__ = ["Score"]


@dataclass(frozen=True)
class Score:
    """One number, or one per row, with its name, unit and direction.

    Parameters
    ----------
    value : float or array (n_samples,)
    name : str
        The measure, e.g. ``"root mean squared error"``.
    unit : str
        What the number counts; ``""`` where it has no unit.
    higher_is_better : bool
    interval : (float, float), optional
        Confidence interval of the value.
    """

    value: float | Array
    name: str
    unit: str
    higher_is_better: bool
    interval: tuple[float, float] | None = None

    def __float__(self) -> float:
        return float(self.value)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-able values."""
        value = (
            self.value if isinstance(self.value, (int, float)) else [float(v) for v in self.value]
        )
        return {
            "value": value,
            "name": self.name,
            "unit": self.unit,
            "higher_is_better": self.higher_is_better,
            "interval": None if self.interval is None else list(self.interval),
        }
