"""The shop: its truth against all coalitions, its switches, its repeatability."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai.data import Table, make_shop
from minixai.data.shop_formula import Formula, LabelFactor, NumberFactor, Term
from minixai.errors import DataError, ParameterError
from tests.reference import shop_formula as naive

TARGETS = ("rating", "purchase", "amount")


def small(**options):
    return make_shop(**{"n_users": 15, "n_items": 8, "n_rows": 60, **options})


def mixed(table, i, background, k, coalition):
    """One row: columns of the coalition from the table's row i, the rest from background row k."""
    here, there = table.take([i]), background.take([k])
    columns = {n: (here if n in coalition else there).columns[n] for n in table.features}
    return Table(columns)


@pytest.mark.parametrize("target", TARGETS)
def test_truth_equals_the_values_over_all_coalitions(target):
    shop = small(target=target, random_state=3)
    few = shop.background.take([0, 7, 20])
    values, base = shop.formula.shapley_values(shop.complete, few)
    names = ["user_id", "category", "age", "item_id", "income", "price"]
    rest = [n for n in shop.table.features if n not in names]

    def score(cells):  # cells hold (table, row); the rest travels with the background: no player
        columns = {n: cells[n][0].take([cells[n][1]]).columns[n] for n in names}
        columns |= {n: shop.complete.take([5]).columns[n] for n in rest}
        return float(shop.formula(Table(columns))[0])

    row = {n: (shop.complete, 5) for n in names}
    background = [{n: (few, k) for n in names} for k in range(3)]
    expected, _ = naive.shapley_values(score, row, background)
    fixed = few.take([0, 1, 2])
    for n in rest:
        fixed = fixed.with_column(shop.complete.take([5, 5, 5]).columns[n])
    ours, _ = shop.formula.shapley_values(shop.complete.take([5]), fixed)
    for n in names:
        j = shop.complete.features.index(n)
        assert abs(ours[0, j] - expected[n]) < 1e-10, n
    gap = shop.formula(shop.complete) - base - values.sum(axis=1)
    assert np.abs(gap).max() < 1e-12 * max(1.0, np.abs(values).max())


def test_truth_equals_all_coalitions_of_all_ten_columns():
    shop = small(random_state=1)
    features = shop.complete.features
    assert len(features) == 10
    two = shop.background.take([3, 9])
    ours, base = shop.formula.shapley_values(shop.complete.take([11]), two)
    # every coalition's row of both background rows at once: 2^10 rows a background row
    masks = [[bool(m >> j & 1) for j in range(10)] for m in range(1024)]
    worth = np.zeros(1024)
    for k in range(2):
        columns = {}
        for j, name in enumerate(features):
            pair = shop.complete.take([11]).columns[name], two.take([k]).columns[name]
            columns[name] = joined(*pair).take(np.array([0 if m[j] else 1 for m in masks]))
        worth += shop.formula(Table(columns)) / 2
    index = {n: (n, None) for n in features}

    def score(cells):
        return worth[sum(1 << j for j, n in enumerate(features) if cells[n] == 1)]

    expected, empty = naive.shapley_values(
        score, dict.fromkeys(index, 1), [dict.fromkeys(index, 0)]
    )
    np.testing.assert_allclose(ours[0], [expected[n] for n in features], atol=1e-10)
    assert base == pytest.approx(empty, abs=1e-12)


def joined(first, second):
    """Two one-row columns as a column of two rows."""
    from minixai.data import Column

    values = np.concatenate([first.values, second.values])
    if first.indptr is None:
        return Column(first.name, first.kind, values, first.categories)
    indptr = np.array([0, len(first.values), len(values)])
    return Column(first.name, first.kind, values, first.categories, indptr)


@given(st.integers(0, 50), st.sampled_from(TARGETS), st.booleans())
def test_truth_is_complete(seed, target, leak):
    shop = small(target=target, leak=leak, random_state=seed)
    truth = shop.truth
    assert truth.values.shape == (60, len(shop.table.features))
    assert truth.feature_names == tuple(shop.table.features)
    size = np.abs(truth.values).sum(axis=1) + np.abs(truth.base_values)
    assert (np.abs(truth.completeness_gap) <= 1e-13 * size).all()
    if leak:
        assert (truth[:, shop.leaked_column].values == 0.0).all()
    assert truth is shop.truth


def test_values_of_rows_are_those_of_the_rows_alone():
    shop = small()
    alone, _ = shop.formula.shapley_values(shop.complete.take([4]), shop.background)
    np.testing.assert_allclose(alone[0], shop.truth.values[4], rtol=0, atol=1e-13)


def test_targets_have_their_ranges():
    shops = {target: make_shop(n_rows=2000, target=target) for target in TARGETS}
    assert set(shops["rating"].table.y) == {1, 2, 3, 4, 5}
    assert shops["rating"].table.task == "regression"
    assert set(shops["purchase"].table.y) == {0, 1}
    assert shops["purchase"].table.task == "classification"
    assert shops["amount"].table.y.min() >= 0
    for target, shop in shops.items():
        assert shop.background.n_rows == 100
        assert shop.table.target == target
        assert shop.leaked_column is None


def test_without_noise_the_target_is_the_rounded_score():
    shop = small(noise=0.0)
    np.testing.assert_array_equal(shop.table.y, np.clip(np.rint(shop.formula(shop.table)), 1, 5))
    amount = small(noise=0.0, target="amount")
    expected = np.maximum(amount.formula(amount.table), 0.0)
    np.testing.assert_allclose(amount.table.y, expected, atol=0.00501)


def test_noise_is_in_standard_deviations_of_the_score():
    shop = make_shop(n_rows=5000, noise=1.0, target="amount")
    score, residual = shop.formula(shop.complete), shop.table.y - shop.formula(shop.complete)
    assert residual.std() / score.std() == pytest.approx(1.0, abs=0.06)


def test_missing_blanks_attributes_only():
    whole, gaps = small(), small(missing=0.3)
    assert gaps.complete.y.tolist() == whole.table.y.tolist()
    assert gaps.truth.values.tobytes() == whole.truth.values.tobytes()
    share = {name: column.missing.mean() for name, column in gaps.table.columns.items()}
    assert share["user_id"] == share["item_id"] == share["rating"] == 0
    assert all(0.1 < share[n] < 0.5 for n in ("age", "segment", "category", "price", "hour"))
    for name in ("age", "segment", "category"):
        kept = ~gaps.table.column(name).missing
        ours, theirs = gaps.table.column(name).labels(), whole.table.column(name).labels()
        assert ours[kept].tolist() == theirs[kept].tolist()


@pytest.mark.parametrize("target", TARGETS)
def test_the_leak_is_nearly_the_target(target):
    shop = make_shop(n_rows=500, target=target, leak=True)
    leaked = shop.table.column(shop.leaked_column).values
    if target == "purchase":
        assert ((leaked > 0) == (shop.table.y == 1)).all()
    else:
        assert np.corrcoef(leaked, shop.table.y)[0, 1] > 0.995
    without = make_shop(n_rows=500, target=target)
    assert shop.leaked_column not in without.table.columns
    kept = [name for name in shop.table.features if name != shop.leaked_column]
    assert kept == without.table.features
    assert (shop.truth[:, kept].values == without.truth.values).all()


def test_the_seed_decides():
    first, second, third = small(), small(random_state=None), small(random_state=1)
    assert first.truth.values.tobytes() == second.truth.values.tobytes()
    assert first.table.y.tobytes() == second.table.y.tobytes()
    assert first.truth.values.tobytes() != third.truth.values.tobytes()


def test_the_formula_is_printed_and_read_from_a_table():
    shop = small()
    text = str(shop.formula)
    assert text.splitlines()[0].startswith("score [stars] = ")
    assert len(text.splitlines()) == 1 + len(shop.formula.terms)
    for name in shop.table.features:
        assert name in text
    assert repr(shop) == "Shop(60 rows, target 'rating')"
    assert "leaked column 'review_sentiment'" in repr(small(leak=True))
    pandas = pytest.importorskip("pandas")
    again = Table.from_frame(shop.complete.to_frame().astype({"user_id": pandas.Int64Dtype()}))
    np.testing.assert_allclose(shop.formula(again), shop.formula(shop.complete), atol=1e-12)


def test_a_formula_by_hand():
    terms = (
        Term(("x",), (NumberFactor("scaled", 1.0, 2.0),), 3.0),
        Term(
            ("c", "x"),
            (LabelFactor(("a", "b"), np.array([[1.0], [-1.0]])), NumberFactor("scaled", 0.0)),
            1.0,
        ),
    )
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"c": ["a", "b"], "x": [5, 3]})
    formula = Formula(10.0, terms, "points")
    table = Table.from_frame(frame)
    assert formula(table).tolist() == [10 + 6 + 5, 10 + 3 - 3]
    values, base = formula.shapley_values(table.take([0]), table.take([1]))
    # x alone +3 and, of c * x: (5 - -3) split as c: (3 - -3 + 5 - -5)/2, x: (-5 - -3 + 5 - 3)/2
    assert values.tolist() == [[8.0, 3.0 + 0.0]]
    assert base == 10.0
    with pytest.raises(DataError, match="holds 'z', unknown"):
        formula(Table.from_frame(pandas.DataFrame({"c": ["z"], "x": [1]})))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": "ratings"}, "Did you mean 'rating'"),
        ({"n_users": 1}, "n_users"),
        ({"n_items": 1.5}, "n_items"),
        ({"n_rows": 0}, "n_rows"),
        ({"noise": -1}, "noise"),
        ({"missing": 1.0}, "missing"),
    ],
)
def test_options_out_of_range(options, message):
    with pytest.raises(ParameterError, match=message):
        make_shop(**options)
