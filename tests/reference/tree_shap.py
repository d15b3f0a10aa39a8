"""Shapley values of trees and their interactions by the definition: every coalition, plain loops.

A game is a function from a frozenset of columns to a list with one number an output.
"""

from itertools import combinations
from math import factorial

from tests.reference.tree_arrays import goes_left, raw_score


def path_dependent_game(trees, row):
    """Columns outside the coalition go both ways, weighted by cover."""

    def expected(node, coalition):
        left, right = trees.children_left[node], trees.children_right[node]
        if left == -1:
            return list(trees.value[node])
        column = int(trees.feature[node])
        if column in coalition:
            return expected(left if goes_left(trees, node, row[column]) else right, coalition)
        weight = trees.cover[left] / (trees.cover[left] + trees.cover[right])
        sides = expected(left, coalition), expected(right, coalition)
        return [weight * a + (1.0 - weight) * b for a, b in zip(*sides, strict=True)]

    def game(coalition):
        of_trees = [expected(root, coalition) for root in trees.roots]
        return [b + sum(column) for b, *column in zip(trees.base_value, *of_trees, strict=True)]

    return game


def interventional_game(trees, row, background):
    """Columns outside the coalition come from each background row; the mean of the raw scores."""

    def game(coalition):
        mixed = [[row[j] if j in coalition else b[j] for j in range(len(row))] for b in background]
        scores = [raw_score(trees, each) for each in mixed]
        return [sum(column) / len(scores) for column in zip(*scores, strict=True)]

    return game


def coalitions_of(players):
    return [
        frozenset(chosen)
        for size in range(len(players) + 1)
        for chosen in combinations(players, size)
    ]


def worth_of(game, groups):
    """Worth of every coalition of players; ``groups`` lists the columns of each player."""
    return {
        coalition: game(frozenset(j for player in coalition for j in groups[player]))
        for coalition in coalitions_of(range(len(groups)))
    }


def shapley_values(game, groups):
    """Player x output."""
    n = len(groups)
    worth = worth_of(game, groups)
    n_outputs = len(worth[frozenset()])
    values = [[0.0] * n_outputs for _ in range(n)]
    for j in range(n):
        for coalition in coalitions_of([i for i in range(n) if i != j]):
            s = len(coalition)
            weight = factorial(s) * factorial(n - s - 1) / factorial(n)
            for k in range(n_outputs):
                values[j][k] += weight * (worth[coalition | {j}][k] - worth[coalition][k])
    return values


def shapley_interactions(game, groups):
    """Player x player x output: half the index off the diagonal, rows summing to the values."""
    n = len(groups)
    worth = worth_of(game, groups)
    n_outputs = len(worth[frozenset()])
    values = shapley_values(game, groups)
    found = [[[0.0] * n_outputs for _ in range(n)] for _ in range(n)]
    for i, j in combinations(range(n), 2):
        for coalition in coalitions_of([p for p in range(n) if p not in (i, j)]):
            s = len(coalition)
            weight = factorial(s) * factorial(n - s - 2) / factorial(n - 1) / 2.0
            for k in range(n_outputs):
                both = worth[coalition | {i, j}][k] + worth[coalition][k]
                one = worth[coalition | {i}][k] + worth[coalition | {j}][k]
                found[i][j][k] += weight * (both - one)
                found[j][i][k] = found[i][j][k]
    for j in range(n):
        for k in range(n_outputs):
            others = sum(found[j][i][k] for i in range(n) if i != j)
            found[j][j][k] = values[j][k] - others
    return found
