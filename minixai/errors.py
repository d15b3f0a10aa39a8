"""Errors and warnings: every message says the value, the rule and the remedy.

``DataError`` is about what was fed in, ``ParameterError`` about how the call was
written; the command line maps them to exit codes 3 and 2.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from importlib import import_module
from types import ModuleType

__all__ = [
    "ConvergenceWarning",
    "DataError",
    "DataTypeError",
    "DataWarning",
    "FileFormatError",
    "MinixaiError",
    "MissingDependencyError",
    "ParameterError",
    "check_option",
    "require",
    "suggestion",
]


class MinixaiError(Exception):
    """Base of every error raised by minixai."""


class DataError(MinixaiError, ValueError):
    """The data cannot be used as they are."""


class DataTypeError(DataError, TypeError):
    """The data are of a kind that cannot be used here."""


class FileFormatError(DataError):
    """A file is damaged, or is not what it should be."""


class ParameterError(MinixaiError, ValueError):
    """An argument has a value that the call does not allow."""


class MissingDependencyError(MinixaiError, ImportError):
    """An optional package is needed and not installed."""


class ConvergenceWarning(UserWarning):
    """A solver stopped before it reached the accuracy asked for."""


class DataWarning(UserWarning):
    """Something about the data that the reader of a result must know."""


def suggestion(name: object, known: Iterable[str]) -> str:
    """Return `` Did you mean 'x'?`` for the nearest of ``known``, or an empty string."""
    nearest = difflib.get_close_matches(str(name), [str(each) for each in known], n=1, cutoff=0.5)
    return f" Did you mean {nearest[0]!r}?" if nearest else ""


def check_option(argument: str, value: object, known: Iterable[str | None]) -> None:
    """Raise `ParameterError` unless ``value`` is one of the ``known`` names."""
    names = list(known)
    if value not in names:
        listed = ", ".join(repr(name) for name in names)
        near = suggestion(value, filter(None, names))
        raise ParameterError(f"`{argument}` must be one of {listed}, got {value!r}.{near}")


def require(module: str, extra: str) -> ModuleType:
    """Import an optional ``module``, or say which line installs it."""
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise MissingDependencyError(
            f'{package} is needed here and not installed: run `pip install "minixai[{extra}]"`.'
        ) from error
