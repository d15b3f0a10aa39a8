"""What the distinct cells of a text column say: numbers, truth values, moments, or labels.

A column is read as one of these only if every cell that is not missing is one; else the cells
stay labels. Decided, where tables differ:

- Numbers as Python reads them, or with commas between thousands (``1,234``, ``-12,345.5``);
  or all of them percentages: ``12%`` is 0.12. Percentages among plain numbers other than 0 are
  an error, since 12% and 12 cannot both be meant as written. Infinity written as a word,
  ``1_000`` and sums of money stay labels.
- Truth values: ``true`` and ``false`` in any case. Among numbers, truth values are 1 and 0.
- Moments: ``2020-01-31`` or ``2020/01/31``, with ``12:30``, ``12:30:05`` or ``12:30:05.25``
  behind a blank or a T; ``31.01.2020``; ``31/01/2020`` and ``01/31/2020``, told apart by a day
  beyond 12 somewhere in the column. If no cell tells, the cells stay labels (naming the kind
  ``datetime`` raises), as they do where one is no day of the calendar. Two of these formats in
  one column are an error. Where all cells have one offset (``Z``, ``+02:00``), it is dropped:
  the hour is the clock's on the wall there. Where offsets differ, moments are those of UTC;
  cells without one among them are an error. Eight digits without signs are a number.
- Text among numbers leaves all of them text: ``check_table`` reports columns in which few
  cells keep the rest from being numbers.

Errors name the column and the rows. Cost: one regular expression a distinct cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minixai.errors import DataError, DataTypeError
from minixai.protocols import Array

__all__ = ["TRUTH_PAIRS", "number_or_none", "read_moments", "read_numbers", "read_truths"]

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_CLOCK = (
    r"(?:[ T](?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d(?:\.\d+)?))?"
    r" ?(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?)?"
)
_YEAR_FIRST = r"(?P<year>\d{4})%s(?P<month>\d\d?)%s(?P<day>\d\d?)"
_FORMATS = {
    "year-month-day": re.compile(_YEAR_FIRST % ("-", "-") + _CLOCK),
    "year/month/day": re.compile(_YEAR_FIRST % ("/", "/") + _CLOCK),
    "day.month.year": re.compile(r"(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?P<year>\d{4})" + _CLOCK),
    "slashes": re.compile(r"(?P<day>\d\d?)/(?P<month>\d\d?)/(?P<year>\d{4})" + _CLOCK),
}
_TRUTHS = {"true": True, "false": False}

TRUTH_PAIRS = (("false", "true"), ("0", "1"), ("no", "yes"), ("n", "y"), ("f", "t"))
"""Words for false and true, in small letters."""


def number_or_none(cell: Any) -> float | None:
    """Return the number that a cell is as Python reads it, or None."""
    if isinstance(cell, str) and ("_" in cell or cell.lower().lstrip("+-") in ("inf", "infinity")):
        return None  # Python reads 1_000; a table's author hardly meant it
    try:
        return float(cell)
    except (TypeError, ValueError):
        return None


def read_truths(cells: Sequence[Any]) -> list[bool] | None:
    """Return cells as truth values, or None if one of them is none."""
    truths = []
    for cell in cells:
        truth = _TRUTHS.get(cell.lower()) if isinstance(cell, str) else cell
        if not isinstance(truth, (bool, np.bool_)):
            return None
        truths.append(bool(truth))
    return truths


def read_numbers(
    name: str, cells: Sequence[Any], row_of: Callable[[int], int]
) -> list[float] | None:
    """Return cells as numbers, or None if one of them is none.

    Parameters
    ----------
    name : str
        The column's, for the message.
    cells : sequence
        Distinct cells, none of them missing.
    row_of : callable
        From a cell's position to the first row that holds it.

    Raises
    ------
    DataError
        Percentages among other numbers.
    """
    numbers: list[float] = []
    percent: list[int] = []
    plain: list[int] = []
    for k, cell in enumerate(cells):
        number = number_or_none(cell)
        if number is None and isinstance(cell, str):
            number = _written_number(cell)
            if number is not None and cell.endswith("%"):
                percent.append(k)
        if number is None:
            return None
        if number != 0.0 and percent[-1:] != [k]:
            plain.append(k)
        numbers.append(number)
    if percent and plain:
        a, b = row_of(plain[0]), row_of(percent[0])
        raise DataError(
            f"Column {name!r} mixes numbers and percentages: row {a} holds {cells[plain[0]]!r}, "
            f"row {b} {cells[percent[0]]!r}; write all in one way, or read them as labels with "
            f"`kinds={{{name!r}: 'categorical'}}`."
        )
    return numbers


def _written_number(cell: str) -> float | None:
    """Return a number written with commas between thousands or a percent sign, or None."""
    share = cell.endswith("%")
    digits = cell[:-1].rstrip() if share else cell
    if _THOUSANDS.fullmatch(digits):
        digits = digits.replace(",", "")
    number = number_or_none(digits)
    return None if number is None else number / 100.0 if share else number


def read_moments(
    name: str, cells: Sequence[str], row_of: Callable[[int], int], *, needed: bool = False
) -> Array | None:
    """Return cells as seconds since 1970 (n_cells,), or None if one of them is no moment.

    Parameters
    ----------
    name, cells, row_of
        As in `read_numbers`.
    needed : bool
        Whether None is an error that names the row.

    Raises
    ------
    DataError
        Two formats in one column.
    DataTypeError
        A cell that is no moment, if moments are ``needed``.
    """
    found: list[tuple[str, re.Match[str]]] = []
    for k, cell in enumerate(cells):
        match = _matched(cell)
        if match is None:
            if needed:
                raise _no_moment(name, cell, row_of(k))
            return None
        found.append(match)
    formats = [form for form, _ in found]
    odd = next((k for k, form in enumerate(formats) if form != formats[0]), None)
    if odd is not None:
        raise _two_formats(name, cells, (0, odd), row_of)
    matches = [match for _, match in found]
    month_first = False
    if formats[:1] == ["slashes"]:
        order = _order_of_slashes(name, cells, matches, row_of)
        if order is None and needed:
            raise DataTypeError(
                f"Column {name!r}, row {row_of(0)}: {cells[0]!r} may begin with the day or the "
                "month, and no row tells; write it as 2020-01-31."
            )
        if order is None:
            return None
        month_first = order == "month"
    seconds = _seconds(matches, month_first) - _offsets(name, cells, matches, row_of)
    wrong = np.flatnonzero(np.isnan(seconds))
    if len(wrong) and needed:
        raise _no_moment(name, cells[wrong[0]], row_of(int(wrong[0])))
    return None if len(wrong) else seconds


def _matched(cell: Any) -> tuple[str, re.Match[str]] | None:
    if not isinstance(cell, str) or not cell[:1].isdigit():
        return None
    for form, pattern in _FORMATS.items():
        match = pattern.fullmatch(cell)
        if match is not None:
            return form, match
    return None


def _order_of_slashes(
    name: str, cells: Sequence[str], matches: list[re.Match[str]], row_of: Callable[[int], int]
) -> str | None:
    """Return whether 1/2/2020 begins with the "day" or the "month"; None if no cell tells."""
    day = next((k for k, each in enumerate(matches) if int(each["day"]) > 12), None)
    month = next((k for k, each in enumerate(matches) if int(each["month"]) > 12), None)
    if day is not None and month is not None:
        raise _two_formats(name, cells, (day, month), row_of)
    return "day" if day is not None else "month" if month is not None else None


def _offsets(
    name: str, cells: Sequence[str], matches: list[re.Match[str]], row_of: Callable[[int], int]
) -> Array:
    """Return how far each cell's clock is before UTC, in seconds; 0 where all are alike."""
    zones = [each["zone"] for each in matches]
    known = {zone: _offset(zone) for zone in set(zones) if zone}
    if len(set(known.values())) <= 1 and None not in zones:
        return np.zeros(len(cells))
    if None in zones and known:
        bare = zones.index(None)
        zoned = next(k for k, zone in enumerate(zones) if zone)
        raise DataError(
            f"Column {name!r} holds moments with and without an offset from UTC: row "
            f"{row_of(zoned)} holds {cells[zoned]!r}, row {row_of(bare)} {cells[bare]!r}; write "
            f"all in one way, or read them as labels with `kinds={{{name!r}: 'categorical'}}`."
        )
    return np.array([known.get(zone, 0.0) for zone in zones])


def _offset(zone: str) -> float:
    """Return an offset such as +02:00 in seconds."""
    if zone == "Z":
        return 0.0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    seconds = 3600.0 * int(digits[:2]) + 60.0 * int(digits[2:])
    return -seconds if zone[0] == "-" else seconds


def _seconds(matches: list[re.Match[str]], month_first: bool) -> Array:
    """Return the moments in seconds; NaN where there is no such day or hour."""

    def numbers(part: str) -> Array:
        return np.array([float(each[part] or 0) for each in matches])

    year, month, day = (numbers(part) for part in ("year", "month", "day"))
    if month_first:
        month, day = day, month
    hour, minute, second = (numbers(part) for part in ("hour", "minute", "second"))
    months = ((year - 1970) * 12 + month - 1).astype(np.int64).astype("datetime64[M]")
    first = months.astype("datetime64[D]").astype(np.int64)
    length = (months + 1).astype("datetime64[D]").astype(np.int64) - first
    possible = (month >= 1) & (month <= 12) & (day >= 1) & (day <= length) & (year >= 1)
    possible &= (hour < 24) & (minute < 60) & (second < 60)
    seconds = (first + day - 1) * 86400.0 + hour * 3600.0 + minute * 60.0 + second
    return np.where(possible, seconds, np.nan)


def _two_formats(
    name: str, cells: Sequence[str], places: tuple[int, int], row_of: Callable[[int], int]
) -> DataError:
    first, second = places
    return DataError(
        f"Column {name!r} holds dates in two formats: row {row_of(first)} holds "
        f"{cells[first]!r}, row {row_of(second)} {cells[second]!r}; write all as 2020-01-31, or "
        f"read them as labels with `kinds={{{name!r}: 'categorical'}}`."
    )


def _no_moment(name: str, cell: Any, row: int) -> DataTypeError:
    return DataTypeError(
        f"Column {name!r}, row {row}: {str(cell)[:40]!r} is no date; write it as 2020-01-31 or "
        f"2020-01-31 12:30, or read the column with `kinds={{{name!r}: 'categorical'}}`."
    )
