import io
import json
import os
import zipfile

import numpy as np
import pytest

import minixai
from minixai import Importance, files
from minixai.errors import DataError, FileFormatError, ParameterError


@pytest.fixture
def importance():
    return Importance(np.array([1.0, 2.0]), ("a", "b"), "test")


def rewritten(path, change):
    """Write the file again with its members (name -> bytes) changed."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members = change(members) or members
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def with_manifest(change):
    def apply(members):
        manifest = json.loads(members["manifest.json"])
        change(manifest)
        members["manifest.json"] = json.dumps(manifest).encode()

    return apply


def npy(array, allow_pickle=False):
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=allow_pickle)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        with_manifest(lambda m: m.update({"class": "os:system"})),
        with_manifest(lambda m: m.update({"format": "minixai/99"})),
        with_manifest(lambda m: m.pop("meta")),
        with_manifest(lambda m: m["meta"].update(surprise=1)),
        with_manifest(lambda m: m["arrays"]["mean"].update(shape=[3])),
        with_manifest(lambda m: m["arrays"]["mean"].update(shape=[-2])),
        with_manifest(lambda m: m["arrays"]["mean"].update(dtype="O")),
        with_manifest(lambda m: m["arrays"]["mean"].update(shape=[1 << 40, 1 << 40])),
        lambda members: members.update({"extra.npy": b""}),
        lambda members: members.pop("mean.npy") and members,
        lambda members: members.update({"mean.npy": npy(np.array([1.0, 3.0]))}),
        lambda members: members.update({"mean.npy": npy(np.array([{}]), True)}),
        lambda members: members.update({"mean.npy": b"not an array"}),
        lambda members: {"manifest.json": b"[]"},
        lambda members: {"other": b""},
    ],
)
def test_what_was_tampered_with_is_refused(tmp_path, importance, change):
    path = tmp_path / "file.mxai"
    importance.save(path)
    rewritten(path, change)
    with pytest.raises(FileFormatError):
        minixai.load(path)


def test_objects_are_never_unpickled(tmp_path, importance):
    path = tmp_path / "file.mxai"
    importance.save(path)
    content = npy(np.array([print], dtype=object), True)

    def change(members):
        manifest = json.loads(members["manifest.json"])
        import hashlib

        manifest["arrays"]["mean"]["sha256"] = hashlib.sha256(content).hexdigest()
        members["manifest.json"] = json.dumps(manifest).encode()
        members["mean.npy"] = content

    rewritten(path, change)
    with pytest.raises(FileFormatError, match="Object arrays cannot be loaded"):
        minixai.load(path)


def test_a_bomb_is_refused_by_its_size(tmp_path, monkeypatch, importance):
    path = tmp_path / "file.mxai"
    importance.save(path)
    monkeypatch.setattr(files, "MAX_BYTES", 100)
    with pytest.raises(FileFormatError, match="unpacks to"):
        minixai.load(path)


def test_a_missing_file_and_a_foreign_one(tmp_path):
    with pytest.raises(DataError, match="No file"):
        minixai.load(tmp_path / "nothing")
    foreign = tmp_path / "foreign"
    foreign.write_text("hello")
    with pytest.raises(FileFormatError, match="not a minixai file"):
        minixai.load(foreign)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9, 1.0])
def test_zeros_are_packed_where_that_is_smaller(share):
    draws = np.random.default_rng(0)
    dense = draws.normal(size=(64, 64)).astype(np.float32)
    dense[draws.random(dense.shape) < share] = 0
    dense[0, 0] = -0.0
    meta = {"feature_names": ["a"]}
    entry, members = files._packed("w", dense)
    stored = sum(len(content) for _, content in members)
    if share == 0.9:
        assert entry["packing"] == "mask"
        assert stored < 0.2 * dense.nbytes
    if share == 0.0:
        assert "packing" not in entry
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    with zipfile.ZipFile(buffer) as archive:
        back = files._read_array(archive, "w", entry)
    assert back.tobytes() == dense.tobytes(), (share, meta)
    assert back.shape == dense.shape


def test_classes_without_a_place_are_refused(tmp_path):
    with pytest.raises(ParameterError, match="cannot be saved"):
        files.save(object(), tmp_path / "file")

    class Importance:
        """A namesake."""

    with pytest.raises(ParameterError, match="cannot be saved"):
        files.save(Importance(), tmp_path / "file")
    assert not list(tmp_path.iterdir())


def test_text_arrays_are_refused(tmp_path):
    found = Importance(np.array(["a"]), ("x",), "test")
    with pytest.raises(ParameterError, match="numbers only"):
        found.save(tmp_path / "file")
    assert not list(tmp_path.iterdir())


def test_writing_is_all_or_nothing(tmp_path, monkeypatch, importance):
    path = tmp_path / "file"
    path.write_text("before")

    def broken(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(ParameterError, match="No space left"):
        importance.save(path)
    assert path.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_an_interrupt_leaves_nothing_behind(tmp_path, monkeypatch):
    def interrupted(handle):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.write_whole(tmp_path / "file", b"content")
    assert not list(tmp_path.iterdir())


def test_unwritable_paths(tmp_path, importance):
    with pytest.raises(ParameterError, match="no folder"):
        importance.save(tmp_path / "nowhere" / "file")
    with pytest.raises(ParameterError, match="is a folder"):
        importance.save(tmp_path)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "target")
    with pytest.raises(ParameterError, match="symbolic link"):
        importance.save(link)
