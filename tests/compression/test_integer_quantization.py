import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai import load
from minixai.compression import (
    QuantizedClassifier,
    QuantizedLayer,
    QuantizedRegressor,
    prune,
    quantize,
)
from minixai.compression.code_packing import join_bits, split_bits
from minixai.compression.integer_layer import row_ranges
from minixai.errors import DataError, DataWarning, FileFormatError, ParameterError
from minixai.explain import Gradient
from minixai.files import size_of
from minixai.linear import LinearRegression
from minixai.neural import MLPClassifier, MLPRegressor
from minixai.neural.activations import ACTIVATIONS
from minixai.protocols import Layer
from tests.conftest import COMPILED
from tests.layered_double import FUNCTIONS, LayeredDouble
from tests.reference import integer_quantization as reference

OPTIONS = st.tuples(st.integers(2, 8), st.sampled_from(["tensor", "channel"]), st.booleans())


def rows(n=20, d=4, dtype=np.float64, seed=1):
    return np.random.default_rng(seed).normal(size=(n, d)).astype(dtype)


def twin_layers(small):
    return [
        (layer.codes.tolist(), layer.scales, layer.bias, FUNCTIONS[layer.activation][0])
        for layer in small.quantized_layers
    ]


@given(seed=st.integers(0, 50), options=OPTIONS)
def test_weight_codes_equal_the_naive_twin(seed, options):
    n_bits, granularity, _ = options
    model = LayeredDouble.draw((4, 5, 2), seed=seed, dtype=np.float32)
    small = quantize(model, n_bits=n_bits, granularity=granularity)
    steps = 2 ** (n_bits - 1) - 1
    for ours, layer in zip(small.quantized_layers, model.layers, strict=True):
        codes, scales = reference.weight_codes(
            layer.weight.tolist(), n_bits, granularity == "channel"
        )
        assert ours.codes.dtype == np.int8
        assert np.abs(ours.codes).max() == steps
        np.testing.assert_allclose(ours.scales, scales, rtol=1e-6)
        assert np.abs(ours.codes - codes).max() <= 1  # halves may fall either way
        error = np.abs(ours.codes * ours.scales - layer.weight)
        assert (error <= 0.5 * ours.scales * (1 + 1e-4)).all()


@given(seed=st.integers(0, 50), options=OPTIONS, single=st.booleans())
def test_predictions_equal_the_naive_twin(seed, options, single):
    n_bits, granularity, calibrated = options
    dtype = np.float32 if single else np.float64
    model = LayeredDouble.draw((4, 5, 3, 2), "tanh", seed, dtype)
    X = rows(6, dtype=dtype)
    small = quantize(model, X if calibrated else None, n_bits, granularity)
    ranges = [
        None if layer.input_scale is None else (layer.input_scale, layer.input_zero_point)
        for layer in small.quantized_layers
    ]
    found = small.forward_trace(X)
    np.testing.assert_array_equal(found[0], X)
    for i in range(len(X)):
        # a half may fall either way, and then the twin walks on from another code
        row = [float(v) for v in X[i]]
        for ours, layer, known in zip(found[1:], twin_layers(small), ranges, strict=True):
            twin = reference.quantized_forward(row, [layer], [known])[0]
            scale = known[0] if known else reference.input_range(row)[0]
            slack = scale * np.abs(layer[0]).max(axis=0) * layer[1] + 1e-5
            assert (np.abs(ours[i] - twin) <= slack).all()
            row = [float(v) for v in ours[i]]
    np.testing.assert_array_equal(small.predict(X), found[-1])


def test_a_calibrated_range_is_that_of_the_data_and_0():
    model = LayeredDouble.draw((3, 4, 1), "tanh")
    X = np.array([[0.5, 1.0, 2.0], [3.0, 0.25, 1.0]])
    first, second = quantize(model, X).quantized_layers
    assert first.input_scale == pytest.approx(3.0 / 255)
    assert first.input_zero_point == 0
    hidden = model.forward_trace(X)[1]
    assert second.input_scale == pytest.approx((max(hidden.max(), 0) - hidden.min()) / 255)
    below = quantize(model, -X).quantized_layers[0]
    assert below.input_zero_point == 255
    assert quantize(model, np.zeros((2, 3))).quantized_layers[0].input_scale == 1.0


@given(seed=st.integers(0, 30), options=OPTIONS, single=st.booleans())
def test_a_row_does_not_depend_on_its_neighbours(seed, options, single):
    n_bits, granularity, calibrated = options
    X = rows(7, dtype=np.float32 if single else np.float64, seed=seed)
    model = LayeredDouble.draw((4, 19, 3), "tanh", seed)
    small = quantize(model, X if calibrated else None, n_bits, granularity)
    alone = np.concatenate([small.predict(X[i : i + 1]) for i in range(7)])
    np.testing.assert_array_equal(alone, small.predict(X))
    slopes = np.concatenate([small.input_gradient(X[i : i + 1]) for i in range(7)])
    if COMPILED:
        np.testing.assert_array_equal(slopes, small.input_gradient(X))
    else:  # products are NumPy's, which round single rows differently
        np.testing.assert_allclose(slopes, small.input_gradient(X), rtol=1e-4, atol=1e-5)


def straight_through_slopes(small, X):
    """The chain rule over the dequantized weights, at the sums that the integers give."""
    steps, trace = [], small.forward_trace(X)
    for layer, x, y in zip(small.quantized_layers, trace[:-1], trace[1:], strict=True):
        scale, zero_point = np.full(len(x), layer.input_scale or 0.0), np.zeros(len(x), np.int32)
        zero_point[:] = layer.input_zero_point
        if layer.input_scale is None:
            row_ranges(x, scale, zero_point)
        place = x * (1.0 / scale)[:, None]
        codes = np.clip(np.rint(place) + zero_point[:, None], 0, 255) - zero_point[:, None]
        sums = codes @ layer.codes.astype(float) * (scale[:, None] * layer.scales) + layer.bias
        activation = ACTIVATIONS[layer.activation]
        np.testing.assert_allclose(activation.function(sums), y, rtol=1e-12, atol=1e-14)
        place += zero_point[:, None]
        inside = (place > -1) & (place < 256) | (layer.input_scale is None)
        steps.append((activation.slope(sums), (layer.codes * layer.scales).T, inside))
    delta = np.ones_like(trace[-1])
    for slope, weight, inside in reversed(steps):
        delta = (delta * slope) @ weight * inside
    return delta


@pytest.mark.parametrize("calibrated", [False, True])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "gelu"])
def test_the_slope_is_that_of_the_dequantized_weights(activation, calibrated):
    X = rows()
    model = MLPRegressor((9, 6), activation=activation, n_epochs=2).fit(X, X[:, 0])
    small = quantize(model, X if calibrated else None)
    wide = 1.5 * X  # some codes are clipped
    found = small.input_gradient(wide)
    np.testing.assert_allclose(found, straight_through_slopes(small, wide), rtol=1e-10, atol=1e-13)
    np.testing.assert_array_equal(Gradient(small).explain(wide).values, found)


def test_a_linear_model_has_the_slope_of_its_codes():
    X = rows()
    small = quantize(LinearRegression().fit(X, X @ [1.0, -2.0, 3.0, 0.5]), X)
    weight = small.layers[0].weight[:, 0]
    np.testing.assert_allclose(small.input_gradient(X), np.tile(weight, (20, 1)), rtol=1e-6)


def test_clipped_inputs_count_as_constant():
    model = LayeredDouble.draw((2, 1))
    small = quantize(model, np.array([[-1.0, 1.0], [1.0, -1.0]]))
    slopes = small.input_gradient(np.array([[0.5, 3.0], [-3.0, 0.5], [1.0, -1.0]]))
    weight = small.layers[0].weight[:, 0]
    np.testing.assert_allclose(slopes, [[weight[0], 0], [0, weight[1]], weight], rtol=1e-6)
    answers = small.predict(np.array([[0.0, 3.0], [0.0, 30.0], [0.0, 190.0]]))
    assert answers[0] == answers[1] == answers[2]
    dynamic = quantize(model).input_gradient(np.array([[0.5, 3000.0]]))
    np.testing.assert_allclose(dynamic, [weight], rtol=1e-6)


@pytest.mark.parametrize("value", [1e150, -1e150, 300.0, np.float32(-1e30)])
def test_values_far_outside_of_the_calibrated_range_are_refused(value):
    X = np.array([[-1.0, 1.0], [1.0, -1.0]])
    model = LayeredDouble.draw((2, 1))
    small = quantize(model, X)
    far = np.array([[0.0, 1.0], [0.0, value]], dtype=np.result_type(value))
    message = r"Column 'x1' is .* in row 1, more than 100 widths outside of .* -1.* \.\.\. 0.99"
    for ask in (small.predict, small.input_gradient, small.forward_trace):
        with pytest.raises(DataError, match=message):
            ask(far)
    exact = model.predict(far)[1]
    assert quantize(model).predict(far)[1] == pytest.approx(exact, rel=0.02)


@pytest.mark.parametrize("output", ["1", 1.0, True, 3, -1])
def test_an_output_is_an_index(output):
    small = quantize(LayeredDouble.draw((4, 6, 3), "tanh", classes=[0, 1, 2]))
    with pytest.raises(ParameterError, match=r"`output` must be an index below 3 or None, got"):
        small.input_gradient(rows(2), output)


def test_several_outputs_are_the_last_axis():
    small = quantize(LayeredDouble.draw((4, 6, 3), "tanh", classes=[0, 1, 2]))
    X = rows(5)
    every = small.input_gradient(X)
    assert every.shape == (5, 4, 3)
    for output in range(3):
        np.testing.assert_array_equal(small.input_gradient(X, output), every[:, :, output])
    with pytest.raises(ParameterError, match="index below 3"):
        small.input_gradient(X, 3)


@pytest.mark.parametrize("labels", [["no", "yes"], [3, 7, 11], [False, True], [1.0, 2.0]])
def test_a_classifier_answers_in_its_labels(labels, tmp_path):
    X = rows(200, seed=3)
    y = np.array(labels)[np.argsort(np.argsort(X[:, 0])) * len(labels) // 200]
    model = MLPClassifier((16,), n_epochs=30, learning_rate=0.01).fit(X, y)
    small = quantize(model, X)
    assert isinstance(small, QuantizedClassifier)
    assert small.predict(X).dtype == y.dtype
    assert (small.predict(X) == model.predict(X)).mean() > 0.95
    assert small.score(X, y) > 0.9
    np.testing.assert_allclose(small.predict_proba(X), model.predict_proba(X), atol=0.1)
    np.testing.assert_allclose(small.predict_proba(X).sum(axis=1), 1.0)
    assert small.decision_function(X).shape == model.decision_function(X).shape
    best = small.predict_proba(X).argmax(axis=1)
    np.testing.assert_array_equal(np.array(labels)[best], small.predict(X))
    small.save(tmp_path / "small.minixai")
    again = load(tmp_path / "small.minixai")
    assert again.classes_.dtype == small.classes_.dtype
    np.testing.assert_array_equal(again.predict(X), small.predict(X))
    np.testing.assert_array_equal(again.predict_proba(X), small.predict_proba(X))


def test_a_regressor_has_no_probabilities_and_keeps_names():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(rows(), columns=list("abcd"))
    model = LinearRegression().fit(frame, frame["a"] - frame["b"])
    small = quantize(model, frame)
    assert isinstance(small, QuantizedRegressor)
    assert not hasattr(small, "predict_proba")
    assert list(small.feature_names_in_) == list("abcd")
    assert small.score(frame, frame["a"] - frame["b"]) > 0.999
    assert Gradient(small).explain(frame).feature_names == ("a", "b", "c", "d")
    with pytest.raises(DataError, match="names"):
        small.predict(frame[["b", "a", "c", "d"]])
    with pytest.raises(DataError, match="expecting 4 features"):
        quantize(LayeredDouble.draw((4, 1))).predict(rows(d=3))


@given(
    n_bits=st.integers(2, 8),
    granularity=st.sampled_from(["tensor", "channel"]),
    calibrated=st.booleans(),
    sparsity=st.sampled_from([0.0, 0.9]),
)
def test_saved_and_loaded_it_gives_the_same_bits(
    tmp_path_factory, n_bits, granularity, calibrated, sparsity
):
    X = rows()
    model = prune(LayeredDouble.draw((4, 7, 2)), sparsity=sparsity)
    small = quantize(model, X if calibrated else None, n_bits, granularity)
    path = tmp_path_factory.mktemp("small") / "small.minixai"
    small.save(path)
    again = load(path)
    assert repr(again) == repr(small)
    np.testing.assert_array_equal(again.predict(X), small.predict(X))
    np.testing.assert_array_equal(again.input_gradient(X), small.input_gradient(X))
    for name, array in small.parameters().items():
        np.testing.assert_array_equal(again.parameters()[name], array)


@given(n_bits=st.integers(2, 8), n=st.integers(1, 40), seed=st.integers(0, 9))
def test_bits_are_read_as_they_were_written(n_bits, n, seed):
    top = 2 ** (n_bits - 1) - 1
    codes = np.random.default_rng(seed).integers(-top, top + 1, n).astype(np.int8)
    packed = split_bits(codes, n_bits)
    assert packed.size == -(-n * n_bits // 8)
    np.testing.assert_array_equal(join_bits(packed, n_bits, n), codes)


def test_a_state_that_does_not_fit_is_refused():
    meta, arrays = quantize(LayeredDouble.draw((4, 3, 1)))._to_state()
    with pytest.raises(FileFormatError, match="do not fit"):
        QuantizedRegressor._from_state({**meta, "shapes": [[4, 3], [2, 1]]}, arrays)
    with pytest.raises(FileFormatError, match="do not fit"):
        QuantizedRegressor._from_state(meta, {**arrays, "codes": arrays["codes"][:-1]})


def test_eight_bits_take_less_than_a_third_of_float32():
    model = MLPRegressor((512, 512)).with_parameters(
        LayeredDouble.draw((512, 512, 512, 1), dtype=np.float32).parameters()
    )
    full = size_of(model)
    assert size_of(quantize(model)) <= 0.30 * full
    assert size_of(quantize(model, n_bits=4)) <= 0.15 * full
    assert size_of(quantize(prune(model, sparsity=0.9))) <= 0.10 * full


def test_pruned_weights_stay_zero():
    pruned = prune(LayeredDouble.draw((4, 8, 1)), sparsity=0.5)
    small = quantize(pruned, rows())
    for ours, layer in zip(small.layers, pruned.layers, strict=True):
        assert not ours.weight[layer.weight == 0].any()
    empty = LayeredDouble([Layer(np.zeros((4, 1)), np.ones(1), "identity")])
    np.testing.assert_array_equal(quantize(empty).predict(rows(3)), np.ones(3))


def test_more_bits_and_more_scales_are_nearer():
    X = rows(100)
    model = LayeredDouble.draw((4, 30, 30, 1), "tanh")
    errors = [
        np.abs(quantize(model, X, n_bits).predict(X) - model.predict(X)).mean()
        for n_bits in (2, 4, 6, 8)
    ]
    assert errors == sorted(errors, reverse=True)
    uneven = LayeredDouble(
        [
            layer._replace(weight=layer.weight * 3.0 ** np.arange(layer.weight.shape[1])[::-1])
            for layer in LayeredDouble.draw((4, 6), "tanh").layers
        ]
    )
    weight = uneven.layers[0].weight
    worst = [
        np.abs(quantize(uneven, granularity=g).layers[0].weight - weight)[:, -1].max()
        for g in ("tensor", "channel")
    ]
    assert worst[1] < 0.1 * worst[0]


def test_the_summary_counts_codes_as_bytes():
    small = quantize(LayeredDouble.draw((4, 8, 1)))
    summary = small.summary()
    assert summary.macs == 4 * 8 + 8
    assert summary.n_parameters == 4 * 8 + 8 + 8 + 1
    assert summary.rows[0].n_bytes == 32 + 4 * 8 + 4 * 8
    assert summary.rows[0].kind == "dense int8"
    assert repr(small) == "QuantizedRegressor(4-8-1, 8 bits, dynamic)"
    assert "calibrated" in repr(quantize(LayeredDouble.draw((4, 8, 1)), rows()))


def test_columns_too_narrow_for_the_range_are_named():
    X = rows() * [1.0, 1e6, 1.0, 0.0]
    with pytest.warns(DataWarning, match="2 columns vary by less than one step.*'x0', 'x2'"):
        quantize(LayeredDouble.draw((4, 1)), X)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_bits": 1}, "`n_bits`"),
        ({"n_bits": 9}, "`n_bits`"),
        ({"granularity": "chanel"}, "Did you mean 'channel'"),
    ],
)
def test_wrong_arguments_say_what_is_right(change, message):
    with pytest.raises(ParameterError, match=message):
        quantize(LayeredDouble.draw((4, 1)), **change)


def test_wrong_models_and_sizes_say_what_is_right():
    with pytest.raises(ParameterError, match="quantized already, to 8 bits"):
        quantize(quantize(LayeredDouble.draw((4, 1))))
    with pytest.raises(ParameterError, match="`layers` and `forward_trace`"):
        quantize(lambda X: X)
    with pytest.raises(ParameterError, match="got the class LinearRegression: make one"):
        quantize(LinearRegression)
    with pytest.raises(ValueError, match="not fitted"):
        quantize(MLPRegressor())
    steep = LayeredDouble([Layer(np.full((1, 1), 1e10), np.zeros(1), "identity")])
    with pytest.raises(DataError, match="row 1 is not a finite number"):
        quantize(steep).predict(np.array([[1.0], [3e38]], np.float32))
    with pytest.raises(ParameterError, match="65793 at most"):
        quantize(LayeredDouble([Layer(np.ones((70_000, 1)), np.zeros(1), "identity")]))
    with pytest.raises(DataError, match="float32 does not hold"):
        quantize(LayeredDouble([Layer(np.full((2, 1), 1e60), np.zeros(1), "identity")]))
    with pytest.raises(DataError, match="float32 does not hold"):
        quantize(LayeredDouble.draw((4, 1)), 1e150 * rows())
    with pytest.raises(ParameterError, match="`with_parameters`"):
        prune(quantize(LayeredDouble.draw((4, 1))), sparsity=0.5)


@pytest.mark.parametrize("size", [1e150, 1e300, 1e-150, 5e-324])
def test_dynamic_ranges_follow_any_size(size):
    model = LayeredDouble([Layer(np.array([[1.0], [-0.5]]), np.zeros(1), "identity")])
    X = size * np.array([[1.0, 1.0], [2.0, -2.0]])
    found, exact = quantize(model).predict(X), model.predict(X)
    assert np.abs(found - exact).max() <= max(0.02 * np.abs(exact).max(), 1e-35)
    assert not quantize(model).predict(np.zeros((1, 2))).any()


@pytest.mark.peers
@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor:UserWarning")
@pytest.mark.parametrize("seed", range(10))
def test_codes_equal_torch(seed):
    torch = pytest.importorskip("torch")
    weight = np.random.default_rng(seed).normal(size=(6, 4)).astype(np.float32)
    model = LayeredDouble([Layer(weight, np.zeros(4, np.float32), "identity")])
    tensor = quantize(model).quantized_layers[0]
    channel = quantize(model, granularity="channel").quantized_layers[0]
    there = torch.tensor(weight)
    scales, zeros = torch.tensor(channel.scales), torch.zeros(4)
    for ours, theirs in (
        (tensor, torch.quantize_per_tensor(there, float(tensor.scales[0]), 0, torch.qint8)),
        (channel, torch.quantize_per_channel(there, scales, zeros, 1, torch.qint8)),
    ):
        codes = theirs.int_repr().numpy().astype(int)
        off = np.abs(codes - ours.codes)
        near_half = np.abs(weight / ours.scales % 1 - 0.5) < 1e-4
        assert (off[~near_half] == 0).all()
        assert off.max() <= 1


@pytest.mark.peers
@given(seed=st.integers(0, 30), shift=st.floats(-3, 3))
def test_input_ranges_equal_torch(seed, shift):
    torch = pytest.importorskip("torch")
    from torch.ao.quantization import MinMaxObserver

    x = (np.random.default_rng(seed).normal(size=(1, 12)) + shift).astype(np.float32)
    scale, zero_point = np.empty(1, np.float32), np.empty(1, np.int32)
    row_ranges(x, scale, zero_point)
    observer = MinMaxObserver(dtype=torch.quint8, quant_min=0, quant_max=255)
    observer(torch.tensor(x))
    their_scale, their_zero_point = observer.calculate_qparams()
    assert scale[0] == pytest.approx(their_scale.item(), rel=1e-6)
    assert abs(zero_point[0] - their_zero_point.item()) <= 1


def test_halves_are_rounded_to_the_even_code():
    weight = np.array([[127.0], [0.5], [1.5], [2.5], [-0.5], [-1.5]], np.float32)
    layer = quantize(
        LayeredDouble([Layer(weight, np.zeros(1, np.float32), "identity")])
    ).quantized_layers[0]
    assert layer.scales[0] == 1.0
    assert layer.codes[:, 0].tolist() == [127, 0, 2, 2, 0, -2]


def test_layers_by_hand():
    layer = QuantizedLayer(
        np.array([[100], [-50]], np.int8),
        np.array([0.01], np.float32),
        np.array([1.0], np.float32),
        "identity",
        0.5,
        10,
    )
    small = QuantizedRegressor((layer,))
    assert small.predict([[2.0, 4.0]])[0] == pytest.approx(2.0 * 1.0 - 4.0 * 0.5 + 1.0)
