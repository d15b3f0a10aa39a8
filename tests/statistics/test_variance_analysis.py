import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.errors import DataError, DataTypeError, ParameterError
from minixai.statistics import anova, one_way_f
from minixai.statistics.model_formula import parse_formula
from tests.reference import statistic as reference

stats = pytest.importorskip("scipy.stats")


def groups_of(n, k, seed, tied=False):
    draws = np.random.default_rng(seed)
    groups = draws.permutation(np.concatenate([np.arange(k), draws.integers(0, k, n - k)]))
    y = draws.normal(size=n) + 0.7 * groups
    return (np.round(y) if tied else y), groups


@given(
    n=st.integers(8, 40),
    k=st.integers(2, 5),
    seed=st.integers(0, 999),
    tied=st.booleans(),
    unit=st.sampled_from([1e-150, 1.0, 2.0, 1e150]),
)
def test_one_way_equals_scipys_in_any_unit(n, k, seed, tied, unit):
    y, groups = groups_of(n, k, seed, tied)
    parts = [y[groups == g] for g in range(k)]
    found = anova(y * unit, groups.astype(str))
    if any(np.ptp(part) > 0 for part in parts):
        theirs = stats.f_oneway(*parts)
        assert found.f_values[0] == pytest.approx(theirs.statistic, rel=1e-9, abs=1e-12)
        sure = 1.0 if theirs.statistic < 0 else theirs.pvalue  # an F of 0, rounded below it
        assert found.p_values[0] == pytest.approx(sure, rel=1e-9, abs=1e-15)
    between, within = reference.group_squares(y, groups)
    np.testing.assert_allclose(
        np.array(found.sum_sq) / unit / unit, [between, within], rtol=1e-9, atol=1e-12
    )
    assert found.df.tolist() == [k - 1, n - k]
    if between:
        assert found.partial_eta_squared[0] == pytest.approx(between / (between + within), rel=1e-9)


@given(n=st.integers(8, 30), k=st.integers(2, 4), seed=st.integers(0, 999))
def test_feature_selection_equals_f_classif(n, k, seed):
    selection = pytest.importorskip("sklearn.feature_selection")
    y, groups = groups_of(n, k, seed)
    X = np.column_stack([y, np.random.default_rng(seed).normal(size=n), np.round(y), y + 1e4])
    found, theirs = one_way_f(X, groups), selection.f_classif(X, groups)
    np.testing.assert_allclose(found[0][:3], theirs[0][:3], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(found[1][:3], theirs[1][:3], rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(
        found[0][3], found[0][0], rtol=1e-8, atol=1e-12
    )  # where theirs loses digits
    assert found[0][0] == pytest.approx(anova(y, groups).f_values[0], rel=1e-12)


def design(n, seed, missing_cell=False):
    draws = np.random.default_rng(seed)
    a, b = draws.integers(0, 3, n), draws.integers(0, 2, n)
    a[:6], b[:6] = [0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1]
    if missing_cell:
        b[a == 2] = 1
    x = draws.normal(size=n) * 3 + 20
    y = draws.normal(size=n) + a * 0.5 + b * x * 0.1
    return {"a": np.array(["u", "v", "w"])[a], "b": b, "x": x, "y": y}


FORMULAS = ["y ~ a + C(b) + a:C(b)", "y ~ a * C(b) + x", "y ~ a * C(b) * x", "y ~ a + a:x"]


@pytest.mark.parametrize("kind", [1, 2, 3])
@pytest.mark.parametrize("formula", FORMULAS)
@given(n=st.integers(20, 40), seed=st.integers(0, 999), missing_cell=st.booleans())
def test_models_equal_the_naive_twin(formula, kind, n, seed, missing_cell):
    if kind == 3 and formula.endswith("a + a:x"):
        return
    data = design(n, seed, missing_cell)
    found = anova(formula, data, kind=kind)
    model = parse_formula(formula)
    expected = reference.sums_of_squares(data, model.terms, {"a", "b"}, kind)
    np.testing.assert_allclose(found.sum_sq, [row[0] for row in expected], rtol=1e-6, atol=1e-6)
    assert found.df.tolist() == [row[1] for row in expected]


@pytest.mark.peers
@pytest.mark.parametrize("kind", [1, 2, 3])
@pytest.mark.parametrize(
    "formula", ["y ~ C(a) + C(b)", "y ~ C(a) * C(b)", "y ~ C(a) * x", "y ~ C(a) * C(b) * x"]
)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_unbalanced_models_equal_statsmodels(formula, kind, seed):
    api, formulas = (pytest.importorskip(f"statsmodels.{part}") for part in ("api", "formula.api"))
    pandas = pytest.importorskip("pandas")
    data = pandas.DataFrame(design(60, seed))
    written = formula.replace("C(a)", "C(a, Sum)").replace("C(b)", "C(b, Sum)")
    found = anova(formula, data, kind=kind).to_frame()
    theirs = api.stats.anova_lm(formulas.ols(written, data).fit(), typ=kind)
    theirs.index = [
        name.replace("C(", "").replace(", Sum)", "").replace("Residual", "residual")
        for name in theirs.index
    ]
    if kind == 1 and "* x" in formula and "C(b)" in formula:
        names = ["a", "b", "residual"]  # the order of the others differs, see the docstring
    else:
        names = [name for name in theirs.index if name != "Intercept"]
        assert sorted(names) == sorted(found.index)
    for ours, other in (("sum_sq", "sum_sq"), ("df", "df"), ("F", "F"), ("p", "PR(>F)")):
        np.testing.assert_allclose(
            found.loc[names, ours], theirs.loc[names, other], rtol=1e-9, err_msg=ours
        )


@pytest.mark.peers
@pytest.mark.parametrize("seed", [0, 1])
def test_missing_cells_equal_statsmodels_comparison_of_nested_models(seed):
    """Its typ=1, 2, 3 test functions that cannot be estimated there; nested models are sound."""
    linear = pytest.importorskip("statsmodels.api")
    data = design(40, seed, missing_cell=True)
    cells = np.unique(np.char.add(data["a"], data["b"].astype(str)), return_inverse=True)[1]
    ones, of_a = np.ones((40, 1)), np.eye(3)[np.unique(data["a"], return_inverse=True)[1]][:, 1:]
    steps = [ones, np.hstack([ones, of_a]), np.hstack([ones, of_a, data["b"][:, None]])]
    fits = [linear.OLS(data["y"], X).fit() for X in (*steps, np.eye(5)[cells])]
    found = anova("y ~ a * C(b)", data, kind=1)
    for j in range(3):
        assert found.sum_sq[j] == pytest.approx(fits[j].ssr - fits[j + 1].ssr, rel=1e-9)
    f, p, df = fits[3].compare_f_test(fits[2])
    assert found.f_values[2] == pytest.approx(f, rel=1e-9)
    assert found.p_values[2] == pytest.approx(p, rel=1e-9)
    assert found.df.tolist() == [2, 1, int(df), 35]
    both = anova("y ~ a * C(b)", data, kind=2)
    assert both.sum_sq[1:].tolist() == pytest.approx(found.sum_sq[1:].tolist(), rel=1e-9)


def test_balanced_designs_need_no_type_and_one_factor_is_one_way():
    draws = np.random.default_rng(0)
    a, b, _ = np.array(list(itertools.product("uvw", "pq", range(4)))).T
    data = {"a": a, "b": b, "y": draws.normal(size=24)}
    tables = [anova("y ~ a * b", data, kind=kind) for kind in (1, 2, 3)]
    for table in tables[1:]:
        np.testing.assert_allclose(table.sum_sq, tables[0].sum_sq, rtol=1e-12)
    whole = ((data["y"] - data["y"].mean()) ** 2).sum()
    assert tables[0].sum_sq.sum() == pytest.approx(whole, rel=1e-12)
    one = anova("y ~ a", data)
    np.testing.assert_allclose(one.sum_sq, anova(data["y"], a).sum_sq, rtol=1e-12)
    two = anova("y ~ b", data).f_values[0]
    t = stats.ttest_ind(data["y"][b == "p"], data["y"][b == "q"]).statistic
    assert two == pytest.approx(t * t, rel=1e-10)


def test_units_do_not_matter():
    data = design(30, 5)
    plain = anova("y ~ a * x", data)
    huge = anova("y ~ a * x", {**data, "x": data["x"] * 1e150, "y": data["y"] * 1e-150})
    np.testing.assert_allclose(huge.f_values, plain.f_values, rtol=1e-9)
    np.testing.assert_allclose(huge.sum_sq * 1e150 * 1e150, plain.sum_sq, rtol=1e-9)
    far = anova("y ~ a + x", {**data, "x": data["x"] + 1e6})
    np.testing.assert_allclose(far.f_values, anova("y ~ a + x", data).f_values, rtol=1e-6)
    with pytest.raises(DataError, match="largest number: divide it by a power of ten"):
        anova(data["y"] * 1e200, data["a"])


def test_constants_give_reasons():
    same = anova([2.0, 2.0, 2.0, 2.0], ["a", "a", "b", "b"])
    assert np.isnan(same.f_values).all()
    assert same.notes == ("the response is constant",)
    apart = anova([0.1, 0.1, 0.1, 0.7, 0.7, 0.7], list("aaabbb"))
    assert apart.f_values[0] == np.inf
    assert apart.p_values[0] == 0.0
    assert "the fit is exact" in str(apart)
    codes = np.repeat([0, 1, 2], [3, 7, 11])  # whose means are not exact
    assert anova(np.array([0.3, -1.7, 0.9])[codes] / 7, codes).f_values[0] == np.inf
    data = {**design(20, 0), "z": np.ones(20)}
    still = anova("y ~ a + z", data)
    assert still.df[1] == 0
    assert np.isnan(still.p_values[1])
    assert still.notes == ("z adds nothing to the others",)
    f, p = one_way_f([[1.0, 5.0], [1.0, 5.0], [1.0, 6.0], [1.0, 6.0]], [0, 0, 1, 1])
    assert np.isnan(f[0])
    assert np.isnan(p[0])
    assert (f[1], p[1]) == (np.inf, 0.0)


def test_missing_rows_are_left_out_and_counted():
    data = design(25, 2)
    gaps = {**data, "y": data["y"].copy(), "a": data["a"].astype(object)}
    gaps["y"][7], gaps["a"][9] = np.nan, None
    kept = np.delete(np.arange(25), [7, 9])
    found = anova("y ~ a * x", gaps)
    expected = anova("y ~ a * x", {name: column[kept] for name, column in data.items()})
    np.testing.assert_allclose(found.sum_sq, expected.sum_sq, rtol=1e-12)
    assert (found.n_samples, found.n_left_out) == (23, 2)
    assert "2 rows left out" in str(found)
    assert anova(gaps["y"], gaps["a"]).n_left_out == 2


def test_formulas_are_read_as_written():
    model = parse_formula("`total spent` ~ b + C(a) * x + b:a + x:a")
    assert model.response == "total spent"
    assert model.terms == (("b",), ("a",), ("x",), ("a", "x"), ("b", "a"))
    assert model.categorical == {"a"}
    three = parse_formula("y ~ a*b*c")
    assert three.terms[-1] == ("a", "b", "c")
    assert len(three.terms) == 7
    assert parse_formula("y~a:b*c").terms == (("c",), ("a", "b"), ("a", "b", "c"))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda d: anova("y ~ a - x", d), ParameterError, "got '- x' in 'y ~ a - x'"),
        (lambda d: anova("y ~ a +", d), ParameterError, "ends with a name"),
        (lambda d: anova("y ~ ", d), ParameterError, "ends with a name"),
        (lambda d: anova("y ~ a b", d), ParameterError, "joined by"),
        (lambda d: anova("y", d), ParameterError, "'response ~ terms', got 'y'"),
        (lambda d: anova("C(a) + b ~ x", d), ParameterError, "response ~ terms"),
        (lambda d: anova("y ~ y + a", d), ParameterError, "both sides"),
        (lambda d: anova("y ~ A", d), DataError, "no column 'A'.*Columns: a, b, x, y"),
        (lambda d: anova("z ~ a", d), DataError, "no column 'z'"),
        (lambda d: anova("a ~ y", d), DataTypeError, "'a' holds"),
        (lambda d: anova("y ~ a", d, kind=4), ParameterError, "1, 2 or 3, got 4"),
        (lambda d: anova("y ~ a + a:x", d, kind=3), ParameterError, "x is not in the model"),
        (lambda d: anova("y ~ C(x)", d), DataError, "20 free coefficients and 20 rows"),
        (lambda d: anova(d["y"], ["a"] * 20), DataError, "got 1 groups of 20 rows"),
        (lambda d: anova(d["y"], range(20)), DataError, "got 20 groups of 20 rows"),
        (lambda d: anova(d["y"], ["a", "b"]), DataError, "20 rows and `groups` 2"),
        (lambda d: anova(np.ones((3, 2)), [1, 2, 3]), DataError, "`values` must be one column"),
    ],
)
def test_bad_input_is_told_with_the_remedy(call, error, words):
    with pytest.raises(error, match=words):
        call(design(20, 0))
