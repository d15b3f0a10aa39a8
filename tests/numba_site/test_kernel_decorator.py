"""The decorator: lazy, cached, healing, harmless, and plain Python where numba is not there."""

import copy
import os
import pickle
import shutil
import stat
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest

from minixai._numba import decorator, is_compiled, kernel
from tests.numba_site.conftest import running

SITE = Path(decorator.__file__).parent
FILES = {
    "__init__.py": "__version__ = '1.2'\n",
    "rate.py": "RATE = 10.0\n",
    "inner.py": (
        "from minixai._numba import kernel\n"
        "from minixai.rate import RATE\n\n\n"
        "@kernel\n"
        "def scaled(x):\n    return x * RATE + 1.0\n"
    ),
    "outer.py": (
        "from minixai._numba import kernel\n"
        "from minixai.inner import scaled\n\n\n"
        "@kernel\n"
        "def total(values):\n"
        "    result = 0.0\n"
        "    for i in range(values.shape[0]):\n"
        "        result += scaled(values[i])\n"
        "    return result\n"
    ),
}
CALL = """
import sys
import numpy as np
from minixai.outer import total
assert "numba" not in sys.modules, "numba came with an import"
print(total(np.array([1.0, 2.0])))
stats = getattr(total.compiled, "stats", None)
print(sum(stats.cache_hits.values()) if stats else "plain")
"""


class House:
    """A tiny package of its own, in a folder of its own, run in processes of its own."""

    def __init__(self, root):
        self.root, self.cache = root, root / "cache"
        self.package = root / "site" / "minixai"
        shutil.copytree(SITE, self.package / "_numba", ignore=shutil.ignore_patterns("__pycache__"))
        for name, text in FILES.items():
            (self.package / name).write_text(text, "utf-8")
        self.cache.mkdir()

    def run(self, code=CALL, prefix=(), **changes):
        """Lines that the code prints in a fresh process."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("NUMBA_", "MINIXAI_", "COVERAGE", "COV_"))
        }
        environment |= {"PYTHONPATH": str(self.root / "site"), "XDG_CACHE_HOME": str(self.cache)}
        environment = {k: v for k, v in (environment | changes).items() if v is not None}
        result = subprocess.run(
            [*prefix, sys.executable, "-B", "-W", "error", "-c", code],
            capture_output=True, text=True, env=environment, cwd=self.root, check=False,
        )  # fmt: skip
        assert result.returncode == 0, result.stderr
        return result.stdout.split()

    def folders(self):
        return sorted(path for path in self.cache.iterdir() if path.name.startswith("minixai-1.2-"))


@pytest.fixture(scope="module")
def warm(tmp_path_factory):
    """A house whose kernels were compiled once, beside the folders of earlier states."""
    pytest.importorskip("numba")
    house = House(tmp_path_factory.mktemp("warm"))
    for number in range(12):
        old = house.cache / f"minixai-1.1-{number:016x}"
        old.mkdir()
        os.utime(old, (number, number))
    (house.cache / "minixai-notes").mkdir()
    assert house.run() == ["32.0", "0"]
    return house


def copy_of(house, tmp_path):
    """The same files elsewhere; code and cache are told apart by content, not by place."""
    new = House(tmp_path)
    shutil.rmtree(new.cache)
    shutil.copytree(house.cache, new.cache)
    return new


def test_the_second_process_compiles_nothing(warm):
    assert warm.run() == ["32.0", "1"]


def test_the_cache_folder_is_ours_alone_and_old_ones_go(warm):
    (folder,) = warm.folders()
    if sys.platform != "win32":
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    old = sorted(path.name for path in warm.cache.iterdir() if path.name.startswith("minixai-1.1-"))
    assert old == [f"minixai-1.1-{number:016x}" for number in range(3, 12)]
    assert (warm.cache / "minixai-notes").is_dir()


def test_nothing_is_written_into_the_package(warm):
    assert not [path for path in warm.package.rglob("*") if path.suffix in (".nbi", ".nbc")]


@pytest.mark.parametrize(
    ("suffix", "damage"),
    [
        (".nbi", "empty"),
        (".nbi", "half"),
        (".nbi", "zeros"),
        (".nbc", "half"),
        (".nbc", "nearly"),
        (".nbc", "zeros"),
    ],
)
def test_damaged_files_are_compiled_anew(warm, tmp_path, suffix, damage):
    house = copy_of(warm, tmp_path)
    damaged = [path for path in house.cache.rglob("*") if path.suffix == suffix]
    assert damaged
    for path in damaged:
        content = path.read_bytes()
        kept = {"empty": 0, "half": len(content) // 2, "nearly": len(content) - 1}
        changed = content[: kept[damage]] if damage in kept else bytes(len(content))
        path.write_bytes(changed)
    assert house.run() == ["32.0", "0"]
    if damage == "half":
        assert house.run() == ["32.0", "1"]


def test_a_callee_changed_in_another_file_is_seen(warm, tmp_path):
    house = copy_of(warm, tmp_path)
    inner = house.package / "inner.py"
    inner.write_text(inner.read_text("utf-8").replace("+ 1.0", "+ 2.0"), "utf-8")
    assert house.run() == ["34.0", "0"]
    assert len(house.folders()) == 2


def test_a_constant_changed_in_another_file_is_seen(warm, tmp_path):
    house = copy_of(warm, tmp_path)
    (house.package / "rate.py").write_text("RATE = 20.0\n", "utf-8")
    assert house.run() == ["62.0", "0"]
    assert len(house.folders()) == 1


NO_HOME = """
import pwd
def unknown(user):
    raise KeyError(user)
pwd.getpwuid = unknown
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_read_only_install_without_a_home_works(tmp_path):
    pytest.importorskip("numba")
    house = House(tmp_path)
    prefix = ()
    if os.getuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root writes everywhere and setpriv is not there to prevent it")
        prefix = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
    folders = [house.root, *[path for path in house.root.rglob("*") if path.is_dir()]]
    before = sorted(house.root.rglob("*"))
    for path in folders:
        path.chmod(0o555)
    try:
        homeless = house.run(NO_HOME + CALL, prefix, XDG_CACHE_HOME=None, HOME=None)
        unwritable = house.run(CALL, prefix)
        relative = house.run(CALL, prefix, XDG_CACHE_HOME="cache")
    finally:
        for path in folders:
            path.chmod(0o755)
    assert homeless == unwritable == relative == ["32.0", "0"]
    assert sorted(house.root.rglob("*")) == before


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_folders_that_others_could_fill_are_not_trusted(warm, tmp_path):
    house = copy_of(warm, tmp_path)
    (folder,) = house.folders()
    folder.chmod(0o777)
    assert house.run() == ["32.0", "1"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    elsewhere = house.root / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    assert house.run() == ["32.0", "0"]


def test_numba_cache_dir_is_respected_and_settings_stay(warm, tmp_path):
    code = """
import numba, numba.core.config
before = {name: getattr(numba.config, name) for name in dir(numba.config) if name.isupper()}
""" + CALL.replace('assert "numba"', 'assert True or "numba"') + """
after = {name: getattr(numba.config, name) for name in dir(numba.config) if name.isupper()}
assert before == after
"""  # fmt: skip
    chosen = tmp_path / "chosen"
    assert warm.run(code, NUMBA_CACHE_DIR=str(chosen)) == ["32.0", "0"]
    assert [path.name for path in chosen.iterdir()] == [path.name for path in warm.folders()]


MISSING = "import sys\nsys.modules['numba'] = None\n"


def test_plain_python_gives_the_same(warm):
    assert warm.run(MINIXAI_NUMBA="0") == ["32.0", "plain"]
    assert warm.run(NUMBA_DISABLE_JIT="1") == ["32.0", "plain"]
    code = MISSING + CALL.replace('assert "numba"', 'assert True or "numba"')
    asked = "\nfrom minixai._numba import is_compiled\nprint(is_compiled())"
    assert warm.run(code + asked) == ["32.0", "plain", "False"]


def test_forked_and_spawned_workers(warm):
    script = warm.root / "script.py"
    script.write_text(
        "import multiprocessing\n"
        "import numpy as np\n"
        "from minixai.outer import total\n"
        "if __name__ == '__main__':\n"
        "    rows = [np.array([1.0, float(i)]) for i in range(3)]\n"
        "    print([total(row) for row in rows])\n"
        "    for way in multiprocessing.get_all_start_methods():\n"
        "        with multiprocessing.get_context(way).Pool(1) as pool:\n"
        "            print(pool.map(total, rows))\n",
        "utf-8",
    )
    code = f"import runpy\nrunpy.run_path({str(script)!r}, run_name='__main__')"
    words = " ".join(warm.run(code))
    expected = "[12.0, 22.0, 32.0]"
    assert words.count(expected) == words.count("[") >= 2


# In this process


@kernel
def reciprocal_sum(values):
    """Sum of 1 / x."""
    total = 0.0
    for i in range(values.shape[0]):
        total += 1.0 / values[i]
    return total


@kernel
def wrapping_sum(values):
    total = values[0]
    for i in range(1, values.shape[0]):
        total = np.int32(total + values[i])
    return total


def outer_body(values):
    return reciprocal_sum(values) + 1.0


def test_zero_divisions_and_overflows_pass_as_in_numpy(way):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        body = kernel(reciprocal_sum.__wrapped__)
        assert body(np.array([0.0, 1.0])) == np.inf
        assert np.isnan(body(np.array([np.nan, 1.0])))
        largest = np.full(3, 2**31 - 1, dtype=np.int32)
        assert kernel(wrapping_sum.__wrapped__)(largest) == 2**31 - 3


def test_kernels_call_kernels_in_both_ways(way):
    inner = kernel(reciprocal_sum.__wrapped__)

    def body(values):
        return inner(values) + 1.0

    outer = kernel(body)
    assert outer(np.array([2.0, 4.0])) == 1.75
    assert outer(values=np.array([1.0])) == 2.0
    assert is_compiled() is (way == "compiled")


def test_it_looks_like_the_function_and_travels_by_name():
    assert reciprocal_sum.__doc__ == "Sum of 1 / x."
    assert reciprocal_sum.__name__ == "reciprocal_sum"
    assert pickle.loads(pickle.dumps(reciprocal_sum)) is reciprocal_sum
    assert copy.deepcopy(reciprocal_sum) is reciprocal_sum


def test_threads_that_race_on_the_first_call_agree(way):
    body = kernel(reciprocal_sum.__wrapped__)
    results, start = [], threading.Barrier(8)

    def work():
        start.wait()
        results.append(body(np.array([2.0, 4.0])))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [0.75] * 8


@pytest.mark.parametrize(
    "flags", [{"nnan"}, {"fast"}, "fast", True, {"reassoc"}, {"contract", "ninf"}]
)
def test_flags_that_break_nan_or_the_order_are_refused(flags):
    with pytest.raises(ValueError, match="NaN must stay NaN"):
        kernel(fastmath=flags)


def test_another_order_of_sums_needs_a_reason():
    with pytest.raises(ValueError, match="must be the reason, in words, got True"):
        kernel(reassociate=True)


def test_granted_freedoms_reach_the_compiler_and_nan_survives(way):
    body = kernel(reassociate="the sum is only displayed")(reciprocal_sum.__wrapped__)
    assert body(np.array([2.0, 4.0])) == 0.75
    assert np.isnan(body(np.array([np.nan, 1.0])))
    harmless = kernel(fastmath={"contract"})(reciprocal_sum.__wrapped__)
    if way == "compiled":
        assert body.compiled.targetoptions["fastmath"] == {"contract", "nsz", "reassoc"}
        assert harmless.compiled.targetoptions["fastmath"] == {"contract"}
        assert body.compiled.targetoptions["nogil"] is True
        assert body.compiled.targetoptions["error_model"] == "numpy"
        assert "fastmath" not in kernel(reciprocal_sum.__wrapped__).compiled.targetoptions


def test_the_cache_in_this_process(tmp_path, monkeypatch):
    """Covers in one process what the houses above prove in their own."""
    numba = pytest.importorskip("numba")
    monkeypatch.setattr(decorator, "_PACKAGE", Path(__file__).resolve().parent)
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "kept"))
    values = np.array([2.0, 4.0])
    with running("compiled"):
        assert kernel(outer_body)(values) == 1.75
        again = kernel(outer_body)
        assert again(values) == 1.75
        assert sum(again.compiled.stats.cache_hits.values()) == 1
        for path in (tmp_path / "kept").rglob("*.nb*"):
            path.write_bytes(b"")
        assert kernel(outer_body)(values) == 1.75
        (tmp_path / "kept").chmod(0o700)
        shutil.rmtree(tmp_path / "kept")
        assert kernel(outer_body)(np.array([1.0], dtype=np.float32)) == 2.0


def test_where_the_cache_lies(monkeypatch, tmp_path):
    assert decorator._cache_base(str(tmp_path)) == tmp_path
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "user"))
    if sys.platform != "darwin":
        assert decorator._cache_base("") == tmp_path / "user"
        monkeypatch.setenv("XDG_CACHE_HOME", "relative")
        monkeypatch.setenv("LOCALAPPDATA", "relative")
        assert decorator._cache_base("") is None
    (tmp_path / "file").write_text("")
    assert decorator._cache_folder(str(tmp_path / "file")) is None


PRODUCTS = """
import sys
import numpy as np
from minixai.multiply import multiply

for name in sys.argv[1:] or NAMES:
    draws = np.random.default_rng(0)
    a, b = (draws.normal(size=shape).astype(name) for shape in ((20, 5), (5, 64)))
    out = np.empty((20, 64), name)
    multiply(a, b, out)
    print(np.allclose(out, a @ b, rtol=1e-5, atol=1e-6))
"""


def test_products_of_both_widths_cached_apart_work_together(tmp_path):
    """Cached code is linked by its symbol's name: each width needs one of its own."""
    pytest.importorskip("numba")
    house = House(tmp_path)
    text = "from minixai._numba import kernel, product\n\n\n@kernel\ndef multiply(a, b, out):\n"
    (house.package / "multiply.py").write_text(text + "    product(a, b, out)\n", "utf-8")
    for names in (["f4"], ["f8"], ["f4", "f8"], ["f8", "f4"]):
        code = PRODUCTS.replace("NAMES", repr(names))
        assert house.run(code) == ["True"] * len(names), names
