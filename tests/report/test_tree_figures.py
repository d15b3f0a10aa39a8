"""Models made of trees in the report."""

import dataclasses

from minixai.report.page import render
from minixai.study_trees import trees
from tests.tree_arrays.draws import churn_tree


class Encoder:
    def meanings(self):
        return None


class Ensemble:
    def tree_arrays(self):
        return churn_tree(link="logit")


def with_trees(study, **changes):
    told = trees(Ensemble(), Encoder()) | changes
    return dataclasses.replace(study, model={"name": "DecisionTreeClassifier", "trees": told})


def test_a_tree_is_told_and_drawn(study):
    page = render(with_trees(study))
    assert "The model is one tree with 4 leaves." in page
    assert "asked 1.9 questions in a tree on average, at most 3" in page
    assert "adds its number to the logarithm of the odds" in page
    assert "<h3>The tree</h3>" in page
    assert "monthly &lt;= 0.5, tenure &gt; 24.5, tenure &lt;= 60.5" in page
    assert 'id="tree' in page


def test_the_first_tree_of_many(study):
    page = render(with_trees(study, n_trees=1200, link="identity"))
    assert "is a sum of 1,200 trees" in page
    assert "<h3>The first of 1,200 trees</h3>" in page


def test_names_of_the_data_are_escaped(study):
    told = trees(Ensemble(), Encoder())
    told["outline"][1]["condition"] = "<img src=x> <= 0.5"
    page = render(dataclasses.replace(study, model={"trees": told}))
    assert "<img src=x>" not in page
    assert "&lt;img src=x&gt; &lt;= 0.5" in page


def test_other_models_have_no_trees():
    assert trees(object(), Encoder()) == {}
