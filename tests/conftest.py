"""Settings of the suite: reproducible hypothesis draws, real data where it is named."""

import os
from pathlib import Path

import hypothesis
import pytest

os.environ.setdefault("MPLBACKEND", "Agg")
COMPILED = os.environ.get("MINIXAI_NUMBA") != "0"

hypothesis.settings.register_profile(
    "gate",
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=True,
    max_examples=25 if COMPILED else 8,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile("fuzz", deadline=None, max_examples=1000)
hypothesis.settings.load_profile(os.environ.get("MINIXAI_HYPOTHESIS", "gate"))


@pytest.fixture
def real_data():
    """A function from a folder's name to its path in the folder named by MINIXAI_DATA."""

    def folder(name):
        root = os.environ.get("MINIXAI_DATA")
        if not root:
            pytest.skip("MINIXAI_DATA does not name a folder of real data")
        path = Path(root) / name
        if not path.is_dir():
            pytest.skip(f"MINIXAI_DATA has no folder {name!r}")
        return path

    return folder
