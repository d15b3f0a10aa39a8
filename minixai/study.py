"""The loop, top to bottom, on one page.

    table -> split -> encode -> fit -> score -> explain -> compress -> find -> study

Each line of `run_study` is one step; the steps' work stands in ``study_steps.py`` and in
the packages it calls.
"""

from __future__ import annotations

from typing import Any

from minixai import study_curves, study_description, study_explanations
from minixai import study_steps as steps
from minixai._validation import check_number, seed_of
from minixai.data import (
    TableEncoder,
    check_distributions,
    check_drift,
    check_leak,
    check_leak_hints,
    check_relations,
    check_table,
    split_random,
)
from minixai.study_record import Study

__all__ = ["Study", "run_study"]


def run_study(
    table: Any,
    model: Any = "mlp",
    *,
    random_state: int | None = 0,
    test_share: float = 0.2,
    n_repeats: int = 5,
    n_jobs: Any = 1,
    settings: dict[str, Any] | None = None,
) -> Study:
    """Walk the loop once: fit a model to a table, explain it, compress it, say what is doubtful.

    Parameters
    ----------
    table : Table, or a pair (X, y)
        The data with its target; X is an array (n_samples, n_features) or a data frame.
    model : str or estimator
        ``"mlp"``, ``"linear"``, ``"lasso"``, ``"logistic"``, ``"tree"``, ``"forest"``,
        ``"boosting"``, ``"gam"``, or an unfitted estimator for the encoded columns.
    random_state : int, optional
        Seed of the split, the model and the explanations; None means 0.
    test_share : float
        Share of the rows held out, in (0, 1).
    n_repeats : int
        Permutations per column.
    n_jobs : int or Engine
        How the permutations, and the fits that can be, are spread.
    settings : dict, optional
        What the caller wants to see recorded, such as the source of the table.

    Returns
    -------
    Study

    Raises
    ------
    DataError
        A table that cannot be learned from: no target, a constant one, one row, ...
    ParameterError
        An argument out of its range, an unknown model.
    """
    seed = seed_of(random_state)
    check_number("test_share", test_share, low=0, high=1, open_low=True, open_high=True)
    clock = steps.Clock()

    table = steps.as_table(table)
    steps.check_learnable(table)
    split = split_random(table, test_share=test_share, random_state=seed)
    encoder = TableEncoder(random_state=seed)
    train = encoder.fit_transform(split.train)
    test = encoder.transform(split.test)
    steps.check_determined(train)
    steps.check_classes(train, test, table.task)
    clock.lap("encode")

    unit = steps.target_unit(model, train, table.task)
    trained, doubts = steps.trained(model, train, unit, table.task, seed, n_jobs)
    fitted = unit.restored(trained)
    clock.lap("fit")
    metrics = steps.metrics_for(table.task, fitted)
    scores = steps.scores(fitted, split, train, test, metrics)
    clock.lap("score")
    importances = study_explanations.importances(
        fitted, train, test, metrics[0], n_repeats, seed, n_jobs
    )
    examples = study_explanations.examples(fitted, split.test, encoder, train, test)
    clock.lap("explain")
    compression, latency = study_explanations.compression(
        trained, unit, train, test, metrics[0], seed
    )
    clock.lap("compress")
    findings = [
        *check_leak(split.train, split.test, scores[0]),
        *doubts,
        *steps.check_scores(scores, metrics),
        *check_drift(split.train, split.test),
        *check_leak_hints(split.train, split.test),
        *check_table(table),
        *check_distributions(table),
        *check_relations(table),
    ]
    clock.lap("check")

    return Study(
        **study_description.description(table, split, encoder, train, trained, fitted, seed),
        settings={
            "source": table.name,
            **(settings or {}),
            **study_description.settings(table, fitted, unit, seed, test_share, n_repeats),
        },
        metrics=study_description.described(metrics),
        scores=scores,
        predictions={
            **steps.predictions(fitted, test, seed),
            "curves": study_curves.curves(fitted, train, test),
            "threshold": study_curves.threshold(fitted, train, test, seed),
            "residuals": study_curves.residuals(fitted, test),
        },
        importances=importances,
        examples=examples,
        compression=compression,
        findings=findings,
        timings={"steps": clock.laps, "latency": latency},
    )
