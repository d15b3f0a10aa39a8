"""What is installed: the lines a bug report needs."""

from __future__ import annotations

import platform
import sys
from importlib import metadata

import minixai

__all__ = ["show_versions", "versions"]

_PACKAGES = ("numpy", "numba", "llvmlite", "pandas", "matplotlib", "scipy", "dask", "scikit-learn")


def versions() -> dict[str, str]:
    """Return name -> version of minixai, Python, the platform and the packages it may use."""
    found = {
        "minixai": minixai.__version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
    }
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def show_versions() -> None:
    """Write the versions to standard output, a line each."""
    for name, version in versions().items():
        sys.stdout.write(f"{name:>14}: {version}\n")
