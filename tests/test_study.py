"""The loop on small tables: what the record holds, that it repeats, what it finds."""

import json

import numpy as np
import pytest

from minixai import Study, run_study, study_steps
from minixai.compression import measure, measurement, prune, quantize
from minixai.data import Table, make_shop, split_random
from minixai.errors import ConvergenceWarning, DataError, FileFormatError, ParameterError
from minixai.explain import Gradient, InputXGradient, permutation_importance, weight_importance
from minixai.linear import LinearRegression
from minixai.neural import MLPClassifier, MLPRegressor
from tests.conftest import COMPILED

pandas = pytest.importorskip("pandas")
pytest.importorskip("matplotlib")


@pytest.fixture(scope="module", autouse=True)
def few_timed_calls():
    """Time a model by fewer calls where kernels are plain Python; no test reads the times."""
    with pytest.MonkeyPatch.context() as patch:
        if not COMPILED:
            patch.setattr(measurement, "_CALLS", {1: 3, 256: 3})
            patch.setattr(measurement, "_WARM_UP_CALLS", 1)
        yield


def shop(**options):
    return make_shop(n_users=60, n_items=20, n_rows=800, **options).table


def small(kind=MLPRegressor):
    return kind(hidden_layer_sizes=(8,), n_epochs=4, batch_size=64)


@pytest.fixture(scope="module")
def study():
    return run_study(shop(leak=True), model=small(), n_repeats=2)


def without_times(study):
    record = study.to_dict()
    del record["timings"]
    return record


def test_the_record_is_whole(study):
    assert study.scores[0]["model"] == "MLPRegressor"
    yardsticks = {row["model"] for row in study.scores[1:]}
    assert yardsticks == {
        "global mean",
        "bias baseline (user and item means)",
        "linear regression",
    }
    assert {each.method for each in study.importances} >= {"permutation"}
    assert len(study.importances) == 3
    raw = set(study.importances[0].feature_names)
    assert raw == {row["column"] for row in study.data["columns"]} - {study.data["target"]}
    assert study.compression[0]["model"] == "original"
    assert len(study.compression) == 4
    assert study.compression[2]["bytes_on_disk"] < study.compression[0]["bytes_on_disk"]
    assert len(study.examples) == 3
    assert study.data["n_train"] + study.data["n_test"] == study.data["n_rows"] == 800
    assert set(study.timings) == {"steps", "latency"}


def test_the_record_has_no_time_outside_of_timings(study):
    text = json.dumps(without_times(study))
    assert "seconds" not in text
    assert "p50" not in text


def test_two_runs_are_equal_but_for_the_timings(study):
    again = run_study(shop(leak=True), model=small(), n_repeats=2)
    assert without_times(again) == without_times(study)
    spread = run_study(shop(leak=True), model=small(), n_repeats=2, n_jobs=2)
    assert without_times(spread) == without_times(study)
    other = run_study(shop(leak=True), model=small(), n_repeats=2, random_state=1)
    assert without_times(other) != without_times(study)


def test_the_record_comes_back_from_its_file(study, tmp_path):
    study.save(tmp_path / "study.json")
    back = Study.load(tmp_path / "study.json")
    assert back.to_dict() == json.loads(study.to_json())
    back.report(tmp_path / "a.html")
    study.report(tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_damaged_records_are_refused(tmp_path):
    path = tmp_path / "study.json"
    for text in ("", "[]", '{"format": "other"}', '{"format": "minixai-study/1"}'):
        path.write_text(text)
        with pytest.raises(FileFormatError):
            Study.load(path)
    with pytest.raises(DataError, match="No file"):
        Study.load(tmp_path / "nothing")


def test_the_leak_comes_first_with_its_evidence(study):
    first = study.findings[0]
    assert first.kind == "leaked_target"
    assert first.severity == "warning"
    leaked = set(shop(leak=True).features) - set(shop().features)
    assert set(first.columns) == leaked
    assert any(column in study.warnings[0] for column in leaked)
    assert first.evidence


@pytest.mark.parametrize("target", ["rating", "purchase", "amount"])
def test_the_clean_shop_accuses_nobody(target):
    table = shop(target=target)
    kind = MLPClassifier if table.task == "classification" else MLPRegressor
    found = run_study(table, model=small(kind), n_repeats=1)
    assert [each for each in found.findings if each.severity == "warning" and each.columns] == []


def test_classes():
    found = run_study(shop(target="purchase"), model=small(MLPClassifier), n_repeats=1)
    assert found.data["task"] == "classification"
    assert [m["name"] for m in found.metrics] == [
        "accuracy", "balanced_accuracy", "matthews_correlation", "roc_auc", "average_precision",
        "log_loss", "brier",
    ]  # fmt: skip
    assert np.sum(found.predictions["confusion"]) == found.data["n_test"]
    assert found.scores[1]["model"] == "most frequent class"


def test_three_classes_and_text_labels():
    draws = np.random.default_rng(0)
    X = draws.normal(size=(200, 3))
    y = np.array(["low", "middle", "high"])[np.digitize(X[:, 0], [-0.5, 0.5])]
    found = run_study((X, y), model=small(MLPClassifier), n_repeats=1)
    assert set(found.predictions["labels"]) == {"low", "middle", "high"}
    assert set(found.examples[0]["values"]) == {"x0", "x1", "x2"}


@pytest.mark.parametrize("model", ["linear", LinearRegression(solver="gradient_descent")])
def test_linear_models_walk_the_loop(model):
    found = run_study(shop(), model=model, n_repeats=1)
    assert found.scores[0]["model"] == "LinearRegression"
    assert len(found.compression) == 4


def test_a_foreign_model_walks_as_far_as_it_can():
    ensemble = pytest.importorskip("sklearn.ensemble")
    forest = ensemble.RandomForestRegressor(n_estimators=5, random_state=0)
    found = run_study(shop(), model=forest, n_repeats=1)
    assert found.scores[0]["model"] == "RandomForestRegressor"
    assert [each.method for each in found.importances] == ["permutation"]
    assert found.compression == []
    assert not hasattr(forest, "estimators_"), "the estimator given stays unfitted"


def test_missing_values_walk_too():
    found = run_study(shop(missing=0.1), model=small(), n_repeats=1)
    assert any(row["missing"] for row in found.data["columns"])


def test_nothing_is_learned_from_held_out_rows():
    """Poison the held-out rows: what was fitted stays the same to the bit."""
    table = shop()
    split = split_random(table, test_share=0.2, random_state=0)
    frame = table.to_frame()
    frame.loc[np.asarray(split.test_rows), "price"] = 1e6
    frame.loc[np.asarray(split.test_rows), "rating"] = -50.0
    poisoned = Table.from_frame(frame, target="rating", kinds=table.kinds)
    one = run_study(table, model=small(), n_repeats=1)
    two = run_study(poisoned, model=small(), n_repeats=1)
    assert two.training == one.training
    assert two.model == one.model
    assert two.scores != one.scores


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: run_study(shop(), model="mpl"), ParameterError, "Did you mean 'mlp'"),
        (lambda: run_study(shop(), model=3), ParameterError, "estimator"),
        (lambda: run_study(shop(), test_share=1.5), ParameterError, "test_share"),
        (lambda: run_study(shop(target="purchase"), model="linear"), ParameterError, "classes"),
        (lambda: run_study("x.csv"), ParameterError, "from_csv"),
        (lambda: run_study((np.ones((4, 2)), [1, 2])), DataError, "4 rows and y has 2"),
        (lambda: run_study((np.ones(4), [1, 2, 3, 4])), DataError, "2 dimensions"),
        (
            lambda: run_study((np.random.default_rng(0).normal(size=(6, 9)), np.arange(6.0))),
            DataError,
            "determine no model",
        ),
    ],
)
def test_what_is_wrong_is_said(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_a_table_without_a_target_lists_its_columns():
    frame = pandas.DataFrame({"age": [1.0, 2.5, 3.0], "price": [4.0, 5.0, 7.0]})
    with pytest.raises(ParameterError, match=r"\['age', 'price'\]"):
        run_study(Table.from_frame(frame))


@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e5])
@pytest.mark.parametrize("shift", [0.0, 3.0])
def test_the_unit_of_the_target_does_not_matter(scale, shift):
    """The default network learns house prices as well as shares, and says so in their unit."""
    X = np.random.default_rng(0).normal(size=(300, 3))
    y = scale * (X @ [1.0, 2.0, 3.0] + shift)
    found = run_study((X, y), n_repeats=1)
    assert found.scores[0]["r2"] > 0.9
    assert np.allclose(found.settings["target_scale"], scale * 3.74, rtol=0.2)
    kept = [row["metric_value"] for row in found.compression]
    assert max(kept) < 0.5 * found.scores[1]["root_mean_squared_error"]


def test_a_model_in_the_target_unit_is_the_same_model():
    X = np.random.default_rng(0).normal(size=(40, 3))
    y = 50.0 + 20.0 * X[:, 0]
    unit = study_steps.TargetUnit(float(y.mean()), float(y.std()))
    inner = small().fit(X, unit.of(y))
    outer = unit.restored(inner)
    assert np.allclose(outer.predict(X), inner.predict(X) * unit.scale + unit.mean, rtol=1e-12)
    none = study_steps.TargetUnit()
    assert none.restored(inner) is inner
    assert none.of(y) is y


@pytest.mark.parametrize("size", [1e40, 1e150])
def test_targets_beyond_float32_are_refused_in_one_line(size):
    X = np.random.default_rng(0).normal(size=(200, 3))
    with pytest.raises(DataError, match="float32 does not hold: standardise") as caught:
        run_study((X, size * (X @ [1.0, 2.0, 3.0])), n_repeats=1)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("Target 'y' reaches")


def test_a_class_that_was_held_out_whole_is_named():
    X = np.random.default_rng(0).normal(size=(100, 3))
    y = np.where(X[:, 0] > 0, "a", "b").astype(object)
    held = split_random(Table.from_frame(pandas.DataFrame(X)), random_state=0).test_rows
    y[held[0]] = "rare"
    with pytest.raises(DataError, match=r"\['rare'\] was held out"):
        run_study((X, y), model=small(MLPClassifier), n_repeats=1)


def test_estimators_inside_of_the_one_given_stay_unfitted():
    pipeline = pytest.importorskip("sklearn.pipeline")
    linear = pytest.importorskip("sklearn.linear_model")
    given = pipeline.make_pipeline(linear.Ridge())
    X = np.random.default_rng(0).normal(size=(60, 2))
    run_study((X, X @ [1.0, 2.0]), model=given, n_repeats=1)
    assert not hasattr(given[-1], "coef_")


def test_a_column_may_be_called_y():
    frame = pandas.DataFrame(
        np.random.default_rng(0).normal(size=(60, 3)), columns=["y", "y_", "z"]
    )
    found = run_study((frame, frame["z"].to_numpy() + 1.0), model="linear", n_repeats=1)
    assert found.data["target"] == "y__"


@pytest.mark.parametrize(
    ("early_stopping", "kept_epoch", "words"),
    [(False, None, "; the weights so far were kept"), (True, 1, "; the best weights so far were")],
)
def test_an_interrupted_training_is_told(monkeypatch, early_stopping, kept_epoch, words):
    fit = MLPRegressor.fit

    def stopped(self, X, y):
        def interrupt(record):
            raise KeyboardInterrupt

        return fit(self, X, y, callbacks=[interrupt])

    monkeypatch.setattr(MLPRegressor, "fit", stopped)
    model = small().set_params(early_stopping=early_stopping)
    with pytest.warns(ConvergenceWarning, match="interrupted"):
        found = run_study(shop(), model=model, n_repeats=1)
    assert "interrupted by the user" + words in found.training["stopped"]
    assert found.training["kept_epoch"] == kept_epoch
    assert any("interrupted after 1 of" in sentence for sentence in found.warnings)


def test_the_training_tells_its_loss_and_the_epoch_that_was_kept():
    stopping = MLPClassifier(hidden_layer_sizes=(8,), n_epochs=6, early_stopping=True)
    told = run_study(shop(target="purchase"), model=stopping, n_repeats=1).training
    assert told["loss"] == "cross_entropy"
    assert told["kept_epoch"] == 1 + int(np.argmin(told["validation_curve"]))
    told = run_study(shop(), model=small(), n_repeats=1).training
    assert (told["loss"], told["kept_epoch"]) == ("half_squared_error", None)
    told = run_study(shop(), model="linear", n_repeats=1).training
    assert (told["loss"], told["kept_epoch"]) == ("", None)


def test_what_training_warned_of_is_a_finding():
    model = LinearRegression(solver="gradient_descent", n_epochs=2)
    with pytest.warns(ConvergenceWarning):
        found = run_study(shop(), model=model, n_repeats=1)
    (doubt,) = [f for f in found.findings if f.kind == "unfinished_training"]
    assert doubt.severity == "warning"
    assert doubt.sentence in found.warnings


def test_the_public_calls_work_as_written():
    made = make_shop(n_users=60, n_items=20, n_rows=300, target="rating", leak=True, random_state=0)
    assert made.truth.values.shape[0] == made.table.n_rows == 300
    assert made.background.n_rows > 0
    assert str(made.formula)
    X = np.random.default_rng(0).normal(size=(60, 3))
    y = (X[:, 0] > 0).astype(int)
    m = MLPClassifier(
        hidden_layer_sizes=(64, 32), activation="relu", optimizer="adam", learning_rate=1e-3,
        batch_size=32, n_epochs=2, random_state=0,
    ).fit(X, y)  # fmt: skip
    assert m.input_gradient(X).shape == (60, 3)
    assert set(m.loss_gradient(X, y)[1]) == set(m.parameters())
    assert "layers.0" in str(m.summary())
    assert "(1, 3)" in m.trace(X[:1], y[:1]).text
    found = permutation_importance(m, X, y, n_repeats=3, groups={"size": [0, 2]}, random_state=0)
    assert found.feature_names == ("size", "x1")
    assert found.mean.shape == found.std.shape == (2,)
    assert (
        Gradient(m).explain(X).values.shape == InputXGradient(m).explain(X).values.shape == (60, 3)
    )
    assert weight_importance(m).mean.shape == (3,)
    smaller = quantize(prune(m, sparsity=0.5), X_calibration=X, n_bits=8)
    assert measure(smaller, X, y).bytes_on_disk < measure(m, X, y).bytes_on_disk


def test_a_model_no_better_than_a_constant_is_a_warning():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, 3)), rng.normal(size=200)
    found = run_study(
        (X, y), model=MLPRegressor((8,), n_epochs=200, learning_rate=0.02), n_repeats=1
    )
    (doubt,) = [each for each in found.findings if each.kind == "worse_than_constant"]
    assert doubt.severity == "warning"
    assert doubt.evidence["model"] >= doubt.evidence["global mean"]
    better = run_study((X, X @ np.arange(1.0, 4.0)), model="linear", n_repeats=1)
    assert "worse_than_constant" not in [each.kind for each in better.findings]
