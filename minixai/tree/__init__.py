"""Trees, forests, boosting and additive models of binned columns."""

__all__: list[str] = []
