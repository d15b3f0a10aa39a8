"""Explanations of any model."""
