"""A finding: something wrong or doubtful, with its evidence and what to do about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Finding"]


@dataclass(frozen=True)
class Finding:
    """Something a check noticed; nothing is acted on unless asked.

    Parameters
    ----------
    kind : str
        What was found, e.g. ``"leaked_target"``.
    columns : tuple of str
        The raw columns concerned, the strongest evidence first.
    sentence : str
        The finding in words, evidence included.
    evidence : dict
        The numbers behind it, JSON-able.
    proposal : str
        What to do, in words.
    severity : str
        ``"warning"`` (a result would mislead) or ``"note"``.
    before, after : dict, optional
        What was measured before and after acting on it.
    accepted : bool, optional
        Whether the change was kept; None: nobody acted.
    """

    kind: str
    columns: tuple[str, ...]
    sentence: str
    evidence: dict[str, Any] = field(default_factory=dict)
    proposal: str = ""
    severity: str = "warning"
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    accepted: bool | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-able values."""
        return {**asdict(self), "columns": list(self.columns)}

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Finding:
        """Rebuild a finding from `to_dict`."""
        return cls(**{**fields, "columns": tuple(fields["columns"])})
