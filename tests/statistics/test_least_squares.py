import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.errors import DataError, DataTypeError, ParameterError
from minixai.linear import LinearRegression
from minixai.statistics import regression_analysis
from tests.reference import statistic as reference

pytest.importorskip("scipy")


def table(n, d, seed):
    draws = np.random.default_rng(seed)
    X = draws.normal(size=(n, d)) * np.logspace(-1, 1, d) + draws.normal(size=d)
    return X, X @ draws.normal(size=d) + draws.normal(size=n) * (1 + abs(X[:, 0]))


@given(n=st.integers(8, 20), d=st.integers(1, 4), seed=st.integers(0, 999), weighted=st.booleans())
def test_influence_equals_leaving_rows_out(n, d, seed, weighted):
    X, y = table(n, d, seed)
    w = np.random.default_rng(seed).uniform(0.2, 5.0, n) if weighted else np.ones(n)
    found = regression_analysis(X, y, sample_weight=w).influence
    for name, values in reference.row_influence(X, y, w).items():
        scale = np.abs(values).max()
        np.testing.assert_allclose(
            getattr(found, name), values, rtol=1e-6, atol=1e-8 * scale, err_msg=name
        )
    assert found.leverage.sum() == pytest.approx(d + 1, rel=1e-10)


@pytest.mark.parametrize("kind", ["HC0", "HC1", "HC2", "HC3"])
@given(n=st.integers(8, 20), d=st.integers(1, 4), seed=st.integers(0, 999))
def test_robust_errors_equal_the_naive_twin(kind, n, d, seed):
    X, y = table(n, d, seed)
    found = regression_analysis(X, y, robust=kind)
    expected = reference.robust_errors(X, y, kind)
    np.testing.assert_allclose(found.table.std_errors, expected, rtol=1e-7)
    w = np.random.default_rng(seed).uniform(0.2, 5.0, n)
    weighted = regression_analysis(X, y, sample_weight=w, robust=kind).table.std_errors
    np.testing.assert_allclose(weighted, reference.robust_errors(X, y, kind, w), rtol=1e-7)
    assert f"{kind} errors" in str(found)


def test_the_table_is_that_of_linear_regression():
    X, y = table(30, 3, 0)
    found = regression_analysis(X, y, level=0.9)
    theirs = LinearRegression().fit(X, y).inference(0.9)
    for name in ("coef", "std_errors", "p_values", "intervals", "vif"):
        assert np.array_equal(getattr(found.table, name), getattr(theirs, name), equal_nan=True)
    np.testing.assert_allclose(found.fitted + found.residuals, y, rtol=1e-12)
    _, e, _ = reference.least_squares(X, y)
    np.testing.assert_allclose(found.residuals, e, rtol=1e-9, atol=1e-12)


def test_one_group_against_another_has_closed_forms():
    """HC2 of a two-sample comparison is Welch's error; a group's leverage is 1 / its size."""
    y = np.array([1.0, 2.0, 4.0, 3.0, 9.0, 5.0, 7.0])
    x = np.array([0.0, 0, 0, 1, 1, 1, 1])
    found = regression_analysis(x, y, robust="HC2")
    welch = np.sqrt(y[:3].var(ddof=1) / 3 + y[3:].var(ddof=1) / 4)
    assert found.table.std_errors[1] == pytest.approx(welch, rel=1e-12)
    np.testing.assert_allclose(found.influence.leverage, np.where(x, 1 / 4, 1 / 3), rtol=1e-12)


@given(seed=st.integers(0, 99), power=st.sampled_from([-150, -4, 150]))
def test_units_do_not_matter(seed, power):
    X, y = table(15, 2, seed)
    plain = regression_analysis(X, y, robust="HC3")
    for columns, target in ((X * 10.0**power, y), (X, y * 10.0**power)):
        moved = regression_analysis(columns, target, robust="HC3")
        np.testing.assert_allclose(moved.table.t_values[1:], plain.table.t_values[1:], rtol=1e-8)
        for name in ("leverage", "deleted", "cooks_distance", "dffits"):
            np.testing.assert_allclose(
                getattr(moved.influence, name), getattr(plain.influence, name), rtol=1e-6, atol=1e-9
            )
        for ours, other in zip(moved.tests.tests, plain.tests.tests, strict=True):
            np.testing.assert_allclose(ours.statistic, other.statistic, rtol=1e-6)
    np.testing.assert_allclose(
        moved.aic, plain.aic + 2 * 15 * power * np.log(10), rtol=1e-10, atol=1e-8
    )


def test_tests_find_what_they_are_for_and_nothing_else():
    draws, n = np.random.default_rng(3), 300
    x = draws.uniform(-2, 2, size=(n, 2))
    noise = draws.normal(size=n)
    plain = regression_analysis(x, x @ [1.0, 2.0] + noise).tests
    assert plain["Durbin-Watson"].statistic == pytest.approx(2.0, abs=0.3)
    fanned = regression_analysis(x, noise * np.exp(x[:, 0])).tests
    assert fanned["Breusch-Pagan"].p_value < 1e-6
    assert fanned["White"].p_value < 1e-6
    crossed = regression_analysis(x, noise * np.abs(x[:, 0] * x[:, 1])).tests
    assert crossed["White"].p_value < 1e-6
    bent = regression_analysis(x, (x @ [1.0, 2.0] + 1) ** 2 + noise).tests
    assert bent["RESET"].p_value < 1e-6
    heavy = regression_analysis(x, draws.standard_t(2, size=n)).tests
    assert heavy["Jarque-Bera"].p_value < 1e-6
    assert heavy["Shapiro-Wilk"].p_value < 1e-6
    walk = regression_analysis(x, np.cumsum(noise)).tests
    assert walk["Durbin-Watson"].statistic < 0.3


def test_tests_raise_false_alarms_as_often_as_they_say():
    draws, p_values = np.random.default_rng(1), []
    for _ in range(200):
        x = draws.normal(size=(150, 2))
        tests = regression_analysis(x, x @ [1.0, -1.0] + draws.normal(size=150)).tests
        p_values.append([tests[name].p_value for name in ("Breusch-Pagan", "White", "RESET")])
    share = (np.array(p_values) < 0.1).mean(axis=0)
    assert (share > 0.04).all()
    assert (share < 0.17).all()


def test_robust_intervals_hold_where_the_variance_differs():
    draws, hits = np.random.default_rng(0), {None: [], "HC3": []}
    for _ in range(200):
        x = draws.normal(size=60)
        y = x + draws.normal(size=60) * x**2
        for kind, found in hits.items():
            low, high = regression_analysis(x, y, robust=kind, level=0.9).table.intervals[1]
            found.append(low < 1.0 < high)
    assert np.mean(hits[None]) < 0.75
    assert np.mean(hits["HC3"]) > 0.83


def check_influence(ours, influence, equal):
    equal(ours.leverage, influence.hat_matrix_diag)
    equal(ours.studentized, influence.resid_studentized_internal)
    equal(ours.deleted, influence.resid_studentized_external)
    equal(ours.cooks_distance, influence.cooks_distance[0])
    equal(ours.dffits, influence.dffits[0])
    equal(ours.dfbetas, influence.dfbetas)


@pytest.mark.peers
@pytest.mark.parametrize("seed", range(4))
def test_equals_statsmodels(seed):
    linear = pytest.importorskip("statsmodels.api")
    diagnostic = pytest.importorskip("statsmodels.stats.diagnostic")
    tools = pytest.importorskip("statsmodels.stats.stattools")
    X, y = table(40, 3, seed)
    A = linear.add_constant(X)
    theirs, found = linear.OLS(y, A).fit(), regression_analysis(X, y)

    def equal(ours, other):
        np.testing.assert_allclose(ours, other, rtol=1e-8, atol=1e-12)

    equal(found.table.coef, theirs.params)
    equal([found.aic, found.bic, found.log_likelihood], [theirs.aic, theirs.bic, theirs.llf])
    equal(found.condition_number, theirs.condition_number)
    for kind in ("HC0", "HC1", "HC2", "HC3"):
        other = linear.OLS(y, A).fit(cov_type=kind, use_t=True)
        ours = regression_analysis(X, y, robust=kind).table
        equal(ours.std_errors, other.bse)
        equal(ours.p_values, other.pvalues)
        equal(ours.intervals, other.conf_int())
        equal([ours.f_value, ours.f_p_value], [other.fvalue, other.f_pvalue])
    influence = theirs.get_influence()
    check_influence(found.influence, influence, equal)
    tests = {test.name: [test.statistic, test.p_value] for test in found.tests.tests}
    equal(tests["Breusch-Pagan"], diagnostic.het_breuschpagan(theirs.resid, A)[:2])
    equal(tests["White"], diagnostic.het_white(theirs.resid, A)[:2])
    equal(tests["Durbin-Watson"][0], tools.durbin_watson(theirs.resid))
    equal(tests["Jarque-Bera"], tools.jarque_bera(theirs.resid)[:2])
    normal = pytest.importorskip("scipy.stats").shapiro(theirs.resid)
    np.testing.assert_allclose(tests["Shapiro-Wilk"], normal, rtol=1e-6)
    reset = diagnostic.linear_reset(theirs, power=3, use_f=True)
    equal(tests["RESET"], [float(reset.statistic), float(reset.pvalue)])
    flags = np.column_stack([X[:, 0] > X[:, 0].mean(), X[:, 1]]).astype(float)  # its own square
    A = linear.add_constant(flags)
    ours = regression_analysis(flags, y).tests["White"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the square of a flag is the flag: it says so
        other = diagnostic.het_white(linear.OLS(y, A).fit().resid, A)
    equal([ours.statistic, ours.p_value, ours.df], [*other[:2], 4])


@pytest.mark.peers
@pytest.mark.parametrize("seed", range(4))
def test_weights_equal_statsmodels(seed):
    """The table by its WLS, tests and influence by OLS of all rows times the roots."""
    linear = pytest.importorskip("statsmodels.api")
    diagnostic = pytest.importorskip("statsmodels.stats.diagnostic")
    tools = pytest.importorskip("statsmodels.stats.stattools")
    X, y = table(40, 3, seed)
    w = np.random.default_rng(seed).uniform(0.1, 9.0, 40)
    A = linear.add_constant(X)
    theirs = linear.WLS(y, A, weights=w).fit()
    found = regression_analysis(X, y, sample_weight=w)

    def equal(ours, other):
        np.testing.assert_allclose(ours, other, rtol=1e-8, atol=1e-12)

    for kind in (None, "HC0", "HC1", "HC2", "HC3"):
        options = {} if kind is None else {"cov_type": kind, "use_t": True}
        other = linear.WLS(y, A, weights=w).fit(**options)
        ours = regression_analysis(X, y, sample_weight=w, robust=kind).table
        equal(ours.coef, other.params)
        equal(ours.std_errors, other.bse)
        equal(ours.t_values, other.tvalues)
        equal(ours.p_values, other.pvalues)
        equal(ours.intervals, other.conf_int())
        equal([ours.f_value, ours.f_p_value], [other.fvalue, other.f_pvalue])
        equal([ours.r2, ours.adjusted_r2], [other.rsquared, other.rsquared_adj])
        equal(ours.residual_std**2, other.scale)
    equal([found.aic, found.bic, found.log_likelihood], [theirs.aic, theirs.bic, theirs.llf])
    equal(found.condition_number, theirs.condition_number)
    equal(found.fitted, theirs.fittedvalues)
    equal(found.residuals, theirs.resid)
    root = np.sqrt(w)
    influence = linear.OLS(y * root, A * root[:, None]).fit().get_influence()
    check_influence(found.influence, influence, equal)
    tests = {test.name: [test.statistic, test.p_value] for test in found.tests.tests}
    equal(tests["Breusch-Pagan"], diagnostic.het_breuschpagan(theirs.wresid, A)[:2])
    equal(tests["White"], diagnostic.het_white(theirs.wresid, A)[:2])
    equal(tests["Durbin-Watson"][0], tools.durbin_watson(theirs.wresid))
    equal(tests["Jarque-Bera"], tools.jarque_bera(theirs.wresid)[:2])
    powers = np.column_stack([A, theirs.fittedvalues**2, theirs.fittedvalues**3])
    reset = linear.WLS(y, powers, weights=w).fit().f_test(np.eye(6)[4:])
    equal(tests["RESET"], [float(reset.fvalue), float(reset.pvalue)])


@given(seed=st.integers(0, 99), unit=st.sampled_from([1e-300, 0.3, 1e300]))
def test_only_ratios_of_weights_count(seed, unit):
    X, y = table(12, 2, seed)
    w = np.random.default_rng(seed).integers(1, 9, 12)
    plain = regression_analysis(X, y, sample_weight=w)
    moved = regression_analysis(X, y, sample_weight=w * unit)
    for name in ("coef", "std_errors", "p_values"):
        np.testing.assert_allclose(
            getattr(moved.table, name), getattr(plain.table, name), rtol=1e-9
        )
    np.testing.assert_allclose(moved.influence.dfbetas, plain.influence.dfbetas, rtol=1e-8)
    np.testing.assert_allclose(moved.log_likelihood, plain.log_likelihood, rtol=1e-9)
    equal = regression_analysis(X, y, sample_weight=np.full(12, unit))
    np.testing.assert_allclose(equal.aic, regression_analysis(X, y).aic, rtol=1e-12)


def test_what_cannot_be_said_is_nan_with_a_reason():
    exact = regression_analysis(np.arange(8.0), 3 * np.arange(8.0) + 1)
    assert {test.note for test in exact.tests.tests} == {
        "the fit is exact: the residuals are rounding"
    }
    small = regression_analysis([1.0, 2.0, 4.0], [1.0, 3.0, 2.0])
    assert np.isnan(small.influence.deleted).all()
    assert np.isfinite(small.influence.studentized).all()
    assert "no" in small.tests["White"].note
    X, y = table(12, 2, 0)
    X[:, 1] = 0.0
    X[4, 1] = 1.0
    alone = regression_analysis(X, y)
    assert alone.influence.leverage[4] == pytest.approx(1.0, abs=1e-12)
    assert np.isnan(alone.influence.cooks_distance[4])
    assert np.isfinite(np.delete(alone.influence.dfbetas, 4, axis=0)).all()
    with pytest.raises(DataError, match=r"Row 4 determines a coefficient.*use robust='HC1'"):
        regression_analysis(X, y, robust="HC3")
    assert np.isfinite(regression_analysis(X, y, robust="HC1").table.t_values).all()
    wide = np.random.default_rng(0).normal(size=(60, 31))
    assert "left out: 527 columns" in regression_analysis(wide, wide[:, 0] ** 2).tests["White"].note


def test_the_analysis_reads_as_text_frame_and_html():
    pandas = pytest.importorskip("pandas")
    X, y = table(25, 2, 1)
    frame = pandas.DataFrame(X, columns=["age", "<b>"])
    found = regression_analysis(frame, y)
    assert found.table.names == ("intercept", "age", "<b>")
    assert found.to_frame().loc["age", "coef"] == found.table.coef[1]
    assert len(found.influence.to_frame()) == 25
    assert found.tests.to_frame().loc["White", "df"] == 5
    text = str(found)
    for word in ("AIC = ", "Durbin-Watson", "10 of 25 rows by Cook's distance", "VIF"):
        assert word in text
    assert "<b>" not in found._repr_html_()
    named = regression_analysis(X, y, names=["age", "rent"])
    assert named.table.names == ("intercept", "age", "rent")


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda X, y: regression_analysis(X[:4], y[:4]), DataError, "more rows than coefficients"),
        (lambda X, y: regression_analysis(X * [1, 1, 0], y), DataError, "'x2' do not: drop"),
        (lambda X, y: regression_analysis(X, 0 * y), DataError, "target that varies"),
        (
            lambda X, y: regression_analysis(np.column_stack([X, X[:, 0]]), y),
            DataError,
            "combinations of one another",
        ),
        (lambda X, y: regression_analysis(X, y, robust="HC4"), ParameterError, "'HC3'"),
        (lambda X, y: regression_analysis(X, y, level=2), ParameterError, "`level`"),
        (lambda X, y: regression_analysis(X, y, names=["a"]), ParameterError, "3 different names"),
        (
            lambda X, y: regression_analysis(np.where(X[2, 1] == X, np.nan, X), y),
            DataError,
            r"'x1' has no value in row 2 \(1 such cells\)",
        ),
        (lambda X, y: regression_analysis({"a": list("uvwuvwuv")}, y[:8]), DataTypeError, "'a'"),
        (lambda X, y: regression_analysis(X, y[:5]), DataError, "inconsistent"),
        (
            lambda X, y: regression_analysis(X, y, sample_weight=np.arange(20.0)),
            DataError,
            "got 0 in row 0: leave the rows of weight 0 out",
        ),
        (lambda X, y: regression_analysis(X * 1e-200, y * 1e200), DataError, "range of floats"),
    ],
)
def test_bad_input_is_told_with_the_remedy(call, error, words):
    X, y = table(20, 3, 0)
    with pytest.raises(error, match=words):
        call(X, y)
