"""Names and groups of transformers, and of chains of them."""

import numpy as np
import pytest

from minixai._transformer import composed_groups
from minixai.data import SimpleImputer, StandardScaler
from minixai.errors import ParameterError


def test_groups_lead_back_through_a_chain():
    X = np.array([[1.0, np.nan], [2.0, 5.0], [4.0, 7.0]])
    imputer = SimpleImputer(add_indicator=True).fit(X)
    assert imputer.groups == {"x0": ["x0"], "x1": ["x1", "x1=(missing)"]}
    filled = imputer.transform(X)
    scaler = StandardScaler().fit(filled)
    scaler.feature_names_in_ = imputer.get_feature_names_out()
    chain = composed_groups([imputer.groups, scaler.groups])
    assert chain == {"x0": ["x0"], "x1": ["x1", "x1=(missing)"]}


def test_a_column_of_several_inputs_keeps_its_own_name():
    products = {"a": ["a"], "b": ["b"], "a * b": ["a * b"]}
    bins = {"a": ["a:low", "a:high"], "b": ["b"], "a * b": ["(a * b):low"]}
    assert composed_groups([products, bins]) == {
        "a": ["a:low", "a:high"],
        "b": ["b"],
        "a * b": ["(a * b):low"],
    }


def test_names_given_must_be_those_learned():
    scaler = StandardScaler().fit([[1.0, 2.0], [3.0, 5.0]])
    assert list(scaler.get_feature_names_out(["a", "b"])) == ["a", "b"]
    with pytest.raises(ParameterError, match="must hold 2 names"):
        scaler.get_feature_names_out(["a"])
