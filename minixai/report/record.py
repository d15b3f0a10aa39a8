"""What the report reads: the fields of a study, all of them plain values or results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from minixai.finding import Finding
    from minixai.importance import Importance

__all__ = ["StudyRecord"]


class StudyRecord(Protocol):
    """A study, as far as the report knows it; an empty field leaves its section out."""

    @property
    def title(self) -> str:
        """What was studied."""
        ...

    @property
    def version(self) -> str:
        """The version of minixai that made the record."""
        ...

    @property
    def environment(self) -> dict[str, str]:
        """Package -> version."""
        ...

    @property
    def settings(self) -> dict[str, Any]:
        """What it takes to run it again."""
        ...

    @property
    def data(self) -> dict[str, Any]:
        """Counts of rows, target, task, a row per column, what pictures of the data show."""
        ...

    @property
    def model(self) -> dict[str, Any]:
        """Name, layers as rows, weights that are drawn, the inputs and the columns they are of."""
        ...

    @property
    def training(self) -> dict[str, Any]:
        """Loss by epoch."""
        ...

    @property
    def metrics(self) -> list[dict[str, Any]]:
        """Name and direction of each column of the scores."""
        ...

    @property
    def scores(self) -> list[dict[str, Any]]:
        """A row for the model, then one for each yardstick."""
        ...

    @property
    def predictions(self) -> dict[str, Any]:
        """True and predicted numbers with residuals, or labels, confusion matrix and curves."""
        ...

    @property
    def importances(self) -> list[Importance]:
        """One per method."""
        ...

    @property
    def examples(self) -> list[dict[str, Any]]:
        """Single rows, explained."""
        ...

    @property
    def compression(self) -> list[dict[str, Any]]:
        """A row per version of the model, the original first."""
        ...

    @property
    def findings(self) -> list[Finding]:
        """What would mislead, and what is worth a note."""
        ...

    @property
    def timings(self) -> dict[str, Any]:
        """Seconds."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON-able values."""
        ...
