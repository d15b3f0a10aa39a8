r"""Calendar encoding: parts of a moment, on a line or on a circle, and its age.

A part that comes round again, such as the month, has December beside January only on a circle:

.. math::
    (\sin \phi, \cos \phi), \qquad \phi = 2 \pi (p - p_0) / P                          (1)

with p the part, p_0 its first value and P the number of its values. The age of a moment is

.. math::
    a_i = (t_{ref} - t_i) / 86400                                                      (2)

days, with t_ref given or the latest moment of training, so that a later one is below 0. Where
a moment is missing, every column has its mean in training (on a circle a point inside), and an
indicator follows if training had gaps and one is wanted.

Moments are those of datetime columns, of numpy's datetime64 and pandas' times, ISO and other
dates in text (`cell_reading` says which), or numbers: seconds since 1970. There are no time
zones: hours are those of the clock on the wall. The calendar is the Gregorian one, weeks and
weekdays those of ISO 8601; the parts are those of pandas' ``Series.dt``.

Cost: one pass a part; text is read once a distinct cell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minixai.data.column import Column
from minixai.data.column_container import as_columns, as_seconds
from minixai.data.column_encoding import TargetBlindEncoder
from minixai.errors import DataError, ParameterError, check_option
from minixai.protocols import Array

__all__ = ["PARTS", "DatetimeEncoder"]

_DAY = 86400
_SAME = 1e-12  # the sine of half a circle is not quite 0


class DatetimeEncoder(TargetBlindEncoder):
    """Make numbers of moments.

    Parameters
    ----------
    parts : sequence of str
        What to make, in order: "year", "quarter", "month", "week", "day", "day_of_year",
        "weekday" (Monday 0), "hour", "minute", "second", "weekend" (0/1), "age" (days); and
        "month_cycle", "day_of_year_cycle", "weekday_cycle", "hour_cycle", "minute_cycle", each
        a sine and a cosine.
    reference : str, datetime64 or pandas time, optional
        The moment that ages are counted from; None takes each column's latest of training.
    drop_constant : bool
        Whether parts that are the same in all of training (the hour of bare dates) are left out.
    add_indicator : bool
        Whether a 0/1 column follows for every input that had gaps in training.

    Attributes
    ----------
    reference_ : array (n_features,), float64
        Seconds since 1970 of the moments that ages are counted from.
    has_missing_ : array (n_features,), bool
        Whether training had gaps.
    made_ : list of lists of str
        The columns made of each input.
    fill_ : list of arrays
        Their means in training, which stand where a moment is missing.

    Examples
    --------
    >>> from minixai.data import DatetimeEncoder
    >>> encoder = DatetimeEncoder(parts=("year", "month", "age"))
    >>> encoder.fit_transform([["2020-03-01"], ["2021-04-02"], [None]])
    array([[2.0200e+03, 3.0000e+00, 3.9700e+02, 0.0000e+00],
           [2.0210e+03, 4.0000e+00, 0.0000e+00, 0.0000e+00],
           [2.0205e+03, 3.5000e+00, 1.9850e+02, 1.0000e+00]])
    """

    reference_: Array
    has_missing_: Array
    made_: list[list[str]]
    fill_: list[Array]

    def __init__(
        self,
        parts: Any = ("year", "month_cycle", "day", "weekday_cycle", "hour_cycle", "age"),
        reference: Any = None,
        drop_constant: bool = True,
        add_indicator: bool = True,
    ) -> None:
        self.parts = parts
        self.reference = reference
        self.drop_constant = drop_constant
        self.add_indicator = add_indicator

    def _check_options(self) -> None:
        if isinstance(self.parts, str) or not len(self.parts):
            raise ParameterError(f"`parts` must be a list of parts, got {self.parts!r}.")
        for part in self.parts:
            check_option("parts", part, _KNOWN)
        if len(set(self.parts)) < len(self.parts):
            raise ParameterError(f"`parts` must differ, got {list(self.parts)!r}.")
        if self.reference is not None:
            self._given_reference()
        for name in ("drop_constant", "add_indicator"):
            if not isinstance(getattr(self, name), (bool, np.bool_)):
                raise ParameterError(
                    f"`{name}` must be True or False, got {getattr(self, name)!r}."
                )

    def _given_reference(self) -> float:
        try:
            seconds = as_seconds(as_columns([[self.reference]], type(self).__name__)[0])[0]
        except DataError as error:
            raise ParameterError(f"`reference` must be a moment ({error})") from error
        if np.isnan(seconds):
            raise ParameterError(f"`reference` must be a moment, got {self.reference!r}.")
        return float(seconds)

    def _learn(self, columns: list[Column]) -> dict[str, Any]:
        references, made, fills, gaps = [], [], [], []
        for column in columns:
            seconds = as_seconds(column)
            present = seconds[~np.isnan(seconds)]
            latest = float(present.max()) if len(present) else 0.0
            reference = latest if self.reference is None else self._given_reference()
            names, kept = [], []
            for name, values in _parts(present, self.parts, reference):
                if len(present) and (not self.drop_constant or np.ptp(values) > _SAME):
                    names.append(name)
                    kept.append(float(values.mean()))
            references.append(reference)
            made.append(names)
            fills.append(np.array(kept))
            gaps.append(len(present) < len(seconds))
        return {
            "reference_": np.array(references),
            "made_": made,
            "fill_": fills,
            "has_missing_": np.array(gaps, dtype=bool),
        }

    def _write(self, columns: list[Column], matrix: Array, first: int) -> None:
        for j, column in enumerate(columns):
            seconds = as_seconds(column)
            missing = np.isnan(seconds)
            moments = np.where(missing, 0.0, seconds)
            parts = {name.partition("_sin")[0].partition("_cos")[0] for name in self.made_[j]}
            asked = [part for part in self.parts if part.removesuffix("_cycle") in parts]
            values = dict(_parts(moments, asked, float(self.reference_[j])))
            for name, fill in zip(self.made_[j], self.fill_[j], strict=True):
                matrix[:, first] = np.where(missing, fill, values[name])
                first += 1
            if self._is_indicated(j):
                matrix[:, first] = missing
                first += 1

    def _made_columns(self, names: list[str]) -> list[tuple[str, str]]:
        made = []
        for j, name in enumerate(names):
            made += [(f"{name}:{part}", name) for part in self.made_[j]]
            made += [(f"{name}=(missing)", name)] if self._is_indicated(j) else []
        return made

    def _is_indicated(self, j: int) -> bool:
        return bool(self.add_indicator and self.has_missing_[j])

    def _column_state(self) -> dict[str, Any]:
        state = super()._column_state()
        reference = self.reference
        if reference is not None and not isinstance(reference, (str, int, float)):
            reference = str(reference)
        params = {**state["params"], "parts": list(self.parts), "reference": reference}
        return {**state, "params": params}

    def _to_state(self) -> tuple[dict[str, Any], dict[str, Array]]:
        meta = {**self._column_state(), "made": [list(each) for each in self.made_]}
        arrays = {f"{j}.fill": fill for j, fill in enumerate(self.fill_)}
        return meta, {**arrays, "reference": self.reference_, "has_missing": self.has_missing_}

    @classmethod
    def _from_state(cls, meta: dict[str, Any], arrays: dict[str, Array]) -> DatetimeEncoder:
        params = {**meta["params"], "parts": tuple(meta["params"]["parts"])}
        encoder = cls._with_column_state({**meta, "params": params})
        encoder.made_ = [list(each) for each in meta["made"]]
        encoder.fill_ = [arrays[f"{j}.fill"] for j in range(encoder.n_features_in_)]
        encoder.reference_, encoder.has_missing_ = arrays["reference"], arrays["has_missing"]
        return encoder


def _months(days: Array) -> Array:
    """Return months since January 1970."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _first_of(days: Array, unit: str) -> Array:
    """Return the first day of each day's month or year."""
    starts = days.astype("datetime64[D]").astype(f"datetime64[{unit}]")
    return starts.astype("datetime64[D]").astype(np.int64)


def _year(days: Array) -> Array:
    return days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def _weekday(days: Array) -> Array:
    return (days + 3) % 7  # 1970-01-01 was a Thursday


def _week(days: Array) -> Array:
    thursday = days - _weekday(days) + 3  # a week belongs to the year of its Thursday
    return (thursday - _first_of(thursday, "Y")) // 7 + 1


PARTS: dict[str, Callable[[Array, Array], Array]] = {
    "year": lambda days, clock: _year(days),
    "quarter": lambda days, clock: _months(days) % 12 // 3 + 1,
    "month": lambda days, clock: _months(days) % 12 + 1,
    "week": lambda days, clock: _week(days),
    "day": lambda days, clock: days - _first_of(days, "M") + 1,
    "day_of_year": lambda days, clock: days - _first_of(days, "Y") + 1,
    "weekday": lambda days, clock: _weekday(days),
    "hour": lambda days, clock: clock // 3600,
    "minute": lambda days, clock: clock % 3600 // 60,
    "second": lambda days, clock: clock % 60,
    "weekend": lambda days, clock: (_weekday(days) >= 5).astype(np.int64),
}
"""Part -> its value from whole days since 1970 and the seconds since midnight."""

_CYCLES = {
    "month": (1, 12),
    "day_of_year": (1, 365.2425),
    "weekday": (0, 7),
    "hour": (0, 24),
    "minute": (0, 60),
}
"""Part -> its first value and how many values it has."""

_KNOWN = [*PARTS, "age", *(f"{part}_cycle" for part in _CYCLES)]


def _parts(seconds: Array, parts: Any, reference: float) -> list[tuple[str, Array]]:
    """Return the name and values of every column that the parts make."""
    whole = np.floor(seconds).astype(np.int64)
    days, clock = whole // _DAY, whole % _DAY
    made = []
    for part in parts:
        if part == "age":
            made.append((part, (reference - seconds) / _DAY))  # (2)
        elif part in PARTS:
            made.append((part, PARTS[part](days, clock).astype(np.float64)))
        else:
            name = part.removesuffix("_cycle")
            first, period = _CYCLES[name]
            angle = 2.0 * np.pi * (PARTS[name](days, clock) - first) / period  # (1)
            made += [(f"{name}_sin", np.sin(angle)), (f"{name}_cos", np.cos(angle))]
    return made
