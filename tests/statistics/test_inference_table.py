import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.errors import DataError, ParameterError
from minixai.linear import LinearRegression
from tests.reference import linear_regression as reference

pytest.importorskip("scipy")


def table(n=40, d=4, seed=0):
    draws = np.random.default_rng(seed)
    X = draws.normal(size=(n, d)) * np.logspace(0, 3, d) + draws.normal(size=d)
    X[:, -1] += 300 * X[:, 0]
    return X, X @ draws.normal(size=d) + 2.0 + draws.normal(size=n), draws.uniform(0.5, 2.0, n)


@given(n=st.integers(8, 20), d=st.integers(1, 4), seed=st.integers(0, 99), weighted=st.booleans())
def test_equals_the_naive_twin(n, d, seed, weighted):
    X, y, w = table(n, d, seed)
    found = LinearRegression().fit(X, y, w if weighted else None).inference()
    expected = reference.inference(X, y, w if weighted else np.ones(n))
    for name, value in expected.items():
        np.testing.assert_allclose(getattr(found, name), value, rtol=1e-8, err_msg=name)
    assert found.names == ("intercept", *(f"x{j}" for j in range(d)))
    assert (found.n_samples, found.df) == (n, n - d - 1)


def test_one_column_has_the_textbook_form():
    X, y, _ = table(25, 1, 3)
    found = LinearRegression().fit(X, y).inference()
    r = np.corrcoef(X[:, 0], y)[0, 1]
    assert found.r2 == pytest.approx(r * r, rel=1e-9)
    assert found.t_values[1] == pytest.approx(r * np.sqrt(23 / (1 - r * r)), rel=1e-9)
    assert found.f_value == pytest.approx(found.t_values[1] ** 2, rel=1e-9)
    assert found.f_p_value == pytest.approx(found.p_values[1], rel=1e-9)
    assert found.vif[1] == pytest.approx(1.0, rel=1e-12)
    assert np.isnan(found.vif[0])


def test_intervals_hold_the_truth_as_often_as_they_say():
    draws, hits = np.random.default_rng(0), []
    for _ in range(200):
        X = draws.normal(size=(12, 1))
        y = 2.0 * X[:, 0] + 1.0 + draws.normal(size=12)
        low, high = LinearRegression().fit(X, y).inference(level=0.8).intervals[1]
        hits.append(low < 2.0 < high)
    assert 0.72 < np.mean(hits) < 0.88


def test_descents_give_the_table_of_least_squares():
    X, y, _ = table()
    exact = LinearRegression().fit(X, y).inference()
    for solver in ("gradient_descent", "sgd"):
        found = LinearRegression(solver=solver).fit(X, y).inference()
        assert np.array_equal(found.coef, exact.coef)
        assert np.array_equal(found.std_errors, exact.std_errors)


@pytest.mark.peers
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("seed", [0, 1])
def test_equals_ols(seed, intercept, weighted):
    linear = pytest.importorskip("statsmodels.api")
    X, y, w = table(60, 5, seed)
    X = X * np.array([1, 1, 1e3, 1, 1])
    design = np.column_stack([np.ones(60), X]) if intercept else X
    theirs = linear.WLS(y, design, weights=w if weighted else np.ones(60)).fit()
    model = LinearRegression(fit_intercept=intercept).fit(X, y, w if weighted else None)
    found = model.inference(level=0.9)
    for ours, other in [
        (found.coef, theirs.params),
        (found.std_errors, theirs.bse),
        (found.t_values, theirs.tvalues),
        (found.intervals, theirs.conf_int(0.1)),
        (found.r2, theirs.rsquared),
        (found.adjusted_r2, theirs.rsquared_adj),
        (found.f_value, theirs.fvalue),
        (found.residual_std**2, theirs.scale),
    ]:
        np.testing.assert_allclose(ours, other, rtol=1e-8)
    np.testing.assert_allclose(found.p_values, theirs.pvalues, rtol=1e-8, atol=1e-300)
    np.testing.assert_allclose(found.f_p_value, theirs.f_pvalue, rtol=1e-8, atol=1e-300)
    if not weighted:
        first = int(intercept)
        for j in range(first, first + 5):
            others = linear.OLS(design[:, j], np.delete(design, j, axis=1)).fit()
            assert found.vif[j] == pytest.approx(1 / (1 - others.rsquared), rel=1e-8)


def test_a_perfect_fit_is_certain():
    X = np.arange(8.0)[:, None]
    found = LinearRegression().fit(X, np.zeros(8) + 3 * X[:, 0]).inference()
    assert found.r2 == pytest.approx(1.0, abs=1e-12)
    assert found.p_values[1] < 1e-12
    assert found.f_p_value < 1e-12


def test_the_table_reads_as_text_frame_and_html():
    X, y, _ = table()
    found = LinearRegression().fit(X, y).inference(level=0.9)
    text = str(found)
    lines = text.splitlines()
    assert len(lines) == 1 + 1 + 5 + 1 + 1
    assert len({len(line) for line in lines[:-1]}) == 1
    assert "90 % low" in lines[0]
    assert "df = 35" in lines[-1]
    html = found._repr_html_()
    assert html.count("<tr>") == 6
    pandas = pytest.importorskip("pandas")
    frame = found.to_frame()
    assert isinstance(frame, pandas.DataFrame)
    assert frame.loc["x2", "t"] == found.t_values[3]
    assert frame.columns.tolist() == ["coef", "std_error", "t", "p", "low", "high", "vif"]


def test_names_are_escaped_in_html():
    pandas = pytest.importorskip("pandas")
    X, y, _ = table(20, 1)
    frame = pandas.DataFrame(X, columns=["<img src=x>"])
    html = LinearRegression().fit(frame, y).inference()._repr_html_()
    assert "<img" not in html
    assert "&lt;img" in html


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda X, y: (X[:5], y[:5]), "more rows than coefficients, got 5 rows and 5"),
        (lambda X, y: (X[:4], y[:4]), "more rows than coefficients, got 4 rows and 5"),
        (lambda X, y: (X * [1, 1, 0, 1], y), "columns that vary, 'x2' do not"),
        (
            lambda X, y: (np.column_stack([X, X[:, 0] - X[:, 2]]), y),
            "'x0', 'x2', 'x4' are combinations of one another: drop 1",
        ),
        (lambda X, y: (X, 0 * y), "target that varies, y is constant"),
    ],
)
def test_what_has_no_table_is_told_with_the_remedy(change, words):
    X, y, _ = table()
    model = LinearRegression().fit(*change(X, y))
    with pytest.raises(DataError, match=words) as caught:
        model.inference()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("level", [0.0, 1.0, 95])
def test_a_level_is_a_share(level):
    X, y, _ = table()
    with pytest.raises(ParameterError, match="`level`"):
        LinearRegression().fit(X, y).inference(level)


def test_before_fit_there_is_none():
    with pytest.raises(ValueError, match="not fitted"):
        LinearRegression().inference()
