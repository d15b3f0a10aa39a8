"""Where a report may be written, and that nothing is left half-written."""

import os

import pytest

pytest.importorskip("matplotlib")
from minixai.errors import ParameterError
from minixai.report import check_destination, save_report


@pytest.fixture(autouse=True)
def drawn_once(page, monkeypatch):
    """Drawing takes a second; where the file goes does not depend on it."""
    monkeypatch.setattr("minixai.report.report_file.render", lambda _: page)


def test_a_report_is_written_and_written_over(study, page, tmp_path):
    path = tmp_path / "report.html"
    save_report(study, path)
    assert path.read_text("utf-8") == page
    save_report(study, path)
    assert os.listdir(tmp_path) == ["report.html"]


def test_another_file_is_kept_unless_forced(study, page, tmp_path):
    path = tmp_path / "notes.html"
    path.write_text("<!DOCTYPE html><p>minixai report</p>")
    with pytest.raises(ParameterError, match=r"not a minixai report.*--force"):
        save_report(study, path)
    assert path.read_text().endswith("report</p>")
    save_report(study, path, force=True)
    assert path.read_text("utf-8") == page


def test_an_empty_file_may_be_written_over(tmp_path):
    path = tmp_path / "empty.html"
    path.touch()
    check_destination(path)
    assert path.exists()


def test_a_link_is_refused_even_when_forced(study, tmp_path):
    (tmp_path / "target.html").write_text("keep")
    link = tmp_path / "report.html"
    link.symlink_to(tmp_path / "target.html")
    for force in (False, True):
        with pytest.raises(ParameterError, match="symbolic link"):
            save_report(study, link, force=force)
    assert (tmp_path / "target.html").read_text() == "keep"


@pytest.mark.parametrize("name", ["nowhere/report.html", "."])
def test_a_folder_or_a_missing_folder_is_a_one_line_error(study, tmp_path, name):
    with pytest.raises(ParameterError) as caught:
        save_report(study, tmp_path / name)
    assert "\n" not in str(caught.value)
    assert os.listdir(tmp_path) == []


def test_a_failed_write_leaves_the_old_report(study, tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    save_report(study, path)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ParameterError, match="No space left"):
        save_report(study, path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["report.html"]
