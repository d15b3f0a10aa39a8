"""The record of one whole run of the loop; the report is drawn from it and nothing else.

Everything numerical is reproducible: two runs with one seed give equal records but for
``timings``, where every measured time lies; tables refer to times by their key there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from minixai.errors import DataError, FileFormatError
from minixai.files import check_overwrite, write_whole
from minixai.finding import Finding
from minixai.importance import Importance

__all__ = ["Study", "check_study_path"]

_FORMAT = "minixai-study/1"


@dataclass(frozen=True)
class Study:
    """One run of the loop: data, model, scores, explanations, compression, findings.

    Parameters
    ----------
    title, version : str
    environment : dict
        Versions of what the numbers were made with.
    settings : dict
        Source, model, seed, test share: what it takes to run it again.
    data : dict
        Counts, target, task, a row per column; of the columns as they stand in the table: what goes
        with what, where values are missing, how they lie, how they go with the target.
    model : dict
        Name, parameters, the summary's rows and the weights that are drawn.
    training : dict
        Loss curves.
    metrics, scores : list of dict
        What is measured, and a row per model: the model first, then its yardsticks.
    predictions : dict
        A sample of true and predicted values and the counts of the residuals, or the confusion
        matrix, the curves over all thresholds and a threshold for a rare class.
    importances : list of Importance
        Folded to raw columns.
    examples : list of dict
        Single rows, explained.
    compression : list of dict
        Before and after.
    findings : list of Finding
        The gravest first.
    timings : dict
        Seconds.
    """

    title: str
    version: str
    environment: dict[str, str]
    settings: dict[str, Any]
    data: dict[str, Any]
    model: dict[str, Any]
    training: dict[str, Any]
    metrics: list[dict[str, Any]]
    scores: list[dict[str, Any]]
    predictions: dict[str, Any]
    importances: list[Importance]
    examples: list[dict[str, Any]]
    compression: list[dict[str, Any]]
    findings: list[Finding] = field(default_factory=list)
    timings: dict[str, Any] = field(default_factory=dict)

    @property
    def warnings(self) -> list[str]:
        """The sentences of what would mislead, the gravest first."""
        return [each.sentence for each in self.findings if each.severity == "warning"]

    @property
    def feedback(self) -> list[Finding]:
        """The findings that were acted on."""
        return [each for each in self.findings if each.accepted is not None]

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON-able values."""
        record = {name: getattr(self, name) for name in self.__dataclass_fields__}
        record["importances"] = [each.to_dict() for each in self.importances]
        record["findings"] = [each.to_dict() for each in self.findings]
        return {"format": _FORMAT, **record, "warnings": self.warnings}

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Study:
        """Rebuild a study from `to_dict`.

        Raises
        ------
        FileFormatError
            Another format, or fields missing.
        """
        if not isinstance(record, dict) or record.get("format") != _FORMAT:
            raise FileFormatError(f"This is not a study of format {_FORMAT!r}.")
        fields = {k: v for k, v in record.items() if k not in ("format", "warnings")}
        try:
            fields["importances"] = [Importance.from_dict(each) for each in fields["importances"]]
            fields["findings"] = [Finding.from_dict(each) for each in fields["findings"]]
            return cls(**fields)
        except (KeyError, TypeError) as error:
            raise FileFormatError(f"The study lacks or repeats a field ({error}).") from error

    def to_json(self) -> str:
        """Return the record as JSON text."""
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)

    def save(self, path: Any, *, force: bool = False) -> None:
        """Write the record as JSON, whole or not at all.

        Parameters
        ----------
        path : str or path
        force : bool
            Overwrite a file that is not a study.
        """
        check_study_path(path, force=force)
        write_whole(path, self.to_json().encode("utf-8", "replace"))

    @classmethod
    def load(cls, path: Any) -> Study:
        """Read back what `save` wrote."""
        source = Path(path)
        if not source.is_file():
            raise DataError(f"No file at {str(source)!r}: check the path.")
        try:
            record = json.loads(source.read_text("utf-8"))
        except ValueError as error:
            raise FileFormatError(f"{str(source)!r} is not JSON ({error}).") from error
        return cls.from_dict(record)

    def report(self, path: Any, *, force: bool = False) -> None:
        """Write the report, one self-contained HTML file.

        Parameters
        ----------
        path : str or path
        force : bool
            Overwrite a file that is not a minixai report.
        """
        from minixai.report import save_report

        save_report(self, path, force=force)

    def _repr_html_(self) -> str:
        from html import escape

        rows = "".join(f"<li>{escape(sentence)}</li>" for sentence in self.warnings)
        return f"<p>{escape(str(self))}</p><ul>{rows}</ul>"

    def __str__(self) -> str:
        first = self.scores[0]
        shown = ", ".join(f"{m['name']} {first[m['name']]:.4g}" for m in self.metrics)
        return f"{self.title}: {first['model']}, {shown}; {len(self.warnings)} warnings"


def check_study_path(path: Any, *, force: bool = False) -> None:
    """Raise `ParameterError` if a study may not be written to ``path``; write nothing."""
    check_overwrite(path, _FORMAT.encode(), "a saved study", force=force)
