"""minixai: explainable machine learning from scratch, every gradient derived by hand.

This file is the map. Names are looked up on first use (PEP 562), so that
``import minixai`` costs no more than NumPy does.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from minixai.explanation import Explanation as Explanation
    from minixai.files import load as load
    from minixai.finding import Finding as Finding
    from minixai.importance import Importance as Importance
    from minixai.score import Score as Score
    from minixai.study import Study as Study
    from minixai.study import run_study as run_study
    from minixai.versions import show_versions as show_versions

_HOME = {
    "Explanation": "minixai.explanation",
    "Finding": "minixai.finding",
    "Importance": "minixai.importance",
    "Score": "minixai.score",
    "Study": "minixai.study",
    "load": "minixai.files",
    "run_study": "minixai.study",
    "show_versions": "minixai.versions",
}

__all__ = [
    "Explanation",
    "Finding",
    "Importance",
    "Score",
    "Study",
    "__version__",
    "load",
    "run_study",
    "show_versions",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'minixai' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, *globals()})
