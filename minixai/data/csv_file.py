"""A CSV file as a pandas DataFrame: encoding and separator found, faults named.

UTF-8, UTF-16 or UTF-32 (by their byte order marks, UTF-16 also by the zeros between its
letters), else Windows-1252 or Latin-1, where every byte is a letter: that is warned of, with the
first byte that is not UTF-8. Text that is UTF-8 but for a few bytes is refused, and the first of
them named.
The separator is the one of ``, ; tab |`` that cuts the first records into the same number of
fields, and the most of them; spaces only if none of these does. Between semicolons, numbers
may have decimal commas. A trailing separator's column, without name and values, is dropped.
A ``.gz`` file is unpacked.

Cost: one pass over the file, which is held in memory as text beside its table. Rows that end
early are looked for only where the last column has gaps: another pass, by the csv module, if
quotes or the number of separators leave a doubt.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from minixai.data.kind_inference import MISSING_TEXTS
from minixai.errors import DataError, DataWarning, ParameterError, require

__all__ = ["read_frame", "read_text"]

_SEPARATORS = (",", ";", "\t", "|")
_SNIFFED_RECORDS = 50
_HEAD = 1_000_000  # characters, to the end of their line, that the sniffed records are cut from


def read_text(path: Any) -> str:
    """Return a text file's content, unpacked and decoded; errors as in `read_frame`."""
    return _read(path)[0]


def _read(path: Any) -> tuple[str, str]:
    """Return a text file's content, and what must be said of its encoding, if anything.

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
    if not raw or raw.isspace():
        raise DataError(f"{str(file)!r} is empty: a line of names and rows of values are needed.")
    return _decoded(file, raw)


def read_frame(
    path: Any,
    *,
    names: Sequence[str] | None = None,
    separator: str | None = None,
    any_encoding: bool = False,
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
    any_encoding : bool
        Whether text that is not UTF-8 is expected, and read without a `DataWarning`.

    Raises
    ------
    DataError
        No such file, an empty or damaged one, or one that is not text; no rows, names twice, or
        rows of different lengths.
    """
    pandas = require("pandas", "table")
    text, note = _read(path)
    if note and not any_encoding:
        warnings.warn(note, DataWarning, stacklevel=4)
    separator = _sniffed(text) if separator is None else _checked(separator)
    if len(separator) > 1:  # the fast reader wants one character
        text, separator = text.replace(separator, "\x1f"), "\x1f"
    first = _first_records(text, separator)
    header = _header(path, first, names)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pandas.errors.ParserWarning)
            frame = pandas.read_csv(
                io.BytesIO(text.encode()),  # a StringIO would hold four bytes a letter
                encoding="utf-8",
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
        if "Calling read" in str(error):  # a text in memory is always read, unless interrupted
            raise KeyboardInterrupt from None
        _refuse_ragged(path, text, separator, len(header), len(header))
        reason = " ".join(str(error).replace("Error tokenizing data. C error: ", "").split())
        raise DataError(
            f"{str(path)!r} has rows that do not fit its {len(header)} columns "
            f"({reason.rstrip('.')}): correct them, or name the `separator`."
        ) from error
    nameless = [name for j, name in enumerate(header) if name == f"column_{j + 1}"]
    frame = frame.drop(columns=[name for name in nameless if frame[name].isna().all()])
    if len(frame) == 0:
        raise DataError(f"{str(path)!r} has a line of names and no rows: nothing can be learned.")
    n_records = len(frame) + (names is None)
    full = text.count(separator) == n_records * (len(header) - 1) and '"' not in text
    if len(frame.columns) and frame.iloc[:, -1].isna().any() and not full:
        least = header.index(frame.columns[-1]) + 1
        _refuse_ragged(path, text, separator, least, len(header))
    return frame


def _decoded(file: Path, raw: bytes) -> tuple[str, str]:
    """Return the text of the bytes and a note on them, or name the byte that spoils it."""
    encoding = _encoding_of(raw)
    if encoding is None:
        raise DataError(f"{str(file)!r} is not a text file: save the table as CSV first.")
    wide = encoding != "utf-8-sig"
    try:
        return raw.decode(encoding), ""
    except UnicodeDecodeError as error:
        rest = raw.decode(encoding, errors="replace")
        n_wrong = rest.count("\ufffd")
        if wide or sum(map(len, re.findall(r"[^\x00-\x7f\ufffd]+", rest))) > n_wrong:
            place = len(raw) - len(error.object) + error.start  # counted behind a byte order mark
            line = raw.count(b"\n", 0, place) + 1
            raise DataError(
                f"{str(file)!r} is {encoding[:6].rstrip('-').upper()} text with a byte that is not "
                f"(0x{raw[place]:02x}, byte {place}, line {line}): correct that cell, "
                "or save the table as UTF-8."
            ) from error
        line = raw.count(b"\n", 0, error.start) + 1
        first = f"0x{raw[error.start]:02x}, byte {error.start}, line {line}"
    for other in ("cp1252", "latin-1"):
        try:
            text = raw.decode(other)
        except UnicodeDecodeError:
            continue
        break
    return text, (
        f"{str(file)!r} is not UTF-8 ({first}) and is read as {other}: save it as UTF-8 if "
        "letters come out wrong."
    )


def _encoding_of(raw: bytes) -> str | None:
    """Return the encoding that marks or zeros tell, UTF-8 if none does; None for no text."""
    if raw[:4] in (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"):
        return "utf-32"
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    head = raw[:2000]
    zeros = [part.count(0) / max(len(part), 1) for part in (head[::2], head[1::2])]
    if min(zeros) < 0.05 and max(zeros) > 0.5:  # of Latin letters one byte in two is 0
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    return None if b"\x00" in raw[:100_000] else "utf-8-sig"


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line on which each record begins, and its fields; blank lines are none."""
    rows = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=separator != " "
    )
    line, limit = 1, csv.field_size_limit()
    csv.field_size_limit(max(limit, len(text)))  # the module's own, which long texts exceed
    try:
        for fields in rows:
            if len(fields) > 1 or "".join(fields).strip():
                yield line, fields
            line = rows.line_num + 1
    finally:
        csv.field_size_limit(limit)


def _first_records(text: str, separator: str) -> list[list[str]]:
    end = text.find("\n", _HEAD)
    head = text if end < 0 else text[: end + 1]
    return [fields for _, fields in islice(_records(head, separator), _SNIFFED_RECORDS)]


def _refuse_ragged(path: Any, text: str, separator: str, least: int, most: int) -> None:
    """Raise if a record has fewer or more fields than the file has columns."""
    for line, fields in _records(text, separator):
        if not least <= len(fields) <= most:
            count = f"{len(fields)} field" + ("s" if len(fields) > 1 else "")
            raise DataError(
                f"{str(path)!r} has rows that do not fit its {most} columns (line {line} has "
                f"{count}): correct them, or name the `separator`."
            )


def _checked(separator: str) -> str:
    if not separator or any(mark in separator for mark in '"\r\n'):
        raise ParameterError(
            f"`separator` must stand between fields, got {separator!r}: give a sign such as ';'."
        )
    return separator


def _sniffed(text: str) -> str:
    """Return the separator that cuts most records alike, then into most fields."""
    best, best_score = ",", (0.0, 1)
    for separator in _SEPARATORS:
        counts = [len(fields) for fields in _first_records(text, separator)]
        if not counts or counts[0] == 1:
            continue
        score = (sum(count == counts[0] for count in counts) / len(counts), counts[0])
        if score > best_score:
            best, best_score = separator, score
    if best_score[1] == 1:
        lines = [line.strip() for line in text[:_HEAD].splitlines()[:_SNIFFED_RECORDS]]
        counts = [len(line.split(" ")) for line in lines if line]
        if counts and counts[0] > 2 and len(set(counts)) == 1:
            return " "
    return best


def _has_decimal_commas(records: list[list[str]]) -> bool:
    """Whether numbers are written 1,5 and none 1.5."""
    fields = [field.strip() for record in records for field in record]
    commas = any(re.fullmatch(r"[+-]?\d+,\d+", field) for field in fields)
    return commas and not any(re.fullmatch(r"[+-]?\d+\.\d+", field) for field in fields)


def _header(path: Any, records: list[list[str]], names: Sequence[str] | None) -> list[str]:
    """Return the columns' names after checking them."""
    if not records:
        raise DataError(f"{str(path)!r} has no line of names that can be read: write one.")
    first = [cell.strip() for cell in records[0]]
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
            "of names before them, or give the `names`."
        )
    header = [cell or f"column_{j + 1}" for j, cell in enumerate(first)]
    repeated = sorted(name for name, count in Counter(header).items() if count > 1)
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
