"""Where a report is written: never over somebody else's file, never half.

Cost: one read of the first bytes of an old file, one write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minixai.files import check_overwrite, write_whole
from minixai.report.page import GENERATOR, render

if TYPE_CHECKING:
    from minixai.report.record import StudyRecord

__all__ = ["check_destination", "save_report"]

_MARK = f'<meta name="generator" content="{GENERATOR}'.encode()


def save_report(study: StudyRecord, path: Any, *, force: bool = False) -> None:
    """Write the report of ``study`` to ``path``, whole or not at all.

    Parameters
    ----------
    study : Study
        The record of a run.
    path : str or path
        The HTML file; its folder must exist.
    force : bool
        Whether a file that is not a minixai report may be overwritten too.

    Raises
    ------
    ParameterError
        The path is a folder, a symbolic link, another kind of file, or cannot be written.
    """
    check_destination(path, force=force)
    write_whole(path, render(study).encode("utf-8"))


def check_destination(path: Any, *, force: bool = False) -> None:
    """Raise `ParameterError` if a report may not be written to ``path``; write nothing."""
    check_overwrite(path, _MARK, "a minixai report", force=force)
