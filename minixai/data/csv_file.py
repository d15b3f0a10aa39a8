"""A CSV file as a pandas DataFrame: encoding and separator found, faults named.

UTF-8 (with or without byte order mark), else Latin-1, where every byte is a letter.
The separator is the one of ``, ; tab |`` that cuts the first lines into the same number of
fields, and the most of them; spaces only if none of these does. Between semicolons, numbers
may have decimal commas. A trailing separator's column, without name and values, is dropped.
A ``.gz`` file is unpacked.

Cost: one pass over the file, which is held in memory as text beside its table.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from minixai.data.kind_inference import MISSING_TEXTS
from minixai.errors import DataError, ParameterError, require

__all__ = ["read_frame", "read_text"]

_SEPARATORS = (",", ";", "\t", "|")
_SNIFFED_LINES = 50


def read_text(path: Any) -> str:
    """Return a text file's content, unpacked and decoded.

    Raises
    ------
    DataError
        No such file, a folder, an empty or damaged file, or one that is not text.
    """
    file = Path(path)
    if file.is_dir():
        raise DataError(
            f"{str(file)!r} is a folder: name a CSV file in it (a folder in MovieLens layout is "
            "read by minixai.data.read_movielens)."
        )
    try:
        raw = file.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
    except FileNotFoundError as error:
        raise DataError(f"There is no file {str(file)!r}: check the path.") from error
    except (OSError, EOFError, ValueError) as error:
        raise DataError(f"{str(file)!r} cannot be read ({error}): check the file.") from error
    if not raw.strip():
        raise DataError(f"{str(file)!r} is empty: a line of names and rows of values are needed.")
    if b"\x00" in raw[:100_000]:
        raise DataError(f"{str(file)!r} is not a text file: save the table as CSV first.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def read_frame(
    path: Any, *, names: Sequence[str] | None = None, separator: str | None = None
) -> Any:
    """Return the table in a CSV file as a DataFrame.

    Parameters
    ----------
    path : str or path
        ``.csv``, ``.csv.gz`` or any text of one record a line.
    names : sequence of str, optional
        The columns' names, where the file has no line of names.
    separator : str, optional
        One character, or several; None finds it.

    Raises
    ------
    DataError
        What `read_text` raises; no rows, names twice, or rows of different lengths.
    """
    pandas = require("pandas", "table")
    text = read_text(path)
    first = [line for line in text.splitlines()[:_SNIFFED_LINES] if line.strip()]
    separator = _sniffed(first) if separator is None else separator
    if len(separator) > 1:  # the fast reader wants one character
        text, separator = text.replace(separator, "\x1f"), "\x1f"
        first = [line for line in text.splitlines()[:_SNIFFED_LINES] if line.strip()]
    header = _header(path, first, separator, names)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pandas.errors.ParserWarning)
            frame = pandas.read_csv(
                io.StringIO(text),
                sep=separator,
                names=header,
                header=None if names is not None else 0,
                index_col=False,
                na_values=sorted(MISSING_TEXTS),
                keep_default_na=False,
                decimal="," if separator == ";" and _has_decimal_commas(first[1:]) else ".",
                skipinitialspace=separator != " ",
                low_memory=False,
            )
    except (pandas.errors.ParserError, pandas.errors.ParserWarning) as error:
        reason = " ".join(str(error).replace("Error tokenizing data. C error: ", "").split())
        raise DataError(
            f"{str(path)!r} has rows that do not fit its {len(header)} columns "
            f"({reason.rstrip('.')}): correct them, or name the `separator`."
        ) from error
    nameless = [name for j, name in enumerate(header) if name == f"column_{j + 1}"]
    frame = frame.drop(columns=[name for name in nameless if frame[name].isna().all()])
    if len(frame) == 0:
        raise DataError(f"{str(path)!r} has a line of names and no rows: nothing can be learned.")
    return frame


def _fields(line: str, separator: str) -> list[str]:
    return next(csv.reader([line], delimiter=separator, skipinitialspace=separator != " "))


def _sniffed(lines: list[str]) -> str:
    """Return the separator that cuts most lines alike, then into most fields."""
    best, best_score = ",", (0.0, 1)
    for separator in _SEPARATORS:
        counts = [len(_fields(line, separator)) for line in lines]
        score = (sum(count == counts[0] for count in counts) / len(counts), counts[0])
        if counts[0] > 1 and score > best_score:
            best, best_score = separator, score
    if best_score[1] == 1:
        counts = [len(line.strip().split(" ")) for line in lines]
        if counts[0] > 2 and len(set(counts)) == 1:
            return " "
    return best


def _has_decimal_commas(lines: list[str]) -> bool:
    """Whether numbers are written 1,5 and none 1.5."""
    fields = [field.strip() for line in lines for field in line.split(";")]
    commas = any(re.fullmatch(r"[+-]?\d+,\d+", field) for field in fields)
    return commas and not any(re.fullmatch(r"[+-]?\d+\.\d+", field) for field in fields)


def _header(path: Any, lines: list[str], separator: str, names: Sequence[str] | None) -> list[str]:
    """Return the columns' names after checking them."""
    first = [cell.strip() for cell in _fields(lines[0], separator)]
    if names is not None:
        if len(names) != len(first):
            raise ParameterError(
                f"`names` must hold one name a column: {str(path)!r} has {len(first)} columns, "
                f"got {len(names)} names."
            )
        first = [str(name) for name in names]
    elif all(_is_number(cell) for cell in first):
        raise DataError(
            f"{str(path)!r} begins with {', '.join(first[:3])}, numbers and not names: put a line "
            "of names before them, or pass `names`."
        )
    header = [cell or f"column_{j + 1}" for j, cell in enumerate(first)]
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise DataError(
            f"{str(path)!r} has the column {', '.join(map(repr, repeated[:5]))} more than once: "
            "give every column a name of its own."
        )
    return header


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
