"""Losses, optimizers, schedules and the one training loop."""
