"""Findings on data: a leaked target, and columns or rows that teach nothing.

A feature is called a leaked target when nearly all of what the model reaches on held-out rows
is reached by that feature alone (`single_column`), and its skill is either very high as such
(0.9) or high (0.7) with no honest column near it (half as much). Strong honest predictors
stay below: the best columns of ordinary tables reach 0.4, ratings of food and service beside
an overall rating 0.56, with one another close behind. A law of nature, or one trend beside
another, is found too: the finding says what was measured, and asks.

Cost: one sort a column, and one hash a row for repeated rows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from minixai.data.column import Column
from minixai.data.row_repetition import duplicate_rows
from minixai.data.single_column import ColumnSkill, naive_loss, single_column_skills
from minixai.data.table import Table
from minixai.finding import Finding

__all__ = ["check_leak", "check_table"]

# Chosen between what honest and leaking tables reach; the tests hold both sides.
SURE_SKILL = 0.9
HIGH_SKILL = 0.7
CLEAR_LEAD = 0.5  # of a high skill, what the next column may reach
LEAST_SHARE = 0.9  # of the model's skill
FAIR_SKILL = 0.5
_NEARLY_ALL = 0.95  # of the model's skill
_LITTLE = 0.2  # of the first column's skill, what the next one may reach
_EXACT = 0.999  # share of rows told exactly
_LEAST_TEST_ROWS = 20  # fewer rows agree by chance
_LEAST_LOG_ARRANGEMENTS = math.log(1e4)  # one in so many shuffles of a column is a copy


def check_leak(
    train: Table, test: Table, model_scores: Mapping[str, Any] | float | None = None
) -> list[Finding]:
    """Find features that alone give the target away.

    Parameters
    ----------
    train, test : Table
        Parts of one table, with its target.
    model_scores : mapping or float, optional
        What a model of all features reaches on the test part: its skill
        (`prediction_skill`), or its metrics by name, of which ``r2`` or ``log_loss`` is
        read. None: a feature's own skill decides.

    Returns
    -------
    list of Finding
        Kind ``"leaked_target"``, the strongest first. With fewer than 20 test rows only copies
        of the target are named. Evidence: column_skill, std_error,
        model_skill, share_of_model, exact_share, next_column, next_skill, measure, n_test.
    """
    if test.n_rows < _LEAST_TEST_ROWS:
        return _copies_of_target(train, test)
    model_skill = _model_skill(train, test, model_scores)
    results = single_column_skills(train, test)
    order = sorted(results, key=lambda name: -results[name].skill)
    sure = [name for name in order if _is_sure(results[name])]
    found = []
    for name in order:
        honest = next((other for other in order if other != name and other not in sure), None)
        rest = 1.0 if honest is None else results[honest].skill
        if _leaks(results[name], rest, model_skill):
            found.append(_leak(name, train, test, results[name], model_skill, honest, rest))
    return found or _carrier(train, test, results, order, model_skill)


def _carrier(
    train: Table,
    test: Table,
    results: Mapping[str, ColumnSkill],
    order: list[str],
    model_skill: float | None,
) -> list[Finding]:
    """Return a note on the one column that carries a modest score, where there is one."""
    if model_skill is None or not order:
        return []
    name, skill = order[0], results[order[0]].skill
    following = results[order[1]].skill if len(order) > 1 else 0.0
    if skill < FAIR_SKILL or skill < _NEARLY_ALL * model_skill or following > _LITTLE * skill:
        return []
    sentence = (
        f"Column {name!r} alone carries nearly all of the score: it reaches {skill:.2f} of what "
        f"there is to explain, the model {model_skill:.2f}, the next column {following:.2f}."
    )
    proposal = (
        f"If {name!r} is known when a prediction is wanted, a rule on it alone may do; if not, "
        "leave it out."
    )
    evidence = {"column_skill": skill, "model_skill": model_skill, "next_skill": following}
    return [_note("one_column_carries", (name,), sentence, proposal, **evidence)]


def check_table(table: Table) -> list[Finding]:
    """Find columns and rows that teach nothing or weigh twice; all are notes, not warnings.

    Kinds: constant_column, missing_values (over half), identifier, mixed_column,
    duplicate_columns, duplicate_rows.
    """
    found: list[Finding] = []
    for name in table.features:
        found += _of_column(table.columns[name])
    return [*found, *_equal_columns(table), *_equal_rows(table)]


def _is_sure(result: ColumnSkill) -> bool:
    """Whether the skill is very high, and not by the luck of a small test part."""
    return result.skill - 2.0 * result.std_error >= SURE_SKILL


def _leaks(result: ColumnSkill, rest: float, model_skill: float | None) -> bool:
    """Whether a column of that skill gives the target away, the best honest one being ``rest``."""
    in_lead = result.skill >= HIGH_SKILL and rest <= CLEAR_LEAD * result.skill
    if not (_is_sure(result) or in_lead):
        return False
    nearly_all = model_skill is None or result.skill >= LEAST_SHARE * model_skill
    return nearly_all or result.exact_share >= _EXACT


def _model_skill(
    train: Table, test: Table, model_scores: Mapping[str, Any] | float | None
) -> float | None:
    if model_scores is None:
        return None
    if not isinstance(model_scores, Mapping):
        return float(model_scores)
    if train.task == "regression":
        r2 = model_scores.get("r2")
        return None if r2 is None else float(r2)
    loss, naive = model_scores.get("log_loss"), naive_loss(train, test)
    return None if loss is None or naive == 0.0 else 1.0 - float(loss) / naive


def _leak(
    name: str,
    train: Table,
    test: Table,
    result: ColumnSkill,
    model_skill: float | None,
    honest: str | None,
    next_skill: float,
) -> Finding:
    """Return the finding with its numbers in words."""
    skill, exact = result.skill, result.exact_share
    measure = "R2" if train.task == "regression" else "log-loss skill"
    evidence: dict[str, Any] = {
        "column_skill": skill,
        "std_error": result.std_error,
        "model_skill": model_skill,
        "share_of_model": None if not model_skill else skill / model_skill,
        "exact_share": exact,
        "next_column": honest,
        "next_skill": None if honest is None else next_skill,
        "measure": measure,
        "n_test": result.n_rows,
    }
    if exact >= _EXACT:
        claim = f"tells the target {train.target!r} exactly in {exact:.1%} of the held-out rows"
    else:
        claim = f"alone explains nearly all of the score ({measure} {skill:.3f} on held-out rows)"
    beside = "" if model_skill is None else f"; the model of all columns reaches {model_skill:.3f}"
    if honest is not None:
        beside += f"; the next column, {honest!r}, {next_skill:.3f}"
    return Finding(
        kind="leaked_target",
        columns=(name,),
        sentence=f"Column {name!r} {claim}{beside}: it looks like the target under another name.",
        evidence=evidence,
        proposal=(
            f"Ask whether {name!r} is known before {train.target!r} is; if not, leave it out "
            "and fit again."
        ),
        severity="warning",
    )


def _copies_of_target(train: Table, test: Table) -> list[Finding]:
    """Return the columns that are the target row for row: that shows in the smallest table.

    Unless it may be luck: a few rows of two classes are soon matched by some column.
    """
    assert train.target is not None
    wanted = [_pattern(part.columns[train.target]) for part in (train, test)]
    if _log_arrangements(train.columns[train.target]) < _LEAST_LOG_ARRANGEMENTS:
        return []
    found = []
    for name in train.features:
        if [_pattern(part.columns[name]) for part in (train, test)] == wanted:
            sentence = f"Column {name!r} equals the target {train.target!r} in all rows."
            proposal = f"Leave {name!r} out and fit again."
            evidence = {"exact_share": 1.0, "n_train": train.n_rows, "n_test": test.n_rows}
            found.append(
                Finding("leaked_target", (name,), sentence, evidence, proposal, severity="warning")
            )
    return found


def _log_arrangements(column: Column) -> float:
    """Return the logarithm of the number of orders in which its values could stand."""
    counts = np.unique(column.row_keys(), return_counts=True)[1]
    return math.lgamma(counts.sum() + 1) - sum(math.lgamma(count + 1) for count in counts)


def _note(
    kind: str, columns: tuple[str, ...], sentence: str, proposal: str, **evidence: Any
) -> Finding:
    return Finding(kind, columns, sentence, evidence, proposal, severity="note")


def _of_column(column: Column) -> list[Finding]:
    """Return what is doubtful about one feature by itself."""
    name, n_rows = column.name, len(column)
    n_missing, n_unique = int(column.missing.sum()), column.n_unique
    found = []
    if n_unique <= 1 and n_missing < n_rows and column.indptr is None:
        where = f"in all {n_rows:,} rows" if n_missing == 0 else "wherever it has one"
        sentence = f"Column {name!r} has the same value {where}."
        found.append(_note("constant_column", (name,), sentence, "Leave it out.", n_rows=n_rows))
    if column.kind != "multi" and n_missing > 0.5 * n_rows:
        sentence = f"Column {name!r} is missing in {n_missing:,} of {n_rows:,} rows."
        proposal = "Check how it was collected; its indicator may say more than its values."
        found.append(_note("missing_values", (name,), sentence, proposal, n_missing=n_missing))
    if column.kind in ("id", "text") and n_rows >= 10 and n_unique > 0.9 * (n_rows - n_missing):
        sentence = (
            f"Column {name!r} names rows: {n_unique:,} different values in the "
            f"{n_rows - n_missing:,} rows that have one."
        )
        proposal = "It is left out of the matrix: what is learned about one holds for no other."
        if column.kind == "text":
            proposal = "Its words are encoded, not the cells as such."
        found.append(_note("identifier", (name,), sentence, proposal, n_unique=n_unique))
    if column.kind in ("categorical", "id") and column.categories.dtype.kind == "U":
        texts = [label for label in column.categories if not _is_number(label)]
        share = 1.0 - len(texts) / max(len(column.categories), 1)
        if texts and share >= 0.9:
            shown = ", ".join(repr(str(label)[:20]) for label in texts[:3])
            number = "one text" if len(texts) == 1 else f"{len(texts):,} texts"
            first = int(np.argmax(np.isin(column.labels(), texts)))
            sentence = (
                f"Column {name!r} holds numbers but for {number} ({shown}), first in row {first}."
            )
            proposal = "Empty or correct those cells, and the column is read as numbers."
            found.append(_note("mixed_column", (name,), sentence, proposal, n_texts=len(texts)))
    return found


def _is_number(label: str) -> bool:
    try:
        float(label)
    except ValueError:
        return False
    return True


def _pattern(column: Column) -> bytes:
    """Return bytes that are equal for columns that sort the rows into the same values."""
    if column.kind in ("numeric", "datetime"):
        return b"n" + column.values.tobytes()
    if column.indptr is not None:
        return b"m" + column.indptr.tobytes() + column.values.tobytes()
    found, first, codes = np.unique(column.values, return_index=True, return_inverse=True)
    order = np.empty(len(found), dtype=np.int64)
    order[np.argsort(first)] = np.arange(len(found))
    return b"l" + (order[codes] * np.where(column.missing, -1, 1)).tobytes()


def _equal_columns(table: Table) -> list[Finding]:
    by_pattern: dict[bytes, list[str]] = {}
    for name in table.features:
        if table.columns[name].n_unique > 1:
            by_pattern.setdefault(_pattern(table.columns[name]), []).append(name)
    found = []
    for names in by_pattern.values():
        if len(names) > 1:
            listed = " and ".join(repr(name) for name in names)
            sentence = f"Columns {listed} say the same in all {table.n_rows:,} rows."
            proposal = f"Keep {names[0]!r} alone: importance is shared out among copies."
            n_rows = table.n_rows
            found.append(
                _note("duplicate_columns", tuple(names), sentence, proposal, n_rows=n_rows)
            )
    return found


def _equal_rows(table: Table) -> list[Finding]:
    """Return a finding if rows repeat others whole, in a table that could tell them apart."""
    n_distinct = duplicate_rows(table).n_distinct
    n_repeated = table.n_rows - n_distinct
    if n_repeated == 0 or n_distinct < 0.5 * table.n_rows:
        return []
    verb = "repeats" if n_repeated == 1 else "repeat"
    sentence = f"{n_repeated:,} of {table.n_rows:,} rows {verb} another row in every column."
    proposal = "Check for rows entered twice: a copy may stand in the training and the test part."
    return [_note("duplicate_rows", (), sentence, proposal, n_repeated=n_repeated)]
