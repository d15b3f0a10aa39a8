"""read_movielens: three layouts, missing pieces, the real folder."""

import numpy as np
import pytest

from minixai.data import TableEncoder, is_movielens, read_movielens, split_random
from minixai.errors import DataError, ParameterError

pytest.importorskip("pandas")

RATINGS = [
    (1, 10, 4, 978300760),
    (1, 20, 3, 978302109),
    (2, 10, 5, 978301968),
    (3, 30, 1, 978300275),
]


def old_layout(folder, *, items=True, users=True):
    lines = ["\t".join(map(str, row)) for row in RATINGS]
    (folder / "u.data").write_text("\n".join(lines) + "\n")
    if items:
        genres = ["unknown", "Action", "Drama"]
        (folder / "u.genre").write_text(
            "\n".join(f"{g}|{k}" for k, g in enumerate(genres)) + "\n\n"
        )
        rows = [
            "10|Amélie (2001)|01-Jan-2001||http://x|0|0|1",
            "20|unknown||||1|0|0",
            "30|Heat (1995)|01-Jan-1995||http://y|0|1|1",
        ]
        (folder / "u.item").write_bytes("\n".join(rows).encode("latin-1"))
    if users:
        (folder / "u.user").write_text(
            "1|24|M|technician|85711\n2|53|F|other|94043\n3|23|M|writer|T8H1N\n"
        )
    return folder


def double_colon_layout(folder):
    (folder / "ratings.dat").write_text("\n".join("::".join(map(str, row)) for row in RATINGS))
    movies = [
        "10::Amélie (2001)::Drama",
        "20::Bug: A Life::Animation|Comedy",
        "30::Heat (1995)::Action|Drama",
    ]
    (folder / "movies.dat").write_bytes("\n".join(movies).encode("latin-1"))
    (folder / "users.dat").write_text(
        "1::F::1::10::48067\n2::M::56::16::70072\n3::M::25::99::55117\n"
    )
    return folder


def comma_layout(folder, *, movies=True, users=False):
    head = "userId,movieId,rating,timestamp\n"
    (folder / "ratings.csv").write_text(
        head + "\n".join(",".join(map(str, row)) for row in RATINGS)
    )
    if movies:
        rows = [
            '10,"Amélie, the film (2001)",Drama',
            "20,Bug,(no genres listed)",
            "30,Heat (1995),Action|Drama",
        ]
        (folder / "movies.csv").write_text(
            "movieId,title,genres\n" + "\n".join(rows), encoding="utf-8"
        )
    if users:
        (folder / "users.csv").write_text("userId,age\n1,20\n2,30\n")
    return folder


def test_the_old_layout(tmp_path):
    table = read_movielens(old_layout(tmp_path))
    assert table.kinds == {
        "user_id": "id",
        "item_id": "id",
        "rating": "numeric",
        "rated_year": "numeric",
        "title": "id",
        "genres": "multi",
        "release_year": "numeric",
        "age": "numeric",
        "gender": "categorical",
        "occupation": "categorical",
        "zip": "id",
    }
    assert table.target == "rating"
    assert table.y.tolist() == [4, 3, 5, 1]
    assert table.column("title").labels()[0] == "Amélie (2001)"
    assert table.column("genres").labels().tolist() == ["Drama", None, "Drama", "Action|Drama"]
    np.testing.assert_array_equal(table.column("release_year").values, [2001, np.nan, 2001, 1995])
    np.testing.assert_allclose(table.column("rated_year").values, 2001.0, atol=0.01)
    assert table.column("age").values.tolist() == [24, 24, 53, 23]
    assert table.column("zip").labels().tolist() == ["85711", "85711", "94043", "T8H1N"]


def test_the_double_colon_layout(tmp_path):
    table = read_movielens(double_colon_layout(tmp_path))
    assert table.column("title").labels()[1] == "Bug: A Life"
    assert table.column("genres").labels()[1] == "Animation|Comedy"
    assert table.column("occupation").labels().tolist() == ["K-12 student"] * 2 + [
        "self-employed",
        "99",
    ]
    assert table.column("gender").labels().tolist() == ["F", "F", "M", "M"]
    assert table.kinds["zip"] == "id"


def test_the_comma_layout(tmp_path):
    table = read_movielens(comma_layout(tmp_path, users=True))
    assert table.column("title").labels()[0] == "Amélie, the film (2001)"
    assert table.column("genres").labels()[1] is None
    assert table.column("item_id").labels().tolist() == [10, 20, 10, 30]
    np.testing.assert_array_equal(table.column("age").values, [20, 20, 30, np.nan])


def test_missing_pieces_are_tolerated(tmp_path):
    for number, fill in enumerate(
        [lambda f: old_layout(f, items=False, users=False), lambda f: comma_layout(f, movies=False)]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        table = read_movielens(fill(folder))
        assert list(table.columns) == ["user_id", "item_id", "rating", "rated_year"]
    (folder / "ratings.csv").write_text("user,item,rating\n1,2,3\n1,3,4\n")
    assert list(read_movielens(folder).columns) == ["user_id", "item_id", "rating"]
    (tmp_path / "u.item").write_text("")


def test_likes_replace_the_rating(tmp_path):
    table = read_movielens(old_layout(tmp_path), like_threshold=4)
    assert (table.target, table.task) == ("like", "classification")
    assert table.y.tolist() == [1, 0, 1, 0]
    assert "rating" not in table.columns
    with pytest.raises(DataError, match="constant"):
        read_movielens(tmp_path, like_threshold=9)
    with pytest.raises(ParameterError, match="threshold"):
        read_movielens(tmp_path, like_threshold="4")


def test_another_target(tmp_path):
    assert read_movielens(old_layout(tmp_path), target="age").task == "regression"
    with pytest.raises(DataError, match="Did you mean 'rating'"):
        read_movielens(tmp_path, target="ratng")


def test_folders_that_are_none(tmp_path):
    with pytest.raises(
        DataError, match=r"u.data, ratings.dat, ratings.csv, and .* has none of them"
    ):
        read_movielens(tmp_path)
    with pytest.raises(DataError, match="is not a folder that exists"):
        read_movielens(tmp_path / "nowhere")
    (tmp_path / "ratings.csv").write_text("userId,film,rating\n1,2,3\n")
    with pytest.raises(
        DataError, match=r"has no column for item_id.*Columns: user_id, film, rating"
    ):
        read_movielens(tmp_path)
    assert is_movielens(tmp_path)
    assert not is_movielens(tmp_path / "ratings.csv")


def test_a_column_without_values_is_empty_and_not_absent(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_text("userId,movieId,rating\n1,2,\n3,4,\n")
    with pytest.raises(DataError, match=r"'rating' in .* has no value in any of 2 rows"):
        read_movielens(tmp_path)
    path.write_text("userId,movieId,rating,age\n1,2,3,\n3,4,4,\n")
    assert "age" not in read_movielens(tmp_path).columns
    with pytest.raises(DataError, match=r"'age' in .* has no value in any of 2 rows"):
        read_movielens(tmp_path, target="age")


def test_the_real_folder_reaches_the_bias_baseline(real_data):
    table = read_movielens(real_data("ml-latest-small"))
    assert table.n_rows == 100_004
    assert table.column("user_id").n_unique == 671
    assert table.column("item_id").n_unique == 9066
    split = split_random(table)
    encoder = TableEncoder()
    train = encoder.fit_transform(split.train)
    test = encoder.transform(split.test)
    offsets = [test.feature_names.index(f"{name}:offset") for name in ("user_id", "item_id")]
    predicted = train.y.mean() + train.y.std() * test.X[:, offsets].sum(axis=1)
    assert np.sqrt(np.mean((test.y - predicted) ** 2)) == pytest.approx(0.886, abs=0.003)
    assert "title" not in encoder.groups
