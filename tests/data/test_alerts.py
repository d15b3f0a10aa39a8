"""Alerts: a planted fault is found in every draw, clean data are accused in hardly any."""

import numpy as np
import pytest

from minixai.data import (
    Column,
    Table,
    check_distributions,
    check_drift,
    check_leak,
    check_leak_hints,
    check_relations,
    check_table,
    split_by_time,
    split_random,
)
from minixai.data.distribution_checks import skewness

DRAWS = range(100)


def numeric(name, values):
    return Column(name, "numeric", np.asarray(values, dtype=float))


def labels(name, codes, k=None, kind="categorical"):
    codes = np.asarray(codes, dtype=np.int64)
    k = int(codes.max()) + 1 if k is None else k
    return Column(name, kind, codes, np.array([f"l{j}" for j in range(k)]))


def clean(seed, n=2000):
    """Ten independent columns and a balanced target with a linear signal."""
    rng = np.random.default_rng(seed)
    columns = [numeric(f"n{j}", rng.normal(size=n)) for j in range(4)]
    columns += [numeric(f"u{j}", rng.uniform(size=n)) for j in range(3)]
    columns += [labels(f"c{j}", rng.integers(0, 4, n), 4) for j in range(3)]
    signal = columns[0].values + columns[4].values - 0.5 + 0.5 * rng.normal(size=n)
    goal = (signal > np.median(signal)).astype(np.int64)
    columns.append(labels("bought", goal, 2))
    return Table({c.name: c for c in columns}).with_target("bought"), rng


def alerts(table, split=None):
    split = split or split_random(table, random_state=0)
    return [
        *check_leak(split.train, split.test),
        *check_leak_hints(split.train, split.test),
        *check_drift(split.train, split.test),
        *check_table(table),
        *check_distributions(table),
        *check_relations(table),
    ]


def test_clean_data_are_hardly_ever_accused():
    accused = [seed for seed in DRAWS if alerts(clean(seed)[0])]
    assert len(accused) <= 5, accused


def constant(table, rng):
    return table.with_column(numeric("planted", np.ones(table.n_rows))), "constant_column"


def identifier(table, rng):
    codes = rng.permutation(table.n_rows)
    return table.with_column(labels("planted", codes, kind="id")), "identifier"


def near_copy(table, rng):
    values = table.columns["n1"].values + 0.1 * rng.normal(size=table.n_rows)
    return table.with_column(numeric("planted", values)), "highly_correlated"


def bent_copy(table, rng):
    return table.with_column(numeric("planted", np.exp(table.columns["u1"].values))), (
        "highly_correlated"
    )


def near_copy_of_labels(table, rng):
    codes = table.columns["c1"].values.copy()
    changed = rng.random(table.n_rows) < 0.02
    codes[changed] = rng.integers(0, 4, changed.sum())
    return table.with_column(labels("planted", codes, 4)), "highly_correlated"


def many_levels(table, rng):
    codes = rng.integers(0, 1000, table.n_rows)
    return table.with_column(labels("planted", codes, 1000)), "high_cardinality"


def skewed(table, rng):
    return table.with_column(numeric("planted", rng.lognormal(0.0, 1.0, table.n_rows))), "skewed"


def gaps_by_target(table, rng):
    goal = table.columns["bought"].values
    gaps = rng.random(table.n_rows) < np.where(goal == 1, 0.2, 0.05)
    values = np.where(gaps, np.nan, rng.normal(size=table.n_rows))
    return table.with_column(numeric("planted", values)), "missing_not_at_random"


def gaps_by_another_column(table, rng):
    gaps = rng.random(table.n_rows) < np.where(table.columns["n2"].values > 0.5, 0.3, 0.02)
    codes = np.where(gaps, -1, rng.integers(0, 3, table.n_rows))
    return table.with_column(labels("planted", codes, 3)), "missing_not_at_random"


def named_after_the_target(table, rng):
    values = numeric("bought_before_return", rng.normal(size=table.n_rows))
    return table.with_column(values), "leak_by_name"


def the_target_itself(table, rng):
    goal = table.columns["bought"].values
    return table.with_column(labels("planted", 1 - goal, 2)), "leaked_target"


def filled_in_afterwards(table, rng):
    began = rng.uniform(0, 1000, table.n_rows)
    goal = table.columns["bought"].values
    ended = np.where(goal == 1, began + rng.exponential(50, table.n_rows), np.nan)
    table = table.with_column(numeric("start_date", began))
    return table.with_column(numeric("end_date", ended)), "leak_by_time"


def users_of_a_log(table, rng):
    table = table.with_column(labels("user_id", rng.integers(0, 100, table.n_rows), kind="id"))
    moments = rng.uniform(0, 1000, table.n_rows)
    return table.with_column(numeric("timestamp", moments)), "leak_by_time"


PLANTED = [
    constant, identifier, near_copy, bent_copy, near_copy_of_labels, many_levels, skewed,
    gaps_by_target, gaps_by_another_column, named_after_the_target, the_target_itself,
    filled_in_afterwards, users_of_a_log,
]  # fmt: skip


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_planted_faults_are_found_in_every_draw(plant):
    for seed in DRAWS:
        table, rng = clean(seed)
        spoilt, kind = plant(table, rng)
        found = [each for each in alerts(spoilt) if each.kind == kind]
        assert found, (seed, kind)
        assert all(each.sentence and each.proposal for each in found)


@pytest.mark.parametrize("share", [0.02, 0.06])
def test_an_imbalanced_target_is_found_in_every_draw(share):
    for seed in DRAWS:
        table, rng = clean(seed)
        goal = np.zeros(table.n_rows, dtype=np.int64)
        goal[rng.permutation(table.n_rows)[: int(share * table.n_rows)]] = 1
        spoilt = Table({**table.columns, "bought": labels("bought", goal, 2)}).with_target("bought")
        kinds = [each.kind for each in check_distributions(spoilt)]
        assert "imbalanced_target" in kinds


@pytest.mark.parametrize("name", ["n1", "u2", "c0", "bought"])
def test_drift_is_found_in_every_draw(name):
    for seed in DRAWS:
        table, rng = clean(seed)
        split = split_random(table, random_state=seed)
        column = split.test.columns[name]
        moved = column.values + 0.8 * column.values.std()
        if len(column.categories):
            moved = np.where(rng.random(split.test.n_rows) < 0.5, 0, column.values)
        test = split.test.with_column(Column(name, column.kind, moved, column.categories))
        (found,) = check_drift(split.train, test)
        assert found.kind == "drift"
        assert found.columns == (name,)
        assert found.evidence["distance"] >= found.evidence["bound"]


def test_a_split_by_time_hints_at_nothing():
    table, rng = clean(0)
    spoilt, _ = users_of_a_log(table, rng)
    split = split_by_time(spoilt, "timestamp")
    kinds = [each.kind for each in check_leak_hints(split.train, split.test)]
    assert kinds == []
    assert "drift" in [each.kind for each in check_drift(split.train, split.test)]


def test_new_ids_in_the_test_part_are_drift():
    rng = np.random.default_rng(0)
    first = Table({"shop": labels("shop", rng.integers(0, 100, 500), 200, "id")})
    second = Table({"shop": labels("shop", rng.integers(90, 200, 500), 200, "id")})
    (found,) = check_drift(first, second)
    assert found.evidence["measure"] == "share of new values"
    assert check_drift(first, first.take(np.arange(200))) == []


def test_the_skewness_is_that_of_scipy():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(0)
    for values in (rng.normal(size=50), rng.exponential(size=80), 1e150 * rng.random(40)):
        with np.errstate(all="ignore"):
            expected = stats.skew(values / np.abs(values).max())
        assert skewness(values) == pytest.approx(expected, rel=1e-10)
        assert skewness(np.append(values, np.nan)) == pytest.approx(expected, rel=1e-10)
    assert skewness(np.ones(9)) == 0.0
    assert skewness(np.array([])) == 0.0


def test_rank_correlations_and_v_are_those_of_scipy():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(0)
    base = rng.integers(0, 12, 300).astype(float)
    near = base + rng.normal(0, 0.4, 300).round()
    table = Table({"a": numeric("a", base), "b": numeric("b", near)})
    (found,) = check_relations(table)
    assert found.evidence["value"] == pytest.approx(stats.spearmanr(base, near).statistic)
    codes = rng.integers(0, 3, 300)
    other = np.where(rng.random(300) < 0.03, rng.integers(0, 3, 300), codes)
    (found,) = check_relations(Table({"a": labels("a", codes), "b": labels("b", other)}))
    counts = np.zeros((3, 3))
    np.add.at(counts, (codes, other), 1)
    expected = stats.contingency.association(counts.astype(int), method="cramer")
    assert found.evidence["value"] == pytest.approx(expected)


def test_few_rows_and_empty_parts_hint_at_nothing():
    table, _ = clean(0, n=12)
    split = split_random(table)
    assert check_relations(table) == []
    assert check_drift(split.train, split.test) == []
    assert check_leak_hints(split.train, split.test) == []


def test_copies_with_gaps_of_their_own_are_found():
    rng = np.random.default_rng(0)
    x = rng.normal(size=400)
    columns = {}
    for name in ("first", "second"):
        values = x.copy()
        values[rng.random(400) < 0.15] = np.nan
        columns[name] = Column(name, "numeric", values)
        codes = np.where(np.isnan(values), -1, np.where(x > 0, 2, np.where(x < -1, 0, 1)))
        columns[f"{name} label"] = labels(f"{name} label", codes)
    found = [each for each in check_relations(Table(columns)) if each.kind == "highly_correlated"]
    assert {("first", "second"), ("first label", "second label")} == {f.columns for f in found}


def test_gaps_that_come_later_are_drift():
    rng = np.random.default_rng(0)
    train, test = rng.normal(size=300), rng.normal(size=100)
    test[rng.random(100) < 0.6] = np.nan
    made = [Table({"x": Column("x", "numeric", values)}) for values in (train, test)]
    (found,) = check_drift(*made)
    assert found.kind == "drift"
    assert "is missing in 0% of the rows used to fit and in" in found.sentence
    assert found.evidence["measure"] == "difference of the shares missing"


def test_moments_are_written_and_never_skewed():
    days = np.concatenate([np.zeros(30), [10000.0]]) * 86400.0
    early = Table({"t": Column("t", "datetime", days)})
    late = Table({"t": Column("t", "datetime", days + 365 * 86400.0)})
    assert not check_distributions(early)
    (found,) = check_drift(early, late)
    assert "median is 1970-01-01 in the first and 1971-01-01 in the second" in found.sentence


def test_coarser_labels_are_no_copies():
    fine = np.arange(300) % 3
    columns = [
        Column("lines", "categorical", fine, np.array(["no phone", "one", "two"])),
        Column("phone", "categorical", (fine > 0).astype(np.int64), np.array(["no", "yes"])),
    ]
    (found,) = check_relations(Table({each.name: each for each in columns}))
    assert found.sentence.startswith("Column 'lines' nearly always tells 'phone'")


def test_a_leak_by_time_is_found_beside_other_ids_and_dates():
    rng = np.random.default_rng(0)
    n = 600
    times = numeric("timestamp", rng.permutation(n) + 1.6e9)
    user = labels("user_id", rng.integers(0, 60, n), 60, "id")
    goal = labels("y", rng.integers(0, 2, n), 2)
    born = Column("birth_date", "datetime", user.values * 1e7)
    order = labels("order_id", np.arange(n), n, "id")

    def hints(*columns):
        table = Table({each.name: each for each in columns}, "y")
        split = split_random(table)
        return [each for each in check_leak_hints(split.train, split.test)]

    for columns in ((user, times), (order, user, times), (born, order, user, times)):
        (found,) = hints(*columns, goal)
        assert (found.kind, found.columns) == ("leak_by_time", ("timestamp",))
        assert found.evidence["user"] == "user_id"
    assert not hints(order, times, goal)  # no trend, and nobody comes twice
    later = labels("y", times.values > np.median(times.values), 2)
    (found,) = hints(order, times, later)
    assert "moves with 'timestamp'" in found.sentence
