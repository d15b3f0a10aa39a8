r"""The article's worked case, honestly: purchase amounts of 1,000 users and 100 items.

The article that this project works through fits 1,000 rows of user id, item id and purchase
amount (1 to 100) by a linear model, the ids taken as integers, by gradient descent, and tests on
100 rows. It reports J = 0.002, MAE = 0.1 and RMSE = 0.14. This script repeats the case and finds

1. that these figures cannot belong together: J = 1/(2m) sum of squared errors is RMSE^2 / 2,
   and 0.14^2 / 2 = 0.0098, five times the J reported;
2. that ids as integers teach nothing (why should user 900 buy three times what user 300 buys?)
   and make descent hopeless: the curvatures of J differ by a factor of millions. The model is
   no better than the mean amount;
3. that encoded ids (each user's and item's mean offset, learned on other rows) help as far as
   there are rows to learn from: 900 rows for 1,000 users are less than one row a user;
4. that more rows, and what is known of users and items, bring the error down, towards the noise
   that no model can predict; here the data are drawn from a known formula, so that this floor
   is known too.

Every model is tested on the same 100 rows; the table shows J, MAE, RMSE, the identity of 1., and
the standard error of the RMSE, which is large on 100 rows.

Data: ``FOLDER/user_behavior_data.csv`` with user_id, item_id and amount, if there is one (then
only the steps that such columns allow); else the synthetic shop.

    python examples/article_case.py [--data FOLDER] [--output FOLDER]
"""

from __future__ import annotations

import argparse
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from minixai.data import Shop, Table, TableEncoder, make_shop, split_random
from minixai.errors import ConvergenceWarning
from minixai.linear import LinearRegression
from minixai.metrics import half_mean_squared_error, mean_absolute_error, root_mean_squared_error
from minixai.neural import MLPRegressor
from minixai.plot import plot_predictions, plot_residuals

IDS = ["user_id", "item_id"]
TARGET = "amount"
CLAIMED = {"J": 0.002, "MAE": 0.1, "RMSE": 0.14}
N_TEST = 100


def read_table(folder: str | None) -> Table | None:
    """Read purchases from a file, or return None."""
    path = Path(folder or "") / "user_behavior_data.csv"
    if not (folder and path.is_file()):
        return None
    print(f"Reading {path}")
    return Table.from_csv(path, target=TARGET, kinds={"user_id": "id", "item_id": "id"})


def figures_of(y: Any, predicted: Any) -> dict[str, float]:
    """Return J, MAE and RMSE, and the standard error of the RMSE."""
    rmse = root_mean_squared_error(y, predicted)
    spread = np.std((y - predicted) ** 2) / np.sqrt(len(y))
    return {
        "J": half_mean_squared_error(y, predicted),
        "MAE": mean_absolute_error(y, predicted),
        "RMSE": rmse,
        "RMSE std error": float(spread / (2.0 * rmse)),
    }


def ids_as_integers(train: Table, test: Table) -> tuple[Any, dict[str, float]]:
    """Fit a plane through the ids' integer codes by gradient descent; show their condition."""

    def matrix(part: Table) -> Any:
        return np.column_stack([part.column(name).values for name in IDS]).astype(float)

    X, y = matrix(train), train.y
    design = np.column_stack([np.ones(len(X)), X])
    curvature = np.linalg.eigvalsh(design.T @ design / len(X))
    theta = np.zeros(3)
    for _ in range(1000):  # steps of 1 / L: any longer step could run away
        theta -= design.T @ (design @ theta - y) / len(X) / curvature[-1]
    raw_J = half_mean_squared_error(y, design @ theta)
    model = LinearRegression(solver="gradient_descent").fit(X, y)
    facts = {
        "condition": float(curvature[-1] / curvature[0]),
        "J after 1000 raw steps": raw_J,
        "J at the minimum": half_mean_squared_error(y, model.predict(X)),
        "steps": model.n_iter_,
    }
    return model.predict(matrix(test)), facts


def encoded(model: Any, train: Table, test: Table) -> Any:
    """Encode on the training rows alone, fit, and predict the test rows."""
    encoder = TableEncoder()
    known = encoder.fit_transform(train)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(known.X, known.y)
    return model.predict(encoder.transform(test).X)


def noise_floor(shop: Shop, rows: Any) -> float:
    """Return the RMSE of the shop's own formula on some rows: what nobody can predict."""
    return root_mean_squared_error(shop.table.y[rows], shop.formula(shop.complete.take(rows)))


def small_and_large(
    folder: str | None, n_large: int
) -> tuple[Table, Table, Table | None, float | None]:
    """Return 900 training rows, 100 test rows, many training rows, and the noise floor."""
    table = read_table(folder)
    if table is not None:
        split = split_random(table, test_share=N_TEST / table.n_rows)
        return split.train, split.test, None, None
    print("No user_behavior_data.csv there: drawing purchases from a known formula")
    shop = make_shop(n_users=1000, n_items=100, n_rows=n_large, target=TARGET, random_state=0)
    split = split_random(shop.table, test_share=N_TEST / n_large)
    floor = noise_floor(shop, split.test_rows)
    return split.train.take(np.arange(1000 - N_TEST)), split.test, split.train, floor


def save_figures(output: Path, y: Any, predictions: dict[str, Any]) -> None:
    """Draw predicted against true amounts for the first and the last model, and residuals."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 4.2), layout="constrained")
    names = list(predictions)
    for ax, name in zip(figure.subplots(1, 2, sharey=True), (names[1], names[-1]), strict=True):
        plot_predictions(y, predictions[name], ax)
        ax.set_title(name, fontsize="medium")
    figure.savefig(output / "case_predictions.png", dpi=120)
    ax = plot_residuals(y, predictions[names[-1]])
    ax.figure.savefig(output / "case_residuals.png", dpi=120)


def main(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Run the example; return what it found."""
    parser = argparse.ArgumentParser(description="The article's worked case, honestly.")
    parser.add_argument("--data", default=os.environ.get("MINIXAI_DATA"), help="folder of tables")
    parser.add_argument("--output", default="example-output", help="folder for the figures")
    parser.add_argument("--quick", action="store_true", help="fewer rows and epochs")
    options = parser.parse_args(arguments)
    output = Path(options.output)
    output.mkdir(parents=True, exist_ok=True)

    print("1. The claimed figures: J = 0.002, MAE = 0.1, RMSE = 0.14")
    implied = CLAIMED["RMSE"] ** 2 / 2.0
    print(
        f"   J is RMSE^2 / 2, and 0.14^2 / 2 = {implied:.4f}: not 0.002, in whatever unit the "
        "amounts are.\n"
    )
    train, test, large, floor = small_and_large(options.data, 2_000 if options.quick else 20_000)
    y = test.y
    print(f"{train.n_rows} rows to learn from, {test.n_rows} to test on\n")
    predictions: dict[str, Any] = {"mean amount": np.full(len(y), train.y.mean())}

    print("2. Ids as integers, by gradient descent")
    predictions["ids as integers"], facts = ids_as_integers(train, test)
    print(
        f"   condition number {facts['condition']:.2g}: after 1,000 steps on the raw ids J is "
        f"{facts['J after 1000 raw steps']:.1f}, at the minimum {facts['J at the minimum']:.1f}\n"
        f"   LinearRegression standardises inside and is there in {facts['steps']} steps\n"
    )

    print("3. Ids encoded, and more known")
    others = [name for name in train.features if name not in IDS]
    only_ids = [part.drop(others) if others else part for part in (train, test)]
    predictions["ids encoded"] = encoded(LinearRegression(), *only_ids)
    if others:
        predictions["all columns"] = encoded(LinearRegression(), train, test)
    if large is not None:
        name = f"all columns, {large.n_rows:,} rows"
        predictions[name] = encoded(LinearRegression(), large, test)
        network = MLPRegressor((64, 32), n_epochs=1 if options.quick else 30, early_stopping=True)
        predictions[f"network, {large.n_rows:,} rows"] = encoded(network, large, test)

    found = {name: figures_of(y, each) for name, each in predictions.items()}
    width = max(map(len, found))
    print(f"   {'':<{width}}        J    RMSE^2/2     MAE    RMSE")
    for name, row in found.items():
        print(
            f"   {name:<{width}} {row['J']:8.2f}    {row['RMSE'] ** 2 / 2:8.2f} {row['MAE']:7.2f} "
            f"{row['RMSE']:7.2f} +- {row['RMSE std error']:.2f}"
        )
    if floor is not None:
        print(f"   the formula behind the data itself: RMSE {floor:.2f}; below it is only luck")
    save_figures(output, y, predictions)
    print(f"\nFigures: {output / 'case_predictions.png'}, {output / 'case_residuals.png'}")
    return {
        "implied_J": implied,
        "claimed": CLAIMED,
        "ids_as_integers": facts,
        "figures": found,
        "floor": floor,
        "n_test": len(y),
        "n_train": train.n_rows,
    }


if __name__ == "__main__":
    main()
