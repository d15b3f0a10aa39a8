"""How the model was trained: the loss by epoch, in words and as a curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minixai.plot import plot_loss_curve
from minixai.report.chart import drawn_chart
from minixai.report.number import count_text, number_text
from minixai.report.section import Section, paragraph
from minixai.report.table import folded_table
from minixai.report.wording import loss_words

if TYPE_CHECKING:
    from minixai.report.record import StudyRecord

__all__ = ["training_section"]


def training_section(study: StudyRecord) -> Section | None:
    """Return the loss curve, or what ended the training; None where neither is known."""
    record = study.training
    losses = list(record.get("loss_curve") or [])
    held_out = list(record.get("validation_curve") or [])
    stopped = record.get("stopped")
    if not losses:
        ended = f"Training ended because of this: {stopped}."
        return Section("training", "Training", (paragraph(ended),)) if stopped else None
    words = _in_words(losses, held_out, record.get("kept_epoch"), stopped) + _loss_in_words(study)
    loss_name = loss_words(record.get("loss"))[0] or None
    return Section(
        "training",
        "Training",
        (
            paragraph(words),
            drawn_chart(
                lambda ax: plot_loss_curve(
                    losses, ax, validation_curve=held_out, loss_name=loss_name
                ),
                key="loss",
                title="Loss by epoch",
                description=words,
                size=(7.0, 3.4),
                caption="Two curves that part ways mean that the model is learning its rows by "
                "heart; two that still fall at the end mean that it could have gone on.",
                data=folded_table(
                    "The numbers",
                    "Loss by epoch",
                    ["epoch", "training", "validation"],
                    _rows(losses, held_out),
                    n_total=len(losses),
                ),
            ),
        ),
    )


def _in_words(
    losses: list[float], held_out: list[float], kept_epoch: object, stopped: object
) -> str:
    """Say how long training took, where the loss went, and when it was lowest."""
    words = f"Training took one epoch, with a loss of {number_text(losses[0])}."
    if len(losses) > 1:
        words = (
            f"Training took {count_text(len(losses))} epochs (passes over the rows). The loss "
            f"went from {number_text(losses[0])} in the first to {number_text(losses[-1])} in the "
            "last."
        )
    if stopped:
        words += f" It ended because of this: {stopped}."
    known = [(loss, i + 1) for i, loss in enumerate(held_out) if loss is not None and loss == loss]
    if known:
        best, epoch = min(known)
        words += (
            " On rows set aside from the training rows to watch it, the loss was lowest, at "
            f"{number_text(best)}, in epoch {epoch}"
        )
        words += "; the model has the weights of that epoch." if kept_epoch == epoch else "."
    return words


def _loss_in_words(study: StudyRecord) -> str:
    """Say what the loss counts, and in which unit, as far as the record tells."""
    scale = study.settings.get("target_scale") or 1.0
    name, meaning = loss_words(study.training.get("loss"))
    if scale != 1.0:
        words = (
            " The loss is half the squared error, averaged over the rows, with the target in units "
            f"of its standard deviation ({number_text(scale)}): to predict the mean for every row "
            "would cost 0.5."
        )
    elif meaning:
        words = f" The loss is {name}: {meaning}."
    else:
        return ""
    return f"{words} A penalty on the weights, if there is one, comes on top."


def _rows(losses: list[float], held_out: list[float]) -> list[list[str]]:
    """Return at most 60 epochs, spread evenly, the last one always among them."""
    step = -(-len(losses) // 60)
    return [
        [
            str(i + 1),
            number_text(losses[i], 5),
            number_text(held_out[i], 5) if i < len(held_out) else "–",
        ]
        for i in range((len(losses) - 1) % step, len(losses), step)
    ]
