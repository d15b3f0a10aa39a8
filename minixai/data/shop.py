"""A synthetic shop whose score is a known formula, so that explanations can be marked.

Users (age, income, segment) meet items (category, price, brand) on a device at an hour.
The score is `shop_formula.Formula`: effects of single columns, the ids' own included, and
of pairs: a user's taste times the item's categories, an item's slope over age, income
times price, segment times brand, device times hour. The target comes from the score:

- ``rating``: score + noise, rounded into 1..5 (the score is in stars);
- ``purchase``: 1 with probability sigmoid(score + noise), else 0 (log-odds);
- ``amount``: score + noise, at least 0 (money).

``shop.truth`` are the exact Shapley values of the score, in its unit, not of the rounded or
drawn target. Switches: ``noise``; ``missing`` blanks cells of the table (the truth is that
of the complete values); ``leak`` adds a thinly disguised copy of the target.

Cost: 20,000 rows in about 30 ms; the truth, made when first asked for, in 50 ms.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from minixai._validation import check_number, fingerprint, generator, seed_of
from minixai.data.column import Column
from minixai.data.shop_formula import Formula, LabelFactor, NumberFactor, Term
from minixai.data.table import Table
from minixai.errors import check_option
from minixai.explanation import Explanation
from minixai.protocols import Array

__all__ = ["Shop", "make_shop"]

TARGETS = ("rating", "purchase", "amount")
_TAGS = ("Books", "Clothing", "Electronics", "Garden", "Home", "Music", "Sports", "Toys")
_BRANDS = ("Aster", "Birch", "Cedar", "Dahlia", "Elm", "Fern")
_SEGMENTS = ("loyal", "new", "regular")
_DEVICES = ("desktop", "mobile", "tablet")
# target: unit, mean and standard deviation of the score, name of the leaked column
_SCALES = {
    "rating": ("stars", 3.3, 0.9, "review_sentiment"),
    "purchase": ("log-odds", -0.5, 1.6, "invoice_total"),
    "amount": ("money", 60.0, 18.0, "loyalty_points"),
}
_N_BACKGROUND = 100


@dataclass(frozen=True, eq=False)
class Shop:
    """A table, the formula behind it and what each column is worth in it.

    Parameters
    ----------
    table : Table
        What a learner sees.
    complete : Table
        The same rows without gaps.
    background : Table
        Complete rows (at most 100) that the truth is measured against.
    formula : Formula
        Callable on a complete table; ``formula.text`` prints it.
    leaked_column : str or None
        Name of the disguised copy of the target.
    random_state : int
    """

    table: Table
    complete: Table
    background: Table
    formula: Formula
    leaked_column: str | None
    random_state: int

    @cached_property
    def truth(self) -> Explanation:
        """Exact interventional Shapley values of the score for every row of the table.

        ``data`` holds numbers as they are, codes for labels, and the number of labels
        where a row has several. A leaked column has 0: the formula does not read it.
        """
        values, base = self.formula.shapley_values(self.complete, self.background)
        gap = self.formula(self.complete) - (base + values.sum(axis=1))
        rows = [_as_numbers(self.background.columns[name]) for name in self.background.features]
        return Explanation(
            values=values,
            base_values=np.full(len(values), base),
            data=np.column_stack(
                [_as_numbers(self.complete.columns[name]) for name in self.complete.features]
            ),
            feature_names=tuple(self.complete.features),
            method="exact Shapley values of the shop's formula",
            completeness_gap=gap,
            random_state=self.random_state,
            model_fingerprint=fingerprint(self.formula.text),
            background_fingerprint=fingerprint(*rows),
        )

    def __repr__(self) -> str:
        leak = f", leaked column {self.leaked_column!r}" if self.leaked_column else ""
        return f"Shop({self.table.n_rows} rows, target {self.table.target!r}{leak})"


def make_shop(
    n_users: int = 1000,
    n_items: int = 100,
    n_rows: int = 20_000,
    target: str = "rating",
    noise: float = 0.5,
    missing: float = 0.0,
    leak: bool = False,
    random_state: int | None = 0,
) -> Shop:
    """Draw a shop.

    Parameters
    ----------
    n_users, n_items, n_rows : int
        Sizes; at least 2 users, 2 items, 10 rows.
    target : {"rating", "purchase", "amount"}
    noise : float
        Standard deviation of the noise on the score, in those of the score.
    missing : float
        Share of cells blanked, in [0, 1); ids and target stay.
    leak : bool
        Whether to add a column that is nearly the target.
    random_state : int, optional
        Seed; None means 0.

    Returns
    -------
    Shop
        ``table``, ``truth``, ``background``, ``formula``.

    Examples
    --------
    >>> from minixai.data import make_shop
    >>> shop = make_shop(n_users=20, n_items=10, n_rows=50)
    >>> bool(abs(shop.truth.completeness_gap).max() < 1e-12)
    True
    """
    check_option("target", target, TARGETS)
    check_number("n_users", n_users, low=2, integer=True)
    check_number("n_items", n_items, low=2, integer=True)
    check_number("n_rows", n_rows, low=10, integer=True)
    check_number("noise", noise, low=0)
    check_number("missing", missing, low=0, high=1, open_high=True)
    seed = seed_of(random_state)
    features = _draw_rows(n_users, n_items, n_rows, generator(seed, 1))
    formula = _draw_formula(features, target, n_users, n_items, generator(seed, 2))
    values = _observed(formula(features), target, noise, generator(seed, 3))
    complete = features
    leaked = _SCALES[target][3] if leak else None
    if leaked is not None:
        price, rng = features.columns["price"].values, generator(seed, 4)
        complete = complete.with_column(
            Column(leaked, "numeric", _copied(values, target, price, rng))
        )
    task = "classification" if target == "purchase" else "regression"
    complete = complete.with_column(Column(target, "numeric", values)).with_target(target, task)
    chosen = np.sort(generator(seed, 5).permutation(n_rows)[:_N_BACKGROUND])
    table = _blanked(complete, missing, generator(seed, 6)) if missing > 0 else complete
    return Shop(table, complete, complete.take(chosen), formula, leaked, seed)


def _draw_rows(n_users: int, n_items: int, n_rows: int, rng: np.random.Generator) -> Table:
    """Draw users, items and who met what, when and on what; popular ones more often."""
    age = np.clip(np.rint(rng.normal(40.0, 13.0, n_users)), 18, 80)
    income = np.round(np.exp(rng.normal(np.log(40.0), 0.4, n_users)), 1)
    segment = rng.choice(3, n_users, p=[0.3, 0.25, 0.45])
    price = np.round(np.exp(rng.normal(np.log(30.0), 0.7, n_items)), 2)
    brand = rng.integers(len(_BRANDS), size=n_items)
    n_tags = rng.integers(1, 4, size=n_items)
    tags = [np.sort(rng.permutation(len(_TAGS))[:count]) for count in n_tags]
    category = Column(
        "category",
        "multi",
        np.concatenate(tags).astype(np.int64),
        np.array(_TAGS),
        np.concatenate([[0], np.cumsum(n_tags)]),
    )
    user = rng.choice(n_users, n_rows, p=_activity(n_users, rng))
    item = rng.choice(n_items, n_rows, p=_activity(n_items, rng))
    hour = np.rint(rng.normal(16.0, 4.5, n_rows)) % 24
    columns = [
        Column("user_id", "id", user, np.arange(1, n_users + 1)),
        Column("item_id", "id", item, np.arange(1, n_items + 1)),
        Column("age", "numeric", age[user]),
        Column("income", "numeric", income[user]),
        Column("segment", "categorical", segment[user], np.array(_SEGMENTS)),
        category.take(item),
        Column("brand", "categorical", brand[item], np.array(_BRANDS)),
        Column("price", "numeric", price[item]),
        Column(
            "device", "categorical", rng.choice(3, n_rows, p=[0.35, 0.5, 0.15]), np.array(_DEVICES)
        ),
        Column("hour", "numeric", hour),
    ]
    return Table({column.name: column for column in columns}, name="shop")


def _activity(n: int, rng: np.random.Generator) -> Array:
    weights = rng.gamma(2.0, 1.0, n) + 0.1
    return np.asarray(weights / weights.sum())


def _draw_formula(
    features: Table, target: str, n_users: int, n_items: int, rng: np.random.Generator
) -> Formula:
    """Draw the effects, then bring the score to the target's mean and spread."""
    users = tuple(str(i) for i in range(1, n_users + 1))
    items = tuple(str(i) for i in range(1, n_items + 1))
    age, income = NumberFactor("scaled", 40.0, 13.0), NumberFactor("log", 40.0, 0.4)
    price, hour = NumberFactor("log", 30.0, 0.7), NumberFactor("hour", 20.0)

    def drawn(levels: tuple[str, ...], rank: int = 1) -> LabelFactor:
        return LabelFactor(levels, rng.standard_normal((len(levels), rank)))

    taste, tag_basis = drawn(users, len(_TAGS)), LabelFactor(_TAGS, np.eye(len(_TAGS)))
    terms = (
        Term(("user_id",), (drawn(users),), 0.40),
        Term(("item_id",), (drawn(items),), 0.50),
        Term(("age",), (age,), -0.20),
        Term(("income",), (income,), 0.25),
        Term(("segment",), (LabelFactor(_SEGMENTS, np.array([[0.3], [-0.3], [0.0]])),), 1.0),
        Term(("category",), (drawn(_TAGS),), 0.40),
        Term(("brand",), (drawn(_BRANDS),), 0.25),
        Term(("price",), (price,), -0.35),
        Term(("device",), (LabelFactor(_DEVICES, np.array([[0.15], [-0.15], [0.0]])),), 1.0),
        Term(("hour",), (hour,), 0.20),
        Term(("user_id", "category"), (taste, tag_basis), 0.40),
        Term(("item_id", "age"), (drawn(items), age), 0.20),
        Term(("income", "price"), (income, price), 0.30),
        Term(("segment", "brand"), (drawn(_SEGMENTS, 2), drawn(_BRANDS, 2)), 0.15),
        Term(("device", "hour"), (drawn(_DEVICES), hour), 0.20),
    )
    unit, mean, spread, _ = _SCALES[target]
    raw = Formula(0.0, terms, unit)(features)
    factor = spread / float(raw.std())
    scaled = tuple(replace(term, weight=term.weight * factor) for term in terms)
    return Formula(mean - factor * float(raw.mean()), scaled, unit)


def _observed(score: Array, target: str, noise: float, rng: np.random.Generator) -> Array:
    """Return the target, float64 (n,), from the score."""
    noisy = score + noise * _SCALES[target][2] * rng.standard_normal(len(score))
    if target == "rating":
        return np.clip(np.rint(noisy), 1.0, 5.0)
    if target == "amount":
        return np.round(np.maximum(noisy, 0.0), 2)
    return (rng.random(len(score)) < 1.0 / (1.0 + np.exp(-noisy))).astype(np.float64)


def _copied(values: Array, target: str, price: Array, rng: np.random.Generator) -> Array:
    """Return the target thinly disguised: other units, a little noise."""
    noise = rng.standard_normal(len(values))
    if target == "rating":
        return np.round((values - 3.0) / 2.0 + 0.05 * noise, 3)
    if target == "amount":
        return np.maximum(np.rint(10.0 * values + 5.0 * noise), 0.0)
    return np.round(values * price * (1.0 + 0.02 * noise), 2)


def _blanked(table: Table, share: float, rng: np.random.Generator) -> Table:
    """Return the table with that share of each attribute's cells missing."""
    for name in table.features:
        column = table.columns[name]
        gone = rng.random(table.n_rows) < share
        if column.kind == "numeric":
            table = table.with_column(
                Column(name, "numeric", np.where(gone, np.nan, column.values))
            )
        elif column.kind == "categorical":
            codes = np.where(gone, -1, column.values)
            table = table.with_column(Column(name, column.kind, codes, column.categories))
        elif column.indptr is not None:
            lengths = np.where(gone, 0, np.diff(column.indptr))
            kept = column.values[~gone[column.row_of_value]]
            indptr = np.concatenate([[0], np.cumsum(lengths)])
            table = table.with_column(Column(name, "multi", kept, column.categories, indptr))
    return table


def _as_numbers(column: Column) -> Array:
    """Return a column as float64 (n,): numbers, codes, or the number of labels."""
    if column.indptr is not None:
        return np.diff(column.indptr).astype(np.float64)
    return column.values.astype(np.float64)
