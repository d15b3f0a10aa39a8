r"""The article's recommender, corrected: will this user like this item, and why?

The article that this project works through has a listing of eighty lines: read the ratings, take
user_id, item_id and rating as features, train a 3-64-32-1 network, plot its weights, call the
output layer's bias the feature importance, compress. It does not run, and where it would run it
misleads. This script does the same work in the same order and says at each step what was wrong:

1. the leak: ``rating`` stands among the features and is the target. ``check_leak`` finds it;
2. the loss: a sigmoid with cross-entropy wants targets in [0, 1]. On ratings 1 to 5 that loss has
   no minimum: it falls for ever as every score grows. Here the target is made binary first,
   like = (rating >= 4), as a sigmoid asks;
3. the ids: as integers they mean nothing; here each becomes its mean offset, learned on other
   rows, and its frequency;
4. the table of layers: a dense layer 3 -> 64 has 64 biases too, so 256 parameters, not 192; the
   total printed there, 2,321, is not even the sum of its own lines;
5. importance: the last layer's bias is one number and belongs to no feature. Here: what the score
   loses when a column is shuffled, and the products of absolute weights along the paths;
6. compression: the class it calls does not exist. Here: half of the weights removed and the rest
   trained on, then int8, with bytes, accuracy and importance before and after.

Data: MovieLens (``FOLDER/ml-latest-small``, or FOLDER itself in that layout); without it, a table
with the same columns is drawn.

    python examples/article_recommender.py [--data FOLDER] [--output FOLDER]
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from minixai.compression import measure, prune, quantize
from minixai.data import (
    Column,
    Table,
    TableEncoder,
    check_leak,
    is_movielens,
    read_movielens,
    split_random,
)
from minixai.explain import permutation_importance, weight_importance
from minixai.metrics import confusion_matrix, log_loss
from minixai.neural import MLPClassifier
from minixai.plot import (
    plot_confusion,
    plot_importance,
    plot_loss_curve,
    plot_network,
    plot_weights,
)
from minixai.recommend.baseline import BiasBaseline

THRESHOLD = 4.0
GENRES = ("Action", "Comedy", "Drama", "Horror", "Romance", "Sci-Fi")


def read_table(folder: str | None, n_rows: int) -> Table:
    """Read ratings in MovieLens layout, or draw them with the same columns."""
    for place in (Path(folder) / "ml-latest-small", Path(folder)) if folder else ():
        if is_movielens(place):
            print(f"Reading {place}")
            table = read_movielens(place)
            rows = np.random.default_rng(0).permutation(table.n_rows)[:n_rows]
            return table.take(np.sort(rows))
    print("No MovieLens folder there: drawing ratings with the same columns")
    return draw_table(min(n_rows, 20_000))


def draw_table(n_rows: int) -> Table:
    """Draw ratings: users and items with offsets, genres with effects, fewer good old films."""
    import pandas

    rng = np.random.default_rng(0)
    n_users, n_items = max(20, n_rows // 100), max(30, n_rows // 50)
    user, item = rng.integers(n_users, size=n_rows), rng.integers(n_items, size=n_rows)
    has_genre = rng.random((n_items, len(GENRES))) < 0.3
    has_genre[:, 0] |= ~has_genre.any(axis=1)
    year = rng.integers(1950, 2016, n_items)
    score = 3.85 + 0.45 * rng.standard_normal(n_users)[user]
    score += (0.45 * rng.standard_normal(n_items) + has_genre @ (0.2 - 0.1 * np.arange(6)))[item]
    score += 0.005 * (1990 - year[item]) + 0.8 * rng.standard_normal(n_rows)
    genres = ["|".join(np.array(GENRES)[row]) for row in has_genre]
    frame = pandas.DataFrame(
        {
            "user_id": user + 1,
            "item_id": item + 1,
            "rating": np.clip(np.rint(2.0 * score) / 2.0, 0.5, 5.0),
            "rated_year": np.round(rng.uniform(1996.0, 2016.0, n_rows), 2),
            "title": [f"Film {j} ({year[j]})" for j in item],
            "genres": [genres[j] for j in item],
            "release_year": year[item],
        }
    )
    kinds = {"user_id": "id", "item_id": "id", "title": "id", "genres": "multi"}
    return Table.from_frame(frame, target="rating", kinds=kinds, name="drawn ratings")


def show_leak(table: Table) -> list[Any]:
    """Put the rating among the features, as the article does, and ask for leaks."""
    answer = replace(table.column("rating"), name="rating (as a feature)")
    listing = Table({name: table.column(name) for name in ("user_id", "item_id")}).with_column(
        answer
    )
    split = split_random(listing.with_column(table.column("rating")).with_target("rating"))
    return check_leak(split.train, split.test)


def cross_entropy(score: float, target: float) -> float:
    """Return -(y log p + (1 - y) log(1 - p)) with p = sigmoid(score), for any target y."""
    return float(np.logaddexp(0.0, score) - target * score)


def with_like(table: Table) -> Table:
    """Make the target binary, and leave the rating out: it is the answer."""
    liked = (table.column("rating").values >= THRESHOLD).astype(float)
    return table.drop("rating").with_column(Column("like", "numeric", liked)).with_target("like")


def article_network() -> Any:
    """Return the article's network 3-64-32-1, to count its parameters."""
    named = {}
    for i, (n_in, n_out) in enumerate(((3, 64), (64, 32), (32, 1))):
        named[f"layers.{i}.weight"] = np.ones((n_in, n_out), np.float32)
        named[f"layers.{i}.bias"] = np.ones(n_out, np.float32)
    return MLPClassifier((64, 32)).with_parameters(named)


def baselines(train: Table, test: Table) -> dict[str, float]:
    """Return the accuracy of saying always the same, and of user and item offsets alone."""

    def pairs(part: Table) -> tuple[Any, Any]:
        return part.column("user_id").labels(), part.column("item_id").labels()

    offsets = BiasBaseline().fit(*pairs(train), train.y.astype(float)).predict(*pairs(test))
    majority = int(train.y.mean() >= 0.5)
    return {
        "always the same": float(np.mean(test.y == majority)),
        "user and item offsets": float(np.mean((offsets > 0.5) == test.y)),
    }


def compress(model: Any, X: Any, y: Any, n_epochs: int) -> dict[str, Any]:
    """Return the model, half of its weights removed, and that in int8."""
    pruned = prune(model, sparsity=0.5, X=X, y=y, n_epochs=n_epochs)
    return {
        "float32": model,
        "50 % pruned": pruned,
        "50 % pruned, int8": quantize(pruned, X_calibration=X),
    }


def save_figures(output: Path, model: Any, importance: Any, names: list[str], counts: Any) -> None:
    """Draw loss, weights, connections, importance and confusion."""
    axes = {
        "loss": plot_loss_curve(model),
        "weights": plot_weights(model, names=names),
        "network": plot_network(model, names=names, output_names=["like"]),
        "importance": plot_importance(importance),
        "confusion": plot_confusion(counts, labels=["no", "like"]),
    }
    for name, ax in axes.items():
        ax.figure.savefig(output / f"recommender_{name}.png", dpi=120)


def main(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Run the example; return what it found."""
    parser = argparse.ArgumentParser(description="The article's recommender, corrected.")
    parser.add_argument("--data", default=os.environ.get("MINIXAI_DATA"), help="folder of tables")
    parser.add_argument("--output", default="example-output", help="folder for the figures")
    parser.add_argument("--quick", action="store_true", help="fewer rows and epochs")
    options = parser.parse_args(arguments)
    output = Path(options.output)
    output.mkdir(parents=True, exist_ok=True)
    n_rows, n_epochs, n_repeats = (600, 2, 2) if options.quick else (200_000, 10, 5)
    hidden = (16, 8) if options.quick else (64, 32)

    table = read_table(options.data, n_rows)
    print(f"{table.n_rows:,} ratings; columns {', '.join(table.columns)}\n")

    print("1. The leak")
    leaks = show_leak(table)
    print("\n".join(f"   {finding.sentence}\n   {finding.proposal}" for finding in leaks) + "\n")

    print("2. The loss: cross-entropy of a 5-star rating taken as the target, by score")
    unbounded = {score: cross_entropy(score, 5.0) for score in (0.0, 10.0, 100.0)}
    print("   " + ", ".join(f"{s:.0f}: {value:.1f}" for s, value in unbounded.items()))
    liked = with_like(table)
    split = split_random(liked)
    print(f"   like = (rating >= {THRESHOLD:g}): {liked.y.mean():.1%} of the rows\n")

    print("3. Ids and all other columns encoded, on the training rows alone")
    encoder = TableEncoder()
    known, new = encoder.fit_transform(split.train), encoder.transform(split.test)
    X, X_new = known.X.astype(np.float32), new.X.astype(np.float32)
    names = known.feature_names
    groups = {raw: [names.index(name) for name in part] for raw, part in known.groups.items()}
    for row in encoder.describe():
        print(f"   {row['column']:<13}{row['encoded_as']}")

    print("\n4. The network")
    rows = article_network().summary()
    print(
        "   The article's 3-64-32-1 has "
        + " + ".join(str(row.n_parameters) for row in rows.rows)
        + f" = {rows.n_parameters:,} parameters; it prints 192 + 2080 + 33 and a total of 2,321"
    )
    model = MLPClassifier(
        hidden, batch_size=32, n_epochs=n_epochs, early_stopping=True, validation_fraction=0.2
    ).fit(X, known.y)
    accuracy, loss = model.score(X_new, new.y), log_loss(new.y, model.predict_proba(X_new))
    chance = baselines(split.train, split.test)
    print("   " + str(model.summary()).replace("\n", "\n   "))
    print(
        f"   test accuracy {accuracy:.4f}, log loss {loss:.4f}; "
        + ", ".join(f"{name} {value:.4f}" for name, value in chance.items())
        + "\n"
    )

    print("5. Importance")
    bias = model.parameters()["layers.2.bias"]
    print(
        f"   the output layer's bias: {bias.size} number ({bias[0]:+.3f}) for {len(groups)} "
        "columns; it says nothing about any of them"
    )

    def importance_of(each: Any) -> Any:
        return permutation_importance(each, X_new, new.y, groups=groups, n_repeats=n_repeats)

    importance, weights = importance_of(model), weight_importance(model, groups=groups)
    for j in importance.order():
        name = importance.feature_names[j]
        print(
            f"   {name:<13} shuffled: accuracy {-importance.mean[j]:+.4f} "
            f"+- {importance.std_error[j]:.4f}   share of weights {weights[name]:.3f}"
        )

    print("\n6. Compression")
    forms = compress(model, X, known.y, max(1, n_epochs // 3))
    measured = {name: measure(form, X_new, new.y) for name, form in forms.items()}
    for name, found in measured.items():
        print(
            f"   {name:<18}{found.bytes_on_disk:>7,} bytes  {found.n_nonzero:>6,} non-zero  "
            f"accuracy {found.metric_value:.4f}"
        )
    small = importance_of(forms["50 % pruned, int8"])
    agreement = float(np.corrcoef(importance.mean, small.mean)[0, 1])
    print(
        f"   importance before and after: correlation {agreement:.4f}; first "
        f"{importance.feature_names[importance.order()[0]]} and "
        f"{small.feature_names[small.order()[0]]}"
    )
    counts = confusion_matrix(new.y, model.predict(X_new))
    save_figures(output, model, importance, names, counts)
    print(f"\nFigures: {output}/recommender_*.png")
    return {
        "leaks": leaks,
        "unbounded": unbounded,
        "article_parameters": rows.n_parameters,
        "first_layer_parameters": rows.rows[0].n_parameters,
        "features": list(split.train.features),
        "accuracy": accuracy,
        "log_loss": loss,
        "baselines": chance,
        "importance": importance,
        "weight_importance": weights,
        "measured": measured,
        "agreement": agreement,
        "loss_curve": model.loss_curve_,
    }


if __name__ == "__main__":
    main()
