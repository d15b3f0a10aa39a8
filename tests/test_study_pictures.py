"""What the record holds for the pictures: bounded, of raw columns, the same in every run."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minixai import run_study, study_curves
from minixai.data import Encoded, Table, split_random
from minixai.metrics import average_precision, calibration_error, roc_auc
from minixai.neural import MLPClassifier, MLPRegressor
from minixai.report import render
from minixai.study_association import associations, with_target
from minixai.study_pictures import pictures
from tests.plot.hard_names import HARD_NAMES
from tests.reference import association as twin

pandas = pytest.importorskip("pandas")
pytest.importorskip("matplotlib")

RNG = np.random.default_rng(0)
N = 300
SECTIONS = {"missing", "distributions", "by-target", "correlation", "curves", "predictions"}


def table_of(columns, target="goal", kinds=None):
    return Table.from_frame(pandas.DataFrame(columns), target=target, kinds=kinds or {})


def mixed(n=N, classes=("no", "yes")):
    """A table with every kind, gaps and a target with classes."""
    x = RNG.normal(size=n)
    place = np.clip(np.searchsorted(np.linspace(-1, 1, len(classes) - 1), x), 0, len(classes) - 1)
    return {
        "age": np.where(RNG.random(n) < 0.2, np.nan, x),
        "price": np.exp(2.0 * RNG.normal(size=n) + x),
        "city": RNG.choice(["Ulm", "Bonn", "Kiel"], n),
        "day": pandas.date_range("2020-01-01", periods=n, freq="D"),
        "goal": np.array(classes)[place],
    }


def study_of(table, **options):
    kind = MLPClassifier if table.task == "classification" else MLPRegressor
    model = kind(hidden_layer_sizes=(12,), n_epochs=2, batch_size=64)
    return run_study(table, model=model, n_repeats=1, **options)


@pytest.fixture(scope="module")
def study():
    return study_of(table_of(mixed()))


def ids_of(page):
    return {each for each in SECTIONS if f'<section id="{each}"' in page}


def test_every_figure_of_two_classes_is_there_with_its_text(study):
    page = render(study)
    assert ids_of(page) == SECTIONS
    for key in ("missing", "distributions", "by-target", "correlation", "roc", "precision-recall",
                "calibration", "lift", "confusion"):  # fmt: skip
        assert f'aria-labelledby="{key}-title {key}-desc"' in page, key
    assert len(page.encode()) < 1_000_000
    assert render(type(study).from_dict(json.loads(study.to_json()))) == page


def test_two_runs_hold_the_same_pictures(study):
    assert study.data["distributions"]["columns"][0]["column"] == "goal"
    table = table_of({"x": RNG.normal(size=N), "goal": RNG.normal(size=N)})
    split = split_random(table, random_state=0)
    once, again = (json.dumps(pictures(table, split.train, 3)) for _ in range(2))
    assert once == again


def test_the_curves_are_those_of_the_model_and_bounded(study):
    record = study.predictions["curves"]
    (only,) = record["by_class"]
    assert only["class"] == "yes"
    assert only["roc"]["area"] == pytest.approx(study.scores[0]["roc_auc"], rel=1e-12)
    assert only["precision_recall"]["average_precision"] == pytest.approx(
        study.scores[0]["average_precision"], rel=1e-12
    )
    for part in ("roc", "precision_recall", "lift"):
        sizes = {len(v) for v in only[part].values() if isinstance(v, list)}
        assert len(sizes) == 1
        assert max(sizes) <= study_curves.MAX_POINTS
    assert sum(record["calibration"]["weight"]) == study.data["n_test"]


def test_labels_show_the_share_of_the_second_class():
    table = table_of(
        {
            "size": np.repeat(["small", "large"], 200),
            "goal": np.tile(["no", "yes", "yes"], 134)[:400],
        }
        | {"noise": RNG.normal(size=400)}
    )
    frame = table.to_frame()
    frame.loc[:150, "goal"] = "no"
    found = study_of(Table.from_frame(frame, target="goal"))
    first = found.data["by_target"]["columns"][0]
    assert first["column"] == "size"
    assert first["levels"] == ["large", "small"]
    assert first["class"] == "yes"
    large = frame["size"] == "large"
    assert abs(first["shares"][0] - np.mean(frame["goal"][large] == "yes")) < 0.06
    assert "share of yes by size: large" in render(found)


@given(st.integers(2, 3000), st.integers(0, 2**31))
def test_thinned_curves_keep_their_ends_and_their_form(n, seed):
    rng = np.random.default_rng(seed)
    x, y = np.sort(rng.random(n)), np.sort(rng.random(n))
    found = study_curves.thinned(x=x, y=y)
    assert len(found["x"]) == len(found["y"]) <= study_curves.MAX_POINTS
    assert np.allclose([found["x"][0], found["x"][-1]], x[[0, -1]], rtol=1e-5)
    gap = np.interp(x, found["x"], found["y"]) - y
    assert np.abs(gap).max() <= 2 / (study_curves.MAX_POINTS - 2) + np.diff(y).max(initial=0) + 1e-4


def test_many_classes_have_six_curves_and_the_calibration_of_the_winner():
    classes = tuple(f"class {k:02d}" for k in range(30))
    found = study_of(table_of({**mixed(3000, classes), "goal": np.repeat(classes, 100)}))
    record = found.predictions["curves"]
    assert len(record["by_class"]) == study_curves.MAX_CLASSES
    assert record["n_classes"] == 30
    assert record["calibration"]["of"] == "winner"
    assert "lift" not in record["by_class"][0]
    page = render(found)
    assert "6 of 30 classes are drawn" in page
    assert "12 of 30 labels shown" in page
    assert 'aria-labelledby="lift-title' not in page
    assert found.predictions["threshold"] == {}


class _Given:
    """A classifier that answers what it was given."""

    def __init__(self, shares, classes):
        self.shares, self.classes_ = shares, np.array(classes)

    def predict_proba(self, X):
        return self.shares


def part(target):
    """Return encoded rows with that target, and nothing to tell it by."""
    y = np.asarray(target)
    return Encoded(np.zeros((len(y), 1)), y, {"x": ["x"]}, ["x"])


def test_curves_of_given_scores_equal_the_measures():
    y = RNG.integers(0, 3, 500)
    shares = RNG.dirichlet(np.ones(3), 500)
    record = study_curves.curves(_Given(shares, [0, 1, 2]), part(y), part(y))
    for k, each in enumerate(record["by_class"]):
        hit = (y == k).astype(int)
        assert each["roc"]["area"] == pytest.approx(roc_auc(hit, shares[:, k]), rel=1e-12)
        assert each["precision_recall"]["average_precision"] == pytest.approx(
            average_precision(hit, shares[:, k]), rel=1e-12
        )
    assert record["calibration"]["error"] == pytest.approx(calibration_error(y, shares), rel=1e-12)


def test_a_class_that_is_not_held_out_has_no_curve():
    shares = np.full((4, 2), 0.5)
    given_model = _Given(shares, ["a", "b"])
    assert study_curves.curves(given_model, part(["a", "b"]), part(["a"] * 4)) == {}


def test_the_threshold_of_a_rare_class_is_chosen_apart_from_its_measure():
    """Of scores that know nothing a threshold gains nothing, however well it fits its own rows."""
    y = np.where(RNG.random(4000) < 0.1, "rare", "usual")
    p = np.where(y == "rare", RNG.beta(3, 6, 4000), RNG.beta(1, 9, 4000))
    rows = part(y)
    found = study_curves.threshold(_Given(np.column_stack([p, 1 - p]), ["rare", "usual"]),
                                   rows, rows, 0)  # fmt: skip
    assert found["class"] == "rare"
    assert found["share"] == pytest.approx(np.mean(y == "rare"))
    assert 0.1 < found["threshold"] < 0.5
    assert found["at_threshold"]["f_score"] > found["at_half"]["f_score"] + 0.1
    even = part(np.tile(["a", "b"], 50))
    assert study_curves.threshold(_Given(np.full((100, 2), 0.5), ["a", "b"]), even, even, 0) == {}


def test_numbers_have_points_boxes_and_residuals_and_no_curves():
    columns = mixed()
    del columns["goal"]
    columns |= {"size": RNG.integers(0, 3, N).astype(float), "goal": columns["price"] * 2.0}
    found = study_of(table_of(columns))
    assert found.predictions["curves"] == found.predictions["threshold"] == {}
    residuals = found.predictions["residuals"]
    assert sum(residuals["counts"]) == found.data["n_test"]
    assert list(residuals["quantiles"].values()) == sorted(residuals["quantiles"].values())
    assert found.data["by_target"]["columns"][0]["column"] == "price"
    assert len(found.data["by_target"]["columns"][0]["x"]) == found.data["n_train"]
    page = render(found)
    assert ids_of(page) == SECTIONS - {"curves"}
    assert 'aria-labelledby="residual-counts-title' in page


def test_two_hundred_columns_show_the_strongest_and_a_note():
    x = RNG.normal(size=(2000, 200))
    columns = {f"column {j}": x[:, j] for j in range(200)}
    found = study_of(table_of({**columns, "goal": x[:, 150] + 0.5 * x[:, 170]}))
    shown = [each["column"] for each in found.data["distributions"]["columns"]]
    assert shown[:3] == ["goal", "column 150", "column 170"]
    assert len(shown) == 12
    assert len(found.data["correlation"]["names"]) == 31
    page = render(found)
    assert "11 of 200 columns are shown" in page
    assert "30 of 200 columns are shown" in page
    assert "6 of " in page
    assert len(page.encode()) < 2_000_000


def test_one_feature_walks():
    x = RNG.normal(size=N)
    page = render(study_of(table_of({"x": x, "goal": x + RNG.normal(size=N)})))
    assert ids_of(page) == SECTIONS - {"curves", "missing"}


def test_a_text_alone_has_no_pictures_of_columns():
    words = np.array(["good day", "bad night", "nice work", "poor thing"])
    texts = [" ".join(RNG.choice(words, 6)) for _ in range(2 * N)]
    goal = RNG.choice(["a", "b"], 2 * N)
    table = table_of({"text": texts, "goal": goal}, kinds={"text": "text"})
    found = study_of(table)
    assert [each["column"] for each in found.data["distributions"]["columns"]] == ["goal"]
    assert ids_of(render(found)) == {"distributions", "curves", "predictions"}


def test_gaps_everywhere_are_mapped():
    columns = {
        f"x{j}": np.where(RNG.random(N) < 0.6, np.nan, RNG.normal(size=N)) for j in range(40)
    }
    columns["city"] = np.where(RNG.random(N) < 0.5, None, "Ulm")
    found = study_of(table_of({**columns, "goal": RNG.normal(size=N)}))
    assert found.data["missing"]["n_gapped"] == 41
    assert len(found.data["missing"]["names"]) == 30
    assert "The 30 with the most are shown" in render(found)


def test_a_few_gaps_are_told_without_a_map():
    columns = {"x": RNG.normal(size=5000), "goal": RNG.normal(size=5000)}
    columns["x"][7] = np.nan
    page = render(study_of(table_of(columns)))
    assert "too few for a map" not in page  # one of the 50 rows of its block
    assert 'aria-labelledby="missing-title' in page
    columns = {name: np.tile(values, 4) for name, values in columns.items()}
    page = render(study_of(table_of(columns)))
    assert "too few for a map" in page
    assert 'aria-labelledby="missing-title' not in page


def test_names_that_are_hard_to_draw_are_drawn():
    names = [f"{name}{j}" for j, name in enumerate(HARD_NAMES)]
    x = RNG.normal(size=(N, len(names)))
    columns = {name: x[:, j] for j, name in enumerate(names)}
    columns["labels"] = RNG.choice(names, N)
    target = "目标 <b>"
    columns[target] = np.where(x[:, 0] > 0, "<script>", "评分")
    page = render(study_of(table_of(columns, target=target)))
    assert "<script>" not in page
    assert ids_of(page) >= {"distributions", "by-target", "correlation", "curves"}


def column_pairs():
    numbers = st.lists(st.integers(-3, 3), min_size=30, max_size=30)
    return st.tuples(numbers, numbers)


def coefficient(a, b):
    found = associations(table_of({"a": a, "b": b}, target="b"))
    return found["values"][0][1]


@given(column_pairs())
def test_associations_equal_their_twins(pair):
    a, b = pair
    if min(len(set(a)), len(set(b))) < 2:
        return
    numbers = [np.array(each, dtype=float) for each in pair]
    labels = [[f"label {value}" for value in each] for each in pair]
    near = {"abs": 6e-5}
    assert coefficient(*numbers) == pytest.approx(twin.rank_correlation(a, b), **near)
    assert coefficient(*labels) == pytest.approx(twin.corrected_v(*labels), **near)
    assert coefficient(numbers[0], labels[1]) == pytest.approx(
        twin.between_labels(a, labels[1]), **near
    )


def test_what_chance_gives_to_many_labels_is_taken_off():
    codes = np.array([f"label {k}" for k in RNG.integers(0, 45, 400)])
    table = table_of({"codes": codes, "goal": RNG.normal(size=400)},
                     kinds={"codes": "categorical"})  # fmt: skip
    assert with_target(table, "codes") < 0.25
    assert table.kinds["codes"] == "categorical"
