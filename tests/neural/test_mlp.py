"""The estimators: learning, types, seeds, bad input, saving, the small capabilities."""

import copy

import numpy as np
import pytest

import minixai
from minixai.compression import quantize
from minixai.errors import ConvergenceWarning, DataError, ParameterError
from minixai.explain import permutation_importance
from minixai.neural import MLPClassifier, MLPRegressor
from tests.conftest import COMPILED
from tests.contracts import file_contract

WIDER = ["g"] if np.dtype("g").itemsize > 8 else []
SMALL = {"hidden_layer_sizes": (8,), "learning_rate": 0.05, "n_epochs": 15}


def data(n=80, d=3, seed=0):
    X = np.random.default_rng(seed).normal(size=(n, d))
    return X, X[:, 0] - 0.5 * X[:, 1]


def test_the_regressor_learns_a_line():
    X, y = data()
    model = MLPRegressor(**SMALL).fit(X, y)
    assert model.score(X, y) > 0.9
    assert model.loss_curve_.shape == (model.n_iter_,) == (SMALL["n_epochs"],)
    assert model.loss_curve_[-1] < 0.2 * model.loss_curve_[0]
    assert model.validation_curve_ is None


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "gelu"])
def test_the_classifier_learns_two_classes(activation, optimizer):
    X, y = data()
    labels = np.where(y > 0, "good", "bad")
    rate = 0.2 if optimizer == "sgd" else 0.05
    model = MLPClassifier((6,), activation, optimizer, rate, 16, 10).fit(X, labels)
    assert model.classes_.tolist() == ["bad", "good"]
    assert model.score(X, labels) > 0.9
    shares = model.predict_proba(X)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    assert np.array_equal(model.predict(X) == "good", model.decision_function(X) > 0)
    np.testing.assert_allclose(shares[:, 1], 1 / (1 + np.exp(-model.decision_function(X))))


def test_the_classifier_learns_three_classes():
    X, y = data()
    labels = np.digitize(y, [-0.5, 0.5]) * 10
    model = MLPClassifier(**SMALL).fit(X, labels)
    assert model.score(X, labels) > 0.8
    raw = model.decision_function(X)
    assert raw.shape == model.predict_proba(X).shape == (len(X), 3)
    assert np.array_equal(model.predict(X), model.classes_[raw.argmax(axis=1)])
    assert model.input_gradient(X).shape == (len(X), 3, 3)


def test_huber_shrugs_at_an_outlier():
    X, y = data()
    spoilt = np.where(np.arange(len(y)) == 0, 300.0, y)
    plain = MLPRegressor((), learning_rate=0.05, n_epochs=20).fit(X, spoilt)
    robust = MLPRegressor((), learning_rate=0.05, n_epochs=20, loss="huber").fit(X, spoilt)
    assert robust.score(X[1:], y[1:]) > 0.95 > plain.score(X[1:], y[1:])


def test_several_outputs():
    X, y = data()
    model = MLPRegressor(**SMALL).fit(X, np.stack([y, 1 - y], axis=1))
    assert model.predict(X).shape == (len(X), 2)
    assert model.input_gradient(X).shape == (len(X), 3, 2)
    assert np.array_equal(model.input_gradient(X, output=1), model.input_gradient(X)[:, :, 1])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_type_of_x_decides(dtype):
    X, y = data(20)
    model = MLPClassifier((4,), n_epochs=2).fit(X.astype(dtype), y > 0)
    assert {array.dtype for array in model.parameters().values()} == {np.dtype(dtype)}
    assert model.decision_function(X).dtype == dtype
    assert model.input_gradient(X).dtype == dtype


def test_the_same_call_gives_the_same_bits_and_another_seed_others():
    X, y = data(20)
    fits = [MLPRegressor((4,), n_epochs=2, random_state=s).fit(X, y) for s in (0, None, 3)]
    assert np.array_equal(fits[0].predict(X), fits[1].predict(X))
    assert not np.array_equal(fits[0].predict(X), fits[2].predict(X))
    again = fits[0].predict(X)
    assert np.array_equal(fits[0].fit(X, y).predict(X), again)


def test_a_row_has_the_same_bits_alone_and_in_a_batch():
    if not COMPILED:
        pytest.skip("plain NumPy products round single rows differently")
    X, y = data(300)
    model = MLPRegressor((5, 4), n_epochs=1).fit(X, y)
    batch, slopes = model.predict(X), model.input_gradient(X)
    for i in (0, 129, 299):
        assert model.predict(X[i : i + 1])[0] == batch[i]
        assert np.array_equal(model.input_gradient(X[i : i + 1])[0], slopes[i])


def test_l2_pulls_the_weights_and_enters_the_loss():
    X, y = data()
    free = MLPRegressor((4,), n_epochs=5).fit(X, y)
    held = MLPRegressor((4,), n_epochs=5, l2=1.0).fit(X, y)
    norms = [sum((layer.weight**2).sum() for layer in m.layers) for m in (free, held)]
    assert norms[1] < norms[0]
    bare = MLPRegressor((4,)).with_parameters(held.parameters()).loss_gradient(X, y)[0]
    assert held.loss_gradient(X, y)[0] == pytest.approx(bare + 0.5 * norms[1])


def test_early_stopping_keeps_the_best_epoch():
    X, y = data(60)
    seen = []
    model = MLPRegressor((8,), learning_rate=0.3, n_epochs=40, early_stopping=True, patience=3)
    model.fit(X, y, callbacks=[lambda record: seen.append(record.validation_loss)])
    assert model.n_iter_ < 40
    assert model.validation_curve_.tolist() == seen
    assert np.argmin(seen) == model.n_iter_ - 1 - 3
    rest = MLPRegressor((8,), learning_rate=0.3, n_epochs=int(np.argmin(seen)) + 1, patience=99)
    rest.set_params(early_stopping=True).fit(X, y)
    np.testing.assert_array_equal(rest.predict(X), model.predict(X))


def test_warm_start_begins_at_the_weights_given():
    X, y = data(20)
    drawn = MLPRegressor((4,), n_epochs=1, random_state=5).fit(X, y).parameters()
    model = MLPRegressor((4,), n_epochs=1, learning_rate=1e-12, warm_start=True, shuffle=False)
    model = model.with_parameters(drawn).fit(X, y)
    for name, array in model.parameters().items():
        np.testing.assert_allclose(array, drawn[name], atol=1e-9)
    with pytest.raises(ParameterError, match="`warm_start` has a network of widths"):
        model.fit(X[:, :2], y)


def test_with_parameters_takes_other_widths_before_and_after_fit():
    X, y = data(20)
    weights = {
        "layers.0.weight": np.ones((3, 2)),
        "layers.0.bias": np.zeros(2),
        "layers.1.weight": np.ones((2, 1)),
        "layers.1.bias": np.zeros(1),
    }
    for start in (MLPRegressor(), MLPRegressor((5,), n_epochs=1).fit(X, y)):
        model = start.with_parameters(weights)
        np.testing.assert_allclose(model.predict(X), 2 * np.maximum(X.sum(axis=1), 0))
        assert model.hidden_layer_sizes == (2,)
    weights["layers.0.weight"][:] = 0
    assert model.parameters()["layers.0.weight"].all()
    assert MLPClassifier().with_parameters(weights).classes_.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layers.1.bias": None}, "has no 'layers.1.bias'"),
        ({"layers.0.weigth": np.ones(1)}, "has no|Did you mean"),
        ({"layers.1.weight": np.ones((3, 1))}, "Layer 1 does not fit"),
        ({"layers.0.bias": np.ones(3)}, "Layer 0 does not fit"),
    ],
)
def test_weights_that_do_not_fit(change, message):
    weights = {
        "layers.0.weight": np.ones((3, 2)),
        "layers.0.bias": np.zeros(2),
        "layers.1.weight": np.ones((2, 1)),
        "layers.1.bias": np.zeros(1),
        **change,
    }
    weights = {name: array for name, array in weights.items() if array is not None}
    with pytest.raises(ParameterError, match=message):
        MLPRegressor().with_parameters(weights)


def test_other_numbers_of_classes_are_refused():
    X, y = data(20)
    model = MLPClassifier((2,), n_epochs=1).fit(X, y > 0)
    three = MLPClassifier((2,), n_epochs=1).fit(X, np.arange(20) % 3)
    with pytest.raises(ParameterError, match="3 outputs, and the model knows 2 classes"):
        model.with_parameters(three.parameters())


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_replaced_columns(method):
    X, y = data(140, 4)
    model = MLPClassifier((5, 3), n_epochs=1).fit(X, np.digitize(y, [-0.5, 0.5]))
    replace = model.column_replacer(X, method)
    for columns in ([2], [3, 0], [0, 1, 2, 3]):
        values = np.random.default_rng(1).normal(size=(len(X), len(columns)))
        changed = X.copy()
        changed[:, columns] = values
        expected = getattr(model, method)(changed)
        if method == "predict":
            assert np.array_equal(replace(columns, values), expected)
        else:
            np.testing.assert_allclose(replace(columns, values), expected, rtol=1e-10, atol=1e-12)
    with pytest.raises(ParameterError, match="Did you mean 'predict'"):
        model.column_replacer(X, "predit")


def test_summary_counts():
    X, y = data(20)
    model = MLPRegressor((64, 32), n_epochs=1).fit(X.astype(np.float32), y)
    summary = model.summary()
    assert summary.n_parameters == 256 + 2080 + 33
    assert summary.n_bytes == 4 * summary.n_parameters
    assert summary.macs == 3 * 64 + 64 * 32 + 32
    assert summary.rows[0].shape == (3, 64)
    assert "relu" in str(summary)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_saved_and_loaded(tmp_path, dtype):
    X, y = data(30)
    X = X.astype(dtype)
    for model in (
        MLPRegressor((4, 3), n_epochs=2, early_stopping=True).fit(X, y),
        MLPClassifier((4,), n_epochs=2).fit(X, np.where(y > 0, "yes", "no")),
        MLPClassifier((), n_epochs=2).fit(X, np.arange(30) % 3),
    ):
        model.save(tmp_path / "model.mxai")
        back = minixai.load(tmp_path / "model.mxai")
        assert np.array_equal(back.predict(X), model.predict(X))
        assert back.get_params() == model.get_params()
        assert np.array_equal(back.loss_curve_, model.loss_curve_)
        assert back.n_iter_ == model.n_iter_


@pytest.mark.parametrize("stops", [False, True])
@pytest.mark.parametrize("sizes", [[5, 4], (5, 4), 5])
def test_everything_documented_comes_back(tmp_path, sizes, stops):
    X, y = data(30)
    model = MLPRegressor(sizes, n_epochs=2, early_stopping=stops).fit(X, y)
    model.save(tmp_path / "model.mxai")
    back = minixai.load(tmp_path / "model.mxai")
    assert file_contract.same(model, back)
    assert back.get_params() == model.get_params()
    assert back.interrupted_ is False
    assert (back.validation_curve_ is None) != stops
    drawn = MLPRegressor().with_parameters(model.parameters())
    drawn.save(tmp_path / "model.mxai")
    assert not hasattr(minixai.load(tmp_path / "model.mxai"), "n_iter_")


def test_an_interrupted_model_comes_back_as_one(tmp_path):
    def press(record):
        raise KeyboardInterrupt

    X, y = data(30)
    with pytest.warns(ConvergenceWarning, match="interrupted"):
        model = MLPRegressor((4,)).fit(X, y, callbacks=[press])
    model.save(tmp_path / "model.mxai")
    assert minixai.load(tmp_path / "model.mxai").interrupted_ is True


@pytest.mark.parametrize("kind", ["i1", "u1", "i8", ">i4", "f4", "f8", "?", "U3", "O", "T"])
def test_labels_come_back_in_their_own_type(tmp_path, kind):
    X, y = data(30)
    labels = (y > 0).astype(int).astype(kind)
    model = MLPClassifier((4,), n_epochs=1).fit(X, labels)
    model.save(tmp_path / "model.mxai")
    back = minixai.load(tmp_path / "model.mxai")
    assert file_contract.same(model, back)
    assert back.predict(X).dtype == labels.dtype


@pytest.mark.parametrize("kind", ["S3", "M8[D]", "M8[ns]", "m8[s]", "date", *WIDER])
def test_labels_that_no_file_can_hold(tmp_path, kind):
    X, y = data(30)
    codes = (y > 0).astype(int)
    labels = codes.astype("M8[D]").astype(object) if kind == "date" else codes.astype(kind)
    model = MLPClassifier((4,), n_epochs=1).fit(X, labels)
    for each in (model, quantize(model)):
        with pytest.raises(ParameterError, match=r"must be numbers or text, got .*astype\(str\)"):
            each.save(tmp_path / "model.mxai")


def test_the_file_contract_sees_what_a_state_leaves_out():
    X, y = data(30)
    model = MLPClassifier((4,), n_epochs=1).fit(X, y > 0)
    for spoilt in ({"interrupted_": None}, {"classes_": np.array([0, 1])}, {"n_iter_": 1.0}):
        other = copy.copy(model)
        vars(other).update(spoilt)
        other._to_state = model._to_state
        with pytest.raises(AssertionError):
            file_contract.same(model, other)


def test_names_of_columns_are_kept(tmp_path):
    pandas = pytest.importorskip("pandas")
    X, y = data(20)
    frame = pandas.DataFrame(X, columns=["a", "b", "c"])
    model = MLPRegressor((2,), n_epochs=1).fit(frame, y)
    model.save(tmp_path / "model.mxai")
    for each in (model, minixai.load(tmp_path / "model.mxai"), halved(model)):
        assert each.feature_names_in_.tolist() == ["a", "b", "c"]
        with pytest.raises(DataError, match="same order"):
            each.predict(frame[["b", "a", "c"]])


def halved(model):
    return model.with_parameters({name: array / 2 for name, array in model.parameters().items()})


def test_one_row_and_more_columns_than_rows():
    X, y = data(1)
    assert np.isfinite(MLPRegressor((2,), n_epochs=1).fit(X, y).predict(X)).all()
    X, y = data(4, 9)
    assert np.isfinite(MLPClassifier((2,), n_epochs=1).fit(X, [0, 1, 0, 1]).predict(X)).all()
    with pytest.raises(DataError, match="one class"):
        MLPClassifier((2,)).fit(X, [1, 1, 1, 1])
    with pytest.raises(DataError, match="needs 2 of them, got n_samples = 1: set it to False"):
        MLPRegressor((2,), early_stopping=True).fit(X[:1], [1.0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"activation": "rellu"}, "Did you mean 'relu'"),
        ({"optimizer": "adm"}, "Did you mean 'adam'"),
        ({"schedule": "cosin"}, "Did you mean 'cosine'"),
        ({"loss": "hubber"}, "Did you mean 'huber'"),
        ({"hidden_layer_sizes": (4, 0)}, "hidden_layer_sizes"),
        ({"hidden_layer_sizes": None}, r"such as \(64, 32\), got None: for no hidden layer give"),
        ({"learning_rate": 0.0}, "learning_rate"),
        ({"batch_size": 2.5}, "batch_size"),
        ({"n_epochs": 0}, "n_epochs"),
        ({"l2": -1.0}, "l2"),
        ({"momentum": 1.0}, "momentum"),
        ({"validation_fraction": 1.0}, "validation_fraction"),
        ({"patience": 0}, "patience"),
        ({"huber_delta": 0.0}, "huber_delta"),
        ({"random_state": -1}, "random_state"),
    ],
)
def test_bad_arguments(arguments, message):
    X, y = data(8)
    with pytest.raises(ParameterError, match=message):
        MLPRegressor(**arguments).fit(X, y)


def test_bad_outputs():
    X, y = data(8)
    model = MLPRegressor((2,), n_epochs=1).fit(X, y)
    with pytest.raises(ParameterError, match="output"):
        model.input_gradient(X, output=1)
    with pytest.raises(ParameterError, match="rule"):
        model.backward(X, np.ones((8, 1)), rule="lrp")
    with pytest.raises(DataError, match="inconsistent"):
        model.loss_gradient(X, y[:3])
    with pytest.raises(DataError, match="inconsistent"):
        MLPClassifier((2,), n_epochs=1).fit(X, y > 0).loss_gradient(X, y[:3] > 0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_enormous_values_are_an_error_that_names_the_column(dtype):
    X, y = data(20)
    huge = 1e150 if dtype == np.float64 else 1e30
    large = X.astype(dtype)
    large[3, 1] = huge
    with pytest.raises(DataError, match=r"Column 'x1' reaches 1e.*scale it first"):
        MLPClassifier((2,), n_epochs=2).fit(large, y > 0)
    with pytest.raises(DataError, match="Column 'y' reaches"):
        MLPRegressor((2,), n_epochs=2).fit(X.astype(dtype), 1e150 * y)
    ones = {"layers.0.weight": np.ones((3, 1), dtype), "layers.0.bias": np.ones(1, dtype)}
    model = MLPRegressor(()).with_parameters(ones)
    with pytest.raises(DataError, match="score of row 1 is not a finite number"):
        model.predict([[1.0, 1.0, 1.0], [1.7e308, 1.7e308, 1.0]])


def test_a_step_that_is_too_long_is_an_error():
    X, y = data(20)
    with pytest.raises(ParameterError, match=r"diverged in epoch.*Lower `learning_rate`"):
        MLPRegressor((4,), optimizer="sgd", learning_rate=1e9, n_epochs=60).fit(X, y)


def test_missing_labels_are_not_scored():
    X, y = data(30)
    model = MLPClassifier((4,), n_epochs=1).fit(X, (y > 0).astype(float))
    spoilt = (y > 0).astype(float)
    spoilt[3] = np.nan
    with pytest.raises(DataError, match="no label in row 3"):
        model.score(X, spoilt)
    with pytest.raises(DataError):
        permutation_importance(model, X, spoilt, n_repeats=1)
