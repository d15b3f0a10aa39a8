"""The inside of a model made of trees: its size in words, and its first tree as a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minixai.plot import plot_tree
from minixai.report.chart import drawn_chart
from minixai.report.markup import Markup, element
from minixai.report.number import count_text, number_text, percent_text
from minixai.report.section import paragraph
from minixai.report.table import folded_table

if TYPE_CHECKING:
    from minixai.report.record import StudyRecord

__all__ = ["tree_parts"]

_SAID = {
    "logit": "A leaf adds its number to the logarithm of the odds.",
    "softmax": "A leaf adds its numbers to the raw scores of the classes.",
    "log": "A leaf adds its number to the logarithm of the prediction.",
    "identity": "A leaf adds its number to the prediction.",
}


def tree_parts(study: StudyRecord) -> list[Markup | None]:
    """Return what is told of the trees, an empty list for other models."""
    trees = study.model.get("trees") or {}
    outline = [_Node(each) for each in trees.get("outline") or []]
    if not outline:
        return []
    n_trees = int(trees["n_trees"])
    said = [each for each in outline if each.said]
    title = "The tree" if n_trees == 1 else f"The first of {count_text(n_trees)} trees"
    n_levels = max(each.depth for each in outline)
    return [
        paragraph(_size_words(trees), " ", _SAID.get(str(trees.get("link")), "")),
        element("h3", title),
        drawn_chart(
            lambda ax: plot_tree(outline, ax),  # type: ignore[arg-type]
            key="tree",
            title=title,
            description="; ".join(_way(outline, each) for each in said[:12]),
            size=(2.3 * n_levels + 2.2, 0.7 + 0.42 * len(said)),
            caption="From the left: rows for which what stands on a branch holds take it, and "
            "its width is their share. At the end stand the leaf's value, or how much of the "
            "tree is left out, and the share of the training rows.",
            data=folded_table(
                "The ways to the leaves",
                title,
                ["rows for which", "value", "share"],
                [[_way(outline, each), each.said, percent_text(each.share)] for each in said],
                texts=(0, 1),
            ),
        ),
    ]


def _size_words(trees: dict[str, Any]) -> str:
    n_trees = int(trees["n_trees"])
    many = "is one tree" if n_trees == 1 else f"is a sum of {count_text(n_trees)} trees"
    return (
        f"The model {many} with {count_text(int(trees['n_leaves']))} leaves. A training row is "
        f"asked {number_text(float(trees['mean_length']), 2)} questions in a tree on average, at "
        f"most {count_text(int(trees['longest']))}."
    )


class _Node:
    """A node of the record, with the attributes of an outline's."""

    def __init__(self, node: dict[str, Any]) -> None:
        self.parent, self.depth = int(node["parent"]), int(node["depth"])
        self.condition, self.said = str(node["condition"]), str(node["said"])
        self.share, self.passed = float(node["share"]), bool(node.get("passed"))


def _way(outline: list[_Node], node: _Node) -> str:
    """Return all that holds of the rows that reach a node."""
    conditions: list[str] = []
    while node.parent >= 0:
        conditions.insert(0, node.condition)
        node = outline[node.parent]
    return ", ".join(conditions) or "all rows"
