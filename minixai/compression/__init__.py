"""Smaller models: pruning, quantization, and their measured price."""
