"""Statistics of columns and of linear models."""
