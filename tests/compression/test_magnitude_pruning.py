import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from minixai.compression import prune
from minixai.compression.magnitude_pruning import _largest
from minixai.errors import ConvergenceWarning, DataWarning, ParameterError
from minixai.linear import LinearRegression
from minixai.neural import MLPClassifier, MLPRegressor
from minixai.optim.optimizers import start_optimizer
from minixai.optim.training import TrainingPlan, _mean_loss, fine_tune, flatten, train
from tests.layered_double import LayeredDouble
from tests.reference import magnitude_pruning as reference


def weights_of(model):
    return [array for array in model.parameters().values() if array.ndim == 2]


@given(
    weights=arrays.arrays(
        np.float64, st.integers(1, 30), elements=st.sampled_from([0.0, -1.0, 1.0, 2.0, -2.0, 3.0])
    ),
    sparsity=st.floats(0, 0.999),
)
def test_keeps_what_a_sorted_list_keeps_ties_by_position(weights, sparsity):
    kept = set(np.flatnonzero(_largest(weights, sparsity)))
    assert kept == reference.kept_positions(list(np.abs(weights)), sparsity)


@pytest.mark.filterwarnings("ignore:Pruning removed every weight")  # as 0.999 of 21 weights is
@given(sparsity=st.floats(0, 0.999), scope=st.sampled_from(["global", "layer"]))
def test_exactly_the_share_asked_for_is_zero(sparsity, scope):
    model = LayeredDouble.draw((4, 7, 3))
    before = model.parameters()
    pruned = prune(model, sparsity=sparsity, scope=scope)
    sizes = [array.size for array in weights_of(model)]
    zeros = [np.count_nonzero(array == 0) for array in weights_of(pruned)]
    if scope == "layer":
        assert zeros == [round(sparsity * size) for size in sizes]
    else:
        assert sum(zeros) == round(sparsity * sum(sizes))
    for name, array in pruned.parameters().items():
        changed = array != before[name]
        assert (array[changed] == 0).all()
        assert array.ndim == 2 or not changed.any()
        np.testing.assert_array_equal(model.parameters()[name], before[name])


def test_global_takes_the_smallest_wherever_they_are():
    model = LayeredDouble.draw((3, 4, 1))
    small = {**model.parameters(), "layers.0.weight": np.full((3, 4), 0.01)}
    with pytest.warns(DataWarning, match=r"every weight of layers\.0\.weight"):
        pruned = prune(model.with_parameters(small), sparsity=12 / 16)
    assert not pruned.layers[0].weight.any()
    assert pruned.layers[1].weight.all()
    by_layer = prune(model.with_parameters(small), sparsity=0.5, scope="layer")
    assert [np.count_nonzero(w) for w in weights_of(by_layer)] == [6, 2]


def test_pruning_again_counts_the_zeros_that_are_there():
    model = LayeredDouble.draw((4, 5, 1))
    half = prune(model, sparsity=0.5)
    again = prune(half, sparsity=0.3)
    for name, array in half.parameters().items():
        np.testing.assert_array_equal(again.parameters()[name], array)
    deeper, direct = prune(half, sparsity=0.7), prune(model, sparsity=0.7)
    for name, array in direct.parameters().items():
        np.testing.assert_array_equal(deeper.parameters()[name], array)


def data(n=60, d=5):
    draws = np.random.default_rng(0)
    X = draws.normal(size=(n, d))
    return X, X @ np.arange(1.0, d + 1)


@pytest.mark.parametrize("model", [LinearRegression(), MLPRegressor((6,), n_epochs=5)])
def test_no_sparsity_is_the_same_model(model):
    X, y = data()
    model.fit(X, y)
    same = prune(model, sparsity=0.0)
    assert same is not model
    np.testing.assert_array_equal(same.predict(X), model.predict(X))


@pytest.mark.parametrize("scope", ["global", "layer"])
def test_fine_tuning_keeps_the_zeros_and_mends_the_loss(scope):
    X, y = data()
    model = MLPRegressor((8,), n_epochs=60, learning_rate=0.01, random_state=0).fit(X, y)
    raw = prune(model, sparsity=0.6, scope=scope)
    tuned = prune(model, sparsity=0.6, scope=scope, X=X, y=y, n_epochs=30, random_state=1)
    for before, after in zip(weights_of(raw), weights_of(tuned), strict=True):
        np.testing.assert_array_equal(after == 0, before == 0)
    assert tuned.loss_gradient(X, y)[0] < raw.loss_gradient(X, y)[0]
    again = prune(model, sparsity=0.6, scope=scope, X=X, y=y, n_epochs=30, random_state=1)
    np.testing.assert_array_equal(again.predict(X), tuned.predict(X))


@pytest.mark.parametrize(
    ("scale", "shift", "level"),
    [(1.0, 0.0, 0.0), (1e6, 0.0, 0.0), (1.0, 100.0, 1e4), (1e150, 0, 0)],
)
@pytest.mark.parametrize("solver", ["closed_form", "sgd"])
def test_a_linear_model_is_tuned_to_the_least_squares_of_its_columns(scale, shift, level, solver):
    X, y = data()
    y = y + level + np.random.default_rng(1).normal(size=len(y))
    moved = scale * X + shift
    model = LinearRegression(solver=solver).fit(moved, y)
    tuned = prune(model, sparsity=0.4, X=moved, y=y, n_epochs=2)
    raw = prune(model, sparsity=0.4)
    kept = raw.coef_ != 0
    assert kept.sum() == 3
    np.testing.assert_array_equal(tuned.coef_ != 0, kept)
    design = np.column_stack([X[:, kept], np.ones(len(X))])
    exact = np.linalg.lstsq(design, y, rcond=None)[0]
    np.testing.assert_allclose(tuned.coef_[kept] * scale, exact[:-1], rtol=1e-8)
    np.testing.assert_allclose(tuned.predict(moved), design @ exact, rtol=1e-8, atol=1e-8)
    assert tuned.score(moved, y) >= raw.score(moved, y) - 1e-12
    assert tuned.get_params() == model.get_params()


def test_a_linear_model_without_intercept_or_columns_is_tuned_too():
    X, y = data()
    through = LinearRegression(fit_intercept=False).fit(X, y + 3)
    tuned = prune(through, sparsity=0.4, X=X, y=y + 3, n_epochs=1)
    kept = tuned.coef_ != 0
    assert tuned.intercept_ == 0
    exact = np.linalg.lstsq(X[:, kept], y + 3, rcond=None)[0]
    np.testing.assert_allclose(tuned.coef_[kept], exact, rtol=1e-10)
    with pytest.warns(DataWarning, match="the same for every row"):
        empty = prune(LinearRegression().fit(X, y), sparsity=0.95, X=X, y=y, n_epochs=1)
    assert not empty.coef_.any()
    assert empty.intercept_ == pytest.approx(y.mean())
    free = fine_tune(LinearRegression().fit(X, 0 * y), X, y, n_epochs=1)
    np.testing.assert_allclose(free.coef_, np.arange(1.0, 6.0))


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_network_is_tuned_by_its_own_optimizer_and_step(optimizer):
    X, y = data()
    options = {"optimizer": optimizer, "learning_rate": 0.02, "momentum": 0.3, "n_epochs": 5}
    model = MLPRegressor((6,), **options).fit(X, y)
    raw = prune(model, sparsity=0.5)
    found = prune(model, sparsity=0.5, X=X, y=y, n_epochs=3, random_state=4)
    start = raw.parameters()
    mask = flatten({n: (a != 0) | (a.ndim == 1) for n, a in start.items()})
    state = start_optimizer(optimizer, flatten(start), momentum=0.3, mask=mask)
    train(raw.trainer(X, y), state, len(X), TrainingPlan(3, 0.02, random_state=4))
    np.testing.assert_array_equal(flatten(found.parameters()), state.parameters)


def test_where_tuning_does_not_lower_the_loss_the_pruned_model_stays():
    X, y = data()
    model = MLPRegressor((6,), learning_rate=0.01, n_epochs=200).fit(X, y)
    raw = prune(model, sparsity=0.1)
    model.set_params(learning_rate=30.0)
    with pytest.warns(ConvergenceWarning, match="did not lower the loss .* with a step of 30"):
        kept = prune(model, sparsity=0.1, X=X, y=y, n_epochs=2)
    np.testing.assert_array_equal(flatten(kept.parameters()), flatten(raw.parameters()))


def test_the_loss_of_many_rows_is_compared_as_a_whole():
    X, y = data(5000)
    model = MLPRegressor((6,), l2=0.1, n_epochs=1).fit(X, y)
    assert _mean_loss(model, X, y) == pytest.approx(model.loss_gradient(X, y)[0], rel=1e-12)


def test_a_classifier_keeps_its_labels_and_names():
    pandas = pytest.importorskip("pandas")
    X, y = data()
    frame = pandas.DataFrame(X, columns=list("abcde"))
    labels = np.where(y > 0, "up", "down")
    model = MLPClassifier((6,), n_epochs=20, learning_rate=0.01).fit(frame, labels)
    pruned = prune(model, sparsity=0.5, X=frame, y=labels, n_epochs=5)
    assert list(pruned.classes_) == ["down", "up"]
    assert list(pruned.feature_names_in_) == list("abcde")
    assert pruned.score(frame, labels) > 0.6


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sparsity": 1.0}, r"`sparsity` must be a number in \[0.0, 1.0\), got 1.0"),
        ({"sparsity": -0.1}, "`sparsity`"),
        ({"scope": "globall"}, "Did you mean 'global'"),
        ({"n_epochs": -1}, "`n_epochs`"),
        ({"n_epochs": 3}, "fine-tuning needs data"),
    ],
)
def test_wrong_arguments_say_what_is_right(change, message):
    with pytest.raises(ParameterError, match=message):
        prune(LayeredDouble.draw((3, 1)), **{"sparsity": 0.5, **change})


def test_a_model_without_parameters_is_told_so():
    with pytest.raises(ParameterError, match="`with_parameters`"):
        prune(lambda X: X, sparsity=0.5)
    with pytest.raises(ParameterError, match="got the class LinearRegression: make one"):
        prune(LinearRegression, sparsity=0.5)


@pytest.mark.peers
@pytest.mark.parametrize("sparsity", [0.1, 0.5, 0.83])
def test_equals_torch(sparsity):
    torch = pytest.importorskip("torch")
    from torch.nn.utils import prune as peer

    model = LayeredDouble.draw((6, 9, 4, 2))
    for scope in ("layer", "global"):
        linears = []
        for weight, _, _ in model.layers:
            linear = torch.nn.Linear(*weight.shape)
            linear.weight.data = torch.tensor(weight.T.copy())
            linears.append(linear)
        if scope == "layer":
            for linear in linears:
                peer.l1_unstructured(linear, "weight", amount=sparsity)
        else:
            peer.global_unstructured(
                [(linear, "weight") for linear in linears], peer.L1Unstructured, amount=sparsity
            )
        ours = prune(model, sparsity=sparsity, scope=scope)
        for layer, linear in zip(ours.layers, linears, strict=True):
            np.testing.assert_array_equal(layer.weight.T, linear.weight.detach().numpy())
