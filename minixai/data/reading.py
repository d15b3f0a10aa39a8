"""A folder of ratings in MovieLens layout as one table.

Three layouts, told by their files: ``u.data`` (tabs; ``u.item``, ``u.user``, ``u.genre``
beside it, Latin-1), ``ratings.dat`` (``::``; ``movies.dat``, ``users.dat``) and
``ratings.csv`` (``movies.csv``, ``users.csv``). Only the file of ratings must be there; what
else is found is joined. The columns, as far as their files exist:

``user_id``, ``item_id`` (ids); ``rating``; ``rated_year`` (the time of the rating as a year
with its fraction; seconds since 1970 mean nothing to a reader); ``title`` (an id: it says
the same as ``item_id``, and `TableEncoder` leaves it out of the matrix); ``genres``
(multi); ``release_year`` (from the title); the users' columns (age, gender, occupation, zip).
An item's age when rated is ``rated_year - release_year`` and no column: it would be collinear.

Sources: the README files of the MovieLens 100K, 1M and ml-latest-small data sets.
Cost: O(rows) in time and memory.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from minixai.data.csv_file import read_frame, read_text
from minixai.data.table import Table
from minixai.errors import DataError, suggestion
from minixai.protocols import Array

__all__ = ["is_movielens", "read_movielens"]

_RATINGS = ("u.data", "ratings.dat", "ratings.csv")
_TITLE_YEAR = re.compile(r"\((\d{4})\)\s*$")
_OCCUPATIONS = (
    "other",
    "academic/educator",
    "artist",
    "clerical/admin",
    "college/grad student",
    "customer service",
    "doctor/health care",
    "executive/managerial",
    "farmer",
    "homemaker",
    "K-12 student",
    "lawyer",
    "programmer",
    "retired",
    "sales/marketing",
    "scientist",
    "self-employed",
    "technician/engineer",
    "tradesman/craftsman",
    "unemployed",
    "writer",
)
_SECONDS_A_YEAR = 365.2425 * 86400.0
_RENAMED = {
    "userid": "user_id",
    "user": "user_id",
    "movieid": "item_id",
    "movie_id": "item_id",
    "itemid": "item_id",
    "item": "item_id",
}


def is_movielens(folder: Any) -> bool:
    """Return whether ``folder`` is one that `read_movielens` reads."""
    return _layout(Path(folder)) is not None


def read_movielens(
    folder: Any, target: str = "rating", like_threshold: float | None = None
) -> Table:
    """Read a folder in MovieLens layout: ratings, with what is known of items and users.

    Parameters
    ----------
    folder : str or path
        Holds ``u.data``, ``ratings.dat`` or ``ratings.csv``.
    target : str
        The column to predict.
    like_threshold : float, optional
        If given, the target becomes ``like``: whether ``target`` is at least this, 1 or 0;
        the column it comes from is left out, since it is the answer.

    Returns
    -------
    Table
        One row a rating, in the file's order.

    Raises
    ------
    DataError
        Not such a folder, or a file that lacks a column.
    """
    place = Path(folder)
    layout = _layout(place)
    if layout is None:
        what = "has none of them" if place.is_dir() else "is not a folder that exists"
        raise DataError(
            f"A MovieLens folder holds one of {', '.join(_RATINGS)}, and {str(place)!r} {what}: "
            "check the path, or read a single file with Table.from_csv."
        )
    ratings = _named(_read_ratings(place, layout))
    _check_columns(ratings, place / layout)
    items, users = _items(place, layout), _users(place, layout)
    if "timestamp" in ratings:
        seconds = ratings.pop("timestamp").astype(np.float64)
        ratings["rated_year"] = 1970.0 + seconds / _SECONDS_A_YEAR
    frame = ratings
    if items is not None:
        frame = frame.merge(items, on="item_id", how="left")
    if users is not None:
        frame = frame.merge(users, on="user_id", how="left")
    _check_values(frame, place, target)
    kinds = {"user_id": "id", "item_id": "id", "title": "id", "genres": "multi", "zip": "id"}
    present = [each for each in frame.columns if frame[each].notna().any()]
    frame = frame[present]
    kinds = {name: kind for name, kind in kinds.items() if name in frame.columns}
    table = Table.from_frame(frame, kinds=kinds, name=place.resolve().name)
    if like_threshold is None:
        return table.with_target(target)
    return table.with_target(target).with_threshold(like_threshold)


def _read_ratings(place: Path, layout: str) -> Any:
    """Return the frame of ratings in its file's own column names."""
    names = ["user_id", "item_id", "rating", "timestamp"]
    if layout == "u.data":
        return read_frame(place / layout, any_encoding=True, names=names, separator="\t")
    if layout == "ratings.dat":
        return read_frame(place / layout, any_encoding=True, names=names, separator="::")
    return read_frame(place / layout)


def _layout(place: Path) -> str | None:
    return next((name for name in _RATINGS if (place / name).is_file()), None)


def _named(frame: Any) -> Any:
    """Return the frame with ids under the names used here, whatever the file calls them."""
    return frame.rename(columns=lambda name: _RENAMED.get(str(name).lower(), str(name)))


def _check_columns(frame: Any, file: Path) -> None:
    for name in ("user_id", "item_id", "rating"):
        if name not in frame.columns:
            raise DataError(
                f"{str(file)!r} has no column for {name}.{suggestion(name, frame.columns)} "
                f"Columns: {', '.join(map(str, frame.columns))}."
            )


def _check_values(frame: Any, place: Path, target: str) -> None:
    for name in ("user_id", "item_id", "rating", target):
        if name in frame.columns and frame[name].isna().all():
            raise DataError(
                f"Column {name!r} in {str(place)!r} has no value in any of {len(frame)} rows: "
                "fill it in."
            )


def _items(place: Path, layout: str) -> Any:
    """Return item_id, title, genres and release_year, or None without such a file."""
    if layout == "u.data":
        frame = _old_items(place)
    elif layout == "ratings.dat" and (place / "movies.dat").is_file():
        names = ["item_id", "title", "genres"]
        frame = read_frame(place / "movies.dat", any_encoding=True, names=names, separator="::")
    elif layout == "ratings.csv" and (place / "movies.csv").is_file():
        frame = _named(read_frame(place / "movies.csv"))
    else:
        frame = None
    if frame is None or "item_id" not in frame.columns:
        return None
    if "title" in frame.columns:
        years = [_TITLE_YEAR.search(str(title)) for title in frame["title"]]
        frame["release_year"] = [float(found[1]) if found else np.nan for found in years]
    return frame.drop_duplicates("item_id")


def _old_items(place: Path) -> Any:
    """Return what ``u.item`` says: genres are its 0/1 columns, named in ``u.genre``."""
    if not (place / "u.item").is_file():
        return None
    n_columns = read_text(place / "u.item").splitlines()[0].count("|") + 1
    names = ["item_id", "title", "released", "video", "url"][:n_columns]
    genres = [f"genre {k}" for k in range(n_columns - len(names))]
    if (place / "u.genre").is_file():
        lines = [line for line in read_text(place / "u.genre").splitlines() if line.strip()]
        genres = [line.partition("|")[0] for line in lines][: len(genres)]
    frame = read_frame(place / "u.item", any_encoding=True, names=[*names, *genres], separator="|")
    kept = frame[["item_id", "title"]].copy()
    flags: Array = frame[genres].to_numpy() == 1
    unknown = "unknown"  # u.genre's name for no genre
    kept["genres"] = [
        "|".join(g for g, on in zip(genres, row, strict=True) if on and g != unknown)
        for row in flags
    ]
    return kept


def _users(place: Path, layout: str) -> Any:
    """Return the users' columns, or None without such a file."""
    if layout == "u.data":
        names = ["user_id", "age", "gender", "occupation", "zip"]
        file = place / "u.user"
        return (
            read_frame(file, any_encoding=True, names=names, separator="|")
            if file.is_file()
            else None
        )
    if layout == "ratings.dat":
        names = ["user_id", "gender", "age", "occupation", "zip"]
        file = place / "users.dat"
        if not file.is_file():
            return None
        frame = read_frame(file, any_encoding=True, names=names, separator="::")
        frame["occupation"] = [_occupation(code) for code in frame["occupation"]]
        return frame.drop_duplicates("user_id")
    file = place / "users.csv"
    if not file.is_file():
        return None
    frame = _named(read_frame(file))
    return frame.drop_duplicates("user_id") if "user_id" in frame.columns else None


def _occupation(code: Any) -> str:
    """Return an occupation's name: that layout numbers them, and a number is no amount."""
    known = isinstance(code, (int, np.integer)) and 0 <= code < len(_OCCUPATIONS)
    return _OCCUPATIONS[int(code)] if known else str(code)
