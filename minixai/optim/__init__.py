"""Losses, optimizers, schedules and the one training loop."""

from minixai.optim.training import fine_tune

__all__ = ["fine_tune"]
