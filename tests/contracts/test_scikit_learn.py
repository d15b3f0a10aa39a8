"""scikit-learn's own checks on every estimator whose X is a 2-D array."""

import pytest

from tests.conftest import COMPILED
from tests.contracts import registry

sklearn = pytest.importorskip("sklearn")
estimator_checks = pytest.importorskip("sklearn.utils.estimator_checks")

WEIGHTS = "check_sample_weight_equivalence_on_dense_data"
FIT_TRANSFORM = ("check_transformer_general", "check_transformer_data_not_an_array")


@pytest.mark.filterwarnings("ignore:.*does not inherit from.*BaseEstimator:UserWarning")
@pytest.mark.filterwarnings("ignore:::sklearn")
@pytest.mark.parametrize("name", registry.SCIKIT_LEARN)
def test_check_estimator(name):
    if not COMPILED and name.startswith(("BoostedGAM", "GradientBoosting", "MLP")):
        pytest.skip("thousands of training steps: run compiled only")
    expected = {}
    if name in registry.DRAWS_ROWS:
        expected[WEIGHTS] = "draws rows: equal in expectation, which test_expectation shows"
    if name in registry.OUT_OF_FOLD:
        expected |= dict.fromkeys(FIT_TRANSFORM, "out of fold, which test_target_encoding shows")
    results = estimator_checks.check_estimator(
        registry.SCIKIT_LEARN[name](), on_fail=None, on_skip=None, expected_failed_checks=expected
    )
    failed = {
        r["check_name"]: r["exception"] for r in results if r["status"] not in ("passed", "xfail")
    }
    skipped = {r["check_name"] for r in results if r["status"] == "skipped"}
    assert not set(failed) - skipped, failed
    assert skipped <= {"check_array_api_input"}, skipped
    assert sum(r["status"] == "passed" for r in results) >= 40
    assert {r["check_name"] for r in results if r["status"] == "xfail"} <= set(expected)
