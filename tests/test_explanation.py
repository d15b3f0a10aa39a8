import numpy as np
import pytest

from minixai import Explanation, Finding, Importance, Score
from minixai.errors import DataError, ParameterError


def explanation(n=3, d=3, k=None, **more):
    shape = (n, d) if k is None else (n, d, k)
    values = np.arange(np.prod(shape), dtype=float).reshape(shape) - 4
    base = np.ones((n,) if k is None else (n, k))
    return Explanation(
        values=values,
        base_values=base,
        data=np.arange(n * d).reshape(n, d),
        feature_names=tuple(f"f{j}" for j in range(d)),
        method="test",
        output_names=None if k is None else tuple(f"c{c}" for c in range(k)),
        completeness_gap=np.zeros(base.shape),
        **more,
    )


@pytest.mark.parametrize("k", [None, 2])
def test_slices(k):
    e = explanation(k=k)
    assert len(e) == 3
    row = e[1]
    assert row.values.shape == e.values.shape[1:]
    assert np.array_equal(row.values, e.values[1])
    assert np.array_equal(e[:2].base_values, e.base_values[:2])
    assert np.array_equal(e[[2, 0]].data, e.data[[2, 0]])
    part = e[:, ["f2", 0]]
    assert part.feature_names == ("f2", "f0")
    assert np.array_equal(part.values, e.values[:, [2, 0]])
    assert part.completeness_gap is None
    assert np.array_equal(e[:, 1:].values, e.values[:, 1:])
    assert np.array_equal(e[0, "f1"].values, e.values[0, [1]])
    with pytest.raises(ParameterError, match="sliced"):
        row[0]
    with pytest.raises(ParameterError, match="no length"):
        len(row)


def test_names_must_fit():
    with pytest.raises(DataError, match="names"):
        Explanation(np.ones((2, 3)), None, None, ("a",), "test")


def test_grouped_sums_and_says_what_it_folded():
    e = explanation(groups={"pair": ["f0", "f2"]})
    folded = e.grouped()
    assert folded.feature_names == ("pair", "f1")
    assert np.array_equal(folded.values[:, 0], e.values[:, 0] + e.values[:, 2])
    assert np.allclose(folded.values.sum(axis=1), e.values.sum(axis=1))
    assert folded.groups == {"pair": ["f0", "f2"], "f1": ["f1"]}
    assert e.grouped({}).feature_names == e.feature_names


def test_importance_is_the_mean_size():
    e = explanation(n=4)
    found = e.importance()
    assert np.allclose(found.mean, np.abs(e.values).mean(axis=0))
    assert np.allclose(found.std_error, np.abs(e.values).std(axis=0) / 2)
    both = explanation(k=2).importance()
    assert both.mean.shape == (3,)


def test_frames():
    pytest.importorskip("pandas")
    e = explanation()
    assert list(e.to_frame().columns) == ["f0", "f1", "f2"]
    assert np.array_equal(e.to_frame().to_numpy(), e.values)
    wide = explanation(k=2)
    assert np.array_equal(wide.to_frame()["f1"]["c0"].to_numpy(), wide.values[:, 1, 0])
    frame = e.importance().to_frame()
    assert list(frame.columns) == ["mean", "std", "std_error"]
    assert (frame["mean"].diff().dropna() <= 0).all()


@pytest.mark.peers
def test_to_shap():
    pytest.importorskip("shap")
    e = explanation()
    theirs = e.to_shap()
    assert np.array_equal(theirs.values, e.values)
    assert theirs.feature_names == list(e.feature_names)


def test_reprs_are_escaped():
    e = explanation()
    assert "<" not in repr(e)
    found = Importance(np.array([1.0]), ("<script>",), "test")
    assert "<script>" not in found._repr_html_()
    assert "&lt;script&gt;" in found._repr_html_()


def test_importance_order_and_names():
    found = Importance(np.array([1.0, 3.0, 3.0]), ("a", "b", "c"), "test")
    assert found.order().tolist() == [1, 2, 0]
    assert found["b"] == 3
    assert found.std_error is None
    assert Importance.from_dict(found.to_dict()).to_dict() == found.to_dict()
    assert "a" in str(found)
    with pytest.raises(DataError, match="names"):
        Importance(np.array([1.0]), ("a", "b"), "test")


def test_score():
    score = Score(0.5, "accuracy", "share", True, (0.4, 0.6))
    assert float(score) == 0.5
    assert score.to_dict()["interval"] == [0.4, 0.6]
    assert Score(np.array([1, 2]), "gap", "", False).to_dict()["value"] == [1.0, 2.0]


def test_finding_round_trip():
    finding = Finding("leaked_target", ("price",), "It leaks.", {"r2": 1.0}, "Drop it.")
    assert Finding.from_dict(finding.to_dict()) == finding


def of_pairs(k=None):
    shape = (3, 4, 4) if k is None else (3, 4, 4, k)
    return Explanation(
        values=np.random.default_rng(0).normal(size=shape),
        base_values=np.zeros(3 if k is None else (3, k)),
        data=np.arange(12.0).reshape(3, 4),
        feature_names=tuple("abcd"),
        method="test",
        output_names=None if k is None else tuple(f"c{c}" for c in range(k)),
        order=2,
    )


@pytest.mark.parametrize("k", [None, 2])
def test_pairs_have_two_feature_axes(k):
    e = of_pairs(k)
    assert len(e) == 3
    assert np.array_equal(e[1].values, e.values[1])
    assert np.array_equal(e[1:].values, e.values[1:])
    part = e[:, ["d", "a"]]
    assert np.array_equal(part.values, e.values[:, [3, 0]][:, :, [3, 0]])
    assert np.array_equal(part.data, e.data[:, [3, 0]])
    assert np.array_equal(e[1, "b"].values, e.values[1, [1]][:, [1]])
    with pytest.raises(ParameterError, match="sliced"):
        e[1][0]
    with pytest.raises(ParameterError, match="one a pair"):
        e.importance()
    with pytest.raises(DataError, match="names"):
        Explanation(np.ones((2, 3, 4)), None, None, ("a", "b", "c"), "test", order=2)
    with pytest.raises(ParameterError, match="`order` must be 1 or 2"):
        Explanation(np.ones((2, 3)), None, None, ("a", "b", "c"), "test", order=3)


@pytest.mark.parametrize("k", [None, 2])
def test_pairs_of_groups_are_sums_over_both_axes(k):
    e = of_pairs(k)
    folded = e.grouped({"ac": ["a", "c"]})
    assert folded.feature_names == ("ac", "b", "d")
    within = e.values[:, [0, 2]][:, :, [0, 2]].sum(axis=(1, 2))
    np.testing.assert_allclose(folded.values[:, 0, 0], within)
    np.testing.assert_allclose(folded.values[:, 0, 1], e.values[:, [0, 2], 1].sum(axis=1))
    assert np.array_equal(folded.values[:, 1, 2], e.values[:, 1, 3])


def test_pairs_as_a_frame():
    pytest.importorskip("pandas")
    frame = of_pairs().to_frame()
    assert list(frame.columns.names) == ["feature", "with"]
    assert np.array_equal(frame[("b", "d")], of_pairs().values[:, 1, 3])
    frame = of_pairs(2).to_frame()
    assert list(frame.columns.names) == ["feature", "with", "output"]
    assert np.array_equal(frame[("b", "d", "c1")], of_pairs(2).values[:, 1, 3, 1])
