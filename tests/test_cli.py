"""The command as a person meets it: exit codes, one line an error, nothing half-written."""

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from minixai import cli, run_study, study_steps
from minixai.errors import ParameterError
from minixai.linear import LinearRegression
from minixai.neural import MLPRegressor

pandas = pytest.importorskip("pandas")
pytest.importorskip("matplotlib")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working directory, with a quick model in the place of the default one."""
    monkeypatch.chdir(tmp_path)
    true = study_steps.named_model

    def quick(*arguments):
        chosen = true(*arguments)
        return chosen.set_params(n_epochs=3) if hasattr(chosen, "n_epochs") else chosen

    monkeypatch.setattr(study_steps, "named_model", quick)
    return tmp_path


def table(n=60):
    draws = np.random.default_rng(0)
    frame = pandas.DataFrame(
        {"age": draws.integers(18, 80, n), "colour": draws.choice(["r", "g"], n)}
    )
    frame["price"] = frame["age"] * 2.0 + draws.normal(size=n)
    return frame


def run(*words):
    return cli.main(["run", *words])


def test_a_csv_becomes_a_report(folder, capsys):
    table().to_csv("a.csv", index=False)
    assert run("a.csv", "--target", "price", "--save", "study.json") == 0
    out, err = capsys.readouterr()
    assert "minixai-report.html" in out
    assert "MLPRegressor" in out
    assert err == ""
    report = (folder / "minixai-report.html").read_text("utf-8")
    assert report.startswith("<!DOCTYPE html>") or report.startswith("<!doctype html>")
    assert json.loads((folder / "study.json").read_text())["settings"]["target"] == "price"


def test_json_goes_to_standard_output(folder, capsys):
    table().to_csv("a.csv", index=False)
    assert run("a.csv", "--target", "price", "--json", "--model", "linear") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["scores"][0]["model"] == "LinearRegression"


def test_the_report_is_overwritten_and_nothing_else(folder, capsys):
    table().to_csv("a.csv", index=False)
    words = ("a.csv", "--target", "price", "--report", "out.html", "--model", "linear")
    assert run(*words) == 0
    assert run(*words) == 0, "a report may be written again"
    (folder / "out.html").write_text("my notes")
    assert run(*words) == 2
    assert (folder / "out.html").read_text() == "my notes"
    assert "--force" in capsys.readouterr().err
    assert run(*words, "--force") == 0
    assert (folder / "out.html").read_text("utf-8") != "my notes"


def bad_files():
    good = table()
    empty = good.copy()
    empty["hole"] = np.nan
    same = good.assign(price=1.0)
    spoiled = good.astype({"age": float})
    spoiled.loc[2, "age"] = np.inf
    return {
        "all missing": (empty, 3, "hole"),
        "constant target": (same, 3, "price"),
        "one row": (good[:1], 3, "row"),
        "more columns than rows": (
            pandas.DataFrame(np.random.default_rng(0).normal(size=(8, 20))).assign(
                price=np.arange(8.0)
            ),
            3,
            "rows",
        ),
        "infinity": (spoiled, 3, "age"),
        "no rows": (good[:0], 3, "row"),
        "only the target": (good[["price"]], 3, "column"),
    }


@pytest.mark.parametrize("name", bad_files())
def test_bad_tables_are_one_line_and_leave_nothing(folder, capsys, name):
    frame, code, text = bad_files()[name]
    frame.to_csv("bad.csv", index=False)
    assert run("bad.csv", "--target", "price") == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("minixai: ")
    assert text in err
    assert sorted(p.name for p in folder.iterdir()) == ["bad.csv"]


@pytest.mark.parametrize(
    ("content", "text"),
    [("", "empty"), ("a,a,price\n1,2,3\n4,5,6\n", "'a'"), ("\x00\x01\x02", "")],
)
def test_bad_files(folder, capsys, content, text):
    Path("bad.csv").write_text(content)
    assert run("bad.csv", "--target", "price") == 3
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert text in err


def test_a_missing_file_and_a_missing_target(folder, capsys):
    assert run("nothing.csv", "--target", "price") == 3
    assert "nothing.csv" in capsys.readouterr().err
    table().to_csv("a.csv", index=False)
    assert run("a.csv", "--target", "pricee") == 3
    err = capsys.readouterr().err
    assert "Did you mean 'price'" in err
    assert "colour" in err
    assert run("a.csv") == 2
    assert "target" in capsys.readouterr().err
    assert not (folder / "minixai-report.html").exists()


def test_one_class_only(folder, capsys):
    table().assign(kind="yes").to_csv("a.csv", index=False)
    assert run("a.csv", "--target", "kind") == 3
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("where", ["nowhere/out.html", "."])
def test_unwritable_reports_are_noticed_before_the_work(folder, capsys, monkeypatch, where):
    table().to_csv("a.csv", index=False)
    monkeypatch.setattr(cli, "_table", lambda options: pytest.fail("the work had begun"))
    assert run("a.csv", "--target", "price", "--report", where) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_folder_that_may_not_be_written(folder, capsys, monkeypatch):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    Path("locked").mkdir()
    Path("locked").chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert run("--report", "locked/out.html") == 2


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["rnu"], "Did you mean 'run'"),
        (
            ["run", "--targte", "x"],
            "unrecognized arguments: --targte. Did you mean '--target'? See",
        ),
        (["run", "a.csv", "--targt=y"], "Did you mean '--target'?"),
        (["--versoin"], "Did you mean '--version'?"),
        (["run", "a", "b"], "unrecognized arguments: b. See"),
        (["run", "--columns", "a,b"], "`--columns` belongs to a CSV file"),
        (["run", "--separator", ";"], "`--separator` belongs to a CSV file"),
        (["run", "--seed", "x"], "invalid int"),
        (["run", "a.csv", "--leak"], "--leak"),
        (["run", "--kind", "x"], "COLUMN=KIND"),
        (["run", "--kind", "hour=categorical"], "belongs to a CSV file"),
        (["run", "--model", "mpl"], "Did you mean 'mlp'"),
        (["run", "--test-share", "2"], "`--test-share`"),
        (["run", "--seed", "-1"], "`--seed`"),
    ],
)
def test_usage_errors(folder, capsys, words, text):
    try:
        code = cli.main(words)
    except SystemExit as stop:
        code = stop.code
    assert code == 2
    err = capsys.readouterr().err
    assert text in err
    assert err.count("\n") == 1


def test_help_version_and_versions(capsys):
    assert cli.main([]) == 0
    assert "exit codes" in capsys.readouterr().out
    with pytest.raises(SystemExit) as stop:
        cli.main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out.startswith("minixai ")
    assert cli.main(["versions"]) == 0
    assert "numpy" in capsys.readouterr().out


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom minixai import cli\n"
        "try:\n    cli.main(['run', '--help'])\nexcept SystemExit:\n    pass\n"
        "assert not {'numpy', 'numba', 'pandas', 'matplotlib'} & set(sys.modules)"
    )
    root = str(Path(__file__).resolve().parents[1])
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
        check=False,
    )
    assert result.returncode == 0, result.stderr


def test_an_interrupt_writes_nothing(folder, capsys, monkeypatch):
    def interrupted(self, X, y):
        raise KeyboardInterrupt

    table().to_csv("a.csv", index=False)
    monkeypatch.setattr(MLPRegressor, "fit", interrupted)
    assert run("a.csv", "--target", "price") == 130
    assert capsys.readouterr().err == "minixai: interrupted; nothing was written\n"
    assert [p.name for p in folder.iterdir()] == ["a.csv"]


def test_control_characters_do_not_reach_the_terminal(folder, capsys):
    frame = table().rename(columns={"age": "a\x1b[31mge"})
    frame.to_csv("a.csv", index=False)
    run("a.csv", "--target", "price", "--model", "linear")
    out, err = capsys.readouterr()
    assert "\x1b" not in out + err


def test_columns_are_dropped_and_kinds_are_overridden(folder, capsys):
    table().to_csv("a.csv", index=False)
    words = ("a.csv", "--target", "price", "--model", "linear", "--json")
    assert run(*words, "--drop", "colour", "--kind", "age=categorical") == 0
    columns = json.loads(capsys.readouterr().out)["data"]["columns"]
    assert {row["column"]: row["kind"] for row in columns}["age"] == "categorical"
    assert "colour" not in {row["column"] for row in columns}


def test_a_movielens_folder(folder, capsys):
    draws = np.random.default_rng(0)
    Path("ml").mkdir()
    pandas.DataFrame(
        {
            "userId": draws.integers(1, 20, 400),
            "movieId": draws.integers(1, 30, 400),
            "rating": draws.integers(1, 6, 400).astype(float),
            "timestamp": draws.integers(10**9, 2 * 10**9, 400),
        }
    ).to_csv("ml/ratings.csv", index=False)
    pandas.DataFrame(
        {
            "movieId": range(1, 31),
            "title": [f"Film {k} ({1980 + k})" for k in range(1, 31)],
            "genres": ["Drama|Comedy", "Action"] * 15,
        }
    ).to_csv("ml/movies.csv", index=False)
    assert run("ml", "--target", "rating") == 0
    assert "bias baseline" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--leak"], []])
def test_the_built_in_shop(folder, capsys, words):
    assert run("--model", "linear", *words) == 0
    assert ("WARNING" in capsys.readouterr().out) == bool(words)


def test_warnings_are_one_line_each(folder, capsys):
    frame = table()
    frame.loc[:4, "price"] = np.nan
    frame.to_csv("a.csv", index=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warnings.filters", [])
        assert run("a.csv", "--target", "price", "--model", "linear") == 0
    err = capsys.readouterr().err
    assert err.startswith("minixai: warning: ")
    assert err.count("\n") == 1
    assert ".py" not in err


def test_save_overwrites_no_file_but_a_study(folder, capsys):
    table().to_csv("a.csv", index=False)
    before = Path("a.csv").read_bytes()
    words = ["a.csv", "--target", "price", "--model", "linear"]
    assert run(*words, "--save", "a.csv") == 2
    assert "is not a saved study" in capsys.readouterr().err
    assert Path("a.csv").read_bytes() == before
    assert run(*words, "--save", "minixai-report.html") == 2
    assert run(*words, "--save", "nowhere/s.json") == 2
    assert not Path("minixai-report.html").exists()
    for _ in range(2):  # a study may be written over a study
        assert run(*words, "--save", "s.json") == 0


def test_a_copy_of_the_target_is_found_in_a_small_table(folder, capsys):
    table().assign(leak=lambda t: t["price"]).to_csv("a.csv", index=False)
    assert run("a.csv", "--target", "price", "--model", "linear") == 0
    assert "WARNING: Column 'leak' equals the target 'price'" in capsys.readouterr().out


def test_the_command_on_record_repeats_the_run(folder, capsys):
    table().assign(b=1.0).to_csv("a.csv", index=False)
    words = [
        "a.csv",
        "--target",
        "price",
        "--model",
        "linear",
        "--drop",
        "b",
        "--test-share",
        "0.3",
    ]
    assert run(*words, "--json") == 0
    command = json.loads(capsys.readouterr().out)["settings"]["command"]
    assert command == (
        "minixai run a.csv --target price --model linear --seed 0 --test-share 0.3 --drop b"
    )


def test_remedies_are_written_as_they_are_typed(folder, capsys):
    table().assign(**{"a hole": np.nan}).to_csv("a.csv", index=False)
    assert run("a.csv", "--target", "price") == 3
    assert (
        "leave it out with `--drop 'a hole'`, or name its kind, `--kind 'a hole=numeric'`."
        in capsys.readouterr().err
    )
    assert run("a.csv", "--target", "price", "--drop", "a hole", "--kind", "colour=numeric") == 3
    assert "read it with `--kind colour=categorical`." in capsys.readouterr().err
    assert run("a.csv", "--target", "prise", "--drop", "a hole") == 3
    assert "There is no column 'prise', which `--target` names. Did" in capsys.readouterr().err


@pytest.mark.parametrize("separator", [None, r"\t"])
def test_a_file_without_names(folder, capsys, separator):
    table().to_csv("a.txt", index=False, header=False, sep="\t")
    words = ["a.txt", "--columns", "age,colour,price", "--target", "price", "--model", "linear"]
    words += [] if separator is None else ["--separator", separator]
    assert run(*words, "--json") == 0
    command = json.loads(capsys.readouterr().out)["settings"]["command"]
    asked = "" if separator is None else r" --separator '\t'"
    assert command == (
        f"minixai run a.txt --columns age,colour,price{asked} "
        "--target price --model linear --seed 0"
    )


def test_a_target_of_two_fractions(folder, capsys):
    table().assign(half=lambda t: np.where(t["age"] > 40, 0.5, 1.5)).to_csv("a.csv", index=False)
    words = ["a.csv", "--target", "half", "--json"]
    assert run(*words) == 0
    assert json.loads(capsys.readouterr().out)["predictions"]["labels"] == ["0.5", "1.5"]
    assert run(*words, "--kind", "half=numeric", "--model", "linear") == 0
    assert "true" in json.loads(capsys.readouterr().out)["predictions"]


def test_small_numbers_are_no_zeros(folder, capsys):
    frame = table()
    frame["price"] *= 1e-12
    frame.to_csv("a.csv", index=False)
    assert run("a.csv", "--target", "price", "--model", "linear") == 0
    assert "e-1" in capsys.readouterr().out


def test_a_class_is_no_model_and_a_regressor_may_face_two_values():
    X, y = np.random.default_rng(0).normal(size=(80, 2)), np.arange(80) % 2
    with pytest.raises(ParameterError, match="give MLPRegressor"):
        run_study((X, y), model=MLPRegressor)
    study = run_study((X, y), model=LinearRegression())
    assert study.metrics[0]["name"] == "root_mean_squared_error"


def test_a_swallowed_interrupt_writes_nothing(folder, capsys, monkeypatch):
    """An import may swallow Ctrl-C, or Python may make another error of it."""
    table().to_csv("a.csv", index=False)
    fit = MLPRegressor.fit

    def swallowing(self, X, y):
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        return fit(self, X, y)

    def changing(self, X, y):
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as error:
            raise RuntimeError("Error calling __set_name__") from error

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        for stopped in (swallowing, changing):
            monkeypatch.setattr(MLPRegressor, "fit", stopped)
            assert run("a.csv", "--target", "price") == 130
            assert capsys.readouterr().err.endswith("minixai: interrupted; nothing was written\n")
            assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert [p.name for p in folder.iterdir()] == ["a.csv"]


def test_the_table_that_is_read_is_never_written_over(folder, capsys):
    table().to_csv("a.csv", index=False)
    text = (folder / "a.csv").read_text()
    assert run("a.csv", "--target", "price", "--report", "a.csv", "--force") == 2
    assert "is the table that is read" in capsys.readouterr().err
    assert (folder / "a.csv").read_text() == text
