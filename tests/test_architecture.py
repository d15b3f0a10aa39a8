"""The laws of the house, each a test over the syntax trees of the package."""

import ast
import itertools
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "minixai"
FILES = sorted(PACKAGE.rglob("*.py"))
WORDS = [
    "errors",
    "protocols",
    "_column_groups",
    "_validation",
    "_numba",
    "_progress",
    "files",
    "finding",
    "score",
    "importance",
    "explanation",
    "model_summary",
    "_estimator",
    "_transformer",
    "parallel",
]
LAYERS = [
    WORDS,
    ["metrics", "statistics", "data", "optim", "tree_arrays"],
    ["linear", "neural", "tree", "recommend"],
    ["explain", "compression", "tuning", "privacy"],
    ["assess", "feedback"],
    ["plot", "report", "serving", "onnx_export"],
    [
        "versions",
        "study_record",
        "study_sample",
        "study_models",
        "study_trees",
        "study_shapes",
        "study_steps",
        "study_explanations",
        "study_curves",
        "study_association",
        "study_pictures",
        "study_description",
        "study",
        "cli",
        "__main__",
        "__init__",
    ],
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
HEAVY = ("numba", "llvmlite", "pandas", "matplotlib", "scipy", "sklearn")


def parsed(path):
    return ast.parse(path.read_text("utf-8"), str(path))


def part_of(path):
    """The package or top module a file belongs to: ``linear``, ``study``, ..."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def module_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(tree):
    """Every imported module of a tree with whether only type checkers see it."""
    typing_only = {
        id(node)
        for test in ast.walk(tree)
        if isinstance(test, ast.If) and ast.unparse(test.test) == "TYPE_CHECKING"
        for node in ast.walk(test)
    }
    for node in ast.walk(tree):
        seen = id(node) not in typing_only
        if isinstance(node, ast.Import):
            yield from ((alias.name, seen) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module, seen
            yield from ((f"{node.module}.{alias.name}", seen) for alias in node.names)


def own_parts(tree, real_only=False):
    for name, seen in imports_of(tree):
        pieces = name.split(".")
        if (
            pieces[0] == "minixai"
            and len(pieces) > 1
            and pieces[1] in RANK
            and (seen or not real_only)
        ):
            yield pieces[1]


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_law_1_imports_point_down(path):
    here = part_of(path)
    assert here in RANK, f"{here} has no place in the house: add it to LAYERS"
    for there in own_parts(parsed(path)):
        if there == here or RANK[here] == len(LAYERS) - 1:
            continue
        if RANK[here] == 0:
            assert RANK[there] == 0, f"{module_of(path)} is a word and imports {there}"
            continue
        order = LAYERS[RANK[here]]
        same = RANK[there] == RANK[here] and order.index(there) < order.index(here)
        assert RANK[there] < RANK[here] or same, f"{module_of(path)} may not import {there}"


def test_law_1_has_no_cycles():
    modules = {module_of(path): path for path in FILES}
    edges = {
        name: {
            target
            for target, seen in imports_of(parsed(path))
            if seen and target in modules and target != name and target != "minixai"
        }
        for name, path in modules.items()
    }
    done, walking = set(), []

    def walk(name):
        assert name not in walking, f"cycle: {[*walking, name]}"
        if name in done:
            return
        walking.append(name)
        for target in sorted(edges[name]):
            if not name.startswith(f"{target}."):  # a package's file may name its package's files
                walk(target)
        walking.pop()
        done.add(name)

    for name in sorted(modules):
        walk(name)


@pytest.mark.parametrize(
    "path", [p for p in FILES if RANK.get(part_of(p)) in (3, 4)], ids=module_of
)
def test_law_1_explainers_ask_for_capabilities(path):
    tree = parsed(path)
    models = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module.split(".")[1:2] in (["linear"], ["neural"])
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance":
            asked = {n.id for n in ast.walk(node.args[1]) if isinstance(n, ast.Name)}
            assert not asked & models, f"{module_of(path)} asks for a class: {ast.unparse(node)}"
        private = isinstance(node, ast.Attribute) and re.match(r"_[a-z]", node.attr)
        if private:
            owner = ast.unparse(node.value)
            assert owner in ("self", "cls", "super()"), f"{module_of(path)}: {ast.unparse(node)}"


@pytest.mark.parametrize(
    "path", [p for p in FILES if part_of(p) in ("plot", "report")], ids=module_of
)
def test_law_1_pictures_compute_nothing(path):
    for there in own_parts(parsed(path), real_only=True):
        assert RANK[there] == 0 or there in ("plot", "report"), f"{module_of(path)} uses {there}"


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_law_2_numba_has_one_site(path):
    for name, _ in imports_of(parsed(path)):
        if name.split(".")[0] in ("numba", "llvmlite"):
            assert part_of(path) == "_numba"


def public_names():
    for path in sorted(PACKAGE.rglob("__init__.py")):
        module = module_of(path)
        if module == "minixai._numba":
            continue
        tree = parsed(path)
        for node in tree.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                yield from ((module, name) for name in ast.literal_eval(node.value))


def run_fresh(code):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )


def test_law_2_public_names_load_nothing_heavy():
    names = list(public_names())
    assert len(names) > 40
    lines = "".join(
        f"from {module} import {name}\nloaded('{module}.{name}')\n" for module, name in names
    )
    code = (
        "import sys\n"
        f"heavy = {HEAVY!r}\n"
        "def loaded(name):\n"
        "    found = [h for h in heavy if h in sys.modules]\n"
        "    assert not found, (name, found)\n" + lines
    )
    result = run_fresh(code)
    assert result.returncode == 0, result.stderr


def test_law_2_import_of_the_package_loads_no_part():
    result = run_fresh(
        "import sys, minixai\n"
        "print(sorted(m for m in sys.modules if m.startswith('minixai.') or m == 'numpy'))"
    )
    assert result.stdout.strip() == "[]", result.stdout + result.stderr


def kernels():
    for path in FILES:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef):
                marks = [ast.unparse(mark) for mark in node.decorator_list]
                if any(re.match(r"kernel\b", mark) for mark in marks):
                    yield path, node


def test_law_3_kernels_are_plain_serial_loops():
    found = list(kernels())
    assert len(found) >= 5
    banned = re.compile(
        r"\b(prange|np\.(dot|matmul|sort|argsort|linalg\.\w+|mean|std|unique|concatenate|where))\b"
    )
    for path, node in found:
        text = ast.unparse(node)
        where = f"{module_of(path)}.{node.name}"
        assert not banned.search(text), f"{where}: {banned.search(text).group()}"
        for inner in ast.walk(node):
            assert not isinstance(inner, ast.MatMult), f"{where} uses @"
            assert not isinstance(inner, (ast.Raise, ast.Try)), f"{where} validates"
            if isinstance(inner, ast.Assign):
                for target in inner.targets:
                    slices = [n for n in ast.walk(target) if isinstance(n, ast.Slice)]
                    assert not slices, f"{where}: slice assignment {ast.unparse(inner)}"


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_law_4_kernels_stand_below_the_public_code_of_their_algorithm(path):
    seen = False
    for node in parsed(path).body:
        marks = [ast.unparse(mark) for mark in getattr(node, "decorator_list", [])]
        if any(re.match(r"kernel\b", mark) for mark in marks):
            seen = True
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            assert node.name.startswith("_") or not seen, f"{node.name} stands below a kernel"
    assert path.stem.strip("_") not in {"utils", "helpers", "common", "core", "manager"}


def test_law_5_dependencies():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert sorted(re.match(r"[\w-]+", each).group() for each in project["dependencies"]) == [
        "numba",
        "numpy",
    ]
    extras = project["optional-dependencies"]
    assert set(extras) >= {"table", "plot", "stats", "dask", "all", "test", "peers"}
    for each in itertools.chain(project["dependencies"], *extras.values()):
        assert each.startswith("minixai[") or re.fullmatch(r"[\w-]+>=[\d.]+", each), each
    assert project["requires-python"] == ">=3.11"


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_law_6_no_global_random_state(path):
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Attribute):
            text = ast.unparse(node)
            if re.match(r"(np|numpy)\.random\.", text):
                name = re.match(r"\w+\.random\.(\w+)", text).group(1)
                assert name in ("default_rng", "Generator", "SeedSequence"), text
    assert "random" not in {name for name, _ in imports_of(parsed(path))}


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_law_7_stopwatches_stand_where_times_are_recorded(path):
    if path.stem not in ("measurement", "study_steps", "_progress"):
        assert not {"time", "timeit", "datetime"} & {name for name, _ in imports_of(parsed(path))}


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_law_8_nothing_is_evaluated_or_unpickled(path):
    tree = parsed(path)
    names = {name.split(".")[0] for name, _ in imports_of(tree)}
    assert not names & {"pickle", "marshal", "shelve", "dill", "joblib", "logging"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in ("eval", "exec", "__import__", "print"), called
            for keyword in node.keywords:
                if keyword.arg == "allow_pickle":
                    assert ast.unparse(keyword.value) == "False"


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_law_9_tags_stand_on_the_line_that_computes_them(path):
    text = path.read_text("utf-8")
    docstring = ast.get_docstring(ast.parse(text)) or ""
    in_math = re.findall(r"(?m)^\s+.*?\s{2,}\((\d+[a-z]?)\)\s*(?:\\\\)?\s*$", docstring)
    on_lines = re.findall(r"# \((\d+[a-z]?)\)", text)
    assert len(set(in_math)) == len(in_math), f"a tag twice in the docstring: {in_math}"
    assert len(set(on_lines)) == len(on_lines), f"a tag twice in the code: {on_lines}"
    assert set(in_math) == set(on_lines)


def test_law_10_no_file_is_named_like_a_public_name():
    names = {name for _, name in public_names()}
    stems = {path.stem for path in FILES} | {path.parent.name for path in FILES}
    assert not names & (stems - {"minixai"})


def test_law_10_public_names_are_what_they_are_in_any_order():
    names = list(public_names())
    for order in (names, names[::-1]):
        lines = "".join(
            f"from {module} import {name}\nassert type({name}) is not type(sys), '{name}'\n"
            for module, name in order
        )
        result = run_fresh("import sys\n" + lines)
        assert result.returncode == 0, result.stderr


def test_law_11_references_stand_alone():
    for path in sorted((ROOT / "tests" / "reference").rglob("*.py")):
        for name, _ in imports_of(parsed(path)):
            assert name.split(".")[0] not in ("minixai", "numba", "sklearn", "torch"), path


def test_no_attic_and_small_pieces():
    banned = {"utils", "util", "helpers", "helper", "common", "core", "misc", "manager"}
    for path in FILES:
        assert not banned & {part.removesuffix(".py") for part in path.relative_to(PACKAGE).parts}
        assert len(path.relative_to(PACKAGE).parts) <= 3
        assert re.fullmatch(r"[a-z_][a-z0-9_]*\.py", path.name), path
        assert len(path.read_text("utf-8").splitlines()) <= 400, f"{path} holds too much"


def test_identifiers_are_ascii():
    for path in FILES:
        for node in ast.walk(parsed(path)):
            for field in ("id", "attr", "arg", "name"):
                value = getattr(node, field, None)
                assert not isinstance(value, str) or value.isascii(), (path, value)


def test_the_project_speaks_of_itself_alone():
    banned = re.compile(r"/(work|tmp|root|home|farm)/\w|\bpypi-more\b")
    for folder in ("minixai", "tests", "benchmarks", "examples"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.name != Path(__file__).name:
                assert not banned.search(path.read_text("utf-8")), path
